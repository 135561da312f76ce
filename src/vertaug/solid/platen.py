# SPDX-License-Identifier: BSD-3-Clause
"""How a platen that turns by finite angles stands: a rotation and its derivatives by the platen's unknowns.

Its two nodes hold the axial displacement and two tilts times a lever, and two displacements across and the torsion
times the lever. Tilts and torsion over the lever are one rotation vector; the displacements are those of the
point of the platen that stays where it is when the platen only turns, on the axis x = y = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid import rotation

__all__ = ["SHIFTS", "TURNS", "Turn", "turn_of"]

Float = NDArray[np.float64]

SHIFTS = (3, 4, 0)
"""Where among the six unknowns the displacements along x, y, z stand."""
TURNS = (1, 2, 5)
"""Where the rotations about x, y, z times the lever stand."""


@dataclass(frozen=True)
class Turn:
    """How a platen stands: rotation `matrix` (3, 3) and `shift` (3,) mm.

    `first` (3, 3, 3) and `second` (3, 3, 3, 3) are derivatives of the rotation, by the angles times the lever.
    """

    matrix: Float
    first: Float
    second: Float
    shift: Float

    def rise(self, arm: Float) -> tuple[float, Float, Float]:
        """Height (mm) of what an ``arm`` (3,) reaches from the point that does not turn, over where that point was.

        With its derivatives (6,) and (6, 6) by the unknowns.
        """
        slope, curve = np.zeros(6), np.zeros((6, 6))
        slope[SHIFTS[2]] = 1.0
        slope[list(TURNS)] = self.first[:, 2] @ arm
        curve[np.ix_(TURNS, TURNS)] = self.second[:, :, 2] @ arm
        return float(self.shift[2] + self.matrix[2] @ arm), slope, curve


def turn_of(unknowns: Float, lever: float) -> Turn:
    """Return how a platen with ``unknowns`` (2, 3) stands; ``lever`` mm."""
    six = unknowns.ravel()
    q, dq, ddq = (part[0] for part in rotation.exponential(six[None, list(TURNS)] / lever))
    form = np.einsum("ijab,b->ija", rotation.QUADRATIC, q)
    second = 2.0 * np.einsum("ijab,ac,bd->cdij", rotation.QUADRATIC, dq, dq)
    second += 2.0 * np.einsum("ija,acd->cdij", form, ddq)
    first = 2.0 * np.einsum("ija,ac->cij", form, dq)
    return Turn(form @ q, first / lever, second / lever**2, six[list(SHIFTS)])
