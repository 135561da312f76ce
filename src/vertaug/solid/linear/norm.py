# SPDX-License-Identifier: BSD-3-Clause
"""Euclidean norm of a vector, in a fixed order of summation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import sparse

__all__ = ["euclidean_norm"]


def euclidean_norm(vector: NDArray[np.float64]) -> float:
    """Euclidean norm of all numbers of an array.

    NumPy's own hands long vectors to a threaded library, whose threads go on waiting in a loop and take the
    cores from the kernels'.
    """
    flat = np.ascontiguousarray(vector).reshape(-1)
    return math.sqrt(sparse.dot(flat, flat))
