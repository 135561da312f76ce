# SPDX-License-Identifier: BSD-3-Clause
"""Marrow driven out by compaction: volume, the closed form of a shell, outlets and rates."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.compaction import compaction, marrow_flow, walled
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.solid_view import surface_volume
from vertaug.errors import InputError
from vertaug.grid.flow_grid import Kind
from vertaug.verification.problems.injection import ball

MARROW = 1e-7


def _grown(solid, growth: float):
    """The body with its cavity's wall pushed out, less and less towards the surface."""
    radius = np.linalg.norm(solid.points, axis=1)
    inner = np.linalg.norm(solid.points[solid.cavities[0][1]], axis=2).mean()
    push = growth * (inner / np.maximum(radius, 1.0)) ** 3
    # nothing moves from 10 mm on: the outer surface stays
    push *= np.clip((10.0 - radius) / (10.0 - inner), 0.0, 1.0)
    return replace(solid, points=solid.points * (1.0 + push / np.maximum(radius, 1.0))[:, None])


@pytest.fixture(scope="module")
def bodies(make_solid):
    before = make_solid()
    return before, _grown(before, 0.4)


@pytest.fixture(scope="module")
def grid(bodies, sites):
    return walled(lay_grid(bodies[1], sites, GridOptions(spacing=1.0, reach=6.0))[0])


def test_source_is_the_growth_of_the_cavity(bodies, grid) -> None:
    before, after = bodies
    source = compaction(before.points, after, grid)
    volumes = [surface_volume(s.points, s.cavities[0][1], "balloon") for s in bodies]
    assert volumes[1] > 1.1 * volumes[0]
    assert source.sum() == pytest.approx(volumes[1] - volumes[0], rel=1e-9)
    assert not source[grid.kind != Kind.BONE].any()


def test_flow_out_is_the_source_and_pressure_goes_with_the_rate(bodies, grid) -> None:
    source = compaction(bodies[0].points, bodies[1], grid)
    slow, fast = (marrow_flow(grid, rate * source, MARROW) for rate in (0.1, 0.2))
    assert sum(slow.outflow.values()) == pytest.approx(0.1 * source.sum(), rel=1e-6)
    bone = grid.kind == Kind.BONE
    # above the 1 kPa of all outlets
    rise = [flow.pressure[bone] - 1e-3 for flow in (slow, fast)]
    np.testing.assert_allclose(rise[1], 2.0 * rise[0], rtol=1e-5)
    assert rise[0].min() > 0.0


def test_closing_an_outlet_raises_the_pressure(bodies, grid) -> None:
    source = compaction(bodies[0].points, bodies[1], grid)
    bone = grid.kind == Kind.BONE
    free = marrow_flow(grid, source, MARROW)
    one = replace(grid, openings=tuple(o for o in grid.openings if o.pathway != "basivertebral"))
    held = marrow_flow(one, source, MARROW)
    assert (held.pressure[bone] > free.pressure[bone]).all()
    assert held.pressure[bone].max() - 1e-3 > 1.2 * (free.pressure[bone].max() - 1e-3)


def test_shell_that_is_compacted_has_the_closed_form_around_it() -> None:
    """p = Q mu / (4 pi k) (1/r - 1/B) outside a compacted shell around a closed ball."""
    rim, radius, k, rate = 16.0, 5.0, 5e-3, 80.0
    whole = ball(32, rim, k, 0.8)
    cells = np.argwhere(whole.kind == Kind.BONE)
    apart = np.linalg.norm(whole.centres(cells), axis=1)
    kind = whole.kind.copy()
    kind[tuple(cells[apart < radius].T)] = Kind.SEALED
    shell = cells[(apart >= radius) & (apart < radius + 1.0)]
    source = np.zeros(whole.shape)
    source[tuple(shell.T)] = rate / len(shell)
    grid = replace(whole, kind=kind)
    pressure = marrow_flow(grid, source, MARROW).pressure
    for r in (8.0, 11.0, 13.0):
        here = cells[np.abs(apart - r) < 0.3]
        at = np.linalg.norm(grid.centres(here), axis=1)
        known = rate * MARROW / (4.0 * math.pi * k) * (1.0 / at - 1.0 / rim)
        assert pressure[tuple(here.T)].sum() == pytest.approx(known.sum(), rel=0.02)


def test_other_mesh_and_closed_bone_are_refused(bodies, grid) -> None:
    before, after = bodies
    with pytest.raises(InputError, match="one mesh"):
        compaction(before.points[:-1], after, grid)
    with pytest.raises(InputError, match="way out"):
        compaction(before.points, after, replace(grid, openings=()))
