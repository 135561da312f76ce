# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark h: Hertz's contacts of a sphere, a cylinder and two spheres."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.contact import ContactOptions, FacetContact, Touch
from vertaug.solid.contact_rigid import RigidContact
from vertaug.solid.contact_shapes import Cylinder, Sphere
from vertaug.solid.item import Item
from vertaug.verification.check import Check, settling_order, study
from vertaug.verification.closed_forms.contact import (
    HertzLine,
    HertzSphere,
    contact_modulus,
    contact_radius,
    hertz_displacement,
    hertz_line_displacement,
)
from vertaug.verification.contact_bodies import (
    Block,
    block,
    elastic,
    graded,
    settle,
    triangles,
    wedge,
)
from vertaug.verification.problem import Meshes, Poisson, Positive, benchmark

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

_FAR = 6.0
"""Contact radii to the far faces, which are held where a point load would put them."""
_COARSEST = 6
"""Rings under a contact from which on meshes are cut from coarser ones."""
_REACH = 0.072
"""Reach of a rigid body's barrier over the approach, times the square of the rings."""
_REACH_OF_FACETS = 1.5
"""The same of facets on facets, whose corners of two meshes bring a gap that varies by a sixteenth."""
_LEFT_OUT = 0.5
"""Errors times R over the contact's half-width above which an order is asked for: Hertz leaves out less."""
_ENERGY = (
    "energies of trilinear elements err by h², as displacements have 2.5 derivatives at a contact's edge; the "
    "barrier's reach falls with h². The order is that of three nested meshes among themselves: Hertz leaves out "
    "a fifth of the contact's half-width over R, the way of the surface to the side"
)
_PROFILE = "root mean square over p0; at the edge pressures err by the square root of h, in a share h of the places"


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


def _under_sphere(
    exact: HertzSphere, young: float, poisson: float, rings: int
) -> tuple[Block, Bool, Float]:
    """Quarter of a round block of which ``rings`` end at the contact's edge, what is held, and where to.

    Returns the block, its unknowns held by symmetry and by the far faces (n, 3), and displacements (n, 3)
    of the far faces, which are those under Hertz's pressure.
    """
    a = exact.contact
    places = _nested(a, _FAR * a, rings, 1.4)
    body = wedge(places, rings, -places[::-1])
    x, y, z = body.points.T
    rho = np.hypot(x, y)
    far = np.isclose(rho, rho.max()) | np.isclose(z, -_FAR * a)
    fixed = np.stack([x == 0.0, y == 0.0, far], axis=1)
    fixed[far] = True
    moved = np.zeros_like(body.points)
    moved[far] = hertz_displacement(young, poisson, exact, body.points[far])
    return body, fixed, moved


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
        body, fixed, moved = _under_sphere(exact, young, poisson, n)
        shape = Sphere(np.array([0.0, 0.0, radius - approach]), radius)
        reach = _REACH * approach / n**2
        contact = RigidContact.start(body.points, body.top, shape, reach, exact.peak)
        items: list[Item] = [elastic(body, young, poisson), contact]
        points = settle(body.points + moved, items, fixed, body.points).points
        forces.append(4.0 * float(contact.force(points)[2]))
        peaks.append(float(contact.pressures(points).max()))
    where, pressure = _loaded(contact, points)
    found = float(np.hypot(where[:, 0], where[:, 1]).max())
    yield _settling("F", exact.force, meshes, forces, 2.0, 0.01, "N", _ENERGY)
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
    "Load, width and pressure of a line contact agree with Hertz; nothing overlaps.",
    quick={"meshes": (3, 6, 12)},
)  # fmt: skip
def cylinder(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    radius: Positive = 100.0,
    load: Positive = 0.1,
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Press half of a slab against a cylinder; ``meshes`` are elements across half of the contact.

    Far faces move as Hertz's pressure of ``load`` moves them, seen from the middle of the contact, where the
    cylinder stays: so the load comes out. The edge of the contact lies on a node of every mesh, meshes are nested,
    and the barrier's reach falls with the square of the elements.
    """
    exact = HertzLine(contact_modulus((young, poisson)), radius, load)
    b = exact.half_width
    loads, peaks, profiles = [], [], []
    for n in meshes:
        places, size = _nested(b, _FAR * b, n, 1.4), b / n
        body = block(places, np.array([0.0, size]), -places[::-1])
        x, _, z = body.points.T
        far = np.isclose(x, _FAR * b) | np.isclose(z, -_FAR * b)
        fixed = np.stack([x == 0.0, np.ones_like(far), far], axis=1)
        fixed[far] = True
        start = body.points.copy()
        start[far] += hertz_line_displacement(young, poisson, exact, start[far])
        shape = Cylinder(np.array([0.0, 0.0, radius]), np.array([0.0, 1.0, 0.0]), radius)
        reach = _REACH * b * b / radius / n**2
        contact = RigidContact.start(body.points, body.top, shape, reach, exact.peak)
        items: list[Item] = [elastic(body, young, poisson), contact]
        points = settle(start, items, fixed, body.points).points
        loads.append(2.0 * float(contact.force(points)[2]) / size)
        peaks.append(float(contact.pressures(points).max()))
        where, pressure = _loaded(contact, points)
        error = pressure - exact.pressure(where[:, 0])
        profiles.append(float(np.sqrt(np.mean(error**2))))
    yield _settling("F'", exact.load, meshes, loads, 2.0, 0.01, "N/mm", _ENERGY)
    yield Check("b", b, float(where[:, 0].max()), size / b, "one element", "mm")
    yield _settling(
        "p0", exact.peak, meshes, peaks, 1.5, 0.01, "MPa",
        "in the middle, far from the edge, pressures are better than the stress of trilinear elements, h",
    )  # fmt: skip
    yield study(
        "pressure profile", 0.0, meshes, profiles, order=1.0, slack=0.3, tolerance=0.08, standard=4,
        floor=_LEFT_OUT * b / radius, unit="MPa", scale=exact.peak, why=_PROFILE,
    )  # fmt: skip
    yield Check(
        "overlap", 0.01 * b * b / radius, contact.penetration(points), 0.0,
        "a hundredth of the square of b over R", "mm", kind="at most", regression=False,
    )  # fmt: skip


@benchmark(
    "h.two_spheres", "CONTACT", "Two elastic spheres pressed together (Hertz)",
    "Two elastic bodies with meshes that do not match press each other as Hertz says.",
    quick={"meshes": (6,)},
)  # fmt: skip
def two_spheres(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    radius: Positive = 200.0,
    approach: Positive = 0.001,
    meshes: Meshes = (2, 4, 8),
) -> Iterator[Check]:
    """Press two quarter blocks with round tops together; ``meshes`` are rings under the contact of the lower.

    The upper one has half as many more. The edge lies on a ring of both, and the barrier's reach falls with the
    square of the rings, as in `sphere`.
    """
    relative = contact_radius(radius, radius)
    exact = HertzSphere(contact_modulus((young, poisson), (young, poisson)), relative, approach)
    forces, profiles = [], []
    for n in meshes:
        reach = _REACH_OF_FACETS * approach / n**2
        bodies, starts, fixes = [], [], []
        for side, rings in ((-1.0, n), (1.0, n + n // 2)):
            body, fixed, moved = _under_sphere(exact, young, poisson, rings)
            # the approach is the distance by which mid-planes of the barrier would overlap
            moved[fixed.all(axis=1), 2] += 0.5 * approach
            curved = body.points.copy()
            curved[:, 2] -= (body.points[:, :2] ** 2).sum(axis=1) / (2.0 * radius) * (
                1.0 + body.points[:, 2] / (_FAR * exact.contact)
            ) + 0.25 * reach
            mirror = np.array([1.0, 1.0, -side])
            bodies.append(Block(curved * mirror, body.cells, body.number))
            starts.append((curved + moved) * mirror)
            fixes.append(fixed)
        force, touch, where = _press_together(
            bodies, starts, fixes, young, poisson, reach, exact.peak
        )
        forces.append(force)
        error = touch.pressures - exact.pressure(np.hypot(where[:, 0], where[:, 1]))
        profiles.append(float(np.sqrt(touch.areas @ error**2 / touch.areas.sum())))
    floor = _LEFT_OUT * exact.contact / relative
    yield study(
        "F", exact.force, meshes, forces, order=2.0, slack=0.5, tolerance=0.02, standard=8, floor=floor, unit="N",
        why="as for a rigid sphere; what Hertz leaves out is less than the floor, half of a/R",
    )  # fmt: skip
    yield Check(
        "pressure profile", 0.0, profiles[-1], 0.08 * max(1.0, 6.0 / meshes[-1]),
        "root mean square over p0; single places see the corners of two meshes, so no order is asked for",
        "MPa", exact.peak, study={"meshes": list(meshes), "values": profiles},
    )  # fmt: skip


def _press_together(
    bodies: list[Block], starts: list[Float], fixes: list[Bool], young: float, poisson: float,
    reach: float, stiffness: float,
) -> tuple[float, Touch, Float]:  # fmt: skip
    """Press two quarter blocks together by their far faces.

    Returns the force of the whole bodies (N), the places in contact, and where they are (n, 3) mm.
    """
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
    item = elastic(both, young, poisson)
    held = fixed.all(axis=1)
    for share in (0.25, 0.5, 0.75, 1.0):
        points[held] = both.points[held] + share * (target - both.points)[held]
        # pairs that met on the way have their whole tangent only in a contact begun where they met
        for tolerance in (1e-3, 1e-8):
            contact = FacetContact(points, near, ContactOptions(reach, stiffness, within=False))
            points = settle(points, [item, contact], fixed, both.points, tolerance).points
    part = contact.evaluate(points, with_matrix=False)
    push = np.zeros_like(points)
    np.add.at(push, contact.connectivity, part.forces)
    touch = contact.touch(points)
    where = (touch.weights[:, :3, None] * points[touch.nodes[:, :3]]).sum(axis=1)
    return 4.0 * abs(float(push[:n, 2].sum())), touch, where
