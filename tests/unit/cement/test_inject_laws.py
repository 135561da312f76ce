# SPDX-License-Identifier: BSD-3-Clause
"""Cement of every law of rheology through cannula and bone."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.errors import InputError
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.cure.kinetics import GAS_CONSTANT
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import ageing, of_ages
from vertaug.materials.rheology.registry import RHEOLOGY
from vertaug.materials.rheology.setting import cure_with_age
from vertaug.verification.problems.injection import ball

TIP = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)


def pushed(cement: Cement):
    grid = ball(8, 12.0, 5e-3, 0.8)
    return inject(grid, cement, [TIP], [Push("centre", 500.0, 50.0)])


def cement_of(name: str, age: float = 300.0) -> Cement:
    law = RHEOLOGY[name].builder()
    if name == "castro_macosko":
        cures = cure_with_age(stanczyk_2004.kinetics(), 296.15)
        return Cement(name, replace(of_ages({0.0: law}), cures=cures), age)
    return Cement(name, ageing(law, 130.0), age)


@pytest.mark.parametrize("name", RHEOLOGY)
def test_an_injection_runs_and_balances_with_every_law(name: str) -> None:
    early, late = (pushed(cement_of(name, age)) for age in (300.0, 500.0))
    for result in (early, late):
        assert result.stopped == "schedule"
        assert not result.failure
        assert result.balance_error < 1e-10
        assert np.all(result.history.syringe > result.history.tip)
        assert np.all(result.history.tip > 0.0)
        assert result.history.passes.max() < 12, "ended by their count, not by their tolerance"
    assert late.history.syringe[-1] > 1.05 * early.history.syringe[-1]


def test_a_law_of_cure_that_is_told_no_cure_is_refused() -> None:
    with pytest.raises(InputError, match="E-CEMENT-013"):
        Cement("bare", of_ages({0.0: RHEOLOGY["castro_macosko"].builder()}))


def test_cure_follows_age_as_half_cure_times_say() -> None:
    """The paper's: 864 s at 23 °C and 274 s at 37 °C to half, from 0.001 with a limit of 1."""
    for temperature, half in ((296.15, 864.0), (310.15, 274.0)):
        kinetics = stanczyk_2004.kinetics(limit=1.0, slope=0.0, **stanczyk_2004.PAPER)
        pairs = cure_with_age(kinetics, temperature)
        ages, degrees = np.array(pairs).T
        assert np.interp(0.5, degrees, ages) == pytest.approx(half, rel=0.02)


def test_cement_cures_twice_as_fast_in_a_body_as_at_25_degrees() -> None:
    """Nicholas et al. (2007): curing times of 8.7, 13 and 13 min at 25 °C are halved at 37 °C."""
    found = []
    for temperature in (298.15, 310.15):
        ages, degrees = np.array(cure_with_age(stanczyk_2004.kinetics(), temperature)).T
        limit = stanczyk_2004.LIMIT + stanczyk_2004.SLOPE * (temperature - stanczyk_2004.BODY)
        found.append(np.interp(0.5 * limit, degrees, ages) / 60.0)
    assert found == [pytest.approx(14.5, abs=0.1), pytest.approx(7.0, abs=0.1)]
    assert found[0] / found[1] == pytest.approx(2.0, rel=0.05)


def test_the_rate_at_25_degrees_is_the_papers() -> None:
    paper = stanczyk_2004.PAPER["factor"] * np.exp(
        -stanczyk_2004.PAPER["energy"] / (GAS_CONSTANT * 298.15)
    )
    own = stanczyk_2004.FACTOR * np.exp(-stanczyk_2004.ACTIVATION / 298.15)
    assert own == pytest.approx(paper, rel=1e-7)
    assert pytest.approx(nicholas_2007.ACTIVATION, rel=1e-7) == stanczyk_2004.ACTIVATION
