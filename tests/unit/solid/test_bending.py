# SPDX-License-Identifier: BSD-3-Clause
"""Hinges: derivatives, plates bent to a cylinder and a cap, plastic folds."""

import numpy as np
import pytest

from vertaug.solid.bending import HingeItem, hinge_angles, hinges_of
from vertaug.solid.shell import membrane_parameters
from vertaug.state import ShellHistory

YOUNG, POISSON, STRENGTH, THICKNESS = 2000.0, 1.0 / 3.0, 30.0, 0.4
PLATE = YOUNG * THICKNESS**3 / (12.0 * (1.0 - POISSON**2))


def plate(n, side=1.0):
    """A flat sheet of equilateral facets: points (m, 3), membranes."""
    i, j = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    points = np.stack([i + 0.5 * j, np.sqrt(0.75) * j, np.zeros(i.shape)], axis=-1).reshape(-1, 3)
    number = np.arange((n + 1) ** 2).reshape(n + 1, n + 1)
    a, b, c, d = (
        x.ravel() for x in (number[:-1, :-1], number[1:, :-1], number[:-1, 1:], number[1:, 1:])
    )
    facets = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)]).astype(np.int32)
    m = len(facets)
    shell = ShellHistory(
        facets, np.full(m, np.sqrt(3.0) / 4.0 * side**2 * THICKNESS), np.tile(np.eye(2), (m, 1, 1)), np.zeros(m),
        membrane_parameters(np.full(m, YOUNG), POISSON, np.full(m, STRENGTH)),
    )  # fmt: skip
    return side * points, shell


def item_of(points, shell):
    history = hinges_of(points, shell)
    return HingeItem(history.nodes, history.rest, history.parameters)


def test_forces_are_the_derivative_of_the_energy():
    points, shell = plate(2)
    item = item_of(points, shell)
    rng = np.random.default_rng(0)
    bent = points + 0.05 * rng.normal(size=points.shape)
    found = np.zeros_like(bent)
    np.add.at(found, item.nodes, item.evaluate(bent, with_matrix=False).forces)
    step = 1e-6
    for node in range(len(bent)):
        for axis in range(3):
            ends = []
            for sign in (1.0, -1.0):
                moved = bent.copy()
                moved[node, axis] += sign * step
                ends.append(item.energy(moved))
            slope = (ends[0] - ends[1]) / (2.0 * step)
            assert found[node, axis] == pytest.approx(slope, abs=1e-6)


def test_tangent_is_exact_at_rest_and_symmetric():
    points, shell = plate(2)
    item = item_of(points, shell)
    matrices = item.evaluate(points, with_matrix=True).matrices
    np.testing.assert_allclose(matrices, matrices.transpose(0, 2, 1))
    along = np.random.default_rng(1).normal(size=points.shape)
    step = 1e-6
    ends = [item.evaluate(points + s * step * along, with_matrix=False).forces for s in (1.0, -1.0)]
    moved = along[item.nodes].reshape(-1, 12)
    expected = np.einsum("hij,hj->hi", matrices, moved).reshape(-1, 4, 3)
    np.testing.assert_allclose((ends[0] - ends[1]) / (2.0 * step), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("curves", "energy"), [((1.0, 0.0), 0.5), ((0.0, 1.0), 0.5), ((1.0, 1.0), 2.0 / 3.0)]
)
def test_energy_of_cylinders_and_a_cap_is_the_plates(curves, energy):
    """½ D (κ₁² + κ₂² + 2 ν κ₁ κ₂) per area with the hinges' own ν = -1/3."""
    points, shell = plate(24)
    item = item_of(points, shell)
    curvature = 1e-3
    bent = points.copy()
    bent[:, 2] = 0.5 * curvature * (curves[0] * points[:, 0] ** 2 + curves[1] * points[:, 1] ** 2)
    area = shell.volume.sum() / THICKNESS
    # Hinges along the border are missing.
    assert item.energy(bent) == pytest.approx(energy * PLATE * curvature**2 * area, rel=0.06)


def test_rotation_costs_nothing_and_flat_sheets_rest_flat():
    points, shell = plate(3)
    item = item_of(points, shell)
    np.testing.assert_allclose(item.rest, 0.0, atol=1e-12)
    turn, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))
    turn *= np.sign(np.linalg.det(turn))
    assert item.energy(points @ turn.T + 3.0) == pytest.approx(0.0, abs=1e-20)


def test_a_fold_beyond_its_moment_stays():
    """Two facets folded by 1 rad: the moment is l σ t²/4, what is left after it is plastic, energy balances."""
    points, shell = plate(1)
    item = item_of(points, shell)
    assert item.nodes.shape == (1, 4)
    first, second, tip = points[1], points[2], 3
    axis = (second - first) / np.linalg.norm(second - first)
    arm = points[tip] - first
    across = arm - (arm @ axis) * axis
    folded = points.copy()
    folded[tip] = (
        first + (arm @ axis) * axis + np.cos(1.0) * across + np.sin(1.0) * np.cross(axis, across)
    )
    assert abs(hinge_angles(folded[item.nodes])[0]) == pytest.approx(1.0)
    most = 0.25 * STRENGTH * THICKNESS**2
    stiffness = item.parameters[0, 0]
    assert item.parameters[0, 1] == pytest.approx(most)
    force = np.linalg.norm(item.evaluate(folded, with_matrix=False).forces[0, 2:], axis=1)
    np.testing.assert_allclose(force, most / np.sqrt(0.75), rtol=1e-9)
    after = item.after(folded)
    assert abs(after.rest[0]) == pytest.approx(1.0 - most / stiffness)
    assert after.energy(folded) == pytest.approx(0.5 * most**2 / stiffness)
    dissipated = item.energy(folded) - after.energy(folded)
    assert dissipated == pytest.approx(most * (1.0 - most / stiffness))
