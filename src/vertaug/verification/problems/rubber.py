# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark e: rubber balloons, thin and thick, through their limit point."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from vertaug.materials.mooney_rivlin import MooneyRivlin
from vertaug.solid.cavity import CavityItem, syringe_energy, zero_energy
from vertaug.solid.cells import FINITE
from vertaug.verification.cavity_path import expand, expand_slice, steps
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.rubber_balloon import (
    CompressibleSphere,
    ThickCylinder,
    ThickSphere,
    ThinCylinder,
    ThinSphere,
)
from vertaug.verification.meshes import Body, Element, ball, hollow_ball, sphere
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, benchmark
from vertaug.verification.problems.lame import ring
from vertaug.verification.rubber_wall import RubberWall
from vertaug.verification.solids import divisions, made_of, nodal_forces, symmetry
from vertaug.verification.stepping import equilibrium, law_row
from vertaug_kernels.laws import MOONEY_RIVLIN, NEO_HOOKE

Float = NDArray[np.float64]
Stretches = Annotated[tuple[float, ...], Bounds(1.0, 4.0, rising=True)]
SURFACE = "flat facets on a sphere: errors of second order"
INCOMPRESSIBLE = 1e-3
"""Error that a bulk modulus of some thousand shear moduli leaves in pressures."""


def rubber(shear: float, poisson: float) -> Float:
    """Parameters of the compressible neo-Hookean law from its shear modulus."""
    bulk = 2.0 * shear * (1.0 + poisson) / (3.0 * (1.0 - 2.0 * poisson))
    return law_row(NEO_HOOKE, {"bulk": bulk, "shear": shear})


@benchmark(
    "e.thin", "SOLID", "Thin neo-Hookean balloon",
    "The balloon's wall gives the closed-form pressure, energy and limit point of a thin sphere.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def thin(
    shear: Positive = 1.1,
    thickness: Positive = 0.1,
    radius: Positive = 5.0,
    stretches: Stretches = (1.1, 1.5, 2.0, 3.0),
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Take the wall's energy on the exact sphere, then on polyhedra."""
    exact = ThinSphere(0.5 * shear, 0.0, radius, thickness)
    wall = RubberWall(shear * thickness, 4.0 * math.pi * radius**2)

    def pressure(stretch: float) -> float:
        return 2.0 * wall.energy(4.0 * math.pi * (stretch * radius) ** 2)[1] / (stretch * radius)

    for stretch in stretches:
        yield Check(
            f"p at λ = {stretch:g}", exact.pressure(stretch), pressure(stretch), 1e-9,
            "the wall's energy is that of the sphere", "MPa",
        )  # fmt: skip
    top = minimize_scalar(
        lambda s: -pressure(s), bounds=(1.05, 2.0), method="bounded", options={"xatol": 1e-9}
    )
    yield Check(
        "stretch at the limit point", 7.0 ** (1.0 / 6.0), float(top.x), 1e-6, "flat maximum"
    )
    middle = stretches[len(stretches) // 2]
    area = 4.0 * math.pi * (middle * radius) ** 2
    yield Check(
        f"energy at λ = {middle:g}", exact.energy(middle), wall.energy(area)[0], 1e-9,
        "the wall's energy is that of the sphere", "mJ",
    )  # fmt: skip
    found = []
    for n in meshes:
        points, facets = sphere(n)
        points = middle * radius * points
        skin = CavityItem(np.ascontiguousarray(facets[:, ::-1]), zero_energy, wall.energy)
        work = float((nodal_forces(skin, points) * points).sum())
        found.append(work / (3.0 * skin.volume(points)))
    yield study(
        f"p at λ = {middle:g}, polyhedra", exact.pressure(middle), meshes, found, order=2.0,
        slack=0.15, tolerance=0.004, standard=16, unit="MPa", why=SURFACE,
    )  # fmt: skip


@benchmark(
    "e2.thick", "SOLID", "Thick neo-Hookean balloon",
    "A thick rubber sphere gives the pressure of the incompressible closed form, past its maximum.",
    quick={"meshes": (4,), "elements": ("hex8",), "stretches": (1.1, 1.5)},
)  # fmt: skip
def thick(
    shear: Positive = 1.1,
    poisson: Annotated[float, Bounds(0.49, 0.49999)] = 0.4998,
    inner: Positive = 5.0,
    outer: Positive = 8.0,
    stretches: Stretches = (1.1, 1.5, 2.0, 3.0),
    elements: tuple[Element, ...] = ("tet4-patch", "hex8"),
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Grow the cavity of a nearly incompressible ball."""
    exact = ThickSphere(0.5 * shear, 0.0, inner, outer)
    for element in elements:
        rows = []
        for n in meshes:
            body = hollow_ball(element, n, np.linspace(inner, outer, n + 1))
            item = made_of(body, NEO_HOOKE, rubber(shear, poisson), FINITE)
            path = {g.stretch: g.pressure for g in expand(body, item, steps(stretches, 0.1))}
            rows.append([path[stretch] for stretch in stretches])
        for k, stretch in enumerate(stretches):
            yield study(
                f"p at λ = {stretch:g}, {element}", exact.pressure(stretch), meshes,
                [row[k] for row in rows], order=2.0, slack=0.5, tolerance=0.03, standard=8,
                floor=3.0 * INCOMPRESSIBLE, unit="MPa",
                why="8 layers; the exact rubber does not change its volume, this one by 1e-3",
            )  # fmt: skip


@benchmark(
    "e5.mooney", "SOLID", "Thick Mooney-Rivlin balloon",
    "A thick sphere of Mooney-Rivlin rubber gives the pressure of the incompressible closed form.",
    quick={"meshes": (4,), "elements": ("hex8",), "stretches": (1.1, 1.5)},
)  # fmt: skip
def mooney(
    first: Positive = 0.5,
    second: Positive = 0.05,
    poisson: Annotated[float, Bounds(0.49, 0.49999)] = 0.4998,
    inner: Positive = 5.0,
    outer: Positive = 8.0,
    stretches: Stretches = (1.1, 1.5, 2.0),
    elements: tuple[Element, ...] = ("tet10", "hex8"),
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Grow the cavity of a nearly incompressible ball."""
    exact = ThickSphere(first, second, inner, outer)
    row = MooneyRivlin(first, second, poisson).row()
    for element in elements:
        rows = []
        for n in meshes:
            d = divisions(element, n)
            body = hollow_ball(element, d, np.linspace(inner, outer, d + 1))
            item = made_of(body, MOONEY_RIVLIN, row, FINITE)
            path = {g.stretch: g.pressure for g in expand(body, item, steps(stretches, 0.1))}
            rows.append([path[stretch] for stretch in stretches])
        for k, stretch in enumerate(stretches):
            yield study(
                f"p at λ = {stretch:g}, {element}", exact.pressure(stretch), meshes,
                [row[k] for row in rows], order=2.0, slack=0.5, tolerance=0.03, standard=8,
                floor=3.0 * INCOMPRESSIBLE, unit="MPa",
                why="8 layers; the exact rubber does not change its volume, this one by 1e-3",
            )  # fmt: skip


@benchmark(
    "e6.tube", "SOLID", "Thick and thin tubes of Mooney-Rivlin rubber",
    "Tubes held at their length give the closed-form pressure; a thin one that of a membrane.",
    quick={"meshes": (4, 8), "stretches": (1.1, 1.5)},
)  # fmt: skip
def tube(
    first: Positive = 0.5,
    second: Positive = 0.05,
    poisson: Annotated[float, Bounds(0.49, 0.49999)] = 0.4998,
    inner: Positive = 5.0,
    outer: Positive = 8.0,
    thickness: Positive = 0.1,
    stretches: Stretches = (1.1, 1.5, 2.0),
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Grow the hole of a slice of one cell, in plane strain."""
    row = MooneyRivlin(first, second, poisson).row()
    for name, far in (("thick", outer), ("thin", inner + thickness)):
        exact = ThickCylinder(first, second, inner, far)
        rows = []
        for n in meshes:
            body = ring("hex8", n, inner, far, (far - inner) / n)
            item = made_of(body, MOONEY_RIVLIN, row, FINITE)
            path = dict(expand_slice(body, item, steps(stretches, 0.1)))
            rows.append([path[stretch] for stretch in stretches])
        for k, stretch in enumerate(stretches):
            yield study(
                f"p at λ = {stretch:g}, {name}", exact.pressure(stretch), meshes,
                [values[k] for values in rows], order=2.0, slack=0.5, tolerance=0.01, standard=16,
                floor=3.0 * INCOMPRESSIBLE, unit="MPa",
                why="16 layers; the exact rubber does not change its volume, this one by 1e-3",
            )  # fmt: skip
    membrane = ThinCylinder(first, second, inner + 0.5 * thickness, thickness)
    for k, stretch in enumerate(stretches):
        yield Check(
            f"p at λ = {stretch:g} over that of a membrane", 1.0,
            rows[-1][k] / membrane.pressure(stretch), 2.0 * thickness / inner,
            "a membrane has one stretch, the wall's inside a larger one: errors in t/R",
        )  # fmt: skip


@benchmark(
    "e3.compressible", "SOLID", "Thick compressible neo-Hookean balloon",
    "A thick compressible rubber sphere gives the pressure and outer stretch of the radial problem.",
    quick={"meshes": (4, 8), "elements": ("tet4", "hex8")},
)  # fmt: skip
def compressible(
    shear: Positive = 1.1,
    poissons: tuple[Poisson, ...] = (0.3, 0.49),
    inner: Positive = 5.0,
    outer: Positive = 8.0,
    stretch: Annotated[float, Bounds(1.0, 3.0)] = 1.5,
    elements: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10", "hex8"),
    meshes: Meshes = (4, 8, 12),
) -> Iterator[Check]:
    """Grow the cavity to one stretch."""
    for poisson in poissons:
        exact = CompressibleSphere(shear, poisson, inner, outer).pressure(stretch)
        for element in elements:
            if element == "tet4" and poisson > 0.4:
                continue  # locks, as benchmark b2 shows
            found = []
            for n in meshes:
                d = divisions(element, n)
                body = hollow_ball(element, d, np.linspace(inner, outer, d + 1))
                item = made_of(body, NEO_HOOKE, rubber(shear, poisson), FINITE)
                *_, last = expand(body, item, steps([stretch], 0.1))
                found.append(last.pressure)
            yield study(
                f"p at λ = {stretch:g}, ν = {poisson:g}, {element}", exact, meshes, found,
                order=2.0, slack=0.35, tolerance=0.02, standard=12, floor=5e-4, unit="MPa",
                why="12 layers, errors of second order",
            )  # fmt: skip


@benchmark(
    "e4.limit_point", "SOLID", "Inflation through the limit point",
    "A syringe inflates a closed rubber sphere past its largest pressure; all steps converge.",
)  # fmt: skip
def limit_point(
    shear: Positive = 1.1,
    poisson: Annotated[float, Bounds(0.2, 0.4999)] = 0.3,
    stretches: Stretches = (1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0),
    stiffness: Positive = 50.0,
    mesh: Annotated[int, Bounds(2, 16)] = 4,
) -> Iterator[Check]:
    """Deliver volumes with a stiff syringe, equilibrium after each."""
    whole = ball(sphere(mesh), np.linspace(5.0, 5.5, 2))
    body = Body("tet4", whole.points, whole.cells, {})
    item = made_of(body, NEO_HOOKE, rubber(shear, poisson), FINITE)
    exact = CompressibleSphere(shear, poisson, 5.0, 5.5)
    volume = CavityItem(whole.inner, zero_energy).volume(whole.points)
    points, found, worst = body.points, [], 0.0
    for stretch in stretches:
        cavity = CavityItem(whole.inner, syringe_energy(volume * stretch**3, stiffness))
        result = equilibrium(points, [item, cavity], symmetry(body), 1e-9, body.points)
        points = result.points
        pressure = cavity.pressure(points)
        found.append(pressure)
        force = nodal_forces(item, points)
        worst = max(
            worst, abs(float((force * points).sum()) / (3.0 * pressure * cavity.volume(points)) - 1)
        )
    top = int(np.argmax(found))
    yield Check(
        "steps after the largest pressure", 1.0, float(len(found) - 1 - top), 0.0,
        "the path goes on where a given pressure would run away", kind="at least",
    )  # fmt: skip
    yield Check("error of the work of the wall over 3 p V", 0.0, worst, 1e-6, "balance of forces",
                regression=False)  # fmt: skip
    peak = max(exact.pressure(s) for s in np.linspace(1.1, stretches[-1], 60))
    yield Check(
        "largest pressure", peak, max(found), 0.1 * max(1.0, (4.0 / mesh) ** 2),
        "one layer of linear tetrahedra on flat facets", "MPa",
    )  # fmt: skip
