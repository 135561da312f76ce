# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark h, with friction: a block on an incline, a slider, and the two faces of a cleft."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.contact_cleft import CleftContact
from vertaug.solid.contact_friction import FrictionItem, Settled, settled
from vertaug.solid.contact_rigid import RigidContact
from vertaug.solid.contact_shapes import Plane
from vertaug.solid.item import Item
from vertaug.solid.newton import NewtonResult
from vertaug.solid.support import GroundBed
from vertaug.verification.check import Check
from vertaug.verification.closed_forms.contact import Slider
from vertaug.verification.contact_bodies import Block, block, settle, triangles
from vertaug.verification.problem import Meshes, Positive, benchmark
from vertaug.verification.stepping import DeadLoad, elastic_row
from vertaug_kernels import laws

Float = NDArray[np.float64]

_STIFF = 1e5
"""Young's modulus (MPa) of blocks that slide as if they were rigid."""


def _cube(count: int, low: float = 0.0) -> Block:
    """Unit cube of ``count``³ hexahedra above z = ``low``."""
    axis = np.linspace(0.0, 1.0, count + 1)
    return block(axis, axis, low + axis)


def _stiff(points: Float, cells: NDArray[np.int32]) -> SolidItem:
    """Cells of the blocks."""
    return SolidItem.at_rest(
        points, cells, laws.HENCKY, elastic_row(_STIFF, 0.3), kinematics=SMALL, averaged=False
    )


def _spread(nodes: NDArray[np.integer], force: Float) -> DeadLoad:
    """``force`` (3,) N in equal parts on nodes."""
    flat = nodes.ravel().astype(np.int32)
    return DeadLoad(flat, np.tile(force / len(flat), (len(flat), 1)))


@benchmark(
    "h.incline", "CONTACT", "Block on an incline",
    "A block slides on an incline if and only if the angle's tangent exceeds the friction.",
    quick={"steeper": (0.9, 1.1)},
)  # fmt: skip
def incline(
    friction: Positive = 0.5,
    weight: Positive = 1.0,
    spring: Positive = 10.0,
    meshes: Meshes = (2,),
    steeper: tuple[Positive, ...] = (0.9, 1.1, 1.5),
) -> Iterator[Check]:
    """Tilt a block that a spring holds; ``steeper`` are the incline's slopes over the friction."""
    elastic_slip = 1e-3 * weight / spring
    for share in steeper:
        slope = math.atan(share * friction)
        body = _cube(meshes[-1])
        item = _stiff(body.points, body.cells)
        pull = weight * np.array([math.sin(slope), 0.0, -math.cos(slope)])
        plane = Plane(np.zeros(3), np.array([0.0, 0.0, 1.0]))
        contact = RigidContact.start(body.points, body.bottom, plane, 1e-3, weight)
        nodes = np.arange(len(body.points), dtype=np.int32)
        hold = np.tile([spring, spring, 0.0], (len(nodes), 1)) / len(nodes)
        bed = GroundBed(nodes, body.points, hold)
        load = _spread(nodes, pull)
        answer = _slide(
            body.points, [item, load, bed], (contact,), friction, elastic_slip, body.points
        )
        moved = answer.newton.points - body.points
        slid = float(moved[np.unique(body.bottom), 0].mean())
        path = (math.sin(slope) - friction * math.cos(slope)) * weight / spring
        name = f"path at {share:g} of the friction"
        if path > 0.0:
            slid = float(moved[:, 0].mean())
            yield Check(name, path, slid, 1e-3, "elastic block, smooth onset", "mm")
        else:
            yield Check(
                name, elastic_slip, slid, 0.0, "it sticks", "mm", kind="at most", regression=False
            )


def _slide(
    points: Float,
    items: list[Item],
    contacts: tuple[RigidContact | CleftContact, ...],
    friction: float,
    elastic_slip: float,
    reference: Float,
    slips: tuple[Float, ...] | None = None,
    tolerance: float = 1e-6,
    rounds: int = 20,
) -> Settled:
    """One frictional step, normal forces iterated."""
    fixed = np.zeros(points.shape, dtype=np.bool_)
    begun = tuple(
        FrictionItem.start(
            points, contact.grip(points), friction, elastic_slip,
            None if slips is None else slips[k],
        )
        for k, contact in enumerate(contacts)
    )  # fmt: skip

    def solve(start: Float, frictions: tuple[FrictionItem, ...]) -> NewtonResult:
        return settle(start, [*items, *contacts, *frictions], fixed, reference, 1e-7)

    def regrip(here: Float, frictions: tuple[FrictionItem, ...]) -> tuple[FrictionItem, ...]:
        return tuple(f.regripped(c.grip(here)) for f, c in zip(frictions, contacts, strict=True))

    return settled(points, begun, solve, regrip, tolerance, rounds)


@benchmark(
    "h.cleft", "CONTACT", "Shearing a closed cleft to and fro (stick and slip)",
    "A cleft carries friction up to its limit, loses what the closed loop says, and takes no tension.",
    quick={"friction": (0.6,), "steps": (2, 3, 2)},
)  # fmt: skip
def cleft(
    friction: tuple[Positive, ...] = (0.3, 0.8),
    press: Positive = 2.0,
    spring: Positive = 20.0,
    pull: Positive = 0.2,
    steps: tuple[int, ...] = (4, 8, 4),
    meshes: Meshes = (2,),
) -> Iterator[Check]:
    """Pull one block over another by a spring, forward, back, and to rest."""
    low, high = _cube(meshes[-1]), _cube(meshes[-1] + 1, 1.0)
    n = len(low.points)
    points = np.vstack([low.points, high.points])
    item = _stiff(points, np.concatenate([low.cells, high.cells + np.int32(n)]))
    upper = np.arange(n, len(points), dtype=np.int32)
    lower = np.flatnonzero(low.points[:, 2] == 0.0).astype(np.int32)
    ground = GroundBed(lower, points[lower], np.full((len(lower), 3), _STIFF))
    faces = triangles(low.top), triangles(high.bottom) + np.int32(n)
    for mu in friction:
        force, lost, paths, limit, lag = _to_and_fro(
            points, item, ground, upper, faces, mu, press, spring, pull, steps
        )
        exact, loss = Slider(spring * 1e3 / (1e3 + spring), mu * press).path(paths)
        for name, value, found in (
            ("largest force", exact.max(), force.max()),
            ("force at the end", exact[-1], force[-1]),
        ):
            yield Check(
                f"{name}, mu {mu:g}", float(value), float(found), 5e-3,
                "elastic blocks of 1e5 MPa", "N", scale=mu * press,
            )  # fmt: skip
        yield Check(f"energy lost, mu {mu:g}", loss, lost, 5e-3, "as above", "mJ")
        yield Check(
            f"lag of the normal forces, mu {mu:g}", 1e-3, lag, 0.0, "iterated below this",
            kind="at most", regression=False,
        )  # fmt: skip
        assert limit > 0.0
    free = CleftContact.start(points, *faces, reach=0.01, stiffness=press, search=0.1)
    apart = points.copy()
    apart[upper, 2] += 0.02
    yield Check("tension of an open cleft", 0.0, free.energy(apart), 0.0, "none at all", "mJ")


def _to_and_fro(
    points: Float, item: SolidItem, ground: GroundBed, upper: NDArray[np.int32],
    faces: tuple[NDArray[np.int32], NDArray[np.int32]], mu: float, press: float, spring: float,
    pull: float, steps: tuple[int, ...],
) -> tuple[Float, float, Float, float, float]:  # fmt: skip
    """Forces in the spring, the loss, the path of its end, the friction's limit, the largest lag."""
    ends = np.array([0.0, *np.resize([pull, -pull], len(steps) - 1), 0.0])
    path = np.concatenate(
        [np.linspace(a, b, k + 1)[1:] for a, b, k in zip(ends[:-1], ends[1:], steps, strict=True)]
    )
    elastic_slip = mu * press / 1e3
    # the spring pulls at the height of the cleft, so it does not tilt the block
    edge = upper[points[upper, 2] == points[upper, 2].min()]
    share = np.tile([spring, spring, 0.0], (len(edge), 1)) / len(edge)
    weight = _spread(upper, np.array([0.0, 0.0, -press]))
    start, here = points, points
    slips: tuple[Float, ...] | None = None
    forces, lost, lag = [], 0.0, 0.0
    # the first solve only presses
    for place in (0.0, *path):
        contact = CleftContact.start(here, *faces, reach=1e-3, stiffness=press, search=0.1)
        rest = start[edge] + np.array([place, 0.0, 0.0])
        items: list[Item] = [item, ground, weight, GroundBed(edge, rest, share)]
        answer = _slide(here, items, (contact,), mu, elastic_slip, start, slips, 1e-4)
        here = answer.newton.points
        slips = tuple(f.slip_after(here) for f in answer.friction)
        lost += sum(f.dissipation(here) for f in answer.friction)
        lag = max(lag, answer.lag)
        limit = sum(float(f.limits.sum()) for f in answer.friction)
        forces.append(spring * (place - float((here - start)[edge, 0].mean())))
    return np.array(forces[1:]), lost, path, limit, lag
