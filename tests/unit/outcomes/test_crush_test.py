# SPDX-License-Identifier: BSD-3-Clause
"""The testing machine: its drive, how curves are read, and a small block of bone in it."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import NotConvergedError
from vertaug.outcomes import Crush, crush_test
from vertaug.outcomes.crush_test import failure, potted, slope
from vertaug.solid.machine import PlatenDrive
from vertaug.solid.model import first_state
from vertaug.solid.newton import NewtonOptions

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.mark.parametrize("position", [None, -0.3])
def test_drive_is_the_derivative_of_its_energy(position):
    drive = PlatenDrive(1, position, load=40.0)
    points = np.array([[1.0, 2.0, 3.0], [-0.2, 0.01, -0.02]])
    part = drive.evaluate(points, with_matrix=True)
    forces, step = np.zeros(3), 1e-6
    for axis in range(3):
        moved = [points.copy(), points.copy()]
        for sign, copy in zip((-1.0, 1.0), moved, strict=True):
            copy[1, axis] += sign * step
        forces[axis] = (drive.energy(moved[1]) - drive.energy(moved[0])) / (2.0 * step)
        change = [drive.evaluate(copy, with_matrix=False).forces[0, 0] for copy in moved]
        np.testing.assert_allclose(
            (change[1] - change[0]) / (2.0 * step), part.matrices[0, :, axis], rtol=1e-6, atol=1e-3
        )
    np.testing.assert_allclose(forces, part.forces[0, 0], rtol=1e-6, atol=1e-3)


@pytest.mark.parametrize("points", [41, 161])
@pytest.mark.parametrize("hardening", [0.0, 0.04, -0.1])
def test_failure_is_the_knee_or_the_peak(hardening, points):
    """1000 N/mm up to 0.3 mm, then flat, slowly hardening or falling."""
    u = np.linspace(0.0, 2.0, points)
    force = np.where(u < 0.3, 1000.0 * u, 300.0 + 1000.0 * hardening * (u - 0.3))
    curve = np.column_stack([u, force])
    assert failure(curve, 0.05) == pytest.approx(300.0, rel=0.06)
    assert slope(curve, 300.0) == pytest.approx(1000.0, rel=1e-6)
    # Where loading starts does not matter.
    moved = curve + np.array([3.0, 0.0])
    assert failure(moved, 0.05) == pytest.approx(failure(curve, 0.05), rel=1e-6)
    assert slope(moved, 300.0) == pytest.approx(1000.0, rel=1e-6)


def test_what_never_fails_has_its_last_load():
    u = np.linspace(0.0, 1.0, 11)
    assert failure(np.column_stack([u, 500.0 * u]), 0.05) == pytest.approx(500.0)


def test_numbers_of_a_test():
    up = np.linspace(0.0, 1.0, 201)
    first = np.column_stack([5.0 * up, np.minimum(5000.0 * up, 1000.0)])
    second = np.column_stack([3.0 + 5.0 * up, np.minimum(2500.0 * up, 900.0)])
    crush = Crush(first, second, elastic=4.5, residual=3.0, rested=None, state=None)
    assert crush.depth == 5.0
    assert crush.recovery == pytest.approx(0.4)
    assert crush.instant_recovery == pytest.approx(0.1)
    assert crush.stiffness == pytest.approx((1000.0, 500.0), rel=1e-6)
    assert crush.strength == pytest.approx((1000.0, 900.0), rel=0.02)


@pytest.fixture(scope="module")
def block(loaded):
    """Potted model and stress-free state of the small block."""
    model, state = loaded
    model = potted(model)
    n = state.mesh.n_cells
    fresh = first_state(
        state.mesh, model, np.full(n, 90.0), np.zeros(n), np.zeros(len(state.mesh.facets))
    )
    return model, fresh


def test_what_is_not_crushed_comes_back(block):
    """Within the elastic range nothing is lost: recovery, stiffness and length."""
    model, state = block
    strong = replace(model, law=replace(model.law, strength_factor=50.0))
    shells = replace(model.shells, cortex_strength=1e4, endplate_strength=1e4)
    result = crush_test(state, replace(strong, shells=shells), 0.02, steps=3)
    assert result.recovery == pytest.approx(1.0, abs=1e-3)
    assert result.stiffness[1] == pytest.approx(result.stiffness[0], rel=1e-2)


@pytest.mark.slow
def test_crushed_block_comes_back_in_part_and_softer(block):
    model, state = block
    height = np.ptp(state.mesh.points[:, 2])
    result = crush_test(state, model, 0.08 * height, steps=6)
    assert 0.0 < result.instant_recovery < result.recovery < 1.0
    assert result.stiffness[1] < result.stiffness[0]
    assert result.state.bone.damage.max() > 0.1


def test_a_step_that_fails_is_said(block):
    model, state = block
    impatient = NewtonOptions(tolerance=1e-15, max_iterations=1)
    with pytest.raises(NotConvergedError, match="crush test, step 0"):
        crush_test(state, model, 1.0, options=impatient)
