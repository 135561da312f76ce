# SPDX-License-Identifier: BSD-3-Clause
"""V8: anterior height and volume of treated bodies.

BMC Musculoskelet Disord 2020 (Tektona): of 14 vertebral bodies fractured to 76.0 ± 4.8 % of their anterior height,
kyphoplasty brought those it treated to 93.1 ± 5 %, and their volume from 82.3 to 89.3 % of the intact. Load and
density are not in the abstract. Assumed: an L1 of 75 mg/cm³, crushed by a machine that pushes 2.5 mm in front of
its middle until 37 % of its anterior height are gone, left for half an hour; 110 N, two balloons of 3 mL. How far in
front was set in sight of the volume before the treatment, which is the specimens' and no target: with 10 mm 92 % of
the intact is left, with 2.5 mm 89 %.
"""

from __future__ import annotations

from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, body_volume, specimen_volume, treat

__all__ = ["run"]

HEIGHT = "anterior height after treatment, % of intact, from 76 %"
VOLUME = "volume of the body after treatment, % of intact, from 82 %"
LOSS = 0.37
OFFSET = "2.5 mm"


def run(setting: Setting) -> Findings:
    """Inflate and deflate; cement holds what is left, its own shrinkage and the load's change are left out."""
    plan = {
        "anatomy": {"source": "parametric", "level": "L1", "density": "75 mg/cm^3"},
        "boundary": {"axial_load": "110 N"},
        "outlets": {"usual": True},
        "balloon": balloons("3 mL"),
    }
    found = treat(setting, plan, fracture={"anterior_loss": LOSS, "offset": OFFSET})
    whole = specimen_volume(found.case)
    shares = {
        name: 100.0 * body_volume(found.case, result.state) / whole
        for name, result in found.done.items()
    }
    height = 100.0 * found.heights("deflate").anterior / found.intact.anterior
    facts = found.facts() | {
        "volume_percent": shares,
        "anterior_before_percent": 100.0 * found.before.anterior / found.intact.anterior,
    }
    return Findings({HEIGHT: height, VOLUME: shares["deflate"]}, {}, facts)
