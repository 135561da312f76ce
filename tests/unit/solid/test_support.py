# SPDX-License-Identifier: BSD-3-Clause
"""Discs as beds: areas, derivatives, and the load they carry."""

import numpy as np
import pytest

from vertaug.mesh.surface import boundary_facets
from vertaug.solid import rotation
from vertaug.solid.platen import turn_of
from vertaug.solid.support import AxialLoad, GroundBed, PlatenDisc, nodal_areas
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

LEVER = 15.0


def side(points, cells, axis, value):
    facets, _ = boundary_facets(cells)
    return facets[(np.abs(points[facets][:, :, axis] - value) < 1e-9).all(axis=1)]


@pytest.fixture(scope="module")
def cube(cases):
    points, cells = cases.grid(2)
    return points * 4.0 - np.array([1.0, 2.5, 0.0]), cells


def test_areas_sum_to_the_surface(cube):
    points, cells = cube
    nodes, area = nodal_areas(points, side(points, cells, 2, 4.0))
    assert area.sum() == pytest.approx(16.0, rel=1e-12)
    assert nodes.dtype == np.int32
    assert np.all(points[nodes, 2] == 4.0)
    centre = np.flatnonzero((np.abs(points[nodes] - [1.0, -0.5, 4.0]) < 1e-9).all(axis=1))
    assert area[centre] == pytest.approx(4.0, rel=1e-12)


def beds(points, cells):
    """Items at the bottom and top of the cube; the platen is two more nodes."""
    platen = len(points)
    low, low_area = nodal_areas(points, side(points, cells, 2, 0.0))
    high, high_area = nodal_areas(points, side(points, cells, 2, 4.0))
    ground = GroundBed(low, points[low], np.outer(low_area, [0.15, 0.15, 0.5]))
    disc = PlatenDisc(high, points[high], np.outer(high_area, [0.15, 0.15, 0.5]), platen, LEVER)
    return ground, disc, platen


@pytest.mark.parametrize("kind", ["ground", "platen", "load"])
def test_forces_from_energy_and_tangent_from_forces(cube, cases, kind):
    points, cells = cube
    ground, bed, platen = beds(points, cells)
    load = AxialLoad(platen, 110.0, 0.3, -0.7, LEVER, 900.0, -300.0)
    item = {"ground": ground, "platen": bed, "load": load}[kind]
    rng = np.random.default_rng(0)
    at = np.vstack([points, np.zeros((2, 3))]) + rng.normal(size=(platen + 2, 3))
    along, h = rng.normal(size=at.shape), 1e-4
    slope = (item.energy(at + h * along) - item.energy(at - h * along)) / (2.0 * h)
    assert slope == pytest.approx((cases.forces_of(item, at) * along).sum(), rel=1e-8)
    product = cases.tangent_times(item, at, along)
    np.testing.assert_allclose(product, cases.difference_tangent(item, at, along, h), atol=1e-7)


def test_platen_moves_with_its_bed(cube):
    """Any rigid motion of bed and platen together, by large angles too, stretches no spring."""
    points, cells = cube
    _, bed, platen = beds(points, cells)
    shift, turn = np.array([0.2, -0.1, 0.3]), np.array([0.5, -0.3, 0.4])
    centre = np.array([0.0, 0.0, bed.rest[:, 2].mean()])
    matrix = rotation.matrix(rotation.exponential(turn[None])[0])[0]
    moved = np.vstack(
        [
            (points - centre) @ matrix.T + centre + shift,
            [shift[2], turn[0] * LEVER, turn[1] * LEVER],
            [shift[0], shift[1], turn[2] * LEVER],
        ]
    )
    np.testing.assert_allclose(bed.stretch(moved), 0.0, atol=1e-14)
    moved[platen + 1, 0] += 0.1
    drawn = np.tile(matrix.T @ [-0.1, 0.0, 0.0], (len(bed.nodes), 1))
    np.testing.assert_allclose(bed.stretch(moved), drawn, atol=1e-14)


def loaded(cases, cube, x, y):
    points, cells = cube
    ground, bed, platen = beds(points, cells)
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    from vertaug.solid.cells import SolidItem

    n = len(cells)
    item = SolidItem.start(
        points, cells, volume, np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
        np.full(n, laws.HENCKY, dtype=np.int32), np.tile(cases.row(200.0, 0.3), (n, 1)),
    )  # fmt: skip
    start = np.vstack([points, np.zeros((2, 3))])
    items = [item, ground, bed, AxialLoad(platen, 1.0, x, y, LEVER)]
    result = cases.solve(start, items, np.zeros((platen + 2, 3), dtype=bool), 1e-10)
    assert result.converged, result.reason
    return result.points, ground, bed


def test_reaction_is_the_load(cube, cases):
    points, ground, bed = loaded(cases, cube, 1.0, -0.5)
    np.testing.assert_allclose(ground.reaction(points), [0.0, 0.0, -1.0], atol=1e-7)
    carried = (bed.stiffness * bed.stretch(points)).sum(axis=0)
    np.testing.assert_allclose(carried, [0.0, 0.0, 1.0], atol=1e-7)
    assert points[-2, 0] < 0.0
    np.testing.assert_allclose(points[-2, 1:], 0.0, atol=0.02)


def test_platen_tilts_to_where_it_is_loaded(cube, cases):
    points, _, bed = loaded(cases, cube, 1.6, -0.5)
    sunk = points[-2, 0] - points[-2, 2] / LEVER * np.array([-1.0, 3.0])
    assert sunk[1] < sunk[0]
    force = bed.stiffness * bed.stretch(points)
    turn = turn_of(points[-2:], LEVER).matrix
    arm = bed.rest - np.array([0.0, 0.0, bed.rest[:, 2].mean()]) + bed.stretch(points)
    moment = np.cross(arm, force).sum(axis=0)
    np.testing.assert_allclose(
        moment, np.cross([1.6, -0.5, 0.0], turn.T @ [0.0, 0.0, 1.0]), atol=1e-6
    )
