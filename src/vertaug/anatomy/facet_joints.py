# SPDX-License-Identifier: BSD-3-Clause
"""Facet joints between two neighbours: where their articular processes come nearest, found from signed distances.

A joint is the surface half-way between both bones where each is near; its normal and its area are that surface's.
Cartilage pushes across it once the joint space is closed; capsules span it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.spine import Placed
from vertaug.materials.card import Parameter

__all__ = ["CARD", "FacetJoint", "facet_joints"]

Float = NDArray[np.float64]

CARD = (
    Parameter("reach", 1.2, "mm", 0.5, 4.0, "a joint is where both bones are nearer than this",
              "cartilage of 1 mm on each and a joint space", "assumed"),
    Parameter("E_c", 24.0, "MPa", 5.0, 50.0, "modulus of facet cartilage", "Sci Rep 2025 03377", "found"),
    Parameter("t_c", 2.0, "mm", 1.0, 4.0, "thickness of both facets' cartilage", "1 mm each", "recalled"),
    Parameter("A_c", 160.0, "mm²", 50.0, 250.0, "largest area of a joint", "lumbar facets 100 to 200 mm²",
              "recalled"),
    Parameter("gap", 0.45, "mm", 0.1, 2.0, "joint space that closes before cartilage pushes",
              "0.4 to 0.5 mm in FE models", "recalled"),
    Parameter("span", 5.0, "mm", 2.0, 10.0, "capsules are fixed this far above and below a joint's middle",
              "capsules of about 10 mm", "assumed"),
)  # fmt: skip
_VALUE = {parameter.symbol: parameter.value for parameter in CARD}
_SPACING = 0.8
_FARTHEST = 6.0


@dataclass(frozen=True)
class FacetJoint:
    """One joint, spine's frame, mm.

    `points` (k, 3) on the surface half-way, `normal` (3,) unit from the lower to the upper bone, `area` mm²,
    `capsule` (2, 2, 3): two bands, from the upper bone to the lower one.
    """

    points: Float
    normal: Float
    area: float
    capsule: Float

    @property
    def stiffness(self) -> float:
        """Cartilage of the whole joint, N/mm."""
        return _VALUE["E_c"] * self.area / _VALUE["t_c"]


def facet_joints(upper: Placed, lower: Placed) -> tuple[FacetJoint, ...]:
    """Joints on the right and on the left, in this order; those that are not there are left out."""
    found = (_joint(upper, lower, side) for side in (-1.0, 1.0))
    return tuple(joint for joint in found if joint is not None)


def _joint(upper: Placed, lower: Placed, side: float) -> FacetJoint | None:
    marks = lower.vertebra.landmarks
    x = side * np.arange(0.08 * marks.width, 0.6 * marks.width, _SPACING)
    y = np.arange(marks.posterior_wall, marks.posterior_wall + 1.2 * marks.depth, _SPACING)
    z = marks.superior.centre[2] + np.arange(-0.3 * marks.depth, 0.9 * marks.depth, _SPACING)
    local = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    points = lower.place.to_source(local)
    above, below = upper.distance(points), lower.vertebra.distance.at(local)
    away = np.maximum(above, below)
    if away.min() > _FARTHEST:
        return None
    reach = max(_VALUE["reach"], float(away.min()) + 0.5)
    midway = np.abs(above - below) < _SPACING
    zone = np.flatnonzero((away < reach) & midway)
    if len(zone) < 4:
        return None
    # the difference of both distances changes twice as fast as either
    area = min(len(zone) * _SPACING**3 / _SPACING, _VALUE["A_c"])
    normal = _gradient(lower, points[zone]) - _gradient(upper, points[zone])
    mean = normal.mean(axis=0)
    mean /= np.linalg.norm(mean)
    middle = points[zone].mean(axis=0)
    return FacetJoint(
        _spread(points[zone], middle, mean), mean, area, _capsule(upper, lower, middle, mean)
    )


def _gradient(bone: Placed, points: Float) -> Float:
    """Slope (n, 3) of a bone's distance."""
    step = _SPACING * np.eye(3)
    parts = [bone.distance(points + e) - bone.distance(points - e) for e in step]
    return np.stack(parts, axis=1) / (2.0 * _SPACING)


def _spread(points: Float, middle: Float, normal: Float) -> Float:
    """Four places (4, 3) at the middles of the joint's quarters."""
    away = points - middle
    flat = away - (away @ normal)[:, None] * normal
    axes = np.linalg.svd(flat, full_matrices=False)[2][:2]
    quarter = (flat @ axes[0] > 0.0).astype(int) * 2 + (flat @ axes[1] > 0.0)
    places = [points[quarter == k].mean(axis=0) for k in range(4) if (quarter == k).any()]
    return np.array(places)


def _capsule(upper: Placed, lower: Placed, middle: Float, normal: Float) -> Float:
    """Bands (2, 2, 3) from the upper bone above a joint to the lower bone below it."""
    up = np.array([0.0, 0.0, 1.0]) - normal[2] * normal
    up /= np.linalg.norm(up)
    across = np.cross(normal, up)
    bands = []
    for shift in (-2.0, 2.0):
        ends = middle + shift * across + _VALUE["span"] * np.array([up, -up])
        bands.append([_onto(upper, ends[0]), _onto(lower, ends[1])])
    return np.array(bands)


def _onto(bone: Placed, place: Float) -> Float:
    """Place moved to the bone's surface along its distance's slope."""
    for _ in range(8):
        value = float(bone.distance(place[None])[0])
        slope = _gradient(bone, place[None])[0]
        place = place - value * slope / max(float(slope @ slope), 0.25)
    return place
