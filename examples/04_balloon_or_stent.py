# SPDX-License-Identifier: BSD-3-Clause
"""Balloons that are taken out again, against stents that stay and hold what their balloons have raised."""

import sys

from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.plan_load import demo_keys
from vertaug.report.side_by_side import compare

QUICK = {
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "numerics": {"volume_step": 0.25, "deflation_steps": 2},
}


def plans(quick: bool = False) -> dict[str, Plan]:
    """Both plans, which differ in the device alone; ``quick`` takes 0.6 mL a side and coarse meshes."""
    found = {}
    for device in ("balloon", "stent"):
        plan = demo_keys()
        plan["plan"]["title"] = f"A {device} on either side"
        plan["procedure"]["stages"] = ["access", "inflate", "deflate"]
        for balloon in plan["balloon"]:
            balloon["device"] = device
            balloon["volume"] = "0.6 mL" if quick else "2 mL"
        found[device] = plan_from_dict(plan | (QUICK if quick else {}))
    return found


def main(out: str, quick: bool = False) -> dict:
    """Run both plans under ``out`` and print what differs."""
    return compare(plans(quick), out)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runs/stent", "--quick" in sys.argv)
