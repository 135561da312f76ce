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


def test_product_of_free_unknowns_is_the_dense_one():
    rng = np.random.default_rng(0)
    n = 8
    dense = rng.normal(size=(3 * n, 3 * n))
    shaped = dense.reshape(n, 3, n, 3).transpose(0, 2, 1, 3)
    free = (rng.random((n, 3)) < 0.6).astype(float)
    y, product = rng.normal(size=3 * n) * free.reshape(-1), np.empty(3 * n)
    indptr = np.arange(0, n * n + 1, n, dtype=np.int32)
    indices = np.tile(np.arange(n, dtype=np.int32), n)
    blocks = np.ascontiguousarray(shaped.reshape(-1, 3, 3))
    krylov.multiply_free(indptr, indices, blocks, free, y, product)
    np.testing.assert_allclose(product, free.reshape(-1) * (dense @ y), atol=1e-12)
