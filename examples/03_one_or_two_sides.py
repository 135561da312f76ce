# SPDX-License-Identifier: BSD-3-Clause
"""One balloon through one pedicle to the midline, against two balloons through both, of the same volume in all."""

import sys

from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.plan_load import demo_keys
from vertaug.report.side_by_side import compare

QUICK = {
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "numerics": {"volume_step": 0.25, "deflation_steps": 2},
    "flow": {"spacing": "1.5 mm"},
}


def plans(quick: bool = False) -> dict[str, Plan]:
    """Both plans: 4 mL of balloons and 5 mL of cement in all; ``quick`` takes 1.2 and 3 mL and coarse meshes."""
    balloons, cement = (1.2, 3.0) if quick else (4.0, 5.0)
    both, one = demo_keys(), demo_keys()
    both["plan"]["title"] = "Two balloons through both pedicles"
    one["plan"]["title"] = "One balloon through the left pedicle"
    one["balloon"] = [one["balloon"][0] | {"route": "unipedicular"}]
    one["cement"]["injection"] = one["cement"]["injection"][:1]
    found = {}
    for name, plan in (("both pedicles", both), ("one pedicle", one)):
        for balloon in plan["balloon"]:
            balloon["volume"] = f"{balloons / len(plan['balloon']):g} mL"
        for injection in plan["cement"]["injection"]:
            injection["volume"] = f"{cement / len(plan['balloon']):g} mL"
        found[name] = plan_from_dict(plan | (QUICK if quick else {}))
    return found


def main(out: str, quick: bool = False) -> dict:
    """Run both plans under ``out`` and print what differs."""
    return compare(plans(quick), out)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runs/sides", "--quick" in sys.argv)
