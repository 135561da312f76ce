# SPDX-License-Identifier: BSD-3-Clause
"""Order in time, against the exact solution in time of the same matrices."""

import numpy as np
import pytest
from scipy.linalg import expm

from vertaug.solid.poroelastic import PorousMaterial
from vertaug.solid.poroelastic_steps import Consolidation
from vertaug.solid.poroelastic_supports import Loading
from vertaug.verification.porous_bodies import column, eighth_ball

pytestmark = pytest.mark.usefixtures("one_thread")


def exact_pressure(case, seconds):
    """Pressure under a load put on at zero: ζ = A p + B f, dζ/dt = -H p, by a matrix exponential."""
    body = case.body
    free, wet = np.flatnonzero(~case.supports.held.ravel()), np.flatnonzero(~case.supports.drained)
    stiffness = body.stiffness.toarray()[np.ix_(free, free)]
    coupling = body.coupling.toarray()[np.ix_(free, wet)]
    capacity = coupling.T @ np.linalg.solve(stiffness, coupling)
    capacity += body.storage.toarray()[np.ix_(wet, wet)]
    flow = body.flow.toarray()[np.ix_(wet, wet)]
    lifted = coupling.T @ np.linalg.solve(stiffness, case.loading.forces.ravel()[free])
    start = -np.linalg.solve(capacity, lifted)
    pressure = np.zeros(len(body.vertices))
    pressure[wet] = expm(-seconds * np.linalg.solve(capacity, flow)) @ start
    return pressure


def errors(case, end, counts, scheme, lengths):
    """Errors of the pressure at a dimensionless time, for several numbers of steps."""
    exact = exact_pressure(case, case.seconds(end))
    found = []
    for count in counts:
        run = Consolidation(case.body, case.supports, scheme)
        state = run.start()
        shares = lengths(count)
        for share in shares / shares.sum():
            state, _ = run.advance(state, case.seconds(end) * share, case.loading)
        found.append(float(np.abs(state.pressure - exact).max()))
    return np.array(found)


@pytest.mark.parametrize(("scheme", "order"), [("backward_euler", 1.0), ("bdf2", 2.0)])
@pytest.mark.parametrize("shape", ["column", "ball"])
def test_order_with_equal_steps(scheme, order, shape):
    material = PorousMaterial.of(200.0, 0.2, 10.0, 0.9, 1e-4)
    case = (
        column(material, 10.0, 1.0, 4) if shape == "column" else eighth_ball(material, 10.0, 1.0, 2)
    )
    found = errors(case, 0.3, (20, 40, 80, 160), scheme, np.ones)
    orders = np.log2(found[:-1] / found[1:])
    assert np.all(np.abs(orders - order) < 0.15), (found, orders)


def test_order_with_changing_steps():
    case = column(PorousMaterial.of(200.0, 0.2, 10.0), 10.0, 1.0, 4)

    def wavy(count):
        return 1.0 + 0.4 * np.sin(6.0 * np.pi * np.arange(count) / count)

    found = errors(case, 0.3, (40, 80, 160), "bdf2", wavy)
    orders = np.log2(found[:-1] / found[1:])
    assert np.all(np.abs(orders - 2.0) < 0.2), (found, orders)


def test_moving_load_and_prescribed_pressure_keep_the_order():
    """Load, pressure and inflow that grow with time: compare with many steps."""
    case = column(PorousMaterial.of(200.0, 0.2, 10.0), 10.0, 1.0, 3)
    drained = case.supports.drained
    inflow = np.zeros(len(drained))
    inflow[0] = 1.0

    def final(count):
        run = Consolidation(case.body, case.supports)
        state, end = run.start(), case.seconds(0.5)
        for k in range(count):
            grown = np.sin(2.0 * (k + 1) / count) ** 2
            loading = Loading(
                case.loading.forces * grown, pressure=0.2 * grown * drained, inflow=inflow * grown
            )
            state, balance = run.advance(state, end / count, loading)
            assert balance.fluid_error < 1e-10
        return state.pressure

    fine = final(1280)
    found = np.array([np.abs(final(n) - fine).max() for n in (20, 40, 80)])
    orders = np.log2(found[:-1] / found[1:])
    assert np.all(np.abs(orders - 2.0) < 0.25), (found, orders)
