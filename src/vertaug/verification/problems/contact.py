# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark h: a flat punch, and pressure through meshes that do not match."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.contact import ContactOptions, FacetContact
from vertaug.solid.contact_rigid import RigidContact
from vertaug.solid.contact_shapes import Punch
from vertaug.solid.item import Item
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.contact import (
    contact_modulus,
    flat_punch_force,
    point_load_displacement,
)
from vertaug.verification.contact_bodies import elastic, graded, settle, wedge
from vertaug.verification.meshes import grid
from vertaug.verification.problem import Meshes, Poisson, Positive, benchmark
from vertaug.verification.stepping import elastic_row, pressure_forces
from vertaug_kernels import laws

Float = NDArray[np.float64]


@benchmark(
    "h.punch", "CONTACT", "Rigid flat punch on an elastic half space",
    "The force of a flat round punch agrees with Sneddon although the pressure at its rim is infinite.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def punch(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    radius: Positive = 1.0,
    approach: Positive = 0.01,
    meshes: Meshes = (4, 6, 8),
) -> Iterator[Check]:
    """Press a punch into a quarter of a round block; ``meshes`` are rings under the punch."""
    exact = flat_punch_force(contact_modulus((young, poisson)), radius, approach)
    forces = []
    for n in meshes:
        rim = radius * np.sin(0.5 * np.pi * np.arange(n + 1) / n)
        first = rim[-1] - rim[-2]
        places = np.concatenate(
            [rim, radius + graded(first, first, 7.0 * radius, 1.0 + 2.0 / n)[1:]]
        )
        depth = graded(first, first, 8.0 * radius, 1.0 + 2.0 / n)
        body = wedge(places, n, -depth[::-1])
        outer = float(np.hypot(body.points[:, 0], body.points[:, 1]).max())
        rho = np.hypot(body.points[:, 0], body.points[:, 1])
        far = np.isclose(rho, outer) | np.isclose(body.points[:, 2], -depth[-1])
        fixed = np.stack([body.points[:, 0] == 0.0, body.points[:, 1] == 0.0, far], axis=1)
        fixed[far] = True
        start = body.points.copy()
        start[far] += point_load_displacement(young, poisson, exact, start[far])
        rim_radius = rho[np.argmin(np.abs(rho - radius * rho.max() / places[-1]))]
        shape = Punch(
            np.array([0.0, 0.0, -approach]), np.array([0.0, 0.0, -1.0]), rim_radius * (1.0 + 1e-9)
        )
        mean = exact / (np.pi * radius**2)
        contact = RigidContact.start(body.points, body.top, shape, 1e-3 * approach, mean)
        items: list[Item] = [elastic(body, young, poisson), contact]
        points = settle(start, items, fixed, body.points).points
        forces.append(4.0 * float(contact.force(points)[2]))
    yield study(
        "F", exact, meshes, forces, order=1.0, slack=0.2, tolerance=0.02, standard=8, floor=0.01, unit="N",
        why="first order at least: the pressure at the rim is singular, and rings there are thinner",
    )  # fmt: skip
    yield Check(
        "overlap", 0.01 * approach, contact.penetration(points), 0.0, "a hundredth of the approach",
        "mm", kind="at most", regression=False,
    )  # fmt: skip


@benchmark(
    "h.patch", "CONTACT", "Uniform pressure through meshes that do not match",
    "A uniform pressure passes through a contact whose two meshes differ.",
)  # fmt: skip
def patch(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    pressure: Positive = 1.0,
    below: Meshes = (3,),
    above: Meshes = (4,),
) -> Iterator[Check]:
    """Press two cubes of different meshes together; sides free, Poisson's effect too."""
    reach = 0.04 / max(above[-1], below[-1])
    parts = [grid(below[-1]), grid(above[-1])]
    n = len(parts[0][0])
    lift = np.array([0.0, 0.0, 1.0 + 0.4 * reach])
    points = np.vstack([parts[0][0], parts[1][0] + lift])
    cells = np.concatenate([parts[0][1], parts[1][1] + np.int32(n)])
    item = SolidItem.at_rest(
        points, cells, laws.HENCKY, elastic_row(young, poisson), kinematics=SMALL
    )
    faces = _level_facets(points, cells)
    near = [faces(1.0), faces(1.0 + 0.4 * reach)]
    contact = FacetContact(points, near, ContactOptions(reach, pressure, points=48))
    fixed = np.isclose(points, 0.0)
    load = pressure_forces(points, faces(2.0 + 0.4 * reach), pressure)
    moved = settle(points, [item, contact, load], fixed, points, 1e-10).points
    touch = contact.touch(moved)
    yield Check(
        "mean pressure", pressure, float(touch.pressures @ touch.areas / touch.areas.sum()), 1e-3,
        "the area of the contact is that of the start", "MPa",
    )  # fmt: skip
    for name, value in (("largest", touch.pressures.max()), ("least", touch.pressures.min())):
        yield Check(f"{name} pressure", pressure, float(value), 0.01, "the plan's gate", "MPa")
    worst = float(np.abs(item.history(moved).stress[:, 2, 2] + pressure).max())
    yield Check("stress in the cells", 0.0, worst, 0.01, "the plan's gate", "MPa", pressure)


def _level_facets(points: Float, cells: NDArray[np.int32]) -> Callable[[float], NDArray[np.int32]]:
    """Return a function that finds the outer facets of tetrahedra at a height z, normals out."""
    sides = cells[:, [[0, 2, 1], [0, 1, 3], [1, 2, 3], [0, 3, 2]]].reshape(-1, 3)
    _, first, count = np.unique(
        np.sort(sides, axis=1), axis=0, return_index=True, return_counts=True
    )
    outer = sides[first[count == 1]]

    def at(height: float) -> NDArray[np.int32]:
        level = np.isclose(points[outer, 2], height, rtol=0.0, atol=1e-9).all(axis=1)
        return np.ascontiguousarray(outer[level])

    return at
