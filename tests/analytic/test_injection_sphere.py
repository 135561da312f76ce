# SPDX-License-Identifier: BSD-3-Clause
"""Injection from a ball into homogeneous bone: scaling, anisotropy, steps.

The closed forms themselves are benchmarks of the package `verification`.
Q = 100 mm³/s, k = 5e-3 mm², phi = 0.8, outer radius 20 mm, 11 gauge (a = 1.194 mm).
"""

import math

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula, inner_radius
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.grid.flow_grid import Compartment, FlowGrid
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import FlowCurve, ageing
from vertaug.materials.rheology.newton_1687 import Newtonian

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
    curve: FlowCurve, volume: float, spacing: float = 1.0, ratio: float = 1.0, age: float = 0.0
) -> InjectionResult:
    cement = Cement("test", curve, age, MARROW, body=nicholas_2007.REFERENCE)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    return inject(ball(spacing, ratio), cement, [tip], [Push("centre", volume, RATE)])


def newtonian(viscosity: float, tau: float = math.inf) -> FlowCurve:
    return ageing(Newtonian(viscosity), tau, cap=1.0, calibrated=True)


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
