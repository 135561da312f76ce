# SPDX-License-Identifier: BSD-3-Clause
"""The load each stage works under: it lasts until a stage gives another one."""

from __future__ import annotations

from collections.abc import Mapping

from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_stages import PostureStage
from vertaug.solid.ramped_rig import LastingLoad

__all__ = ["lasting_loads"]


def lasting_loads(plan: Plan) -> Mapping[str, tuple[LastingLoad, LastingLoad]]:
    """Loads before and in each stage, by its name; the first begins under that of the boundary."""
    load, found = LastingLoad(plan.boundary.axial_load), {}
    for stage in plan.procedure.sequence:
        before, given = load, getattr(stage, "axial_load", None)
        axial = load.axial if given is None else given
        forwards = -stage.extension_moment if isinstance(stage, PostureStage) else load.forwards
        load = LastingLoad(axial, forwards)
        found[str(stage.name)] = (before, load)
    return found
