# SPDX-License-Identifier: BSD-3-Clause
"""The track of a cannula that is taken out: closed while it is seated, then a vessel from its tip."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.pressure import PressureSystem
from vertaug.cement.solid_view import OpeningSite
from vertaug.cement.track import channel, with_tracks
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.outside_spaces import SpaceProperties, properties_of
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.verification.problems.invariance import body

DOUGH = Cement("dough", of_ages({0.0: Newtonian(1e-5)}, cap=1e3), 0.0, 1e-7)
LEFT = Cannula("left", (5.0, 0.0, 0.0), 10, 120.0, direction=(-0.3, -1.0, 0.0), within=30.0)
RIGHT = Cannula("right", (-5.0, 0.0, 0.0), 10, 120.0)
SPACE = properties_of("needle_track")
REST = InjectionOptions(needle_track=replace(SPACE, pressure=0.0))


@pytest.fixture(scope="module")
def grid() -> FlowGrid:
    site = OpeningSite("vein", "segmental_vein", "vein", 0.0, np.array([[0.0, -15.0, 0.0]]), 1.0)
    return lay_grid(body(2.0), [site], GridOptions(spacing=1.25, anisotropy=1.0, reach=5.0))[0]


def _pushes(remove: bool) -> list[Push]:
    return [Push("left", 400.0, 100.0, remove=remove), Push("right", 2500.0, 100.0)]


def test_a_track_is_a_vessel_behind_the_tip(grid) -> None:
    laid = with_tracks(grid, [LEFT, RIGHT], _pushes(True), SPACE)
    track = laid.openings[-1]
    assert (track.name, track.pathway) == ("track_left", "needle_tract")
    assert (track.radius, track.length) == (LEFT.outer_radius, 30.0)
    assert tuple(track.inner[0]) == tuple(laid.cell_at(np.array([LEFT.tip]))[0])
    assert tuple(track.outer[0] - track.inner[0]) == (0, 1, 0)
    assert laid.kind[tuple(track.outer[0])] == Kind.EXTERIOR
    assert laid.compartments[-1].name == "needle_track"
    assert with_tracks(grid, [LEFT, RIGHT], _pushes(False), SPACE) is grid
    changed = laid.kind != grid.kind
    assert changed.sum() == 1


def test_cement_follows_the_track_only_once_the_cannula_is_out(grid) -> None:
    """The other cannula presses the cement of the first into its track; its volume is that of a tube."""
    seated = inject(grid, DOUGH, [LEFT, RIGHT], _pushes(False), REST)
    assert "needle_tract" not in seated.leaked
    out = inject(grid, DOUGH, [LEFT, RIGHT], _pushes(True), REST)
    leaked = out.history.leaked["needle_tract"]
    assert (leaked[out.history.injected <= 400.0 + 1e-6] == 0.0).all()
    assert leaked[-1] > 20.0
    capacity = np.pi * LEFT.outer_radius**2 * 30.0
    assert out.in_vessels["track_left"] <= capacity * (1.0 + 1e-12)
    assert out.in_vessels["track_left"] + out.in_spaces["needle_track"] == pytest.approx(
        leaked[-1], rel=1e-9
    )
    assert out.balance_error < 1e-10
    assert out.saturation.max() <= 1.0 + 1e-12
    assert out.history.tip[-1] < seated.history.tip[-1]


def test_a_cannula_that_is_out_injects_no_more(grid) -> None:
    again = [*_pushes(True), Push("left", 10.0, 10.0)]
    with pytest.raises(InputError, match="taken out before"):
        inject(grid, DOUGH, [LEFT, RIGHT], again)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"within": None}, "entry"),
        ({"direction": None}, "entry"),
        ({"tip": (60.0, 0.0, 0.0)}, "tip"),
    ],
)
def test_what_a_track_needs_is_asked_for(grid, change, field) -> None:
    space = SpaceProperties(1.0, 1.0, 0.0)
    with pytest.raises(InputError, match=rf"cannula\.left\.{field}"):
        with_tracks(grid, [replace(LEFT, **change)], _pushes(True)[:1], space)


BACK = Cannula("back", (0.0, -6.0, 0.0), 10, 120.0, direction=(0.0, -1.0, 0.0))


@pytest.mark.parametrize("direction", [(0.0, -1.0, 0.0), (0.6, -1.0, 0.3)])
def test_a_channel_is_a_tube_whatever_its_direction(grid, direction) -> None:
    """In bone as tight as can be all flow goes along the channel, with the resistance of its length."""
    way = np.asarray(direction) / np.linalg.norm(direction)
    cannula = replace(BACK, direction=tuple(way.tolist()))
    tight = replace(grid, permeability=np.full_like(grid.permeability, 1e-12))
    left = channel(tight, cannula, 0.0, 8.0)
    assert left is not None
    assert (np.abs(np.diff(left.cells, axis=0)).sum(axis=1) == 1).all()
    ends = tight.cell_at(np.array([(0.0, -6.0, 0.0), np.array((0.0, -6.0, 0.0)) - 8.0 * way]))
    np.testing.assert_array_equal(left.cells[[0, -1]], ends)
    axis = np.array((0.0, -6.0, 0.0)) - np.outer(np.linspace(0.0, 8.0, 400), way)
    apart = np.linalg.norm(tight.centres(left.cells)[:, None] - axis, axis=-1).min(axis=1)
    assert apart.max() < 0.9 * tight.spacing
    system = PressureSystem(tight)
    system.open_channel(left.cells, left.conductance)
    viscosity = np.full(system.pressure.shape, 1e-6)
    viscosity[2::2] = 3e-6
    system.assemble(viscosity)
    joins = list(pairwise(left.cells + 1))
    resistance = 0.0
    for one, other in joins:
        axis = int(np.abs(other - one).argmax())
        resistance += 1.0 / system.faces[axis][tuple(np.minimum(one, other))]
    mean = np.mean([0.5 * (viscosity[tuple(a)] + viscosity[tuple(b)]) for a, b in joins])
    expected = 8.0 * mean * 8.0 / (np.pi * BACK.outer_radius**4)
    assert resistance == pytest.approx(expected, rel=1e-3)


def test_cement_runs_along_the_track_of_a_tip_that_was_drawn_back(grid) -> None:
    """Once drawn back, the tip feels the bone at both ends of its track, and feeds the front end too."""
    tight = replace(grid, permeability=0.02 * grid.permeability)
    first, second = Push("back", 300.0, 50.0), Push("back", 600.0, 50.0, retract=8.0)
    result = inject(tight, DOUGH, [BACK], [first, second], REST)
    ahead = tight.centres(np.argwhere(result.portions[2] > 0.0))[:, 1].min()
    other = replace(BACK, name="other", tip=(0.0, 2.0, 0.0))
    once = inject(tight, DOUGH, [BACK, other], [first, Push("other", 600.0, 50.0)], REST)
    without = tight.centres(np.argwhere(once.portions[2] > 0.0))[:, 1].min()
    assert ahead < without - 3.0
    assert result.history.tip[-1] < 0.9 * once.history.tip[-1]
    assert result.balance_error < 1e-10
    assert channel(tight, BACK, 0.0, 0.1) is None
