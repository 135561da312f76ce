# SPDX-License-Identifier: BSD-3-Clause
"""Conjugate gradients with a voxel multigrid preconditioner for the pressure on a grid.

Coarse cells are 2 x 2 x 2 children, interpolation is constant, and coarse conductances are half
the sum of the fine ones across a coarse face, which makes the coarse operator consistent (the
plain sum is too stiff by two; Braess 1995). Bone and exterior meet on the finest grid only: each
has coarse grids of its own, since a coarse cell astride the sealed cortex would join them (61
iterations instead of 14 on 60 x 60 x 60 cells); there an opening counts as an anchor of either
side. A V-cycle with red-black Gauss-Seidel, run in mirrored order on the way up, is symmetric and
positive definite whatever the coarse operator.

Where neighbours differ by orders of magnitude at random, cubes hold together what no strong face joins, and their
coarse faces are far too stiff. That is measured, on all levels, and where more than a few faces are, the coarse cells
are groups that strong faces join (`strong_groups`). Those keep iterations few whatever the contrast, but to make them
takes as long as 10 to 25 iterations with cubes. Where faces are not too stiff and cubes are slow all the same, groups
are tried for the next operator, and kept while they save what they cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.strong_groups import GroupNetworks
from vertaug_kernels import multigrid as kernels
from vertaug_kernels import pressure_solve, strong_cycle
from vertaug_kernels import split_cycle as cycle

__all__ = ["Hierarchy", "Operator", "SolveReport"]

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Byte = NDArray[np.uint8]
Label = NDArray[np.int16]

_COARSEST = 64
_STIFF, _STIFF_SHARE, _FEWEST_FACES = 30.0, 0.02, 200
"""A coarse face counts as stiff by this factor; groups are taken above this share of them on a level of that size."""
_FEW, _MANY = 2.7, 5.5
"""Iterations a decade of the residual: cubes do well up to the first, and from the second on groups are tried."""
_SET_UP, _DEARER = 3.5, 2.2
"""What groups cost, in iterations with cubes: to make them for six decades, a decade; one of their iterations."""
_SERIAL_BELOW = 1_000_000
_CELLS_A_CALL = 1_000_000
"""Cells times iterations of one call: some hundredths of a second, so that an interrupt does not wait."""


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
    """Operator of one grid level; allocated once, refilled when the operator changes."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.tx, self.ty, self.tz, self.anchor, self.inverse = (np.zeros(shape) for _ in range(5))

    def coarsen(self, label: Label, member: Byte, coarse: _Level) -> None:
        """Fill the coarse level's operator from the members of this one."""
        kernels.restrict(self.anchor, member, coarse.anchor)
        kernels.coarsen(self.tx, 0, label, member, coarse.tx, coarse.anchor)
        kernels.coarsen(self.ty, 1, label, member, coarse.ty, coarse.anchor)
        kernels.coarsen(self.tz, 2, label, member, coarse.tz, coarse.anchor)


def _shapes(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Padded shapes of the coarse levels, down to one of at most `_COARSEST` cells."""
    shapes = [tuple((n - 1) // 2 + 2 for n in shape)]
    while np.prod([n - 2 for n in shapes[-1]]) > _COARSEST:
        shapes.append(tuple((n - 1) // 2 + 2 for n in shapes[-1]))
    return shapes


class _Part:
    """The coarse operators of one part of the finest grid."""

    def __init__(self, label: Label, member: Byte) -> None:
        shapes = _shapes(label.shape)
        self.levels = [_Level(shape) for shape in shapes]
        self._labels = [label] + [np.zeros(shape, dtype=np.int16) for shape in shapes]
        self.members = [member] + [np.ones(shape, dtype=np.uint8) for shape in shapes]

    def update(self, finest: _Level, factor: Float) -> None:
        """Build the coarse operators, and the Cholesky factor of the coarsest."""
        fine = finest
        for n, coarse in enumerate(self.levels):
            fine.coarsen(self._labels[n], self.members[n], coarse)
            fine = coarse
        kernels.diagonal(fine.tx, fine.ty, fine.tz, fine.anchor, fine.inverse)
        kernels.dense(fine.tx, fine.ty, fine.tz, fine.anchor, fine.inverse, factor)
        kernels.cholesky(factor)


def _spans(taking: NDArray[np.bool_]) -> NDArray[np.int64]:
    """First cell that takes part in each line along z, and the one after the last, (nx ny, 2); 0 and 0 of none."""
    some, length = taking.any(axis=2), taking.shape[2]
    ends = (taking.argmax(axis=2), length - taking[:, :, ::-1].argmax(axis=2))
    return np.stack([np.where(some, end, 0) for end in ends], axis=-1).reshape(-1, 2)


def _parents(taking: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Coarse cells, of a padded shape, with a child that takes part."""
    coarse = np.zeros(shape, dtype=np.bool_)
    coarse[tuple((np.argwhere(taking) + 1).T // 2)] = True
    return coarse


class _Cycle:
    """All levels of all parts as the flat arrays of `split_cycle`."""

    def __init__(self, place: Label, parts: list[_Part]) -> None:
        shapes, ends, spans = [place.shape], [], [_spans(place >= 0)]
        for part in parts:
            ends.append((len(shapes), len(shapes) + len(part.levels) - 1))
            taking = part.members[0] > 0
            for level in part.levels:
                taking = _parents(taking, level.tx.shape)
                shapes.append(level.tx.shape)
                spans.append(_spans(taking))
        spans += [_spans(part.members[0] > 0) for part in parts]
        lines = np.concatenate([[0], np.cumsum([len(item) for item in spans])])
        self.spans = np.concatenate(spans)
        sizes = [cycle.level_size(*item) for item in shapes]
        starts = cycle.MARGIN + np.concatenate([[0], np.cumsum(sizes)])
        self.levels = np.array(
            [(*item, starts[n], lines[n]) for n, item in enumerate(shapes)], dtype=np.int64
        )
        own = lines[len(shapes) : -1]
        self.parts = np.array(
            [(*end, at) for end, at in zip(ends, own, strict=True)], dtype=np.int64
        ).reshape(-1, 3)
        self.fields = np.zeros((cycle.ROWS, starts[-1] + cycle.MARGIN), dtype=np.float32)
        self.masks = np.zeros((len(parts), 2, sizes[0]), dtype=np.float32)
        for mask, part in zip(self.masks, parts, strict=True):
            cycle.split(part.members[0].astype(np.float64), 1.0, 0, 0, self.spans, mask)
        coarsest = int(np.prod([n - 2 for n in shapes[-1]])) if parts else 0
        self.factors = np.zeros((len(parts), coarsest, coarsest))

    @property
    def arrays(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Single, Float, Single]:
        """Levels, spans, parts, masks, factors, fields."""
        return self.levels, self.spans, self.parts, self.masks, self.factors, self.fields

    def update(self, number: int, level: _Level) -> None:
        """Take the operator of a level."""
        operator = (level.tx, level.ty, level.tz, level.anchor)
        at, line = self.levels[number, 3:]
        cycle.split_operator(*operator, at, self.spans[line:], self.fields)

    def threaded(self, remainder: Float, norm: float, groups: GroupNetworks | None = None) -> None:
        """One cycle for a right side, its finest level on all threads."""
        at = self.levels[0, 3]
        cycle.split(remainder, 1.0 / norm, cycle.RIGHT, at, self.spans, self.fields)
        cycle.start(self.levels, 0, self.fields)
        sweeps = cycle.SWEEPS if groups is None else strong_cycle.SWEEPS
        for colour in (0, 1) * sweeps:
            cycle.relax_planes(self.levels, self.spans, 0, colour, self.fields)
        if groups is None:
            cycle.below(*self.arrays)
        else:
            strong_cycle.below(self.levels, self.spans, *groups.arrays, self.fields)
        for colour in (1, 0) * sweeps:
            cycle.relax_planes(self.levels, self.spans, 0, colour, self.fields)


class Hierarchy:
    """The solver for one set of places; `update` sets the operator, `solve` solves with it.

    Parameters
    ----------
    place : padded place of each cell, -1 sealed, 0 bone, 1.. exterior spaces
    """

    def __init__(self, place: Label) -> None:
        shape = place.shape
        if shape[2] > cycle.LONGEST:
            raise ValueError(f"{shape[2]} cells along z, at most {cycle.LONGEST}")
        self._finest = _Level(shape)
        inside, outside = place == 0, place > 0
        self._parts = [
            _Part(place, member.astype(np.uint8)) for member in (inside, outside) if member.any()
        ]
        self._cycle = _Cycle(place, self._parts)
        self._remainder, self._search, self._image = (np.zeros(shape) for _ in range(3))
        self._groups: GroupNetworks | None = None
        self._pace = {False: np.inf, True: 0.0}

    def update(self, operator: Operator) -> None:
        """Take a new operator and build its coarse ones."""
        finest = self._finest
        finest.tx, finest.ty, finest.tz = operator.tx, operator.ty, operator.tz
        finest.anchor = operator.anchor
        self._cycle.update(0, finest)
        for part, (first, *_), factor in zip(
            self._parts, self._cycle.parts, self._cycle.factors, strict=True
        ):
            part.update(finest, factor)
            for n, level in enumerate(part.levels):
                self._cycle.update(int(first) + n, level)
        if self._pace[False] <= _FEW and not self.grouped:
            return
        self._groups = None
        if self._groups_pay() or self._stiff_share() > _STIFF_SHARE:
            self._groups = GroupNetworks((finest.tx, finest.ty, finest.tz), finest.anchor)

    @property
    def grouped(self) -> bool:
        """Whether coarse cells are groups of cells that strong faces join, not cubes."""
        return self._groups is not None

    def _groups_pay(self) -> bool:
        """Whether cubes were so slow that groups save more iterations than they cost, or may."""
        cubes, groups = self._pace[False], self._pace[True]
        return _MANY < cubes < np.inf and cubes > _SET_UP + _DEARER * groups

    def _stiff_share(self) -> float:
        """Largest share of coarse faces that are too stiff on the fine levels of the grid."""
        levels = [self._finest, *(level for part in self._parts for level in part.levels)]
        shares = []
        for level in levels:
            faces = (level.tx, level.ty, level.tz)
            found = [kernels.stiff_faces(*faces, axis, _STIFF) for axis in range(3)]
            count, stiff = np.sum(found, axis=0)
            if count >= _FEWEST_FACES:
                shares.append(stiff / count)
        return float(max(shares, default=0.0))

    def _iterate(
        self, most: int, goal: float, norm: float, product: float, value: Float
    ) -> tuple[int, float, float]:
        """Some iterations: as many as one call may take, or one on all threads."""
        finest, work, groups = self._finest, self._cycle, self._groups
        operator = (finest.tx, finest.ty, finest.tz, finest.anchor)
        vectors = (self._search, self._image, value, self._remainder)
        if value.size < _SERIAL_BELOW:
            most = min(most, max(1, _CELLS_A_CALL // value.size))
            if groups is None:
                cubes = (*operator, *work.arrays, most, goal, norm, product, *vectors)
                made, norm, product = pressure_solve.iterate(*cubes)
            else:
                arrays = (work.levels, work.spans, *groups.arrays, work.fields)
                given = (*operator, *arrays, most, goal, norm, product, *vectors)
                made, norm, product = pressure_solve.iterate_groups(*given)
            return int(made), float(norm), float(product)
        work.threaded(self._remainder, norm, groups)
        moved = (*operator, work.spans, work.fields, work.levels[0, 3], norm, product, *vectors)
        norm, product = pressure_solve.advance(*moved)
        return 1, float(norm), float(product)

    def solve(self, right: Float, value: Float, tolerance: float, most: int = 200) -> SolveReport:
        """Solve to a residual of `tolerance` times that of a zero start.

        `right` and `value` are padded; `value` holds the start and receives the solution.
        """
        finest = self._finest
        spans = self._cycle.spans
        fields = (finest.tx, finest.ty, finest.tz, finest.anchor, spans)
        norm = float(np.sqrt(pressure_solve.residual(*fields, right, value, self._remainder)))
        scale = float(np.sqrt(pressure_solve.squares(spans, right)))
        if scale == 0.0:
            value[:] = 0.0
            return SolveReport(0, 0.0)
        product, iterations, goal, start = 0.0, 0, tolerance * scale, norm
        while norm > goal and iterations < most:
            made, norm, product = self._iterate(most - iterations, goal, norm, product, value)
            iterations += made
        if 0.0 < norm < 0.1 * start:
            self._pace[self.grouped] = iterations / np.log10(start / norm)
        return SolveReport(iterations, norm / scale)
