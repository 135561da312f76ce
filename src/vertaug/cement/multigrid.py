# SPDX-License-Identifier: BSD-3-Clause
"""Conjugate gradients with a voxel multigrid preconditioner for the pressure on a grid.

Coarse cells are 2 x 2 x 2 children, interpolation is constant, and coarse conductances are half
the sum of the fine ones across a coarse face, which makes the coarse operator consistent (the
plain sum is too stiff by two; Braess 1995). Bone and exterior meet on the finest grid only: each
has coarse grids of its own, since a coarse cell astride the sealed cortex would join them (61
iterations instead of 14 on 60 x 60 x 60 cells); there an opening counts as an anchor of either
side. A V-cycle with red-black Gauss-Seidel, run in mirrored order on the way up, is symmetric and
positive definite whatever the coarse operator.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import multigrid as kernels

__all__ = ["Hierarchy", "Operator", "SolveReport"]

Float = NDArray[np.float64]
Byte = NDArray[np.uint8]
Label = NDArray[np.int16]

_COARSEST = 150
_SERIAL_BELOW = 1_000_000
_SWEEPS = 2


@dataclass(frozen=True)
class Operator:
    """A 7-point operator: padded conductances `tx`, `ty`, `tz`, `anchor`, mm³/(s MPa)."""

    tx: Float
    ty: Float
    tz: Float
    anchor: Float


@dataclass(frozen=True)
class SolveReport:
    """Iterations and relative residual of one solve."""

    iterations: int
    residual: float


class _Level:
    """Fields of one grid level; allocated once, refilled when the operator changes."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.tx, self.ty, self.tz, self.anchor, self.inverse = (np.zeros(shape) for _ in range(5))
        self.value, self.right, self.left = (np.zeros(shape) for _ in range(3))
        small = self.tx.size < _SERIAL_BELOW
        self._smooth = kernels.smooth_small if small else kernels.smooth
        self._residual = kernels.residual_small if small else kernels.residual

    def smooth(self, first: int) -> None:
        """Red-black Gauss-Seidel, starting with colour `first`."""
        for half in range(2 * _SWEEPS):
            colour = (first + half) % 2
            self._smooth(self.tx, self.ty, self.tz, self.inverse, self.right, colour, self.value)

    def residual(self) -> None:
        """Residual of this level's equation into `left`."""
        self._residual(self.tx, self.ty, self.tz, self.anchor, self.right, self.value, self.left)

    def prolong(self, coarse: Float, member: Byte) -> None:
        """Add the coarse correction to the members."""
        kernels.prolong(coarse, member, self.value)

    def restrict(self, member: Byte, coarse: Float) -> None:
        """Sum the residual over the members of each coarse cell."""
        kernels.restrict(self.left, member, coarse)

    def coarsen(self, label: Label, member: Byte, coarse: _Level) -> None:
        """Fill the coarse level's operator from the members of this one."""
        kernels.restrict(self.anchor, member, coarse.anchor)
        kernels.coarsen(self.tx, 0, label, member, coarse.tx, coarse.anchor)
        kernels.coarsen(self.ty, 1, label, member, coarse.ty, coarse.anchor)
        kernels.coarsen(self.tz, 2, label, member, coarse.tz, coarse.anchor)
        kernels.diagonal(coarse.tx, coarse.ty, coarse.tz, coarse.anchor, coarse.inverse)


def _fields(level: _Level) -> tuple[Float, Float, Float, Float]:
    """The operator of a level."""
    return level.tx, level.ty, level.tz, level.anchor


def _shapes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Padded shapes from the finest level to one of at most `_COARSEST` cells."""
    shapes = [shape, tuple((n - 1) // 2 + 2 for n in shape)]
    while np.prod([n - 2 for n in shapes[-1]]) > _COARSEST:
        shapes.append(tuple((n - 1) // 2 + 2 for n in shapes[-1]))
    return shapes


class _Part:
    """The coarse grids of one part of the finest grid."""

    def __init__(self, label: Label, member: Byte) -> None:
        shapes = _shapes(label.shape)
        self._levels = [_Level(shape) for shape in shapes[1:]]
        self._labels = [label] + [np.zeros(shape, dtype=np.int16) for shape in shapes[1:]]
        self._members = [member] + [np.ones(shape, dtype=np.uint8) for shape in shapes[1:]]
        coarsest = int(np.prod([n - 2 for n in shapes[-1]]))
        self._factor = np.zeros((coarsest, coarsest))

    def update(self, finest: _Level) -> None:
        """Build the coarse operators."""
        fine = finest
        for n, coarse in enumerate(self._levels):
            fine.coarsen(self._labels[n], self._members[n], coarse)
            fine = coarse
        kernels.dense(fine.tx, fine.ty, fine.tz, fine.anchor, fine.inverse, self._factor)
        kernels.cholesky(self._factor)

    def correct(self, finest: _Level) -> None:
        """Add the coarse correction for the residual of `finest` to its value."""
        fine = finest
        for n, level in enumerate(self._levels):
            fine.restrict(self._members[n], level.right)
            if n + 1 < len(self._levels):
                level.value[:] = 0.0
                level.smooth(0)
                level.residual()
            fine = level
        kernels.cholesky_solve(self._factor, fine.right, fine.value)
        for n in range(len(self._levels) - 2, -1, -1):
            self._levels[n].prolong(self._levels[n + 1].value, self._members[n + 1])
            self._levels[n].smooth(1)
        finest.prolong(self._levels[0].value, self._members[0])


class Hierarchy:
    """The solver for one set of places; `update` sets the operator, `solve` solves with it.

    Parameters
    ----------
    place : padded place of each cell, -1 sealed, 0 bone, 1.. exterior spaces
    """

    def __init__(self, place: Label) -> None:
        shape = place.shape
        self._finest = _Level(shape)
        inside, outside = place == 0, place > 0
        self._parts = [
            _Part(place, member.astype(np.uint8)) for member in (inside, outside) if member.any()
        ]
        self._search, self._image = np.zeros(shape), np.zeros(shape)
        self._partial = np.zeros(shape[0])

    def update(self, operator: Operator) -> None:
        """Take a new operator and build its coarse ones."""
        finest = self._finest
        finest.tx, finest.ty, finest.tz = operator.tx, operator.ty, operator.tz
        finest.anchor = operator.anchor
        kernels.diagonal(*_fields(finest), finest.inverse)
        for part in self._parts:
            part.update(finest)

    def _cycle(self) -> Float:
        """One V-cycle on the finest level's `right`; returns its `value`."""
        finest = self._finest
        finest.value[:] = 0.0
        finest.smooth(0)
        finest.residual()
        for part in self._parts:
            part.correct(finest)
        finest.smooth(1)
        return finest.value

    def _product(self, first: Float, second: Float) -> float:
        """Scalar product, summed in a fixed order."""
        kernels.product(first, second, self._partial)
        return float(self._partial.sum())

    def solve(self, right: Float, value: Float, tolerance: float, most: int = 200) -> SolveReport:
        """Solve to a residual of `tolerance` times that of a zero start.

        `right` and `value` are padded; `value` holds the start and receives the solution.
        """
        remainder = self._finest.right
        fields = _fields(self._finest)
        kernels.residual_small(*fields, right, value, remainder)
        scale = np.sqrt(self._product(right, right))
        norm = np.sqrt(self._product(remainder, remainder))
        if scale == 0.0:
            value[:] = 0.0
            return SolveReport(0, 0.0)
        previous, iterations = 0.0, 0
        while norm > tolerance * scale and iterations < most:
            preconditioned = self._cycle()
            product = self._product(remainder, preconditioned)
            factor = product / previous if iterations else 0.0
            kernels.direction(factor, preconditioned, self._search)
            kernels.apply(*fields, self._search, self._image, self._partial)
            step = product / float(self._partial.sum())
            kernels.descend(step, self._search, self._image, value, remainder, self._partial)
            norm = float(np.sqrt(self._partial.sum()))
            previous, iterations = product, iterations + 1
        return SolveReport(iterations, norm / scale)
