# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark z: laws at a point against closed forms."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.verification.check import Check
from vertaug.verification.problem import Poisson, Positive, benchmark
from vertaug.verification.stepping import foam_row, law_row, moduli
from vertaug_kernels import laws

Float = NDArray[np.float64]
EXACT = "a return map of one point has no other error than round-off"


def answer(law: int, row: Float, strain: Float, kappa: float = 0.0) -> tuple[Float, Float]:
    """Stress (3,) and tangent (3, 3) of an isotropic law at trial elastic strains (3,)."""
    stress, tangent, elastic = np.zeros(3), np.zeros((3, 3)), np.zeros(3)
    ratio = math.exp(float(strain.sum()))
    laws.respond(law, np.asarray(strain), ratio, kappa, row, stress, tangent, elastic)
    return stress, tangent


def uniaxial(law: int, row: Float, strain: float) -> Float:
    """Stress (3,) under an axial strain with free sides, in one step from rest."""
    sides = -0.3 * strain
    for _ in range(60):
        stress, tangent = answer(law, row, np.array([strain, sides, sides]))
        if abs(stress[1]) < 1e-13 * max(1.0, abs(stress[0])):
            break
        sides -= stress[1] / (tangent[1, 1] + tangent[1, 2])
    return stress


@benchmark(
    "z.j2", "MATERIAL", "J2 plasticity at a point",
    "Uniaxial stress hardens with EH/(E+H); uniaxial strain yields at Y(1-ν)/(1-2ν), then follows K.",
)  # fmt: skip
def j2(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    hardening: Positive = 20.0,
    strains: tuple[Positive, ...] = (0.005, 0.02, 0.05),
) -> Iterator[Check]:
    """Strain a point in one step; the path is straight, so one step is exact."""
    bulk, shear = moduli(young, poisson)
    values = {"bulk": bulk, "shear": shear, "yield": strength, "saturation": strength, "rate": 0.0}
    hard = law_row(laws.J2, values | {"hardening": hardening})
    perfect = law_row(laws.J2, values | {"hardening": 0.0})
    onset = strength * (1.0 - poisson) / (1.0 - 2.0 * poisson)
    first = onset / (bulk + 4.0 * shear / 3.0)
    for strain in strains:
        slope = young * hardening / (young + hardening)
        exact = young * strain
        if exact > strength:
            exact = strength + slope * (strain - strength / young)
        found = float(uniaxial(laws.J2, hard, strain)[0])
        yield Check(f"uniaxial stress at {strain:g}", exact, found, 1e-9, EXACT, "MPa")
        exact = (bulk + 4.0 * shear / 3.0) * strain
        if strain > first:
            exact = onset + bulk * (strain - first)
        found = float(answer(laws.J2, perfect, np.array([strain, 0.0, 0.0]))[0][0])
        yield Check(f"stress in uniaxial strain at {strain:g}", exact, found, 1e-9, EXACT, "MPa")


@benchmark(
    "z.foam", "MATERIAL", "Crushable foam at a point",
    "Foam yields at Y in uniaxial stress, Y√D/α in hydrostatic, Y√(D/3) in shear stress.",
)  # fmt: skip
def foam(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    alphas: tuple[Positive, ...] = (0.5, 1.0, 1.35),
) -> Iterator[Check]:
    """Strain a point far beyond yield, without hardening."""
    for alpha in alphas:
        row = foam_row(young, poisson, strength, (alpha, alpha))
        size = math.sqrt(1.0 + alpha**2 / 9.0)
        far = 1.0
        crush = -float(uniaxial(laws.CRUSHABLE, row, -0.05)[0])
        even = -float(answer(laws.CRUSHABLE, row, np.full(3, -far))[0][0])
        sheared = float(answer(laws.CRUSHABLE, row, np.array([far, -far, 0.0]))[0][0])
        for name, exact, found in (
            ("uniaxial", strength, crush),
            ("hydrostatic", strength * size / alpha, even),
            ("shear", strength * size / math.sqrt(3.0), sheared),
        ):
            yield Check(f"{name} yield stress, α = {alpha:g}", exact, found, 1e-9, EXACT, "MPa")
