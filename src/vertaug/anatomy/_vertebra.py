# SPDX-License-Identifier: BSD-3-Clause
"""What every anatomy source delivers: one vertebra, in its own frame, ready to be meshed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import SignedDistance

__all__ = [
    "Approach",
    "Endplate",
    "Field",
    "Frame",
    "Gaps",
    "HeightProfile",
    "Landmarks",
    "PedicleAxis",
    "Vertebra",
]

Float = NDArray[np.float64]
Field = Callable[[Float], Float]
"""A scalar of position: points (n, 3) in mm, vertebral frame, to values (n,)."""


@dataclass(frozen=True)
class Frame:
    """The vertebral frame: origin at the body's centre, x to the left, y posterior, z superior.

    Parameters
    ----------
    origin : (3,) origin in source coordinates, mm
    axes : (3, 3) rows are the unit axes x, y, z in source coordinates, right-handed
    """

    origin: Float
    axes: Float

    def to_source(self, points: Float) -> Float:
        """Vertebral to source coordinates, (n, 3) to (n, 3), mm."""
        return np.asarray(self.origin + points @ self.axes, dtype=np.float64)

    def to_vertebral(self, points: Float) -> Float:
        """Source to vertebral coordinates, (n, 3) to (n, 3), mm."""
        return np.asarray((points - self.origin) @ self.axes.T, dtype=np.float64)


@dataclass(frozen=True)
class Endplate:
    """Plane fitted to an endplate: a point (3,) on it, its unit normal (3,) out of the body."""

    centre: Float
    normal: Float


@dataclass(frozen=True)
class PedicleAxis:
    """The line a cannula can follow through a pedicle.

    `entry` (3,) on the posterior surface, `isthmus` (3,) centre of the narrowest section,
    `direction` (3,) unit, pointing anteriorly into the body, `radius` inscribed at the isthmus, mm.
    """

    entry: Float
    isthmus: Float
    direction: Float
    radius: float


@dataclass(frozen=True)
class Landmarks:
    """Points and planes found on a vertebra, vertebral frame, mm.

    `anterior_wall`, `posterior_wall` are y of the body's walls in the mid-sagittal plane (x = 0)
    at mid-height; `width` and `depth` are of the body; `canal` (3,) is the canal's centre at body
    mid-height. A pedicle that was not found (a body-only surface, say) is None.
    """

    superior: Endplate
    inferior: Endplate
    anterior_wall: float
    posterior_wall: float
    width: float
    depth: float
    canal: Float
    pedicle_left: PedicleAxis | None
    pedicle_right: PedicleAxis | None


@dataclass(frozen=True)
class HeightProfile:
    """Endplate to endplate in the mid-sagittal plane.

    `y` (n,) posterior positions, ascending, from the anterior to the posterior margin of the
    endplates; `superior`, `inferior` (n,) z of the two endplates there; all in mm.
    """

    y: Float
    superior: Float
    inferior: Float


@dataclass(frozen=True)
class Gaps:
    """Least distances that an approach keeps, mm; negative where it does not.

    `canal` from the cannula's surface to the spinal canal, `cortex` from there to the bone's surface once the cannula
    is wholly in bone, `balloon` from the deflated balloon's surface to the body's, `ahead` from its far end
    along its axis.
    """

    canal: float
    cortex: float
    balloon: float
    ahead: float


@dataclass(frozen=True)
class Approach:
    """One cannula and the balloon beyond its tip, vertebral frame, mm.

    The cannula runs from `entry` (3,) on the bone's surface to `tip` (3,); the deflated balloon
    fills the capsule from `balloon_start` to `balloon_end` (3,) of radius `channel_radius`. `gaps` are those it was
    planned with, None where nobody planned it.
    """

    name: str
    entry: Float
    tip: Float
    balloon_start: Float
    balloon_end: Float
    channel_radius: float
    gaps: Gaps | None = None

    @property
    def direction(self) -> Float:
        """Unit vector (3,) from the entry forward."""
        way = self.balloon_end - self.entry
        return np.asarray(way / np.linalg.norm(way))

    @property
    def medial_deg(self) -> float:
        """Turn towards the mid-plane on the way forward, seen from above, degrees."""
        x, y, _ = self.direction
        return float(np.degrees(np.arctan2(-np.sign(self.entry[0]) * x, -y)))

    @property
    def caudal_deg(self) -> float:
        """Fall on the way forward against the plane of x and y, degrees."""
        return float(np.degrees(-np.arcsin(self.direction[2])))


@dataclass(frozen=True)
class Vertebra:
    """One vertebra before the procedure, in the vertebral frame.

    Parameters
    ----------
    name : level, such as ``L1``
    distance : signed distance to the outer surface of the whole bone, solid inside
    frame : where the vertebral frame lies in the source's coordinates
    landmarks : endplates, walls, canal, pedicles
    density : mineral density, mg/cm³ K2HPO4-equivalent, as a field
    damage : damage of the bone before the procedure, 0 intact to 1, as a field
    regions : further named regions as signed distances, the first that holds a point wins
    reference : profile of the same body before its fracture; None where nothing tells it
    reference_source : one phrase on where `reference` comes from
    reference_doubt : relative standard deviation of its heights; nought where they were measured on this spine
    warnings : what the reader of results must know
    """

    name: str
    distance: SignedDistance
    frame: Frame
    landmarks: Landmarks
    density: Field
    damage: Field
    regions: tuple[tuple[str, SignedDistance], ...] = ()
    reference: HeightProfile | None = None
    reference_source: str = "none"
    reference_doubt: float = 0.0
    warnings: tuple[str, ...] = field(default=())
