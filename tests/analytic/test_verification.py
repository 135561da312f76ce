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
    "h.two_spheres": {"young": 268.715, "poisson": 0.073, "radius": 231.033, "approach": 0.000992708, "meshes": (9,)},
}  # fmt: skip
"""Parameters and meshes at which a problem once failed, its own reference or tolerance to blame."""


@pytest.mark.parametrize("name", OTHERS)
def test_benchmark_follows_other_parameters(name):
    outcome = run_problem(find(name), "quick", OTHERS[name])
    failed = [f"{e.check.quantity}: {e.message}" for e in outcome.entries if not e.passed]
    assert not failed
