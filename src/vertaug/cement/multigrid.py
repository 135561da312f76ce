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
coarse faces are far too stiff. There coarse cells are groups that strong faces join (`strong_groups`), from the first
level on. Around walls, channels and layers cubes do well on the first level and fail on the next ones: there groups
stand on the first cubes, at a seventh of the price. Which are taken is measured: some iterations on noise tell what
each kind takes, before the first solve and again where a solve took more than they foretold. Solves of few iterations
are left to cubes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.strong_groups import Grid, GroupNetworks
from vertaug_kernels import multigrid as kernels
from vertaug_kernels import pressure_solve, strong_cycle
from vertaug_kernels import split_cycle as cycle

__all__ = ["Coarse", "Hierarchy", "Operator", "SolveReport"]

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Byte = NDArray[np.uint8]
Label = NDArray[np.int16]

_COARSEST = 64
_STIFF, _STIFF_SHARE, _FEWEST_FACES = 30.0, 0.02, 200
"""A coarse face counts as stiff by this factor; groups are taken above this share of them on a level of that size."""
_TRIED, _LEAST = 6, 1e-8
"""Iterations on noise by which kinds of coarse cells are compared, and the residual that ends them."""
_FEW, _SLOW, _FEWER = 9.0, 1.6, 0.75
"""Cubes do up to so many iterations a solve; groups of cubes up to so many a decade of noise, and where groups of
cells take more than this share of them."""
_DECADES = 6.0
"""Those of a first solve."""
_SET_UP, _DEARER = 18.0, 1.9
"""What groups of cells cost, in iterations with groups of cubes: to make them; one of their iterations."""
_WORSE, _KEPT = 1.5, 16
"""Kinds are compared again where a solve took so many times the iterations foreseen, every so many operators."""
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


class Coarse(Enum):
    """What coarse cells are: cubes on all levels, groups from the second level or from the first."""

    CUBES = "cubes"
    GROUPS_OF_CUBES = "groups of cubes"
    GROUPS = "groups"


@dataclass(frozen=True)
class SolveReport:
    """Iterations and relative residual of one solve."""

    iterations: int
    residual: float


class _Level:
    """Operator of one grid level; allocated once, refilled when the operator changes."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.tx, self.ty, self.tz, self.anchor, self.inverse = (np.zeros(shape) for _ in range(5))

    def grid(self, at: int) -> Grid:
        """The level as a grid whose cells lie from place `at` on."""
        return Grid(self.tx, self.ty, self.tz, self.anchor, int(at))

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

    def grouped_arrays(self, groups: GroupNetworks) -> tuple[Any, ...]:
        """The same where groups stand for the coarse levels: their arrays in place of the factors."""
        return self.levels, self.spans, self.parts, self.masks, *groups.arrays, self.fields

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
        sweeps = cycle.SWEEPS
        if groups is not None:
            sweeps = strong_cycle.SWEEPS_WITH_CUBES if groups.cubes else strong_cycle.SWEEPS
        for colour in (0, 1) * sweeps:
            cycle.relax_planes(self.levels, self.spans, 0, colour, self.fields)
        if groups is None:
            cycle.below(*self.arrays)
        else:
            strong_cycle.below(*self.grouped_arrays(groups))
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
        self._taking = place >= 0
        self._taken, self._decades = Coarse.CUBES, _DECADES
        self._slow: Coarse | None = None
        self._paces: dict[Coarse, float] = {}
        self._age, self._worse, self._solved = _KEPT, True, False

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
        self._age, self._taken, self._groups = self._age + 1, Coarse.CUBES, None
        if self._worse and self._age >= _KEPT:
            self._age, self._worse, self._slow = 0, False, None
            self._paces = {Coarse.CUBES: self._pace(Coarse.CUBES)}
        if self._paces[Coarse.CUBES] * self._decades <= _FEW:
            self._take(Coarse.CUBES)
            return
        self._slow = self._slow or self._compared()
        self._take(self._slow)

    @property
    def coarse(self) -> Coarse:
        """What the coarse cells are."""
        return self._taken

    @property
    def grouped(self) -> bool:
        """Whether coarse cells are groups of cells that strong faces join, on the first or on further levels."""
        return self._taken is not Coarse.CUBES

    def _take(self, coarse: Coarse) -> None:
        """Take a kind of coarse cells for the present operator."""
        if coarse is self._taken:
            return
        self._taken, places = coarse, self._cycle.fields.shape[1]
        starts = self._cycle.levels[:, 3]
        if coarse is Coarse.CUBES:
            self._groups = None
        elif coarse is Coarse.GROUPS:
            self._groups = GroupNetworks([self._finest.grid(starts[0])], places, False)
        else:
            grids = [
                part.levels[0].grid(starts[first])
                for part, (first, *_) in zip(self._parts, self._cycle.parts, strict=True)
            ]
            self._groups = GroupNetworks(grids, places, True)

    def _compared(self) -> Coarse:
        """What to take where cubes are slow.

        What is slow from the first gets groups at once; what became slow later only if they save what they cost.
        """
        if self._stiff_share() > _STIFF_SHARE:
            return Coarse.GROUPS
        mixed = self._paces[Coarse.GROUPS_OF_CUBES] = self._pace(Coarse.GROUPS_OF_CUBES)
        if mixed <= _SLOW:
            return Coarse.GROUPS_OF_CUBES
        if self._solved and (mixed - _DEARER) * self._decades <= _SET_UP:
            return Coarse.GROUPS_OF_CUBES
        groups = self._pace(Coarse.GROUPS)
        pay = (mixed - _DEARER * groups) * self._decades > _SET_UP
        many_fewer = groups <= _FEWER * mixed and not self._solved
        return Coarse.GROUPS if pay or many_fewer else Coarse.GROUPS_OF_CUBES

    def _pace(self, coarse: Coarse) -> float:
        """Iterations a decade of the residual that a kind of coarse cells takes where all is noise."""
        self._take(coarse)
        self._remainder[:] = (
            np.random.default_rng(0).random(self._taking.shape) - 0.5
        ) * self._taking
        norm = start = float(np.sqrt(pressure_solve.squares(self._cycle.spans, self._remainder)))
        product, made, value = 0.0, 0, np.zeros_like(self._remainder)
        while made < _TRIED and norm > _LEAST * start:
            done, norm, product = self._iterate(_TRIED - made, _LEAST * start, norm, product, value)
            made += done
        if made == 0:
            return 0.0
        return float(made / np.log10(start / norm)) if norm < start else np.inf

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
                arrays = work.grouped_arrays(groups)
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
        if goal < start:
            self._decades = float(np.log10(start / goal))
            pace = self._paces.setdefault(self._taken, iterations / self._decades)
            foreseen = max(_FEW, _WORSE * pace * self._decades)
            self._worse, self._solved = iterations > foreseen, True
        return SolveReport(iterations, norm / scale)
