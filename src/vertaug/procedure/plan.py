# SPDX-License-Identifier: BSD-3-Clause
"""The plan: everything a run needs, checked, immutable, in internal units (mm, N, MPa, s, K)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import Field, model_validator

from vertaug.procedure.plan_anatomy import Anatomy, Level
from vertaug.procedure.plan_balloon import Balloon, balloon_contradictions
from vertaug.procedure.plan_fields import Section, declared, plan_error
from vertaug.procedure.plan_flow import Cannula, Outlets, TumourTissue
from vertaug.procedure.plan_sections import (
    Bone,
    Boundary,
    Cement,
    Cure,
    Defect,
    Flow,
    Header,
    MeshSizes,
    Numerics,
    Output,
    Vein,
)
from vertaug.procedure.plan_spaces import Spaces
from vertaug.procedure.plan_stages import LoadStage, Procedure, stage_contradictions
from vertaug.procedure.stage_rules import RULES

__all__ = ["Plan", "demo_plan", "load_plan", "plan_from_dict"]


class Plan(Section):
    """One procedure on one vertebra.

    Every number is in internal units; paths are absolute. Two plans are equal if and only if
    they describe the same run.
    """

    plan: Header = declared({}, "what this plan is")
    anatomy: Annotated[Anatomy, Field(discriminator="source")] = Field(
        description="the vertebra before the procedure"
    )
    bone: Bone = declared({}, "bone, cortex and endplates")
    boundary: Boundary = declared({}, "what holds and loads the vertebra")
    balloon: tuple[Balloon, ...] = declared((), "the balloons")
    cannula: tuple[Cannula, ...] = declared((), "cannulas beside those of the balloons")
    outlets: Outlets = declared({}, "ways out that every vertebra has")
    spaces: Spaces = declared({}, "spaces around the vertebra that cement can get into")
    vein: tuple[Vein, ...] = declared((), "vessels through which cement can leave")
    defect: tuple[Defect, ...] = declared((), "holes in cortex and endplates")
    tumour: TumourTissue = declared({}, "how a tumour resists; used where the anatomy has one")
    cement: Cement = declared({}, "cement and injections")
    cure: Cure = declared({}, "cure and heat")
    mesh: MeshSizes = declared({}, "sizes of the tetrahedral mesh")
    flow: Flow = declared({}, "grid of the flow")
    numerics: Numerics = declared({}, "steps and tolerances")
    output: Output = declared({}, "what is written")
    procedure: Procedure = declared({}, "the stages in their order")

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        """Raise the first contradiction between sections."""
        for error in _contradictions(self):
            raise error
        return self

    def resolved_toml(self) -> str:
        """Return the plan as TOML with every default written; loading it gives an equal plan."""
        from vertaug.procedure.plan_write import resolved_toml

        return resolved_toml(self)


def _contradictions(plan: Plan) -> Iterator[Exception]:
    """Yield what in ``plan`` does not fit together, as errors that name the field."""
    stages = [stage for stage in plan.procedure.stages if stage in RULES]
    if not plan.balloon and any(RULES[stage].balloons for stage in stages):
        fix = "add a [[balloon]] table with name and side, or leave inflate and deflate out"
        yield plan_error("E-PLAN-002", "no balloon", "at least one balloon", fix, "balloon")
    yield from stage_contradictions(plan.procedure)
    yield from _name_clashes(plan)
    yield from _cannula_contradictions(plan)
    yield from _approach_contradictions(plan)
    yield from balloon_contradictions(plan.balloon)
    if plan.mesh.cavity_size > plan.mesh.size:
        yield plan_error(
            "E-PLAN-009",
            f"{plan.mesh.cavity_size:g} mm, more than size = {plan.mesh.size:g} mm",
            "an edge length at the cavities of at most mesh.size",
            "make cavity_size smaller",
            "mesh.cavity_size",
        )
    yield from _segment_contradictions(plan)
    if "inject" in plan.procedure.kinds:
        yield from _injection_contradictions(plan)


def _segment_contradictions(plan: Plan) -> Iterator[Exception]:
    """Yield torques without facets, and levels without neighbours where a segment or a column is asked for."""
    if plan.boundary.situation == "specimen":
        for index, stage in enumerate(plan.procedure.stage):
            if isinstance(stage, LoadStage) and stage.case == "rotation":
                fix = 'choose another case, or boundary.situation = "segment": facet joints bear a torque'
                yield plan_error(
                    "E-PLAN-009", '"rotation"', "a load that a specimen between discs takes", fix,
                    f"procedure.stage[{index}].case",
                )  # fmt: skip
        return
    known = get_args(Level)
    if plan.anatomy.level not in known[1:-1]:
        yield plan_error(
            "E-PLAN-009", f'"{plan.anatomy.level}"', f"a level with two neighbours, {known[1]} to {known[-2]}",
            'take situation = "specimen"', "boundary.situation",
        )  # fmt: skip
    elif plan.boundary.situation == "column":
        yield from _column_contradictions(plan)


def _column_contradictions(plan: Plan) -> Iterator[Exception]:
    """Yield ends of a column between which no segment lies."""
    order, boundary = (*get_args(Level), "S1"), plan.boundary
    at = order.index(plan.anatomy.level)
    for end, needed, beyond in (
        ("column_top", order[at - 1], order.index(boundary.column_top) > at - 1),
        ("column_bottom", order[at + 1], order.index(boundary.column_bottom) < at + 1),
    ):
        if beyond:
            yield plan_error(
                "E-PLAN-009", f'"{getattr(boundary, end)}"', f"{needed}, the neighbour, or a level beyond it",
                "lengthen the column", f"boundary.{end}",
            )  # fmt: skip


def _name_clashes(plan: Plan) -> Iterator[Exception]:
    """Names used twice within balloons or openings."""
    groups: dict[str, tuple[Balloon | Cannula | Vein | Defect, ...]]
    groups = {
        "balloon": plan.balloon, "cannula": plan.cannula, "vein": (*plan.vein, *plan.defect),
    }  # fmt: skip
    for key, group in groups.items():
        names = [item.name for item in group]
        for name in sorted({name for name in names if names.count(name) > 1}):
            found = f'the name "{name}" {names.count(name)} times'
            yield plan_error("E-PLAN-009", found, "a name of its own for each", "rename one", key)


def _approach_contradictions(plan: Plan) -> Iterator[Exception]:
    """Yield entries without targets, and balloons that would be in each other's place."""
    for index, balloon in enumerate(plan.balloon):
        if (balloon.entry is None) != (balloon.target is None):
            missing = "entry" if balloon.entry is None else "target"
            expected = "entry and target together, or neither"
            field = f"balloon[{index}].{missing}"
            yield plan_error("E-PLAN-009", "nothing", expected, f"add {missing}", field)
    for side in ("left", "right"):
        same = [i for i, b in enumerate(plan.balloon) if b.side == side]
        if len(same) > 1 and any(plan.balloon[i].entry is None for i in same):
            found = f"{len(same)} balloons on the {side} side, of which one has no place"
            fix = "give entry and target of each of them, or move one to the other side"
            field = f"balloon[{same[-1]}].side"
            yield plan_error("E-PLAN-009", found, "one balloon a side", fix, field)
    if len(plan.balloon) > 1:
        for index, balloon in enumerate(plan.balloon):
            if balloon.route == "unipedicular" and balloon.entry is None:
                found = f'"unipedicular" and {len(plan.balloon)} balloons'
                expected = "one balloon, whose tip comes to the mid-plane"
                fix = "leave the others out, take another route, or give entry and target"
                field = f"balloon[{index}].route"
                yield plan_error("E-PLAN-009", found, expected, fix, field)


def _cannula_contradictions(plan: Plan) -> Iterator[Exception]:
    """Yield cannulas without one place, or without what their opening needs."""
    balloons = [balloon.name for balloon in plan.balloon]
    for index, item in enumerate(plan.cannula):
        field = f"cannula[{index}]"
        if (item.balloon is None) == (item.tip is None):
            found = "neither balloon nor tip" if item.tip is None else "balloon and tip"
            fix = "name a balloon, or give the tip's position"
            yield plan_error("E-PLAN-009", found, "one of the two", fix, f"{field}.tip")
        if item.balloon is not None and item.balloon not in balloons:
            expected = (
                f"one of {', '.join(balloons)}" if balloons else "no name: there is no balloon"
            )
            yield plan_error(
                "E-PLAN-009", f'"{item.balloon}"', expected, "correct it", f"{field}.balloon"
            )
        aimed = item.entry is not None or item.balloon is not None
        if item.opening != "ball" and not aimed:
            fix = "give a point of its axis behind the tip"
            expected = f"an entry, for an opening at the {item.opening}"
            yield plan_error("E-PLAN-009", "nothing", expected, fix, f"{field}.entry")
        if (item.opening == "side") != (item.facing is not None):
            found = "nothing" if item.facing is None else f'"{item.facing}"'
            expected = "facing for an opening at the side, and for no other"
            yield plan_error("E-PLAN-009", found, expected, "correct it", f"{field}.facing")
        if item.entry is not None and item.entry == item.tip:
            fix = "give a point farther back on its axis"
            yield plan_error("E-PLAN-009", "the tip itself", "another point", fix, f"{field}.entry")


def _injection_contradictions(plan: Plan) -> Iterator[Exception]:
    """Injections without cement, cannula or a way out for the marrow."""
    names = [item.name for item in plan.balloon]
    names += [item.name for item in plan.cannula if item.name not in names]
    if not plan.cement.injection:
        fix = f'add [[cement.injection]] with cannula = "{names[0] if names else "left"}"'
        found, expected = "the stage inject and no injection", "at least one injection"
        yield plan_error("E-PLAN-002", found, expected, fix, "cement.injection")
    for index, injection in enumerate(plan.cement.injection):
        field = f"cement.injection[{index}]"
        if injection.cannula not in names:
            expected = f"one of {', '.join(names)}" if names else "a balloon or a cannula"
            fix = "name one of them, or add a [[cannula]]"
            yield plan_error(
                "E-PLAN-009", f'"{injection.cannula}"', expected, fix, f"{field}.cannula"
            )
        if injection.with_previous and (index == 0 or injection.pause > 0.0):
            found = "the first injection" if index == 0 else "a pause"
            fix = "give the pause to the first of those that run together"
            expected = "an injection before it, and no pause of its own"
            yield plan_error("E-PLAN-009", found, expected, fix, f"{field}.with_previous")
        earlier = [item.cannula for item in plan.cement.injection[:index] if item.remove]
        if injection.cannula in earlier:
            found = f'"{injection.cannula}", which was taken out before'
            fix = "set remove at its last injection"
            yield plan_error("E-PLAN-009", found, "a seated cannula", fix, f"{field}.cannula")
        aimless = [c for c in plan.cannula if c.name == injection.cannula and c.tip is not None]
        if injection.remove and any(c.entry is None for c in aimless):
            fix, expected = "give the cannula's entry", "a cannula whose way in is known"
            yield plan_error("E-PLAN-009", "remove = true", expected, fix, f"{field}.remove")
        if injection.retract > 0.0 and any(c.entry is None for c in aimless):
            fix = "give the cannula's entry"
            expected = "a cannula whose direction is known"
            yield plan_error(
                "E-PLAN-009", f"{injection.retract:g} mm", expected, fix, f"{field}.retract"
            )
    if not plan.vein and not plan.defect and not plan.outlets.usual:
        fix = 'add a [[vein]] with name = "basivertebral", or set outlets.usual = true'
        expected = "an opening: the marrow that cement displaces must leave"
        yield plan_error("E-PLAN-009", "neither vein nor defect", expected, fix, "vein")


def plan_from_dict(data: dict[str, Any], where: str = "plan", base: Path | None = None) -> Plan:
    """Return the plan of a nested dictionary, with physical numbers as text with unit.

    Relative files are taken from ``base`` (default: the working folder).

    Raises
    ------
    InputErrors
        Everything that is wrong with it, each with field, found, expected and fix.
    """
    from vertaug.procedure.plan_load import build_plan

    return build_plan(data, where, base or Path.cwd(), {})


def load_plan(path: Path | str) -> Plan:
    """Return the plan in a TOML file; its relative files are taken from the file's folder.

    Raises
    ------
    InputError, InputErrors
        A missing or malformed file, or everything that is wrong with the plan, with lines.
    """
    from vertaug.procedure.plan_load import read_plan

    return read_plan(Path(path))


def demo_plan() -> Plan:
    """Return the embedded demonstration: parametric L1 with a wedge fracture, two balloons."""
    from vertaug.procedure.plan_load import read_demo

    return read_demo()
