# SPDX-License-Identifier: BSD-3-Clause
"""The solid cells as an item: one step from a converged configuration."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.assembly import CellOrder
from vertaug.solid.elements import HEX8, TET4, ElementKind, kind_of
from vertaug.solid.item import Contribution
from vertaug.solid.patches import Patches
from vertaug_kernels import averaging, laws, solid, sparse

__all__ = ["FINITE", "SMALL", "LockingWarning", "PointHistory", "SolidItem", "shape_gradients"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

FINITE, SMALL = averaging.FINITE, averaging.SMALL
"""Kinematics: updated-Lagrangian with logarithmic strain, or linear."""
_NOTHING = np.empty((1, 1, 1))
_NO_HISTORY = (_NOTHING, _NOTHING, np.empty(1), np.empty(1), _NOTHING)
_NO_PLACES = np.empty((1, 1, 1), dtype=np.int32)


class PointHistory(NamedTuple):
    """History of the integration points after a step, one row a point.

    `metric` (m, 3, 3) elastic left Cauchy-Green tensor (small strain: elastic strain), `ratio` (m,), `growth` (m,)
    of the law's hardening variable, `stress` (m, 3, 3) Cauchy stress in MPa, `axes` (m, 3, 3) or (1, 3, 3).
    """

    metric: Float
    ratio: Float
    growth: Float
    stress: Float
    axes: Float


class LockingWarning(UserWarning):
    """Linear tetrahedra without patches carry material that keeps, or flows at, constant volume."""


_ISOCHORIC = (laws.J2, laws.J2_TENSOR)
_ELASTIC = (laws.HENCKY, laws.NEO_HOOKE, laws.MOONEY_RIVLIN)
_STIFF_VOLUME = 20.0
"""Bulk over shear modulus from which an elastic solid counts as nearly incompressible (Poisson ratio 0.475)."""


def _warn_of_locking(law: int, parameters: Float) -> None:
    """Warn where plain linear tetrahedra are too stiff for a law."""
    found = law in _ISOCHORIC
    if law in _ELASTIC:
        names = laws.PARAMETERS[law]
        rows = np.atleast_2d(parameters)[:, laws.FIRST_COLUMN :]
        bulk = rows[:, names.index("bulk")]
        shear = (
            rows[:, names.index("shear")] if "shear" in names else 2.0 * (rows[:, 0] + rows[:, 1])
        )
        found = bool(np.any(bulk > _STIFF_VOLUME * shear))
    if found:
        warnings.warn(
            "linear tetrahedra lock under this law: pass patches=patches_of(cells), use tet10 or hex8, or accept it "
            "with averaged=False",
            LockingWarning, stacklevel=3,
        )  # fmt: skip


def shape_gradients(points: Float, cells: Int, kind: ElementKind) -> tuple[Float, Float]:
    """Gradients (m, k, 3) by the coordinates and volumes (m,) of all integration points, in mm."""
    rows = len(cells) * kind.n_points
    gradients, volume = np.zeros((rows, kind.n_nodes, 3)), np.zeros(rows)
    solid.cell_gradients(points, cells, kind.derivatives, kind.weights, gradients, volume)
    return gradients, volume


@dataclass(frozen=True)
class SolidItem:
    """Solid cells on their way from one converged configuration to the next.

    Rows of points: point p of cell c has row c·q + p. `cells` (n, k); `origin` (n_nodes, 3) the points the step
    starts from; `gradients` (m, k, 3); `volume` (m,) initial; `metric` (m, 3, 3), `ratio`, `kappa` (m,) and `axes`
    (m, 3, 3) at the start, `axes` (1, 3, 3) where no law has any; `law` (m,) codes and `parameters` (m, w) as in
    the kernels' laws. `averaged` gives all points of a cell one volume change. `viscosity` MPa resists the
    strain of the step itself. With `patches`, cells are patches of tetrahedra and rows are padded.
    """

    cells: Int
    origin: Float
    gradients: Float
    volume: Float
    metric: Float
    ratio: Float
    kappa: Float
    axes: Float
    law: Int
    parameters: Float
    viscosity: float = 0.0
    kinematics: int = FINITE
    averaged: bool = False
    patches: Patches | None = None
    _known: dict[str, float] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def start(
        cls,
        points: Float,
        cells: Int,
        volume: Float,
        metric: Float,
        ratio: Float,
        law: Int,
        parameters: Float,
        viscosity: float = 0.0,
        *,
        kappa: Float | None = None,
        axes: Float | None = None,
        kinematics: int = FINITE,
        averaged: bool | None = None,
        reference: Float | None = None,
        patches: Patches | None = None,
    ) -> SolidItem:
        """Begin a step at ``points`` (n_nodes, 3); shape gradients are taken there.

        Parameters
        ----------
        volume, metric, ratio, law, parameters, kappa, axes : rows of points, see the class; with ``patches`` one
            row for each tetrahedron of ``cells``
        averaged : one volume change a cell; by default for hexahedra and patches
        reference : (n_nodes, 3) where gradients of small strain are taken, ``points`` by default
        """
        kind = kind_of(cells)
        base = points if kinematics == FINITE or reference is None else reference
        gradients, _ = shape_gradients(base, cells, kind)
        kappa = np.zeros(len(volume)) if kappa is None else kappa
        axes = np.eye(3)[None].copy() if axes is None else axes
        if averaged is None:
            averaged = kind is HEX8 or patches is not None
        if patches is not None:
            spread = patches.spread
            gradients, cells = patches.gradients(gradients), patches.nodes
            volume, ratio = spread(volume, 0.0), spread(ratio, 1.0)
            metric = spread(metric, np.eye(3) if kinematics == FINITE else np.zeros((3, 3)))
            law, parameters = spread(law, law[0]), spread(parameters, parameters[0])
            kappa = spread(kappa, 0.0)
            axes = spread(axes, np.eye(3)) if len(axes) > 1 else axes
        return cls(
            cells, points, gradients, volume, metric, ratio, kappa, axes, law, parameters, viscosity, kinematics,
            averaged, patches,
        )  # fmt: skip

    @classmethod
    def at_rest(
        cls,
        points: Float,
        cells: Int,
        law: int,
        parameters: Float,
        *,
        kinematics: int = FINITE,
        averaged: bool | None = None,
        axes: Float | None = None,
        patches: Patches | None = None,
    ) -> SolidItem:
        """Begin from a stress-free body at ``points``; ``parameters`` one row (w,) or one a cell (n, w).

        Warns where linear tetrahedra would lock: pass `patches`, or ``averaged=False`` to accept it.
        """
        kind = TET4 if patches is not None else kind_of(cells)
        if kind is TET4 and patches is None and averaged is None:
            _warn_of_locking(law, parameters)
        _, volume = shape_gradients(points, cells, kind)
        rows = np.repeat(
            np.broadcast_to(parameters, (len(cells), np.shape(parameters)[-1])),
            kind.n_points,
            axis=0,
        )
        m = len(volume)
        return cls.start(
            points, cells, volume, np.tile(np.eye(3) if kinematics == FINITE else np.zeros((3, 3)), (m, 1, 1)),
            np.ones(m), np.full(m, law, dtype=np.int32), np.ascontiguousarray(rows), axes=axes,
            kinematics=kinematics, averaged=averaged, patches=patches,
        )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """Nodes of each cell, (n, k)."""
        return self.cells

    @property
    def conservative(self) -> bool:
        """Whether forces are the gradient of the energy: no law flows out of its yield surface's normal."""
        return not bool(np.isin(self.law, laws.UNSYMMETRIC).any())

    def _arguments(self, points: Float, *more: object) -> tuple[Any, ...]:
        """Arguments that all kernels share, and ``more`` behind them."""
        return (
            self.kinematics, self.averaged, points, self.origin, self.cells, self.gradients, self.volume, self.metric,
            self.axes, self.ratio, self.kappa, self.law, self.parameters, *more,
        )  # fmt: skip

    def _respond(
        self,
        task: int,
        points: Float,
        order: CellOrder | None = None,
        matrices: Float = _NOTHING,
        blocks: Float = _NOTHING,
        history: tuple[Float, ...] = _NO_HISTORY,
    ) -> tuple[Float, Float]:
        """Energies (n,) and forces (n, k, 3); tangents go where ``task`` says."""
        n, k = self.cells.shape
        energies = np.empty(n)
        forces = np.empty((n if solid.FORCES <= task < solid.HISTORY else 1, k, 3))
        if order is None:
            chunks = np.array([0, (n + solid.CHUNK - 1) // solid.CHUNK], dtype=np.int32)
            order = CellOrder(np.arange(n, dtype=np.int32), solid.CHUNK, chunks, _NO_PLACES)
        path = (order.order, order.chunk, order.colour_ptr, order.places)
        outs = (energies, forces, matrices, blocks, history)
        solid.cell_response(task, *self._arguments(points, self.viscosity, *path, *outs))
        return energies, forces

    def cell_energies(self, points: Float) -> Float:
        """Stored energy plus the step's dissipation of each cell (n,), mJ; infinite where it inverts."""
        return self._respond(solid.ENERGIES, points)[0]

    def energy(self, points: Float) -> float:
        """Stored energy plus the step's dissipation, mJ; infinite where a cell inverts.

        That of the step's start is kept: search, guess and balance of a step all ask for it.
        """
        n = len(self.origin)
        if not np.array_equal(points[:n], self.origin):
            return float(self.cell_energies(points).sum())
        if "start" not in self._known:
            self._known["start"] = float(self.cell_energies(points).sum())
        return self._known["start"]

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (n, k, 3) and tangents (n, 3k, 3k)."""
        n, k = self.cells.shape
        matrices = np.empty((n, 3 * k, 3 * k)) if with_matrix else _NOTHING
        task = solid.MATRICES if with_matrix else solid.FORCES
        energies, forces = self._respond(task, points, matrices=matrices)
        return Contribution(float(energies.sum()), forces, matrices if with_matrix else None)

    def assemble(self, points: Float, order: CellOrder, blocks: Float) -> Contribution:
        """Energy and forces (n, k, 3); adds tangents to ``blocks`` (n_blocks, 3, 3), useless at infinite energy.

        Where cells of small strain may flow, the tangent of all at rest is kept, and what cells that flow make
        of theirs is added to it.
        """
        task = solid.BLOCKS
        if self.kinematics == SMALL and bool(np.isin(self.law, _ISOCHORIC).any()):
            task = solid.CHANGES
            sources = (self.gradients, self.volume, self.law, self.parameters, self.averaged)
            sparse.add_blocks(order.keep(sources, lambda: self._at_rest(order, blocks)), blocks)
        energies, forces = self._respond(task, points, order, blocks=blocks)
        return Contribution(float(energies.sum()), forces, None)

    def _at_rest(self, order: CellOrder, blocks: Float) -> Float:
        """Blocks (n_blocks, 3, 3) of cells at rest, none for laws that have no such tangent."""
        rows = self.parameters.copy()
        rows[:, : laws.FIRST_COLUMN] = 0.0
        rows[~np.isin(self.law, laws.RESTING)] = 0.0
        resting = replace(
            self, metric=np.zeros_like(self.metric), parameters=rows, kappa=np.zeros_like(self.kappa),
            ratio=np.ones_like(self.ratio), law=np.full_like(self.law, laws.HENCKY),
        )  # fmt: skip
        rest = np.zeros_like(blocks)
        resting._respond(solid.BLOCKS, self.origin, order, blocks=rest)
        return rest

    def _rows_after(self, points: Float) -> tuple[Float, Float, Float, Float, Float]:
        """Metric, axes, ratio, growth of kappa and Cauchy stress of all rows of points at ``points``."""
        m = len(self.volume)
        rows = (
            self.metric.copy(), self.axes.copy(), self.ratio.copy(), np.zeros(m), np.zeros((m, 3, 3))
        )  # fmt: skip
        self._respond(solid.HISTORY, points, history=rows)
        return rows

    def without_stiffness(self) -> SolidItem:
        """Return the same cells of a material that resists nothing but the step's strain."""
        nothing = np.zeros((1, self.parameters.shape[1])).repeat(len(self.volume), axis=0)
        return replace(
            self, law=np.full_like(self.law, laws.HENCKY), parameters=nothing, axes=np.eye(3)[None].copy()
        )  # fmt: skip

    def history(self, points: Float) -> PointHistory:
        """History of all points (with patches: of all tetrahedra) at ``points``."""
        metric, axes, ratio, growth, stress = self._rows_after(points)
        if self.patches is None:
            return PointHistory(metric, ratio, growth, stress, axes)
        collect = self.patches.collect
        turned = collect(axes) if len(axes) > 1 else axes
        return PointHistory(
            collect(metric), collect(ratio), collect(growth), collect(stress), turned
        )

    def after(self, points: Float, parameters: Float | None = None) -> SolidItem:
        """Return the item of the next step, begun at the converged ``points`` with the history they leave."""
        metric, axes, ratio, growth, _ = self._rows_after(points)
        rows = self.parameters if parameters is None else parameters
        following = replace(
            self,
            origin=points,
            metric=metric,
            axes=axes,
            ratio=ratio,
            kappa=self.kappa + growth,
            parameters=rows,
        )
        if self.kinematics == SMALL:
            return following
        return replace(following, gradients=self._gradients_at(points))

    def _gradients_at(self, points: Float) -> Float:
        """Shape gradients (m, k, 3) at a new start."""
        if self.patches is None:
            return shape_gradients(points, self.cells, kind_of(self.cells))[0]
        patches = self.patches
        places = patches.local.reshape(-1, 4)[patches.there]
        owner = np.flatnonzero(patches.there) // patches.members.shape[1]
        tets = np.empty((len(places), 4), dtype=np.int32)
        tets[patches.members.ravel()[patches.there]] = patches.nodes[owner[:, None], places]
        return patches.gradients(shape_gradients(points, tets, TET4)[0])
