# SPDX-License-Identifier: BSD-3-Clause
"""Injection from a ball into homogeneous bone against the spherical closed forms.

Two-zone Darcy flow with a piston front, R³ = a³ + 3 Q t / (4 pi phi): Newtonian, ageing, power law.
Q = 100 mm³/s, k = 5e-3 mm², phi = 0.8, outer radius 20 mm, 11 gauge (a = 1.194 mm).
"""

import math

import numpy as np
import pytest
from scipy.ndimage import map_coordinates
from scipy.optimize import brentq

from vertaug.cement.cannula import Cannula, inner_radius
from vertaug.cement.cement import Cement
from vertaug.cement.grid import Compartment, FlowGrid
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.cement_classes import SHEAR_RATE, AgeingCurve

RATE, PERMEABILITY, POROSITY, OUTER = 100.0, 5e-3, 0.8, 20.0
TIP = inner_radius(11)
MARROW = 1.5e-7


def ball(spacing: float, ratio: float = 1.0) -> FlowGrid:
    """A ball of bone of radius 20 mm whose rim is held at zero pressure."""
    n = 2 * round(OUTER / spacing) + 2
    shape = (n, n, n)
    origin = np.full(3, -0.5 * n * spacing)
    index = np.indices(shape) + 0.5
    radius = np.linalg.norm(origin[:, None, None, None] + spacing * index, axis=0)
    scale = PERMEABILITY * ratio ** (-1.0 / 3.0) * np.array([1.0, 1.0, ratio])
    return FlowGrid(
        origin=origin,
        spacing=spacing,
        kind=(radius < OUTER).astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16),
        porosity=np.full(shape, POROSITY),
        permeability=np.ones((3, *shape)) * scale[:, None, None, None],
        outlet=(radius < OUTER) & (radius >= OUTER - spacing),
        openings=(),
        compartments=(Compartment("around", 0.0),),
    )


def run(
    curve: AgeingCurve, volume: float, spacing: float = 1.0, ratio: float = 1.0, age: float = 0.0
) -> InjectionResult:
    cement = Cement("test", curve, age, MARROW, body=nicholas_2007.REFERENCE)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    return inject(ball(spacing, ratio), cement, [tip], [Push("centre", volume, RATE)])


def newtonian(viscosity: float, tau: float = math.inf) -> AgeingCurve:
    return AgeingCurve(viscosity, tau, 1.0, calibrated=True, cap=1.0)


def front_radius(time: float) -> float:
    return (TIP**3 + 3.0 * RATE * time / (4.0 * math.pi * POROSITY)) ** (1.0 / 3.0)


def newtonian_drop(viscosity: float, time: float) -> float:
    radius = front_radius(time)
    scale = RATE / (4.0 * math.pi * PERMEABILITY)
    inner, outer = 1.0 / TIP - 1.0 / radius, 1.0 / radius - 1.0 / OUTER
    return scale * (viscosity * inner + MARROW * outer)


def surface_moments(result: InjectionResult) -> np.ndarray:
    """Radius of the front along 200 directions, from the cement met along each."""
    grid = result.grid
    golden = math.pi * (3.0 - math.sqrt(5.0))
    z = 1.0 - 2.0 * (np.arange(200) + 0.5) / 200
    flat = np.sqrt(1.0 - z * z)
    way = np.stack(
        [flat * np.cos(golden * np.arange(200)), flat * np.sin(golden * np.arange(200)), z], axis=1
    )
    along = np.arange(0.0, 18.0, 0.05)
    points = way[:, None] * along[:, None]
    index = (points - grid.origin) / grid.spacing - 0.5
    share = map_coordinates(result.saturation, np.moveaxis(index, -1, 0), order=1)
    return share.sum(axis=1) * 0.05


def test_newtonian_pressure_front_and_sphericity() -> None:
    result = run(newtonian(2e-4), 2000.0, 0.625)
    history = result.history
    late = np.array([front_radius(t) for t in history.time]) > 3.0 * TIP
    exact = np.array([newtonian_drop(2e-4, t) for t in history.time])
    assert np.abs(history.tip / exact - 1.0)[late].max() < 0.03
    assert result.balance_error < 1e-10
    radii = surface_moments(result)
    assert radii.std() / radii.mean() < 0.03
    assert radii.mean() == pytest.approx((front_radius(20.0) ** 3 - TIP**3) ** (1 / 3), rel=0.02)
    assert history.marrow_out[-1] == pytest.approx(2000.0, rel=1e-7)


def test_thickening_cement() -> None:
    tau = 90.0
    at_300 = 5e-5 * math.exp(300.0 / tau)
    result = run(newtonian(at_300, tau), 1000.0)
    time = result.history.time[-1]
    assert time == pytest.approx(10.0, rel=1e-9)
    expected = newtonian_drop(5e-5 * math.exp(10.0 / tau), 10.0)
    assert result.history.tip[-1] == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("index", [0.7, 0.5])
def test_power_law(index: float) -> None:
    consistency = 2e-4
    curve = AgeingCurve(consistency / SHEAR_RATE ** (1.0 - index), math.inf, index, True)
    result = run(curve, 2000.0, 0.8)
    scale = consistency / (12.0 * PERMEABILITY) * (9.0 + 3.0 / index) ** index
    scale *= (150.0 * PERMEABILITY * POROSITY) ** (0.5 * (1.0 - index))
    radius, power = front_radius(20.0), 1.0 - 2.0 * index
    shape = math.log(radius / TIP) if power == 0.0 else (radius**power - TIP**power) / power
    expected = scale * (RATE / (4.0 * math.pi)) ** index * shape
    assert result.history.tip[-1] == pytest.approx(expected, rel=0.03)


def time_at(
    radius: float, start: float, thick: float, thin: float, mobility: float, rim: float
) -> float:
    """Time, s, at which a front driven by constant pressure is at `radius`; `mobility` is k P / phi."""
    area, volume = 0.5 * (radius**2 - start**2), (radius**3 - start**3) / 3.0
    return (thick * (volume / start - area) + thin * (area - volume / rim)) / mobility


def test_constant_pressure() -> None:
    """A limit at the syringe, a rate beyond reach and a cannula of no resistance."""
    reference = time_at(9.247093, 1.5, 1e-4, 0.0, 1e-2 * 2e-2 / 0.9, OUTER)
    assert reference == pytest.approx(60.0, rel=1e-6)
    drop, thick = 0.05, 2e-4
    cement = Cement("test", newtonian(thick), 0.0, MARROW)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 1e-3)
    options = InjectionOptions(pressure_limit=drop, time_limit=60.0, front_step=0.25)
    result = inject(ball(1.0), cement, [tip], [Push("centre", 1e4, 1e3)], options)
    history = result.history
    assert result.stopped == "time"
    np.testing.assert_allclose(history.syringe, drop, rtol=1e-2)
    case = (TIP, thick, MARROW, PERMEABILITY * drop / POROSITY, OUTER)
    exact = np.array(
        [brentq(lambda r, t=t: time_at(r, *case) - t, TIP, OUTER) for t in history.time]
    )
    found = (TIP**3 + 3.0 * history.injected / (4.0 * math.pi * POROSITY)) ** (1.0 / 3.0)
    late = exact > 3.0 * TIP
    assert np.abs(found / exact - 1.0)[late].max() < 0.03
    assert found[-1] == pytest.approx(exact[-1], rel=0.01)
    radius = (3.0 * history.injected[-1] / (4.0 * math.pi * POROSITY)) ** (1.0 / 3.0)
    assert surface_moments(result).mean() == pytest.approx(radius, rel=0.03)


def test_scaling_all_viscosities_scales_pressure_and_nothing_else() -> None:
    one = run(newtonian(2e-4), 300.0, 1.25)
    cement = Cement("test", newtonian(2e-3), 0.0, 10.0 * MARROW)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    ten = inject(ball(1.25), cement, [tip], [Push("centre", 300.0, RATE)])
    np.testing.assert_allclose(ten.saturation, one.saturation, atol=1e-6)
    np.testing.assert_allclose(ten.history.tip, 10.0 * one.history.tip, rtol=1e-6)


def test_anisotropic_front_is_the_ellipsoid() -> None:
    ratio = 2.05
    result = run(newtonian(2e-4), 1500.0, 1.0, ratio)
    volume = result.cement_volume()
    index = np.indices(volume.shape) + 0.5
    offset = result.grid.origin[:, None, None, None] + index
    spread = np.sqrt((volume * offset**2).sum(axis=(1, 2, 3)))
    assert spread[2] / spread[0] == pytest.approx(math.sqrt(ratio), rel=0.03)
    assert spread[1] == pytest.approx(spread[0], rel=1e-6)


def test_halving_the_step_changes_little() -> None:
    cement = Cement("test", newtonian(2e-4), 0.0, MARROW)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    pushes = [Push("centre", 500.0, RATE)]
    coarse = inject(ball(1.25), cement, [tip], pushes)
    fine = inject(ball(1.25), cement, [tip], pushes, InjectionOptions(front_step=0.25))
    changed = np.abs(coarse.cement_volume() - fine.cement_volume()).sum()
    assert changed < 0.06 * 500.0
