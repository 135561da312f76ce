# SPDX-License-Identifier: BSD-3-Clause
"""Injection from a bore into a sealed layer of homogeneous bone against the radial closed forms.

R² = r0² + Q t / (pi phi h) and dp = Q / (2 pi k h) [mu_c ln(R / r0) + mu_m ln(Re / R)].
Q = 50 mm³/s in a layer h = 20 mm thick, phi = 0.9, k = 1e-2 mm², cement 1e-4 and marrow 1e-7 MPa s,
r0 = 1.5 mm, Re = 20 mm. Flow is the same in every plane, so one layer of cells takes its share of Q.
"""

import math
from functools import cache

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.result import InjectionResult
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian

FLOW_PER_HEIGHT = 50.0 / 20.0
POROSITY, PERMEABILITY, BORE, OUTER = 0.9, 1e-2, 1.5, 20.0
CEMENT, MARROW = 1e-4, 1e-7
SPACING, DURATION = 0.25, 60.0


def disc() -> FlowGrid:
    """One layer of bone, sealed above and below, with a bore in its middle and an open rim."""
    n = 2 * round(OUTER / SPACING) + 2
    shape = (n, n, 1)
    origin = SPACING * np.array([-0.5 * n, -0.5 * n, -0.5])
    index = np.indices(shape) + 0.5
    radius = np.linalg.norm(origin[:2, None, None, None] + SPACING * index[:2], axis=0)
    bore = radius < BORE
    kind = np.where(radius < OUTER, Kind.BONE, Kind.SEALED)
    return FlowGrid(
        origin=origin,
        spacing=SPACING,
        kind=np.where(bore, Kind.CAVITY, kind).astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16),
        porosity=np.where(bore, 1.0, POROSITY),
        permeability=np.ones((3, *shape)) * np.where(bore, 1e2, PERMEABILITY),
        outlet=(radius < OUTER) & (radius >= OUTER - SPACING),
        openings=(),
        compartments=(Compartment("around", 0.0),),
    )


@cache
def injected() -> InjectionResult:
    """60 s of injection from a bore that is full of cement at the start."""
    grid = disc()
    cement = Cement("test", of_ages({0.0: Newtonian(CEMENT)}, calibrated=True), 0.0, MARROW)
    rate = FLOW_PER_HEIGHT * SPACING
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    full = (grid.kind == Kind.CAVITY).astype(np.float64)
    return inject(grid, cement, [tip], [Push("centre", rate * DURATION, rate)], saturation=full)


def front_radius(time: float) -> float:
    return math.sqrt(BORE**2 + FLOW_PER_HEIGHT * time / (math.pi * POROSITY))


def pressure_drop(time: float) -> float:
    radius = front_radius(time)
    logs = CEMENT * math.log(radius / BORE) + MARROW * math.log(OUTER / radius)
    return FLOW_PER_HEIGHT / (2.0 * math.pi * PERMEABILITY) * logs


def around(field: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """Values of a field (nx, ny, 1) at some radii along 64 directions, (64, radii)."""
    angle = 2.0 * np.pi * (np.arange(64) + 0.5) / 64
    way = np.stack([np.cos(angle), np.sin(angle)])
    centre = 0.5 * field.shape[0] - 0.5
    points = centre + way[:, :, None] * radius / SPACING
    return np.asarray(map_coordinates(field[:, :, 0], points, order=1))


def test_closed_form_at_60_seconds() -> None:
    assert front_radius(DURATION) == pytest.approx(7.43651, rel=1e-6)
    assert pressure_drop(DURATION) == pytest.approx(6373.859e-6, rel=1e-6)


def test_front_is_the_circle() -> None:
    result = injected()
    assert result.history.time[-1] == pytest.approx(DURATION, rel=1e-9)
    assert result.balance_error < 1e-10
    step = 0.02
    radii = around(result.saturation, np.arange(0.5 * step, 12.0, step)).sum(axis=1) * step
    assert math.sqrt((radii**2).mean()) == pytest.approx(front_radius(DURATION), rel=0.01)
    assert np.abs(radii / front_radius(DURATION) - 1.0).max() < 0.03


def test_extents_along_the_axes() -> None:
    """Cement along each half axis, met in the pair of rows on either side of it."""
    saturation = injected().saturation[:, :, 0]
    n = saturation.shape[0] // 2
    for plane in (saturation, saturation.T):
        middle = 0.5 * (plane[n - 1] + plane[n])
        for half in (middle[:n], middle[n:]):
            assert half.sum() * SPACING == pytest.approx(front_radius(DURATION), rel=0.03)


def test_pressure_at_the_bore_as_the_front_moves() -> None:
    history = injected().history
    exact = np.array([pressure_drop(t) for t in history.time])
    late = np.array([front_radius(t) for t in history.time]) > 2.0 * BORE
    assert np.abs(history.tip / exact - 1.0)[late].max() < 0.03
    assert history.tip[-1] == pytest.approx(6373.859e-6, rel=0.02)


@pytest.mark.parametrize(("inner", "outer", "viscosity"), [(2.5, 6.0, CEMENT), (9.0, 18.0, MARROW)])
def test_pressure_between_two_radii(inner: float, outer: float, viscosity: float) -> None:
    pressure = around(injected().pressure, np.array([inner, outer])).mean(axis=0)
    scale = FLOW_PER_HEIGHT * viscosity / (2.0 * math.pi * PERMEABILITY)
    assert pressure[0] - pressure[1] == pytest.approx(scale * math.log(outer / inner), rel=0.01)
