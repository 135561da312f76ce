# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark d3: cavities in frictional bone, Mohr-Coulomb and Drucker-Prager, flow not associated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from vertaug.materials.drucker_prager import DruckerPrager
from vertaug.materials.mohr_coulomb import MohrCoulomb
from vertaug.solid.cells import FINITE
from vertaug.verification.cavity_path import expand_slice, steps
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.cavity_expansion import MohrCoulombCavity
from vertaug.verification.meshes import Element
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, benchmark
from vertaug.verification.problems.cavity import LAYERS, Far, Growth, Stretches, pressures
from vertaug.verification.problems.lame import ring
from vertaug.verification.solids import made_of
from vertaug.verification.stepping import moduli
from vertaug_kernels.laws import DRUCKER_PRAGER, MOHR_COULOMB

Angle = Annotated[float, Bounds(0.0, 60.0)]
Dilation = Annotated[float, Bounds(-1e-9, 60.0)]
SMALL = "elastic strains are small in the closed form, 1 to 3 % by the measure of strain"
NO_CAP = 1e4
"""Crush pressure (MPa) of a cone whose cap nothing reaches."""


def _studies(
    label: str, exact: MohrCoulombCavity, stretches: Sequence[float], meshes: Sequence[int],
    found: Sequence[Sequence[float]],
) -> Iterator[Check]:  # fmt: skip
    """Judge the pressure at each stretch."""
    for k, stretch in enumerate(stretches):
        yield study(
            f"p at a/a₀ = {stretch:g}, {label}", exact.pressure(stretch), meshes,
            [values[k] for values in found], order=2.0, slack=0.9, tolerance=0.03, standard=8,
            floor=0.02, unit="MPa", why=SMALL,
        )  # fmt: skip


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
    shear = moduli(young, poisson)[1]
    row = MohrCoulomb(young, poisson, cohesion, friction, dilation).row()
    exact = MohrCoulombCavity(young, poisson, cohesion, friction, dilation)
    for element in elements:
        found = [
            pressures(element, n, MOHR_COULOMB, row, outer, shear, stretches, growth)
            for n in meshes
        ]
        yield from _studies(element, exact, stretches, meshes, found)


@benchmark(
    "d3b.drucker_prager", "SOLID", "Spherical cavity in a Drucker-Prager cone",
    "In the cone through the compression meridian a sphere needs Mohr-Coulomb's pressure.",
    quick={"meshes": (4,), "stretches": (1.05, 1.2)},
)  # fmt: skip
def drucker_prager(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    cohesion: Positive = 1.0,
    friction: Angle = 20.0,
    dilation: Dilation = 10.0,
    stretches: Stretches = (1.05, 1.2),
    outer: Far = 20.0,
    growth: Growth = 0.04,
    elements: tuple[Element, ...] = ("hex8",),
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Grow the cavity in a ball within an infinite elastic medium."""
    shear = moduli(young, poisson)[1]
    row = DruckerPrager.matching_mohr_coulomb(
        young, poisson, cohesion, friction, dilation, NO_CAP
    ).row()
    exact = MohrCoulombCavity(young, poisson, cohesion, friction, dilation)
    for element in elements:
        found = [
            pressures(element, n, DRUCKER_PRAGER, row, outer, shear, stretches, growth)
            for n in meshes
        ]
        yield from _studies(element, exact, stretches, meshes, found)


@benchmark(
    "d3c.cylinder", "SOLID", "Cylindrical cavity in a frictional medium",
    "The pressure of a cylindrical cavity in Mohr-Coulomb material is that of Yu and Houlsby.",
    quick={"meshes": (4,), "stretches": (1.05, 1.2)},
)  # fmt: skip
def cylinder(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    cohesion: Positive = 1.0,
    friction: Angle = 20.0,
    dilation: Dilation = 0.0,
    stretches: Stretches = (1.05, 1.2, 1.5),
    outer: Far = 40.0,
    growth: Growth = 0.04,
    elements: tuple[Literal["hex8"], ...] = ("hex8",),
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Grow the hole of a slice in plane strain within an infinite elastic medium."""
    shear = moduli(young, poisson)[1]
    row = MohrCoulomb(young, poisson, cohesion, friction, dilation).row()
    exact = MohrCoulombCavity(young, poisson, cohesion, friction, dilation, "cylinder")
    for element in elements:
        found = []
        for n in meshes:
            body = ring(element, n, 1.0, outer, 1.0 / n, LAYERS)
            item = made_of(body, MOHR_COULOMB, row, FINITE)
            path = dict(expand_slice(body, item, steps(stretches, growth), shear))
            found.append([path[stretch] for stretch in stretches])
        yield from _studies(element, exact, stretches, meshes, found)
