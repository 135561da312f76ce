# SPDX-License-Identifier: BSD-3-Clause
"""The same osteoporotic wedge with and without residual load while its balloons are filled."""

import sys

from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.plan_load import demo_keys
from vertaug.report.side_by_side import compare

LOADS = {"unloaded": "0 N", "prone": "110 N", "heavy": "220 N"}
QUICK = {
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "numerics": {"volume_step": 0.25, "deflation_steps": 2},
}


def plans(quick: bool = False) -> dict[str, Plan]:
    """One plan a load; ``quick`` takes two loads, coarse meshes and small balloons."""
    found = {}
    for name, load in LOADS.items():
        plan = demo_keys()
        plan["plan"]["title"] = f"Kyphoplasty of a wedge of L1 under {load}"
        plan["boundary"]["axial_load"] = load
        plan["procedure"]["stages"] = ["access", "inflate", "deflate"]
        if quick:
            plan |= QUICK
            for balloon in plan["balloon"]:
                balloon["volume"] = "0.6 mL"
        found[name] = plan_from_dict(plan)
    if quick:
        del found["heavy"]
    return found


def main(out: str, quick: bool = False) -> dict:
    """Run the plans under ``out`` and print what differs."""
    return compare(plans(quick), out)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runs/residual_load", "--quick" in sys.argv)
