# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug_kernels import coarsen, cycle, node_cycle
from vertaug_kernels._threads import few_threads


def apart(x):
    """Vectors of nodes as kernels keep them: three numbers and a zero."""
    flat = np.zeros((x.size // 3, 4), np.float32)
    flat[:, :3] = x.reshape(-1, 3)
    return flat.reshape(-1)


def together(x):
    assert not x.reshape(-1, 4)[:, 3].any()
    return x.reshape(-1, 4)[:, :3].reshape(-1)


def roomy(blocks):
    """Blocks one after the other, and room for the numbers that are read after the last."""
    return np.append(blocks.astype(np.float32).reshape(-1), np.full(7, 1e30, np.float32))


def banded(n, size, rng):
    """Dense symmetric matrix with 13 diagonals of blocks, and what is kept of it."""
    dense = np.zeros((n, n, size, size))
    for i in range(n):
        for j in range(max(0, i - 6), i):
            dense[i, j] = rng.normal(size=(size, size))
            dense[j, i] = dense[i, j].T
        dense[i, i] = np.eye(size) * 20.0 * size + 1.0
    pairs = [(i, j) for i in range(n) for j in range(max(0, i - 6), i)]
    ptr = np.searchsorted([i for i, _ in pairs], np.arange(n + 1)).astype(np.int32)
    columns = np.array([j if size == 3 else size * j for _, j in pairs], np.uint32)
    blocks = np.array([dense[i, j] for i, j in pairs], np.float32)
    diagonal = np.stack([dense[i, i] for i in range(n)])
    return ptr, columns, blocks, diagonal, dense.transpose(0, 2, 1, 3).reshape(n * size, -1)


@pytest.mark.parametrize("size", [3, 6])
def test_sweeps_are_those_of_dense_triangles(size):
    rng = np.random.default_rng(0)
    n = 23
    ptr, columns, blocks, diagonal, dense = banded(n, size, rng)
    inverse = np.empty((n, size, size))
    assert coarsen.invert_diagonal(np.arange(n, dtype=np.int32), diagonal, inverse) == -1
    np.testing.assert_allclose(inverse, np.linalg.inv(diagonal), atol=1e-12)
    place = np.array([0, 1], np.int32), np.array([[0, n]], np.int32)
    b = rng.normal(size=n * size).astype(np.float32)
    if size == 3:
        kernels, pack, unpack = node_cycle, apart, together
        matrix = (*place, ptr, columns, roomy(blocks), roomy(inverse))
    else:
        kernels, pack, unpack = cycle, np.copy, np.copy
        matrix = (*place, ptr, columns, blocks, inverse.astype(np.float32))
    kept = pack(b)
    x, rest = np.full_like(kept, np.nan), np.full_like(kept, np.nan)
    kernels.sweep_down(*matrix, kept, x, rest)
    blocky = np.kron(np.tri(n), np.ones((size, size)))
    exact = np.linalg.solve(dense * blocky, b)
    np.testing.assert_allclose(unpack(x), exact, atol=1e-5)
    np.testing.assert_allclose(unpack(rest), b - dense @ exact, atol=1e-5)
    kernels.sweep_up(*matrix, kept, x, rest)
    exact += np.linalg.solve(dense * blocky.T, b - dense @ exact)
    np.testing.assert_allclose(unpack(x), exact, atol=1e-5)


def test_sweeps_and_product_have_the_same_bits_on_more_threads():
    rng = np.random.default_rng(1)
    n = 61
    ptr, columns, blocks, diagonal, _ = banded(n, 3, rng)
    chunks, stages = np.array([[20, 50], [0, 20], [50, n]], np.int32), np.array([0, 2, 3], np.int32)
    apart_rows = (columns >= 20) | (np.repeat(np.arange(n), np.diff(ptr)) < 20)
    between = ~apart_rows & (np.repeat(np.arange(n), np.diff(ptr)) < 50)
    blocks[between] = 0.0
    ptr = np.concatenate(
        [[0], np.cumsum(np.bincount(np.repeat(np.arange(n), np.diff(ptr))[~between], minlength=n))]
    )
    matrix = (stages, chunks, ptr.astype(np.int32), columns[~between], roomy(blocks[~between]))
    b = apart(rng.normal(size=3 * n))
    found = []
    for threads in (1, 2, 4):
        with few_threads(threads):
            x, rest, product = np.empty((3, b.size), np.float32)
            node_cycle.sweep_down(*matrix, roomy(np.linalg.inv(diagonal)), b, x, rest)
            first = rest.copy()
            node_cycle.sweep_up(*matrix, roomy(np.linalg.inv(diagonal)), b, x, rest)
            node_cycle.multiply_differences(*matrix, roomy(diagonal), x, product)
        found.append((x, first, product))
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, two)


def test_small_inverses_are_those_of_numpy():
    rng = np.random.default_rng(0)
    roots = rng.normal(size=(50, 3, 3))
    blocks = roots @ roots.transpose(0, 2, 1) + 0.1 * np.eye(3)
    blocks[7, 0, 0] = -1.0
    blocks[8, 2, 2] = np.nan
    blocks[9] = 0.0
    inverse = np.empty_like(blocks)
    coarsen.invert_small(blocks, inverse)
    assert np.flatnonzero(inverse[:, 0, 0] < 0.0).tolist() == [7, 8, 9]
    good = np.delete(np.arange(50), [7, 8, 9])
    np.testing.assert_allclose(inverse[good], np.linalg.inv(blocks[good]), rtol=1e-9, atol=1e-9)


def test_dense_inverse_is_that_of_numpy_and_finds_singular_matrices():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(40, 40))
    matrix = root @ root.T + 5.0 * np.eye(40)
    scale = 1.0 / np.sqrt(np.diag(matrix))
    matrix *= scale[:, None] * scale
    inverse = matrix.copy()
    assert coarsen.invert_dense(inverse) == -1
    np.testing.assert_allclose(inverse, np.linalg.inv(matrix), rtol=1e-9, atol=1e-12)
    matrix[:, 5] = matrix[:, 4]
    matrix[5] = matrix[4]
    assert coarsen.invert_dense(matrix) >= 0


def test_indefinite_diagonal_is_found():
    blocks = np.array([np.eye(3), np.diag([1.0, -1.0, 1.0])])
    found = coarsen.invert_diagonal(np.array([0, 1], np.int32), blocks, np.empty((2, 3, 3)))
    assert found == 1


@pytest.mark.parametrize("size", [3, 6])
def test_prolongation_and_its_transpose(size):
    rng = np.random.default_rng(0)
    indptr, indices = np.array([0, 2, 2, 3, 5], np.int32), np.array([0, 2, 1, 0, 1], np.int32)
    blocks = rng.normal(size=(5, size, 6)).astype(np.float32)
    dense = np.zeros((4, 3, size, 6))
    for row in range(4):
        for k in range(indptr[row], indptr[row + 1]):
            dense[row, indices[k]] = blocks[k]
    dense = dense.transpose(0, 2, 1, 3).reshape(4 * size, 18)
    parts = np.array([0, 4], np.int32)
    pack, unpack = (apart, together) if size == 3 else (np.copy, np.copy)
    x, fine = rng.normal(size=18).astype(np.float32), pack(np.ones(4 * size, np.float32))
    cycle.prolong_add(parts, indptr, indices, blocks, x, fine)
    np.testing.assert_allclose(unpack(fine), 1.0 + dense @ x, atol=1e-5)
    ptr, rows = np.array([0, 2, 4, 5], np.int32), np.array([0, 3, 2, 3, 0], np.int32)
    places, out = np.array([0, 3, 2, 4, 1], np.int32), np.empty(18, np.float32)
    cycle.restrict(np.array([0, 3], np.int32), ptr, rows, blocks[places], fine, out)
    np.testing.assert_allclose(out, dense.T @ unpack(fine), atol=1e-4)


def test_edges_take_the_mean_of_their_ends_and_give_it_back():
    rng = np.random.default_rng(0)
    ends = np.array([[0, 0], [0, 1], [1, 1]], np.int32)
    fine_free = np.array([1, 1, 1, 1, 0, 1, 1, 1, 1], np.float32)
    free = np.array([1, 1, 1, 1, 1, 0], np.float32)
    weights = np.array([[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])
    dense = fine_free[:, None] * np.kron(weights, np.eye(3)) * free
    x, fine = rng.normal(size=6).astype(np.float32), np.zeros(12, np.float32)
    node_cycle.edge_add(ends, apart(fine_free), apart(free), apart(x), fine)
    np.testing.assert_allclose(together(fine), dense @ x, atol=1e-6)
    ptr, rows = np.array([0, 2, 4], np.int32), np.array([0, 1, 1, 2], np.int32)
    shares, out = np.array([1.0, 0.5, 0.5, 1.0], np.float32), np.empty(8, np.float32)
    node_cycle.edge_restrict(ptr, rows, shares, apart(fine_free), apart(free), fine, out)
    np.testing.assert_allclose(together(out), dense.T @ together(fine), atol=1e-6)


def test_dense_product_is_that_of_numpy():
    rng = np.random.default_rng(0)
    square = rng.normal(size=(9, 9)).astype(np.float32)
    square += square.T
    x, product = rng.normal(size=9).astype(np.float32), np.empty(9, np.float32)
    cycle.dense_multiply(square, x, product)
    np.testing.assert_allclose(product, square @ x, atol=1e-5)


def test_permutations_undo_each_other():
    rng = np.random.default_rng(0)
    order = rng.permutation(20).astype(np.int32)
    x = rng.normal(size=60)
    inner, out = np.empty(80, np.float32), np.empty(60)
    node_cycle.permute_in(order, 0.5, x, inner)
    expected = 0.5 * x.reshape(-1, 3)[order]
    np.testing.assert_allclose(together(inner).reshape(-1, 3), expected, rtol=1e-6)
    node_cycle.permute_out(order, 2.0, inner, out)
    np.testing.assert_allclose(out, x, rtol=1e-6)


def test_product_by_differences_is_the_dense_one():
    rng = np.random.default_rng(0)
    n = 8
    root = rng.normal(size=(3 * n, 3 * n))
    dense = root + root.T
    shaped = dense.reshape(n, 3, n, 3).transpose(0, 2, 1, 3)
    lower = np.tril_indices(n, -1)
    ptr = np.concatenate([[0], np.cumsum(np.arange(n))]).astype(np.int32)
    x, out = rng.normal(size=3 * n).astype(np.float32), np.empty(4 * n, np.float32)
    node_cycle.multiply_differences(
        np.array([0, 1, 2], np.int32), np.array([[0, 5], [5, n]], np.int32), ptr, lower[1].astype(np.uint32),
        roomy(shaped[lower]), roomy(shaped.sum(axis=1)), apart(x), out,
    )  # fmt: skip
    np.testing.assert_allclose(together(out), dense @ x, atol=1e-4)


def test_differences_keep_rigid_translation_free_of_forces():
    n = 50
    lower = roomy(np.repeat(-1e6 * np.eye(3)[None], n - 1, axis=0))
    ptr = np.concatenate([[0], np.arange(n)]).astype(np.int32)
    x, out = apart(np.full(3 * n, 1.2345678)), np.empty(4 * n, np.float32)
    node_cycle.multiply_differences(
        np.array([0, 1], np.int32), np.array([[0, n]], np.int32), ptr, np.arange(n - 1, dtype=np.uint32),
        lower, roomy(np.zeros((n, 3, 3))), x, out,
    )  # fmt: skip
    np.testing.assert_array_equal(out, 0.0)
