# SPDX-License-Identifier: BSD-3-Clause
"""A displacement through a random medium against a reservoir simulator (OPM Flow 2022.10).

Cube of 200 m, porosity 0.2, permeability over four decades, 160 m³ a day of a fluid of 1000 cP into one of
1 cP for 3000 days, six faces at 200 bar; linear relative permeabilities up to a saturation of 0.999.
"""

from pathlib import Path

import numpy as np
import pytest

from vertaug.cement.displacement import FluidPair, displace
from vertaug.cement.displacement_grid import PorousBlock

DATA = Path(__file__).resolve().parents[2] / "../shared/data/displacement"
MILLIDARCY = 9.869232667160130e-10
DAY = 86400.0

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason="no folder shared/data beside the repository"),
]


def test_saturation_and_pressure_are_the_reservoir_simulators():
    permeability = np.load(DATA / "permeability_20.npz")["k_mD"].astype(np.float64) * MILLIDARCY
    source = np.zeros(permeability.shape)
    source[10, 10, 10] = 160e9 / DAY
    result = displace(
        PorousBlock(permeability, 0.2, (1e4, 1e4, 1e4)), FluidPair((1e-6, 1e-9), (1.0, 1.0), 0.999),
        source, 3000.0 * DAY,
    )  # fmt: skip
    reference = np.load(DATA / "opm_20.npz")
    saturation = reference["saturation"].astype(np.float64)
    assert np.abs(result.saturation - saturation).sum() < 0.003 * saturation.sum()
    rise = (reference["pressure_bar"] - 200.0)[10, 10, 10]
    assert 10.0 * result.pressure[10, 10, 10] == pytest.approx(rise, rel=1e-3)
    assert result.balance_error < 1e-12
