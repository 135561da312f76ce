# SPDX-License-Identifier: BSD-3-Clause
"""Flows that pistons, pressure limit and compliance allow, against closed forms and by hand."""

import math

import numpy as np
import pytest

from vertaug.cement.syringe import Demand, allowed_flows

INF = math.inf


def _linear(slope: float):
    return lambda flow: slope * flow


def test_asked_flow_is_given_below_the_limit() -> None:
    flows = allowed_flows(
        [Demand(10.0, 0.0, _linear(0.2))], np.array([1.0]), np.array([[0.1]]), 4.1, 0.0, 1.0
    )
    assert flows.flow == pytest.approx([10.0])
    assert flows.pressure == pytest.approx([4.0])


def test_limit_is_met_exactly_also_behind_a_yield_stress() -> None:
    def drop(flow: float) -> float:
        return 0.5 + 0.3 * flow**0.4 if flow > 0.0 else 0.0

    flows = allowed_flows(
        [Demand(50.0, 0.0, drop)], np.array([0.1]), np.array([[0.05]]), 1.2, 0.0, 1.0
    )
    assert 0.1 + 0.05 * flows.flow[0] + drop(flows.flow[0]) == pytest.approx(1.2, rel=1e-12)
    held = allowed_flows(
        [Demand(50.0, 0.0, drop)], np.array([0.1]), np.array([[0.05]]), 0.59, 0.0, 1.0
    )
    assert held.flow[0] < 1e-9


def test_two_syringes_share_the_bone() -> None:
    """Both at the limit: the flows solve the two equations."""
    resistance, rest = np.array([[0.3, 0.1], [0.1, 0.4]]), np.array([0.2, 0.1])
    demands = [Demand(100.0, 0.0, _linear(0.05)), Demand(100.0, 0.0, _linear(0.15))]
    flows = allowed_flows(demands, rest, resistance, 3.0, 0.0, 1.0)
    whole = resistance + np.diag([0.05, 0.15])
    assert flows.flow == pytest.approx(np.linalg.solve(whole, 3.0 - rest), rel=1e-9)


@pytest.mark.parametrize(("steps", "error"), [(100, 0.02), (200, 0.01)])
def test_compliant_syringe_charges_and_empties_as_a_circuit(steps: int, error: float) -> None:
    """Q = Q0 (1 - e^(-t/RC)) while the piston moves, and e^(-t/RC) after it; what is kept is a volume."""
    resistance, give, piston, duration = 0.02, 25.0, 40.0, 1.5
    step, stored, out, flow = duration / steps, 0.0, 0.0, 0.0
    constant = resistance * give
    for n in range(2 * steps):
        asked = piston if n < steps else 0.0
        flows = allowed_flows(
            [Demand(asked, stored, _linear(0.0))],
            np.zeros(1),
            np.array([[resistance]]),
            INF,
            give,
            step,
        )
        flow = float(flows.flow[0])
        stored += (float(flows.piston[0]) - flow) * step
        out += flow * step
        if n == steps - 1:
            charged = piston * -math.expm1(-duration / constant)
            assert flow == pytest.approx(charged, rel=error)
    assert flow == pytest.approx(charged * math.exp(-duration / constant), rel=5.0 * error)
    assert out + stored == pytest.approx(piston * duration, rel=1e-12)


def test_limit_slows_the_piston_of_a_compliant_syringe() -> None:
    demand = Demand(40.0, 24.0, _linear(0.0))
    flows = allowed_flows([demand], np.zeros(1), np.array([[0.1]]), 1.0, 25.0, 0.5)
    assert flows.pressure == pytest.approx([1.0])
    assert flows.flow == pytest.approx([10.0])
    assert flows.piston == pytest.approx([10.0 + 1.0 / 0.5])
