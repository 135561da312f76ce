# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark c: the elastic, perfectly plastic hollow sphere: loading, energies, unloading."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.controls import LoadControl
from vertaug.solid.load import NodalLoad
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.stepping import PathOptions, follow
from vertaug.verification.body_force import gauss
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.thick_sphere import HillSphere
from vertaug.verification.meshes import Body, Element, graded, hollow_ball
from vertaug.verification.plastic_path import Path
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, benchmark
from vertaug.verification.solids import balls, in_ball, made_of, pressure_load, symmetry
from vertaug.verification.stepping import equilibrium, law_row, moduli
from vertaug_kernels.laws import J2

Float = NDArray[np.float64]
Count = Annotated[int, Bounds(1, 200)]
FREE: tuple[Element, ...] = ("tet4-patch", "tet10", "hex8")


def begin(element: Element, n: int, exact: HillSphere) -> Path:
    """A stress-free ball, as many layers as twice the divisions of an edge."""
    d = in_ball(element, n)
    body = hollow_ball(element, d, graded(exact.inner, exact.outer, 2 * d, 3.0))
    bulk, shear = moduli(exact.young, exact.poisson)
    row = law_row(
        J2, {"bulk": bulk, "shear": shear, "yield": exact.strength, "hardening": exact.hardening,
             "saturation": exact.strength, "rate": 0.0},
    )  # fmt: skip
    return Path(body, made_of(body, J2, row), body.points)


WHY = "24 layers; below its floor the error swings as the front passes from layer to layer"
LAGS = "energies of the whole sphere; work by the trapezoidal rule, Hill's over the same steps"
DIFFERENCE = "24 layers; a small difference of larger displacements"


def _of(element: Element, patch: float, others: float) -> float:
    """Tolerance on 12 divisions: facets and cells of linear tetrahedra are flat."""
    return patch if element == "tet4-patch" else others


@benchmark(
    "c.sphere", "SOLID", "Plastic zone growing in a thick sphere",
    "Pressure, displacements and energies of an elastoplastic sphere agree with Hill's solution.",
    quick={"meshes": (4, 10), "fronts": (6.0, 8.0), "elements": ("tet10", "hex8")},
)  # fmt: skip
def sphere(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    fronts: Annotated[tuple[float, ...], Bounds(0.0, rising=True)] = (6.0, 8.0, 10.0, 13.0),
    steps: Count = 4,
    elements: tuple[Element, ...] = FREE,
    meshes: Meshes = (4, 8, 12),
) -> Iterator[Check]:
    """Grow the cavity to the exact displacements of several fronts, and read the pressure."""
    exact = HillSphere(young, poisson, strength, inner, outer)
    targets = [exact.displacement(inner, front) for front in fronts]
    path = np.concatenate([[exact.displacement(inner, inner)], targets])
    ways_on = [np.linspace(low, high, steps + 1)[1:] for low, high in pairwise(path)]
    work = exact.work_over(np.concatenate([[0.0], path[:1], *ways_on]).tolist())
    for element in elements:
        rows: list[list[tuple[float, float]]] = []
        ways = []
        for n in meshes:
            way = begin(element, n, exact)
            way.grow(path[0])
            row = []
            for values in ways_on:
                for value in values:
                    way.grow(float(value))
                row.append((way.pressure(), way.mean_displacement("outer")))
            rows.append(row)
            ways.append((way.work, way.stored(), way.dissipated))
        for k, front in enumerate(fronts):
            yield study(
                f"p at c = {front:g}, {element}", exact.pressure(front), balls(element, meshes),
                [row[k][0] for row in rows], order=2.0, slack=0.5,
                tolerance=_of(element, 0.01, 0.004), standard=12, floor=4e-3, unit="MPa", why=WHY,
            )  # fmt: skip
            yield study(
                f"u(b) at c = {front:g}, {element}", exact.displacement(outer, front), balls(element, meshes),
                [row[k][1] for row in rows], order=2.0, slack=0.5, tolerance=0.002, standard=12,
                floor=1.5e-3, unit="mm", why=WHY,
            )  # fmt: skip
        last, energy = fronts[-1], exact.energy(fronts[-1])
        energies = (work, energy.stored, energy.dissipated)
        for k, name in enumerate(("work W", "elastic energy U", "plastic work D")):
            yield study(
                f"{name} at c = {last:g}, {element}", energies[k], balls(element, meshes),
                [8.0 * row[k] for row in ways], order=2.0, slack=0.6,
                tolerance=_of(element, 0.03, 0.01), standard=12, floor=2e-3, unit="mJ", why=LAGS,
            )  # fmt: skip
        balance = (ways[-1][1] + ways[-1][2]) / ways[-1][0]
        yield Check(
            f"(U + D)/W, {element}", energy.work / work, balance, 0.003,
            "backward Euler dissipates a little more than the trapezoidal work; Hill's over the same steps",
        )  # fmt: skip


@benchmark(
    "c3.hardening", "SOLID", "Plastic zone in a hardening sphere",
    "With linear hardening, implicit in the step, pressure and displacement keep to the closed form.",
    quick={"meshes": (4, 8), "elements": ("hex8",), "hardenings": (20.0,)},
)  # fmt: skip
def hardening(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    hardenings: tuple[Positive, ...] = (5.0, 20.0),
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    front: Positive = 10.0,
    steps: Count = 8,
    elements: tuple[Element, ...] = ("tet10", "hex8"),
    meshes: Meshes = (4, 8, 12),
) -> Iterator[Check]:
    """Grow the cavity to the exact displacement of one front."""
    for slope in hardenings:
        exact = HillSphere(young, poisson, strength, inner, outer, slope)
        first, last = exact.displacement(inner, inner), exact.displacement(inner, front)
        for element in elements:
            found = []
            for n in meshes:
                way = begin(element, n, exact)
                for value in np.linspace(first, last, steps + 1):
                    way.grow(float(value))
                found.append((way.pressure(), way.mean_displacement("outer")))
            for k, (name, known, unit) in enumerate((
                ("p", exact.pressure(front), "MPa"),
                ("u(b)", exact.displacement(outer, front), "mm"),
            )):  # fmt: skip
                yield study(
                    f"{name} at c = {front:g}, H = {slope:g}, {element}", known, balls(element, meshes),
                    [row[k] for row in found], order=2.0, slack=0.5, tolerance=0.002 if k else 0.004,
                    standard=12, floor=1.5e-3, unit=unit, why=WHY,
                )  # fmt: skip


@benchmark(
    "c2.residual", "SOLID", "Unloading the plastic sphere",
    "After unloading the residual displacement and hoop stress are Hill's less Lamé's.",
    quick={"meshes": (4, 8), "elements": ("tet10", "hex8")},
)  # fmt: skip
def residual(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    front: Positive = 7.0,
    steps: Count = 6,
    elements: tuple[Element, ...] = FREE,
    meshes: Meshes = (4, 8, 12),
) -> Iterator[Check]:
    """Grow the cavity until the zone reaches `front`, then take the pressure away."""
    exact = HillSphere(young, poisson, strength, inner, outer)
    if exact.pressure(front) > exact.elastic_unloading:
        raise ValueError(f"the sphere yields again while unloading from a front at {front:g} mm")
    first, last = exact.displacement(inner, inner), exact.displacement(inner, front)
    for element in elements:
        found = []
        for n in meshes:
            way = begin(element, n, exact)
            for value in np.linspace(first, last, steps + 1):
                way.grow(float(value))
            load = pressure_load(way.body, "inner", 0.0)
            fixed = symmetry(way.body)
            result = equilibrium(way.points, [way.item, load], fixed, 1e-8, way.body.points)
            stress = way.item.history(result.points).stress
            way.points = result.points
            layer = _hoop_by_radius(way.body, stress)
            gap = [s - exact.residual(r, front)[1] for r, s in layer]
            deepest = min(s for _, s in layer)
            found.append(
                (way.mean_displacement("inner"), np.sqrt(np.mean(np.square(gap))), deepest)
            )
        yield study(
            f"residual u(a), {element}", exact.residual(inner, front)[2], balls(element, meshes),
            [row[0] for row in found], order=2.0, slack=0.5, tolerance=_of(element, 0.03, 0.005),
            standard=12, floor=2e-3, unit="mm", why=DIFFERENCE,
        )  # fmt: skip
        yield Check(
            f"error of residual hoop stress, {element}", 0.0, float(found[-1][1]) / strength,
            0.04 * 12.0 / meshes[-1], "root mean square at integration points, over the strength",
        )  # fmt: skip
        yield Check(
            f"largest residual compression at the cavity, {element}", -0.5 * strength,
            float(found[-1][2]), 0.0, "the cavity's wall is left in compression", "MPa", kind="at most",
        )  # fmt: skip


def _hoop_by_radius(body: Body, stress: Float) -> list[tuple[float, float]]:
    """Radius and hoop stress (half of the trace less the radial stress) of every point."""
    places = gauss(body)[0].reshape(-1, 3)
    radius = np.linalg.norm(places, axis=1)
    way = places / radius[:, None]
    radial = np.einsum("ni,nij,nj->n", way, stress, way)
    hoop = 0.5 * (np.trace(stress, axis1=1, axis2=2) - radial)
    return list(zip(radius.tolist(), hoop.tolist(), strict=True))


@benchmark(
    "c4.limit", "SOLID", "Limit load of the plastic sphere",
    "Under a growing pressure a run ends at the limit load 2 Y ln(b/a), and says so.",
    quick={"meshes": (4,)},
)  # fmt: skip
def limit(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    inner: Positive = 1.0,
    outer: Positive = 2.0,
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Ask for a pressure far beyond the limit, with steps that size themselves."""
    exact = HillSphere(young, poisson, strength, inner, outer)
    found, told, width = [], True, 0.0
    for n in meshes:
        way = begin("hex8", n, exact)
        body, unit = way.body, pressure_load(way.body, "inner", 1.0)

        def loads(pressure: float, unit: NodalLoad = unit) -> tuple[NodalLoad]:
            return (NodalLoad(unit.nodes, pressure * unit.forces),)

        options = PathOptions(
            first=0.5 * exact.limit, smallest=1e-3 * exact.limit, largest=exact.limit,
            newton=NewtonOptions(tolerance=1e-6, max_iterations=30),
        )  # fmt: skip
        result = follow(
            body.points,
            [way.item],
            LoadControl(loads, "p"),
            (2.0 * exact.limit,),
            symmetry(body),
            options,
        )
        low, high = result.limit or (0.0, 2.0 * exact.limit)
        told &= result.ended == "limit"
        told &= result.limited_by.startswith(f"limit load reached at p = {low:.6g}")
        found.append(low)
        width = max(width, (high - low) / exact.limit)
    yield study(
        "p at the end", exact.limit, meshes, found, order=2.0, slack=0.5, tolerance=5e-3, standard=8,
        floor=2e-3, unit="MPa", why="2 n layers", regression=False,
    )  # fmt: skip
    yield Check(
        "width of the bracket", 0.0, width, 0.01, "a few of the smallest steps", regression=False
    )
    yield Check("ends by saying limit load reached at p", 1.0, float(told), 0.0, "a clear message")
