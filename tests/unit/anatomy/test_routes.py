# SPDX-License-Identifier: BSD-3-Clause
"""Routes into a body: the canal as it is measured, angles, and what each route keeps or refuses."""

from functools import cache

import numpy as np
import pytest

from vertaug.anatomy.access import Line, plan_access
from vertaug.anatomy.canal import canal_of, find_canal
from vertaug.anatomy.landmarks import find_landmarks
from vertaug.anatomy.morphometry import levels
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.routes import Route
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance
from vertaug.procedure.plan_balloon import Balloon

RADIUS = 1.75
QUICK = ("T4", "T8", "T12", "L5")
LEVELS = [
    level if level in QUICK else pytest.param(level, marks=pytest.mark.slow) for level in levels()
]
"""All levels; by default the smallest, the largest and two between."""


@cache
def vertebra(level):
    return ParametricVertebra(level).build(1.0)


def size(level):
    return ParametricVertebra(level).size


def plan(level, route, sides=("left",), **more):
    return plan_access(vertebra(level), sides, route=route, channel_radius=RADIUS, **more)


def from_canal(level, approach):
    """Distance of the cannula to the canal by its closed form, a superellipse behind the wall, mm."""
    bone, whole = vertebra(level), size(level)
    half = 0.5 * np.array([whole.canal_width, whole.canal_depth])
    turn = np.linspace(0.0, 2.0 * np.pi, 400)
    shape = np.column_stack([np.cos(turn), np.sin(turn)])
    shape = np.sign(shape) * np.abs(shape) ** 0.8 * half + bone.landmarks.canal[:2]
    behind = approach.entry - 30.0 * approach.direction
    line = behind + np.linspace(0.0, 1.0, 300)[:, None] * (approach.balloon_end - behind)
    apart = np.linalg.norm(line[:, None, :2] - shape, axis=2)
    return float(apart.min()) - approach.channel_radius


@pytest.mark.parametrize("level", LEVELS)
def test_canal_is_as_wide_and_deep_as_it_was_made(level):
    """Its corners are rounded into the pedicles, so that it is measured a little too wide; at L5 these flare."""
    canal, whole = find_canal(vertebra(level)), size(level)
    width, depth = np.ptp(canal.outline, axis=0)
    assert canal.measured
    assert (
        whole.canal_width
        < width
        < (1.12 if level not in ("L4", "L5") else 1.22) * whole.canal_width
    )
    assert whole.canal_depth < depth < 1.08 * whole.canal_depth
    marks = vertebra(level).landmarks
    assert canal.outline[:, 1].min() == pytest.approx(marks.posterior_wall, abs=0.6)


def test_distance_to_the_canal():
    canal = find_canal(vertebra("L1"))
    x, y, _ = vertebra("L1").landmarks.canal
    within, beside = np.array([x, y, 5.0]), np.array([x + 60.0, y, -8.0])
    wide = np.ptp(canal.outline[:, 0])
    inside, outside = canal.distance(np.array([within, beside]))
    assert -0.55 * np.ptp(canal.outline[:, 1]) < inside < -8.0
    assert outside == pytest.approx(60.0 - 0.5 * wide, abs=0.5)


def test_a_body_without_an_arch_has_a_canal_that_is_assumed():
    grid = SignedDistance(np.full(3, -30.0), 1.0, np.zeros((61, 76, 61), np.float32))
    box = (np.abs(grid.coordinates()) - np.array([20.0, 15.0, 12.0])).max(axis=-1)
    block = SignedDistance(grid.origin, grid.spacing, box.astype(np.float32))
    canal = canal_of(block, find_landmarks(block))
    assert not canal.measured
    assert canal.distance(np.array([[0.0, 24.0, 0.0]]))[0] == pytest.approx(-8.0, abs=0.6)
    assert canal.distance(np.array([[8.0, 10.0, 0.0]]))[0] > 0.0


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_has_a_way_through_its_pedicles(level):
    found = plan(level, "transpedicular", ("left", "right"))
    for approach in found.approaches:
        gaps = approach.gaps
        assert gaps.canal >= 0.0
        assert -1.5 < gaps.canal - from_canal(level, approach) < 0.4
        assert gaps.cortex >= 0.0
        assert gaps.balloon >= found.clearance
        assert gaps.ahead >= 4.0
        assert 10.0 < approach.medial_deg < 32.0
        assert 0.0 < approach.caudal_deg < 15.0


@pytest.mark.parametrize("level", LEVELS)
def test_one_sided_tips_come_to_the_midline(level):
    """Steeper than from both sides, and still not into the canal."""
    (approach,) = plan(level, "unipedicular").approaches
    (usual,) = plan(level, "transpedicular").approaches
    tip = approach.balloon_end + approach.channel_radius * approach.direction
    assert abs(tip[0]) <= 0.1 * vertebra(level).landmarks.width + 1e-9
    assert approach.medial_deg > usual.medial_deg + 1.0
    assert approach.gaps.canal >= 0.0
    assert from_canal(level, approach) > -0.5
    assert approach.gaps.cortex >= 0.0


@pytest.mark.parametrize("level", LEVELS[1:])
def test_ways_beside_the_pedicle_keep_off_the_canal(level):
    """4 mm and more, into the side of the body: in front of the pedicle, behind the body's middle."""
    (approach,) = plan(level, "extrapedicular", balloon_length=12.0).approaches
    marks = vertebra(level).landmarks
    assert approach.gaps.canal >= 4.0
    assert from_canal(level, approach) >= 4.0
    assert approach.gaps.cortex >= 0.0
    assert approach.gaps.balloon >= 1.0
    assert 0.0 < approach.entry[1] < marks.posterior_wall + 4.0
    assert approach.entry[0] > marks.pedicle_left.isthmus[0]
    assert approach.entry[1] < plan(level, "transpedicular").approaches[0].entry[1]


def test_thicker_cannulas_are_refused_beside_a_narrow_pedicle():
    with pytest.raises(InputError, match=r"E-ACCESS-00[3467]") as caught:
        plan_access(vertebra("T4"), ("left",), route="extrapedicular", channel_radius=3.0)
    assert "another route" in caught.value.fix or "smaller clearance" in caught.value.fix


@pytest.mark.parametrize("level", ["T9", "L1", "L4"])
def test_a_line_along_the_pedicle_has_its_angles(level):
    bone, whole = vertebra(level), size(level)
    axis = bone.landmarks.pedicle_left
    line = Line(axis.entry, axis.isthmus + 0.7 * bone.landmarks.depth * axis.direction)
    lines = {"left": line}
    found = plan(level, "transpedicular", lines=lines, clearance=0.5, balloon_length=12.0)
    (approach,) = found.approaches
    assert approach.medial_deg == pytest.approx(whole.pedicle_medial_angle, abs=3.0)
    assert approach.caudal_deg == pytest.approx(whole.pedicle_caudal_angle, abs=3.0)
    assert 0.0 < approach.gaps.cortex < 0.5 * whole.pedicle_width - approach.channel_radius + 0.7


def given(level, inward, up=0.0):
    """A line through the left isthmus, moved ``inward`` and ``up`` (mm), to a usual balloon."""
    usual = plan(level, "transpedicular").approaches[0]
    move = np.array([-inward, 0.0, up])
    tip = usual.balloon_end + usual.channel_radius * usual.direction
    return Line(usual.entry + move, tip)


def test_a_given_cannula_in_the_canal_is_refused():
    with pytest.raises(InputError, match=r"E-ACCESS-006") as caught:
        plan("L1", "transpedicular", lines={"left": given("L1", 14.0)})
    assert "into the spinal canal by" in caught.value.found
    assert caught.value.field == "balloon.left.entry"


def test_a_given_cannula_near_the_canal_is_warned_of():
    line = given("L1", 2.6)
    found = plan("L1", "transpedicular", lines={"left": line})
    assert 0.0 <= found.approaches[0].gaps.canal < 1.0
    assert any("from the spinal canal" in text for text in found.warnings)


def test_breaches_outward_are_warned_of_and_inward_refused():
    """A little out of the pedicle's outer wall lies muscle; below and within run nerves."""
    found = plan("L1", "transpedicular", lines={"left": given("L1", -5.5)})
    assert -2.0 <= found.approaches[0].gaps.cortex < 0.0
    assert any("leaves the bone by" in text for text in found.warnings)
    for line in (given("L1", 5.0), given("L1", -10.0), given("L1", 0.0, -16.0)):
        with pytest.raises(InputError, match=r"E-ACCESS-00[46]"):
            plan("L1", "transpedicular", lines={"left": line})


def test_plans_know_all_routes():
    assert Balloon.model_fields["route"].annotation == Route


def test_two_one_sided_balloons_are_refused():
    with pytest.raises(InputError, match=r"E-ACCESS-008"):
        plan("L1", "unipedicular", ("left", "right"))
