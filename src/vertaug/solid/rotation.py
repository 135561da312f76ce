# SPDX-License-Identifier: BSD-3-Clause
"""Finite rotations as unit quaternions, with first and second derivatives.

A quaternion is (scalar, vector), (4,). Every rotation matrix is a quadratic form of its quaternion
and a product of quaternions is bilinear, so the derivatives of anything built of them follow from
those of the exponential of a rotation vector.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "QUADRATIC",
    "exponential",
    "from_matrix",
    "left_matrix",
    "matrix",
    "product",
    "right_matrix",
]

Float = NDArray[np.float64]

_SERIES = 12
_NEAR = 1.0


def _quadratic() -> Float:
    """Constants (3, 3, 4, 4) of R_ij = Q_ijab q_a q_b for a unit quaternion, symmetric in a and b."""
    q = np.zeros((3, 3, 4, 4))
    for i in range(3):
        q[i, i, 0, 0] = 1.0
        for k in range(3):
            q[i, i, k + 1, k + 1] = 1.0 if k == i else -1.0
        j, k = (i + 1) % 3, (i + 2) % 3
        q[i, j, i + 1, j + 1] = q[i, j, j + 1, i + 1] = 1.0
        q[j, i] = q[i, j]
        q[i, j, 0, k + 1] = q[i, j, k + 1, 0] = -1.0
        q[j, i, 0, k + 1] = q[j, i, k + 1, 0] = 1.0
    return q


QUADRATIC = _quadratic()
"""R_ij = Σ_ab QUADRATIC[i, j, a, b] q_a q_b."""


def matrix(quaternion: Float) -> Float:
    """Rotation matrices (m, 3, 3) of unit quaternions (m, 4)."""
    return np.asarray(np.einsum("ijab,ma,mb->mij", QUADRATIC, quaternion, quaternion))


def left_matrix(quaternion: Float) -> Float:
    """Matrices (m, 4, 4) that multiply from the left by each quaternion (m, 4)."""
    s, x, y, z = quaternion.T
    rows = [[s, -x, -y, -z], [x, s, -z, y], [y, z, s, -x], [z, -y, x, s]]
    return np.ascontiguousarray(np.moveaxis(np.array(rows), 2, 0))


def right_matrix(quaternion: Float) -> Float:
    """Matrices (m, 4, 4) that multiply from the right by each quaternion (m, 4)."""
    s, x, y, z = quaternion.T
    rows = [[s, -x, -y, -z], [x, s, z, -y], [y, -z, s, x], [z, y, -x, s]]
    return np.ascontiguousarray(np.moveaxis(np.array(rows), 2, 0))


def product(first: Float, second: Float) -> Float:
    """Quaternions (m, 4) of ``second`` (m, 4) followed by ``first`` (m, 4)."""
    return np.asarray(np.einsum("mab,mb->ma", left_matrix(first), second))


def from_matrix(rotation: Float) -> Float:
    """Unit quaternions (m, 4) of rotation matrices (m, 3, 3)."""
    # K of Bar-Itzhack: its eigenvector of the largest eigenvalue is the quaternion
    k = np.einsum("ijab,mij->mab", QUADRATIC, rotation)
    return np.ascontiguousarray(np.linalg.eigh(k)[1][:, :, 3])


def _half_sines(square: Float) -> tuple[Float, Float, Float]:
    """Value h and first two derivatives by x of sin(√x/2)/√x at ``square`` x (m,)."""
    near = square < _NEAR
    x = np.where(near, _NEAR, square)
    r = np.sqrt(x)
    h = np.sin(0.5 * r) / r
    first = (0.5 * np.cos(0.5 * r) - h) / (2.0 * x)
    second = -(0.125 * h + 3.0 * first) / (2.0 * x)
    value, slope, curve = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    coefficient = 0.5
    small = np.where(near, square, 0.0)
    for k in range(_SERIES):
        value += coefficient * small**k
        slope += k * coefficient * small ** max(k - 1, 0)
        curve += k * (k - 1) * coefficient * small ** max(k - 2, 0)
        coefficient *= -0.25 / ((2 * k + 2) * (2 * k + 3))
    return np.where(near, value, h), np.where(near, slope, first), np.where(near, curve, second)


def exponential(vector: Float) -> tuple[Float, Float, Float]:
    """Quaternions of rotation vectors (m, 3) rad: value (m, 4), derivatives (m, 4, 3), (m, 4, 3, 3)."""
    m = len(vector)
    square = (vector * vector).sum(axis=1)
    h, slope, curve = _half_sines(square)
    unit = np.eye(3)
    outer = vector[:, :, None] * vector[:, None, :]
    value, first, second = np.zeros((m, 4)), np.zeros((m, 4, 3)), np.zeros((m, 4, 3, 3))
    value[:, 0] = np.cos(0.5 * np.sqrt(square))
    value[:, 1:] = h[:, None] * vector
    first[:, 0] = -0.5 * value[:, 1:]
    first[:, 1:] = h[:, None, None] * unit + 2.0 * slope[:, None, None] * outer
    second[:, 0] = -0.5 * first[:, 1:]
    mixed = (
        unit[None, :, :, None] * vector[:, None, None, :]
        + unit[None, :, None, :] * vector[:, None, :, None]
        + unit[None, None, :, :] * vector[:, :, None, None]
    )
    second[:, 1:] = (
        2.0 * slope[:, None, None, None] * mixed
        + 4.0 * curve[:, None, None, None] * outer[:, :, :, None] * vector[:, None, None, :]
    )
    return value, first, second
