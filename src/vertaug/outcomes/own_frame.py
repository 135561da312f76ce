# SPDX-License-Identifier: BSD-3-Clause
"""A body in its own frame: where it would be if it had deformed but neither moved nor turned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.state import CEMENT, State

__all__ = ["own_points"]

Float = NDArray[np.float64]


def own_points(state: State) -> Float:
    """Points (n, 3) of a state's mesh, brought back to the reference by the rigid motion that fits best.

    The fit is by least squares over the bone, each node with the volume it had at the start, so that neither the
    mesh's fineness nor bone that was crushed counts more (Kabsch 1976, Acta Cryst A32:922).
    """
    mesh = state.mesh
    bone = np.ones(mesh.n_cells, dtype=np.bool_)
    bone[mesh.cells_of(CEMENT)] = False
    share = np.repeat(0.25 * state.bone.volume[bone], 4)
    held = np.bincount(mesh.cells[bone].ravel(), share, mesh.n_points)
    weight = held / held.sum()
    here, there = weight @ mesh.points, weight @ state.reference
    moved = mesh.points - here
    left, _, right = np.linalg.svd((weight[:, None] * moved).T @ (state.reference - there))
    sign = np.sign(np.linalg.det(left @ right))
    turn = left @ np.diag([1.0, 1.0, sign]) @ right
    return np.asarray(moved @ turn + there)
