# SPDX-License-Identifier: BSD-3-Clause
"""Temperatures of cement that cures in vertebral bodies, against those measured in 24 of them in a bath.

Belkoff, Molloy (2003), Spine 28:1555: 6 or 10 mL of Simplex P in osteoporotic bodies at 37 °C; peaks in the centre
49 to 112 °C, at the anterior cortex 44 to 113, at the canal 39 to 57. Of cement in cavities no measurement was found;
it is held against what these thermometers read wherever they lay, 113 °C. Nothing is fitted: heat, capacity and
rate of the reaction are the defaults.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import cement_of_class
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.curing.ageing import aged
from vertaug.curing.body import Blood, heat_body
from vertaug.curing.curing import Curing
from vertaug.curing.damage import Damage
from vertaug.curing.flowing import Entering, FlowingHeat
from vertaug.curing.surface import SIDES, Fixed
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.thermal.polymer import Polymer
from vertaug.materials.thermal.recipe import Recipe, polymer_of

pytestmark = [pytest.mark.published, pytest.mark.usefixtures("one_thread")]

BATH, ROOM, ZERO = 310.15, 296.15, 273.15
HALF = np.array([20.0, 15.5, 12.0])
"""Half width, depth and height of a lumbar body, mm."""
POROSITY, SPACING = 0.85, 1.0


def vertebral_body(spacing=SPACING):
    """An elliptic cylinder of trabecular bone in the middle of soft tissue; grid and centres of cells.

    Marrow leaves through the body's side.
    """
    shape = tuple(int(n) for n in 2 * np.ceil((HALF + 12.0) / spacing))
    centres = (np.indices(shape) + 0.5 - 0.5 * np.reshape(shape, (3, 1, 1, 1))) * spacing
    x, y, z = centres
    bone = ((x / HALF[0]) ** 2 + (y / HALF[1]) ** 2 < 1.0) & (np.abs(z) < HALF[2])
    rim = bone & ~np.logical_and.reduce(
        [np.roll(bone, way, axis) for axis in (0, 1) for way in (1, -1)]
    )
    grid = FlowGrid(
        origin=-0.5 * spacing * np.array(shape), spacing=spacing,
        kind=np.where(bone, Kind.BONE, Kind.SEALED).astype(np.uint8),
        compartment=np.where(rim, 0, -1).astype(np.int16), porosity=np.where(bone, POROSITY, 0.0),
        permeability=np.full((3, *shape), 1e-2), outlet=rim, openings=(), compartments=(Compartment("around", 0.0),),
    )  # fmt: skip
    return grid, centres


@pytest.mark.parametrize("millilitres", [6.0, 10.0])
def test_peaks_lie_in_the_measured_ranges(millilitres):
    """Belkoff, Molloy (2003), Spine 28:1555, 6 or 10 mL in a bath of 37 °C.

    Peaks: centre 49 to 112 °C, anterior cortex 44 to 113, canal 39 to 57. Here the cement is an ellipsoid with the
    body's proportions; no blood flows.
    """
    grid, centres = vertebral_body()
    full = 4.0 / 3.0 * np.pi * np.prod(HALF) * POROSITY
    scale = np.cbrt(millilitres * 1000.0 / full)
    cement = (np.linalg.norm(centres / HALF[:, None, None, None], axis=0) < scale).astype(float)
    kinetics = stanczyk_2004.kinetics()
    degree = aged(kinetics, [(360.0, ROOM)])
    damage = Damage(np.full(grid.shape, BATH))
    body = heat_body(grid, POROSITY * cement, Polymer(), Blood(0.0, 0.0))
    run = Curing(
        body, kinetics, BATH, np.full(grid.shape, degree), dict.fromkeys(SIDES, Fixed(BATH)), damage=damage
    )  # fmt: skip
    run.advance(900.0)

    def peak(*place):
        index = grid.cell_at(np.array([place]))[0]
        return float(damage.peak[tuple(index)]) - ZERO

    assert run.record.balance().error < 1e-6
    found = peak(0.0, 0.0, 0.0), peak(0.0, -HALF[1] + 0.5, 0.0), peak(0.0, HALF[1] + 1.5, 0.0)
    assert 49.0 < found[0] < 112.0
    assert 44.0 < found[1] < 113.0
    assert 39.0 < found[2] < 57.0


SIDES_OF_BODY = (("left", 0.5), ("right", -0.5))


def with_cavities(grid, centres, millilitres):
    """The grid with an empty ball on either side, half way to the wall."""
    radius = np.cbrt(3.0 * 1000.0 * millilitres / (4.0 * np.pi))
    kind, porosity, permeability = grid.kind.copy(), grid.porosity.copy(), grid.permeability.copy()
    for _, x in SIDES_OF_BODY:
        middle = np.reshape([x * HALF[0], 0.0, 0.0], (3, 1, 1, 1))
        ball = np.linalg.norm(centres - middle, axis=0) < radius
        kind[ball], porosity[ball], permeability[:, ball] = Kind.CAVITY, 1.0, radius**2 / 8.0
    return replace(grid, kind=kind, porosity=porosity, permeability=permeability)


@cache
def injected(millilitres, cavity=0.0, flow=0.0, polymer=None):
    """Cement where two cannulas put it, as cold and as far cured as they leave it, cured; heat, cement and grid.

    Tips lie in the anterior third, half way to either side, or in the middle of cavities of so many mL each; blood
    flows by ``flow`` mL per 100 g and minute, none in a bath.
    """
    grid, centres = vertebral_body(1.5)
    depth = 0.0 if cavity else -HALF[1] / 3.0
    if cavity:
        grid = with_cavities(grid, centres, cavity)
    kinetics, age = stanczyk_2004.kinetics(), 360.0
    heat = FlowingHeat(
        grid, polymer or Polymer(), kinetics, Entering(ROOM, ROOM, age), Blood(flow, flow, BATH)
    )
    tips = [Cannula(name, (x * HALF[0], depth, 0.0), 10, 125.0) for name, x in SIDES_OF_BODY]
    schedule = [Push(name, 500.0 * millilitres, 50.0) for name, _ in SIDES_OF_BODY]
    result = inject(grid, cement_of_class("medium", age), tips, schedule, warmth=heat)
    assert result.stopped == "schedule"
    cement = result.cement_volume()
    mean = float((cement * heat.run.temperature).sum() / cement.sum())
    assert ROOM + 2.0 < mean < BATH
    heat.run.advance(900.0)
    assert heat.run.record.balance().error < 1e-6
    return heat, cement, grid


def peaks(treated):
    """Peaks at the centre, the anterior cortex and the canal, °C."""
    heat, _, grid = treated
    places = np.array([(0.0, 0.0, 0.0), (0.0, -HALF[1] + 0.5, 0.0), (0.0, HALF[1] + 1.5, 0.0)])
    return [float(heat.damage.peak[tuple(index)]) - ZERO for index in grid.cell_at(places)]


def hottest(treated):
    """What a thermometer of 3 mm would read, °C, at the warmest place there is: the mean of a ball."""
    heat, _, grid = treated
    peak = heat.damage.peak
    away = np.indices(peak.shape) - np.reshape(
        np.unravel_index(peak.argmax(), peak.shape), (3, 1, 1, 1)
    )
    return float(peak[np.linalg.norm(grid.spacing * away, axis=0) <= 1.5].mean()) - ZERO


@pytest.mark.parametrize("millilitres", [6.0, 10.0])
def test_peaks_after_an_injection_lie_in_the_measured_ranges(millilitres):
    """The canal gets no warmer than 57 °C; that it gets too little is told below."""
    treated = injected(millilitres)
    centre, _, canal = peaks(treated)
    assert 49.0 < centre < 112.0
    assert 37.5 < canal < 57.0
    assert centre < hottest(treated) < 113.0


@pytest.mark.parametrize(
    "millilitres",
    [pytest.param(6.0, marks=pytest.mark.xfail(reason="43.97 of 44 °C", strict=True)), 10.0],
)
def test_the_anterior_cortex_gets_as_warm_as_measured(millilitres):
    assert 44.0 < peaks(injected(millilitres))[1] < 113.0


@pytest.mark.xfail(reason="37.8 and 38.4 of 39 °C, a large body: docs/effects.md", strict=True)
@pytest.mark.parametrize("millilitres", [6.0, 10.0])
def test_the_canal_after_an_injection_gets_as_warm_as_measured(millilitres):
    assert 39.0 < peaks(injected(millilitres))[2] < 57.0


@pytest.mark.parametrize("flow", [0.0, 3.0], ids=["bath", "patient"])
@pytest.mark.parametrize("cavity", [0.0, 1.4], ids=["vertebroplasty", "kyphoplasty"])
def test_no_treatment_gets_hotter_than_was_measured(cavity, flow):
    """3 mL a side; 2.8 of the 6 mL lie in cavities after balloons of 2 mL a side have recoiled (example 05)."""
    treated = injected(6.0, cavity, flow)
    centre, _, canal = peaks(treated)
    assert 49.0 < centre < 112.0
    assert canal < 57.0
    assert centre < hottest(treated) < 113.0


@pytest.mark.xfail(reason="116 of 113 °C in balls of 2 mL", strict=True)
def test_large_lumps_get_no_hotter_than_was_measured():
    """4 mL a side, 2 of them in a cavity: lumps that no thermometer was read in."""
    assert hottest(injected(8.0, 2.0)) < 113.0


HV_R = polymer_of(Recipe(9.0e-6, 20.0e-6, 0.991, "barium_sulphate", 0.30))
"""Kyphon HV-R by its leaflet: 172 J/mL."""


@pytest.mark.parametrize(
    ("millilitres", "cavity"),
    [
        (10.0, 0.0),
        pytest.param(6.0, 1.4, marks=pytest.mark.xfail(reason="113.5 of 113 °C", strict=True)),
    ],
    ids=["vertebroplasty", "kyphoplasty"],
)
def test_a_cement_that_is_sold_gets_no_hotter_than_was_measured(millilitres, cavity):
    assert 44.0 < hottest(injected(millilitres, cavity, 0.0, HV_R)) < 113.0


@pytest.mark.parametrize("cavity", [0.0, 1.4], ids=["vertebroplasty", "kyphoplasty"])
def test_cement_gets_as_warm_on_the_mean_as_in_patients(cavity):
    """Anselmetti et al. (2009), five thermometers in each of 22 vertebrae: means of groups 45, 60 and 87 °C."""
    heat, cement, _ = injected(6.0, cavity, 3.0)
    assert 45.0 < np.average(heat.damage.peak - ZERO, weights=cement) < 87.0
