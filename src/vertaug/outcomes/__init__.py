# SPDX-License-Identifier: BSD-3-Clause
"""What a run is asked for: height won, pressure, cement and leakage, the compacted rim."""

from vertaug.outcomes.body_stiffness import body_stiffness
from vertaug.outcomes.cement import CementOutcome, cement_outcome, fill_fraction, first_leak
from vertaug.outcomes.cement_interface import InterfaceStress, interface_stress
from vertaug.outcomes.crush_test import Crush, crush_test, potted
from vertaug.outcomes.curves import (
    InflationRow,
    InjectionCurve,
    read_curve,
    write_inflation_curve,
    write_injection_curve,
)
from vertaug.outcomes.density import RimDensity, distance_to_facets, rim_density
from vertaug.outcomes.fracture import FractureResult, FractureRule, fracture
from vertaug.outcomes.heights import Heights
from vertaug.outcomes.interdigitation import (
    Interdigitation,
    cement_bone_facets,
    interdigitation,
)
from vertaug.outcomes.pressure import (
    BalloonPressure,
    balloon_pressure,
    peak_pressure,
    plateau_pressure,
    to_mL,
    to_psi,
)
from vertaug.outcomes.restoration import Restoration, RestoredHeight, restoration, restored_height
from vertaug.outcomes.specimen import body_alone, body_height, sound_specimen
from vertaug.outcomes.springback import LostHeight, Springback, springback

__all__ = [
    "BalloonPressure",
    "CementOutcome",
    "Crush",
    "FractureResult",
    "FractureRule",
    "Heights",
    "InflationRow",
    "InjectionCurve",
    "Interdigitation",
    "InterfaceStress",
    "LostHeight",
    "Restoration",
    "RestoredHeight",
    "RimDensity",
    "Springback",
    "balloon_pressure",
    "body_alone",
    "body_height",
    "body_stiffness",
    "cement_bone_facets",
    "cement_outcome",
    "crush_test",
    "distance_to_facets",
    "fill_fraction",
    "first_leak",
    "fracture",
    "interdigitation",
    "interface_stress",
    "peak_pressure",
    "plateau_pressure",
    "potted",
    "read_curve",
    "restoration",
    "restored_height",
    "rim_density",
    "sound_specimen",
    "springback",
    "to_mL",
    "to_psi",
    "write_inflation_curve",
    "write_injection_curve",
]
