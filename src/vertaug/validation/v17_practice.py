# SPDX-License-Identifier: BSD-3-Clause
"""V17: pressures stay below the devices' rating, and practice's volumes give practice's angles.

Balloons are rated to 400 psi, and reach that in osteoporotic bone only by mistake. In the FREE trial 2.4 mL were
put in on each side, and kyphosis was 3.1 degrees less. Assumed: the vertebra of the demonstration; the wedge angle
stands for the kyphosis; it is read after deflation. The pressure is the largest in any step of this run and of
those of V4, V6, V7 and V8 that have been run.
"""

from __future__ import annotations

from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import treat
from vertaug.validation.v07_deflation import demonstration

__all__ = ["run"]

PRESSURE = "largest pressure of any balloon in osteoporotic bone, psi"
ANGLE = "wedge angle won with 2.4 mL a side, degrees"


def run(setting: Setting) -> Findings:
    """Inflate to 2.4 mL a side and deflate."""
    found = treat(setting, demonstration("2.4 mL"))
    facts = found.facts()
    wedge = list(facts["wedge_deg"].values())
    pressures = {"V17": found.largest_pressure} | {
        name: float(told["largest_pressure_psi"])
        for name, told in setting.facts.items()
        if "largest_pressure_psi" in told
    }
    values = {PRESSURE: max(pressures.values()), ANGLE: wedge[0] - wedge[-1]}
    return Findings(values, {}, facts | {"largest_pressures_psi": pressures})
