# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug_kernels import coarsen, cycle


def tridiagonal(n, size, rng):
    """Block-tridiagonal pattern, dense matrix and its blocks."""
    rows = [[j for j in (i - 1, i, i + 1) if 0 <= j < n] for i in range(n)]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int32)
    indices = np.concatenate(rows).astype(np.int32)
    blocks = rng.normal(size=(indices.size, size, size))
    diagonal = np.array([indptr[i] + rows[i].index(i) for i in range(n)], np.int32)
    blocks[diagonal] += 4.0 * size * np.eye(size)
    blocks[diagonal] = 0.5 * (blocks[diagonal] + blocks[diagonal].transpose(0, 2, 1))
    dense = np.zeros((n * size, n * size))
    for i in range(n):
        for k in range(indptr[i], indptr[i + 1]):
            j = indices[k]
            dense[i * size : (i + 1) * size, j * size : (j + 1) * size] = blocks[k]
    return indptr, indices, diagonal, blocks, dense


@pytest.mark.parametrize("size", [3, 6])
def test_sweeps_are_those_of_dense_triangles(size):
    rng = np.random.default_rng(0)
    n = 9
    indptr, indices, diagonal, blocks, dense = tridiagonal(n, size, rng)
    inverse = np.empty((n, size, size))
    assert coarsen.invert_diagonal(diagonal, blocks, inverse) == -1
    np.testing.assert_allclose(inverse, np.linalg.inv(blocks[diagonal]), atol=1e-12)
    single, single_inverse = blocks.astype(np.float32), inverse.astype(np.float32)
    chunk_ptr = np.array([0, n], np.int32)
    b = rng.normal(size=n * size).astype(np.float32)
    x, rest = np.empty_like(b), np.empty_like(b)
    cycle.sweep_forward(chunk_ptr, indptr, indices, diagonal, single, single_inverse, b, x)
    blocky = np.kron(np.tri(n), np.ones((size, size)))
    exact = np.linalg.solve(dense * blocky, b)
    np.testing.assert_allclose(x, exact, atol=1e-5)
    cycle.upper_residual(indptr, indices, diagonal, single, x, rest)
    np.testing.assert_allclose(rest, b - dense @ exact, atol=1e-5)
    cycle.sweep_backward(chunk_ptr, indptr, indices, single, single_inverse, b, x)
    exact += np.linalg.solve(dense * blocky.T, b - dense @ exact)
    np.testing.assert_allclose(x, exact, atol=1e-5)


def test_indefinite_diagonal_is_found():
    blocks = np.array([np.eye(3), np.diag([1.0, -1.0, 1.0])])
    found = coarsen.invert_diagonal(np.array([0, 1], np.int32), blocks, np.empty((2, 3, 3)))
    assert found == 1


def test_rectangles_and_dense():
    rng = np.random.default_rng(0)
    indptr, indices = np.array([0, 2, 3], np.int32), np.array([0, 2, 1], np.int32)
    blocks = rng.normal(size=(3, 6, 3)).astype(np.float32)
    dense = np.zeros((12, 9), np.float32)
    dense[:6, :3], dense[:6, 6:], dense[6:, 3:6] = blocks
    x = rng.normal(size=9).astype(np.float32)
    out = np.empty(12, np.float32)
    cycle.rectangle_multiply(indptr, indices, blocks, x, out)
    np.testing.assert_allclose(out, dense @ x, atol=1e-5)
    cycle.rectangle_add(indptr, indices, blocks, x, out)
    np.testing.assert_allclose(out, 2.0 * dense @ x, atol=1e-5)
    square = dense[:9] + dense[:9].T
    product = np.empty(9, np.float32)
    cycle.dense_multiply(square, x, product)
    np.testing.assert_allclose(product, square @ x, atol=1e-5)


def test_permutations_undo_each_other():
    rng = np.random.default_rng(0)
    order = rng.permutation(20).astype(np.int32)
    x = rng.normal(size=60)
    inner, out = np.empty(60, np.float32), np.empty(60)
    cycle.permute_in(order, 0.5, x, inner)
    np.testing.assert_allclose(inner.reshape(-1, 3), 0.5 * x.reshape(-1, 3)[order], rtol=1e-6)
    cycle.permute_out(order, 2.0, inner, out)
    np.testing.assert_allclose(out, x, rtol=1e-6)
