# SPDX-License-Identifier: BSD-3-Clause
"""A block of cells through which two fluids flow, and the order in which flow passes its cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.multigrid import Operator
from vertaug.errors import InputError
from vertaug_kernels import fractional

__all__ = ["BlockGrid", "FlowNetwork", "PorousBlock"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class PorousBlock:
    """A block of cells: `permeability` mm² (nx, ny, nz) or (3, nx, ny, nz), `porosity`, `spacing` mm (3,).

    Faces of the block named by `open_sides` (x-, x+, y-, y+, z-, z+) stand against zero pressure half a
    cell away; the others are sealed. Cells of no permeability take no part.
    """

    permeability: Float
    porosity: Float | float
    spacing: tuple[float, float, float]
    open_sides: tuple[bool, bool, bool, bool, bool, bool] = (True,) * 6


def _harmonic(first: Float, second: Float) -> Float:
    """Harmonic mean, zero where one is zero."""
    total = first + second
    return np.divide(2.0 * first * second, total, out=np.zeros_like(total), where=total > 0.0)


class BlockGrid:
    """Padded fields of a block, of shape (nx + 2, ny + 2, nz + 2), mm and mm³.

    `faces` are conductances times viscosity along each axis, `anchor` those of open sides; `pore` volumes;
    `place` 0 in the block and -1 around it; `cells` flat indices of its cells, `strides` along each axis.

    Raises
    ------
    InputError
        where permeability, porosity or spacing are out of range.
    """

    def __init__(self, block: PorousBlock) -> None:
        k = np.asarray(block.permeability, dtype=np.float64)
        k = np.broadcast_to(k, (3, *k.shape)) if k.ndim == 3 else k
        edges, porosity = np.asarray(block.spacing, dtype=np.float64), np.asarray(block.porosity)
        if not (
            k.min() >= 0.0 and porosity.min() > 0.0 and porosity.max() <= 1.0 and edges.min() > 0.0
        ):
            raise InputError(
                "displacement", "block",
                f"permeability from {k.min():g} mm², porosity {porosity.min():g} to {porosity.max():g}",
                "permeability of 0 or more, porosity above 0 up to 1, positive spacing", "correct it",
                "E-DISPLACE-001",
            )  # fmt: skip
        padded, inner = tuple(n + 2 for n in k.shape[1:]), (slice(1, -1),) * 3
        self.faces = tuple(np.zeros(padded) for _ in range(3))
        self.anchor, self.pore = np.zeros(padded), np.zeros(padded)
        for axis in range(3):
            scale = edges.prod() / edges[axis] ** 2
            line = np.moveaxis(k[axis], axis, 0)
            along = np.moveaxis(self.faces[axis][inner], axis, 0)
            along[:-1] = scale * _harmonic(line[:-1], line[1:])
            rim = np.moveaxis(self.anchor[inner], axis, 0)
            for end, side in ((0, 2 * axis), (-1, 2 * axis + 1)):
                rim[end] += 2.0 * scale * line[end] * block.open_sides[side]
        self.pore[inner] = edges.prod() * porosity
        self.place = np.full(padded, -1, dtype=np.int16)
        self.place[inner] = np.where(k.min(axis=0) > 0.0, 0, -1)
        self.strides = (padded[1] * padded[2], padded[2], 1)
        self.cells = np.flatnonzero(self.place.ravel() == 0).astype(np.int32)


class FlowNetwork:
    """The order of cells and the flows between them that belong to one pressure."""

    def __init__(self, grid: BlockGrid) -> None:
        total, cells = grid.pore.size, grid.cells.size
        self._cells, self._strides = grid.cells, (grid.strides[0], grid.strides[1])
        self._work = np.zeros(total, np.int32), np.zeros(total, np.int32), np.zeros(total)
        self._order, self._start = np.zeros(cells, np.int32), np.zeros(cells + 1, np.int32)
        self._upstream, self._inflow = np.zeros(3 * cells, np.int32), np.zeros(3 * cells)
        self._outflow, self._gone = np.zeros(cells), np.zeros(cells)
        self.share = np.zeros(cells)

    @property
    def flows(self) -> tuple[Int, Int, Int, Float, Float, Float]:
        """Order of cells, where their entries start, cells upstream, flows from them, flow out, to outside."""
        return (
            self._order, self._start, self._upstream, self._inflow, self._outflow, self._gone,
        )  # fmt: skip

    def build(self, operator: Operator, pressure: Float, source: Float) -> float:
        """Take the flows of a pressure; returns the flow, mm³/s, into cells that nothing leaves."""
        rest = (*self._work, *self.flows)
        stuck = fractional.network(
            self._cells, self._strides[0], self._strides[1],
            operator.tx.ravel(), operator.ty.ravel(), operator.tz.ravel(), operator.anchor.ravel(),
            pressure.ravel(), source.ravel(), *rest,
        )  # fmt: skip
        return float(stuck)
