# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark h: Hertz, a flat punch, and pressure through meshes that do not match."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.contact import ContactOptions, FacetContact
from vertaug.solid.contact_rigid import RigidContact
from vertaug.solid.contact_shapes import Cylinder, Punch, Sphere
from vertaug.solid.item import Item
from vertaug.solid.load import NodalLoad
from vertaug.verification.check import Check, settling_order, study
from vertaug.verification.closed_forms.contact import (
    HertzLine,
    HertzSphere,
    contact_modulus,
    contact_radius,
    flat_punch_force,
    hertz_displacement,
    point_load_displacement,
)
from vertaug.verification.contact_bodies import Block, block, graded, settle, triangles, wedge
from vertaug.verification.meshes import grid
from vertaug.verification.problem import Meshes, Poisson, Positive, benchmark
from vertaug.verification.stepping import elastic_row, pressure_forces
from vertaug_kernels import laws

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

_FAR = 6.0
"""Contact radii to the far faces, which are held where a point load would put them."""
_COARSEST = 6
"""Rings under a contact from which on meshes are cut from coarser ones."""
_REACH = 0.072
"""Reach of the sphere's barrier over the approach, times the square of the rings."""
_EDGE = "the contact's edge lies anywhere in an element: the plan's gate"


def _elastic(body: Block, young: float, poisson: float) -> SolidItem:
    """Cells of linear elasticity."""
    return SolidItem.at_rest(
        body.points, body.cells, laws.HENCKY, elastic_row(young, poisson), kinematics=SMALL,
        averaged=False,
    )  # fmt: skip


def _quarter(points: Float, length: float, depth: float) -> tuple[Bool, Bool]:
    """Unknowns held by symmetry and by the far faces (n, 3), and the nodes on the latter (n,)."""
    x, y, z = np.abs(points.T)
    small = 1e-9 * length
    far = np.isclose(x, length, atol=small) | np.isclose(y, length, atol=small)
    far |= np.isclose(z, depth, atol=small)
    fixed = np.stack([x < small, y < small, np.zeros(len(x), dtype=np.bool_)], axis=1)
    fixed[far] = True
    return fixed, far


def _loaded(contact: RigidContact, points: Float, share: float = 0.01) -> tuple[Float, Float]:
    """Places (n, 3) and pressures (n,) where the pressure is above ``share`` of its largest."""
    pressure = contact.pressures(points)
    chosen = pressure > share * pressure.max()
    return contact.places(points)[chosen], pressure[chosen]


def _nested(edge: float, length: float, rings: int, growth: float) -> Float:
    """Places 0 .. ``length``, ``rings`` of them even up to ``edge``: the coarsest mesh, each step cut evenly.

    Rings are doubled from less than `_COARSEST` on, so that meshes of n, 2n and 4n rings are nested.
    """
    coarse = rings
    while coarse % 2 == 0 and coarse >= _COARSEST:
        coarse //= 2
    places = graded(edge, edge / coarse, length, growth)
    parts = rings // coarse
    cut = places[:-1, None] + np.diff(places)[:, None] * np.arange(parts) / parts
    return np.append(cut.ravel(), length)


@benchmark(
    "h.sphere", "CONTACT", "Rigid sphere on an elastic half space (Hertz)",
    "Force, size and pressure of a frictionless contact agree with Hertz; nothing overlaps.",
    quick={"meshes": (3,)},
)  # fmt: skip
def sphere(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    radius: Positive = 100.0,
    approach: Positive = 0.001,
    meshes: Meshes = (3, 6, 12),
) -> Iterator[Check]:
    """Press a sphere into a quarter of a round block; ``meshes`` are rings under the contact.

    The edge of the contact lies on a ring on every mesh, each finer mesh is nested in the one before, far faces move
    as Hertz's pressure moves them, and the barrier's reach falls with the square of the rings: so an order shows.
    """
    exact = HertzSphere(contact_modulus((young, poisson)), radius, approach)
    a = exact.contact
    forces, peaks = [], []
    for n in meshes:
        places = _nested(a, _FAR * a, n, 1.4)
        body = wedge(places, n, -places[::-1])
        rho = np.hypot(body.points[:, 0], body.points[:, 1])
        far = np.isclose(rho, rho.max()) | np.isclose(body.points[:, 2], -_FAR * a)
        fixed = np.stack([body.points[:, 0] == 0.0, body.points[:, 1] == 0.0, far], axis=1)
        fixed[far] = True
        start = body.points.copy()
        start[far] += hertz_displacement(young, poisson, exact, start[far])
        shape = Sphere(np.array([0.0, 0.0, radius - approach]), radius)
        reach = _REACH * approach / n**2
        contact = RigidContact.start(body.points, body.top, shape, reach, exact.peak)
        items: list[Item] = [_elastic(body, young, poisson), contact]
        points = settle(start, items, fixed, body.points).points
        forces.append(4.0 * float(contact.force(points)[2]))
        peaks.append(float(contact.pressures(points).max()))
    where, pressure = _loaded(contact, points)
    found = float(np.hypot(where[:, 0], where[:, 1]).max())
    yield _settling(
        "F", exact.force, meshes, forces, 2.0, 0.01, "N",
        "energies of trilinear elements err by h², as displacements have 2.5 derivatives at a contact's edge; the "
        "barrier's reach falls with h². The order is that of three nested meshes among themselves: Hertz leaves out "
        "a fifth of a/R, the way of the surface to the side",
    )  # fmt: skip
    yield Check("a", a, found, a / n, "one element", "mm")
    yield _settling(
        "p0", exact.peak, meshes, peaks, 1.0, 0.03, "MPa",
        "the pressure of a contact is as exact as the stress of trilinear elements, h; the plan's gate",
    )  # fmt: skip
    if meshes[-1] >= 5:  # fewer elements than that show no pressure at a point
        profile = exact.pressure(np.hypot(where[:, 0], where[:, 1]))
        error = float(np.sqrt(np.mean((pressure - profile) ** 2)))
        yield Check(
            "pressure profile", 0.0, error, 0.08, "root mean square over p0", "MPa", exact.peak
        )
    yield Check(
        "overlap", 0.01 * approach, contact.penetration(points), 0.0, "a hundredth of the approach",
        "mm", kind="at most", regression=False,
    )  # fmt: skip


def _settling(
    quantity: str, exact: float, meshes: Meshes, values: list[float], order: float, tolerance: float, unit: str,
    why: str,
) -> Check:  # fmt: skip
    """Judge the finest of nested meshes, and the order at which three of them settle: half an order less at least."""
    found = settling_order(meshes, values)
    return Check(
        quantity, exact, values[-1], tolerance * max(1.0, 6.0 / meshes[-1]) ** order, why, unit, order=found,
        least_order=None if found is None else order - 0.5, study={"meshes": list(meshes), "values": values},
    )  # fmt: skip


@benchmark(
    "h.cylinder", "CONTACT", "Rigid cylinder on an elastic half space (Hertz's line contact)",
    "Width and pressure of a line contact under a given load agree with Hertz.",
    quick={"meshes": (7,)},
)  # fmt: skip
def cylinder(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    radius: Positive = 10.0,
    load: Positive = 10.0,
    meshes: Meshes = (7, 9, 13),
) -> Iterator[Check]:
    """Press half of a slab from below against a cylinder; ``meshes`` are elements across the contact."""
    exact = HertzLine(contact_modulus((young, poisson)), radius, load)
    b, length = exact.half_width, 24.0 * exact.half_width
    peaks = []
    for n in meshes:
        size = 2.0 * b / n
        places = graded(1.5 * b, size, length, 1.25)
        body = block(places, np.array([0.0, size]), -places[::-1])
        fixed = np.zeros(body.points.shape, dtype=np.bool_)
        fixed[:, 1] = True
        fixed[body.points[:, 0] < 1e-9 * length, 0] = True
        share = np.zeros(len(places))
        share[:-1] += 0.5 * np.diff(places)
        share[1:] += 0.5 * np.diff(places)
        base = body.number[:, :, 0]
        forces = np.zeros((base.size, 3))
        forces[:, 2] = (0.25 * load * size * share / length)[:, None].repeat(2, axis=1).ravel()
        shape = Cylinder(np.array([0.0, 0.0, radius]), np.array([0.0, 1.0, 0.0]), radius)
        reach = 1e-3 * b * b / radius
        contact = RigidContact.start(body.points, body.top, shape, reach, exact.peak)
        items: list[Item] = [
            _elastic(body, young, poisson),
            contact,
            NodalLoad(base.ravel(), forces),
        ]
        start = body.points - np.array([0.0, 0.0, 0.3 * reach])
        points = settle(start, items, fixed, body.points).points
        peaks.append(float(contact.pressures(points).max()))
    where, pressure = _loaded(contact, points)
    yield Check(
        "p0", exact.peak, peaks[-1], 0.03, _EDGE, "MPa",
        study={"meshes": list(meshes), "values": peaks},
    )  # fmt: skip
    yield Check("b", b, float(where[:, 0].max()), size / b, "one element", "mm")
    error = float(np.sqrt(np.mean((pressure - exact.pressure(where[:, 0])) ** 2)))
    yield Check("pressure profile", 0.0, error, 0.08, "root mean square over p0", "MPa", exact.peak)
    carried = 2.0 * float(contact.force(points)[2]) / size
    yield Check("F'", load, carried, 1e-6, "forces balance", "N/mm", regression=False)


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
        items: list[Item] = [_elastic(body, young, poisson), contact]
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
    "h.two_spheres", "CONTACT", "Two elastic spheres pressed together (Hertz)",
    "Two elastic bodies with meshes that do not match press each other as Hertz says.",
    quick={"meshes": (5,)},
)  # fmt: skip
def two_spheres(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    radius: Positive = 20.0,
    approach: Positive = 0.1,
    meshes: Meshes = (5, 7),
) -> Iterator[Check]:
    """Press two quarter blocks with round tops together; ``meshes`` are elements across the contact."""
    relative = contact_radius(radius, radius)
    exact = HertzSphere(contact_modulus((young, poisson), (young, poisson)), relative, approach)
    a, reach = exact.contact, 0.04 * approach
    forces = []
    for n in meshes:
        bodies, starts, fixes = [], [], []
        for side, count in ((-1.0, n), (1.0, n + 1)):
            places = graded(1.5 * a, 2.0 * a / count, _FAR * a, 1.3)
            body = block(places, places, -places[::-1])
            fixed, far = _quarter(body.points, _FAR * a, _FAR * a)
            moved = np.zeros_like(body.points)
            moved[far] = point_load_displacement(young, poisson, exact.force, body.points[far])
            # the approach is the distance by which mid-planes of the barrier would overlap
            moved[far, 2] += 0.5 * approach
            curved = body.points.copy()
            curved[:, 2] -= (body.points[:, :2] ** 2).sum(axis=1) / (2.0 * radius) * (
                1.0 + body.points[:, 2] / (_FAR * a)
            ) + 0.25 * reach
            mirror = np.array([1.0, 1.0, -side])
            bodies.append(Block(curved * mirror, body.cells, body.number))
            starts.append((curved + moved) * mirror)
            fixes.append(fixed)
        forces.append(_press_together(bodies, starts, fixes, young, poisson, reach, exact.peak))
    yield Check(
        "F", exact.force, forces[-1], 0.03 * max(1.0, 5.0 / meshes[-1]), _EDGE, "N",
        study={"meshes": list(meshes), "values": forces},
    )  # fmt: skip


def _press_together(
    bodies: list[Block], starts: list[Float], fixes: list[Bool], young: float, poisson: float,
    reach: float, stiffness: float,
) -> float:  # fmt: skip
    """Force between two quarter blocks whose far faces have come together, N of the whole bodies."""
    n = len(bodies[0].points)
    turned = bodies[1].cells[:, [4, 5, 6, 7, 0, 1, 2, 3]]
    both = Block(
        np.vstack([body.points for body in bodies]),
        np.concatenate([bodies[0].cells, turned + np.int32(n)]),
        bodies[0].number,
    )
    near = [triangles(bodies[0].top), triangles(bodies[1].top)[:, ::-1] + np.int32(n)]
    fixed = np.vstack(fixes)
    # far faces come together in steps, so that the surfaces never meet in one
    points, target = both.points.copy(), np.vstack(starts)
    item = _elastic(both, young, poisson)
    held = fixed.all(axis=1)
    for share in (0.25, 0.5, 0.75, 1.0):
        points[held] = both.points[held] + share * (target - both.points)[held]
        contact = FacetContact(points, near, ContactOptions(reach, stiffness, within=False))
        points = settle(points, [item, contact], fixed, both.points).points
    part = contact.evaluate(points, with_matrix=False)
    push = np.zeros_like(points)
    np.add.at(push, contact.connectivity, part.forces)
    return 4.0 * abs(float(push[:n, 2].sum()))


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
