# SPDX-License-Identifier: BSD-3-Clause
"""Every benchmark of `vertaug verify`, on its coarse meshes."""

import pytest

from vertaug.verification.registry import all_problems, find
from vertaug.verification.running import run_problem

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("problem", all_problems(), ids=lambda problem: problem.id)
def test_benchmark(problem):
    outcome = run_problem(problem, "quick")
    failed = [f"{e.check.quantity}: {e.message}" for e in outcome.entries if not e.passed]
    assert not failed


OTHERS = {
    "b.sphere": {"poisson": 0.217, "meshes": (5, 10)},
    "n4.bolus": {
        "radius": 13.6, "conductivity": 0.85, "capacity": 2.16, "start": 33.3, "rise": 68.0, "times": (13.0, 78.0),
        "radii": (0.0, 6.3), "meshes": (7, 10, 15),
    },
    "n6.held_ball": {
        "radius": 13.6, "conductivity": 0.3, "capacity": 1.44, "power": 1.8, "times": (6.0, 36.0, 360.0),
        "place": 0.85,
    },
    "j.buckley": {"ratios": (0.05, 0.5, 1.0, 3000.0), "power": 1.5, "reach": 0.6},
    "k17.opening": {"radii": (2.55,), "reach": 5.6, "tissue": 0.006, "spacing": 1.5},
    "n7.generating_ball": {
        "radius": 13.6, "conductivity": 0.4, "capacity": 3.6, "power": 1.8, "duration": 42.0, "late": 66.0,
        "meshes": (5,),
    },
    "n8.shells": {
        "radius": 12.0, "rim": 15.0, "inner": 0.14, "outer": 0.85, "capacity": 2.64, "power": 3.4, "meshes": (4, 6),
    },
    "n17.injected_heat": {
        "volume": 1200.0, "rate": 7.2, "rim": 7.2, "porosity": 0.88, "body": 304.15, "room": 303.15, "age": 375.0,
        "fresh": 0.03, "heat": 139.5, "blood": 2.4, "mesh": 6,
    },
    "f5.cement_layer": {"divisions": 3},
    "r2.arrhenius": {"start": 52.0, "end": 52.0},
    "k16.canal": {"radius": 6.3, "permeability": 0.017, "spacing": 1.35},
    "h.two_spheres": {"young": 268.715, "poisson": 0.073, "radius": 231.033, "approach": 0.000992708, "meshes": (9,)},
}  # fmt: skip
"""Parameters and meshes at which a problem once failed, its own reference or tolerance to blame."""


@pytest.mark.parametrize("name", OTHERS)
def test_benchmark_follows_other_parameters(name):
    outcome = run_problem(find(name), "quick", OTHERS[name])
    failed = [f"{e.check.quantity}: {e.message}" for e in outcome.entries if not e.passed]
    assert not failed
