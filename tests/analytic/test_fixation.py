# SPDX-License-Identifier: BSD-3-Clause
"""Two blocks of bone bridged by screws and a rod: all structural items at work, checked by statics."""

import math

import numpy as np
import pytest

from vertaug.solid.beam import beam
from vertaug.solid.cells import SolidItem
from vertaug.solid.embedding import Bond, embed
from vertaug.solid.frame import add_frames
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.load import frame_load
from vertaug.solid.newton import NewtonOptions, minimise
from vertaug.solid.section import circular_section
from vertaug.solid.tie import rigid_tie
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

FORCE, MOMENT = 100.0, 1500.0
TOP, BOTTOM = 29, 30


def bridged(cases, traction):
    """Points, fixed unknowns and items; the rod runs over the gap from z = 25 to 35."""
    cube, cells = cases.grid(3)
    lower = cube * [30.0, 40.0, 25.0]
    points = np.vstack([lower, lower + np.array([0.0, 0.0, 35.0])])
    cells = np.vstack([cells, cells + len(lower)]).astype(np.int32)
    solid = SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(200.0, 0.3))
    along = np.linspace(2.0, 50.0, 13)
    places = [np.column_stack([np.full(13, 15.01), along, np.full(13, z)]) for z in (12.4, 47.4)]
    heights = np.linspace(12.4, 47.4, 5)[1:4]
    places.append(np.column_stack([np.full(3, 15.01), np.full(3, 50.0), heights]))
    ends = np.array([[15.0, 20.0, 60.0], [15.0, 20.0, 0.0]])
    every, frames = add_frames(points, np.vstack([*places, ends]), 10.0)
    number = np.arange(12)
    pairs = np.stack([number, number + 1], axis=1)
    screws = beam(every, frames, np.vstack([pairs, pairs + 13]), circular_section(3.25, 1.1e5, 0.3))
    rod_pairs = [[12, 26], [26, 27], [27, 28], [28, 25]]
    rod = beam(every, frames, rod_pairs, circular_section(2.75, 1.1e5, 0.3))
    inside = np.flatnonzero(along < 37.0)
    bond = Bond(6.5, traction, 1000.0, 100.0)
    ties = [embed(every, cells, frames, inside + shift, bond) for shift in (0, 13)]
    for frame, z in ((TOP, 60.0), (BOTTOM, 0.0)):
        ties.append(rigid_tie(every, frames, frame, np.flatnonzero(points[:, 2] == z), 1e4))
    fixed = np.zeros((len(every), 3), dtype=bool)
    fixed[[frames.centres[BOTTOM], frames.rotations[BOTTOM]]] = True
    return every, fixed, solid, screws, rod, ties


@pytest.mark.parametrize("method", ["direct", "multigrid"])
def test_the_rod_carries_the_load_across_the_gap(cases, method):
    points, fixed, solid, screws, rod, ties = bridged(cases, 1.06)
    frames = screws.frames
    load = frame_load(frames, TOP, (0.0, 0.0, -FORCE), (MOMENT, 0.0, 0.0))
    items = [solid, screws, rod, *ties, load]
    pattern = build_pattern(len(points), *(item.connectivity for item in items))
    solver = LinearSolver(pattern, points, fixed, method=method)
    result = minimise(points, items, solver, NewtonOptions(tolerance=1e-8))
    assert result.converged, result.reason
    assert result.iterations <= 8
    after = result.points
    middle = after[frames.centres[[26, 27, 28]]]
    arm = after[frames.centres[TOP]] - 0.5 * (middle[0] + middle[1])
    expected = MOMENT - FORCE * arm[1]
    axial, shear_2, shear_3, torque, *bending = rod.resultants(after)[1]
    # the rod has turned: axial and shear force together are the load
    assert axial == pytest.approx(-FORCE, rel=5e-3)
    assert np.linalg.norm([axial, shear_2, shear_3]) == pytest.approx(FORCE, rel=1e-6)
    assert math.hypot(*bending) == pytest.approx(expected, rel=1e-4)
    assert abs(torque) < 1e-3 * expected
    force, moment = ties[-1].reaction(after, BOTTOM)
    np.testing.assert_allclose(force, [0.0, 0.0, -FORCE], atol=1e-4)
    over = after[frames.centres[TOP]] - after[frames.centres[BOTTOM]]
    assert moment[0] == pytest.approx(MOMENT - FORCE * over[1], rel=1e-4)


def test_a_weak_bond_slips_and_dissipates(cases):
    """With a tenth of the bond the screws creep in their holes; energy in equals stored and lost."""
    points, fixed, solid, screws, rod, ties = bridged(cases, 0.3)
    frames = screws.frames
    head = frames.centres[TOP]
    work, before, used = 0.0, points[head, 2], []
    for step in range(1, 9):
        load = frame_load(ties[-1].frames, TOP, (0.0, 0.0, -FORCE * step / 8))
        result = cases.solve(points, [solid, screws, rod, *ties, load], fixed, 1e-8)
        assert result.converged, result.reason
        points = result.points
        work += FORCE * (step - 0.5) / 8 * (before - points[head, 2])
        before = points[head, 2]
        used.append(max(float(tie.law.used(tie.gaps(points)).max()) for tie in ties[:2]))
        ties = [tie.committed(points) for tie in ties]
        screws, rod = screws.committed(points), rod.committed(points)
    lost = sum(float(tie.law.dissipated.sum()) for tie in ties[:2])
    stored = sum(item.energy(points) for item in (solid, screws, rod, *ties))
    assert used[0] < 0.5
    assert used[-1] == 1.0
    assert lost > 0.0
    assert work == pytest.approx(stored + lost, rel=2e-3)
