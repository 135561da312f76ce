# SPDX-License-Identifier: BSD-3-Clause
"""Cement outcome from an injection whose numbers can be told by hand."""

import numpy as np
import pytest

from vertaug.outcomes import cement_outcome, fill_fraction, first_leak


def test_first_leak_is_interpolated():
    time = np.array([0.0, 10.0, 20.0, 30.0])
    assert first_leak(time, np.array([0.0, 0.0, 4.0, 8.0])) == pytest.approx(12.5)
    assert first_leak(time, np.array([0.0, 0.0, 0.5, 0.9])) is None
    assert first_leak(time, np.array([2.0, 2.0, 2.0, 2.0])) == 0.0


def test_outcome_splits_what_stayed_from_what_left():
    time = np.array([0.0, 50.0, 100.0])
    outcome = cement_outcome(
        time,
        injected=np.array([0.0, 2500.0, 5000.0]),
        in_bone=np.array([0.0, 2500.0, 4800.0]),
        leaked={"disc": np.zeros(3), "basivertebral": np.array([0.0, 0.0, 200.0])},
        body=24_000.0,
    )
    assert outcome.to_dict() == {
        "injected_mL": 5.0,
        "in_bone_mL": 4.8,
        "fill_fraction": pytest.approx(0.2),
        "leaked_mL": {"disc": 0.0, "basivertebral": 0.2},
        "first_leak_s": {"basivertebral": pytest.approx(50.25)},
    }


def test_a_body_has_volume():
    with pytest.raises(ValueError, match="positive"):
        fill_fraction(100.0, 0.0)
