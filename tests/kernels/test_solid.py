# SPDX-License-Identifier: BSD-3-Clause
"""Cell loop: energies against NumPy, forces and tangents against differences, threads, NaN."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from vertaug.solid.cells import SolidItem, shape_gradients
from vertaug.solid.elements import TET4
from vertaug_kernels import laws, solid
from vertaug_kernels.tensor import determinant3

pytestmark = pytest.mark.usefixtures("one_thread")

LAWS = {
    "hencky": (laws.HENCKY, {}),
    "neo_hooke": (laws.NEO_HOOKE, {}),
    "foam": (laws.CRUSHABLE, {"strength": 2.0, "alpha": (1.0, 3.0)}),
    "J2": (laws.CRUSHABLE, {"strength": 2.0}),
    "cut off": (laws.CUT_OFF, {"strength": 2.0, "alpha": (1.0, 0.5)}),
    "locking": (laws.CRUSHABLE, {"strength": 2.0, "alpha": (1.0, 1.0), "lock": (0.9, 50.0)}),
}
MOTIONS = {
    "small": 1e-3,
    "crush": (np.diag([0.7, 0.8, 0.75]), 0.02),
    "stretch": (np.diag([1.3, 1.2, 1.25]), 0.02),
    "twist": (np.array([[1.1, 0.3, 0.0], [-0.2, 0.9, 0.1], [0.0, 0.1, 0.8]]), 0.02),
}


def body(cases, n, law, rows, seed=1):
    points, cells = cases.grid(n)
    count = len(cells)
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    rng = np.random.default_rng(seed)
    stretch = np.eye(3) + 0.05 * rng.normal(size=(count, 3, 3))
    metric = np.ascontiguousarray(stretch @ stretch.transpose(0, 2, 1))
    ratio = np.sqrt(np.linalg.det(metric))
    item = SolidItem.start(
        points, cells, volume, metric, ratio, np.full(count, law, dtype=np.int32),
        np.tile(rows, (count, 1)),
    )  # fmt: skip
    return points, item


def moved(points, motion, seed=2):
    rng = np.random.default_rng(seed)
    if isinstance(motion, float):
        return points + motion * rng.normal(size=points.shape)
    gradient, noise = motion
    return points @ gradient.T + noise * rng.normal(size=points.shape)


def test_shape_gradients_reproduce_linear_fields(cases):
    points, cells = cases.grid(2)
    points = moved(points, MOTIONS["twist"])
    gradients, volume = shape_gradients(points, cells, TET4)
    corner = points[cells]
    np.testing.assert_allclose(gradients.sum(axis=1), 0.0, atol=1e-13)
    identity = np.einsum("cai,caj->cij", corner, gradients)
    np.testing.assert_allclose(identity, np.tile(np.eye(3), (len(cells), 1, 1)), atol=1e-12)
    expected = [determinant3(np.ascontiguousarray(c[1:] - c[0])) / 6.0 for c in corner]
    np.testing.assert_allclose(volume, expected, rtol=1e-12)


def hencky_energy(points, item):
    """Energy and Cauchy stress from NumPy's eigenvectors."""
    f = np.einsum("cai,caj->cij", points[item.cells], item.gradients)
    values, vectors = np.linalg.eigh(f @ item.metric @ f.transpose(0, 2, 1))
    strain = 0.5 * np.log(values)
    bulk, shear = item.parameters[0, 2:4]
    total = strain.sum(axis=1, keepdims=True)
    deviator = strain - total / 3.0
    energy = 0.5 * bulk * total[:, 0] ** 2 + shear * (deviator**2).sum(axis=1)
    kirchhoff = np.einsum("cik,ck,cjk->cij", vectors, bulk * total + 2 * shear * deviator, vectors)
    ratio = item.ratio * np.linalg.det(f)
    return item.volume @ energy, kirchhoff / ratio[:, None, None]


def test_hencky_energy_and_stress_are_those_of_numpy(cases):
    points, item = body(cases, 2, laws.HENCKY, cases.row(200.0, 0.3))
    points = moved(points, MOTIONS["twist"])
    energy, stress = hencky_energy(points, item)
    metric, ratio, plastic, found, _ = item.history(points)
    assert item.energy(points) == pytest.approx(energy, rel=1e-12)
    np.testing.assert_allclose(found, stress, atol=1e-11 * np.abs(stress).max())
    np.testing.assert_allclose(np.sqrt(np.linalg.det(metric)), ratio, rtol=1e-12)
    assert np.all(plastic == 0.0)


@pytest.mark.parametrize("motion", MOTIONS)
@pytest.mark.parametrize("name", LAWS)
def test_forces_are_derivatives_of_energy_and_tangent_of_forces(cases, name, motion):
    law, options = LAWS[name]
    points, item = body(cases, 1, law, cases.row(200.0, 0.3, **options))
    points = moved(points, MOTIONS[motion])
    along = np.random.default_rng(5).normal(size=points.shape)
    force, h = cases.forces_of(item, points), 1e-6
    slope = (item.energy(points + h * along) - item.energy(points - h * along)) / (2.0 * h)
    assert slope == pytest.approx((force * along).sum(), rel=1e-6, abs=1e-6)
    product = cases.tangent_times(item, points, along)
    error = product - cases.difference_tangent(item, points, along, h)
    assert np.linalg.norm(error) <= 1e-6 * np.linalg.norm(product)
    matrices = item.evaluate(points, with_matrix=True).matrices
    np.testing.assert_allclose(
        matrices, matrices.transpose(0, 2, 1), atol=1e-13 * np.abs(matrices).max()
    )


@pytest.mark.parametrize("name", ["foam", "J2", "cut off", "locking"])
def test_the_plastic_motions_are_plastic(cases, name):
    law, options = LAWS[name]
    for motion in ("crush", "stretch", "twist"):
        points, item = body(cases, 1, law, cases.row(200.0, 0.3, **options))
        assert np.all(item.history(moved(points, MOTIONS[motion]))[2] > 0.0)


def test_tangent_at_equal_stretches(cases):
    """Stress-free and purely volumetric: the squared stretches coincide."""
    points, item = body(cases, 1, laws.HENCKY, cases.row(200.0, 0.3))
    item.metric[:] = np.eye(3)
    along = np.random.default_rng(5).normal(size=points.shape)
    for scale in (1.0, 1.2):
        product = cases.tangent_times(item, scale * points, along)
        error = product - cases.difference_tangent(item, scale * points, along, 1e-6)
        assert np.linalg.norm(error) <= 1e-6 * np.linalg.norm(product)


@pytest.mark.parametrize("motion", MOTIONS)
def test_viscosity_resists_the_step_alone(cases, motion):
    """Its energy is that of a neo-Hookean solid that was at rest when the step began."""
    points, item = body(cases, 1, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0, (1.0, 3.0)))
    viscous = replace(item, viscosity=7.0)
    rows = np.array([0.0, 0.0, 2.0 * 7.0 / 3.0, 7.0, 0.0, 0.0, 0.0])
    n = len(item.cells)
    alone = replace(
        item, volume=item.volume * item.ratio, metric=np.tile(np.eye(3), (n, 1, 1)), ratio=np.ones(n),
        law=np.full(n, laws.NEO_HOOKE, dtype=np.int32), parameters=np.tile(rows, (n, 1)),
    )  # fmt: skip
    at = moved(points, MOTIONS[motion])
    along = np.random.default_rng(5).normal(size=points.shape)
    added = viscous.energy(at) - item.energy(at)
    assert added == pytest.approx(alone.energy(at), rel=1e-9, abs=1e-12)
    expected = cases.forces_of(item, at) + cases.forces_of(alone, at)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(cases.forces_of(viscous, at), expected, atol=1e-11 * scale)
    product = cases.tangent_times(viscous, at, along)
    expected = cases.tangent_times(item, at, along) + cases.tangent_times(alone, at, along)
    np.testing.assert_allclose(product, expected, atol=1e-11 * np.abs(expected).max())
    np.testing.assert_allclose(viscous.energy(points), item.energy(points), rtol=1e-12)


def test_energies_alone_are_those_with_forces(cases):
    points, item = body(cases, 2, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0, (1.0, 3.0)))
    points = moved(points, MOTIONS["crush"])
    assert item.energy(points) == item.evaluate(points, with_matrix=True).energy
    assert item.evaluate(points, with_matrix=False).matrices is None


def test_an_inverted_cell_has_infinite_energy(cases):
    points, item = body(cases, 1, laws.HENCKY, cases.row(200.0, 0.3))
    mirrored = points * np.array([-1.0, 1.0, 1.0])
    assert item.energy(mirrored) == np.inf
    assert item.evaluate(mirrored, with_matrix=True).energy == np.inf


@pytest.mark.parametrize("name", LAWS)
def test_a_coordinate_that_is_no_number_gives_no_finite_energy(cases, name):
    law, options = LAWS[name]
    points, item = body(cases, 1, law, cases.row(200.0, 0.3, **options))
    points = points.copy()
    points[3, 1] = np.nan
    assert not np.isfinite(item.energy(points))
    assert not np.isfinite(item.evaluate(points, with_matrix=True).energy)


@pytest.mark.parametrize("field", ["metric", "parameters"])
def test_a_history_that_is_no_number_gives_no_finite_energy(cases, field):
    points, item = body(cases, 1, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0, (1.0, 3.0)))
    getattr(item, field).flat[1] = np.nan
    assert not np.isfinite(item.energy(moved(points, MOTIONS["crush"])))


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
def test_bits_do_not_depend_on_the_number_of_threads(cases):
    points, item = body(cases, 4, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0, (1.0, 3.0)))
    points = moved(points, MOTIONS["crush"])
    before, seen = numba.get_num_threads(), []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        part = item.evaluate(points, with_matrix=True)
        seen.append([part.energy, part.forces, part.matrices, *item.history(points)])
    numba.set_num_threads(before)
    assert len(item.cells) > solid.CHUNK
    assert all(np.array_equal(a, b) for a, b in zip(*seen, strict=True))
