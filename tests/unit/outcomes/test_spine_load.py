# SPDX-License-Identifier: BSD-3-Clause
"""Lift of balloons, shift of the upper body, and the index for neighbours, against closed forms and publications."""

import math

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.outcomes import (
    UpperBody,
    all_lift,
    factor_of_risk,
    lift,
    neighbour_strength,
    upper_body_load,
)
from vertaug.outcomes.adjacent_fracture import LEVELS, neighbours_of


def sphere(radius, rings=40, sectors=60):
    """Triangles of a sphere with normals that point into it, as those of a cavity do."""
    polar, around = np.pi * np.arange(rings + 1) / rings, 2.0 * np.pi * np.arange(sectors) / sectors
    points = np.array(
        [
            (math.sin(p) * math.cos(a), math.sin(p) * math.sin(a), math.cos(p))
            for p in polar
            for a in around
        ]
    )
    facets = []
    for i in range(rings):
        for j in range(sectors):
            a, b = i * sectors + j, i * sectors + (j + 1) % sectors
            c, d = a + sectors, b + sectors
            facets += ([(a, d, c)] if i < rings - 1 else []) + ([(a, b, d)] if i > 0 else [])
    return radius * points, np.array(facets, dtype=np.int32)


def test_lift_of_a_ball_is_pressure_on_its_section():
    radius, pressure = 6.0, 1.2
    points, facets = sphere(radius)
    one = lift(points, facets, pressure)
    assert one.force == pytest.approx(pressure * math.pi * radius**2, rel=5e-3)
    assert one.area == pytest.approx(2.0 * math.pi * radius**2, rel=5e-3)
    assert one.stress == pytest.approx(0.5 * pressure, rel=5e-3)
    two = all_lift([one, lift(points + 20.0, facets, 0.5 * pressure)])
    assert two.force == pytest.approx(1.5 * one.force)
    assert two.area == pytest.approx(2.0 * one.area)
    assert two.stress == pytest.approx(0.75 * one.stress)


def test_an_intact_spine_has_no_more_load():
    load = upper_body_load(0.0)
    assert (load.shift_mm, load.erector_change_percent, load.compression_change_percent) == (
        0,
        0,
        0,
    )
    assert load.erector_N == pytest.approx(260.0 * 30.0 / 50.0)


def test_lever_is_in_equilibrium():
    body = UpperBody()
    for kyphosis in (-3.0, 4.0, 15.0):
        load = upper_body_load(kyphosis)
        assert load.erector_N * body.muscle_lever == pytest.approx(
            body.weight * (body.lever + load.shift_mm)
        )
        assert load.compression_N == pytest.approx(load.erector_N + body.weight + body.local)
    assert upper_body_load(-20.0).erector_N == 0.0


def angle(erector):
    """Kyphosis (degrees) at which the erector spinae has so many percent more force."""
    body = UpperBody()
    return math.degrees(math.asin(0.01 * erector * body.lever / body.height))


@pytest.mark.parametrize(("erector", "free", "held"), [(200.0, 60.0, 20.0), (55.0, 20.0, 7.5)])
def test_compression_follows_the_muscle_as_published(erector, free, held):
    """Rohlmann 2006: muscle +200, +55 %, disc pressure +60, +20 %, compensated +20, +7.5 %; ±10 points."""
    kyphosis = angle(erector)
    load, compensated = (upper_body_load(kyphosis, compensated=c) for c in (False, True))
    assert load.erector_change_percent == pytest.approx(erector)
    assert load.compression_change_percent == pytest.approx(free, abs=10.0)
    assert compensated.compression_change_percent == pytest.approx(held, abs=10.0)


def test_published_muscle_forces_belong_to_wedges_that_occur():
    """No reduction: a wedge of grade 2 or 3; nearly full reduction: a few degrees are left."""
    assert 8.0 < angle(200.0) < 16.0
    assert 2.0 < angle(55.0) < 5.0


def test_index_rises_with_load_and_falls_with_strength():
    index = factor_of_risk(1200.0, 2400.0, "L1", "L1")
    assert index.value == pytest.approx(0.5)
    assert (
        factor_of_risk(1300.0, 2400.0, "L1", "T12").value
        > factor_of_risk(1200.0, 2400.0, "L1", "T12").value
    )
    assert (
        factor_of_risk(1200.0, 2500.0, "L1", "T12").value
        < factor_of_risk(1200.0, 2400.0, "L1", "T12").value
    )


def test_neighbours_have_the_strength_of_their_level():
    assert neighbours_of("L1") == ("T12", "L2")
    assert neighbours_of("T4") == ("T5",)
    assert neighbours_of("S1") == ()
    assert neighbour_strength(1000.0, "L1", "L2") == pytest.approx(1085.0)
    there = neighbour_strength(1000.0, "L3", "T9")
    assert neighbour_strength(there, "T9", "L3") == pytest.approx(1000.0)
    for level in LEVELS:
        assert neighbour_strength(1000.0, level, level) == pytest.approx(1000.0)


def test_what_has_no_strength_is_refused():
    with pytest.raises(InputError, match="S1"):
        neighbour_strength(1000.0, "L5", "S1")
    with pytest.raises(InputError, match="0 N"):
        factor_of_risk(1000.0, 0.0, "L1", "L2")
