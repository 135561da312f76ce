# SPDX-License-Identifier: BSD-3-Clause
"""The pressure solver and its kernels against NumPy and a sparse direct solve."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from vertaug.cement.multigrid import Hierarchy, Operator
from vertaug_kernels import flow
from vertaug_kernels import multigrid as kernels


def _problem(contrast: float, n: int = 10) -> tuple[Operator, np.ndarray, np.ndarray]:
    """Two places joined by one face, random permeability, a viscous block, an anchored side."""
    rng = np.random.default_rng(1)
    shape = (n + 2, n + 1, n + 3)
    viscosity = np.full(shape, 1e-7)
    viscosity[2:6, 2:6, 2:6] *= contrast
    permeability = 1e-2 * np.exp(rng.standard_normal(shape))
    place = np.full(shape, -1, dtype=np.int16)
    place[1:-1, 1:-1, 1:-1] = 0
    place[8:-1, 1:-1, 1:-1] = 1
    faces = []
    for axis in range(3):
        line = np.moveaxis(place, axis, 0)
        passable = np.zeros(shape, dtype=np.uint8)
        np.moveaxis(passable, axis, 0)[:-1] = (line[:-1] == line[1:]) & (line[:-1] >= 0)
        out = np.zeros(shape)
        flow.conductances(permeability, viscosity, passable, axis, 0.6, out)
        faces.append(out)
    faces[0][7, 4, 4] = 50.0
    anchor = np.zeros(shape)
    anchor[-2, 1:-1, 1:-1] = 1e4
    return Operator(*faces, anchor), place, rng.random(shape) * (place >= 0)


def _matrix(operator: Operator) -> coo_array:
    shape = operator.tx.shape
    number = np.arange(operator.tx.size).reshape(shape)
    rows, columns, values = [number.ravel()], [number.ravel()], [operator.anchor.ravel().copy()]
    for axis, face in enumerate((operator.tx, operator.ty, operator.tz)):
        line = np.moveaxis(number, axis, 0)
        value = np.moveaxis(face, axis, 0)[:-1].ravel()
        a, b = line[:-1].ravel(), line[1:].ravel()
        rows += [a, b, a, b]
        columns += [a, b, b, a]
        values += [value, value, -value, -value]
    size = (number.size, number.size)
    parts = (np.concatenate(rows), np.concatenate(columns))
    return coo_array((np.concatenate(values), parts), shape=size).tocsc()


@pytest.mark.parametrize("contrast", [1.0, 1e3, 1e5])
def test_solver_agrees_with_direct_solution(contrast: float) -> None:
    operator, place, right = _problem(contrast)
    hierarchy = Hierarchy(place)
    hierarchy.update(operator)
    pressure = np.zeros_like(right)
    report = hierarchy.solve(right, pressure, 1e-11)
    keep = (place >= 0).ravel()
    exact = spsolve(_matrix(operator)[keep][:, keep].tocsc(), right.ravel()[keep])
    assert np.abs(pressure.ravel()[keep] - exact).max() < 1e-8 * np.abs(exact).max()
    assert report.iterations <= 20


def test_iterations_do_not_grow_with_contrast_or_size() -> None:
    counts = []
    for contrast in (1.0, 1e5):
        for n in (10, 26):
            operator, place, right = _problem(contrast, n)
            hierarchy = Hierarchy(place)
            hierarchy.update(operator)
            counts.append(hierarchy.solve(right, np.zeros_like(right), 1e-9).iterations)
    assert max(counts) <= min(counts) + 6


def test_apply_and_residual_are_the_matrix() -> None:
    operator, place, right = _problem(100.0)
    value = np.random.default_rng(2).random(place.shape) * (place >= 0)
    fields = (operator.tx, operator.ty, operator.tz, operator.anchor)
    image, left = np.zeros_like(value), np.zeros_like(value)
    partial = np.zeros(place.shape[0])
    kernels.apply(*fields, value, image, partial)
    kernels.residual_small(*fields, right, value, left)
    expected = (_matrix(operator) @ value.ravel()).reshape(value.shape)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(image, expected, atol=1e-12 * scale)
    np.testing.assert_allclose(left, right - expected, atol=1e-12 * scale)
    assert partial.sum() == pytest.approx((value * expected).sum(), rel=1e-12)


def test_serial_and_threaded_kernels_give_the_same_bits() -> None:
    operator, place, right = _problem(1e3)
    inverse = np.zeros_like(right)
    fields = (operator.tx, operator.ty, operator.tz)
    kernels.diagonal(*fields, operator.anchor, inverse)
    start = np.random.default_rng(3).random(place.shape) * (place >= 0)
    one, two = start.copy(), start.copy()
    for colour in (0, 1):
        kernels.smooth_small(*fields, inverse, right, colour, one)
        kernels.smooth(*fields, inverse, right, colour, two)
    assert np.array_equal(one, two)
    kernels.residual_small(*fields, operator.anchor, right, start, one)
    kernels.residual(*fields, operator.anchor, right, start, two)
    assert np.array_equal(one[1:-1], two[1:-1])


def test_descend_direction_product() -> None:
    rng = np.random.default_rng(4)
    search, image, value, rest = (np.pad(rng.random((4, 5, 6)), 1) for _ in range(4))
    expected, left = value + 0.3 * search, rest - 0.3 * image
    partial = np.zeros(6)
    kernels.descend(0.3, search, image, value, rest, partial)
    np.testing.assert_allclose(value, expected, rtol=1e-14)
    np.testing.assert_allclose(rest, left, rtol=1e-14, atol=1e-16)
    assert partial.sum() == pytest.approx((left**2).sum(), rel=1e-13)
    kernels.product(search, image, partial)
    assert partial.sum() == pytest.approx((search * image).sum(), rel=1e-13)
    expected = image + 0.7 * search
    kernels.direction(0.7, image, search)
    np.testing.assert_allclose(search, expected, rtol=1e-14, atol=1e-16)


def test_cholesky_solves() -> None:
    rng = np.random.default_rng(5)
    half = rng.random((12, 12))
    matrix = half @ half.T + np.eye(12)
    factor = matrix.copy()
    kernels.cholesky(factor)
    right = np.pad(rng.random((2, 2, 3)), 1)
    value = np.zeros_like(right)
    kernels.cholesky_solve(factor, right, value)
    exact = np.linalg.solve(matrix, right[1:-1, 1:-1, 1:-1].ravel())
    np.testing.assert_allclose(value[1:-1, 1:-1, 1:-1].ravel(), exact, rtol=1e-10)


def test_restrict_is_the_transpose_of_prolong() -> None:
    rng = np.random.default_rng(6)
    fine, coarse = np.pad(rng.random((5, 4, 6)), 1), np.pad(rng.random((3, 2, 3)), 1)
    member = np.pad(rng.integers(0, 2, (5, 4, 6)).astype(np.uint8), 1)
    summed, spread = np.zeros_like(coarse), np.zeros_like(fine)
    kernels.restrict(fine, member, summed)
    kernels.prolong(coarse, member, spread)
    assert (summed * coarse).sum() == pytest.approx((fine * spread).sum(), rel=1e-13)
