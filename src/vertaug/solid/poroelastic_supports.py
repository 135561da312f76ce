# SPDX-License-Identifier: BSD-3-Clause
"""What holds and loads a porous body: held displacements, drained nodes, rigid plates, loads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vertaug.errors import InputError

__all__ = ["Loading", "Plate", "Supports", "reduction"]

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Plate:
    """A rigid plate without friction: its `nodes` (k,) move alike along `axis` (0, 1 or 2)."""

    nodes: NDArray[np.integer[Any]]
    axis: int


@dataclass(frozen=True)
class Supports:
    """Where values are given; the values themselves are the `Loading`'s.

    Attributes
    ----------
    held : (n, 3) displacement components that are prescribed
    drained : (m,) vertices whose pressure is prescribed; all others let no fluid through the boundary
    plates : rigid plates
    """

    held: Bool
    drained: Bool
    plates: tuple[Plate, ...] = ()


@dataclass(frozen=True)
class Loading:
    """Values at the end of a step; what is absent is zero.

    Attributes
    ----------
    forces : (n, 3) N
    plate_forces : (n_plates,) N along each plate's axis
    displacement : (n, 3) mm, read where held
    pressure : (m,) MPa, read where drained
    inflow : (m,) mm³/s of fluid put in at vertices
    """

    forces: Float | None = None
    plate_forces: Float | None = None
    displacement: Float | None = None
    pressure: Float | None = None
    inflow: Float | None = None


def reduction(supports: Supports) -> tuple[Any, NDArray[np.intp]]:
    """Displacement unknowns that are left.

    Returns
    -------
    matrix : (3n, n_left) sparse, nodal displacements from the unknowns
    plate_unknown : (n_plates,) unknown of each plate
    """
    held = supports.held.ravel()
    owner = np.full(held.size, -1, dtype=np.int64)
    for number, plate in enumerate(supports.plates):
        rows = 3 * np.unique(plate.nodes) + plate.axis
        if held[rows].any() or (owner[rows] >= 0).any():
            raise InputError(
                "porous body", f"plates[{number}]",
                "nodes that are held along the plate's axis, or belong to another plate of that axis",
                "nodes that only this plate moves", "take those nodes out of one of them",
                code="E-SOLID-021",
            )  # fmt: skip
        owner[rows] = number
    free = ~held & (owner < 0)
    n_free, n_plates = int(free.sum()), len(supports.plates)
    column = np.where(owner >= 0, n_free + owner, -1)
    column[free] = np.arange(n_free)
    rows = np.flatnonzero(column >= 0)
    ones = np.ones(len(rows))
    shape = (held.size, n_free + n_plates)
    return sparse.csr_array((ones, (rows, column[rows])), shape=shape), n_free + np.arange(n_plates)
