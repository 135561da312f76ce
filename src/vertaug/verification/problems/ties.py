# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark o: what implants and fixtures do to solids; bonds and rigid ties."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.beam import PairItem, beam
from vertaug.solid.cells import SolidItem
from vertaug.solid.elements import TET10
from vertaug.solid.embedding import Bond, embed
from vertaug.solid.frame import add_frames
from vertaug.solid.item import scatter
from vertaug.solid.load import frame_load
from vertaug.solid.section import circular_section
from vertaug.solid.tie import BondLaw, TieItem, rigid_tie, tie_stiffness
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms import beams as exact
from vertaug.verification.meshes import grid
from vertaug.verification.problem import Meshes, Positive, benchmark
from vertaug.verification.problems.beams import small_response
from vertaug.verification.stepping import elastic_row, equilibrium
from vertaug_kernels import laws

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

LEVER = 2.0
INTERFACE = 1000.0
"""Stiffness of the needle's bond, MPa/mm."""


def needle(
    traction: float, diameter: float, length: float, elements: int, young: float
) -> tuple[Float, Bool, PairItem, TieItem]:
    """A needle bonded in a rigid block, to be pulled along z; only its frames move, its head's z is held."""
    body, cells = grid(3)
    body = body * [4.0 * diameter, 4.0 * diameter, 1.5 * length]
    places = np.full((elements + 1, 3), 2.0 * diameter + 0.01)
    places[:, 2] = np.linspace(0.25 * length, 1.25 * length, elements + 1)
    points, frames = add_frames(body, places, LEVER)
    number = np.arange(elements)
    pairs = np.stack([number, number + 1], axis=1).astype(np.int32)
    rod = beam(points, frames, pairs, circular_section(0.5 * diameter, young, 0.3))
    bond = Bond(diameter, traction, INTERFACE, INTERFACE)
    tie = embed(points, cells, frames, np.arange(elements + 1, dtype=np.int32), bond)
    fixed = np.zeros((len(points), 3), dtype=bool)
    fixed[: len(body)] = True
    fixed[frames.centres[-1], 2] = True
    return points, fixed, rod, tie


def axial_force(points: Float, rod: PairItem, tie: TieItem) -> float:
    """Force (N) that holds the head of the needle."""
    total = np.zeros_like(points)
    for item in (rod, tie):
        part = item.evaluate(points, with_matrix=False)
        total += scatter(len(points), item.connectivity, part.forces)
    return float(total[rod.frames.centres[-1], 2])


@benchmark(
    "o.pull_out", "STRUCTURE", "A needle pulled out of its bond",
    "A bonded needle comes out at t π d L, and what is put in is stored or dissipated.",
    quick={"steps": 20},
)  # fmt: skip
def pull_out(
    traction: Positive = 0.4,
    diameter: Positive = 1.5,
    length: Positive = 6.0,
    young: Positive = 110000.0,
    elements: int = 6,
    steps: int = 40,
) -> Iterator[Check]:
    """Move the head of a needle in a rigid block along its axis."""
    points, fixed, rod, tie = needle(traction, diameter, length, elements, young)
    head = rod.frames.centres[-1]
    reference = exact.pull_out_force(traction, diameter, length)
    axial = young * 0.25 * math.pi * diameter**2
    limit = traction / INTERFACE + reference * length / axial
    work = previous = 0.0
    for _ in range(steps):
        points[head, 2] += 4.0 * limit / steps
        points = equilibrium(points, [rod, tie], fixed, 1e-8).points
        force = axial_force(points, rod, tie)
        work += 0.5 * (force + previous) * 4.0 * limit / steps
        previous = force
        rod, tie = rod.committed(points), tie.committed(points)
    assert isinstance(tie.law, BondLaw)
    spent = rod.energy(points) + tie.energy(points) + float(tie.law.dissipated.sum())
    yield Check("force", reference, previous, 1e-6, "a perfectly plastic bond", "N")
    yield Check(
        "work of the pull", spent, work, 0.8 / steps**2, "trapezoidal rule over the steps", "mJ"
    )


@benchmark(
    "o.bonded_bar", "STRUCTURE", "Shear lag of a bonded bar",
    "Below the limit of its bond a bar yields at its head as the theory of shear lag says.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def bonded_bar(
    diameter: Positive = 1.5,
    length: Positive = 6.0,
    young: Positive = 20000.0,
    load: Positive = 10.0,
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Pull a bar in a rigid block with a bond that never gives."""
    axial = young * 0.25 * math.pi * diameter**2
    reference = exact.bonded_bar_displacement(load, length, axial, INTERFACE * math.pi * diameter)
    found = []
    for n in meshes:
        points, fixed, rod, tie = needle(math.inf, diameter, length, n, young)
        fixed[rod.frames.centres[-1], 2] = False
        pull = frame_load(rod.frames, n, (0.0, 0.0, load))
        moved = small_response(points, [rod, tie, pull], fixed)
        found.append(float(moved[rod.frames.centres[-1], 2]))
    finest = INTERFACE * math.pi * diameter / axial * (length / meshes[-1]) ** 2
    yield study(
        "head", reference, meshes, found, order=2.0, slack=0.3, tolerance=0.2 * finest,
        standard=meshes[-1], unit="mm",
        why="bond at the nodes, not along the bar: a tenth of (element over decay length) squared",
    )  # fmt: skip


def bar(side: float, pieces: int, n: int) -> tuple[Float, NDArray[np.int32]]:
    """A square bar along z of cubes of 6 n³ tetrahedra each."""
    cube, cells = grid(n)
    points = np.concatenate([cube + np.array([0.0, 0.0, k]) for k in range(pieces)])
    every = np.concatenate([cells + len(cube) * k for k in range(pieces)])
    _, first, inverse = np.unique(
        np.rint(2 * n * points), axis=0, return_index=True, return_inverse=True
    )
    return side * points[first], np.ascontiguousarray(inverse.ravel()[every], dtype=np.int32)


def quadratic(points: Float, cells: NDArray[np.int32]) -> tuple[Float, NDArray[np.int32]]:
    """10-node tetrahedra in place of 4-node ones."""
    ends = np.sort(cells[:, TET10.edges[:, 1:]].reshape(-1, 2), axis=1)
    edges, inverse = np.unique(ends, axis=0, return_inverse=True)
    middle = points[edges].mean(axis=1)
    more = len(points) + inverse.reshape(len(cells), -1)
    return np.vstack([points, middle]), np.hstack([cells, more]).astype(np.int32)


@benchmark(
    "o.rigid_tie", "STRUCTURE", "A bar pulled and bent through rigid ties",
    "Forces and moments on frames tied to the ends of a solid bar deform it as beam theory says.",
)  # fmt: skip
def tied_bar(
    young: Positive = 1000.0,
    side: Positive = 2.0,
    pieces: int = 3,
    load: Positive = 1.0,
    meshes: Meshes = (1, 2),
    stiffening: Positive = 1.0,
) -> Iterator[Check]:
    """Hold one end's frame, load the other's; without lateral contraction the ends disturb nothing."""
    moment, length = load * side, pieces * side
    bending, middle = young * side**4 / 12.0, 0.5 * side
    stretch = exact.bar_elongation(load, length, young * side**2)
    why = "quadratic cells hold the solution: the penalty of the ties is left"
    for n in meshes:
        points, cells = quadratic(*bar(side, pieces, n))
        solid = SolidItem.at_rest(points, cells, laws.HENCKY, elastic_row(young, 0.0))
        ends = [np.flatnonzero(points[:, 2] == z).astype(np.int32) for z in (0.0, length)]
        places = np.array([[middle, middle, 0.0], [middle, middle, length]])
        points, frames = add_frames(points, places, LEVER)
        ties = [
            rigid_tie(points, frames, f, nodes, stiffening * tie_stiffness(young, side, len(nodes)))
            for f, nodes in enumerate(ends)
        ]
        fixed = np.zeros((len(points), 3), dtype=bool)
        fixed[[frames.centres[0], frames.rotations[0]]] = True
        pull = frame_load(frames, 1, (0.0, 0.0, load), (0.0, moment, 0.0))
        moved = small_response(points, [solid, *ties, pull], fixed)
        tolerance = 4e-4 / min(stiffening, 1e3)
        found = moved[frames.centres[1], 2]
        yield Check(f"lengthening, {n} cells", stretch, found, tolerance, why, "mm")
        turn = moved[frames.rotations[1], 1] / frames.lever
        yield Check(f"turn, {n} cells", moment * length / bending, turn, tolerance, why, "rad")
        aside = moved[frames.centres[1], 0]
        reference = moment * length**2 / (2.0 * bending)
        yield Check(f"deflection, {n} cells", reference, aside, tolerance, why, "mm")
