# SPDX-License-Identifier: BSD-3-Clause
"""Small dense tensors: determinant, inverse, symmetric eigenvalues."""

import math

from vertaug_kernels._jit import kernel


@kernel
def clear(out):
    """Set an array of two axes to zero."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = 0.0


@kernel
def determinant3(a):
    """Determinant of a 3×3 matrix."""
    return (
        a[0, 0] * (a[1, 1] * a[2, 2] - a[1, 2] * a[2, 1])
        - a[0, 1] * (a[1, 0] * a[2, 2] - a[1, 2] * a[2, 0])
        + a[0, 2] * (a[1, 0] * a[2, 1] - a[1, 1] * a[2, 0])
    )


@kernel
def inverse3(a, det, out):
    """Inverse of a 3×3 matrix of known determinant, written to ``out``."""
    out[0, 0] = (a[1, 1] * a[2, 2] - a[1, 2] * a[2, 1]) / det
    out[0, 1] = (a[0, 2] * a[2, 1] - a[0, 1] * a[2, 2]) / det
    out[0, 2] = (a[0, 1] * a[1, 2] - a[0, 2] * a[1, 1]) / det
    out[1, 0] = (a[1, 2] * a[2, 0] - a[1, 0] * a[2, 2]) / det
    out[1, 1] = (a[0, 0] * a[2, 2] - a[0, 2] * a[2, 0]) / det
    out[1, 2] = (a[0, 2] * a[1, 0] - a[0, 0] * a[1, 2]) / det
    out[2, 0] = (a[1, 0] * a[2, 1] - a[1, 1] * a[2, 0]) / det
    out[2, 1] = (a[0, 1] * a[2, 0] - a[0, 0] * a[2, 1]) / det
    out[2, 2] = (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]) / det


@kernel
def _rotate(a, vectors, size, p, q):
    """One Jacobi rotation that clears a[p, q]."""
    if a[p, q] == 0.0:
        return
    theta = (a[q, q] - a[p, p]) / (2.0 * a[p, q])
    t = 1.0 / (abs(theta) + math.sqrt(theta * theta + 1.0))
    if theta < 0.0:
        t = -t
    c = 1.0 / math.sqrt(t * t + 1.0)
    s = t * c
    change = t * a[p, q]
    a[p, p] -= change
    a[q, q] += change
    a[p, q] = 0.0
    a[q, p] = 0.0
    for k in range(size):
        if k != p and k != q:
            akp = a[k, p]
            akq = a[k, q]
            a[k, p] = c * akp - s * akq
            a[p, k] = a[k, p]
            a[k, q] = s * akp + c * akq
            a[q, k] = a[k, q]
        vkp = vectors[k, p]
        vkq = vectors[k, q]
        vectors[k, p] = c * vkp - s * vkq
        vectors[k, q] = s * vkp + c * vkq


@kernel
def eigen_symmetric(a, size, values, vectors):
    """Eigenvalues and eigenvectors (columns) of a symmetric ``size``×``size`` matrix.

    Cyclic Jacobi: slow for large matrices, accurate to round-off for 2×2 and 3×3. ``a`` is
    overwritten.
    """
    for i in range(size):
        for j in range(size):
            vectors[i, j] = 1.0 if i == j else 0.0
    for _ in range(30):
        off = 0.0
        scale = 0.0
        for i in range(size):
            scale += a[i, i] * a[i, i]
            for j in range(i + 1, size):
                off += a[i, j] * a[i, j]
        if off <= 1e-34 * scale:
            break
        for p in range(size - 1):
            for q in range(p + 1, size):
                _rotate(a, vectors, size, p, q)
    for i in range(size):
        values[i] = a[i, i]
