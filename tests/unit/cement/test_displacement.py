# SPDX-License-Identifier: BSD-3-Clause
"""Displacement of one mobile fluid by another: balances, bounds, scales, refusals."""

import numpy as np
import pytest

from vertaug.cement.displacement import FluidPair, Steps, displace
from vertaug.cement.displacement_grid import PorousBlock
from vertaug.errors import InputError
from vertaug.materials.relative_permeability import corey_1954

THICK = FluidPair((1e-4, 1e-7), (1.0, 1.0), 0.999)


def _medium(shape=(9, 8, 10), seed=0):
    rng = np.random.default_rng(seed)
    return 1e-3 * np.exp(2.0 * rng.standard_normal(shape))


def _source(shape=(9, 8, 10), rate=100.0):
    source = np.zeros(shape)
    source[4, 4, 5] = rate
    return source


@pytest.mark.parametrize("tolerance", [1e-2, 1e-6])
@pytest.mark.parametrize("fluids", [THICK, FluidPair((1e-7, 3e-7), (2.0, 3.0), 0.8)])
def test_volume_and_bounds_hold_however_loosely_the_pressure_is_solved(tolerance, fluids) -> None:
    block = PorousBlock(_medium(), 0.5, (1.0, 1.0, 1.0))
    result = displace(block, fluids, _source(), 2.0, Steps(1e-3, tolerance))
    assert result.balance_error < 1e-13
    assert result.saturation.min() >= 0.0
    assert result.saturation.max() <= fluids.most + 1e-14
    assert result.saturation.sum() * 0.5 + result.left_grid == pytest.approx(200.0, rel=1e-13)


def test_only_ratios_of_lengths_and_viscosities_matter() -> None:
    one = displace(
        PorousBlock(_medium(), 0.5, (1.0, 1.0, 1.0)), THICK, _source(), 1.0, Steps(1e-3, 1e-9)
    )
    scaled = FluidPair((4e-4, 4e-7), (1.0, 1.0), 0.999)
    block = PorousBlock(_medium() * 16.0, 0.5, (4.0, 4.0, 4.0))
    other = displace(block, scaled, _source(rate=6400.0), 1.0, Steps(1e-3, 1e-9))
    np.testing.assert_allclose(other.saturation, one.saturation, atol=1e-9)
    np.testing.assert_allclose(other.pressure, 4.0 * one.pressure, rtol=1e-8)


def test_flat_cells_of_a_uniform_medium_are_anisotropic_cubes() -> None:
    shape, stretch = (9, 8, 10), 0.5
    cubes = np.stack([_medium(), _medium(), _medium() * stretch**-2])
    flat = PorousBlock(_medium(), 0.5, (1.0, 1.0, stretch))
    steps = Steps(1e-3, 1e-9)
    one = displace(flat, THICK, _source(shape, 50.0), 1.0, steps)
    other = displace(
        PorousBlock(cubes, 0.5, (1.0, 1.0, 1.0)), THICK, _source(shape, 100.0), 1.0, steps
    )
    np.testing.assert_allclose(other.saturation, one.saturation, atol=1e-9)


def test_shorter_steps_come_closer() -> None:
    block = PorousBlock(_medium(), 0.5, (1.0, 1.0, 1.0))
    best = displace(block, THICK, _source(), 1.0, Steps(2e-6, 1e-8)).saturation
    errors = [
        np.abs(displace(block, THICK, _source(), 1.0, Steps(most)).saturation - best).sum()
        / best.sum()
        for most in (3.2e-3, 2e-4)
    ]
    assert errors[1] < 0.3 * errors[0]
    assert errors[1] < 2e-3


def test_table_of_shares_is_close_to_the_curve() -> None:
    for powers, ratio in (((1.0, 1.0), 1000.0), ((2.0, 2.0), 0.2), ((4.0, 1.0), 30.0)):
        nodes, shares = corey_1954.nodes(400, 0.9, powers, ratio)
        fine = np.linspace(0.0, 1.0, 5001)
        exact = corey_1954.displacing_share(fine, 0.9, powers, ratio)
        assert np.abs(np.interp(fine, nodes, shares) - exact).max() < 1e-4
        assert (np.diff(nodes) > 0.0).all()
        assert (np.diff(shares) >= 0.0).all()
    assert corey_1954.displacing_share(np.array(0.5), 1.0, (2.0, 2.0), 0.5) == pytest.approx(2 / 3)


def test_what_cannot_flow_is_refused() -> None:
    block = PorousBlock(_medium(), 0.5, (1.0, 1.0, 1.0))
    with pytest.raises(InputError, match="open side"):
        displace(PorousBlock(_medium(), 0.5, (1.0,) * 3, (False,) * 6), THICK, _source(), 1.0)
    with pytest.raises(InputError, match="source of shape"):
        displace(block, THICK, np.ones((2, 2, 2)), 1.0)
    with pytest.raises(InputError, match="exponents"):
        displace(block, FluidPair((1e-4, 1e-7), (0.5, 1.0)), _source(), 1.0)
    with pytest.raises(InputError, match="porosity"):
        displace(PorousBlock(_medium(), 0.0, (1.0,) * 3), THICK, _source(), 1.0)
    with pytest.raises(InputError, match="in all"):
        displace(block, THICK, np.zeros((9, 8, 10)), 1.0)
