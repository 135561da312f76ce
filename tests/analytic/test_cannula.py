# SPDX-License-Identifier: BSD-3-Clause
"""Pressure drop in a cannula: Hagen-Poiseuille, power law, Herschel-Bulkley in closed form.

Tube 120 mm long, inner radius 1.2 mm, 100 mm³/s.
"""

import pytest

from vertaug.cement.cannula import TubeFluid, flow_rate, inner_radius, pressure_drop
from vertaug.errors import InputError

CASES = [
    (1e-7, 1.0, 0.0, 0.0014736568804805128),
    (1e-4, 1.0, 0.0, 1.4736568804805126),
    (1e-3, 1.0, 0.0, 14.736568804805126),
    (2e-4, 0.5, 0.0, 0.3838823883014839),
    (5e-4, 0.3, 0.0, 0.41694773660626255),
    (2e-4, 0.5, 1e-4, 0.4088281245381167),
    (2e-4, 0.5, 1e-3, 0.6286999346939107),
    (1e-4, 1.0, 5e-4, 1.6069822),
]


@pytest.mark.parametrize(("consistency", "index", "plug", "expected"), CASES)
def test_pressure_drop(consistency: float, index: float, plug: float, expected: float) -> None:
    fluid = TubeFluid(consistency, index, plug)
    assert pressure_drop(fluid, 1.2, 120.0, 100.0) == pytest.approx(expected, rel=3e-8)


def test_flow_rate_inverts_pressure_drop() -> None:
    fluid = TubeFluid(1e-4, 1.0, 1e-4)
    assert flow_rate(fluid, 1.195, 1.0 * 1.195 / 250.0) == pytest.approx(62.278, rel=1e-4)
    assert flow_rate(fluid, 1.195, 0.9e-4) == 0.0


def test_eleven_gauge_at_three_millilitres_a_minute() -> None:
    drop = pressure_drop(TubeFluid(1e-4), inner_radius(11), 125.0, 50.0)
    assert drop == pytest.approx(0.780, rel=1e-2)


def test_unknown_gauge_is_refused() -> None:
    with pytest.raises(InputError, match="gauge"):
        inner_radius(7)
