# SPDX-License-Identifier: BSD-3-Clause
"""V8: anterior height and volume of treated bodies.

BMC Musculoskelet Disord 2020 (Tektona): of 14 vertebral bodies fractured to 76.0 ± 4.8 % of their anterior height,
kyphoplasty brought those it treated to 93.1 ± 5 %, and their volume from 82.3 to 89.3 % of the intact. Load and
density are not in the abstract. Assumed: an L1 of 75 mg/cm³ that has lost 24 % in front, 18 % in the middle and 12
% behind, 110 N, two balloons of 3 mL.
"""

from __future__ import annotations

from vertaug.procedure.case import make_case
from vertaug.procedure.plan import plan_from_dict
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, body_volume, lost, specimen_volume, treat

__all__ = ["run"]

HEIGHT = "anterior height after treatment, % of intact, from 76 %"
VOLUME = "volume of the body after treatment, % of intact, from 82 %"


def run(setting: Setting) -> Findings:
    """Inflate and deflate; cement holds what is left, its own shrinkage and the load's change are left out."""
    bare = {"source": "parametric", "level": "L1", "density": "75 mg/cm^3"}
    broken = bare | {"deformity": lost("wedge", "L1", 0.24, 0.18, 0.12)}
    plan = {"anatomy": broken, "boundary": {"axial_load": "110 N"}, "outlets": {"usual": True}}
    found = treat(setting, plan | {"balloon": balloons("3 mL")})
    whole = specimen_volume(
        make_case(plan_from_dict({"anatomy": bare, "procedure": {"stages": ["access"]}}))
    )
    states = {name: result.state for name, result in found.done.items()}
    first = states["access"]
    shares = {
        name: 100.0 * body_volume(found.case, first, state) / whole
        for name, state in states.items()
    }
    height = 100.0 * found.heights("deflate").anterior / found.intact.anterior
    facts = found.facts() | {
        "volume_percent": shares,
        "anterior_before_percent": 100.0 * found.before.anterior / found.intact.anterior,
    }
    return Findings({HEIGHT: height, VOLUME: shares["deflate"]}, {}, facts)
