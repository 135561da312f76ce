# SPDX-License-Identifier: BSD-3-Clause
"""Names of outer facets, on a block of tetrahedra shaped like a body with an arch behind."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest

from vertaug.anatomy import Endplate, Frame, Landmarks, Vertebra
from vertaug.anatomy.naming import name_facets, posterior_region
from vertaug.anatomy.openings import Opening, default_openings, place_opening
from vertaug.errors import InputError
from vertaug.mesh import Mesh, SignedDistance

HALF = np.array([20.0, 15.0, 12.0])
BACK = 30.0


def kuhn_block(counts, low, high):
    """Conforming tetrahedra in a box: six around the diagonal of each brick."""
    axes = [np.linspace(a, b, n + 1) for a, b, n in zip(low, high, counts, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange(len(points)).reshape([n + 1 for n in counts])
    cells = []
    for order in permutations(range(3)):
        corner = np.zeros(3, dtype=int)
        path = [corner.copy()]
        for axis in order:
            corner[axis] += 1
            path.append(corner.copy())
        if np.linalg.det(np.eye(3)[list(order)]) < 0:
            path[2], path[3] = path[3], path[2]
        cells.append(
            [number[tuple(slice(s, s + n) for s, n in zip(p, counts, strict=True))] for p in path]
        )
    return points, np.concatenate([np.stack(c, axis=-1).reshape(-1, 4) for c in cells])


def boundary(cells):
    faces = cells[:, [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]]].reshape(-1, 3)
    _, index, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_index=True, return_counts=True
    )
    return faces[index[count == 1]]


@pytest.fixture
def mesh():
    points, cells = kuhn_block((20, 22, 12), [-20, -15, -12], [20, BACK, 12])
    facets = boundary(cells)
    return Mesh(
        points=points,
        cells=cells.astype(np.int32),
        cell_region=np.zeros(len(cells), dtype=np.int32),
        region_names=("trabecular",),
        facets=facets.astype(np.int32),
        facet_set=np.zeros(len(facets), dtype=np.int32),
        facet_names=("outer", "balloon_left"),
    )


@pytest.fixture
def vertebra():
    axes = [np.arange(-24.0, 24.1), np.arange(-20.0, 36.1), np.arange(-16.0, 16.1)]
    x, y, z = np.meshgrid(*axes, indexing="ij")
    box = np.max([np.abs(x) - 20.0, -15.0 - y, y - BACK, np.abs(z) - 12.0], axis=0)
    up = np.array([0.0, 0.0, 1.0])
    return Vertebra(
        name="block",
        distance=SignedDistance(np.array([-24.0, -20.0, -16.0]), 1.0, box.astype(np.float32)),
        frame=Frame(np.zeros(3), np.eye(3)),
        landmarks=Landmarks(
            superior=Endplate(12.0 * up, up),
            inferior=Endplate(-12.0 * up, -up),
            anterior_wall=-15.0,
            posterior_wall=15.0,
            width=40.0,
            depth=30.0,
            canal=np.array([0.0, 22.0, 0.0]),
            pedicle_left=None,
            pedicle_right=None,
        ),
        density=lambda points: np.full(len(points), 80.0),
        damage=lambda points: np.zeros(len(points)),
    )


def areas(mesh, name):
    corner = mesh.points[mesh.facets[mesh.facets_of(name)]]
    cross = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    return 0.5 * np.linalg.norm(cross, axis=1)


def test_block_is_conforming(mesh):
    assert mesh.volumes().min() > 0.0
    assert mesh.volumes().sum() == pytest.approx(40.0 * 45.0 * 24.0)


def test_endplates_cover_the_body_and_end_at_its_posterior_wall(mesh, vertebra):
    named = name_facets(mesh, vertebra)
    assert len(named.facets_of("outer")) == 0
    assert named.facet_names[:3] == ("cortex", "endplate_superior", "endplate_inferior")
    for name, z in (("endplate_superior", 12.0), ("endplate_inferior", -12.0)):
        assert areas(named, name).sum() == pytest.approx(40.0 * 30.0, rel=0.05)
        corners = named.points[named.facets[named.facets_of(name)]]
        np.testing.assert_array_equal(corners[..., 2], z)
    assert sum(len(named.facets_of(n)) for n in named.facet_names) == len(mesh.facets)


def test_a_sunken_endplate_is_still_one_piece(mesh, vertebra):
    points = mesh.points.copy()
    bowl = np.maximum(1.0 - (points[:, 0] / 20) ** 2, 0) * np.maximum(
        1 - (points[:, 1] / 15) ** 2, 0
    )
    points[:, 2] -= 8.0 * bowl * (points[:, 2] + 12.0) / 24.0
    named = name_facets(mesh.with_points(points), vertebra)
    flat = name_facets(mesh, vertebra)
    np.testing.assert_array_equal(
        named.facets_of("endplate_superior"), flat.facets_of("endplate_superior")
    )


def test_openings_take_facets_within_their_radius(mesh, vertebra):
    place = np.array([0.0, -15.0, 0.0])
    wide = Opening("front", "defect", "cortical_defect", place, 5.0)
    named = name_facets(mesh, vertebra, [wide])
    centroid = mesh.points[mesh.facets[named.facets_of("defect_front")]].mean(axis=1)
    assert np.all(np.linalg.norm(centroid - place, axis=1) <= 5.0)
    assert areas(named, "defect_front").sum() == pytest.approx(np.pi * 25.0, rel=0.15)
    tiny = name_facets(mesh, vertebra, [replace(wide, radius=0.01)])
    assert len(tiny.facets_of("defect_front")) == 1


def test_default_openings_lie_on_the_surface(vertebra):
    openings = default_openings(vertebra, segmental=6, defects=(("top", "endplate_superior", 0.5),))
    assert [o.facet_name for o in openings][:2] == ["vein_basivertebral", "vein_segmental_1"]
    assert len(openings) == 8
    assert openings[-1].pathway == "disc"
    for opening in openings:
        assert vertebra.distance.at(opening.centre[None])[0] == pytest.approx(0.0, abs=1e-6)


def test_openings_named_on_the_mesh(mesh, vertebra):
    openings = default_openings(vertebra, segmental=6)
    named = name_facets(mesh, vertebra, openings)
    for opening in openings:
        assert len(named.facets_of(opening.facet_name)) >= 1


def test_posterior_region_begins_at_the_wall(vertebra):
    region = posterior_region(vertebra)
    points = np.array([[0.0, 10.0, 0.0], [5.0, 15.0, 3.0], [0.0, 21.0, -4.0]])
    np.testing.assert_allclose(region.at(points), [5.0, 0.0, -6.0], atol=1e-5)


def test_wrong_places_are_input_errors(mesh, vertebra):
    with pytest.raises(InputError, match="E-OPEN-001"):
        place_opening(vertebra, "back")
    away = Opening("a", "vein", "basivertebral", np.array([0.0, -40.0, 0.0]), 1.0)
    with pytest.raises(InputError, match="E-NAME-003"):
        name_facets(mesh, vertebra, [away])
    here = Opening("a", "vein", "basivertebral", np.array([0.0, -15.0, 0.0]), 0.1)
    with pytest.raises(InputError, match="E-NAME-004"):
        name_facets(mesh, vertebra, [here, replace(here, name="b")])
    with pytest.raises(InputError, match="E-NAME-001"):
        name_facets(name_facets(mesh, vertebra), vertebra)
