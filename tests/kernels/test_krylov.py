# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug_kernels import krylov
from vertaug_kernels._threads import few_threads


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_vector_passes_are_those_of_numpy_with_the_same_bits_on_more_threads(kind):
    rng = np.random.default_rng(0)
    p, product, r, z = rng.normal(size=(4, 1003)).astype(kind)
    results = []
    for threads in (1, 2):
        with few_threads(threads):
            x, rest, direction = np.ones(1003), r.copy(), p.copy()
            sums, pairs = np.empty(16), np.empty((16, 2))
            krylov.advance(0.25, p, product, sums, x, rest)
            krylov.inner_two(z, rest, product, pairs)
            krylov.combine(kind(0.5), z, 16, direction)
        results.append((x, rest, direction, sums, pairs))
    x, rest, direction, sums, pairs = results[0]
    np.testing.assert_allclose(x, 1.0 + 0.25 * p, rtol=1e-6)
    np.testing.assert_allclose(rest, r - 0.25 * product, atol=1e-6)
    np.testing.assert_allclose(sums.sum(), np.sum(rest.astype(float) ** 2), rtol=1e-9)
    np.testing.assert_allclose(pairs.sum(axis=0), [z @ rest, z @ product], rtol=1e-4)
    np.testing.assert_allclose(direction, z + 0.5 * p, atol=1e-6)
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)


def test_products_are_dense_ones():
    rng = np.random.default_rng(0)
    n = 8
    root = rng.normal(size=(3 * n, 3 * n))
    dense = root + root.T
    shaped = dense.reshape(n, 3, n, 3).transpose(0, 2, 1, 3)
    lower = np.tril_indices(n, -1)
    ptr = np.concatenate([[0], np.cumsum(np.arange(n))]).astype(np.int32)
    x, out = rng.normal(size=3 * n).astype(np.float32), np.empty(3 * n, np.float32)
    krylov.multiply_differences(
        np.array([0, 1, 2], np.int32), np.array([0, 5, n], np.int32), ptr,
        (3 * lower[1]).astype(np.uint32), shaped[lower].astype(np.float32),
        shaped.sum(axis=1).astype(np.float32), x, out,
    )  # fmt: skip
    np.testing.assert_allclose(out, dense @ x, atol=1e-4)
    free = (rng.random((n, 3)) < 0.6).astype(float)
    y, product = rng.normal(size=3 * n) * free.reshape(-1), np.empty(3 * n)
    indptr = np.arange(0, n * n + 1, n, dtype=np.int32)
    indices = np.tile(np.arange(n, dtype=np.int32), n)
    blocks = np.ascontiguousarray(shaped.reshape(-1, 3, 3))
    krylov.multiply_free(indptr, indices, blocks, free, y, product)
    np.testing.assert_allclose(product, free.reshape(-1) * (dense @ y), atol=1e-12)


def test_differences_keep_rigid_translation_free_of_forces():
    n = 50
    stiffness = 1e6 * np.eye(3)
    lower = np.repeat(-stiffness[None], n - 1, axis=0).astype(np.float32)
    ptr = np.concatenate([[0], np.arange(n)]).astype(np.int32)
    totals = np.zeros((n, 3, 3), np.float32)
    x, out = np.full(3 * n, 1.2345678, np.float32), np.empty(3 * n, np.float32)
    columns = (3 * np.arange(n - 1)).astype(np.uint32)
    one = np.array([0, 1], np.int32)
    krylov.multiply_differences(
        one, np.array([0, n], np.int32), ptr, columns, lower, totals, x, out
    )
    np.testing.assert_array_equal(out, 0.0)
