# SPDX-License-Identifier: BSD-3-Clause
"""Passage through limit points: rubber balloon, truss that snaps through and back, spheres that flow.

Truss: two bars of rest length L, half span b, rise h, stiffness k each. With engineering strain the apex at height y
carries P = 2 k (L/l - 1) y, l² = b² + y². A spring k_s in series, loaded at its end, makes the path of the load point
u = h - y + P/k_s, which snaps back where the spring is softer than the truss at its worst.
"""

from dataclasses import dataclass

import numpy as np
import pytest

from vertaug.solid.arc_length import ArcOptions, follow_arc
from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.controls import DisplacementControl, LoadControl, MeasureControl, VolumeControl
from vertaug.solid.item import Contribution
from vertaug.solid.load import NodalLoad
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.patches import patches_of
from vertaug.solid.stepping import PathOptions, follow
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")


@dataclass(frozen=True)
class Bars:
    """Bars between pairs of nodes: energy ½ k (l - L)²."""

    pairs: np.ndarray
    rest: np.ndarray
    stiffness: np.ndarray

    @property
    def connectivity(self):
        return self.pairs

    def energy(self, points):
        way = points[self.pairs[:, 1]] - points[self.pairs[:, 0]]
        return float((0.5 * self.stiffness * (np.linalg.norm(way, axis=1) - self.rest) ** 2).sum())

    def evaluate(self, points, *, with_matrix):
        way = points[self.pairs[:, 1]] - points[self.pairs[:, 0]]
        length = np.linalg.norm(way, axis=1)
        along = way / length[:, None]
        tension = self.stiffness * (length - self.rest)
        forces = tension[:, None, None] * np.stack([-along, along], axis=1)
        outer = along[:, :, None] * along[:, None, :]
        block = self.stiffness[:, None, None] * outer
        block += (tension / length)[:, None, None] * (np.eye(3) - outer)
        matrices = np.concatenate(
            [np.concatenate([block, -block], 2), np.concatenate([-block, block], 2)], 1
        )
        return Contribution(self.energy(points), forces, matrices if with_matrix else None)


SPAN, RISE, BAR = 10.0, 3.0, 50.0
REST = np.hypot(SPAN, RISE)
WORST = 2.0 * BAR * (1.0 - REST / SPAN)
"""Stiffness of the truss at its flattest: the least."""


def truss_load(height):
    """Load that the apex carries at a height."""
    return 2.0 * BAR * (REST / np.hypot(SPAN, height) - 1.0) * height


def truss(spring=None):
    """Points, bars and what is held of the truss; with a spring, node 3 is loaded, else the apex."""
    points = np.array(
        [[-SPAN, 0.0, 0.0], [SPAN, 0.0, 0.0], [0.0, 0.0, RISE], [0.0, 0.0, RISE + 20.0]]
    )
    pairs, rest, stiffness = [[0, 2], [1, 2]], [REST, REST], [BAR, BAR]
    if spring is not None:
        pairs, rest, stiffness = [*pairs, [2, 3]], [*rest, 20.0], [*stiffness, spring]
    fixed = np.ones((4, 3), dtype=bool)
    fixed[2, 2] = False
    fixed[3, 2] = spring is None
    bars = Bars(np.array(pairs, dtype=np.int32), np.array(rest), np.array(stiffness))
    return points, bars, fixed


def down(node):
    """Dead load on a node for a factor in N."""
    nodes, forces = np.array([node], dtype=np.int32), np.array([[0.0, 0.0, -1.0]])
    return lambda factor: (NodalLoad(nodes, factor * forces),)


def test_truss_snaps_through_under_the_conjugate_displacement():
    """The tangent of the truss is indefinite between its limit points; that with the tether is not."""
    points, bars, fixed = truss()
    control = MeasureControl(np.array([2], dtype=np.int32), np.array([[0.0, 0.0, -1.0]]), 1e7)
    options = PathOptions(first=0.2, smallest=1e-3, largest=0.4)
    seen = []
    result = follow(
        points, [bars], control, (0.0, 2.0 * RISE + 1.0), fixed, options, start=-RISE - 1e-9,
        progress=lambda step, stage: seen.append((stage.points[2, 2], step.factor)),
    )  # fmt: skip
    assert result.ended == "end", result.limited_by
    height, load = np.array(seen).T
    np.testing.assert_allclose(load, truss_load(height), atol=1e-6)
    assert load.max() > 0.0 > load.min()
    assert height[-1] == pytest.approx(-2.0 * RISE - 1.0, abs=1e-5)
    assert max(step.iterations for step in result.steps) <= 6
    assert not any(step.cuts for step in result.steps)


def test_truss_under_dead_load_is_caught_at_the_other_side():
    """Load control cannot stop between: it finds the far equilibrium, of lower energy."""
    points, bars, fixed = truss()
    heights = np.linspace(0.0, RISE, 20001)
    limit = truss_load(heights).max()
    options = PathOptions(first=0.1 * limit, smallest=1e-4 * limit, largest=0.2 * limit)
    result = follow(points, [bars], LoadControl(down(2), "P"), (1.1 * limit,), fixed, options)
    assert result.ended == "end"
    assert result.points[2, 2] < -RISE
    assert truss_load(result.points[2, 2]) == pytest.approx(1.1 * limit, rel=1e-6)


@pytest.mark.parametrize("weight", [0.0, 0.05])
def test_truss_with_a_soft_spring_snaps_back(weight):
    spring = -0.4 * WORST
    points, bars, fixed = truss(spring)
    options = ArcOptions(first=0.1, smallest=1e-4, largest=0.3, weight=weight)
    seen = []
    result = follow_arc(
        points, [bars], down(3), fixed, options, lambda x, factor: x[2, 2] < -RISE - 0.5,
        progress=lambda step, x: seen.append((x[2, 2], x[3, 2], step.factor)),
    )  # fmt: skip
    assert result.ended == "stop rule", result.limited_by
    height, end, load = np.array(seen).T
    np.testing.assert_allclose(load, truss_load(height), atol=1e-6)
    np.testing.assert_allclose(points[3, 2] - end, RISE - height + load / spring, atol=1e-6)
    way = points[3, 2] - end
    turns = np.diff(np.sign(np.diff(way))) != 0
    assert turns.sum() == 2  # the load point goes back, then on
    assert (np.diff(np.sign(np.diff(load))) != 0).sum() == 2
    assert all(step.converged for step in result.steps)
    assert result.balance.relative_error < 5e-3


def test_rubber_balloon_goes_over_its_pressure_limit(cases):
    """Thin nearly incompressible neo-Hookean sphere: p is largest at λ = 7^(1/6), volume goes on."""
    body = cases.ball(cases.sphere(3), np.array([4.95, 5.05]))
    item = body.item(laws.NEO_HOOKE, np.array([0.0, 0.0, 550.0, 1.1]))
    control = VolumeControl(body.inner, 10.0)
    first = control.items(1.0, 0.0)[0].volume(body.points)
    options = PathOptions(first=0.1 * first, smallest=1e-3 * first, largest=0.35 * first)
    seen = []
    result = follow(
        body.points, [item], control, (8.0 * first,), body.fixed(), options, start=first,
        progress=lambda step, stage: seen.append((step.target / first, step.factor)),
    )  # fmt: skip
    assert result.ended == "end", result.limited_by
    volume, pressure = np.array(seen).T
    stretch = np.cbrt(volume)
    top = int(pressure.argmax())
    fit = np.polyfit(stretch[top - 2 : top + 3], pressure[top - 2 : top + 3], 2)
    assert -0.5 * fit[1] / fit[0] == pytest.approx(7.0 ** (1.0 / 6.0), rel=0.02)
    ideal = 2.0 * 1.1 * 0.1 / 5.0 * (1.0 / stretch - stretch**-7)
    over = pressure[top:] / ideal[top:]  # a polyhedron of 72 faces: a tenth too stiff, evenly
    assert 1.0 < over.min() < over.max() < 1.11
    assert np.ptp(over) < 0.01
    assert result.balance.relative_error < 5e-3


def plastic_ball(cases, ratio, size, kinematics):
    """One eighth of a hollow ball of J2 material in patches, E = 200, ν = 0.3, Y = 2."""
    angular, layers = size
    body = cases.ball(cases.octant(angular), np.geomspace(1.0, ratio, layers + 1))
    item = SolidItem.at_rest(
        body.points, body.cells, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0), kinematics=kinematics,
        patches=patches_of(body.cells, 8),
    )  # fmt: skip
    return body, item


def grown(body):
    """Radial displacement control of the cavity, target: displacement over its radius."""
    n = len(body.directions)
    moved = np.zeros(body.points.shape, dtype=bool)
    moved[:n] = ~body.fixed()[:n]
    return DisplacementControl(moved, lambda target: (1.0 + target) * body.points)


NEWTON = NewtonOptions(tolerance=1e-6, max_iterations=30)


def test_pressure_of_a_finite_plastic_sphere_peaks_and_falls(cases):
    """J2 at large strain, b₀/a₀ = 3, free outside: p = 3.9280 at 1.1 falls to 3.4123 at 1.3."""
    body, item = plastic_ball(cases, 3.0, (4, 10), 0)
    options = PathOptions(first=5e-3, smallest=1e-4, largest=0.02, newton=NEWTON)
    found = {}

    def progress(step, stage):
        found[step.target] = cases.cavity_pressure(body, held[-1], stage.points)
        held.append(stage.items[0])

    held = [item]
    result = follow(
        body.points, [item], grown(body), (0.05, 0.1, 0.2, 0.3), body.fixed(), options, progress=progress
    )  # fmt: skip
    assert result.ended == "end", result.limited_by
    pressures = np.array([found[t] for t in (0.05, 0.1, 0.2, 0.3)])
    np.testing.assert_allclose(pressures, [3.6134, 3.9280, 3.7138, 3.4123], rtol=0.05)
    assert max(found, key=found.get) == pytest.approx(0.1, abs=0.03)
    assert pressures[3] / pressures[1] == pytest.approx(3.4123 / 3.9280, rel=0.02)
    assert result.balance.relative_error < 0.02


def test_plastic_sphere_ends_at_its_limit_load_and_goes_on_with_displacements(cases):
    """Small strain, b/a = 2: p_L = 2 Y ln 2; the mesh is a few per cent too strong."""
    body, item = plastic_ball(cases, 2.0, (3, 8), SMALL)
    exact = 4.0 * np.log(2.0)
    unit = cases.pressure_load(body, 1.0)
    load = LoadControl(lambda p: (NodalLoad(unit.nodes, p * unit.forces),), "p")
    options = PathOptions(first=1.0, smallest=2e-3, largest=1.0, newton=NEWTON)
    result = follow(body.points, [item], load, (5.0,), body.fixed(), options)
    assert result.ended == "limit", result.limited_by
    assert result.limit is not None
    low, high = result.limit
    assert 0.0 < high - low <= 0.01
    assert low == pytest.approx(exact, rel=0.06)
    assert result.limited_by.startswith(f"limit load reached at p = {low:.6g}")
    assert not result.steps[-1].converged
    further = PathOptions(first=2e-3, smallest=1e-5, largest=0.02, newton=NEWTON)
    on = follow(body.points, [item], grown(body), (0.1,), body.fixed(), further)
    assert on.ended == "end"
    pressure = cases.cavity_pressure(body, on.items[0], body.points)
    assert on.factor > 0.0
    assert np.isfinite(pressure)
