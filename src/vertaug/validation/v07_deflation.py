# SPDX-License-Identifier: BSD-3-Clause
"""V7: height lost as balloons are deflated, and won in all.

Rotter et al. (2010), Eur Spine J 19:916: balloons in 24 fractured vertebrae T11 to L5 under a constant load. Of the
height before, 11.7 ± 6.2 % were lost on deflation and 8.0 ± 9.4 % won in all; with a stent 3.7 ± 3.8 and 13.3 ± 7.6
%. Assumed: an L1 of 75 mg/cm³ with a wedge of a third of its anterior height, 110 N, 2 mL on each side: the
demonstration, on which the strain in which torn bone lets go was calibrated to the loss.
"""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import Treatment, treat

__all__ = ["LOST", "WON", "demonstration", "run"]

LOST = "anterior height lost on deflation, % of that before"
WON = "anterior height won in all, % of that before"
NO_STENT = "no device is left in place: the engine has no stent"


def demonstration(volume: str) -> dict[str, Any]:
    """Plan of the demonstration up to its deflation, with ``volume`` in each balloon."""
    text = resources.files("vertaug.procedure").joinpath("demo.toml").read_text(encoding="utf-8")
    plan = tomllib.loads(text)
    kept = {key: plan[key] for key in ("anatomy", "boundary", "outlets", "defect")}
    return kept | {"balloon": [balloon | {"volume": volume} for balloon in plan["balloon"]]}


def run(setting: Setting) -> Findings:
    """Inflate and deflate two balloons in the demonstration's vertebra."""
    found: Treatment = treat(setting, demonstration("2 mL"))
    before, inflated, deflated = (
        h.anterior for h in (found.before, found.heights("inflate"), found.heights("deflate"))
    )
    values = {
        LOST: 100.0 * (inflated - deflated) / before,
        WON: 100.0 * (deflated - before) / before,
    }
    unable = dict.fromkeys(
        (f"anterior height {word} with a stent, % of that before" for word in ("lost", "won in all")), NO_STENT,
    )  # fmt: skip
    return Findings(values, unable, found.facts())
