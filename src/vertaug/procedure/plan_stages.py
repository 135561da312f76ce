# SPDX-License-Identifier: BSD-3-Clause
"""The part of a plan about its stages: which, in what order, under what names."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from vertaug.procedure.plan_fields import Physical, Section, declared, plan_error, required
from vertaug.procedure.stage_rules import RULES, own_names, stage_order_faults
from vertaug.units import FORCE, LENGTH, MOMENT, TIME

__all__ = [
    "FractureStage",
    "LoadStage",
    "PostureStage",
    "Procedure",
    "Stage",
    "StageWord",
    "stage_contradictions",
]

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Plain = Literal["access", "inflate", "deflate", "inject", "cure"]
StageWord = Literal["access", "fracture", "inflate", "deflate", "inject", "cure", "load", "posture"]
_TAKEN = ("total", "compile", "output")
"""Words that stand beside the stages among the run's times."""
_FIELD = "procedure.stages"


_NAME = "its name in the order, in curves and in the summary; by default its kind"


_Load = Annotated[float | None, Physical(FORCE, "0 N", "2000 N", optional=True)]
_LOAD = "axial load from this stage on; by default that of the stage before, of the first that of the boundary"


class PlainStage(Section):
    """A stage with a name of its own."""

    kind: Plain = required("kind of the stage")
    name: Word | None = declared(None, _NAME)
    axial_load: _Load = declared(None, _LOAD)


class PostureStage(Section):
    """The patient is laid down: load and moment change, and last through the stages after it."""

    kind: Literal["posture"] = required("kind of the stage")
    name: Word | None = declared(None, _NAME)
    axial_load: _Load = declared(None, _LOAD)
    extension_moment: Annotated[float, Physical(MOMENT, "-20 N*m", "20 N*m")] = declared(
        "0 N*m",
        "moment that bends the vertebra backwards and opens its front",
        "protocols of studies: 0 to 7.5 N*m",
    )
    steps: int = declared(6, "steps to the new load; a long column takes twelve", ge=1, le=200)


class FractureStage(Section):
    """The vertebra is crushed through its discs and let go."""

    kind: Literal["fracture"] = required("kind of the stage")
    name: Word | None = declared(None, _NAME)
    axial_load: _Load = declared(None, _LOAD)
    offset: Annotated[float, Physical(LENGTH, "-15 mm", "25 mm")] = declared(
        "10 mm",
        "how far in front of the middle of the upper endplate, in a segment or a column of the upper neighbour's, "
        "the machine pushes; in a column it grips the lower neighbour's foot",
        "assumed",
    )
    anterior_loss: float = declared(
        0.25, "ends it: loss of anterior height under load, share of that before", gt=0.0, le=0.7
    )
    at_failure: bool = declared(False, "ends it: the load has fallen by a tenth from its peak")
    depth: Annotated[float, Physical(LENGTH, "1 mm", "40 mm")] = declared(
        "20 mm", "ends it: way of the machine"
    )
    step: Annotated[float, Physical(LENGTH, "0.02 mm", "2 mm")] = declared(
        "0.5 mm", "way of the machine in one step"
    )
    rest: Annotated[float, Physical(TIME, "0 s", "24 h")] = declared(
        "30 min",
        "time it is left alone before what follows: crushed bone creeps back",
        "that of the crush the law is calibrated on",
    )


class LoadStage(Section):
    """The vertebra as it is by then is loaded; the run goes on without that load."""

    kind: Literal["load"] = required("kind of the stage")
    name: Word | None = declared(None, _NAME)
    case: Literal["standing", "flexion", "extension", "lateral", "rotation", "to_failure"] = (
        declared("standing", "what loads it; to_failure: potted, in a machine, until it fails")
    )
    force: Annotated[float | None, Physical(FORCE, "50 N", "5000 N", optional=True)] = declared(
        None, "axial force of the case; without it that of the table"
    )
    moment: Annotated[float | None, Physical(MOMENT, "0 N*m", "20 N*m", optional=True)] = declared(
        None, "moment of the case; without it that of the table"
    )
    side: Literal["left", "right"] = declared(
        "left", "to which side lateral bends, and rotation turns the front"
    )
    depth: Annotated[float, Physical(LENGTH, "0.5 mm", "12 mm")] = declared(
        "4 mm", "ends to_failure where the vertebra has not failed: way of the machine", "assumed"
    )
    keep: bool = declared(
        False,
        "go on from what the load has done, once it is taken off; else from the state before it",
    )


Stage = PlainStage | FractureStage | LoadStage | PostureStage
"""A stage of any kind."""


class Procedure(Section):
    """The stages in their order."""

    stages: tuple[str, ...] = declared(
        ("access", "inflate", "deflate", "inject"),
        f"stages that are run: kinds ({', '.join(RULES)}) or names of [[procedure.stage]]",
        min_length=1,
    )
    stage: tuple[Annotated[Stage, Field(discriminator="kind")], ...] = declared(
        (), "stages with names; without the list above they are run in this order"
    )
    rest: Annotated[float, Physical(TIME, "0 s", "60 min")] = declared(
        "3 min", "time the bone is left alone after a deflation", "assumed"
    )

    @model_validator(mode="before")
    @classmethod
    def _in_order_of_tables(cls, data: Any) -> Any:
        """Take the order from the tables where the list is left out."""
        tables = data.get("stage") if isinstance(data, dict) else None
        if not isinstance(tables, (list, tuple)) or not tables or "stages" in data:
            return data
        given = [table if isinstance(table, dict) else {} for table in tables]
        return {**data, "stages": _table_names([(t.get("name"), t.get("kind")) for t in given])}

    @property
    def sequence(self) -> tuple[Stage, ...]:
        """Stages in their order, each with its own name."""
        names = _table_names([(table.name, table.kind) for table in self.stage])
        tables = dict(zip(names, self.stage, strict=True))
        found = []
        for name, word in zip(own_names(self.stages), self.stages, strict=True):
            table = tables[name] if name in tables else _plain(word)
            found.append(table.model_copy(update={"name": name}))
        return tuple(found)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of the stages in their order."""
        return tuple(stage.kind for stage in self.sequence)


def _plain(kind: str) -> Stage:
    """Return a stage of a ``kind`` with its defaults."""
    models: dict[str, type[Stage]] = {
        "fracture": FractureStage,
        "load": LoadStage,
        "posture": PostureStage,
    }
    return models.get(kind, PlainStage).model_validate({"kind": kind})


def _table_names(tables: list[tuple[Any, Any]]) -> tuple[str, ...]:
    """Names of tables, (name, kind) each: the given one, or the kind, numbered from its second on."""
    unnamed = iter(own_names([str(kind) for name, kind in tables if name is None]))
    return tuple(str(name) if name is not None else next(unnamed) for name, _ in tables)


def stage_contradictions(procedure: Procedure) -> Iterator[Exception]:
    """Yield what is wrong with names and order of the stages, as errors that name the field."""
    named = list(_misnamed(procedure))
    if named:
        yield from named
        return
    stages = [(str(stage.name), stage.kind) for stage in procedure.sequence]
    for fault in stage_order_faults(stages):
        yield plan_error("E-PLAN-009", fault.found, fault.expected, fault.fix, _FIELD)
    yield from _loads(procedure)
    yield from _lasting(procedure)


def _loads(procedure: Procedure) -> Iterator[Exception]:
    """Yield keys of loads that their case does not have."""
    for index, stage in enumerate(procedure.stage):
        if not isinstance(stage, LoadStage):
            continue
        field = f"procedure.stage[{index}]"
        given = [key for key in ("force", "moment") if getattr(stage, key) is not None]
        refused = {"to_failure": given, "standing": [key for key in given if key == "moment"]}
        for key in refused.get(stage.case, []):
            fix = (
                "leave it out"
                if key == "force"
                else "leave it out, or choose flexion, extension, lateral or rotation"
            )
            expected = f"nothing: {stage.case} has none"
            yield plan_error("E-PLAN-009", f"a {key}", expected, fix, f"{field}.{key}")
        if stage.case == "to_failure" and stage.keep:
            fix = 'leave it out; what breaks a vertebra for good is a stage of kind "fracture"'
            yield plan_error("E-PLAN-009", "keep with to_failure", "false", fix, f"{field}.keep")


def _lasting(procedure: Procedure) -> Iterator[Exception]:
    """Yield new loads while a cavity is full or cement is wet, and moments under which nobody stands."""
    for index, stage in enumerate(procedure.stage):
        if (
            isinstance(stage, PlainStage)
            and stage.kind in _AS_BEFORE
            and stage.axial_load is not None
        ):
            fix = f"leave it out; {_AS_BEFORE[stage.kind]}"
            field = f"procedure.stage[{index}].axial_load"
            yield plan_error("E-PLAN-009", "an axial load", "that of the stage before", fix, field)
    moment, where = 0.0, ""
    for each in procedure.sequence:
        if isinstance(each, PostureStage):
            moment, where = each.extension_moment, str(each.name)
        elif each.kind in ("fracture", "load") and moment != 0.0:
            found = f'stage "{each.name}" under the extension moment of "{where}"'
            fix = 'put a [[procedure.stage]] of kind "posture" without extension_moment before it'
            yield plan_error("E-PLAN-009", found, "no moment that lasts", fix, _FIELD)


_AS_BEFORE = {
    "deflate": "give it to a stage after it: balloons are full until then",
    "cure": "give it to inject: cement is wet until it has cured",
}
"""Kinds of stages in which the load cannot change, with what to do about it."""


def _misnamed(procedure: Procedure) -> Iterator[Exception]:
    """Yield tables without a name of their own or place, and words that name no stage."""
    tables = _table_names([(table.name, table.kind) for table in procedure.stage])
    order = own_names(procedure.stages)
    for index, (name, table) in enumerate(zip(tables, procedure.stage, strict=True)):
        field = f"procedure.stage[{index}].name"
        if name in tables[:index]:
            fix = "rename one"
            yield plan_error(
                "E-PLAN-009", f'"{name}" twice', "a name of its own for each stage", fix, field
            )
        elif name in _TAKEN or (name in RULES and name != table.kind):
            expected = f"a name that is neither another kind nor one of {', '.join(_TAKEN)}"
            yield plan_error("E-PLAN-009", f'"{name}"', expected, "rename it", field)
        elif name not in order:
            found = f'no "{name}", which [[procedure.stage]] describes'
            expected = "each described stage once in the order"
            fix = f'put "{name}" in its place in the list, or leave the list out'
            yield plan_error("E-PLAN-009", found, expected, fix, _FIELD)
    for name, word in zip(order, procedure.stages, strict=True):
        if word not in RULES and name not in tables:
            known = (*RULES, *tables)
            near = difflib.get_close_matches(word, known, n=1)
            fix = (
                f'did you mean "{near[0]}"?'
                if near
                else "choose one, or describe it in [[procedure.stage]]"
            )
            found = f'"{word}"' if name == word else f'"{word}" more than once'
            expected = (
                f"kinds ({', '.join(RULES)}) or names of [[procedure.stage]], these once each"
            )
            yield plan_error("E-PLAN-006", found, expected, fix, _FIELD)
