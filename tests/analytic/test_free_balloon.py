# SPDX-License-Identifier: BSD-3-Clause
"""A balloon free in air: its wall gives the curve on its type's card, in formulas and in finite elements."""

import math
from itertools import pairwise

import numpy as np
import pytest

from vertaug.balloon.catalogue import catalogue
from vertaug.balloon.free import ball_pressure, capsule_pressure, channel_area, free_curve
from vertaug.balloon.wall import UNFOLDING, ball_area, ball_volume
from vertaug.solid.cavity import CavityItem, syringe_energy, zero_energy
from vertaug.solid.support import GroundBed

TYPES = tuple(catalogue())
PSI = 6.894757293168361e-3


def wall_of(name):
    kind = catalogue()[name]
    return kind, kind.wall(channel_area(3.5, kind.value("length")))


@pytest.mark.parametrize("name", TYPES)
def test_the_card_is_hit(name):
    kind, wall = wall_of(name)
    assert ball_pressure(wall, 0.99 * wall.rest_volume) == 0.0
    opened = ball_pressure(wall, UNFOLDING * wall.rest_volume)
    assert opened == pytest.approx(kind.value("opening_pressure"), rel=1e-9)
    for share in (0.7, 0.85, 1.0):
        at = ball_pressure(wall, share * wall.design)
        assert at == pytest.approx(kind.value("plateau_pressure"), rel=1e-9)
    full = ball_pressure(wall, kind.value("greatest_volume"))
    assert full == pytest.approx(kind.value("full_pressure"), rel=1e-9)
    design = catalogue()["generic_15"].wall(165.0).design
    assert 2000.0 < design < 3000.0, "a 15 mm balloon has its design diameter at 2 to 3 mL"


@pytest.mark.parametrize("name", TYPES)
def test_a_capsule_of_the_same_wall_has_nearly_the_curve_of_the_ball(name):
    """Opening of 30 to 60 psi, plateau of 50 to 90, then stiffer: whichever of the two shapes it has."""
    curve = free_curve(catalogue()[name])
    design = catalogue()[name].wall(165.0).design
    for pressure in (curve.ball / PSI, curve.capsule / PSI):
        opened = (curve.volume > 300.0) & (curve.volume < 0.25 * design)
        grown = (curve.volume > 0.5 * design) & (curve.volume < design) & np.isfinite(pressure)
        assert np.all((pressure[opened] > 30.0) & (pressure[opened] < 66.0))
        assert np.all((pressure[grown] > 50.0) & (pressure[grown] < 90.0))
    work = np.trapezoid(curve.ball, curve.volume)
    wall = wall_of(name)[1]
    assert work == pytest.approx(wall.energy(ball_area(curve.volume[-1]))[0], rel=2e-3)


@pytest.mark.parametrize("name", TYPES)
def test_pressure_of_the_capsule_is_what_its_energy_rises_by(name):
    _, wall = wall_of(name)
    for width in (4.5, 8.0, 13.0):
        volume, pressure = capsule_pressure(wall, width, 15.0 + 0.3 * width, 0.3)
        (less, _), (more, _) = (
            capsule_pressure(wall, width + h, 15.0 + 0.3 * (width + h), 0.3) for h in (-1e-4, 1e-4)
        )
        below, above = (
            wall.energy(math.pi * (width + h) * (15.0 + 0.3 * (width + h)))[0]
            for h in (-1e-4, 1e-4)
        )
        assert less < volume < more
        assert pressure == pytest.approx((above - below) / (more - less), rel=1e-6)


def test_derivatives_of_the_wall():
    _, wall = wall_of("generic_15")
    starts = [wall.rest_volume, UNFOLDING * wall.rest_volume, wall.design, wall.greatest]
    areas = [ball_area(0.5 * (a + b)) for a, b in pairwise([*starts, 2.0 * wall.greatest])]
    h = 1e-3
    for area in (100.0, *areas):
        _, tension, curve = wall.energy(area)
        above, below = wall.energy(area + h), wall.energy(area - h)
        assert tension == pytest.approx((above[0] - below[0]) / (2.0 * h), abs=1e-8)
        assert curve == pytest.approx((above[1] - below[1]) / (2.0 * h), abs=1e-8)
    for volume in starts:
        below, above = wall.energy(ball_area(volume) - 1e-6), wall.energy(ball_area(volume) + 1e-6)
        assert above[1] == pytest.approx(below[1], abs=1e-6), "tension does not jump"


def test_a_free_skin_of_finite_elements_rounds_up_and_has_the_curve(cases):
    """A closed membrane, a syringe and nothing else; springs to where each solution began fade as it stays there."""
    _, wall = wall_of("generic_15")
    points, facets = cases.sphere(8)
    inward = np.ascontiguousarray(facets[:, ::-1])
    points = points * np.array([1.0, 1.0, 1.6])
    skin = CavityItem(inward, zero_energy)
    points = points * math.sqrt(wall.rest_area / skin.area(points))
    nodes = np.arange(len(points), dtype=np.int32)
    loose = np.full((len(points), 3), 0.1)
    free = np.zeros((len(points), 3), dtype=bool)
    for share in (0.25, 0.5, 1.0, 1.2):
        target = share * wall.design
        points = points * (target / skin.volume(points)) ** (1.0 / 3.0)
        cavity = CavityItem(inward, syringe_energy(target, 200.0), wall.energy)
        moved = math.inf
        while moved > 1e-2:
            spring = GroundBed(nodes, points, loose)
            result = cases.solve(points, [cavity, spring], free, 1e-6, points)
            assert result.converged, result.reason
            moved = float(np.abs(result.points - points).max())
            points = result.points
        volume = cavity.volume(points)
        assert cavity.pressure(points) == pytest.approx(wall.free(volume)[1], rel=0.02)
        assert cavity.area(points) == pytest.approx(ball_area(volume), rel=0.01)
        assert ball_volume(cavity.area(points)) == pytest.approx(volume, rel=0.015)
