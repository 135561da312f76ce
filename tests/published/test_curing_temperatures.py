# SPDX-License-Identifier: BSD-3-Clause
"""Temperatures of cement that cures in vertebral bodies in a bath, against those measured in 24 of them."""

import numpy as np
import pytest

from vertaug.curing.ageing import aged
from vertaug.curing.body import Blood, heat_body
from vertaug.curing.curing import Curing
from vertaug.curing.damage import Damage
from vertaug.curing.surface import SIDES, Fixed
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.thermal.polymer import Polymer

pytestmark = [pytest.mark.published, pytest.mark.usefixtures("one_thread")]

BATH, ROOM, ZERO = 310.15, 296.15, 273.15
HALF = np.array([20.0, 15.5, 12.0])
"""Half width, depth and height of a lumbar body, mm."""
POROSITY, SPACING = 0.85, 1.0


def vertebral_body():
    """An elliptic cylinder of trabecular bone in the middle of soft tissue; grid and centres of cells."""
    shape = tuple(int(n) for n in 2 * np.ceil((HALF + 12.0) / SPACING))
    centres = (np.indices(shape) + 0.5 - 0.5 * np.reshape(shape, (3, 1, 1, 1))) * SPACING
    x, y, z = centres
    bone = ((x / HALF[0]) ** 2 + (y / HALF[1]) ** 2 < 1.0) & (np.abs(z) < HALF[2])
    grid = FlowGrid(
        origin=-0.5 * SPACING * np.array(shape), spacing=SPACING,
        kind=np.where(bone, Kind.BONE, Kind.SEALED).astype(np.uint8), compartment=np.full(shape, -1, dtype=np.int16),
        porosity=np.where(bone, POROSITY, 0.0), permeability=np.ones((3, *shape)),
        outlet=np.zeros(shape, dtype=bool), openings=(), compartments=(),
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
