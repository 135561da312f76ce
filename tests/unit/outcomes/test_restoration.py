# SPDX-License-Identifier: BSD-3-Clause
"""The three definitions of restoration, and what is lost on deflation, against worked numbers."""

import pytest

from vertaug.outcomes import Heights, restoration, restored_height, springback


def test_worked_number_of_the_three_definitions():
    measure = restored_height(before=18.0, after=22.0, intact=26.0)
    assert measure.gain_mm == pytest.approx(4.0)
    assert measure.of_lost_percent == pytest.approx(50.0)
    assert measure.ratio_percent == pytest.approx(100 * 22 / 26)


def test_share_of_lost_is_none_where_nothing_was_lost():
    measure = restored_height(before=25.8, after=26.0, intact=26.0)
    assert measure.of_lost_percent is None
    assert measure.ratio_percent == pytest.approx(100.0)
    assert restored_height(before=25.6, after=26.0, intact=26.0).of_lost_percent == pytest.approx(
        100.0
    )


def test_body_taller_than_its_reference_has_no_share():
    assert restored_height(before=27.0, after=28.0, intact=26.0).of_lost_percent is None


def test_without_reference_only_the_gain_is_stated():
    measure = restored_height(before=18.0, after=22.0, intact=None)
    assert (measure.gain_mm, measure.of_lost_percent, measure.ratio_percent) == (4.0, None, None)


def test_further_loss_is_negative_and_overcorrection_above_hundred():
    assert restored_height(18.0, 17.0, 26.0).of_lost_percent == pytest.approx(-12.5)
    assert restored_height(18.0, 27.0, 26.0).of_lost_percent == pytest.approx(112.5)


def test_a_loss_within_the_doubt_of_its_reference_has_no_share():
    doubtful = restored_height(before=24.3, after=24.5, intact=25.4, doubt=0.15)
    assert doubtful.of_lost_percent is None
    assert doubtful.ratio_percent == pytest.approx(96.457, abs=1e-3)
    assert restored_height(15.6, 16.6, 21.75, doubt=0.15).of_lost_percent == pytest.approx(
        16.26, abs=0.01
    )


def test_three_places_are_not_mixed():
    result = restoration(Heights(18, 20, 26), Heights(20, 24, 26), Heights(26, 26, 26.1))
    assert result.to_dict() == {
        "anterior": {
            "gain_mm": 2,
            "of_lost_percent": 25.0,
            "ratio_percent": pytest.approx(76.923, abs=1e-3),
        },
        "middle": {
            "gain_mm": 4,
            "of_lost_percent": pytest.approx(66.667, abs=1e-3),
            "ratio_percent": pytest.approx(92.308, abs=1e-3),
        },
        "posterior": {
            "gain_mm": 0,
            "of_lost_percent": None,
            "ratio_percent": pytest.approx(99.617, abs=1e-3),
        },
    }


def test_heights_are_read_in_order_and_named():
    heights = Heights.of([18, 20, 26])
    assert heights.to_dict() == {"anterior": 18.0, "middle": 20.0, "posterior": 26.0}
    assert list(heights) == [18.0, 20.0, 26.0]


def test_springback_is_loss_and_share_of_gain():
    lost = springback(Heights(18, 20, 26), Heights(22, 23, 26.05), Heights(21, 22.4, 26))
    assert lost.anterior.lost_mm == pytest.approx(1.0)
    assert lost.anterior.of_gain_percent == pytest.approx(25.0)
    assert lost.middle.of_gain_percent == pytest.approx(20.0)
    assert lost.posterior.of_gain_percent is None
