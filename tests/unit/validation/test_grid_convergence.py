# SPDX-License-Identifier: BSD-3-Clause
"""Grid convergence index on manufactured values."""

import pytest

from vertaug.validation.convergence import QUANTITIES, RATIO, STUDIES, study_lines
from vertaug.validation.grid_convergence import grid_convergence


def made(sizes, order, limit=10.0, slope=0.3):
    """Values that converge to a limit with an order."""
    return [limit + slope * size**order for size in sizes]


@pytest.mark.parametrize("order", [0.7, 1.0, 1.5, 2.0])
@pytest.mark.parametrize(
    "sizes", [(1.0, 2.0, 4.0), (1.0, 1.3, 1.69), (1.2, 1.5, 2.4), (4.0, 1.0, 2.0)]
)
def test_order_and_limit_of_made_values(order, sizes):
    found = grid_convergence(sizes, made(sizes, order))
    assert found.kind == "converges"
    assert found.observed == pytest.approx(order, abs=1e-9)
    # With its safety factor the band is 1.25 times the error of the finest.
    assert found.band == pytest.approx(1.25 * 0.3 * min(sizes) ** order, rel=1e-9)
    assert found.percent == pytest.approx(100.0 * found.band / (10.0 + 0.3 * min(sizes) ** order))


def test_orders_are_held_to_what_can_be_believed():
    sizes = (1.0, 2.0, 4.0)
    high, low = (grid_convergence(sizes, made(sizes, order)) for order in (4.0, 0.2))
    assert high.observed == pytest.approx(4.0)
    assert high.order == 2.0
    assert "observed 4 held to 2" in high.text
    assert low.observed == pytest.approx(0.2)
    assert low.order == 0.5


def test_oscillation_and_divergence_are_said():
    swings = grid_convergence((1.0, 2.0, 4.0), (10.0, 10.5, 9.0))
    assert swings.kind == "oscillates"
    assert swings.observed is None
    assert swings.band == pytest.approx(1.25 * 1.5 / (2.0**0.5 - 1.0))
    assert "oscillates" in swings.text
    grows = grid_convergence((1.0, 2.0, 4.0), (10.0, 11.0, 11.5))
    assert grows.kind == "diverges"
    assert "order 0.5 taken" in grows.text


def test_values_that_agree_have_no_band():
    found = grid_convergence((1.0, 2.0, 4.0), (3.0, 3.0, 3.2))
    assert (found.kind, found.band) == ("exact", 0.0)
    assert grid_convergence((1.0, 2.0, 4.0), (0.0, 0.0, 0.0)).percent is None


@pytest.mark.parametrize("sizes", [(1.0, 2.0), (1.0, 1.0, 2.0), (0.0, 1.0, 2.0)])
def test_three_meshes_are_needed(sizes):
    with pytest.raises(ValueError, match="three meshes"):
        grid_convergence(sizes, [1.0] * len(sizes))


def test_studies_tell_values_index_and_what_was_not_run():
    values = {
        name: dict.fromkeys(QUANTITIES, 10.0 + 0.1 * RATIO ** int(name[-1]))
        for name in ("MESH0", "MESH1", "MESH2", "STEP0")
    }
    lines = study_lines(values)
    assert sum("Edges" in line for line in lines) == 3
    assert "converges, order 1" in lines[-2]
    assert "Steps of the inflation | not run" in lines[-1]
    assert {study.id for study in STUDIES} >= set(values)
