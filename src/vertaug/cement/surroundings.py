# SPDX-License-Identifier: BSD-3-Clause
"""What lies around a vertebra, as far as cement can get there: canal, discs, and how open each space is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.outside_spaces import SpaceProperties, properties_of

__all__ = ["CanalSpace", "DiscSpace", "Surroundings", "kind_of_space"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class CanalSpace:
    """The spinal canal: a tube of a `radius`, mm, through `centre` (3,), mm, along the superior axis.

    It reaches forward to the posterior wall, `wall` mm in front of the centre. Foramina lie `foramen` mm wide
    on either side of it.
    """

    centre: Float
    radius: float
    wall: float
    foramen: float = 10.0


@dataclass(frozen=True)
class DiscSpace:
    """A disc: what lies within `height` mm over the facets `corners` (f, 3, 3) of an endplate, mm.

    `sign` is 1 above the vertebra, -1 below. A `closed` one lets nothing in: an intact nucleus, which stands
    under more pressure than cement comes with.
    """

    name: str
    corners: Float
    sign: int
    height: float
    closed: bool = False


@dataclass(frozen=True)
class Surroundings:
    """Spaces around a vertebra; what is none of them is ``paravertebral``.

    Parameters
    ----------
    axes : (3, 3) rows are the vertebra's left, posterior and superior on the grid
    canal, discs : the spaces; None or empty where not known
    given : properties by kind of space that take the place of the usual ones
    """

    axes: Float = field(default_factory=lambda: np.eye(3))
    canal: CanalSpace | None = None
    discs: tuple[DiscSpace, ...] = ()
    given: Mapping[str, SpaceProperties] = field(default_factory=dict)

    def properties(self, space: str) -> SpaceProperties:
        """Properties of a space such as ``disc_superior``: its own, those of its kind, or the usual ones."""
        kind = kind_of_space(space)
        return self.given.get(space) or self.given.get(kind) or properties_of(kind)


def kind_of_space(space: str) -> str:
    """``disc`` for ``disc_superior``, ``foramen`` for ``foramen_left``; others are their own."""
    for kind in ("disc", "foramen"):
        if space.startswith(kind):
            return kind
    return space
