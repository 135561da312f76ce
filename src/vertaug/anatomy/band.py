# SPDX-License-Identifier: BSD-3-Clause
"""The crushed band of a body that came fractured: where it lies, how damaged it is, and its cleft.

Height lost against a reference tells whether a body is fractured; density tells where: bone that was compacted is
denser than the rest of the same column. How mobile the fracture is, no single image tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Field, HeightProfile
from vertaug.mesh import SignedDistance

__all__ = ["MOBILITY", "Crush", "FracturedBand", "find_crush", "open_cleft"]

Float = NDArray[np.float64]

CRUSHED = 0.2
"""Relative loss of height from which a body counts as fractured (Genant grade 1 starts there)."""

LARGEST_DAMAGE = 0.53
"""Damage of the band: stiffness falls by 53 % in a 25 % crush (Wegrzyn 2011)."""

MOBILITY = 0.5
"""Mobility where the plan gives none: all of the damage, and no cleft (assumed)."""

COMPACTED, EDGE = 1.3, 1.08
"""Density over that of the sound bone from which a slice is compacted, and to which its band reaches (assumed)."""

SLICE = 1.0
PLATES = 2.5
"""What slices keep from the endplates, whose own density is not the band's, mm."""

WITHIN = 0.3
"""Half-width of the core that is looked at, share of the body's width: cortex stays outside."""

THINNEST, THICKEST = 1.0, 3.0
"""Thickness of the cleft of a fracture that just moves, and of one that is wholly loose, mm (assumed)."""

RIM = 4.0
"""What the cleft keeps from the body's surface, mm."""


@dataclass(frozen=True)
class FracturedBand:
    """A crushed body's band by its depth, vertebral frame, mm.

    Parameters
    ----------
    y : (n,) positions along the depth
    superior, inferior : (n,) z of the endplates there
    centre, half : (n,) middle of the band and half its height, shares of the height from the inferior endplate
    loss : (n,) share of the height that was lost
    by_density : whether density shows the band; else the middle half is taken
    """

    y: Float
    superior: Float
    inferior: Float
    centre: Float
    half: Float
    loss: Float
    by_density: bool

    @property
    def middle(self) -> Float:
        """Height z (n,) of the band's middle, mm."""
        return np.asarray(self.inferior + self.centre * (self.superior - self.inferior))

    @property
    def height(self) -> Float:
        """Height (n,) of the band, mm."""
        return np.asarray(2.0 * self.half * (self.superior - self.inferior))

    @property
    def worst(self) -> int:
        """Where most was lost."""
        return int(np.argmax(self.loss))


@dataclass(frozen=True)
class Crush:
    """Damage of a crushed body as a field: full in its band, none half a band beyond.

    `damage` (n,) is that of the band along its `y`, `width` the half-width of the body, mm.
    """

    band: FracturedBand
    damage: Float
    width: float

    def __call__(self, points: Float) -> Float:
        """Damage (n,) at ``points`` (n, 3), mm."""
        band = self.band
        x, y, z = np.asarray(points, dtype=np.float64).T
        top, bottom = np.interp(y, band.y, band.superior), np.interp(y, band.y, band.inferior)
        place = (z - bottom) / np.maximum(top - bottom, 1.0)
        away = np.abs(place - np.interp(y, band.y, band.centre)) / np.interp(y, band.y, band.half)
        within = (y >= band.y[0]) & (y <= band.y[-1]) & (np.abs(x) <= self.width)
        across = np.clip(2.0 - away, 0.0, 1.0)
        return np.where(within, np.interp(y, band.y, self.damage) * across, 0.0)


def find_crush(
    profile: HeightProfile,
    reference: HeightProfile,
    width: float,
    density: Field | None = None,
    *,
    mobility: float | None = None,
    doubt: float = 0.0,
) -> tuple[Crush | None, tuple[str, ...]]:
    """Find the band of a body that has lost height against ``reference`` on the same y, and its damage.

    Assumed: damage grows in proportion to the loss to 0.53 at 25 %, for a mobility of a half or more, and in
    proportion to the mobility below that: bone of a healed fracture is sound again.

    Parameters
    ----------
    profile, reference : of the body and of what it was
    width : of the body, mm
    density : field of an image, in which the band is looked for; None: the middle half is taken
    mobility : 0 healed to 1 loose; None takes `MOBILITY`
    doubt : relative standard deviation of the reference, by which a loss has to exceed the usual limit unless it
        exceeds that of another third by it

    Returns
    -------
    crush : None where less than 20 % is lost in every third
    notes : what was found and what assumed
    """
    before = reference.superior - reference.inferior
    loss = 1.0 - (profile.superior - profile.inferior) / np.maximum(before, 1.0)
    thirds = [float(part.mean()) for part in np.array_split(loss, 3)]
    most = max(thirds)
    # a body that is small all over has lost as much behind as in front
    if most < CRUSHED + doubt and (doubt == 0.0 or most - max(min(thirds), 0.0) < CRUSHED):
        return None, ()
    band = _band(profile, np.maximum(loss, 0.0), width, density)
    moves = MOBILITY if mobility is None else mobility
    whole = LARGEST_DAMAGE * min(1.0, moves / MOBILITY)
    damage = np.clip(whole * band.loss / 0.25, 0.0, whole)
    where = band.worst
    found = (
        f"found by density, {band.height[where]:.0f} mm high at {100 * band.centre[where]:.0f} % of the height"
        if band.by_density
        else "assumed in the middle half, since density shows none"
    )
    notes = [
        f"up to {100 * most:.0f} % of the height is lost; the crushed band is {found}, "
        f"its damage {damage.max():.2f}"
    ]
    if mobility is None:
        notes.append(
            f"a mobility of {MOBILITY:g} is assumed: how mobile the fracture is cannot be seen in one image "
            "(anatomy.fracture.mobility)"
        )
    return Crush(band, np.asarray(damage), 0.5 * width), tuple(notes)


def open_cleft(crush: Crush, mobility: float, distance: SignedDistance) -> SignedDistance | None:
    """Region of the cleft of a fracture that moves, on the grid of ``distance``; None up to a mobility of a half.

    A slab along the band's middle wherever half of the largest loss or more was lost, 1 to 3 mm thick by mobility,
    4 mm within the bone.
    """
    if mobility <= MOBILITY:
        return None
    share = (mobility - MOBILITY) / (1.0 - MOBILITY)
    thickness = THINNEST + share * (THICKEST - THINNEST)
    band = crush.band
    _, y, z = np.moveaxis(distance.coordinates(), -1, 0)
    open_at = np.interp(y, band.y, band.loss, left=0.0, right=0.0) >= 0.5 * band.loss.max()
    slab = np.abs(z - np.interp(y, band.y, band.middle)) - 0.5 * thickness
    values = np.maximum(slab, distance.values + RIM)
    values = np.where(open_at, values, np.maximum(values, distance.spacing))
    return SignedDistance(distance.origin, distance.spacing, values.astype(np.float32))


def _band(
    profile: HeightProfile, loss: Float, width: float, density: Field | None
) -> FracturedBand:
    """Band by thirds of the depth where density shows one, elsewhere as in the others; else the middle half."""
    thirds = np.array_split(np.arange(len(profile.y)), 3)
    ends = [
        None if density is None else _compacted(profile, third, width, density) for third in thirds
    ]
    found = [index for index, pair in enumerate(ends) if pair is not None]
    if found:
        middles = np.array([profile.y[third].mean() for third in thirds])
        pairs = np.array([ends[index] for index in found])
        low, high = (np.interp(profile.y, middles[found], pairs[:, k]) for k in (0, 1))
    else:
        low, high = np.full_like(loss, 0.25), np.full_like(loss, 0.75)
    return FracturedBand(
        profile.y, profile.superior, profile.inferior,
        0.5 * (low + high), 0.5 * (high - low), loss, bool(found),
    )  # fmt: skip


def _compacted(
    profile: HeightProfile, third: NDArray[np.intp], width: float, density: Field
) -> tuple[float, float] | None:
    """Lower and upper end of the compacted slices of a third of the depth, shares of the height; None without."""
    bottom, top = profile.inferior[third], profile.superior[third]
    height = float((top - bottom).mean())
    count = int((height - 2.0 * PLATES) / SLICE) + 1
    if count < 5:
        return None
    place = np.asarray(0.5 + (np.arange(count) - 0.5 * (count - 1)) * SLICE / height, np.float64)
    x = np.linspace(-WITHIN, WITHIN, 9) * width
    z = bottom + place[:, None] * (top - bottom)
    shape = (count, len(x), len(third))
    points = np.stack(
        [
            np.broadcast_to(x[:, None], shape),
            np.broadcast_to(profile.y[third], shape),
            np.broadcast_to(z[:, None], shape),
        ],
        axis=-1,
    )
    mean = density(points.reshape(-1, 3)).reshape(count, -1).mean(axis=1)
    ratio = np.asarray(mean / np.median(np.sort(mean)[: (count + 1) // 2]), dtype=np.float64)
    peak = int(np.argmax(ratio))
    if ratio[peak] < COMPACTED:
        return None
    return _edge(place, ratio, peak, -1), _edge(place, ratio, peak, 1)


def _edge(place: Float, ratio: Float, peak: int, way: int) -> float:
    """Where ``ratio`` falls below `EDGE` on one side of its peak, linear between slices; else the last one."""
    index = peak
    while 0 <= index + way < len(ratio):
        if ratio[index + way] < EDGE:
            share = (ratio[index] - EDGE) / (ratio[index] - ratio[index + way])
            return float(place[index] + share * (place[index + way] - place[index]))
        index += way
    return float(place[index])
