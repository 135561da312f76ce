# SPDX-License-Identifier: BSD-3-Clause
"""Cement alone, against cement after balloons, in the same vertebra through the same cannulas."""

import sys

from vertaug.procedure.build import cannulas_for_balloons
from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.plan_load import demo_keys
from vertaug.report.side_by_side import compare

BREACH = {
    "name": "superior", "pathway": "disc", "position": ["8 mm", "-3 mm", "9 mm"], "radius": "2 mm",
}  # fmt: skip
QUICK = {
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "numerics": {"volume_step": 0.25, "deflation_steps": 2},
    "flow": {"spacing": "1.5 mm"},
}


def plans(quick: bool = False) -> dict[str, Plan]:
    """Both plans; ``quick`` takes balloons of 0.6 mL, 2.5 mL of cement a side and coarse meshes."""
    treated = demo_keys()
    treated["plan"]["title"] = "Kyphoplasty"
    treated["defect"].append(BREACH)
    treated["cement"]["class"] = "low"
    treated["procedure"]["stages"] = ["access", "inflate", "deflate", "inject", "cure"]
    for side, balloon in enumerate(treated["balloon"]):
        balloon["volume"] = "0.6 mL" if quick else "2 mL"
        treated["cement"]["injection"][side]["volume"] = "2.5 mL" if quick else "3 mL"
    treated |= QUICK if quick else {}
    kyphoplasty = plan_from_dict(treated)
    filled = {key: value for key, value in treated.items() if key != "balloon"}
    filled["plan"] = treated["plan"] | {"title": "Vertebroplasty"}
    filled["procedure"] = {"stages": ["access", "inject", "cure"]}
    filled["cannula"] = cannulas_for_balloons(kyphoplasty)
    return {"vertebroplasty": plan_from_dict(filled), "kyphoplasty": kyphoplasty}


def main(out: str, quick: bool = False) -> dict:
    """Run both plans under ``out`` and print what differs."""
    return compare(plans(quick), out)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "runs/cement", "--quick" in sys.argv)
