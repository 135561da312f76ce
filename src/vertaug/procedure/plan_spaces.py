# SPDX-License-Identifier: BSD-3-Clause
"""The part of a plan about the spaces around the vertebra that cement can get into."""

from __future__ import annotations

from typing import Annotated, Literal

from vertaug.procedure.plan_fields import Physical, Section, declared
from vertaug.units import LENGTH, PERMEABILITY, PRESSURE

__all__ = ["DiscSpace", "Space", "Spaces"]

_USUAL = "the table of outside spaces: assumed, pressures recalled"


class Space(Section):
    """A space outside the bone; what is not given is the table's."""

    permeability: Annotated[
        float | None, Physical(PERMEABILITY, "1e-16 m^2", "1e-5 m^2", optional=True)
    ] = declared(None, "how easily cement and marrow pass", _USUAL)
    porosity: float | None = declared(
        None, "share of its volume that cement can take", _USUAL, gt=0.0, le=1.0
    )
    pressure: Annotated[float | None, Physical(PRESSURE, "-5 kPa", "400 kPa", optional=True)] = (
        declared(None, "pressure in it far from the vertebra, against the marrow's", _USUAL)
    )


class DiscSpace(Space):
    """A disc; an intact one is closed."""

    condition: Literal["degenerated", "intact"] = declared(
        "degenerated", "intact: its nucleus stands under 0.1 to 0.3 MPa and lets nothing in"
    )
    height: Annotated[float | None, Physical(LENGTH, "1 mm", "20 mm", optional=True)] = declared(
        None, "its height; that of the level, if not given", "regressions at 70 years"
    )


class Spaces(Section):
    """Spaces around the vertebra."""

    canal: Space = declared({}, "the spinal canal outside the dura")
    foramen: Space = declared({}, "the foramina beside the canal")
    disc_superior: DiscSpace = declared({}, "the disc above")
    disc_inferior: DiscSpace = declared({}, "the disc below")
    paravertebral: Space = declared({}, "tissue beside and in front of the body")
    vein: Space = declared({}, "veins beyond the ends of segmental ones")
    needle_track: Space = declared({}, "the end of the track of a cannula that is taken out")
