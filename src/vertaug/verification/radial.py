# SPDX-License-Identifier: BSD-3-Clause
"""Reference for expanding cavities without a closed form: a sphere of thin shells at finite strain.

The laws are the engine's own, the kinematics and the solver are not: one unknown a radius, no mesh to
distort, thousands of shells. What it computes tests elements and steps, not the laws.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

from vertaug.errors import NotConvergedError
from vertaug_kernels import laws, radial

__all__ = ["CavityState", "RadialCavity", "converged"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class CavityState:
    """What a cavity of some stretch shows.

    Attributes
    ----------
    stretch : radius over the first one
    pressure : MPa
    plastic_radius : radius to which plastic strain reaches, over the cavity's first radius
    outer_displacement : of the outermost radius, over the cavity's first radius
    wall_ratio : volume ratio J of the innermost shell
    wall_kappa : its hardening variable
    """

    stretch: float
    pressure: float
    plastic_radius: float
    outer_displacement: float
    wall_ratio: float
    wall_kappa: float


@dataclass(frozen=True)
class RadialCavity:
    """A spherical cavity of radius 1 in a sphere of one isotropic law.

    Attributes
    ----------
    law, values : code and named parameters, as in `laws.PARAMETERS`
    outer : first outer radius over the cavity's
    surroundings : ``medium`` continues elastically without end, ``free`` ends there
    strength : name of the parameter that hardens; laws that harden by themselves need none
    hardening : growth of that strength with its work-conjugate plastic strain, MPa
    stress : whether the law's stress, its elasticity and its yield, is Kirchhoff's (the engine's) or
        Cauchy's
    shells, growth : number of shells, and the largest relative growth of the cavity in a step
    """

    law: int
    values: dict[str, float]
    outer: float = 60.0
    surroundings: Literal["medium", "free"] = "medium"
    strength: str | None = None
    hardening: float = 0.0
    stress: Literal["kirchhoff", "cauchy"] = "kirchhoff"
    shells: int = 400
    growth: float = 0.01

    def __post_init__(self) -> None:
        if self.strength is None and self.hardening != 0.0:
            raise ValueError("name the strength that hardens")

    def _parameters(self) -> tuple[Float, int]:
        """Row of parameters, and the column of the strength or -1."""
        names = laws.PARAMETERS[self.law]
        missing = set(names) ^ set(self.values)
        if missing:
            raise ValueError(f"parameters of the law are {names}; {sorted(missing)} differ")
        row = np.zeros(laws.FIRST_COLUMN + len(names))
        row[laws.FIRST_COLUMN :] = [self.values[name] for name in names]
        column = -1 if self.strength is None else laws.FIRST_COLUMN + names.index(self.strength)
        return row, column

    def expand(self, stretches: Sequence[float]) -> list[CavityState]:
        """Grow the cavity through rising stretches; the states at each of them.

        Raises
        ------
        NotConvergedError : Newton's iteration did not end at equilibrium
        """
        run = _Expansion(self, *self._parameters())
        return [run.grow(stretch) for stretch in stretches]


class _Expansion:
    """Displacements and history of a cavity on its way."""

    def __init__(self, cavity: RadialCavity, row: Float, column: int) -> None:
        self.cavity, self.row, self.column = cavity, row, column
        n = cavity.shells
        self.rest = np.geomspace(1.0, cavity.outer, n + 1)
        self.moved = np.zeros(n + 1)
        self.strains, self.elastic, self.kappa = np.zeros((n, 2)), np.zeros((n, 3)), np.zeros(n)
        shear = float(row[laws.FIRST_COLUMN + 1])
        medium = cavity.surroundings == "medium"
        self.bed = 16.0 * np.pi * shear * cavity.outer if medium else 0.0

    def grow(self, stretch: float) -> CavityState:
        """Steps to a stretch, each of equal relative growth."""
        start = 1.0 + float(self.moved[0])
        count = max(1, int(np.ceil(np.log(stretch / start) / np.log1p(self.cavity.growth) - 1e-9)))
        pressure = 0.0
        for radius in np.geomspace(start, stretch, count + 1)[1:]:
            pressure = self._steps(float(radius))
        used = np.flatnonzero(self.kappa > 0.0)
        last = used[-1] + 1 if used.size else 0
        reach = float(self.rest[last] + self.moved[last]) if used.size else 1.0
        return CavityState(
            stretch, pressure, reach, float(self.moved[-1]),
            float(np.exp(self.strains[0, 0] + 2.0 * self.strains[0, 1])), float(self.kappa[0]),
        )  # fmt: skip

    def _steps(self, radius: float, halvings: int = 8) -> float:
        """One step to a radius, or two where Newton's iteration does not end; returns the pressure."""
        pressure = self._step(radius)
        if pressure is not None:
            return pressure
        if halvings == 0:
            reason = f"no equilibrium at a radius of {radius:g}"
            raise NotConvergedError("radial reference", 0, reason, "the last radius that converged")
        self._steps(0.5 * (1.0 + float(self.moved[0]) + radius), halvings - 1)
        return self._steps(radius, halvings - 1)

    def _step(self, radius: float) -> float | None:
        """Equilibrium with the cavity at a radius; returns its pressure, None where there is none."""
        n = self.cavity.shells
        # The volume that the cavity gains is handed on, as if nothing could compress.
        radii = self.rest + self.moved
        trial = np.cbrt(radii**3 + radius**3 - radii[0] ** 3) - self.rest
        trial[0] = radius - 1.0
        forces, matrices = np.zeros((n, 2)), np.zeros((n, 2, 2))
        strains, elastic, kappa = np.zeros((n, 2)), np.zeros((n, 3)), np.zeros(n)
        for _ in range(30):
            upright = radial.shells(
                trial, self.rest, self.strains, self.elastic, self.kappa, self.cavity.law, self.row,
                self.column, self.cavity.hardening, self.cavity.stress == "cauchy",
                forces, matrices, strains, elastic, kappa,
            )  # fmt: skip
            if not upright or not np.isfinite(forces).all():
                break
            residual = np.zeros(n + 1)
            residual[:-1] += forces[:, 0]
            residual[1:] += forces[:, 1]
            residual[-1] += self.bed * trial[-1]
            if np.abs(residual[1:]).max() <= 1e-9 * np.abs(forces).max():
                self.moved, self.strains, self.elastic, self.kappa = trial, strains, elastic, kappa
                return float(residual[0]) / (4.0 * np.pi * radius**2)
            trial = trial - self._correction(matrices, residual)
        return None

    def _correction(self, matrices: Float, residual: Float) -> Float:
        """Newton's correction (n + 1,), zero at the cavity."""
        n = len(matrices)
        band = np.zeros((3, n))
        band[1] = matrices[:, 1, 1]
        band[1, :-1] += matrices[1:, 0, 0]
        band[1, -1] += self.bed
        band[0, 1:] = matrices[1:, 0, 1]
        band[2, :-1] = matrices[1:, 1, 0]
        found: Float = solve_banded((1, 1), band, residual[1:])
        return np.concatenate([[0.0], found])


def converged(
    cavity: RadialCavity, stretches: Sequence[float], order: float = 1.0
) -> list[tuple[float, float]]:
    """Pressure (MPa) at each stretch and an estimate of its error, from two resolutions.

    Shells are doubled and steps halved. The error of the steps is of first order where the path in
    stress space bends, that of the shells of second; ``order`` 1 is the safe choice.
    """
    fine = RadialCavity(
        **{**vars(cavity), "shells": 2 * cavity.shells, "growth": 0.5 * cavity.growth}
    )
    pairs = zip(cavity.expand(stretches), fine.expand(stretches), strict=True)
    weight = 2.0**order - 1.0
    found = []
    for rough, better in pairs:
        gap = (better.pressure - rough.pressure) / weight
        found.append((better.pressure + gap, abs(gap)))
    return found
