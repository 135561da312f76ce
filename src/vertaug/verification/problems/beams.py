# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark o: beams, small and large deflections."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import bsr_matrix

from vertaug.solid.beam import PairItem, beam
from vertaug.solid.follower import follower_load
from vertaug.solid.frame import Frames, add_frames
from vertaug.solid.item import Item
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.load import frame_load
from vertaug.solid.section import Section, circular_section, rectangular_section
from vertaug.solid.support import GroundBed
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms import beams as exact
from vertaug.verification.problem import Meshes, Poisson, Positive, benchmark
from vertaug.verification.stepping import equilibrium

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

LEVER = 10.0
UP = np.array([0.0, 0.0, 1.0])
EXACT = "the element is exact at its nodes: round-off"


def straight(length: float, elements: int, section: Section) -> tuple[Float, Frames, PairItem]:
    """A beam along x in equal elements, its section's height along z."""
    places = np.zeros((elements + 1, 3))
    places[:, 0] = np.linspace(0.0, length, elements + 1)
    points, frames = add_frames(np.zeros((0, 3)), places, LEVER)
    number = np.arange(elements)
    pairs = np.stack([number, number + 1], axis=1).astype(np.int32)
    return points, frames, beam(points, frames, pairs, section, UP)


def clamped(frames: Frames, points: Float, *which: int) -> Bool:
    """Unknowns held where the frames in ``which`` are clamped."""
    fixed = np.zeros((len(points), 3), dtype=bool)
    for frame in which:
        fixed[frames.centres[frame]] = fixed[frames.rotations[frame]] = True
    return fixed


def in_plane(frames: Frames, fixed: Bool) -> Bool:
    """Hold also what leaves the plane of x and z."""
    fixed[frames.centres, 1] = True
    fixed[frames.rotations, 0] = fixed[frames.rotations, 2] = True
    return fixed


def small_response(points: Float, items: Sequence[Item], fixed: Bool) -> Float:
    """Displacements (n_nodes, 3) of linear theory: one solution with the tangent at ``points``."""
    pattern = build_pattern(len(points), *(item.connectivity for item in items))
    parts = [item.evaluate(points, with_matrix=True) for item in items]
    blocks = pattern.assemble_matrix(*(part.matrices for part in parts))
    forces = pattern.assemble_vector(*(part.forces.reshape(len(part.forces), -1) for part in parts))
    solver = LinearSolver(pattern, points, fixed, method="direct")
    return solver.solve(blocks, -forces).x


@benchmark(
    "o.cantilever", "STRUCTURE", "Cantilever, bar and shaft",
    "Small deflections of beams agree with Timoshenko's and Euler-Bernoulli's at every node.",
)  # fmt: skip
def cantilever(
    young: Positive = 1000.0,
    poisson: Poisson = 0.3,
    width: Positive = 4.0,
    height: Positive = 4.0,
    length: Positive = 40.0,
    load: Positive = 10.0,
    torque: Positive = 100.0,
    elements: tuple[int, ...] = (1, 2, 7),
) -> Iterator[Check]:
    """Bend, pull and twist a clamped beam."""
    section = rectangular_section(width, height, young, poisson)
    axial, shear, _ = section.force_stiffness()
    torsion, bending, _ = section.moment_stiffness()
    for n in elements:
        points, frames, item = straight(length, n, section)
        fixed = clamped(frames, points, 0)
        loads = frame_load(frames, n, (load, 0.0, load), (torque, 0.0, 0.0))
        moved = small_response(points, [item, loads], fixed)
        tip, turn = moved[frames.centres[n]], moved[frames.rotations[n]] / frames.lever
        reference = exact.cantilever_tip(load, length, bending, shear)
        yield Check(f"tip, {n} elements", reference, tip[2], 1e-9, EXACT, "mm")
        thin = exact.cantilever_tip(load, length, bending)
        yield Check(
            f"tip without shear, {n} elements", thin, tip[2] - load * length / shear, 1e-9, EXACT, "mm"
        )  # fmt: skip
        reference = exact.bar_elongation(load, length, axial)
        yield Check(f"lengthening, {n} elements", reference, tip[0], 1e-9, EXACT, "mm")
        reference = exact.rod_twist(torque, length, torsion)
        yield Check(f"twist, {n} elements", reference, turn[0], 1e-9, EXACT, "rad")


@benchmark(
    "o.three_point", "STRUCTURE", "Three-point bending",
    "A beam on two supports deflects under a load in its middle as Timoshenko's.",
)  # fmt: skip
def three_point(
    young: Positive = 1000.0,
    poisson: Poisson = 0.3,
    width: Positive = 4.0,
    height: Positive = 4.0,
    span: Positive = 40.0,
    load: Positive = 10.0,
) -> Iterator[Check]:
    """Load the middle node of two and of eight elements."""
    section = rectangular_section(width, height, young, poisson)
    _, shear, _ = section.force_stiffness()
    bending = section.moment_stiffness()[1]
    for n in (2, 8):
        points, frames, item = straight(span, n, section)
        fixed = np.zeros((len(points), 3), dtype=bool)
        fixed[frames.centres[0]] = True
        fixed[frames.centres[n], 1:] = True
        fixed[frames.rotations[0], 0] = True
        loads = frame_load(frames, n // 2, (0.0, 0.0, load))
        moved = small_response(points, [item, loads], fixed)
        middle = moved[frames.centres[n // 2], 2]
        reference = exact.three_point_middle(load, span, bending, shear)
        yield Check(f"middle, {n} elements", reference, middle, 1e-9, EXACT, "mm")


@benchmark(
    "o.screw", "STRUCTURE", "Screw as a beam on an elastic foundation",
    "The head of a loaded screw moves as Hetényi's beam.", quick={"meshes": (10, 20)},
)  # fmt: skip
def screw(
    young: Positive = 110000.0,
    diameter: Positive = 6.5,
    length: Positive = 40.0,
    load: Positive = 100.0,
    foundation: Positive = 200.0,
    meshes: Meshes = (10, 20, 40),
) -> Iterator[Check]:
    """Lay a slender round beam on springs at its nodes and load its end."""
    section = circular_section(0.5 * diameter, young, 0.3)
    bending = section.moment_stiffness()[1]
    reference = exact.foundation_head(load, length, bending, foundation)
    shearless = []
    for n in meshes:
        points, frames, item = straight(length, n, section)
        # Hetényi's beam has no shear: take the flexibility that shear adds out of the element
        stiffness = item.stiffness.copy()
        stiffness[:, 1:3] = 12.0 * bending / (length / n) ** 3
        item = replace(item, stiffness=stiffness)
        share = np.full(n + 1, length / n)
        share[[0, -1]] *= 0.5
        bed = GroundBed(
            frames.centres, points[frames.centres], share[:, None] * [0.0, 0.0, foundation]
        )
        fixed = np.zeros((len(points), 3), dtype=bool)
        fixed[:, 1] = True
        fixed[frames.centres, 0] = True
        fixed[frames.rotations] = np.array([True, False, True])
        loads = frame_load(frames, 0, (0.0, 0.0, load))
        moved = small_response(points, [item, bed, loads], fixed)
        shearless.append(float(moved[frames.centres[0], 2]))
    finest = (math.sqrt(foundation / (4.0 * bending)) * length**2 + 2.0) / meshes[-1] ** 2
    yield study(
        "head", reference, meshes, shearless, order=2.0, slack=0.15, tolerance=finest,
        standard=meshes[-1], unit="mm",
        why="springs at the nodes, not along the beam: errors of (element over decay length) squared",
    )  # fmt: skip


@benchmark(
    "o.elastica", "STRUCTURE", "Large deflection of a cantilever",
    "A slender beam under a heavy end load takes the shape of the elastica.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def elastica(
    load_number: Positive = 10.0,
    stiffness_ratio: Positive = 1e3,
    meshes: Meshes = (4, 8, 16),
    steps: int = 20,
) -> Iterator[Check]:
    """Bend a cantilever of unit EI, length 10, EA and GA of `stiffness_ratio` by PL²/EI = `load_number`."""
    length = 10.0
    # EI = 1 with EA and GA so large that lengthening and shear vanish beside bending
    section = Section(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, round=True)
    deflection, shadow, slope = exact.elastica_tip(load_number / length**2, length, 1.0)
    found = []
    for n in meshes:
        points, frames, item = straight(length, n, section)
        stiffness = item.stiffness.copy()
        h = length / n
        stiffness[:, 0] = stiffness_ratio / h
        stiffness[:, 1:3] = 1.0 / (h / stiffness_ratio + h**3 / 12.0)
        item = replace(item, stiffness=stiffness)
        fixed = in_plane(frames, clamped(frames, points, 0))
        for step in range(1, steps + 1):
            load = frame_load(frames, n, (0.0, 0.0, step / steps * load_number / length**2))
            points = equilibrium(points, [item, load], fixed, 1e-9).points
            item = item.committed(points)
        tip = points[frames.centres[n]]
        turned = item.frames.matrices(points)[n][:, 0]
        found.append((tip[2], tip[0], math.atan2(turned[2], turned[0])))
    names = (
        ("deflection", deflection, "mm"),
        ("projected length", shadow, "mm"),
        ("slope", slope, "rad"),
    )
    for k, (name, reference, unit) in enumerate(names):
        yield study(
            name, reference, meshes, [row[k] for row in found], order=2.0, slack=0.2,
            tolerance=1e-2, standard=16, floor=2e-4, unit=unit,
            why="straight elements along a curve: second order; the reference has no shear",
        )  # fmt: skip


@benchmark(
    "o.roll_up", "STRUCTURE", "A strip rolled up by a moment",
    "A beam under an end moment bends to the arc of a circle, up to a full turn and any number of elements.",
)  # fmt: skip
def roll_up(
    turns: Positive = 1.0,
    length: Positive = 10.0,
    bending: Positive = 2.0,
    elements: int = 8,
    steps: int = 8,
) -> Iterator[Check]:
    """Turn the end of a cantilever by 2π `turns` with the moment that this takes."""
    section = Section(1.0, bending, bending, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, round=True)
    points, frames, item = straight(length, elements, section)
    fixed = in_plane(frames, clamped(frames, points, 0))
    moment = 2.0 * math.pi * turns * bending / length
    energy = work = 0.0
    for step in range(1, steps + 1):
        load = frame_load(item.frames, elements, moment=(0.0, -moment * step / steps, 0.0))
        before = points[frames.rotations[elements], 1]
        points = equilibrium(points, [item, load], fixed, 1e-11).points
        turned = (points[frames.rotations[elements], 1] - before) / frames.lever
        work -= moment * (step - 0.5) / steps * turned
        item = item.committed(points)
        energy = item.energy(points)
    tip = points[frames.centres[elements]]
    total = points[frames.rotations[elements], 1] / frames.lever
    arc = length / (2.0 * math.pi * turns)
    # chords of equal elements of one circle: the polygon closes where the circle does
    half = math.pi * turns / elements
    scale = half / math.sin(half)
    end = np.array([arc * math.sin(2 * math.pi * turns), arc * (1 - math.cos(2 * math.pi * turns))])
    why = "uniform bending is exact: round-off of Newton's iteration"
    yield Check("turn", -2.0 * math.pi * turns, total, 1e-8, why, "rad")
    yield Check("end, x", end[0], tip[0] / scale, 1e-7, why, "mm", scale=length, regression=False)
    yield Check("end, z", end[1], tip[2] / scale, 1e-7, why, "mm", scale=length, regression=False)
    yield Check("work of the moment", energy, work, 1e-7, "the moment rises with the turn", "mJ")


@benchmark(
    "o.column", "STRUCTURE", "A column under a dead and under a follower load",
    "A dead weight buckles a column at Euler's load; a load that follows the column does not.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def column(
    bending: Positive = 1e5,
    length: Positive = 200.0,
    follower_ratio: Positive = 20.0,
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Find the dead load that takes all lateral stiffness; then load many times as much along the path."""
    reference = exact.euler_load(length, bending)

    def least(load: float, n: int) -> float:
        points, fixed, item = compressed(bending, length, n, load)
        return least_stiffness(points, item, fixed)

    found = [float(brentq(least, 0.5 * reference, 2.0 * reference, args=(n,))) for n in meshes]
    yield study(
        "buckling load", reference, meshes, found, order=2.0, slack=0.2, tolerance=1e-2, standard=16,
        unit="N", why="straight elements: second order",
    )  # fmt: skip
    stiffness = []
    for load in (0.0, follower_ratio * reference):
        points, fixed, item = compressed(bending, length, meshes[-1], load)
        cable = follower_load([np.array([node]) for node in item.frames.centres], load)
        push = frame_load(item.frames, meshes[-1], (0.0, 1.0, 0.0))
        moved = small_response(points, [item, cable, push], fixed)
        stiffness.append(1.0 / moved[item.frames.centres[-1], 1])
    yield Check(
        "lateral stiffness under the follower load over that without", 1.0, stiffness[1] / stiffness[0],
        1e-2, "the load shortens the column a little",
    )  # fmt: skip


def compressed(
    bending: float, length: float, elements: int, load: float
) -> tuple[Float, Bool, PairItem]:
    """A clamped column in equilibrium with an axial load (N), still straight; its axial strain is small."""
    axial = 1e6 * bending / length**2
    section = Section(1.0, 1.0, 1.0, 1.0, 1e6, 1e6, 1.0, 1.0, 1.0, 1.0, round=True)
    points, frames, item = straight(length, elements, section)
    h = length / elements
    shear = 12.0 * bending / h**3
    row = np.array([axial / h, shear, shear, bending / h, bending / h, bending / h])
    item = replace(item, stiffness=np.tile(row, (elements, 1)))
    points[frames.centres, 0] *= 1.0 - load / axial
    return points, clamped(frames, points, 0), item


def least_stiffness(points: Float, item: Item, fixed: Bool) -> float:
    """Smallest eigenvalue of an item's tangent over the free unknowns, N/mm."""
    pattern = build_pattern(len(points), item.connectivity)
    blocks = pattern.assemble_matrix(item.evaluate(points, with_matrix=True).matrices)
    matrix = bsr_matrix((blocks, pattern.indices, pattern.indptr)).toarray()
    free = ~fixed.ravel()
    return float(np.linalg.eigvalsh(matrix[np.ix_(free, free)])[0])
