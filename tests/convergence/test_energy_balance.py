# SPDX-License-Identifier: BSD-3-Clause
"""Balance of energy: second order in the step; what strengths renewed between steps take away, first order.

Plastic sphere: plan of elastoplastic thick spheres, b/a = 3, E = 200, ν = 0.3, Y = 2, plastic out to c = 2 a. With
a = 5: stored 70.94939, dissipated 141.26428, work 212.21368 mJ at p = 3.710860, u(a) = 0.242891.
"""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.balloon.balloon import Balloon
from vertaug.balloon.catalogue import catalogue
from vertaug.balloon.inflate import InflationOptions, inflate
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.controls import DisplacementControl
from vertaug.solid.energy_balance import EnergyBalance, StepEnergy
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.patches import patches_of
from vertaug.solid.remeshing import RemeshRule
from vertaug.solid.stepping import PathOptions, follow
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")


def even(step):
    """Steps of one size."""
    return PathOptions(step, step, step, newton=NewtonOptions(tolerance=1e-7, max_iterations=40))


def pulled(cases, strength, steps, stretch, viscosity=0.0):
    """Run of a cube of tetrahedra, sheared and stretched in even steps."""
    points, cells = cases.grid(2)
    item = SolidItem.at_rest(points, cells, laws.CRUSHABLE, cases.row(200.0, 0.3, strength))
    item = replace(item, viscosity=viscosity)
    ends = np.abs(points[:, 2] - 0.5) > 0.49
    moved = np.zeros(points.shape, dtype=bool)
    moved[ends] = True
    way = np.where(points[:, 2:] > 0.5, np.array([[0.5, 0.2, 1.0]]), 0.0)
    control = DisplacementControl(moved, lambda target: points + target * way)
    none = np.zeros(points.shape, dtype=bool)
    result = follow(points, [item], control, (stretch,), none, even(stretch / steps))
    assert result.ended == "end", result.limited_by
    assert len(result.steps) == steps
    return result


def test_elastic_balance_is_of_second_order(cases):
    runs = [pulled(cases, 1e9, n, 0.4) for n in (2, 4, 8)]
    errors = [run.balance.total.error / run.balance.total.external for run in runs]
    assert cases.order(errors) == pytest.approx(2.0, abs=0.2)
    assert abs(errors[-1]) < 3e-3
    assert all(abs(run.balance.total.dissipated) < 1e-9 for run in runs)


def test_plastic_balance_is_of_second_order(cases):
    runs = [pulled(cases, 4.0, n, 0.2) for n in (5, 10, 20)]
    errors = [run.balance.total.error / run.balance.total.external for run in runs]
    # cells that begin to flow within a step make single orders swing around 2
    assert np.log(errors[0] / errors[-1]) / np.log(4.0) > 1.9
    assert abs(errors[-1]) < 2e-3
    assert all(abs(run.balance.total.lag) < 1e-8 * run.balance.total.external for run in runs)
    assert all(step.energy.dissipated > -1e-12 for run in runs for step in run.steps)


def test_viscosity_is_told_apart_and_fades_with_the_step(cases):
    runs = [pulled(cases, 1e9, n, 0.1, viscosity=5.0) for n in (4, 8, 16)]
    shares = [run.balance.artificial_share for run in runs]
    assert cases.order(shares) == pytest.approx(1.0, abs=0.15)
    errors = [run.balance.relative_error for run in runs]
    assert cases.order(errors) == pytest.approx(2.0, abs=0.1)
    assert errors[0] < 3e-3


def inflated(loaded, step):
    """Inflation of a cavity in bone by 12 % in even steps."""
    model, state = loaded
    name, first = next(iter(cavity_volumes(state).items()))
    one = Balloon(name, 1.12 * first, 10.0, 0.1, catalogue()["generic_15"].wall(165.0))
    options = InflationOptions(step, first_step=step, remesh=RemeshRule(worst=0.0, low=0.0))
    return inflate(state, model, (one,), options, lambda *_: None).energy


def test_inflation_balance_is_of_second_order_and_its_lag_of_first(loaded):
    runs = [inflated(loaded, step) for step in (0.04, 0.02, 0.01)]
    errors, lags = ([getattr(r.total, n) / r.largest_work for r in runs] for n in ("error", "lag"))
    assert np.log(errors[0] / errors[-1]) / np.log(4.0) == pytest.approx(2.0, abs=0.2)
    assert abs(errors[-1]) < 5e-3
    assert np.log(lags[0] / lags[-1]) / np.log(4.0) == pytest.approx(0.8, abs=0.2)
    assert 0.0 < lags[-1] < 5e-3


def plastic_sphere(cases, angular, layers):
    """Energies of one eighth of the sphere at c = 2 a in 12 steps."""
    body = cases.ball(cases.octant(angular), np.geomspace(1.0, 3.0, layers + 1))
    item = SolidItem.at_rest(
        body.points, body.cells, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0), kinematics=SMALL,
        patches=patches_of(body.cells, 8),
    )  # fmt: skip
    n = len(body.directions)
    moved = np.zeros(body.points.shape, dtype=bool)
    moved[:n] = ~body.fixed()[:n]
    control = DisplacementControl(moved, lambda target: (1.0 + target) * body.points)
    target = 0.242891 / 5.0
    result = follow(body.points, [item], control, (target,), body.fixed(), even(target / 12))
    assert result.balance.relative_error < 4e-3
    total = result.balance.total
    return np.array([total.stored, total.dissipated, total.external]) * 8.0 * 125.0


def test_energies_of_a_plastic_sphere(cases):
    coarse, fine = plastic_sphere(cases, 2, 6), plastic_sphere(cases, 4, 12)
    exact = np.array([70.94939, 141.26428, 212.21368])
    assert np.abs(fine / exact - 1.0).max() < 0.08
    np.testing.assert_allclose(cases.refined(coarse, fine), exact, rtol=0.02)


def test_a_balance_survives_its_numbers():
    balance = EnergyBalance().plus(StepEnergy(2.0, 1.0, 0.5, 0.25, 0.1, 0.05)).transferred(-0.3)
    assert EnergyBalance.from_dict(balance.to_dict()) == balance
    assert balance.total.error == pytest.approx(0.15)
    assert balance.relative_error == pytest.approx(0.075)
    assert EnergyBalance().relative_error == EnergyBalance().artificial_share == 0.0
