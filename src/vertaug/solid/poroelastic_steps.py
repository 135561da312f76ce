# SPDX-License-Identifier: BSD-3-Clause
"""Consolidation in time: backward Euler, or the two-step backward formula with changing steps.

The quantity that is differentiated is the fluid content ζ of each vertex, α times the divergence
plus the storage. It stays continuous when a load is put on at once, where u and p jump; a run may
therefore start under its full load, and keeps its order. Displacement and pressure of a step are
solved for together, with one factorisation for as long as the step keeps its length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from vertaug.errors import InputError
from vertaug.solid.linear import MatrixError
from vertaug.solid.poroelastic import PorousBody
from vertaug.solid.poroelastic_mesh import EDGES
from vertaug.solid.poroelastic_supports import Loading, Supports, reduction

__all__ = ["Balance", "Consolidation", "PorousState", "Scheme"]

Float = NDArray[np.float64]
Scheme = Literal["backward_euler", "bdf2"]

_LARGEST_GROWTH = 2.4
"""Ratio of steps below 1 + √2, where the two-step formula stays stable."""
_RESIDUAL = 1e-10
_HOLD = "hold the rigid-body motions of every part; drain a face or give the pores storage"


@dataclass(frozen=True)
class PorousState:
    """State at one time.

    Attributes
    ----------
    time, step : s, step that led here
    displacement : (n, 3) mm
    pressure : (m,) MPa, of the body's vertices
    content : (m,) mm³ of fluid added to the pores
    expelled : (m,) mm³ that has left through drained vertices
    supplied : (m,) mm³ put in
    plates : (n_plates,) mm
    previous : (3, m) content, expelled and supplied one step before; None at the start
    """

    time: float
    step: float
    displacement: Float
    pressure: Float
    content: Float
    expelled: Float
    supplied: Float
    plates: Float
    previous: Float | None = None


@dataclass(frozen=True)
class Balance:
    """What a step did to fluid and forces.

    Attributes
    ----------
    squeezed : volume (mm³) of fluid that α times the change of the *boundary's* volume and the
        storage say has left, where one material fills the body
    expelled : volume (mm³) that the drained vertices let out, less what was supplied
    fluid_error : their difference over the larger of them
    residual : of the linear system, relative
    reaction : (3,) N of the held components
    """

    squeezed: float
    expelled: float
    fluid_error: float
    residual: float
    reaction: Float


class Consolidation:
    """Steps of one body on its supports.

    Parameters
    ----------
    body, supports : see there
    scheme : ``bdf2`` is of second order, its first step is backward Euler's; ``backward_euler`` of first
    """

    def __init__(self, body: PorousBody, supports: Supports, scheme: Scheme = "bdf2") -> None:
        shapes = (
            (supports.held.shape, body.points.shape),
            (supports.drained.shape, body.vertices.shape),
        )
        for found, expected in shapes:
            if found != expected:
                raise _refused("supports", f"shape {found}", f"shape {expected}", "match the body")
        self.body, self.supports, self.scheme = body, supports, scheme
        self.factorisations = 0
        self._expand, self._plates = reduction(supports)
        self._wet = np.flatnonzero(~supports.drained)
        self._stiffness = sparse.csr_array(self._expand.T @ body.stiffness @ self._expand)
        self._key: tuple[float, bool] | None = None
        self._factor: _Factor | None = None

    def start(self) -> PorousState:
        """Return the state at rest."""
        n, m = len(self.body.points), len(self.body.vertices)
        zero = np.zeros(m)
        return PorousState(
            0.0, 0.0, np.zeros((n, 3)), zero, zero, zero, zero, np.zeros(len(self._plates))
        )

    def smallest_step(self) -> float:
        """First step (s) under a sudden load that leaves the pressure without oscillation.

        It is that of the coarsest cell at a drained vertex; zero where nothing is drained.
        """
        body = self.body
        corners = body.cells[:, :4]
        wet = np.isin(corners, body.vertices[self.supports.drained]).any(axis=1)
        edges = body.points[corners[:, EDGES]]
        longest = np.linalg.norm(edges[:, :, 1] - edges[:, :, 0], axis=2).max(axis=1)
        region = np.zeros(len(corners), np.int32) if body.region is None else body.region
        steps = [
            body.materials[r].smallest_step(h)
            for r, h in zip(region[wet], longest[wet], strict=True)
        ]
        return float(max(steps, default=0.0))

    def undrained(self, loading: Loading) -> tuple[Float, Float]:
        """Displacement (n, 3) and pressure (m,) of a load no fluid has had time to flee from."""
        every = np.arange(len(self.body.vertices))
        zero = np.zeros(len(every))
        displacement, pressure, _, _ = self._balance(loading, zero, 0.0, every)
        return displacement, pressure

    def advance(
        self, state: PorousState, step: float, loading: Loading
    ) -> tuple[PorousState, Balance]:
        """Go ``step`` seconds on, to the loading given.

        Raises
        ------
        InputError : the step is no positive number, or grows faster than the scheme bears
        MatrixError : the system is singular; the given state remains valid
        """
        lead, history = self._formula(state, step)
        inflow = _given(loading.inflow, len(self.body.vertices))
        weight = step / lead
        supplied = history[2] + weight * inflow
        target = history[0] + weight * inflow
        displacement, pressure, plates, residual = self._balance(loading, target, weight, self._wet)
        content = self._content(displacement, pressure)
        rest = target - content - weight * (self.body.flow @ pressure)
        expelled = np.where(self.supports.drained, history[1] + rest, 0.0)
        before = np.stack([state.content, state.expelled, state.supplied])
        after = PorousState(
            state.time + step, step, displacement, pressure, content, expelled, supplied, plates,
            before,
        )  # fmt: skip
        return after, self._check(after, loading, residual)

    def _formula(self, state: PorousState, step: float) -> tuple[float, Float]:
        """Leading coefficient and the share of earlier values (3, m), leading coefficient one."""
        if not (np.isfinite(step) and step > 0.0):
            raise _refused("step", f"{step!r}", "a positive time in s", "choose another step")
        now = np.stack([state.content, state.expelled, state.supplied])
        if self.scheme == "backward_euler" or state.previous is None:
            return 1.0, now
        ratio = step / state.step
        if ratio > _LARGEST_GROWTH:
            raise _refused(
                "step", f"{ratio:.3g} times the step before", f"at most {_LARGEST_GROWTH:g} times",
                "let the step grow more slowly",
            )  # fmt: skip
        lead = (1.0 + 2.0 * ratio) / (1.0 + ratio)
        older = ratio**2 / (1.0 + ratio)
        return lead, ((1.0 + ratio) * now - older * state.previous) / lead

    def _content(self, displacement: Float, pressure: Float) -> Float:
        body = self.body
        return np.asarray(body.coupling.T @ displacement.ravel() + body.storage @ pressure)

    def _balance(
        self, loading: Loading, target: Float, weight: float, wet: NDArray[np.intp]
    ) -> tuple[Float, Float, Float, float]:
        """Solve forces and fluid together: content + weight · flow · p = target."""
        body, expand = self.body, self._expand
        given = np.where(self.supports.held, _given(loading.displacement, *body.points.shape), 0.0)
        held = given.ravel()
        pressure = _given(loading.pressure, len(body.vertices)).copy()
        pressure[wet] = 0.0
        force = _given(loading.forces, *body.points.shape).ravel()
        force = force - body.stiffness @ held + body.coupling @ pressure
        right = expand.T @ force
        right[self._plates] += _given(loading.plate_forces, len(self._plates))
        fluid = target - body.coupling.T @ held
        fluid -= body.storage @ pressure + weight * (body.flow @ pressure)
        unknown, residual = self._solved(weight, wet, np.concatenate([right, -fluid[wet]]))
        moved = unknown[: len(right)]
        pressure[wet] = unknown[len(right) :]
        displacement = (expand @ moved + held).reshape(-1, 3)
        return displacement, pressure, moved[self._plates], residual

    def _solved(self, weight: float, wet: NDArray[np.intp], rhs: Float) -> tuple[Float, float]:
        key = (float(f"{weight:.12e}"), len(wet) == len(self.supports.drained))
        if key != self._key:
            self._factor = _Factor(*self._system(weight, wet))
            self._key = key
            self.factorisations += 1
        assert self._factor is not None
        return self._factor.solve(rhs)

    def _system(self, weight: float, wet: NDArray[np.intp]) -> tuple[Any, Float]:
        """Symmetric matrix of both fields, and the scale of each unknown."""
        body = self.body
        coupling = sparse.csr_array(self._expand.T @ body.coupling)[:, wet]
        fluid = sparse.csr_array(body.storage + weight * body.flow)[wet][:, wet]
        blocks: Any = [[self._stiffness, -coupling], [-coupling.T, -fluid]]
        matrix: Any = sparse.block_array(blocks)
        stiff = self._stiffness.diagonal()
        if stiff.size and not stiff.min() > 0.0:
            raise MatrixError("an unknown displacement without stiffness", _HOLD)
        schur = fluid.diagonal() + (coupling**2).T @ (1.0 / stiff)
        schur = np.where(schur > 0.0, schur, 1.0)
        return sparse.csc_array(matrix), 1.0 / np.sqrt(np.concatenate([stiff, schur]))

    def _check(self, state: PorousState, loading: Loading, residual: float) -> Balance:
        body = self.body
        expelled = float(state.expelled.sum() - state.supplied.sum())
        squeezed = -float((body.storage @ state.pressure).sum())
        if len({material.biot for material in body.materials}) == 1:
            squeezed -= body.materials[0].biot * body.volume_change(state.displacement)
        else:
            squeezed -= float((body.coupling.T @ state.displacement.ravel()).sum())
        largest = max(abs(expelled), abs(squeezed), np.abs(state.content).sum())
        error = float(abs(expelled - squeezed) / largest) if largest > 0.0 else 0.0
        inside = body.stiffness @ state.displacement.ravel() - body.coupling @ state.pressure
        rest = inside.reshape(-1, 3) - _given(loading.forces, *body.points.shape)
        return Balance(
            squeezed, expelled, error, residual, np.where(self.supports.held, rest, 0.0).sum(axis=0)
        )


class _Factor:
    """A symmetric, indefinite matrix, scaled and factorised.

    Pivots stay on the diagonal in a symmetric order first; where that leaves a residual, the
    factorisation is done again with free pivots, which costs several times the memory.
    """

    def __init__(self, matrix: Any, scale: Float) -> None:
        scaling = sparse.diags_array(scale)
        self._matrix = sparse.csc_array(scaling @ matrix @ scaling)
        self._scale = scale
        self._free_pivots = False
        self._factor = self._factorised()

    def _factorised(self) -> Any:
        options: dict[str, Any] = {"permc_spec": "COLAMD"}
        if not self._free_pivots:
            options = {
                "permc_spec": "MMD_AT_PLUS_A", "diag_pivot_thresh": 1e-3,
                "options": {"SymmetricMode": True},
            }  # fmt: skip
        try:
            return splu(self._matrix, **options)
        except RuntimeError:
            if not self._free_pivots:
                self._free_pivots = True
                return self._factorised()
            raise MatrixError("the poroelastic system is singular", _HOLD) from None

    def solve(self, rhs: Float) -> tuple[Float, float]:
        """Solution, and the residual it leaves over the norm of the right-hand side, both scaled."""
        x, residual = self._refined(self._scale * rhs)
        if not residual < _RESIDUAL and not self._free_pivots:
            self._free_pivots = True
            self._factor = self._factorised()
            x, residual = self._refined(self._scale * rhs)
        if not residual < _RESIDUAL:
            found = f"the poroelastic solution leaves a relative residual of {residual:.1e}"
            raise MatrixError(found, _HOLD)
        return self._scale * x, residual

    def _refined(self, right: Float) -> tuple[Float, float]:
        """Two steps of iterative refinement."""
        size = float(np.linalg.norm(right))
        x = np.zeros_like(right)
        rest = right
        for _ in range(3):
            x = x + self._factor.solve(rest)
            rest = right - self._matrix @ x
        return x, float(np.linalg.norm(rest)) / size if size > 0.0 else 0.0


def _given(values: Float | None, *shape: int) -> Float:
    """Values, or zeros where they are absent."""
    if values is None:
        return np.zeros(shape)
    array = np.asarray(values, dtype=np.float64)
    if array.shape != shape or not np.isfinite(array).all():
        found = f"shape {array.shape}" if array.shape != shape else "values that are not finite"
        raise _refused("loading", found, f"finite values of shape {shape}", "match the body")
    return array


def _refused(name: str, found: str, expected: str, fix: str) -> InputError:
    return InputError("consolidation", name, found, expected, fix, code="E-SOLID-022")
