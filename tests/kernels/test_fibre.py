# SPDX-License-Identifier: BSD-3-Clause
"""Fibres of a cracked cortex: stress along one direction of a facet only."""

import numpy as np
import pytest

from vertaug.solid.shell import FibreItem, horizontal_directions
from vertaug.state import FibreHistory

POINTS = np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 1.0], [2.0, 0.3, 1.1]])
FACETS = np.array([[0, 1, 2], [1, 3, 2]], dtype=np.int32)


def item(strength=1e9):
    history = FibreHistory(
        facets=FACETS,
        volume=np.array([0.5, 0.6]),
        direction=horizontal_directions(POINTS, FACETS),
        strain=np.zeros(2),
        parameters=np.array([[100.0, strength], [100.0, strength]]),
    )
    return FibreItem.start(POINTS, history)


def test_stretch_along_the_crack_is_resisted_across_it_is_not():
    along, across = POINTS.copy(), POINTS.copy()
    along[:, 0] *= 1.1
    across[:, 2] *= 1.1
    first = FibreItem.start(
        POINTS,
        FibreHistory(
            FACETS[:1], np.array([0.5]), horizontal_directions(POINTS, FACETS[:1]), np.zeros(1),
            np.array([[100.0, 1e9]]),
        ),
    )  # fmt: skip
    assert first.energy(along) == pytest.approx(0.5 * 0.5 * 100.0 * np.log(1.1) ** 2)
    assert first.energy(across) == pytest.approx(0.0, abs=1e-15)


def test_strength_caps_the_stress_and_history_keeps_it():
    stretched = POINTS * np.array([1.2, 1.0, 1.0])
    body = item(strength=3.0)
    direction, strain = body.history(stretched)
    np.testing.assert_allclose(strain, 0.03, rtol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(direction, axis=1), 1.0)


@pytest.mark.parametrize("strength", [1e9, 2.0])
def test_forces_and_tangent_are_derivatives(strength):
    body = item(strength)
    rng = np.random.default_rng(3)
    points = POINTS + 0.05 * rng.standard_normal(POINTS.shape)
    change = rng.standard_normal(POINTS.shape)
    step = 1e-6
    here = body.evaluate(points, with_matrix=True)
    plus = body.evaluate(points + step * change, with_matrix=False)
    minus = body.evaluate(points - step * change, with_matrix=False)
    local = change[FACETS].reshape(2, 9)
    work = float((here.forces.reshape(2, 9) * local).sum())
    assert (plus.energy - minus.energy) / (2 * step) == pytest.approx(work, rel=1e-6)
    expected = np.einsum("mij,mj->mi", here.matrices, local)
    found = (plus.forces - minus.forces).reshape(2, 9) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_rigid_motion_after_a_plastic_step_changes_nothing(cases):
    moved = POINTS + 0.1 * np.random.default_rng(3).standard_normal(POINTS.shape)
    body = item(strength=2.0)
    direction, strain = body.history(moved)
    following = FibreItem.start(
        moved, FibreHistory(FACETS, body.volume, direction, strain, body.parameters)
    )
    again, same = following.history(moved @ cases.rotation(2).T + 1.0)
    np.testing.assert_allclose(same, strain, atol=1e-13)
    np.testing.assert_allclose(again, direction, atol=1e-12)


def test_not_a_number_gives_no_finite_energy():
    moved = POINTS.copy()
    moved[2, 0] = np.nan
    assert not np.isfinite(item().energy(moved))
