# SPDX-License-Identifier: BSD-3-Clause
"""Vertebrae in one frame: a chain put together from endplate to endplate.

The global frame is the vertebral frame of one of them, the `fixed` one. Each neighbour stands so that its
endplate faces the next one at the disc's height, turned by the disc's wedge in the sagittal plane. What of two
neighbours would overlap, as the articular processes of idealised shapes do, is taken from the one farther
from the fixed one, and a joint space is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Endplate, Frame, Vertebra
from vertaug.anatomy.curvature import DiscSpace
from vertaug.materials.card import Parameter
from vertaug.mesh import SignedDistance

__all__ = ["CARD", "Placed", "Spine", "build_spine"]

Float = NDArray[np.float64]

CARD = (
    Parameter("gap", 0.45, "mm", 0.1, 2.0, "joint space of facets that overlap otherwise",
              "0.4 to 0.5 mm in FE models", "recalled"),
)  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A vertebra and its `place`: where its own frame lies in the spine's."""

    vertebra: Vertebra
    place: Frame

    def distance(self, points: Float) -> Float:
        """Signed distance (n,) mm at global ``points`` (n, 3)."""
        return self.vertebra.distance.at(self.place.to_vertebral(points))

    def endplate(self, superior: bool) -> Endplate:
        """The endplate's plane in the spine's frame."""
        marks = self.vertebra.landmarks
        plate = marks.superior if superior else marks.inferior
        centre = self.place.to_source(plate.centre[None])[0]
        return Endplate(centre, plate.normal @ self.place.axes)


@dataclass(frozen=True)
class Spine:
    """Vertebrae from the top down and the disc spaces between them."""

    placed: tuple[Placed, ...]
    discs: tuple[DiscSpace, ...]

    def __getitem__(self, level: str) -> Placed:
        """Return the vertebra of a level."""
        return next(item for item in self.placed if item.vertebra.name == level)

    def gap(self, index: int) -> float:
        """Distance (mm) of the endplate planes' centres above and below disc ``index``."""
        upper, lower = self.placed[index].endplate(False), self.placed[index + 1].endplate(True)
        return float(np.linalg.norm(upper.centre - lower.centre))


def build_spine(
    vertebrae: Sequence[Vertebra],
    discs: Sequence[DiscSpace],
    fixed: int = 0,
    joint_space: float = CARD[0].value,
) -> Spine:
    """Put ``vertebrae`` (from the top down) together; number ``fixed`` stays where it is.

    ``discs`` are one fewer; ``joint_space`` mm is left where neighbours would overlap.
    """
    frames: dict[int, Frame] = {fixed: Frame(np.zeros(3), np.eye(3))}
    shapes = dict(enumerate(vertebrae))
    order = [(i, i + 1) for i in range(fixed, len(shapes) - 1)]
    order += [(i, i - 1) for i in range(fixed, 0, -1)]
    for known, new in order:
        frames[new] = _beside(
            shapes[known], frames[known], shapes[new], discs[min(known, new)], new > known
        )
        shapes[new] = _trimmed(
            Placed(shapes[new], frames[new]), Placed(shapes[known], frames[known]), joint_space
        )
    placed = tuple(Placed(shapes[i], frames[i]) for i in range(len(shapes)))
    return Spine(placed, tuple(discs))


def _angle(normal: Float) -> float:
    """Angle of a normal in the sagittal plane from superior towards posterior, rad."""
    return float(np.arctan2(normal[1], normal[2]))


def _beside(known: Vertebra, frame: Frame, new: Vertebra, disc: DiscSpace, below: bool) -> Frame:
    """Frame of the vertebra that faces a known one across a disc."""
    mine, other = known.landmarks, new.landmarks
    here, there = (mine.inferior, other.superior) if below else (mine.superior, other.inferior)
    normal = here.normal @ frame.axes
    wedge = np.radians(disc.wedge)
    facing = _angle(-normal) - wedge if below else _angle(normal) + wedge
    own = there.normal if below else -there.normal
    turn = _angle(own) - facing
    cosine, sine = np.cos(turn), np.sin(turn)
    axes = np.array([[1.0, 0.0, 0.0], [0.0, cosine, sine], [0.0, -sine, cosine]])
    across = normal - there.normal @ axes
    across /= np.linalg.norm(across)
    centre = frame.to_source(here.centre[None])[0] + disc.height * across
    return Frame(centre - there.centre @ axes, axes)


def _trimmed(new: Placed, known: Placed, space: float) -> Vertebra:
    """Return the new vertebra less what is nearer than ``space`` mm to the known one."""
    grid = new.vertebra.distance
    points = new.place.to_source(grid.coordinates().reshape(-1, 3))
    other = known.distance(points).reshape(grid.values.shape)
    values = np.maximum(grid.values, space - other).astype(np.float32)
    return replace(new.vertebra, distance=SignedDistance(grid.origin, grid.spacing, values))
