# SPDX-License-Identifier: BSD-3-Clause
"""The pressure solver and its kernels against NumPy and a sparse direct solve."""

import numba
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.linalg import spsolve

from vertaug.cement import multigrid
from vertaug.cement.displacement_grid import BlockGrid, PorousBlock
from vertaug.cement.multigrid import Hierarchy, Operator
from vertaug.verification.problems.displacement import lognormal
from vertaug_kernels import flow, pressure_solve
from vertaug_kernels import multigrid as kernels
from vertaug_kernels import split_cycle as cycle


def _problem(contrast: float, n: int = 10) -> tuple[Operator, np.ndarray, np.ndarray]:
    """Two places joined by one face, sealed corners, random permeability, a viscous block, an anchored side."""
    rng = np.random.default_rng(1)
    shape = (n + 2, n + 1, n + 3)
    viscosity = np.full(shape, 1e-7)
    viscosity[2:6, 2:6, 2:6] *= contrast
    permeability = 1e-2 * np.exp(rng.standard_normal(shape))
    place = np.full(shape, -1, dtype=np.int16)
    place[1:-1, 1:-1, 1:-1] = 0
    place[8:-1, 1:-1, 1:-1] = 1
    place[1:3, 1:4, 1:6] = place[4:, -3:, -4:] = place[:, :3, -3:] = -1
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
    anchor *= place >= 0
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


def _random_medium(n: int, contrast: float) -> tuple[Operator, np.ndarray, np.ndarray]:
    """Permeability over four decades, a viscous lump around a source, open sides."""
    grid = BlockGrid(PorousBlock(lognormal(n, 1, 0.05, 4.0), 0.5, (1.0, 1.0, 1.0)))
    offset = np.indices(grid.pore.shape) - 0.5 * (n + 1)
    lump = np.linalg.norm(offset, axis=0) < (0.3 + 0.05 * np.sin(9.0 * offset[0] / n)) * n
    mobility = np.where(lump, 1.0 / contrast, 1.0)
    faces = [
        face * np.minimum(mobility, np.roll(mobility, -1, axis))
        for axis, face in enumerate(grid.faces)
    ]
    source = np.zeros(grid.pore.shape)
    source[(n // 2 + 1,) * 3] = 1.0
    return Operator(*faces, grid.anchor * mobility), grid.place, source


def test_iterations_do_not_grow_with_contrast_or_size() -> None:
    counts = []
    for contrast in (1.0, 1e5):
        for n in (10, 26):
            operator, place, right = _problem(contrast, n)
            hierarchy = Hierarchy(place)
            hierarchy.update(operator)
            counts.append(hierarchy.solve(right, np.zeros_like(right), 1e-9).iterations)
    assert max(counts) <= min(counts) + 6


@pytest.mark.parametrize(
    ("sizes", "most"),
    [((20, 40), 16), pytest.param((60, 100), 18, marks=pytest.mark.slow)],
)
def test_iterations_in_a_random_medium(sizes, most) -> None:
    """Measured to 1e-8: 12 to 15 at 20 cells, 13 to 16 at 40, 13 to 17 at 60 and 100, whatever the contrast."""
    for n in sizes:
        for contrast in (1.0, 1e3, 1e5):
            operator, place, right = _random_medium(n, contrast)
            hierarchy = Hierarchy(place)
            hierarchy.update(operator)
            assert hierarchy.solve(right, np.zeros_like(right), 1e-8).iterations <= most


@pytest.mark.parametrize("limit", [0, 1_000_000])
def test_solution_has_the_same_bits_on_any_number_of_threads(limit, monkeypatch) -> None:
    monkeypatch.setattr(multigrid, "_SERIAL_BELOW", limit)
    operator, place, right = _random_medium(20, 1e3)
    found, before = [], numba.get_num_threads()
    for threads in (1, 2, 4):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        hierarchy, pressure = Hierarchy(place), np.zeros_like(right)
        hierarchy.update(operator)
        hierarchy.solve(right, pressure, 1e-9)
        found.append(pressure)
    numba.set_num_threads(before)
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[0], found[2])


def _level(seed: int, shape: tuple[int, int, int], corner: int = 0):
    """A random operator as a single level without a corner of some cells, with its natural fields."""
    rng = np.random.default_rng(seed)
    inside = np.zeros(shape, dtype=bool)
    inside[1:-1, 1:-1, 1:-1] = True
    inside[: corner + 1, : corner + 1] = inside[:, -corner - 1 :, -corner - 1 :] = False
    faces = []
    for axis in range(3):
        face, mask = np.zeros(shape), np.moveaxis(inside, axis, 0)
        np.moveaxis(face, axis, 0)[:-1] = rng.random(mask[:-1].shape) * (mask[:-1] & mask[1:])
        faces.append(face)
    operator = Operator(*faces, 0.1 * inside)
    size = cycle.level_size(*shape)
    fields = np.zeros((cycle.ROWS, size + 2 * cycle.MARGIN), dtype=np.float32)
    levels = np.array([[*shape, cycle.MARGIN, 0]], dtype=np.int64)
    spans = multigrid._spans(inside)
    cycle.split_operator(*faces, operator.anchor, cycle.MARGIN, spans, fields)
    return operator, inside, fields, levels, spans


def _whole(fields: np.ndarray, row: int, shape: tuple[int, int, int]) -> np.ndarray:
    """A pair of rows as one field."""
    out = np.zeros(shape)
    half = shape[2] // 2 + 1
    for i, j, k in np.ndindex(shape):
        colour = (i + j + k) % 2
        out[i, j, k] = fields[row + colour, cycle.MARGIN + (i * shape[1] + j) * half + k // 2]
    return out


@pytest.mark.parametrize("shape", [(6, 5, 7), (5, 6, 8), (3, 4, 40)])
@pytest.mark.parametrize(("first", "corner"), [(0, 0), (1, 0), (0, 2), (1, 1)])
def test_relaxation_is_red_black_gauss_seidel(shape, first, corner) -> None:
    operator, inside, fields, levels, spans = _level(1, shape, corner)
    right = np.random.default_rng(2).random(shape) * inside
    cycle.split(right, 1.0, cycle.RIGHT, cycle.MARGIN, spans, fields)
    np.testing.assert_allclose(_whole(fields, cycle.RIGHT, shape), right, rtol=1e-6)
    cycle.relax(levels, spans, 0, first, 2, fields)
    matrix = _matrix(operator).tocsr()
    value, parity = np.zeros(right.size), np.indices(shape).sum(axis=0).ravel() % 2
    diagonal = matrix.diagonal()
    for sweep in range(4):
        cells = (parity == (first + sweep) % 2) & inside.ravel()
        value[cells] += ((right.ravel() - matrix @ value) / np.where(diagonal > 0, diagonal, 1.0))[
            cells
        ]
    np.testing.assert_allclose(_whole(fields, cycle.VALUE, shape), value.reshape(shape), atol=1e-5)
    threaded = fields.copy()
    threaded[: cycle.RIGHT] = 0.0
    for sweep in range(4):
        cycle.relax_planes(levels, spans, 0, (first + sweep) % 2, threaded)
    assert np.array_equal(threaded, fields)


def test_cycle_is_symmetric_and_positive() -> None:
    operator, place, _ = _problem(1e3)
    hierarchy = Hierarchy(place)
    hierarchy.update(operator)
    rng, shape = np.random.default_rng(3), place.shape
    pairs = []
    for _ in range(2):
        right = rng.standard_normal(shape) * (place >= 0)
        hierarchy._cycle.threaded(right, 1.0)
        pairs.append((right, _whole(hierarchy._cycle.fields, cycle.VALUE, shape)))
    (a, ma), (b, mb) = pairs
    assert (a * mb).sum() == pytest.approx((b * ma).sum(), rel=1e-4)
    assert (a * ma).sum() > 0.0


def test_iterations_in_short_calls_are_those_of_one_long_call(monkeypatch) -> None:
    """An interrupt is answered between calls, so none may be long."""
    operator, place, right = _random_medium(20, 1e3)
    hierarchy, one, many = Hierarchy(place), np.zeros_like(right), np.zeros_like(right)
    hierarchy.update(operator)
    report = hierarchy.solve(right, one, 1e-8)
    monkeypatch.setattr(multigrid, "_CELLS_A_CALL", 2 * right.size)
    calls, iterate = [], hierarchy._iterate
    monkeypatch.setattr(hierarchy, "_iterate", lambda *given: calls.append(1) or iterate(*given))
    assert hierarchy.solve(right, many, 1e-8) == report
    assert len(calls) == (report.iterations + 1) // 2
    assert np.array_equal(one, many)


def test_residual_and_step_are_those_of_the_matrix() -> None:
    operator, place, right = _problem(100.0)
    rng = np.random.default_rng(2)
    value, search = (rng.random(place.shape) * (place >= 0) for _ in range(2))
    spans = multigrid._spans(place >= 0)
    fields = (operator.tx, operator.ty, operator.tz, operator.anchor, spans)
    left, image = np.zeros_like(value), np.zeros_like(value)
    norm = pressure_solve.residual(*fields, right, value, left)
    matrix = _matrix(operator)
    expected = right - (matrix @ value.ravel()).reshape(value.shape)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(left, expected, atol=1e-12 * scale)
    assert norm == pytest.approx((expected**2).sum(), rel=1e-12)
    assert pressure_solve.squares(spans, right) == pytest.approx((right**2).sum(), rel=1e-12)
    moved = value.copy()
    norm = pressure_solve.step(*fields, 0.7, search, image, moved, left)
    times = (matrix @ search.ravel()).reshape(value.shape)
    length = 0.7 / (search * times).sum()
    np.testing.assert_allclose(moved, value + length * search, rtol=1e-12)
    np.testing.assert_allclose(left, expected - length * times, atol=1e-12 * scale)
    assert norm == pytest.approx((left**2).sum(), rel=1e-12)


def test_overlap_and_direction_read_the_finest_level() -> None:
    shape = (6, 5, 7)
    _, inside, fields, _, spans = _level(4, shape)
    rng = np.random.default_rng(5)
    value, other, search = (rng.random(shape) * inside for _ in range(3))
    cycle.split(value, 1.0, cycle.VALUE, cycle.MARGIN, spans, fields)
    found = pressure_solve.overlap(other, spans, fields, cycle.MARGIN)
    assert found == pytest.approx((value * other).sum(), rel=1e-6)
    expected = 2.0 * value + 0.3 * search
    pressure_solve.direction(spans, fields, cycle.MARGIN, 2.0, 0.3, search)
    np.testing.assert_allclose(search, expected, rtol=1e-6)


def test_cholesky_factors() -> None:
    rng = np.random.default_rng(5)
    half = rng.random((12, 12))
    matrix = half @ half.T + np.eye(12)
    factor = matrix.copy()
    kernels.cholesky(factor)
    np.testing.assert_allclose(np.tril(factor), np.linalg.cholesky(matrix), rtol=1e-10)


def test_restrict_sums_the_members() -> None:
    rng = np.random.default_rng(6)
    fine, coarse = np.pad(rng.random((6, 4, 6)), 1), np.zeros((5, 4, 5))
    member = np.pad(rng.integers(0, 2, (6, 4, 6)).astype(np.uint8), 1)
    kernels.restrict(fine, member, coarse)
    kept = (fine * member)[1:-1, 1:-1, 1:-1].reshape(3, 2, 2, 2, 3, 2)
    np.testing.assert_allclose(coarse[1:-1, 1:-1, 1:-1], kept.sum(axis=(1, 3, 5)), rtol=1e-13)
