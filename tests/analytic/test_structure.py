# SPDX-License-Identifier: BSD-3-Clause
"""Beams, ligaments, ties and beds against closed forms, and the closed forms against known values."""

import math

import numpy as np
import pytest

from vertaug.solid.bed import tension_free_bed
from vertaug.solid.frame import add_frames
from vertaug.solid.load import frame_load
from vertaug.solid.tie import rigid_tie
from vertaug.verification.closed_forms import beams, ligaments
from vertaug.verification.problems import beams as beam_problems
from vertaug.verification.problems import ligaments as ligament_problems
from vertaug.verification.problems import ties as tie_problems
from vertaug.verification.running import run_problem

pytestmark = pytest.mark.usefixtures("one_thread")

PROBLEMS = {
    problem.id: problem
    for problem in (
        beam_problems.cantilever, beam_problems.three_point, beam_problems.screw,
        beam_problems.elastica, beam_problems.roll_up, beam_problems.column,
        ligament_problems.crossed, ligament_problems.parallel, ligament_problems.serial,
        tie_problems.pull_out, tie_problems.bonded_bar, tie_problems.tied_bar,
    )
}  # fmt: skip
OTHER = {
    "o.cantilever": {"width": 2.0, "height": 5.0, "poisson": 0.1, "elements": (3,)},
    "o.three_point": {"span": 25.0, "width": 3.0},
    "o.roll_up": {"turns": 0.6, "elements": 5},
    "o.pull_out": {"traction": 1.06, "elements": 3, "steps": 12},
    "p.crossed": {"slack": 11.0, "sags": (3.0, 7.5)},
    "p.parallel": {"stiffness": (8.0, 3.0), "slack": (0.5, 0.2), "loads": (1.0, 20.0)},
}


@pytest.mark.parametrize("name", OTHER)
def test_benchmark_passes_with_other_parameters(name):
    outcome = run_problem(PROBLEMS[name], "quick", OTHER[name])
    assert outcome.passed, [entry.message for entry in outcome.entries if not entry.passed]


def test_beam_formulae_at_known_values():
    bending, shear = 1000.0 * 4.0**4 / 12.0, 0.8496732026 * 1000.0 / 2.6 * 16.0
    assert beams.cantilever_tip(10.0, 40.0, bending) == pytest.approx(10.0)
    assert beams.cantilever_tip(10.0, 40.0, bending, shear) == pytest.approx(10.0765, rel=1e-9)
    assert beams.three_point_middle(10.0, 40.0, bending) == pytest.approx(0.625)
    assert beams.three_point_middle(10.0, 40.0, bending, shear) == pytest.approx(0.644125)
    titanium = 110000.0 * math.pi * 6.5**4 / 64.0
    assert beams.foundation_head(100.0, 40.0, titanium, 200.0) == pytest.approx(0.05580431482852839)
    assert beams.foundation_head(100.0, 40.0, titanium, 10.0) == pytest.approx(1.0062952189716383)
    assert beams.chapman_pull_out(3.0, 6.5, 30.0, 2.5, 1.0) == pytest.approx(1343.3447045157302)
    assert beams.rod_twist(100.0, 40.0, 1000.0 / 2.6 * math.pi * 4.0**4 / 32.0) == pytest.approx(
        0.4138028520389279
    )


@pytest.mark.parametrize(
    ("number", "deflection", "shortening"),
    [(1.0, 0.30172, 0.05643), (2.0, 0.49346, 0.16064), (10.0, 0.81061, 0.55500)],
)
def test_elastica_at_the_table_of_bisshopp_and_drucker(number, deflection, shortening):
    """Deflections of large cantilevers tabulated since 1945; small loads give PL³/3EI."""
    found = beams.elastica_tip(number, 1.0, 1.0)
    assert found[0] == pytest.approx(deflection, abs=2e-5)
    assert 1.0 - found[1] == pytest.approx(shortening, abs=2e-5)
    assert beams.elastica_tip(1e-3, 1.0, 1.0)[0] == pytest.approx(1e-3 / 3.0, rel=1e-5)


def test_elastica_satisfies_its_equation():
    """Integrate EI θ'' = -P cos θ backwards from the tip found: the root comes out clamped."""
    from scipy.integrate import solve_ivp

    deflection, shadow, slope = beams.elastica_tip(10.0, 1.0, 1.0)

    def right(_, y):
        return [y[1], -10.0 * math.cos(y[0]), math.cos(y[0]), math.sin(y[0])]

    back = solve_ivp(right, (1.0, 0.0), [slope, 0.0, shadow, deflection], rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(back.y[[0, 2, 3], -1], 0.0, atol=1e-7)


def test_ligament_formulae_at_known_values():
    assert ligaments.crossed_bands(10.0, 10.0, 9.0, 6.0) == pytest.approx((9.05996075, 7.19922624))
    assert ligaments.crossed_bands(10.0, 10.0, 9.0, 4.358) == (0.0, 0.0)
    assert ligaments.parallel_bands((5.0, 10.0, 20.0), (0.0, 1.0, 2.0), 40.0) == pytest.approx(
        90 / 35
    )
    assert ligaments.parallel_bands((5.0, 10.0, 20.0), (0.0, 1.0, 2.0), 5.0) == pytest.approx(1.0)
    share, force = ligaments.serial_bands(2.0, (20.0, 0.3, 0.5), (50.0, 0.1, 1.0))
    assert (share, force) == pytest.approx((1.1864471274339001, 12.728942548678003))
    assert ligaments.serial_bands(0.3, (20.0, 0.3, 0.5), (50.0, 0.1, 1.0))[1] == 0.0


@pytest.mark.parametrize("eccentricity", [0.05, 0.25, 0.35])
def test_rigid_footing_lifts_off_its_bed(eccentricity, cases):
    """A rigid square on a bed without tension: beyond a sixth of its side it stands on 3(½ - e) of it."""
    from vertaug.mesh.surface import boundary_facets

    body, cells = cases.grid(24)
    facets = boundary_facets(cells)[0]
    bottom = facets[(body[facets][:, :, 2] == 0.0).all(axis=1)]
    used = np.unique(bottom)
    points, new = body[used], np.searchsorted(used, bottom).astype(np.int32)
    bed = tension_free_bed(points, new, 10.0)
    points, frames = add_frames(points, np.array([[0.5, 0.5, 0.0]]), 1.0)
    tie = rigid_tie(points, frames, 0, np.arange(len(used)), 100.0)
    load = frame_load(frames, 0, (0.0, 0.0, -0.1), (0.0, 0.1 * eccentricity, 0.0))
    fixed = np.zeros((len(points), 3), dtype=bool)
    fixed[frames.centres, :2] = True
    fixed[frames.rotations] = [True, False, True]
    result = cases.solve(points, [bed, tie, load], fixed, 1e-9)
    assert result.converged, result.reason
    depth = bed.depth(result.points)
    assert bed.reaction(result.points)[2] == pytest.approx(-0.1, rel=1e-7)
    edge = depth[points[bed.nodes, 0] == 1.0].mean() * 10.0
    if eccentricity <= 1.0 / 6.0:
        assert edge == pytest.approx(0.1 * (1.0 + 6.0 * eccentricity), rel=5e-3)
        assert (depth > 0.0).all()
    else:
        standing = 3.0 * (0.5 - eccentricity)
        assert edge == pytest.approx(2.0 * 0.1 / standing, rel=2e-2)
        assert points[bed.nodes][depth > 0.0, 0].min() == pytest.approx(1.0 - standing, abs=1 / 24)
