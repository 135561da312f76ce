# SPDX-License-Identifier: BSD-3-Clause
"""The parts of a plan about the flow of cement: cannulas, outlets, and when to stop."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from vertaug.procedure.plan_anatomy import Position
from vertaug.procedure.plan_fields import Physical, Section, declared, required
from vertaug.units import LENGTH, PRESSURE, TIME, VISCOSITY, VOLUME

__all__ = ["Cannula", "Outlets", "Pathway", "Stop", "TumourTissue"]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Pathway = Literal[
    "basivertebral", "segmental_vein", "cortical_defect", "disc", "canal", "foramen", "needle_tract"
]
Side = Literal["left", "right", "anterior", "posterior", "superior", "inferior"]


class Cannula(Section):
    """A cannula: through a balloon's channel, or with a tip of its own in the bone."""

    name: Name = required("name, such as left; that of a balloon overrides its cannula")
    balloon: Name | None = declared(None, "balloon whose cavity its tip lies in")
    tip: Position = declared(None, "where its tip lies, in the place of a balloon's cavity")
    entry: Position = declared(
        None, "a point of its axis behind the tip; gives the direction, a balloon's by default"
    )
    gauge: Literal[8, 10, 11, 13, 15] = declared(
        10, "gauge", "regular wall: 3.43, 2.69, 2.39, 1.80, 1.37 mm inside"
    )
    inner_diameter: Annotated[float | None, Physical(LENGTH, "0.5 mm", "6 mm", optional=True)] = (
        declared(None, "inner diameter, where it is not that of the gauge")
    )
    length: Annotated[float, Physical(LENGTH, "30 mm", "300 mm")] = declared(
        "125 mm", "length of the cannula"
    )
    in_body: Annotated[float, Physical(LENGTH, "0 mm", "300 mm")] = declared(
        "90 mm",
        "of its length, what lies within the body and warms the cement",
        "from the skin to the tip; assumed",
    )
    opening: Literal["ball", "end", "side"] = declared(
        "ball", "where cement comes out: all around the tip, ahead of it, or beside it"
    )
    facing: Side | None = declared(None, "to which side an opening at the side looks")


class Stop(Section):
    """When an injection is ended before its schedule."""

    seen: Annotated[float | None, Physical(VOLUME, "0.001 mL", "10 mL", optional=True)] = declared(
        None, "leaked volume of one pathway that shows on the screen; never, if not given"
    )
    pathways: tuple[Pathway, ...] = declared((), "pathways that are watched; all, if none is named")
    delay: Annotated[float, Physical(TIME, "0 s", "120 s")] = declared(
        "2 s",
        "from the leak that shows to the piston that stops",
        "one image and a reaction; assumed",
    )
    set_viscosity: Annotated[float, Physical(VISCOSITY, "10 Pa*s", "1000000 Pa*s")] = declared(
        "75000 Pa*s", "viscosity (10 1/s) of cement in cannula or tip that counts as set",
        "Nicholas 2007: cured cements reach at most 75 kPa s",
    )  # fmt: skip
    time: Annotated[float, Physical(TIME, "10 s", "3600 s")] = declared(
        "3600 s", "time from the first injection"
    )
    settle: Annotated[float, Physical(TIME, "0 s", "1800 s")] = declared(
        "60 s",
        "how long cement is followed after the last injection, unless it stands still before",
    )


class TumourTissue(Section):
    """How the tumour of the anatomy resists being pressed out."""

    yield_stress: Annotated[float, Physical(PRESSURE, "0.01 kPa", "50 kPa")] = declared(
        "1 kPa", "stress below which it stands still", "0.2 to 5 kPa, assumed and uncalibrated"
    )
    viscosity: Annotated[float, Physical(VISCOSITY, "1 Pa*s", "10000 Pa*s")] = declared(
        "100 Pa*s", "viscosity while it flows", "10 to 1000 Pa s, assumed and uncalibrated"
    )
    entry: float = declared(
        5.0,
        "pressure to enter a hole over the yield stress",
        "extrusion of pastes: 4 to 6, recalled",
        ge=0.0,
        le=20.0,
    )


class Outlets(Section):
    """Ways out that every vertebra has."""

    usual: bool = declared(
        False, "add the basivertebral foramen and six segmental veins, less those named in the plan"
    )
    pressure: Annotated[float, Physical(PRESSURE, "-5 kPa", "20 kPa")] = declared(
        "1 kPa", "pressure at their far ends, against the marrow's"
    )
