# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark b: thick elastic spheres and cylinders under pressure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.lame import HollowCylinder, HollowSphere, TwoLayerSphere
from vertaug.verification.facets import mean_over
from vertaug.verification.meshes import Body, Element, box, graded, hollow_ball
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, benchmark
from vertaug.verification.solids import (
    balls,
    divisions,
    expected_order,
    in_ball,
    made_of,
    pressure_load,
    symmetry,
)
from vertaug.verification.stepping import elastic_row, equilibrium
from vertaug_kernels.laws import HENCKY

Float = NDArray[np.float64]
ALL: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10", "hex8")
WHY = {
    "tet4": "linear elements and flat facets: errors of second order",
    "tet4-patch": "linear elements and flat facets: errors of second order",
    "hex8": "linear elements and flat facets: errors of second order",
    "hex8-full": "linear elements and flat facets: errors of second order",
    "tet10": "quadratic elements with curved sides: errors of third order or better",
}


def _radial(body: Body, points: Float, name: str, axes: int = 3) -> float:
    """Mean radial displacement of named facets."""
    start = body.points[:, :axes]
    length = np.maximum(np.linalg.norm(start, axis=1), 1e-12)
    moved = (points[:, :axes] - start) * start
    return mean_over(body.points, body.facets[name], moved.sum(axis=1) / length)


def _grow(body: Body, rows: Float, pressure: float) -> Float:
    """Points of a hollow ball under inner pressure."""
    item = made_of(body, HENCKY, rows)
    load = pressure_load(body, "inner", pressure)
    return equilibrium(body.points, [item, load], symmetry(body), 1e-7).points


def _judge(
    name: str, element: Element, exact: float, meshes: Sequence[int], values: Sequence[float]
) -> Check:
    """Error at 16 divisions and order of one element."""
    accurate = element == "tet10"
    return study(
        f"{name}, {element}", exact, meshes, values, order=expected_order(element), slack=0.35,
        tolerance=1e-3 if accurate else 0.02, standard=16, floor=1e-7, unit="mm", why=WHY[element],
    )  # fmt: skip


@benchmark(
    "b.sphere", "SOLID", "Hollow elastic sphere under inner pressure",
    "Displacements of a thick elastic sphere agree with Lamé and converge at the element's order.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def sphere(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    pressure: Positive = 1.0,
    elements: tuple[Element, ...] = ALL,
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Grow a hole in one eighth of a ball."""
    exact = HollowSphere(young, poisson, inner, outer, pressure)
    for element in elements:
        found = []
        for n in meshes:
            d = in_ball(element, n)
            body = hollow_ball(element, d, graded(inner, outer, 2 * d, 3.0))
            points = _grow(body, elastic_row(young, poisson), pressure)
            found.append([_radial(body, points, name) for name in ("inner", "outer")])
        for k, (name, radius) in enumerate((("u(a)", inner), ("u(b)", outer))):
            values = [row[k] for row in found]
            yield _judge(name, element, exact.displacement(radius), balls(element, meshes), values)


def ring(
    element: Element, n: int, inner: float, outer: float, height: float, layers: int = 1
) -> Body:
    """A quarter of a ring, one cell high, n ``layers`` thick; `x0` inside, `x1` outside."""

    def place(unit: Float) -> Float:
        radius = inner * (outer / inner) ** unit[:, 0]
        angle = 0.5 * np.pi * unit[:, 1]
        out = np.stack(
            [radius * np.cos(angle), radius * np.sin(angle), height * unit[:, 2]], axis=1
        )
        out[np.abs(out) < 1e-12 * outer] = 0.0
        return out

    d = divisions(element, n)
    return box(element, (layers * d, d, 1)).moved(place)


@benchmark(
    "b.cylinder", "SOLID", "Hollow elastic cylinder under inner pressure",
    "A thick elastic cylinder agrees with Lamé in plane strain and in plane stress.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def cylinder(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    pressure: Positive = 1.0,
    elements: tuple[Element, ...] = ALL,
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Grow a hole in a quarter of a slice whose faces are held, or one of them free."""
    planes: tuple[Literal["strain", "stress"], ...] = ("strain", "stress")
    for plane in planes:
        exact = HollowCylinder(young, poisson, inner, outer, pressure, plane)
        for element in elements:
            found = []
            for n in meshes:
                body = ring(element, n, inner, outer, (outer - inner) / n)
                fixed = symmetry(body)
                if plane == "strain":
                    fixed[:, 2] = True
                item = made_of(body, HENCKY, elastic_row(young, poisson))
                load = pressure_load(body, "x0", pressure)
                points = equilibrium(body.points, [item, load], fixed).points
                found.append([_radial(body, points, name, 2) for name in ("x0", "x1")])
            for k, (name, radius) in enumerate((("u(a)", inner), ("u(b)", outer))):
                values = [row[k] for row in found]
                label = f"{name}, plane {plane}"
                yield _judge(label, element, exact.displacement(radius), meshes, values)


LOCKING_FREE: tuple[Element, ...] = ("tet4-patch", "tet10", "hex8")


@benchmark(
    "b2.locking", "SOLID", "The same mesh while the sphere becomes incompressible",
    "On one mesh the displacement of a sphere over the exact one stays within 2 % up to ν = 0.4999.",
    quick={"mesh": 8},
)  # fmt: skip
def locking(
    young: Positive = 200.0,
    poissons: tuple[Poisson, ...] = (0.3, 0.49, 0.499, 0.4999),
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    elements: tuple[Element, ...] = LOCKING_FREE,
    mesh: Annotated[int, Bounds(2, 64)] = 12,
) -> Iterator[Check]:
    """Compare the ratio to the exact displacement across Poisson's ratios."""
    for element in elements:
        d = divisions(element, mesh)
        body = hollow_ball(element, d, graded(inner, outer, 2 * d, 3.0))
        ratios = []
        for poisson in poissons:
            points = _grow(body, elastic_row(young, poisson), 1.0)
            exact = HollowSphere(young, poisson, inner, outer, 1.0).displacement(inner)
            ratios.append(_radial(body, points, "inner") / exact)
        for poisson, ratio in zip(poissons, ratios, strict=True):
            yield Check(
                f"u(a) over exact at ν = {poisson:g}, {element}", ratios[0], ratio, 0.02,
                "an element that locks falls far below: plain tet4 to a few per cent",
            )  # fmt: skip


@benchmark(
    "b3.layers", "SOLID", "Soft core in a stiff shell",
    "A sphere of two bonded layers shares its load as the closed form says.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def layers(
    core: Positive = 200.0,
    shell: Positive = 8000.0,
    poisson: Poisson = 0.3,
    inner: Positive = 5.0,
    middle: Positive = 14.0,
    outer: Positive = 15.0,
    pressure: Positive = 1.0,
    elements: tuple[Element, ...] = ALL,
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Grow a hole inside two bonded layers."""
    exact = TwoLayerSphere(core, shell, poisson, inner, middle, outer, pressure)
    for element in elements:
        found = []
        for n in meshes:
            d = in_ball(element, n)
            inside = graded(inner, middle, 2 * d, 3.0)
            radii = np.concatenate([inside, np.linspace(middle, outer, max(1, d // 2) + 1)[1:]])
            body = hollow_ball(element, d, radii)
            corners = body.points[body.cells[:, : 8 if element.startswith("hex") else 4]]
            stiff = np.linalg.norm(corners, axis=2).min(axis=1) > middle - 1e-6
            rows = np.where(stiff[:, None], elastic_row(shell, poisson), elastic_row(core, poisson))
            points = _grow(body, rows, pressure)
            found.append([_radial(body, points, name) for name in ("inner", "outer")])
        for k, (name, radius) in enumerate((("u(a)", inner), ("u(b)", outer))):
            values = [row[k] for row in found]
            yield _judge(name, element, exact.displacement(radius), balls(element, meshes), values)
