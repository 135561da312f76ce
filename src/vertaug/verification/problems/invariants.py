# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks a5, a7 and a8: membrane, tangents against differences, closed surfaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cavity import CavityItem, pressure_energy, syringe_energy, zero_energy
from vertaug.solid.cells import FINITE
from vertaug.solid.item import Item, scatter
from vertaug.solid.shell import ShellItem, membrane_parameters
from vertaug.verification.check import Check
from vertaug.verification.meshes import Element, ball, box, sphere
from vertaug.verification.problem import Bounds, Poisson, Positive, benchmark
from vertaug.verification.rubber_wall import RubberWall
from vertaug.verification.solids import made_of, nodal_forces
from vertaug.verification.stepping import elastic_row, equilibrium, foam_row, law_row, moduli
from vertaug_kernels import laws

Float = NDArray[np.float64]
TURN = np.linalg.qr(np.array([[1.0, 2.0, 0.5], [-0.3, 1.0, 0.8], [0.2, -0.6, 1.5]]))[0]
TURN = np.ascontiguousarray(TURN * np.sign(np.linalg.det(TURN)))
"""A rotation with no special direction."""
ROUND_OFF = "exact in exact arithmetic"


@benchmark(
    "a5.membrane", "SOLID", "Membrane triangle of the balloon's wall and the cortex",
    "A triangle in space gives the forces t A σ g of a constant strain, in balance, none when turned.",
)  # fmt: skip
def membrane(
    young: Positive = 100.0,
    poisson: Poisson = 0.3,
    thickness: Positive = 0.5,
    strain_11: Annotated[float, Bounds(-1e-2, 1e-2)] = 1e-3,
    strain_22: Annotated[float, Bounds(-1e-2, 1e-2)] = -5e-4,
    strain_12: Annotated[float, Bounds(-1e-2, 1e-2)] = 2e-4,
) -> Iterator[Check]:
    """Strain one triangle in its plane; displacements are scaled down until strains are small."""
    plane = np.array([[0.0, 0.0], [2.0, 0.1], [0.3, 1.7]])
    strain = np.array([[strain_11, strain_12], [strain_12, strain_22]])
    axes = TURN[:, :2]
    points, moved = plane @ axes.T, plane @ strain.T @ axes.T
    facets = np.array([[0, 1, 2]], dtype=np.int32)
    edges = plane[1:] - plane[0]
    area = 0.5 * float(np.linalg.det(edges))
    gradients = np.vstack([np.zeros(2), np.linalg.inv(edges).T])
    gradients[0] = -gradients[1:].sum(axis=0)
    rows = membrane_parameters(np.array([young]), poisson, np.array([np.inf]))
    item = ShellItem.start(
        points, facets, np.array([area * thickness]), np.eye(2)[None].copy(), rows
    )
    scale = young / (1.0 - poisson**2)
    stress = scale * ((1.0 - poisson) * strain + poisson * np.trace(strain) * np.eye(2))
    exact = thickness * area * gradients @ stress @ axes.T
    small = 1e-6
    found = item.evaluate(points + small * moved, with_matrix=False).forces[0] / small
    worst = np.abs(found - exact).max() / np.abs(exact).max()
    yield Check(
        "largest error of nodal force", 0.0, worst, 1e-6,
        "strains of 1e-9: round-off on one side, squares of strains on the other", regression=False,
    )  # fmt: skip
    large = points + 100.0 * moved
    force = item.evaluate(large, with_matrix=False).forces[0]
    size = np.abs(force).max()
    for name, total in (("force", force), ("moment", np.cross(large, force))):
        rest = float(np.abs(total.sum(axis=0)).max() / size)
        yield Check(f"sum of {name}", 0.0, rest, 1e-12, ROUND_OFF, regression=False)
    turned = points @ TURN.T + np.array([3.0, -2.0, 1.0])
    idle = np.abs(item.evaluate(turned, with_matrix=False).forces).max() / (young * thickness)
    yield Check("force after a rotation", 0.0, float(idle), 1e-12, ROUND_OFF, regression=False)


def _difference(item: Item, points: Float, along: Float, step: float) -> float:
    """Error of the tangent along a displacement against central differences of the forces."""
    part = item.evaluate(points, with_matrix=True)
    product = np.zeros_like(points)
    if part.matrices is not None:
        lists = item.connectivity
        local = along[lists].reshape(len(lists), -1)
        rows = np.einsum("eij,ej->ei", part.matrices, local).reshape(*lists.shape, 3)
        product += scatter(len(points), lists, rows)
    for rank in part.rank_ones:
        product += rank.scale * float((rank.vector * along).sum()) * rank.vector
    rise = nodal_forces(item, points + step * along) - nodal_forces(item, points - step * along)
    return float(np.linalg.norm(product - rise / (2.0 * step)) / np.linalg.norm(product))


def _rows(young: float, poisson: float, strength: float) -> Mapping[str, tuple[int, Float]]:
    """Laws and parameters that a strained cube is made of."""
    bulk, shear = moduli(young, poisson)
    rubber = law_row(laws.NEO_HOOKE, {"bulk": bulk, "shear": shear})
    return {
        "Hencky": (laws.HENCKY, elastic_row(young, poisson)),
        "neo-Hooke": (laws.NEO_HOOKE, rubber),
        "foam": (laws.CRUSHABLE, foam_row(young, poisson, strength, (1.0, 2.0))),
        "J2": (laws.CRUSHABLE, foam_row(young, poisson, strength)),
    }


def _sheared(points: Float) -> Float:
    """Shear and squeeze the unit cube, more above than below."""
    out = points.copy()
    out[:, 0] += 0.3 * points[:, 2] ** 2
    out[:, 2] -= 0.1 * points[:, 2]
    return out


def _order(residuals: tuple[float, ...]) -> float:
    """Largest order of Newton's iteration among the last three residuals above round-off."""
    logs = np.log([r for r in residuals if r > 1e-14])
    return float(((logs[2:] - logs[1:-1]) / (logs[1:-1] - logs[:-2]))[-2:].max())


EVERY: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10", "hex8", "hex8-full")


@benchmark(
    "a7.tangent", "SOLID", "Tangents against differences, and Newton's order",
    "Every tangent is the derivative of its forces, and Newton converges quadratically with it.",
    quick={"elements": ("tet4-patch", "hex8")},
)  # fmt: skip
def tangent(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    elements: tuple[Element, ...] = EVERY,
    divisions: Annotated[int, Bounds(1, 6)] = 2,
) -> Iterator[Check]:
    """Shear a cube of each element and law; inflate a ball by a syringe with a wall."""
    why = "central differences with a step of 1e-6"
    quadratic = "quadratic, less what three iterations can show"
    for element in elements:
        body = box(element, (divisions, divisions, divisions))
        along = np.sin(17.0 * body.points + np.arange(3))
        fixed = np.repeat(np.abs(body.points[:, 2:] - 0.5) > 0.49, 3, axis=1)
        for name, (law, row) in _rows(young, poisson, strength).items():
            item = made_of(body, law, row, FINITE)
            start = _sheared(body.points)
            error = _difference(item, start + 0.01 * along, along, 1e-6)
            yield Check(f"tangent, {name}, {element}", 0.0, error, 1e-6, why, regression=False)
            result = equilibrium(start, [item], fixed, 1e-12, body.points)
            order = _order(result.residuals)
            yield Check(
                f"order of Newton, {name}, {element}", 1.8, order, 0.0, quadratic, kind="at least",
                regression=False,
            )  # fmt: skip
    solid = ball(sphere(2), np.array([2.0, 3.0]))
    points = solid.points * np.array([1.0, 1.3, 0.8]) + 0.1 * np.sin(23.0 * solid.points)
    area = CavityItem(solid.inner, zero_energy).area(points)
    wall = RubberWall(0.45, area, 8.0).energy
    syringe = syringe_energy(30.0, 200.0)
    cavities = {
        "follower pressure": CavityItem(solid.inner, pressure_energy(2.5)),
        "syringe": CavityItem(solid.inner, syringe),
        "balloon's wall": CavityItem(solid.inner, zero_energy, wall),
        "syringe and wall": CavityItem(solid.inner, syringe, wall),
    }
    for name, cavity in cavities.items():
        error = _difference(cavity, points, np.sin(17.0 * points + np.arange(3)), 1e-6)
        yield Check(f"tangent, {name}", 0.0, error, 1e-6, why, regression=False)


@benchmark(
    "a8.closed", "SOLID", "Closed surface under follower pressure",
    "Pressure on any closed surface is in balance and does the work p dV.",
)  # fmt: skip
def closed(
    pressure: Positive = 2.5,
    divisions: Annotated[int, Bounds(1, 32)] = 4,
    seed: Annotated[int, Bounds(0, 10_000)] = 1,
) -> Iterator[Check]:
    """Dent a hollow ball at random, put it somewhere, and add up."""
    solid = ball(sphere(divisions), np.array([2.0, 3.0]))
    noise = 0.2 / divisions * np.random.default_rng(seed).normal(size=solid.points.shape)
    points = solid.points * np.array([1.0, 1.3, 0.8]) + noise + np.array([4.0, -3.0, 9.0])
    cavity = CavityItem(solid.inner, pressure_energy(pressure))
    force = nodal_forces(cavity, points)
    size = np.abs(force).sum()
    for name, total in (("force", force), ("moment", np.cross(points, force) / 10.0)):
        rest = float(np.abs(total.sum(axis=0)).max() / size)
        yield Check(f"sum of {name}", 0.0, rest, 1e-12, ROUND_OFF, regression=False)
    corner = points[solid.cells]
    cells = float(np.linalg.det(corner[:, 1:] - corner[:, :1]).sum() / 6.0)
    whole = CavityItem(np.ascontiguousarray(solid.outer[:, ::-1]), zero_energy).volume(points)
    yield Check(
        "volume of the cavity over that left out by the cells", 1.0,
        cavity.volume(points) / (whole - cells), 1e-12, ROUND_OFF, regression=False,
    )  # fmt: skip
    along = np.sin(17.0 * points + np.arange(3))
    h = 1e-5
    rise = (cavity.volume(points + h * along) - cavity.volume(points - h * along)) / (2.0 * h)
    yield Check(
        "work of the forces over p dV", 1.0, -float((force * along).sum()) / (pressure * rise), 1e-8,
        "central differences with a step of 1e-5", regression=False,
    )  # fmt: skip


@benchmark(
    "a6b.rotation", "SOLID", "Rigid rotation between plastic steps",
    "Turning a body between two plastic steps changes neither flow nor the invariants of stress.",
)  # fmt: skip
def rotation(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    strength: Positive = 2.0,
    elements: tuple[Element, ...] = EVERY,
) -> Iterator[Check]:
    """Step, turn, step, and the same without the turn."""
    first = np.diag([0.9, 0.97, 1.02])
    second = np.array([[1.05, 0.1, 0.0], [0.0, 1.0, 0.05], [0.0, 0.0, 0.9]])
    for element in elements:
        body = box(element, (1, 1, 1))
        for name in ("foam", "J2"):
            law, row = _rows(young, poisson, strength)[name]
            item = made_of(body, law, row, FINITE).after(body.points @ first.T)
            middle = body.points @ first.T
            straight = item.history(middle @ second.T)
            turned = item.after(middle @ TURN.T).history(middle @ (TURN @ second).T)
            gap = np.abs(turned.stress - TURN @ straight.stress @ TURN.T).max() / strength
            yield Check(
                f"change of stress, {name}, {element}", 0.0, float(gap), 1e-9, ROUND_OFF,
                regression=False,
            )  # fmt: skip
            flow = np.abs(turned.growth - straight.growth).max()
            yield Check(
                f"change of plastic strain, {name}, {element}", 0.0, float(flow), 1e-10, ROUND_OFF,
                regression=False,
            )  # fmt: skip
