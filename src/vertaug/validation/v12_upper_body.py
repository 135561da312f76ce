# SPDX-License-Identifier: BSD-3-Clause
"""V12: how much the pressure in a disc rises as the upper body moves forwards over a wedge.

Rohlmann et al. (2006), Eur Spine J 15:1255: in a finite-element model of the lumbar spine a wedge fracture that was
not reduced raised the force of the erector spinae by 200 % and the pressure in the disc by 60 %, and by 20 % where
the rest of the spine took part of the shift back. Only the abstract was read; the angles of the wedges are not in
it. So the shift is that which gives the published muscle force by the lever of the upper body
(`outcomes.upper_body`), and the pressure is found: that of the disc above L3 in the column L1 to S1, whose L3 with
its neighbours and all discs deform, under the follower load that weight, local and erector muscles make together.
Assumed: sound bone of 120 mg/cm³, no wedge but the shift that it causes. The share that is taken back was fitted to
the 20 %.
"""

from __future__ import annotations

from vertaug.outcomes.upper_body import UpperBody
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import treat

__all__ = ["run"]

FREE = "rise of disc pressure with shift of the upper body, not compensated, %"
HELD = "rise of disc pressure with shift of the upper body, compensated, %"
ERECTOR = 2.0
"""Rise of the erector's force with an unreduced wedge, as published."""


def run(setting: Setting) -> Findings:
    """Stand with the weight where it is in an intact spine, shifted, and shifted in part."""
    body = UpperBody()
    shift = ERECTOR * body.lever
    loads = {
        "intact": body.loads(0.0)[1], "shifted": body.loads(shift)[1],
        "compensated": body.loads((1.0 - body.compensation) * shift)[1],
    }  # fmt: skip
    stages = [{"kind": "load", "name": name, "force": f"{f:.6g} N"} for name, f in loads.items()]
    plan = {
        "anatomy": {"source": "parametric", "level": "L3", "density": "120 mg/cm^3"},
        "boundary": {"situation": "column", "column_top": "L1", "column_bottom": "S1"},
        "procedure": {"stages": list(loads), "stage": stages},
    }
    done = treat(setting, plan).done
    taken = {name: done[name].facts["load"]["surroundings"] for name in loads}
    pressures = {name: float(found["superior"]["pressure_MPa"]) for name, found in taken.items()}
    free, held = (
        100.0 * (pressures[name] / pressures["intact"] - 1.0) for name in ("shifted", "compensated")
    )
    facts = {
        "compression_N": loads, "pressure_above_MPa": pressures, "shift_mm": shift,
        "pressure_below_MPa": {n: found["inferior"]["pressure_MPa"] for n, found in taken.items()},
    }  # fmt: skip
    return Findings({FREE: free, HELD: held}, {}, facts)
