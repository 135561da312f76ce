# SPDX-License-Identifier: BSD-3-Clause
"""What the neighbours of a treated vertebra have taken: angle, pressure in discs, bulge, ligaments and facets."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.segment_rig import SEGMENT, SegmentParts, SegmentRig
from vertaug.state import RigState, State

__all__ = ["DiscReading", "SegmentReading", "read_segment"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class DiscReading:
    """One disc: pressure in its nucleus MPa, and how far it bulges into the neighbour's endplate, mm."""

    pressure_MPa: float
    neighbour_bulge_mm: float


@dataclass(frozen=True)
class SegmentReading:
    """A segment at equilibrium.

    `cobb_deg` between the far endplates of the neighbours, above 0 in kyphosis; discs; tension of all ligaments and
    compression of all facet joints, N.
    """

    cobb_deg: float
    superior: DiscReading
    inferior: DiscReading
    ligaments_N: float
    facets_N: float

    def to_dict(self) -> dict[str, object]:
        """As in ``summary.json``, without the angle, which stands among the shape's."""
        return {key: value for key, value in asdict(self).items() if key != "cobb_deg"}


def read_segment(state: State) -> SegmentReading | None:
    """Read a segment; None for a body in another rig."""
    data = state.rig
    if data.kind != SEGMENT:
        return None
    first = state.mesh.n_points
    points = np.vstack([state.mesh.points, data.points])
    parts = SegmentRig().parts(data, first)
    discs = [
        DiscReading(disc.pressure(points), _bulge(data, key))
        for disc, key in zip(parts.discs, ("upper_upper", "lower_lower"), strict=True)
    ]
    return SegmentReading(
        _cobb(data, parts, first),
        discs[0],
        discs[1],
        float(parts.ligaments.tension(points).sum()),
        float(parts.facets.forces(points).sum()),
    )


def _turn(rest: Float, now: Float) -> tuple[Float, Float, Float]:
    """Rotation (3, 3) and both centres of the rigid motion that fits best (Kabsch 1976)."""
    here, there = rest.mean(axis=0), now.mean(axis=0)
    left, _, right = np.linalg.svd((rest - here).T @ (now - there))
    sign = np.sign(np.linalg.det(left @ right))
    return np.asarray((left @ np.diag([1.0, 1.0, sign]) @ right).T), here, there


def _plane(points: Float) -> Float:
    """Unit normal upwards of the plane that fits points (n, 3) best."""
    normal = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][2]
    return np.asarray(normal * np.sign(normal[2]))


def _cobb(data: RigState, parts: SegmentParts, first: int) -> float:
    """Angle in the sagittal plane between the far endplates, degrees."""
    angles = []
    for nodes in (data.arrays["top"].astype(int), parts.ground.nodes - first):
        normal = _plane(data.points[nodes])
        angles.append(np.degrees(np.arctan2(normal[1], normal[2])))
    return float(angles[1] - angles[0])


def _bulge(data: RigState, key: str) -> float:
    """Largest motion (mm) of a neighbour's endplate into its body against its rim."""
    nodes = np.unique(data.arrays[f"tie_{key}_triangles"].astype(int))
    rest, now = data.arrays["rest"][nodes], data.points[nodes]
    away = np.linalg.norm(rest - rest.mean(axis=0), axis=1)
    rim = away > np.quantile(away, 0.7)
    turn, here, there = _turn(rest[rim], now[rim])
    moved = (now - there) @ turn - (rest - here)
    inwards = _plane(rest) * (1.0 if key.startswith("upper") else -1.0)
    return float((moved @ inwards).max())
