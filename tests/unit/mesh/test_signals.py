# SPDX-License-Identifier: BSD-3-Clause
"""The mesher must leave Ctrl-C to Python."""

import signal

import numpy as np
import pytest

from vertaug.mesh import Capsule, MeshSize, SignedDistance, generate_mesh


def test_interrupt_is_still_python_s_after_meshing():
    axis = np.arange(-9.0, 9.1, 1.0)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    values = (np.linalg.norm(grid, axis=-1) - 7.0).astype(np.float32)
    distance = SignedDistance(np.full(3, -9.0), 1.0, values)
    capsule = Capsule(np.array([-1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0]), 1.75)
    # A shell starts jobs in the background with Ctrl-C ignored, and Python then leaves it so.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        generate_mesh(distance, {"balloon_left": capsule}, MeshSize(bulk=2.5, cavity=1.2))
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
