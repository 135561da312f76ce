# SPDX-License-Identifier: BSD-3-Clause
"""Heat and cure that go along with an injection."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.curing.ageing import aged
from vertaug.curing.body import Blood
from vertaug.curing.cannula_heat import CannulaHeat, Tube
from vertaug.curing.flowing import Entering, FlowingHeat
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.rheology.castro_macosko_1980 import CastroMacosko
from vertaug.materials.rheology.flow_curve import Warmth, ageing, of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.thermal.polymer import Polymer
from vertaug.verification.problems.injection import ball

ROOM, BODY, AGE = 296.15, 310.15, 360.0
TIP = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
GRID = ball(7, 12.0, 5e-3, 0.8)


def following(body=BODY, kinetics=None, room=ROOM, supply=3.0, cannulas=None):
    kinetics = kinetics or stanczyk_2004.kinetics()
    entering = Entering(room, room, AGE)
    blood = Blood(supply, supply, body)
    return FlowingHeat(GRID, Polymer(), kinetics, entering, blood, cannulas=cannulas)


def warming(body=BODY, room=ROOM):
    tube = Tube(TIP.radius, TIP.outer_radius, 90.0, TIP.length, room, body)
    return {TIP.name: CannulaHeat(tube)}


def pushed(cement, heat=None, rate=20.0, options=None, volume=600.0):
    return inject(GRID, cement, [TIP], [Push("centre", volume, rate)], options, warmth=heat)


def newtonian(warmth=0.0, body=BODY):
    curve = of_ages({0.0: Newtonian(2e-4)}, warmth=Warmth(warmth, body))
    return Cement("test", curve, AGE, room=ROOM, body=body)


def test_cement_comes_in_cold_and_warms_from_outside():
    heat = following()
    result = pushed(newtonian(), heat)
    share, warm = result.saturation, heat.run.temperature
    middle = tuple(n // 2 for n in GRID.shape)
    assert warm[middle] < ROOM + 3.0
    front = (share > 0.1) & (share < 0.9)
    assert warm[front].mean() > warm[share > 0.99].mean() + 3.0
    assert warm.min() >= ROOM - 0.5
    assert warm.max() <= BODY + 0.5
    assert heat.run.record.balance().error < 1e-6
    np.testing.assert_array_equal(heat.temperature[1:-1, 1:-1, 1:-1], warm)


def test_a_cannula_warms_its_cement():
    """Cement comes in eight kelvins warmer and some seconds older, and what it brings is booked."""
    cold, heat = following(), following(cannulas=warming())
    cement = Cement("test", ageing(Newtonian(2e-4), 130.0), AGE, room=ROOM, body=BODY)
    plain, result = pushed(cement, cold), pushed(cement, heat)
    middle = tuple(n // 2 for n in GRID.shape)
    assert heat.run.temperature[middle] > cold.run.temperature[middle] + 8.0
    held = result.saturation > 0.5
    assert 4.0 < (result.age[held] - plain.age[held]).mean() < 60.0
    assert (heat.run.degree[held] > cold.run.degree[held]).mean() > 0.9
    assert heat.run.record.balance().error < 1e-6
    assert result.balance_error < 1e-10


def test_cement_that_waits_in_a_warm_cannula_thickens():
    """A pause of three minutes counts more than twice in the tube's warm part, so that the syringe feels it."""
    cement = Cement("test", ageing(Newtonian(2e-4), 130.0), AGE, room=ROOM, body=BODY)
    wait = [Push("centre", 100.0, 20.0), Push("centre", 100.0, 20.0, pause=180.0)]
    felt = []
    for cannulas in (None, warming()):
        heat = following(cannulas=cannulas)
        result = inject(GRID, cement, [TIP], wait, warmth=heat)
        again = np.flatnonzero(result.history.time > 185.0)[0]
        felt.append(float(result.history.syringe[again] - result.history.tip[again]))
    assert felt[1] > 2.0 * felt[0]


def test_without_a_difference_of_temperature_nothing_changes():
    """Body, room and blood alike, no reaction to speak of: the flow is that without heat, to the last bit."""
    kinetics = stanczyk_2004.kinetics(1e-12)
    cement = replace(newtonian(), room=BODY)
    heat = following(kinetics=kinetics, room=BODY, cannulas=warming(room=BODY))
    plain, warmed = pushed(cement), pushed(cement, heat)
    np.testing.assert_array_equal(plain.saturation, warmed.saturation)
    np.testing.assert_array_equal(plain.history.tip, warmed.history.tip)
    np.testing.assert_allclose(heat.run.temperature, BODY, atol=1e-3)


def test_cold_cement_that_heat_thins_is_pushed_harder():
    thick = pushed(newtonian(4000.0), following()).history.tip[-1]
    plain = pushed(newtonian(4000.0)).history.tip[-1]
    most = np.exp(4000.0 * (1.0 / ROOM - 1.0 / BODY))
    assert 1.3 * plain < thick < most * plain


def test_cold_cement_ages_more_slowly():
    cement = Cement("test", ageing(Newtonian(2e-4), 130.0), AGE, room=ROOM, body=BODY)
    slow, fast = pushed(cement, following(), 6.0), pushed(cement, None, 6.0)
    held = slow.saturation > 0.5
    assert slow.age[held].mean() < fast.age[held].mean() - 15.0
    assert slow.history.tip[-1] < fast.history.tip[-1]


def test_cure_goes_along_and_sets_the_cement():
    """Cement of a warm room has set in the cannula's mouth; in a cold one it has not."""
    kinetics = stanczyk_2004.kinetics(1e-2)
    law = of_ages({0.0: CastroMacosko(gel=0.3)})
    options = InjectionOptions(set_viscosity=5e-3)
    stops = {}
    for room in (291.15, 305.15):
        cement = Cement("test", replace(law, cures=((0.0, 0.01),)), AGE, room=room, body=BODY)
        heat = following(kinetics=kinetics, room=room)
        result = pushed(cement, heat, 6.0, options)
        stops[room] = result.stopped
        cured = heat.run.degree[result.saturation > 0.5]
        fresh = aged(kinetics, [(AGE, room)])
        assert cured.min(initial=1.0) >= fresh - 1e-9
        assert result.balance_error < 1e-10
    assert stops == {291.15: "schedule", 305.15: "set"}


@pytest.mark.parametrize("supply", [0.0, 20.0])
def test_blood_warms_the_bone_around(supply):
    heat = following(supply=supply)
    pushed(newtonian(), heat)
    blood = heat.run.record.balance().blood
    assert (blood > 0.0) == (supply > 0.0)
