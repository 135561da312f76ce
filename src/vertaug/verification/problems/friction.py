# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark d3: a spherical cavity in frictional bone, Mohr-Coulomb without associated flow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.cavity_expansion import MohrCoulombCavity
from vertaug.verification.meshes import Element
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, benchmark
from vertaug.verification.problems.cavity import Far, Growth, Stretches, pressures
from vertaug.verification.stepping import law_row, moduli
from vertaug_kernels.laws import MOHR_COULOMB

Angle = Annotated[float, Bounds(0.0, 60.0)]
Dilation = Annotated[float, Bounds(-1e-9, 60.0)]


@benchmark(
    "d3.mohr_coulomb", "SOLID", "Cavity in a frictional medium",
    "The pressure of a cavity in Mohr-Coulomb material is that of Yu and Houlsby at large strain.",
    quick={"meshes": (4,), "stretches": (1.05, 1.2)},
)  # fmt: skip
def mohr_coulomb(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    cohesion: Positive = 1.0,
    friction: Angle = 20.0,
    dilation: Dilation = 0.0,
    stretches: Stretches = (1.05, 1.2),
    outer: Far = 20.0,
    growth: Growth = 0.04,
    elements: tuple[Element, ...] = ("hex8",),
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Grow the cavity in a ball within an infinite elastic medium; the tangent is not symmetric."""
    bulk, shear = moduli(young, poisson)
    angle = math.radians(friction)
    row = law_row(
        MOHR_COULOMB,
        {"bulk": bulk, "shear": shear, "strength": 2.0 * cohesion * math.cos(angle),
         "sin_friction": math.sin(angle), "sin_dilation": math.sin(math.radians(dilation))},
    )  # fmt: skip
    exact = MohrCoulombCavity(young, poisson, cohesion, friction, dilation)
    for element in elements:
        found = [
            pressures(element, n, MOHR_COULOMB, row, outer, shear, stretches, growth)
            for n in meshes
        ]
        for k, stretch in enumerate(stretches):
            yield study(
                f"p at a/a₀ = {stretch:g}, {element}", exact.pressure(stretch), meshes,
                [values[k] for values in found], order=2.0, slack=0.9, tolerance=0.03, standard=8,
                floor=0.01, unit="MPa",
                why="elastic strains are small in the closed form, 1 to 3 % by the measure of strain",
            )  # fmt: skip
