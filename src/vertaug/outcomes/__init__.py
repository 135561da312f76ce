# SPDX-License-Identifier: BSD-3-Clause
"""What a run is asked for: height won, pressure, cement and leakage, the compacted rim."""

from vertaug.outcomes.adjacent_fracture import FactorOfRisk, factor_of_risk, neighbour_strength
from vertaug.outcomes.body_shape import BodyShape, body_shape, body_volume
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
from vertaug.outcomes.endplate_load import EndplateLoad, endplate_load
from vertaug.outcomes.fracture import FractureResult, FractureRule, fracture
from vertaug.outcomes.heights import Heights
from vertaug.outcomes.interdigitation import (
    Interdigitation,
    cement_bone_facets,
    interdigitation,
)
from vertaug.outcomes.lift import Lift, all_lift, lift
from vertaug.outcomes.load_cases import CASES, LoadCase
from vertaug.outcomes.load_sharing import LoadSharing, load_sharing
from vertaug.outcomes.load_test import LoadTest, load_test
from vertaug.outcomes.own_frame import own_points
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
from vertaug.outcomes.strength_test import StrengthTest, repotted, strength_test
from vertaug.outcomes.surroundings import SurroundingsTaken, specimen_surroundings
from vertaug.outcomes.upper_body import UpperBody, UpperBodyLoad, upper_body_load

__all__ = [
    "CASES",
    "BalloonPressure",
    "BodyShape",
    "CementOutcome",
    "Crush",
    "EndplateLoad",
    "FactorOfRisk",
    "FractureResult",
    "FractureRule",
    "Heights",
    "InflationRow",
    "InjectionCurve",
    "Interdigitation",
    "InterfaceStress",
    "Lift",
    "LoadCase",
    "LoadSharing",
    "LoadTest",
    "LostHeight",
    "Restoration",
    "RestoredHeight",
    "RimDensity",
    "Springback",
    "StrengthTest",
    "SurroundingsTaken",
    "UpperBody",
    "UpperBodyLoad",
    "all_lift",
    "balloon_pressure",
    "body_alone",
    "body_height",
    "body_shape",
    "body_stiffness",
    "body_volume",
    "cement_bone_facets",
    "cement_outcome",
    "crush_test",
    "distance_to_facets",
    "endplate_load",
    "factor_of_risk",
    "fill_fraction",
    "first_leak",
    "fracture",
    "interdigitation",
    "interface_stress",
    "lift",
    "load_sharing",
    "load_test",
    "neighbour_strength",
    "own_points",
    "peak_pressure",
    "plateau_pressure",
    "potted",
    "read_curve",
    "repotted",
    "restoration",
    "restored_height",
    "rim_density",
    "sound_specimen",
    "specimen_surroundings",
    "springback",
    "strength_test",
    "to_mL",
    "to_psi",
    "upper_body_load",
    "write_inflation_curve",
    "write_injection_curve",
]
