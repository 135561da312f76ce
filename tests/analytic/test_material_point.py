# SPDX-License-Identifier: BSD-3-Clause
"""One cube of cells driven like a material point: paths, energy, objectivity.

The paths of a free cube need equilibrium, so these check law, cell loop and Newton together.
"""

from dataclasses import replace

import numpy as np
import pytest

from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

YOUNG, POISSON, STRENGTH = 200.0, 0.3, 2.0


def cube(cases, rows, law=laws.CRUSHABLE):
    points, cells = cases.grid(1)
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    from vertaug.solid.cells import SolidItem

    n = len(cells)
    item = SolidItem.start(
        points, cells, volume, np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
        np.full(n, law, dtype=np.int32), np.tile(rows, (n, 1)),
    )  # fmt: skip
    return points, item


def squeeze(cases, points, item, stretches):
    """Uniaxial stress along z: yields stress, points and item of each converged step."""
    reference = points
    fixed = np.abs(reference) < 1e-12
    fixed[:, 2] |= reference[:, 2] > 0.5
    for stretch in stretches:
        trial = points.copy()
        trial[:, 2] *= stretch / points[:, 2].max()
        result = cases.solve(trial, [item], fixed, 1e-9, reference)
        assert result.converged, result.reason
        metric, ratio, _, stress, _ = item.history(result.points)
        yield stress, result.points, item
        points = result.points
        item = item.start(
            points, item.cells, item.volume, np.ascontiguousarray(metric), ratio, item.law,
            item.parameters,
        )  # fmt: skip


@pytest.mark.parametrize("alpha", [0.0, 1.0, 1.35])
@pytest.mark.parametrize("stretches", [(0.97, 0.94), (0.98, 0.97, 0.96, 0.94)])
def test_uniaxial_crushing_stays_at_the_strength(cases, alpha, stretches):
    """Kirchhoff stress -Y whatever α: Y is the uniaxial crush strength."""
    points, item = cube(cases, cases.row(YOUNG, POISSON, STRENGTH, (alpha, alpha)))
    for stress, _, step in squeeze(cases, points, item, stretches):
        ratio = step.history(_)[1]
        kirchhoff = stress * ratio[:, None, None]
        expected = np.zeros((3, 3))
        expected[2, 2] = -STRENGTH
        np.testing.assert_allclose(kirchhoff, np.tile(expected, (len(stress), 1, 1)), atol=1e-6)


def test_uniaxial_elastic_stress(cases):
    """Hencky: τ_z = E ln λ, sides λ^-ν."""
    points, item = cube(cases, cases.row(YOUNG, POISSON))
    ((stress, present, step),) = squeeze(cases, points, item, (0.9,))
    ratio = step.history(present)[1]
    np.testing.assert_allclose(stress[:, 2, 2] * ratio, YOUNG * np.log(0.9), rtol=1e-9)
    np.testing.assert_allclose(present[:, 0].max(), 0.9**-POISSON, rtol=1e-9)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 2.0])
def test_plastic_poisson_ratio(cases, alpha):
    """ν_p = (1/2 - α²/9)/(1 + α²/9) in further crushing at constant stress."""
    points, item = cube(cases, cases.row(YOUNG, POISSON, STRENGTH, (alpha, alpha)))
    steps = [p for _, p, _ in squeeze(cases, points, item, (0.95, 0.90))]
    widening = np.log(steps[1][:, 0].max() / steps[0][:, 0].max())
    expected = (0.5 - alpha**2 / 9.0) / (1.0 + alpha**2 / 9.0)
    assert -widening / np.log(0.90 / 0.95) == pytest.approx(expected, abs=1e-6)


def test_locking_barrier_carries_the_load(cases):
    """Fully compacted tissue: pressure rises with K_l ln(J / J_l) on top of the plateau."""
    rows = cases.row(YOUNG, POISSON, STRENGTH, (1.0, 1.0), (0.4, 50.0))
    points, item = cube(cases, rows)
    free = replace(
        item, parameters=np.tile(cases.row(YOUNG, POISSON, STRENGTH, (1.0, 1.0)), (6, 1))
    )
    present = points * np.array([0.7, 0.7, 0.7])
    added = item.history(present)[3] - free.history(present)[3]
    ratio = 0.343
    expected = 50.0 * np.log(ratio / 0.4) / ratio * np.eye(3)
    np.testing.assert_allclose(added, np.tile(expected, (6, 1, 1)), atol=1e-9)


def test_work_is_stored_and_dissipated(cases):
    """Work done on the cube over many steps is stored energy plus the steps' dissipation."""
    points, item = cube(cases, cases.row(YOUNG, POISSON, STRENGTH, (1.0, 1.0)))
    work, dissipated, force, length = 0.0, 0.0, 0.0, 1.0
    stretches = np.linspace(1.0, 0.94, 41)[1:]
    for _, present, step in squeeze(cases, points, item, stretches):
        new_force = cases.forces_of(step, present)[present[:, 2] > 0.5, 2].sum()
        work += 0.5 * (force + new_force) * (present[:, 2].max() - length)
        force, length = new_force, present[:, 2].max()
        metric, ratio, *_ = step.history(present)
        elastic = replace(step, parameters=step.parameters.copy())
        elastic.parameters[:, 4] = 1e9
        at_rest = elastic.start(
            present, step.cells, step.volume, np.ascontiguousarray(metric), ratio, step.law,
            elastic.parameters,
        )  # fmt: skip
        stored = at_rest.energy(present)
        dissipated += step.energy(present) - stored
    assert work == pytest.approx(stored + dissipated, rel=1e-3)
    assert dissipated > 5.0 * stored > 0.0


def test_many_small_steps_and_one_large_agree_on_a_straight_path(cases):
    points, item = cube(cases, cases.row(YOUNG, POISSON, STRENGTH, (1.0, 1.0)))
    present = [p for _, p, _ in squeeze(cases, points, item, (0.90,))][-1]
    small = [p for _, p, _ in squeeze(cases, points, item, np.linspace(1, 0.9, 11)[1:])][-1]
    np.testing.assert_allclose(present, small, atol=2e-4)
