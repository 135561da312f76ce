# SPDX-License-Identifier: BSD-3-Clause
"""Closed forms of heat and thermal damage against tables computed elsewhere, and against known numbers."""

import math

import numpy as np
import pytest

from vertaug.materials.damage.henriques_1947 import QUOTED
from vertaug.verification.closed_forms import thermal_damage
from vertaug.verification.closed_forms.heat import Ball, HalfSpace, contact_temperature, driven_bar

HALF = HalfSpace(0.5, 2.4)
BALL = Ball(8.0, 0.5, 2.4)
ZERO = 273.15


def test_known_numbers():
    assert 37.0 + HALF.step(2.0, 60.0, 43.0) == pytest.approx(66.633730, abs=1e-6)
    assert 37.0 + float(BALL.hot(np.array(9.0), 60.0, 40.0)) == pytest.approx(45.153679, abs=1e-6)
    assert BALL.held(0.0, 60.0, 2.0) == pytest.approx(35.125042, abs=1e-6)
    assert 37.0 + BALL.generating(8.0, 120.0, 2.0, 60.0) == pytest.approx(47.1248, abs=1e-4)
    assert Ball(8.0, 0.2, 2.4).layered(8.0, 0.5, 25.0, 2.0) == pytest.approx(58.02667, abs=1e-5)
    bar = driven_bar(80.0, 32.0, 100.0, 35.0 / (7.2e-3 * 440.5), 100.0, 80.0)
    assert bar == pytest.approx(36.60310711, abs=1e-6)
    cement = Ball(10.0, 0.3, 1.606)
    middle = [37.0 + float(cement.hot(np.array(1e-6), t, 63.0)) for t in (60.0, 300.0, 900.0)]
    assert middle == pytest.approx([86.4055, 47.8798, 39.4875], abs=1e-4)
    assert contact_temperature(HALF, HALF, 80.0, 40.0) == pytest.approx(60.0)
    assert thermal_damage.ramp_dose(37.0 + ZERO, 60.0 + ZERO, 230.0) == pytest.approx(
        31516.033813, abs=1e-5
    )
    pair = (QUOTED.log_factor, QUOTED.activation)
    assert thermal_damage.steady_damage(55.0 + ZERO, 60.0, *pair) == pytest.approx(
        2.0016706, abs=1e-7
    )
    assert thermal_damage.ramp_damage(37.0 + ZERO, 60.0 + ZERO, 230.0, *pair) == pytest.approx(
        15.37873733, rel=1e-7
    )


def test_half_space_against_the_table(reference_rows):
    for row in reference_rows("n_semi_infinite.csv"):
        time, depth = float(row["t"]), float(row["x"])
        assert 37.0 + HALF.step(depth, time, 43.0) == pytest.approx(
            float(row["T_step80_from37"]), abs=1e-8
        )
        assert 37.0 + HALF.flux(depth, time, 5.0) == pytest.approx(float(row["T_flux5"]), abs=1e-8)
        film = HALF.convection(depth, time, 0.5, 43.0)
        assert 37.0 + film == pytest.approx(float(row["T_convection_h0.5_Tinf80"]), abs=1e-8)


def test_balls_against_the_tables(reference_rows):
    for row in reference_rows("n_hot_bolus_infinite.csv"):
        place = np.array(max(float(row["r"]), 1e-5))
        assert 37.0 + float(BALL.hot(place, float(row["t"]), 40.0)) == pytest.approx(
            float(row["T"]), abs=1e-6
        )
    for row in reference_rows("n_sphere_uniform_generation.csv"):
        found = BALL.held(float(row["r"]), float(row["t"]), 2.0)
        assert found == pytest.approx(float(row["dT"]), abs=1e-6)
    for row in reference_rows("n_bolus_generation_infinite.csv"):
        found = 37.0 + BALL.generating(float(row["r"]), float(row["t"]), 2.0, 60.0)
        assert found == pytest.approx(float(row["T"]), abs=1e-6)
    layered = Ball(8.0, 0.2, 2.4)
    for row in reference_rows("n_sphere_two_material_steady.csv"):
        assert layered.layered(float(row["r"]), 0.5, 25.0, 2.0) == pytest.approx(
            float(row["dT"]), abs=1e-9
        )


def test_a_falling_ramp_gives_the_dose_of_the_rising_one():
    for first, second in ((50.0, 37.0), (60.0, 45.0), (42.0, 39.0)):
        times = np.linspace(0.0, 90.0, 200_001) + 2.25e-4
        levels = first + (second - first) * times[:-1] / 90.0
        minutes = (np.where(levels > 43.0, 2.0, 4.0) ** (levels - 43.0)).mean() * 1.5
        found = thermal_damage.ramp_dose(first + ZERO, second + ZERO, 90.0)
        assert found == pytest.approx(minutes, rel=1e-5)
    assert thermal_damage.ramp_dose(45.0 + ZERO, 45.0 + ZERO, 60.0) == pytest.approx(4.0)


def test_damage_against_the_tables(reference_rows):
    for row in reference_rows("r_cem43_constant.csv"):
        found = thermal_damage.steady_dose(float(row["T"]) + ZERO, float(row["duration_s"]))
        assert found == pytest.approx(float(row["CEM43_min"]), rel=1e-11)
    for row in reference_rows("r_cem43_profiles.csv"):
        first, second, time = (float(row[name]) for name in ("p1", "p2", "p3"))
        if row["case"] == "ramp":
            found = thermal_damage.ramp_dose(first + ZERO, second + ZERO, time)
        elif row["case"] == "expdecay_above43":
            found = thermal_damage.decay_dose(37.0 + ZERO, first, second, time)
        else:
            continue
        assert found == pytest.approx(float(row["CEM43_min"]), rel=1e-9)
    pair = (math.log(3.1e98), 6.28e5 / 8.314)
    for row in reference_rows("r_henriques_constant.csv"):
        found = thermal_damage.steady_damage(float(row["T"]) + ZERO, float(row["t"]), *pair)
        assert found == pytest.approx(float(row["Omega"]), rel=1e-9)
