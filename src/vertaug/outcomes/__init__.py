# SPDX-License-Identifier: BSD-3-Clause
"""What a run is asked for: height won, pressure, cement and leakage, the compacted rim."""

from vertaug.outcomes.cement import CementOutcome, cement_outcome, fill_fraction, first_leak
from vertaug.outcomes.curves import (
    InflationRow,
    InjectionCurve,
    read_curve,
    write_inflation_curve,
    write_injection_curve,
)
from vertaug.outcomes.density import RimDensity, distance_to_facets, rim_density
from vertaug.outcomes.heights import Heights
from vertaug.outcomes.pressure import (
    BalloonPressure,
    balloon_pressure,
    peak_pressure,
    plateau_pressure,
    to_mL,
    to_psi,
)
from vertaug.outcomes.restoration import Restoration, RestoredHeight, restoration, restored_height
from vertaug.outcomes.springback import LostHeight, Springback, springback

__all__ = [
    "BalloonPressure",
    "CementOutcome",
    "Heights",
    "InflationRow",
    "InjectionCurve",
    "LostHeight",
    "Restoration",
    "RestoredHeight",
    "RimDensity",
    "Springback",
    "balloon_pressure",
    "cement_outcome",
    "distance_to_facets",
    "fill_fraction",
    "first_leak",
    "peak_pressure",
    "plateau_pressure",
    "read_curve",
    "restoration",
    "restored_height",
    "rim_density",
    "springback",
    "to_mL",
    "to_psi",
    "write_inflation_curve",
    "write_injection_curve",
]
