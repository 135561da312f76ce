# SPDX-License-Identifier: BSD-3-Clause
"""Every benchmark of `vertaug verify`, on its coarse meshes."""

import pytest

from vertaug.verification.registry import all_problems
from vertaug.verification.running import run_problem

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("problem", all_problems(), ids=lambda problem: problem.id)
def test_benchmark(problem):
    outcome = run_problem(problem, "quick")
    failed = [f"{e.check.quantity}: {e.message}" for e in outcome.entries if not e.passed]
    assert not failed
