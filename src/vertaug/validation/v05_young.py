# SPDX-License-Identifier: BSD-3-Clause
"""V5: inflation in young vertebrae.

Nanfang 2006: 15 young L1 to L5 crushed to about 80 % of their height; balloons took 2.95 ± 0.18 mL at 122.7 ± 27.9
psi. Load and density are not in the abstract. Assumed: an L3 of 160 mg/cm³, pressed down at its middle by a machine
until a fifth of its anterior height is gone, left for half an hour, 110 N, two balloons of 2.95 mL each.
"""

from __future__ import annotations

from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, treat

__all__ = ["run"]

PRESSURE = "settled balloon pressure at 2.95 mL, psi"


def run(setting: Setting) -> Findings:
    """Inflate to 2.95 mL, or to the pressure limit, which then stands for the pressure at that volume."""
    plan = {
        "anatomy": {"source": "parametric", "level": "L3", "density": "160 mg/cm^3"},
        "boundary": {"axial_load": "110 N"},
        "outlets": {"usual": True},
        "balloon": balloons("2.95 mL"),
    }
    crush = {"anterior_loss": 0.2, "offset": "0 mm"}
    found = treat(setting, plan, ("access", "inflate"), crush)
    facts = found.facts()
    stops = set(facts["stops"].values())
    if stops <= {"volume", "pressure"}:
        return Findings({PRESSURE: found.pressure}, {}, facts)
    volumes = ", ".join(f"{volume:.2f}" for volume in facts["volumes_mL"])
    text = f"balloons stopped by {', '.join(sorted(stops))} at {volumes} mL and {found.pressure:.0f} psi"
    return Findings({}, {PRESSURE: text}, facts)
