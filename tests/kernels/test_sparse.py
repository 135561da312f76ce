# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse as scipy_sparse

from vertaug_kernels import sparse
from vertaug_kernels._threads import few_threads


@pytest.fixture
def matrix():
    rng = np.random.default_rng(0)
    n = 40
    pattern = scipy_sparse.random_array((n, n), density=0.1, rng=rng).tocsr()
    pattern = scipy_sparse.csr_array(pattern + pattern.T + scipy_sparse.eye_array(n))
    pattern.sort_indices()
    indptr, indices = pattern.indptr.astype(np.int32), pattern.indices.astype(np.int32)
    return indptr, indices, rng.normal(size=(indices.size, 3, 3)), rng


def to_dense(indptr, indices, blocks):
    size = 3 * (indptr.size - 1)
    return scipy_sparse.bsr_matrix((blocks, indices, indptr), shape=(size, size)).toarray()


def test_multiply_is_that_of_scipy(matrix):
    indptr, indices, blocks, rng = matrix
    x = rng.normal(size=120)
    out = np.empty(120)
    sparse.multiply(indptr, indices, blocks, x, out)
    np.testing.assert_allclose(out, to_dense(indptr, indices, blocks) @ x, atol=1e-12)


def test_mask_decouples_fixed_unknowns(matrix):
    indptr, indices, blocks, rng = matrix
    fixed = rng.uniform(size=(40, 3)) < 0.3
    before = to_dense(indptr, indices, blocks)
    sparse.mask_blocks(indptr, indices, fixed, blocks)
    after = to_dense(indptr, indices, blocks)
    held = fixed.ravel()
    np.testing.assert_array_equal(after[~held][:, ~held], before[~held][:, ~held])
    assert not after[held][:, ~held].any()
    np.testing.assert_array_equal(after[held][:, held], np.diag(np.abs(np.diagonal(before))[held]))


def test_dot_and_group(matrix):
    rng = matrix[-1]
    x, y = rng.normal(size=(2, 101))
    assert sparse.dot(x, y) == pytest.approx(float(x @ y), rel=1e-12)
    keys = rng.integers(0, 7, 50).astype(np.int32)
    ptr, order = np.empty(8, np.int32), np.empty(50, np.int32)
    sparse.group_entries(keys, ptr, order)
    np.testing.assert_array_equal(order, np.argsort(keys, kind="stable"))
    np.testing.assert_array_equal(np.diff(ptr), np.bincount(keys, minlength=7))


def test_gather_has_the_same_bits_for_any_threads():
    rng = np.random.default_rng(0)
    keys = rng.integers(0, 150, 16 * 500).astype(np.int32)
    ptr, order = np.empty(151, np.int32), np.empty(keys.size, np.int32)
    sparse.group_entries(keys, ptr, order)
    touched = 2 * np.arange(150, dtype=np.int32)
    elements = rng.normal(size=(500, 12, 12))
    results = []
    for threads in (1, 2):
        out = np.zeros((300, 3, 3))
        with few_threads(threads):
            sparse.gather_blocks(touched, ptr, order // 16, order % 16, elements, out)
        results.append(out)
    np.testing.assert_array_equal(results[0], results[1])
    expected = np.zeros((300, 3, 3))
    parts = elements.reshape(500, 4, 3, 4, 3).transpose(0, 1, 3, 2, 4).reshape(-1, 3, 3)
    np.add.at(expected, 2 * keys, parts)
    np.testing.assert_allclose(results[0], expected, rtol=1e-9, atol=1e-12)
