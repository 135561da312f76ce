# SPDX-License-Identifier: BSD-3-Clause
"""Plateau, peak and units of a balloon's pressure–volume curve."""

import numpy as np
import pytest

from vertaug.outcomes import balloon_pressure, peak_pressure, plateau_pressure, to_mL, to_psi


def test_four_hundred_psi():
    assert to_psi(2.758) == pytest.approx(400.0, abs=0.02)
    assert to_mL(2500.0) == 2.5


def test_plateau_of_a_flat_curve_ignores_an_early_peak():
    volume = np.array([50.0, 100.0, 300.0, 1000.0, 2000.0])
    pressure = np.array([0.0, 3.0, 1.5, 1.5, 1.5])
    assert plateau_pressure(volume, pressure) == pytest.approx(1.5)
    assert peak_pressure(volume, pressure) == 3.0


def test_plateau_of_a_ramp_is_its_mean_over_the_last_half():
    volume = np.linspace(0.0, 2000.0, 11)
    assert plateau_pressure(volume, volume / 1000.0) == pytest.approx(1.5)


def test_plateau_does_not_depend_on_step_spacing():
    def pressure(volume):
        return 1.0 + volume / 4000.0

    even = np.linspace(100.0, 2000.0, 200)
    uneven = np.geomspace(100.0, 2000.0, 23)
    assert plateau_pressure(uneven, pressure(uneven)) == pytest.approx(
        plateau_pressure(even, pressure(even)), rel=1e-12
    )


def test_deflation_and_repeated_volumes_change_nothing():
    volume = np.array([100.0, 1000.0, 1000.0, 2000.0])
    pressure = np.array([1.0, 2.0, 2.0, 2.0])
    deflated = np.concatenate([volume, [1000.0, 0.0]]), np.concatenate([pressure, [0.2, 0.0]])
    assert plateau_pressure(*deflated) == plateau_pressure(volume, pressure) == 2.0


def test_summary_is_in_the_clinics_units():
    summary = balloon_pressure(np.array([0.0, 1000.0, 2000.0]), np.array([0.0, 1.4, 1.2]))
    assert summary.volume_mL == 2.0
    assert summary.pressure_psi == pytest.approx(174.05, abs=0.01)
    assert summary.plateau_psi == pytest.approx(188.55, abs=0.01)
    assert summary.peak_psi == pytest.approx(203.05, abs=0.01)


@pytest.mark.parametrize(
    ("volume", "pressure", "match"),
    [
        ([1.0], [1.0], "two equal rows"),
        ([1.0, 2.0], [1.0], "two equal rows"),
        ([1.0, np.nan], [1.0, 1.0], "finite"),
        ([5.0, 5.0], [1.0, 1.0], "never grows"),
    ],
)
def test_curves_without_a_plateau_are_refused(volume, pressure, match):
    with pytest.raises(ValueError, match=match):
        plateau_pressure(np.array(volume), np.array(pressure))
