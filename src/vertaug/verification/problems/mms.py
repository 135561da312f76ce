# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark q: a manufactured solution of elasticity, and the rates at which elements find it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.verification.body_force import body_force, error_norms
from vertaug.verification.check import Check, study
from vertaug.verification.meshes import Body, Element, box, quadratic
from vertaug.verification.problem import Bounds, Meshes, Positive, benchmark
from vertaug.verification.solids import made_of
from vertaug.verification.stepping import elastic_row, equilibrium, moduli
from vertaug_kernels.laws import HENCKY

Float = NDArray[np.float64]
PI = np.pi
FINER = {"tet10": 0.5, "tet4-patch": 5.0 / 3.0}
"""Divisions over those of linear elements; patches of two dozen tetrahedra are three times as wide as one."""
TOLERANCES = {1: (0.06, 0.35), 2: (0.008, 0.06)}
"""Of displacement and strain on the finest standard mesh, by degree."""


def _parts(x: Float) -> tuple[Float, ...]:
    """Sines, cosines and the exponential that the field is made of."""
    a, b, c = x[..., 0], x[..., 1], x[..., 2]
    wave = PI * (a + c)
    return a, b, c, np.exp(0.5 * c), np.sin(wave), np.cos(wave)


def field(x: Float) -> Float:
    """Displacement of unit size at places (..., 3)."""
    a, b, c, e, s, _ = _parts(x)
    return np.stack(
        [np.sin(PI * a) * np.cos(PI * b) * e,
         np.cos(0.5 * PI * a) * np.sin(PI * b) * np.cos(PI * c),
         a * b * c + s], axis=-1,
    )  # fmt: skip


def slope(x: Float) -> Float:
    """Its gradient (..., 3, 3), rows the components."""
    a, b, c, e, _, k = _parts(x)
    sa, ca, sb, cb = np.sin(PI * a), np.cos(PI * a), np.sin(PI * b), np.cos(PI * b)
    sh, ch, sc, cc = np.sin(0.5 * PI * a), np.cos(0.5 * PI * a), np.sin(PI * c), np.cos(PI * c)
    rows = (
        (PI * ca * cb * e, -PI * sa * sb * e, 0.5 * sa * cb * e),
        (-0.5 * PI * sh * sb * cc, PI * ch * cb * cc, -PI * ch * sb * sc),
        (b * c + PI * k, a * c, a * b + PI * k),
    )
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def divergence(x: Float, lame: float, shear: float) -> Float:
    """Divergence of the stress of the field, (..., 3)."""
    a, b, c, e, s, _ = _parts(x)
    ca, sb, cb = np.cos(PI * a), np.sin(PI * b), np.cos(PI * b)
    sh, ch, sc, cc = np.sin(0.5 * PI * a), np.cos(0.5 * PI * a), np.sin(PI * c), np.cos(PI * c)
    u = field(x)
    square = PI * PI
    laplacian = np.stack(
        [(0.25 - 2.0 * square) * u[..., 0], -2.25 * square * u[..., 1], -2.0 * square * s], axis=-1
    )
    rise = np.stack(
        [-square * u[..., 0] - 0.5 * square * sh * cb * cc + b - square * s,
         -square * ca * sb * e - square * u[..., 1] + a,
         0.5 * PI * ca * cb * e - square * ch * cb * sc - square * s], axis=-1,
    )  # fmt: skip
    return np.asarray((lame + shear) * rise + shear * laplacian)


def shaken(element: Element, n: int, jiggle: float) -> Body:
    """Unit cube whose inner nodes are moved by up to ``jiggle`` of a division, always alike."""
    plain: Element = "tet4" if element == "tet10" else element
    body = box(plain, (n, n, n))
    shift = np.random.default_rng(7).uniform(-1.0, 1.0, body.points.shape) * jiggle / n
    shift[(np.abs(body.points - 0.5) > 0.5 - 1e-9)] = 0.0
    moved = body.moved(lambda points: points + shift)
    return quadratic(moved) if element == "tet10" else moved


@benchmark(
    "q.elasticity", "SOLID", "Manufactured solution of elasticity on distorted meshes",
    "Errors fall at the orders of theory: displacements one order faster than strains.",
    quick={"meshes": (4, 8), "elements": ("tet4", "tet10", "hex8", "hex8-full")},
)  # fmt: skip
def elasticity(
    young: Positive = 200.0,
    poisson: Annotated[float, Bounds(-1.0, 0.46)] = 0.3,
    jiggle: Annotated[float, Bounds(-0.3, 0.3)] = 0.2,
    elements: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10", "hex8", "hex8-full"),
    meshes: Meshes = (4, 8, 12),
) -> Iterator[Check]:
    """Solve with the field's body force and the field on the boundary; measure what is left."""
    bulk, shear = moduli(young, poisson)
    lame = bulk - 2.0 * shear / 3.0
    size = 0.01
    for element in elements:
        used = [max(1, round(FINER.get(element, 1.0) * n)) for n in meshes]
        norms = []
        for n in used:
            body = shaken(element, n, jiggle)
            item = made_of(body, HENCKY, elastic_row(young, poisson))
            load = body_force(body, lambda x: -size * divergence(x, lame, shear))
            outside = np.asarray(np.abs(body.points - 0.5) > 0.5 - 1e-9).any(axis=1, keepdims=True)
            fixed = np.repeat(outside, 3, axis=1)
            start = np.where(fixed, body.points + size * field(body.points), body.points)
            points = equilibrium(start, [item, load], fixed, 1e-9, body.points).points
            moved = points - body.points
            norms.append(
                error_norms(body, moved, lambda x: size * field(x), lambda x: size * slope(x))
            )
        degree = 2 if element == "tet10" else 1
        early = 0.2 if element == "tet4-patch" else 0.0  # irregular patches
        # the nearer to incompressible, the finer the mesh on which orders begin: tetrahedra without a cure lock
        early += (0.05 if element == "tet4" else 0.01) * max(0.0, lame / shear - 1.5)
        for k, name in enumerate(("displacement (L2)", "strain (H1)")):
            whole = size * (1.0 if k == 0 else PI)
            values = [row[k] / whole for row in norms]
            yield study(
                f"error of {name}, {element}", 0.0, used, values, order=float(degree + 1 - k),
                slack=(0.2, 0.15)[k] + early, tolerance=TOLERANCES[degree][k],
                standard=12 * FINER.get(element, 1.0), why="over the size of the field; the order is the gate",
            )  # fmt: skip
