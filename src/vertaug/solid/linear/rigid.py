# SPDX-License-Identifier: BSD-3-Clause
"""Rigid bodies within a system: nodes that a stiff tie holds move as one, and are grouped as one.

Groups that a strong link grows from would mix nodes that two bodies hold; such a group cannot move
without tearing a tie, and nothing on the levels below moves one body against the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["RigidBodies"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_HELD = 0.2


@dataclass(frozen=True, eq=False)
class RigidBodies:
    """Bodies whose motion is carried by two nodes each.

    Attributes
    ----------
    centres : (m,) int32, nodes whose three unknowns are the translation, mm
    turns : (m,) int32, nodes whose three unknowns are ``lever`` times the rotation vector, mm
    lever : mm
    """

    centres: Ints
    turns: Ints
    lever: float

    def __len__(self) -> int:
        """Number of bodies."""
        return len(self.centres)

    def renumbered(self, order: Ints) -> RigidBodies:
        """The same bodies where row i holds node ``order[i]``."""
        row = np.empty(order.size, np.int32)
        row[order] = np.arange(order.size, dtype=np.int32)
        return RigidBodies(row[self.centres], row[self.turns], self.lever)

    def set_turns(self, modes: Floats, scale: float) -> None:
        """Correct the modes (n, 3, 6) of the turning nodes, where a rotation is by 1 / ``scale`` rad."""
        modes[self.turns] = 0.0
        for axis in range(3):
            modes[self.turns, axis, 3 + axis] = self.lever / scale

    def holding(self, indptr: Ints, indices: Ints, diagonal: Ints, norms: Floats) -> Ints:
        """Body that holds each row, (n_rows,) int32, -1 for none: the one tied to it most stiffly.

        Parameters
        ----------
        indptr, indices, diagonal : block pattern, int32
        norms : (n_blocks,) float64, norm of each block
        """
        body = np.full(indptr.size - 1, -1, np.int32)
        most = np.full(indptr.size - 1, _HELD)
        for nodes in (self.centres, self.turns):
            for which, node in enumerate(nodes):
                links = slice(indptr[node], indptr[node + 1])
                rows = indices[links]
                own = norms[diagonal[rows]]
                share = np.divide(norms[links], own, out=np.zeros(rows.size), where=own > 0.0)
                held = share > most[rows]
                most[rows[held]], body[rows[held]] = share[held], which
        for nodes in (self.centres, self.turns):
            body[nodes] = np.arange(len(self), dtype=np.int32)
        return body
