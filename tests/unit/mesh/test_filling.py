# SPDX-License-Identifier: BSD-3-Clause
"""Cells inside a closed surface that keep its points and triangles."""

import numpy as np
import pytest

from vertaug.errors import NotConvergedError
from vertaug.mesh.filling import fill_surface, seeing_point
from vertaug.mesh.quality import shape_quality
from vertaug.mesh.surface import boundary_facets, enclosed_volume
from vertaug.verification.meshes import cut_cubes


def ball(rows=8, columns=14, squeeze=(1.0, 1.0, 1.0)):
    """An ellipsoid of latitudes and longitudes."""
    polar = np.linspace(0.0, np.pi, rows + 1)[1:-1]
    around = 2.0 * np.pi * np.arange(columns) / columns
    ring = [
        (np.sin(p) * np.cos(a), np.sin(p) * np.sin(a), np.cos(p)) for p in polar for a in around
    ]
    points = 4.0 * np.array([*ring, (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)]) * squeeze
    top, bottom, faces = len(ring), len(ring) + 1, []
    for c in range(columns):
        n = (c + 1) % columns
        faces.append((top, c, n))
        last = (rows - 2) * columns
        faces.append((bottom, last + n, last + c))
        for r in range(rows - 2):
            a, b = r * columns + c, r * columns + n
            faces += [(a, a + columns, b), (b, a + columns, b + columns)]
    return points, np.array(faces, dtype=np.int32)


def blocks(number, kept):
    """Surface of the cubes of 1.5 mm of a box that are `kept`."""
    corners = np.array(number) + 1
    lattice = np.stack(np.indices(corners), axis=-1).reshape(-1, 3)
    cubes = np.stack(np.indices(number), axis=-1).reshape(-1, 3)
    stride = np.array([corners[1] * corners[2], corners[2], 1])
    facets, _ = boundary_facets(cut_cubes(cubes[kept(*cubes.T)], stride))
    return 1.5 * lattice.astype(float), facets.astype(np.int32)


def dumb_bell(waist):
    """Two balloons that met: a body of revolution with a `waist`, of its largest radius."""
    points, facets = ball(rows=20, columns=16)
    turns = waist + (1.0 - waist) * np.minimum(1.0, (0.5 * points[:, 2:]) ** 2)
    return points * np.hstack([1.5 * turns, 1.5 * turns, np.full_like(turns, 3.0)]), facets


def bent():
    """A banana."""
    points, facets = ball(rows=20, columns=16)
    moved = points.copy()
    moved[:, 0] = 0.3 * points[:, 0] + 0.45 * points[:, 2] ** 2
    return moved, facets


SHAPES = {
    "ball": ball(),
    "ellipsoid": ball(squeeze=(2.0, 0.7, 1.0)),
    "corner": blocks((4, 3, 4), lambda x, y, z: (x < 2) | (z < 2)),
    "horseshoe": blocks((6, 2, 5), lambda x, y, z: (x < 2) | (x > 3) | (z < 2)),
    "dumb_bell": dumb_bell(0.2),
    "neck": dumb_bell(0.12),
    "banana": bent(),
}


@pytest.mark.parametrize("name", SHAPES)
def test_cells_share_the_surface_and_fill_its_volume(name):
    points, facets = SHAPES[name]
    assert (seeing_point(points, facets)[1] > 0.0) == (name in ("ball", "ellipsoid", "corner"))
    filling = fill_surface(points, facets, 2.0)
    together = np.vstack([points, filling.inner])
    corner = together[filling.cells]
    volumes = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    assert volumes.min() > 0.0
    assert volumes.sum() == pytest.approx(enclosed_volume(points, facets), rel=1e-12)
    outer, _ = boundary_facets(filling.cells)
    assert {tuple(sorted(row)) for row in outer.tolist()} == {
        tuple(sorted(row)) for row in facets.tolist()
    }
    assert shape_quality(together, filling.cells).min() > 0.1


def test_smaller_edges_give_more_cells():
    points, facets = ball()
    assert len(fill_surface(points, facets, 1.0).cells) > len(
        fill_surface(points, facets, 3.0).cells
    )


def test_a_ball_is_seen_from_its_middle():
    points, facets = ball()
    centre, depth = seeing_point(points, facets)
    assert np.linalg.norm(centre) < 0.2
    assert 3.5 < depth < 4.0


def test_a_ring_is_refused():
    points, facets = blocks((3, 3, 1), lambda x, y, z: (x != 1) | (y != 1))
    with pytest.raises(NotConvergedError, match="not that of one ball"):
        fill_surface(points, facets, 2.0)


def test_a_surface_within_which_no_cells_are_found_is_refused(monkeypatch):
    points, facets = SHAPES["horseshoe"]
    monkeypatch.setattr("vertaug.mesh.filling.untangle", lambda points, *_: (points, -0.1))
    with pytest.raises(NotConvergedError, match="no point sees all of its wall"):
        fill_surface(points, facets, 2.0)


def test_an_open_surface_is_refused():
    points, facets = ball()
    with pytest.raises(NotConvergedError, match="not closed"):
        fill_surface(points, facets[1:], 2.0)
