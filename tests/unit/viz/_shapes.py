# SPDX-License-Identifier: BSD-3-Clause
"""A small vertebra to draw: an elliptic body with pedicles, two cavities and a compacted rim."""

from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay

from vertaug.anatomy import Approach, Endplate, Landmarks, PedicleAxis
from vertaug.mesh import Mesh
from vertaug.viz import CementGrid, Snapshot

CENTRES = {"balloon_left": (9.0, -2.0, 0.0), "balloon_right": (-9.0, -2.0, 0.0)}


def _height(y):
    """Half height of a wedged body: lower in front (y < 0)."""
    return 10.0 + 0.12 * y


def inside(p):
    x, y, z = p.T
    body = (x / 21) ** 2 + (y / 15.5) ** 2 < 1
    body &= np.abs(z) < _height(y) - 1.2 * np.exp(-(x**2 + y**2) / 120)
    pedicle = (np.hypot(np.abs(x) - 12, z - 3) < 4.2) & (y > 5) & (y < 24)
    return body | pedicle


def _distance(p, radius):
    return (
        np.min([np.linalg.norm(p - np.array(c), axis=1) for c in CENTRES.values()], axis=0) - radius
    )


def snapshot(stage="inflate", radius=6.5, lift=1.06, spacing=1.6, compacted=True):
    """The body with cavities of `radius` mm, `lift` times as high as before."""
    axis = [np.arange(-26, 27, spacing)] * 3
    grid = np.stack(np.meshgrid(*axis, indexing="ij"), -1).reshape(-1, 3)
    rng = np.random.default_rng(0)
    points = grid + rng.uniform(-0.2, 0.2, grid.shape) * spacing
    points = points[inside(points) & (_distance(points, radius) > 0.4 * spacing)]
    balls = rng.normal(size=(300, 3))
    balls = radius * balls / np.linalg.norm(balls, axis=1, keepdims=True)
    points = np.concatenate([points] + [balls + c for c in CENTRES.values()])
    cells = Delaunay(points).simplices
    centre = points[cells].mean(axis=1)
    edge = np.linalg.norm(points[cells][:, :, None] - points[cells][:, None], axis=-1).max((1, 2))
    keep = (_distance(centre, radius) > 0) & inside(centre) & (edge < 3.2 * spacing)
    cells = cells[keep].astype(np.int32)
    volume = np.linalg.det(points[cells][:, 1:] - points[cells][:, :1])
    cells = cells[np.abs(volume) > 1e-3]
    flip = np.linalg.det(points[cells][:, 1:] - points[cells][:, :1]) < 0
    cells[flip] = cells[flip][:, [0, 2, 1, 3]]
    mesh = _named(points, cells, radius)
    gap = _distance(mesh.centroids(), radius)
    ratio = 1 - 0.75 * np.exp(-gap / 1.2) if compacted else np.ones(len(cells))
    return Snapshot(stage, mesh.with_points(mesh.points * [1, 1, lift]), ratio)


def _named(points, cells, radius):
    """Boundary facets by place."""
    faces = cells[:, [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]]].reshape(-1, 3)
    _, index, count = np.unique(np.sort(faces, 1), axis=0, return_index=True, return_counts=True)
    facets = faces[index[count == 1]]
    middle = points[facets].mean(axis=1)
    names = (
        "cortex",
        "endplate_superior",
        "endplate_inferior",
        *CENTRES,
        "vein_basivertebral",
        "defect_1",
    )
    which = np.zeros(len(facets), dtype=np.int32)
    body = np.hypot(middle[:, 0] / 21, middle[:, 1] / 15.5) < 0.9
    which[body & (middle[:, 2] > 6)], which[body & (middle[:, 2] < -6)] = 1, 2
    for k, c in enumerate(CENTRES.values()):
        which[np.linalg.norm(middle - c, axis=1) < radius + 0.6] = 3 + k
    which[(np.hypot(middle[:, 0], middle[:, 2]) < 3.5) & (middle[:, 1] > 12)] = 5
    which[np.linalg.norm(middle - [20.5, -2, 2], axis=1) < 4] = 6
    region = np.zeros(len(cells), dtype=np.int32)
    return Mesh(points, cells, region, ("trabecular",), facets, which, names)


def landmarks():
    tilt = np.array([0.0, -0.12, 1.0]) / np.hypot(1, 0.12)
    axis = np.array([-0.15, -1.0, -0.1]) / np.linalg.norm([0.15, 1.0, 0.1])

    def pedicle(s):
        return PedicleAxis(
            np.array([s * 12.5, 24, 3.6]), np.array([s * 12.0, 15, 3]), axis * [s, 1, 1], 4.2
        )

    return Landmarks(
        Endplate(np.array([0.0, 0, 10]), tilt), Endplate(np.array([0.0, 0, -10]), tilt * [1, 1, -1]),
        -15.5, 15.5, 42.0, 31.0, np.array([0.0, 24, 0]), pedicle(1), pedicle(-1),
    )  # fmt: skip


def approaches():
    return tuple(
        Approach(f"balloon_{side}", np.array([s * 13.0, 24, 3.5]), np.array([s * 10.5, 6.5, 1.5]),
                 np.array([s * 10.0, 5, 1]), np.array([s * 9.0, -8, 0]), 1.9)
        for side, s in (("left", 1), ("right", -1))
    )  # fmt: skip


def cement(spacing=0.75):
    """Two blobs of cement in the cavities, one leak in the canal."""
    axis = [np.arange(-30, 30, spacing)] * 3
    at = np.stack(np.meshgrid(*axis, indexing="ij"), -1)
    share = np.zeros(at.shape[:3])
    for c in CENTRES.values():
        ripple = 7.4 + 0.7 * np.sin(at[..., 0] * 1.3) * np.cos(at[..., 2] * 1.1)
        share = np.maximum(share, np.clip(ripple - np.linalg.norm(at - c, axis=-1), 0, 1))
    leak = np.clip(1.6 - np.hypot(at[..., 0], at[..., 2]), 0, 1) * (np.abs(at[..., 1] - 18.5) < 2.5)
    none = np.zeros_like(share)
    origin = np.array([axis[0][0]] * 3)
    return CementGrid(origin, spacing, share, {"basivertebral": leak, "cortical_defect": none})
