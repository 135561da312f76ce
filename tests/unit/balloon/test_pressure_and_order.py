# SPDX-License-Identifier: BSD-3-Clause
"""Pressures that do not depend on the step, balloons in turns, and the stop at a restored height."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.balloon.balloon import Balloon
from vertaug.balloon.catalogue import catalogue
from vertaug.balloon.inflate import InflationOptions, inflate
from vertaug.errors import InputError
from vertaug.outcomes import plateau_pressure
from vertaug.procedure.case import make_case
from vertaug.procedure.plan import plan_from_dict
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.remeshing import RemeshRule

pytestmark = pytest.mark.usefixtures("one_thread")

WALL = catalogue()["generic_15"].wall(165.0)
NEVER = RemeshRule(worst=0.0, low=0.0)
LEFT, RIGHT = "balloon_left", "balloon_right"


def curve(records, name=LEFT):
    own = [record for record in records if record.cavity == name]
    return np.array([r.volume for r in own]), np.array([r.pressure for r in own])


def run(model, state, step, *balloons, **options):
    told = InflationOptions(volume_step=step, remesh=NEVER, **options)
    steps = []
    result = inflate(state, model, balloons, told, lambda step, *_: steps.append(step))
    assert result.failure == ""
    assert steps == list(range(1, result.steps + 1)), "every step is told of, those of settling too"
    return result


@pytest.fixture(scope="module")
def pair(cases):
    """Model and state of a block with two cavities."""
    return cases.loaded_block(two=True)


def test_pressures_do_not_depend_on_the_step_nor_on_its_viscosity(loaded):
    """Quasi-static pressures: half the step, or a tenth of the viscosity, and what the bone settles at."""
    model, state = loaded
    one = Balloon(LEFT, 2.0 * cavity_volumes(state)[LEFT], 10.0, 0.1, WALL)
    coarse = run(model, state, 0.08, one)
    fine = run(model, state, 0.04, one)
    thin = run(replace(model, step_viscosity=0.05), state, 0.08, one)
    volume, pressure = curve(coarse.records)
    assert pressure[-1] == pytest.approx(pressure[-2], rel=0.005), (
        "the last record is the settled one"
    )
    plateau = plateau_pressure(volume, pressure)
    for other in (fine, thin):
        assert plateau_pressure(*curve(other.records)) == pytest.approx(plateau, rel=0.01)
        assert curve(other.records)[1][-1] == pytest.approx(pressure[-1], rel=0.01)


def test_a_balloon_of_a_later_turn_waits_without_pressure(pair):
    model, state = pair
    first = cavity_volumes(state)
    early, late = (
        Balloon(name, 1.4 * first[name], 10.0, 0.1, WALL, order=order)
        for name, order in ((LEFT, 1), (RIGHT, 2))
    )
    result = run(model, state, 0.15, early, late)
    assert dict(result.stops) == {LEFT: "volume", RIGHT: "volume"}
    (left, left_pressure), (right, right_pressure) = (
        curve(result.records, name) for name in (LEFT, RIGHT)
    )
    waited = int(np.argmax(right_pressure > 0.0))
    assert waited > 3
    assert np.all(right_pressure[:waited] == 0.0)
    assert np.all(np.abs(right[:waited] / first[RIGHT] - 1.0) < 0.1)
    assert left[waited - 1] == pytest.approx(1.4 * first[LEFT], rel=2e-3)
    assert np.all(np.abs(left[waited:] / left[waited - 1] - 1.0) < 0.01)
    assert left_pressure[waited:].min() > 0.0
    assert right[-1] == pytest.approx(1.4 * first[RIGHT], rel=2e-3)
    assert result.energy.relative_error < 0.01
    together = run(model, state, 0.15, early, replace(late, order=1))
    volumes = [cavity_volumes(each.state) for each in (result, together)]
    for name in (LEFT, RIGHT):
        assert volumes[0][name] == pytest.approx(volumes[1][name], rel=5e-3)
    assert together.steps < result.steps


def test_a_restored_height_stops(loaded):
    model, state = loaded

    def height(current):
        facets = current.mesh.facets[current.mesh.facets_of("endplate_superior")]
        return float(current.mesh.points[facets, 2].mean()) / 8.0

    one = Balloon(LEFT, 50.0 * cavity_volumes(state)[LEFT], 10.0, 0.1, WALL)
    wanted = height(state) + 5e-4
    result = run(model, state, 0.15, replace(one, restored_height=wanted), height=height)
    assert dict(result.stops) == {LEFT: "restored_height"}
    assert height(result.state) == pytest.approx(wanted, abs=2e-3)


def test_a_height_that_nothing_tells_is_no_stop_rule(loaded):
    case = make_case(
        plan_from_dict(
            {
                "anatomy": {"source": "parametric", "level": "L1"},
                "balloon": [{"name": "left", "side": "left", "restored_height": 0.9, "order": 2}],
                "procedure": {"stages": ["access", "inflate"]},
            }
        )
    )
    assert case.balloons[0].order == 2
    assert case.balloons[0].restored_height == 0.9
    blind = replace(case, vertebra=replace(case.vertebra, reference=None))
    with pytest.raises(InputError, match=r"balloon.left.restored_height"):
        blind.inflation  # noqa: B018
