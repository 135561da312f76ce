# SPDX-License-Identifier: BSD-3-Clause
"""V10: how shell and core share the load.

Fields et al. (2012) found in finite-element models of high resolution of human T9 that the shell bears 41.3 % of an
axial load at mid-height, 44.1 % in flexion. Only the abstract was read. Assumed: a parametric T9 of 78 mg/cm³
between its discs, standing (500 N); the share is that of the membranes of cortex and endplates in cuts about the
middle of the body, the arch with it.
"""

from __future__ import annotations

from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import treat

__all__ = ["run"]

SHARE = "share of the load that the shell of T9 carries, %"


def run(setting: Setting) -> Findings:
    """Load a sound T9."""
    anatomy = {"source": "parametric", "level": "T9", "density": "78 mg/cm^3"}
    standing = {"kind": "load", "force": "500 N"}
    stages = {"stages": ["access", "load"], "stage": [standing]}
    found = treat(setting, {"anatomy": anatomy, "procedure": stages})
    load = found.done["load"].facts["load"]
    facts = {name: load[name] for name in ("force_N", "share_borne", "stiffness_N_mm")}
    return Findings({SHARE: 100.0 * float(load["shell_share"])}, {}, facts)
