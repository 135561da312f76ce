# SPDX-License-Identifier: BSD-3-Clause
"""Approaches stay in bone, keep their distances, and say so where they cannot."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vertaug.anatomy.access import (
    Line,
    cannula_distance,
    cannula_region,
    plan_access,
    plan_approaches,
)
from vertaug.anatomy.fracture import Deformity
from vertaug.anatomy.morphometry import levels
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.errors import InputError


@cache
def vertebra(level="L1", kind="none", grade=0):
    return ParametricVertebra(level, deformity=Deformity(kind, grade)).build(1.0)


def depth(bone, start, end):
    points = start + np.linspace(0.0, 1.0, 60)[:, None] * (end - start)
    return -bone.distance.at(points).max()


@pytest.mark.parametrize("level", levels())
def test_a_15_mm_balloon_stays_in_bone_at_every_level(level):
    bone = vertebra(level)
    plan = plan_access(bone)
    assert len(plan.approaches) == 2
    for approach in plan.approaches:
        assert depth(bone, approach.balloon_start, approach.balloon_end) >= 2.0 + plan.clearance
        length = np.linalg.norm(approach.balloon_end - approach.balloon_start)
        assert length + 2.0 * approach.channel_radius == pytest.approx(15.0)
        forward = (approach.balloon_end - approach.balloon_start) / length
        behind = approach.entry + 5.1 * forward
        assert depth(bone, behind, approach.tip) >= approach.channel_radius - 0.05
        assert bone.distance.at(approach.entry[None])[0] == pytest.approx(0.0, abs=0.2)
        np.testing.assert_allclose(approach.tip + 2.0 * forward, approach.balloon_start)


@pytest.mark.parametrize("level", ["T8", "L1", "L4"])
def test_balloons_lie_in_the_front_two_thirds_and_mirror_each_other(level):
    bone = vertebra(level)
    left, right = plan_approaches(bone, balloon_length=10.0)
    marks = bone.landmarks
    third = marks.posterior_wall - (marks.posterior_wall - marks.anterior_wall) / 3.0
    assert left.balloon_start[1] < third
    assert left.balloon_start[0] > 4.0
    assert left.entry[0] > left.balloon_start[0] > left.balloon_end[0]
    np.testing.assert_allclose(left.balloon_end * [-1, 1, 1], right.balloon_end, atol=1.0)


@pytest.mark.parametrize(("kind", "grade"), [("wedge", 2), ("biconcave", 3), ("crush", 3)])
def test_fractured_bodies_are_reached(kind, grade):
    bone = vertebra("L1", kind, grade)
    plan = plan_access(bone)
    for approach in plan.approaches:
        assert depth(bone, approach.balloon_start, approach.balloon_end) >= 2.0 + plan.clearance


def test_small_bodies_are_reached_with_less_clearance_and_a_warning():
    plan = plan_access(vertebra("T4"))
    assert plan.clearance < 3.0
    assert "bone around the deflated balloon" in plan.warnings[0]


def test_a_balloon_too_long_is_refused_with_a_length_that_fits():
    with pytest.raises(InputError, match="E-ACCESS-003") as caught:
        plan_access(vertebra("T4"), balloon_length=25.0)
    assert caught.value.field == "balloon.left.length"
    assert "use a balloon of at most" in caught.value.fix


def test_a_cannula_thicker_than_the_pedicle_is_refused():
    with pytest.raises(InputError, match="E-ACCESS-004") as caught:
        plan_access(vertebra("L2"), channel_radius=4.6, clearance=0.5)
    assert "leaves the bone by" in caught.value.found


def test_without_pedicles_entry_and_target_are_needed():
    bone = vertebra("L1")
    marks = replace(bone.landmarks, pedicle_left=None, pedicle_right=None)
    bare = replace(bone, landmarks=marks)
    with pytest.raises(InputError, match="E-ACCESS-002"):
        plan_access(bare, ("left",))
    known = plan_approaches(bone, ("left",))[0]
    forward = known.balloon_end - known.balloon_start
    target = known.balloon_end + 2.0 * forward / np.linalg.norm(forward)
    (given,) = plan_approaches(bare, ("left",), lines={"left": Line(known.entry, target)})
    np.testing.assert_allclose(given.balloon_start, known.balloon_start, atol=1e-9)


def test_balloons_too_close_are_refused():
    bone = vertebra("L1")
    left, right = plan_approaches(bone)
    lines = {
        "left": Line(left.entry, np.array([1.8, -7.0, 0.0])),
        "right": Line(right.entry, np.array([-1.8, -7.0, 0.0])),
    }
    with pytest.raises(InputError, match="E-ACCESS-005"):
        plan_access(bone, lines=lines, clearance=1.0)


def test_unknown_side_is_refused():
    with pytest.raises(InputError, match="E-ACCESS-001"):
        plan_access(vertebra("L1"), ("middle",))


def test_cannula_distance_is_that_of_a_cylinder():
    approach = plan_approaches(vertebra("L1"), ("left",))[0]
    axis = approach.tip - approach.entry
    length = np.linalg.norm(axis)
    middle = approach.entry + 0.5 * axis
    side = np.cross(axis / length, [0.0, 0.0, 1.0])
    side /= np.linalg.norm(side)
    points = np.array([middle, middle + 3.0 * side, approach.tip + axis / length])
    np.testing.assert_allclose(cannula_distance(approach, points), [-2.0, 1.0, 1.0], atol=1e-9)
    region = cannula_region(approach)
    np.testing.assert_allclose(region.at(points), [-2.0, 1.0, 1.0], atol=0.35)
