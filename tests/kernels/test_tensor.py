# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from vertaug_kernels.tensor import determinant3, eigen_symmetric, inverse3

rng = np.random.default_rng(7)
MATRICES = rng.normal(size=(20, 3, 3))


@pytest.mark.parametrize("a", MATRICES)
def test_determinant_and_inverse_are_those_of_numpy(a):
    det, out = determinant3(a), np.empty((3, 3))
    inverse3(a, det, out)
    assert det == pytest.approx(np.linalg.det(a), rel=1e-12)
    np.testing.assert_allclose(out @ a, np.eye(3), atol=1e-11)


def spectrum(a):
    size = len(a)
    values, vectors = np.empty(size), np.empty((size, size))
    eigen_symmetric(a.copy(), size, values, vectors)
    return values, vectors


def turned(values, seed=0):
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(values),) * 2))
    return (q * values) @ q.T


@pytest.mark.parametrize(
    "values",
    [(1.0, 2.0, 3.0), (1.0, 1.0, 1.0), (1.0, 1.0, 4.0), (1.0, 1.0 + 1e-9, 2.0), (1e-8, 1.0, 1e8),
     (0.5, 2.0), (3.0, 3.0), (-1.0, 0.0, 1.0)],
)  # fmt: skip
def test_spectrum_of_known_values(values):
    a = turned(np.array(values))
    a = 0.5 * (a + a.T)
    found, vectors = spectrum(a)
    np.testing.assert_allclose(np.sort(found), np.linalg.eigvalsh(a), atol=4e-16 * max(values) * 9)
    np.testing.assert_allclose(vectors.T @ vectors, np.eye(len(a)), atol=1e-14)
    np.testing.assert_allclose((vectors * found) @ vectors.T, a, atol=3e-15 * max(values))


def test_diagonal_matrix_is_left_alone():
    found, vectors = spectrum(np.diag([3.0, 1.0, 2.0]))
    assert np.array_equal(found, [3.0, 1.0, 2.0])
    assert np.array_equal(vectors, np.eye(3))
