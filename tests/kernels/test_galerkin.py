# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug_kernels import galerkin, narrow


def full(n, size, rng):
    """Dense symmetric positive definite matrix, its blocks and their pattern."""
    root = rng.normal(size=(n * size, n * size))
    dense = root @ root.T + n * size * np.eye(n * size)
    blocks = dense.reshape(n, size, n, size).transpose(0, 2, 1, 3).reshape(-1, size, size).copy()
    indptr = np.arange(0, n * n + 1, n, dtype=np.int32)
    indices = np.tile(np.arange(n, dtype=np.int32), n)
    return dense, blocks, indptr, indices


def unblocked(blocks, rows, columns):
    size = blocks.shape[1:]
    shaped = blocks.reshape(rows, columns, *size).transpose(0, 2, 1, 3)
    return shaped.reshape(rows * size[0], columns * size[1])


def test_product_pattern_is_that_of_booleans():
    rng = np.random.default_rng(0)
    first, second = rng.random((9, 7)) < 0.3, rng.random((7, 11)) < 0.3
    patterns = []
    for dense in (first, second):
        indptr = np.concatenate([[0], np.cumsum(dense.sum(axis=1))]).astype(np.int32)
        patterns += [indptr, np.nonzero(dense)[1].astype(np.int32)]
    parts, counts = np.array([0, 4, 9], np.int32), np.empty(9, np.int32)
    galerkin.count_product(parts, *patterns, 11, counts)
    product = first.astype(int) @ second > 0
    np.testing.assert_array_equal(counts, product.sum(axis=1))
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    indices = np.empty(indptr[-1], np.int32)
    galerkin.fill_product(parts, *patterns, 11, indptr, indices)
    np.testing.assert_array_equal(indices, np.nonzero(product)[1])


@pytest.mark.parametrize("plain", [False, True])
def test_narrow_copy_decouples_and_sums_rows(plain):
    rng = np.random.default_rng(0)
    n = 5
    dense, blocks, indptr, indices = full(n, 3, rng)
    free = np.ones((n, 3)) if plain else (rng.random((n, 3)) < 0.7).astype(float)
    flat = free.reshape(-1)
    held = dense * flat[:, None] * flat
    held[np.arange(3 * n), np.arange(3 * n)] = np.diag(dense)
    place = rng.permutation(n).astype(np.int32)
    row, column = np.repeat(place, n), np.tile(place, n)
    target = np.where(column < row, row * (row - 1) // 2 + column, n * (n - 1) // 2).astype(
        np.int32
    )
    out, totals = (
        np.empty((n * (n - 1) // 2 + 1, 3, 3), np.float32),
        np.empty((n, 3, 3), np.float32),
    )
    diag, parts = np.empty((n, 3, 3)), np.array([0, 2, n], np.int32)
    narrow.narrow(
        parts, indptr, indices, (np.arange(n) * (n + 1)).astype(np.int32), place, target,
        np.full(n, plain), blocks.reshape(-1, 9), free, out.reshape(-1, 9), totals.reshape(-1, 9), diag,
    )  # fmt: skip
    shaped = np.empty((n, n, 3, 3))
    shaped[row, column] = held.reshape(n, 3, n, 3).transpose(0, 2, 1, 3).reshape(-1, 3, 3)
    np.testing.assert_allclose(diag, shaped[np.arange(n), np.arange(n)])
    np.testing.assert_allclose(out[:-1], shaped[np.tril_indices(n, -1)], rtol=1e-6)
    np.testing.assert_allclose(totals, shaped.sum(axis=1), rtol=1e-5, atol=1e-5)


def test_edge_blocks_are_the_dense_triple_product():
    rng = np.random.default_rng(0)
    n, coarse = 6, 3
    dense, blocks, indptr, indices = full(n, 3, rng)
    ends = np.array([[0, 0], [0, 1], [1, 1], [1, 2], [2, 2], [0, 2]], np.int32)
    free, coarse_free = np.ones((n, 3)), np.ones((coarse, 3))
    free[1, 0] = free[0, 2] = coarse_free[0, 2] = 0.0
    weights = np.zeros((n, coarse))
    for row, pair in enumerate(ends):
        weights[row, pair] = 0.5 if pair[0] != pair[1] else 1.0
    prolong = free.reshape(-1, 1) * np.kron(weights, np.eye(3)) * coarse_free.reshape(-1)
    rows = [np.flatnonzero(weights[:, node]) for node in range(coarse)]
    ptr = np.concatenate([[0], np.cumsum([len(r) for r in rows])]).astype(np.int32)
    out = np.empty((coarse * coarse, 3, 3))
    narrow.edge_blocks(
        np.array([0, 1, coarse], np.int32), indptr, indices, np.arange(n * n, dtype=np.int32),
        blocks, free, ends, (ptr, np.concatenate(rows).astype(np.int32)),
        np.arange(0, 10, 3, dtype=np.int32), np.tile(np.arange(3, dtype=np.int32), 3),
        coarse_free, out,
    )  # fmt: skip
    exact = prolong.T @ dense @ prolong
    np.testing.assert_allclose(unblocked(out, 3, 3), exact, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("size", [3, 6])
def test_smoothed_aggregation_is_the_dense_triple_product(size):
    rng = np.random.default_rng(0)
    n, groups = 7, 2
    dense, blocks, indptr, indices = full(n, size, rng)
    source, parts = np.arange(n * n, dtype=np.int32), np.array([0, 3, n], np.int32)
    owner = np.array([0, 0, 1, -1, 1, 0, 1], np.int32)
    tentative, free = rng.normal(size=(n, size, 6)), np.ones((n, size))
    free[0, 1] = 0.0
    tentative[0, 1] = tentative[3] = 0.0
    inverse = np.linalg.inv(dense.reshape(n, size, n, size)[np.arange(n), :, np.arange(n)])
    start = np.zeros((n, size, groups, 6))
    for row in np.flatnonzero(owner >= 0):
        start[row, :, owner[row]] = tentative[row]
    start = start.reshape(n * size, groups * 6)
    jacobi = np.zeros((n * size, n * size))
    for row in range(n):
        jacobi[row * size : (row + 1) * size, row * size : (row + 1) * size] = inverse[row]
    exact = start - 0.3 * free.reshape(-1, 1) * (jacobi @ dense @ start)
    p_ptr = np.arange(0, n * groups + 1, groups, dtype=np.int32)
    p_indices = np.tile(np.arange(groups, dtype=np.int32), n)
    prolong = np.empty((n * groups, size, 6))
    matrix = (parts, indptr, indices, source, blocks)
    galerkin.smoothed_blocks(
        *matrix, inverse, free, 0.3, owner, tentative, p_ptr, p_indices, prolong
    )
    np.testing.assert_allclose(unblocked(prolong, n, groups), exact, rtol=1e-10, atol=1e-10)
    product = np.empty_like(prolong)
    galerkin.matrix_times_prolongation(
        *matrix, p_ptr, p_indices, prolong, p_ptr, p_indices, groups, product
    )
    np.testing.assert_allclose(unblocked(product, n, groups), dense @ exact, atol=1e-9)
    children = (
        np.array([0, n, 2 * n], np.int32),
        np.tile(np.arange(n, dtype=np.int32), groups),
        np.concatenate([p_ptr[:-1] + g for g in range(groups)]).astype(np.int32),
    )
    out = np.empty((groups * groups, 6, 6))
    galerkin.coarse_blocks(
        np.array([0, 1, groups], np.int32), children, prolong, p_ptr, p_indices, product,
        np.array([0, 2, 4], np.int32), np.array([0, 1, 0, 1], np.int32), out,
    )  # fmt: skip
    np.testing.assert_allclose(unblocked(out, groups, groups), exact.T @ dense @ exact, rtol=1e-9)


def test_idle_unknowns_are_held():
    blocks = np.ones((1, 3, 3))
    blocks[0, 1] = blocks[0, :, 1] = 0.0
    galerkin.hold_idle(np.zeros(1, np.int32), blocks)
    np.testing.assert_array_equal(blocks[0], [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
