# SPDX-License-Identifier: BSD-3-Clause
"""The map from the intact to the fractured shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vertaug.anatomy.fracture import (
    GENANT_LOSS,
    Band,
    Deformity,
    FractureMap,
    damage_of,
    height_losses,
)
from vertaug.errors import InputError

INTACT = (23.0, 20.0, 24.0)


def make_map(losses, share=1.0, band=None):
    return FractureMap.through(
        losses,
        (-14.0, 0.0, 14.0),
        21.0,
        (14.0, 22.0),
        (-9.0, 9.0),
        band or Band(),
        carrier=2.0,
        superior_share=share,
    )


@settings(max_examples=40, deadline=None)
@given(
    losses=st.tuples(*[st.floats(0.0, 9.0)] * 3),
    share=st.floats(0.0, 1.0),
    centre=st.floats(0.0, 1.0),
)
def test_inverse_undoes_forward(losses, share, centre):
    fracture = make_map(losses, share, Band(centre=centre))
    points = np.random.default_rng(1).uniform([-30, -30, -20], [30, 45, 20], (500, 3))
    np.testing.assert_allclose(fracture.inverse(fracture.forward(points)), points, atol=1e-9)


@pytest.mark.parametrize("losses", [(8.0, 4.0, 0.0), (1.0, 7.0, 1.0), (6.0, 6.0, 6.0)])
def test_volume_ratio_is_the_derivative_of_the_map(losses):
    fracture = make_map(losses)
    points = np.random.default_rng(2).uniform([-20, -17, -12], [20, 30, 12], (2000, 3))
    step = np.array([0.0, 0.0, 1e-5])
    slope = (fracture.forward(points + step) - fracture.forward(points - step))[:, 2] / 2e-5
    np.testing.assert_allclose(fracture.volume_ratio(points), slope, atol=1e-6)


def test_wedge_moves_nothing_at_or_behind_the_posterior_wall():
    fracture = make_map((8.0, 4.0, 0.0))
    points = np.random.default_rng(3).uniform([-30, 14, -20], [30, 45, 20], (500, 3))
    np.testing.assert_array_equal(fracture.forward(points), points)


def test_crush_moves_the_arch_as_one_piece():
    fracture = make_map((6.0, 6.0, 6.0))
    points = np.random.default_rng(4).uniform([-30, 22, -20], [30, 45, 20], (500, 3))
    moved = fracture.forward(points) - points
    np.testing.assert_allclose(moved - moved[0], 0.0, atol=1e-12)
    np.testing.assert_array_equal(fracture.volume_ratio(points), 1.0)


def test_heights_lost_at_the_stations_are_those_asked_for():
    fracture = make_map((7.0, 5.0, 2.0), share=0.4)
    y = np.array([-14.0, 0.0, 14.0])
    top = np.column_stack([0 * y, y, 0 * y + 12.0])
    bottom = np.column_stack([0 * y, y, 0 * y - 12.0])
    height = fracture.forward(top)[:, 2] - fracture.forward(bottom)[:, 2]
    np.testing.assert_allclose(24.0 - height, [7.0, 5.0, 2.0], atol=1e-12)


@pytest.mark.parametrize("grade", [1, 2, 3])
@pytest.mark.parametrize(("kind", "place"), [("wedge", 0), ("biconcave", 1), ("crush", 0)])
def test_grade_sets_the_loss_at_the_place_of_the_kind(kind, place, grade):
    losses = height_losses(Deformity(kind, grade), INTACT)
    assert losses[place] == pytest.approx(GENANT_LOSS[grade] * INTACT[place])
    assert losses[place] == max(losses)


def test_heights_override_and_the_kind_tells_the_rest():
    losses = height_losses(Deformity("wedge", heights=(15.0, None, None)), INTACT)
    assert losses == pytest.approx((8.0, 4.0, 0.0))


def test_damage_lies_between_nothing_and_its_peak():
    damage = damage_of(np.array([1.0, 0.9, 0.5, 0.2]), 0.53)
    assert damage[0] == 0.0
    assert np.all(np.diff(damage) > 0.0)
    assert 0.52 < damage[-1] < 0.53


@pytest.mark.parametrize(
    ("deformity", "code"),
    [
        (Deformity("wedge"), "E-ANAT-010"),
        (Deformity("wedge", loss=0.9), "E-ANAT-010"),
        (Deformity("wedge", heights=(30.0, None, None)), "E-ANAT-011"),
    ],
)
def test_impossible_losses_are_input_errors(deformity, code):
    with pytest.raises(InputError, match=code):
        height_losses(deformity, INTACT)


def test_more_loss_than_bone_is_an_input_error():
    with pytest.raises(InputError, match="E-ANAT-012"):
        make_map((13.5, 13.0, 13.0))
