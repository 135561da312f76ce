# SPDX-License-Identifier: BSD-3-Clause
"""Balloons of a plan: what the catalogue says of a type holds where the plan says nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import model_validator

from vertaug.balloon.catalogue import KEYS, BalloonType, catalogue, design_volume
from vertaug.balloon.free import channel_area
from vertaug.balloon.wall import BalloonWall
from vertaug.procedure.plan_anatomy import Position
from vertaug.procedure.plan_fields import Physical, Section, declared, plan_error, required
from vertaug.procedure.plan_sections import Name
from vertaug.units import FLOW, LENGTH, PRESSURE, VOLUME

__all__ = ["Balloon", "TypeName", "balloon_contradictions", "balloon_type", "balloon_wall"]

TypeName = Literal["generic_10", "generic_15", "generic_20"]
_OF_TYPE = "as its type"


class Balloon(Section):
    """One balloon and the cannula it comes through."""

    name: Name = required("name, such as left")
    side: Literal["left", "right"] = required("side of the approach")
    type: TypeName = declared(
        "generic_15", "type in the catalogue; a key that the plan gives takes the place of its own"
    )
    route: Literal["transpedicular", "extrapedicular", "unipedicular"] = declared(
        "transpedicular",
        "through the pedicle, beside it into the body, or through one pedicle to the mid-plane",
    )
    length: Annotated[float, Physical(LENGTH, "5 mm", "30 mm")] = declared(
        "15 mm", "working length of the balloon", _OF_TYPE
    )
    channel_diameter: Annotated[float, Physical(LENGTH, "2 mm", "6 mm")] = declared(
        "3.5 mm", "diameter of the access channel, which the deflated balloon fills"
    )
    volume: Annotated[float, Physical(VOLUME, "0.2 mL", "8 mL")] = declared(
        "4 mL", "stop: volume of contrast liquid", "the type's greatest volume"
    )
    rate: Annotated[float, Physical(FLOW, "0.1 mL/min", "60 mL/min")] = declared(
        "6 mL/min",
        "rate of inflation, which drives the marrow; the bone does not see it",
        "assumed",
    )
    pressure_limit: Annotated[float, Physical(PRESSURE, "20 psi", "1000 psi")] = declared(
        "400 psi", "stop: pressure", f"{_OF_TYPE}: device rating"
    )
    endplate_gap: Annotated[float, Physical(LENGTH, "0 mm", "10 mm")] = declared(
        "1 mm", "stop: smallest distance between balloon and endplate"
    )
    cortex_gap: Annotated[float, Physical(LENGTH, "0 mm", "10 mm")] = declared(
        "0.5 mm", "stop: smallest distance between balloon and cortex, which it is about to break"
    )
    restored_height: float | None = declared(
        None,
        "stop: anterior height over that of the intact vertebra; by default none",
        gt=0.0,
        le=1.5,
    )
    order: int = declared(
        1, "turn in which it is filled; balloons of one turn are filled together", ge=1, le=9
    )
    device: Literal["balloon", "sleeve", "stent"] = declared(
        "balloon", "what stays in the cavity: nothing, a sleeve, or a stent", "uncalibrated"
    )
    greatest_volume: Annotated[float, Physical(VOLUME, "0.5 mL", "10 mL")] = declared(
        "4 mL", "greatest volume the balloon may be filled to", _OF_TYPE
    )
    opening_pressure: Annotated[float, Physical(PRESSURE, "1 psi", "200 psi")] = declared(
        "45 psi", "free balloon in air: pressure at which it opens", _OF_TYPE
    )
    plateau_pressure: Annotated[float, Physical(PRESSURE, "2 psi", "300 psi")] = declared(
        "70 psi", "free balloon in air: pressure at which it grows", _OF_TYPE
    )
    full_pressure: Annotated[float, Physical(PRESSURE, "3 psi", "1000 psi")] = declared(
        "150 psi", "free balloon in air: pressure at its greatest volume", _OF_TYPE
    )
    design_diameter: Annotated[float, Physical(LENGTH, "6 mm", "30 mm")] = declared(
        "15 mm", "diameter from which the wall stiffens", _OF_TYPE
    )
    lengthening: Annotated[float, Physical(LENGTH, "0 mm", "15 mm")] = declared(
        "4 mm", "what the balloon has grown in length at its design diameter", _OF_TYPE
    )
    entry: Position = declared(None, "where the cannula enters the bone; by default found")
    target: Position = declared(None, "where the balloon's tip lies; by default found")

    @model_validator(mode="before")
    @classmethod
    def _of_type(cls, given: Any) -> Any:
        """Take what is not given from the catalogue."""
        name = given.get("type", "generic_15") if isinstance(given, dict) else None
        known = catalogue().get(name) if isinstance(name, str) else None
        if known is None:
            return given
        filled = {key: known.texts[key] for key in KEYS} | given
        return {"volume": filled["greatest_volume"]} | filled


def balloon_type(balloon: Balloon) -> BalloonType:
    """Return its type in the catalogue, with what the plan gives in place of the type's own values."""
    return catalogue()[balloon.type].changed({key: getattr(balloon, key) for key in KEYS})


def balloon_wall(balloon: Balloon) -> BalloonWall:
    """Wall of a balloon that fills its channel when it is deflated.

    Raises
    ------
    ValueError : its free curve does not rise
    """
    return balloon_type(balloon).wall(channel_area(balloon.channel_diameter, balloon.length))


def balloon_contradictions(balloons: Sequence[Balloon]) -> Iterator[Exception]:
    """Yield volumes that no such balloon holds, and free curves that fall."""
    for index, balloon in enumerate(balloons):
        field = f"balloon[{index}]"
        if balloon.volume > balloon.greatest_volume:
            found = f"{balloon.volume / 1e3:g} mL"
            expected = f"at most the greatest volume, {balloon.greatest_volume / 1e3:g} mL"
            fix = "take a larger type, or give greatest_volume"
            yield plan_error("E-PLAN-009", found, expected, fix, f"{field}.volume")
        kind = balloon_type(balloon)
        design = design_volume(
            *(kind.value(key) for key in ("length", "lengthening", "design_diameter"))
        )
        if design >= balloon.greatest_volume:
            found = f"{balloon.length:g} mm: {balloon.design_diameter:g} mm wide it holds {design / 1e3:.1f} mL"
            expected = f"less than the greatest volume, {balloon.greatest_volume / 1e3:g} mL, at design_diameter"
            fix = "take a shorter balloon or a larger type, or give greatest_volume"
            yield plan_error("E-PLAN-009", found, expected, fix, f"{field}.length")
            continue
        try:
            balloon_wall(balloon)
        except ValueError as error:
            expected = (
                "deflated, unfolded, design and greatest volume that rise, and so their pressures"
            )
            fix = "take another type, or correct its pressures, greatest_volume or design_diameter"
            yield plan_error("E-PLAN-009", str(error), expected, fix, field)
