# SPDX-License-Identifier: BSD-3-Clause
"""Shape of discs in a sound spine: height by level, age and sex, and wedge from the spine's curves.

The regressions of lumbar heights with age are read as heights at the middle, since those are what grows as endplates
sag; between the endplates' mean planes discs are lower by the two bowls less their means. Thoracic heights are taken
as means.

Bodies bring part of a curve, discs the rest. Lumbar discs share theirs unevenly, the lowest are the most wedged;
thoracic discs share theirs evenly; those of T11 and T12, where the curve turns, are parallel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from vertaug.anatomy.disc_height import REGRESSED, disc_height
from vertaug.anatomy.morphometry import Dimensions, levels, mean_dimensions
from vertaug.anatomy.parametric._body import BOWL, MARGIN
from vertaug.errors import InputError
from vertaug.materials.card import Parameter

__all__ = ["CARD", "Curvature", "DiscSpace", "body_wedge", "column_names", "disc_spaces"]

_LMG = "generator of lumbar models LMG (Lavecchia 2018)"
_SHARES = {"L1": 0.13, "L2": 0.16, "L3": 0.19, "L4": 0.24, "L5": 0.28}
_THORACIC = tuple(f"T{n}" for n in range(4, 12))

CARD = (
    Parameter("lordosis", 43.49, "degree", 20.0, 80.0, "superior endplates of L1 and S1", _LMG, "found"),
    Parameter("kyphosis", 35.0, "degree", 10.0, 60.0, "T4 to T12, superior to inferior endplate",
              "textbook: 20 to 45", "recalled"),
    *(
        Parameter(f"share_{level}", share, "1", 0.0, 0.5, f"share of the lumbar discs' wedge of that below {level}",
                  "typical angles of lumbar discs, growing downwards", "recalled")
        for level, share in _SHARES.items()
    ),
    Parameter("loss", 0.0, "1", 0.0, 0.6, "share of a disc's height lost with degeneration",
              "0.15 to 0.5 with Pfirrmann's grade", "recalled"),
)  # fmt: skip


@dataclass(frozen=True)
class Curvature:
    """Curves of a standing spine, degrees: `lordosis` L1 to S1, `kyphosis` T4 to T12."""

    lordosis: float = CARD[0].value
    kyphosis: float = CARD[1].value


@dataclass(frozen=True)
class DiscSpace:
    """Space between two endplates: the level `above`, `height` mm, `wedge` degrees, open in front above 0.

    The height is between the middles of the endplates' mean planes.
    """

    above: str
    height: float
    wedge: float


def column_names() -> tuple[str, ...]:
    """Vertebrae of a spine from the top down, the sacrum's first one the last of them."""
    return (*levels(), "S1")


def body_wedge(size: Dimensions) -> float:
    """Angle (degrees) between a sound body's endplates, above 0 where it is higher in front."""
    depth = min(size.superior_depth, size.inferior_depth)
    width = 0.5 * (size.superior_width + size.inferior_width)
    between = depth - 2.0 * MARGIN * width / 42.0
    return math.degrees(math.atan((size.anterior_height - size.posterior_height) / between))


def _height(above: str, below: str, age: float, sex: Literal["male", "female"] | None) -> float:
    """Height (mm) between mean planes."""
    height = disc_height(above, age, sex)
    if above not in REGRESSED:
        return height
    # a bowl c (1 - s²)² has the mean c/3 over its disc, which ends at BOWL; planes are fitted up to 0.85
    left = 1.0 - (BOWL / 0.85) ** 2 / 3.0
    bowls = mean_dimensions(above).inferior_concavity
    if below in levels():
        bowls += mean_dimensions(below).superior_concavity
    return height - left * bowls


def _wedge(above: str, curvature: Curvature) -> float:
    """Wedge (degrees) of the disc below the level ``above``."""
    if above in _SHARES:
        bodies = sum(body_wedge(mean_dimensions(level)) for level in _SHARES)
        return _SHARES[above] * (curvature.lordosis - bodies)
    if above in ("T11", "T12"):
        return 0.0
    bodies = sum(body_wedge(mean_dimensions(level)) for level in (*_THORACIC, "T12"))
    return -(curvature.kyphosis + bodies) / (len(_THORACIC) - 1)


def disc_spaces(
    chain: tuple[str, ...],
    age: float = 70.0,
    sex: Literal["male", "female"] | None = None,
    curvature: Curvature | None = None,
    loss: float = 0.0,
) -> tuple[DiscSpace, ...]:
    """Discs between the levels of a ``chain`` from the top down, such as ``("T12", "L1", "L2")``.

    ``loss`` is the share of height that degeneration took from all of them.

    Raises
    ------
    InputError : E-ANAT-020, levels that do not follow each other; E-ANAT-021, a share out of range
    """
    known = column_names()
    places = [known.index(name) if name in known else -9 for name in chain]
    if len(chain) < 2 or any(b - a != 1 for a, b in pairwise(places)):
        raise InputError(
            "plan", "levels", ", ".join(chain), "levels from T4 to S1, one below the other",
            "name them from the top down, none left out", "E-ANAT-020",
        )  # fmt: skip
    if not 0.0 <= loss <= 0.6:
        raise InputError(
            "plan", "disc.loss", f"{loss}", "0 to 0.6 of the height", "0.15 to 0.5 are degenerated discs",
            "E-ANAT-021",
        )  # fmt: skip
    shape = curvature or Curvature()
    return tuple(
        DiscSpace(above, _height(above, below, age, sex) * (1.0 - loss), _wedge(above, shape))
        for above, below in pairwise(chain)
    )
