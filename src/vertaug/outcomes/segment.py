# SPDX-License-Identifier: BSD-3-Clause
"""What the neighbours of a treated vertebra have taken: angles, discs, endplates, ligaments and facets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.curvature import column_names
from vertaug.outcomes.endplate_load import facet_keys, shell_stress
from vertaug.outcomes.surroundings import specimen_surroundings
from vertaug.solid.disc import Disc
from vertaug.solid.segment_rig import SEGMENT, SegmentParts, SegmentRig
from vertaug.state import RigState, State

__all__ = ["DiscReading", "SegmentReading", "read_segment", "surroundings_facts"]

Float = NDArray[np.float64]

_TIES = ("upper_lower", "upper_upper", "lower_lower", "lower_upper")
"""Ties in the order of the rig's parts."""


@dataclass(frozen=True)
class DiscReading:
    """One disc and the neighbour's endplate on it.

    Pressure in the nucleus MPa, compression N that it passes on to the neighbour across the endplate, energy that
    it stores mJ; how far the endplate bulges into the neighbour mm, its mean membrane stress (von Mises) and the
    one that 95 % of it stay below, MPa.
    """

    pressure_MPa: float
    load_N: float
    energy_mJ: float
    neighbour_bulge_mm: float
    neighbour_mean_MPa: float
    neighbour_high_MPa: float


@dataclass(frozen=True)
class SegmentReading:
    """A segment at equilibrium.

    `cobb_deg` between the far endplates of the neighbours, above 0 in kyphosis; discs; tension of all ligaments and
    compression of all facet joints and of those of each side, N; by how much the top has been bent forwards and to
    the left, and turned to the left, degrees. In a column, pressure in the
    further discs, MPa, by the levels around them.
    """

    cobb_deg: float
    superior: DiscReading
    inferior: DiscReading
    ligaments_N: float
    facets_N: float
    facets_left_N: float
    facets_right_N: float
    top_forwards_deg: float
    top_left_deg: float
    top_turned_deg: float
    further_discs_MPa: dict[str, float]

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
    upper, lower = (
        _disc(data, parts, disc, key, points)
        for disc, key in zip(parts.discs[:2], ("upper_upper", "lower_lower"), strict=True)
    )
    upper_nodes, pressed = parts.facet_forces(points)
    left = points[upper_nodes, 0] > 0.0
    forwards, aside, turned = _turns(data)
    return SegmentReading(
        _cobb(data),
        upper,
        lower,
        float(parts.ligaments.tension(points).sum()),
        float(pressed.sum()),
        float(pressed[left].sum()),
        float(pressed[~left].sum()),
        forwards,
        aside,
        turned,
        _further(data, parts, points),
    )


def surroundings_facts(state: State, lever: float) -> dict[str, Any]:
    """Entry ``surroundings`` of a stage, whatever surrounds the body, and a segment's ``cobb_deg``.

    ``lever`` mm scales a specimen's tilts.
    """
    segment = read_segment(state)
    if segment is not None:
        return {"surroundings": segment.to_dict(), "cobb_deg": segment.cobb_deg}
    specimen = specimen_surroundings(state, lever)
    return {"surroundings": None if specimen is None else specimen.to_dict()}


def _disc(data: RigState, parts: SegmentParts, disc: Disc, key: str, points: Float) -> DiscReading:
    """Read a disc and the neighbour's endplate, which the tie ``key`` holds together."""
    tie = parts.ties[_TIES.index(key)]
    corner = points[tie.triangles]
    across = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    normal = (tie.area / np.linalg.norm(across, axis=1)) @ across
    # the triangles' normals point out of the neighbour, so to the disc
    load = -float(tie.resultant(points) @ normal) / float(np.linalg.norm(normal))
    count = len(points)
    own = np.isin(facet_keys(parts.shell.facets, count), facet_keys(tie.triangles, count))
    mean, high = shell_stress(parts.shell, own, points)
    energy = sum(item.energy(points) for item in disc.items)
    return DiscReading(disc.pressure(points), load, energy, _bulge(data, key), mean, high)


def _further(data: RigState, parts: SegmentParts, points: Float) -> dict[str, float]:
    """Pressure (MPa) in the discs of a column beside those of its segment."""
    names = column_names()
    above = data.arrays["more_above"].astype(int)
    return {
        f"{names[k]}/{names[k + 1]}": disc.pressure(points)
        for k, disc in sorted(zip(above.tolist(), parts.discs[2:], strict=True), key=lambda p: p[0])
    }


def _turns(data: RigState) -> tuple[float, float, float]:
    """By how much the top has been bent forwards and to the left, and turned to the left, degrees."""
    real, *vector = data.arrays["frame_orientation"][int(data.arrays["uppermost"][0])]
    size = float(np.linalg.norm(vector))
    angle = 2.0 * np.degrees(np.arctan2(size, real))
    x, y, z = (angle * np.array(vector) / size) if size > 0.0 else np.zeros(3)
    return float(x), float(y), float(z)


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


def _cobb(data: RigState) -> float:
    """Angle in the sagittal plane between the far endplates, degrees."""
    angles = []
    for name in ("top", "bottom"):
        normal = _plane(data.points[data.arrays[name].astype(int)])
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
