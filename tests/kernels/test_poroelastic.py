# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from vertaug.solid.poroelastic_mesh import EDGES, add_middles
from vertaug_kernels import poroelastic
from vertaug_kernels._threads import few_threads


def shape(barycentric):
    """Quadratic shape functions (..., 10) written from their definition."""
    corners = barycentric * (2.0 * barycentric - 1.0)
    middles = 4.0 * barycentric[..., EDGES[:, 0]] * barycentric[..., EDGES[:, 1]]
    return np.concatenate([corners, middles], axis=-1)


def at(place):
    """Barycentric coordinates of reference coordinates (..., 3)."""
    place = np.asarray(place, dtype=float)
    return np.concatenate([1.0 - place.sum(axis=-1, keepdims=True), place], axis=-1)


def gradients(place, h=1e-6):
    """Reference gradients (10, 3) by central differences."""
    return np.stack(
        [(shape(at(place + h * e)) - shape(at(place - h * e))) / (2.0 * h) for e in np.eye(3)],
        axis=1,
    )


def gauss(n):
    """Rule on the tetrahedron from Gauss's rule on the cube: places (n³, 3), weights (n³,)."""
    x, w = np.polynomial.legendre.leggauss(n)
    x, w = 0.5 * (x + 1.0), 0.5 * w
    r, s, t = (a.ravel() for a in np.meshgrid(x, x, x, indexing="ij"))
    a, b, c = (a.ravel() for a in np.meshgrid(w, w, w, indexing="ij"))
    places = np.stack([r, s * (1.0 - r), t * (1.0 - r) * (1.0 - s)], axis=1)
    return places, a * b * c * (1.0 - r) ** 2 * (1.0 - s)


def curved(seed=0, bend=0.03):
    """Two cells that share a facet, all edges bent a little."""
    rng = np.random.default_rng(seed)
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1.2, 0], [0.1, 0.2, 0.9], [0.9, 0.8, 0.8]])
    points, cells, _ = add_middles(corners, np.array([[0, 1, 2, 3], [1, 4, 2, 3]], np.int32))
    points[len(corners) :] += bend * rng.normal(size=points[len(corners) :].shape)
    return points, cells


def run(points, cells, rule, bulk, shear, mobility):
    barycentric, weights = rule
    reference = np.empty((len(weights), 10, 3))
    for row, out in zip(barycentric, reference, strict=True):
        poroelastic.reference_gradients(row, out)
    n = len(cells)
    out = [np.zeros((n, *s)) for s in ((), (30, 30), (30, 4), (4, 4), (4, 4))]
    poroelastic.cell_matrices(
        points, cells, barycentric, weights, reference, bulk, shear, mobility, *out
    )
    return out


def plain(points, cell, places, weights, bulk, shear, mobility):
    """Matrices of one cell by plain NumPy: C contracted with strains, one point after another."""
    lame = bulk - 2.0 * shear / 3.0
    eye = np.eye(3)
    elastic = lame * np.einsum("ij,kl->ijkl", eye, eye) + shear * (
        np.einsum("ik,jl->ijkl", eye, eye) + np.einsum("il,jk->ijkl", eye, eye)
    )
    volume, out = 0.0, [np.zeros(s) for s in ((30, 30), (30, 4), (4, 4), (4, 4))]
    for place, weight in zip(places, weights, strict=True):
        reference = gradients(place)
        jacobian = points[cell].T @ reference
        w = weight * np.linalg.det(jacobian)
        inverse = np.linalg.inv(jacobian)
        g, h = reference @ inverse, np.vstack([-np.ones(3), eye]) @ inverse
        motion = np.einsum("aj,ik->aikj", g, eye).reshape(30, 3, 3)
        p = at(place)
        volume += w
        out[0] += w * np.einsum("mij,ijkl,nkl->mn", motion, elastic, motion)
        out[1] += w * np.outer(np.trace(motion, axis1=1, axis2=2), p)
        out[2] += w * np.outer(p, p)
        out[3] += w * h @ mobility @ h.T
    return volume, *out


def test_reference_gradients_are_derivatives():
    for place in ([0.2, 0.3, 0.1], [0.0, 0.0, 1.0], [0.6, 0.1, 0.25]):
        out = np.empty((10, 3))
        poroelastic.reference_gradients(at(place), out)
        np.testing.assert_allclose(out, gradients(np.array(place)), atol=1e-9)


def test_matrices_of_curved_cells_agree_with_plain_numpy():
    points, cells = curved()
    places, weights = gauss(4)
    bulk, shear = np.array([3.0, 100.0]), np.array([2.0, 0.5])
    root = np.random.default_rng(1).normal(size=(2, 3, 3))
    mobility = root @ root.transpose(0, 2, 1)
    found = run(points, cells, (at(places), weights), bulk, shear, mobility)
    for c in range(2):
        expected = plain(points, cells[c], places, weights, bulk[c], shear[c], mobility[c])
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one[c], other, rtol=1e-7, atol=1e-8 * np.abs(other).max())


def test_rigid_motion_needs_no_force_and_even_pressure_no_flow():
    points, cells = curved()
    places, weights = gauss(3)
    _, stiffness, coupling, _, flow = run(
        points, cells, (at(places), weights), np.ones(2), np.ones(2), np.tile(np.eye(3), (2, 1, 1))
    )
    moved = [np.tile(e, (len(points), 1)) for e in np.eye(3)]
    moved += [np.cross(e, points) for e in np.eye(3)]
    for motion in moved:
        local = motion[cells].reshape(2, 30)
        assert np.abs(np.einsum("cij,cj->ci", stiffness, local)).max() < 1e-12
        assert np.abs(np.einsum("cij,ci->cj", coupling, local)).max() < 1e-13
    assert np.abs(flow.sum(axis=2)).max() < 1e-13


def test_folded_cell_is_told_by_its_volume():
    points, cells = curved()
    points[cells[1, 4]] = points[cells[1, 2]]
    places, weights = gauss(3)
    volume = run(
        points, cells, (at(places), weights), np.ones(2), np.ones(2), np.tile(np.eye(3), (2, 1, 1))
    )[0]
    assert volume[1] <= 0.0


def test_fields_of_linear_motion_and_pressure_are_exact():
    points, cells = curved(bend=0.0)
    slope, drop = np.random.default_rng(2).normal(size=(3, 3)), np.array([1.0, -2.0, 0.5])
    mobility = np.tile(np.diag([1.0, 2.0, 3.0]), (2, 1, 1))
    centre = np.full(4, 0.25)
    reference = np.empty((10, 3))
    poroelastic.reference_gradients(centre, reference)
    strain, pressure, flux = np.zeros((2, 3, 3)), np.zeros(2), np.zeros((2, 3))
    poroelastic.cell_fields(
        points, cells, np.ascontiguousarray(cells[:, :4]), centre, reference, points @ slope.T,
        points[:5] @ drop, mobility, strain, pressure, flux,
    )  # fmt: skip
    np.testing.assert_allclose(strain, np.tile(0.5 * (slope + slope.T), (2, 1, 1)), atol=1e-13)
    np.testing.assert_allclose(pressure, points[cells[:, :4]].mean(axis=1) @ drop, atol=1e-13)
    np.testing.assert_allclose(flux, np.tile(-drop * [1.0, 2.0, 3.0], (2, 1)), atol=1e-13)


@pytest.mark.parametrize("threads", [2])
def test_threads_do_not_change_a_bit(threads):
    points, cells = curved()
    cells = np.tile(cells, (60, 1))
    places, weights = gauss(2)
    arguments = (
        points, cells, (at(places), weights), np.ones(120), np.ones(120), np.tile(np.eye(3), (120, 1, 1)),
    )  # fmt: skip
    results = []
    for count in (1, threads):
        with few_threads(count):
            results.append(run(*arguments))
    for one, other in zip(*results, strict=True):
        assert np.array_equal(one, other)
