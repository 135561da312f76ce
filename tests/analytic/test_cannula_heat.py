# SPDX-License-Identifier: BSD-3-Clause
"""Cement that warms in a cannula against Graetz's series, a cylinder at rest, and the time of transit."""

import numpy as np
import pytest
from scipy.special import jn_zeros

from vertaug.curing.cannula_heat import CannulaHeat, Tube
from vertaug.materials.thermal.tissues import CEMENT, ThermalTissue

RADIUS, WITHIN = 1.194, 80.0
PERFECT = ThermalTissue(1e-6, 1e6)
"""Wall and tissue that keep the tube at body temperature."""
SQUARES = np.array([2.7043644, 6.679031, 10.67338, 14.67108, 18.66987]) ** 2
GRADIENTS = np.array([0.74877, 0.54383, 0.46286, 0.41542, 0.38292])
"""Graetz's series for a parabolic profile: Shah, London (1978), Laminar Flow Forced Convection in Ducts."""


def tube(cells: int = 40, rings: int = 12, room: float = 0.0) -> CannulaHeat:
    made = Tube(RADIUS, 1.524, WITHIN, 125.0, room, room + 1.0, CEMENT, PERFECT, PERFECT)
    return CannulaHeat(made, cells, rings)


def graetz(rate: float) -> float:
    """Share of the difference of temperature that is left in the mixed cement at the end."""
    along = np.pi * CEMENT.conductivity / CEMENT.capacity * WITHIN / (2.0 * rate)
    return float(8.0 * (GRADIENTS / SQUARES * np.exp(-SQUARES * along)).sum())


@pytest.mark.parametrize("rate", [25.0, 50.0, 150.0])
def test_steady_flow_is_graetz(rate: float) -> None:
    """First order along the tube; 1, 11 and 42 % of the difference are left at these rates."""
    errors = []
    for cells in (10, 20, 40):
        made = tube(cells, 24)
        made.advance(rate, 60.0 + 2000.0 / rate)
        errors.append(abs(1.0 - made.at_mouth().now - graetz(rate)))
    assert errors[2] < 0.008
    assert errors[1] < 0.6 * errors[0]
    assert errors[2] < 0.6 * errors[1]


@pytest.mark.parametrize("rate", [20.0, 100.0])
def test_the_stay_is_volume_over_flow(rate: float) -> None:
    made = tube()
    made.advance(rate, 40.0 + 8000.0 / rate)
    stay = made.at_mouth()
    assert stay.seconds == pytest.approx(np.pi * RADIUS**2 * WITHIN / rate, rel=1e-6)
    assert 0.0 < stay.mean < stay.now < 1.0


def test_cement_at_rest_warms_as_a_cylinder() -> None:
    """Mean of a cylinder whose surface is held warm: Carslaw, Jaeger (1959), 7.7."""
    made, zeros = tube(rings=24), jn_zeros(0, 40)
    for seconds in (0.25, 1.0, 2.0):
        made.advance(0.0, seconds)
    time = CEMENT.conductivity / CEMENT.capacity * 3.25 / RADIUS**2
    left = float((4.0 / zeros**2 * np.exp(-(zeros**2) * time)).sum())
    assert made.at_mouth().now == pytest.approx(1.0 - left, abs=0.03)
    assert made.at_mouth().seconds == pytest.approx(3.25)
    made.advance(0.0, 60.0)
    assert made.at_mouth().now == pytest.approx(1.0, abs=1e-6)


def test_tissue_that_is_cooled_warms_less() -> None:
    """11 gauge, 3 mL/min from 23 °C into 37: all but a few kelvins at first, less as the tissue cools."""
    made = CannulaHeat(Tube(RADIUS, 1.524, 90.0, 125.0, 296.15, 310.15))
    first = [made.advance(50.0, 10.0) for _ in range(6)]
    assert 296.15 + 7.0 < first[-1] < first[2] < 310.15
    again = CannulaHeat(Tube(RADIUS, 1.524, 90.0, 125.0, 310.15, 310.15))
    assert again.advance(50.0, 10.0) == pytest.approx(310.15, abs=1e-9)
    assert again.at_mouth().mean == pytest.approx(310.15, abs=1e-9)
