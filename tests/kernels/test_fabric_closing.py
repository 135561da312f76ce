# SPDX-License-Identifier: BSD-3-Clause
"""The law of bone in stresses scaled by fabric: known points, the closest point, finite strain, histories."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vertaug.materials.crushable_closing import CrushableClosing
from vertaug.materials.fabric_closing import FabricClosing
from vertaug.solid.cells import FINITE, SMALL, SolidItem
from vertaug.solid.opening import split
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

YOUNG, POISSON, STRENGTH = 70.0, 0.2, 0.8
SHARES = (1.0, 1.1, 1.8)
LAW = FabricClosing(YOUNG, POISSON, STRENGTH, 0.9, 0.45, *SHARES)
PAIRS = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def answer(strain, row):
    stress, tangent, elastic = np.empty(6), np.empty((6, 6)), np.empty(6)
    strain = np.array(strain, dtype=np.float64)
    ratio = math.exp(strain[:3].sum())
    energy, flow = laws.respond_tensor(
        laws.FABRIC_CLOSING, strain, ratio, 0.0, row, stress, tangent, elastic
    )
    return energy, flow, stress, tangent, elastic


def tensor_of(vector):
    out = np.empty((3, 3))
    for value, (i, j) in zip(vector, PAIRS, strict=True):
        out[i, j] = out[j, i] = value if i == j else value / math.sqrt(2.0)
    return out


def alone(component, strain, row):
    """Stress under a strain in one component whose others are free of stress; Newton on the tangent."""
    trial, free = np.zeros(6), [k for k in range(6) if k != component]
    for part in np.linspace(0.0, strain, 41)[1:]:
        trial[component] = part
        for _ in range(50):
            _, _, stress, tangent, _ = answer(trial, row)
            if np.abs(stress[free]).max() < 1e-13:
                break
            block = tangent[np.ix_(free, free)]
            trial[free] -= np.linalg.lstsq(block, stress[free], rcond=1e-12)[0]
    return stress[component]


@pytest.mark.parametrize("axis", range(3))
def test_modulus_and_strengths_along_each_axis(axis):
    row, share = LAW.row(), SHARES[axis]
    tiny = 1e-5
    assert alone(axis, -tiny, row) == pytest.approx(-tiny * YOUNG * share**2, rel=1e-9)
    assert alone(axis, -0.05, row) == pytest.approx(-STRENGTH * share, rel=1e-9)
    assert alone(axis, 0.05, row) == pytest.approx(0.45 * STRENGTH * share, rel=1e-9)


@pytest.mark.parametrize("component", [3, 4, 5])
def test_shear_goes_as_the_mean_of_two_axes(component):
    """Without a cut-off that shear would reach: √2 τ at the ellipse, G 2ε before."""
    i, j = PAIRS[component]
    mean = math.sqrt(SHARES[i] * SHARES[j])
    row = LAW.row()
    row[6] = 2.0
    tiny = 1e-5
    shear = YOUNG / (2.0 * (1.0 + POISSON))
    expected = 2.0 * shear * mean**2 * tiny
    assert answer(tiny * np.eye(6)[component], row)[2][component] == pytest.approx(expected)
    limit = STRENGTH * math.sqrt((1.0 + row[5] ** 2 / 9.0) / 1.5) * mean
    assert alone(component, 0.05, row) == pytest.approx(limit, rel=1e-9)


def test_poisson_ratios_keep_the_compliance_symmetric():
    compliance = np.linalg.inv(answer(np.zeros(6), LAW.row())[3][:3, :3])
    for i in range(3):
        for j in range(3):
            if i != j:
                expected = POISSON * SHARES[i] / SHARES[j]
                assert -compliance[i, j] / compliance[i, i] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(8))
def test_no_admissible_stress_does_more_work(seed):
    """Energy = max over admissible τ of τ·ε - ½ τ·C⁻¹τ, reached by the law's own stress: the closest point."""
    rng = np.random.default_rng(seed)
    row, strain = LAW.row(), 0.08 * rng.normal(size=6) - 0.02 * (np.arange(6) < 3)
    energy, _, stress, _, _ = answer(strain, row)
    compliance = np.linalg.inv(answer(np.zeros(6), row)[3])

    def work(tau):
        return tau @ strain - 0.5 * tau @ compliance @ tau

    assert work(stress) == pytest.approx(energy, rel=1e-9)
    weight = np.array([math.sqrt(SHARES[i] * SHARES[j]) for i, j in PAIRS])
    radius = STRENGTH * math.sqrt(1.0 + row[5] ** 2 / 9.0)
    for _ in range(300):
        values, axes = np.linalg.eigh(tensor_of((stress + 0.3 * rng.normal(size=6)) / weight))
        values = np.minimum(values, row[6])
        mean = values.mean()
        size = math.sqrt(1.5 * ((values - mean) ** 2).sum() + row[5] ** 2 * mean**2)
        inner = (axes * (values * min(1.0, radius / size))) @ axes.T
        roots = [1.0 if i == j else math.sqrt(2.0) for i, j in PAIRS]
        other = weight * roots * np.array([inner[i, j] for i, j in PAIRS])
        assert work(other) <= energy + 1e-12


def block(cases, seed=1, kinematics=FINITE):
    """Cells with random histories and axes of their own."""
    points, cells = cases.grid(2)
    row = LAW.row()
    item = SolidItem.at_rest(
        points, cells, laws.FABRIC_CLOSING, row, kinematics=kinematics, averaged=False
    )
    rng = np.random.default_rng(seed)
    n = len(cells)
    noise = 0.02 * rng.normal(size=(n, 3, 3))
    if kinematics == FINITE:
        stretch = np.eye(3) + noise
        item.metric[:] = stretch @ stretch.transpose(0, 2, 1)
    else:
        item.metric[:] = noise + noise.transpose(0, 2, 1)
    turn = np.linalg.qr(rng.normal(size=(n, 3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))[:, None, None]
    return points, replace(item, axes=np.ascontiguousarray(turn)), rng


@pytest.mark.parametrize("kinematics", [FINITE, SMALL])
def test_forces_are_slopes_of_the_energy_and_tangents_of_the_forces(cases, kinematics):
    points, item, rng = block(cases, kinematics=kinematics)
    at = points @ np.array([[1.03, 0.02, 0.0], [0.0, 0.98, 0.01], [0.01, 0.0, 0.9]]).T
    at = at + 0.01 * rng.normal(size=points.shape)
    found, step = item.evaluate(at, with_matrix=True), 1e-6
    scale = np.abs(found.forces).max()
    yielded = 0
    for cell in range(0, len(item.cells), 7):
        alone_ = replace(
            item, cells=item.cells[[cell]], gradients=item.gradients[[cell]], volume=item.volume[[cell]],
            metric=item.metric[[cell]], ratio=item.ratio[[cell]], kappa=item.kappa[[cell]],
            axes=item.axes[[cell]], law=item.law[[cell]], parameters=item.parameters[[cell]],
        )  # fmt: skip
        yielded += alone_.history(at).growth[0] > 0.0
        for place in range(12):
            node, axis = item.cells[cell][place // 3], place % 3
            ends = []
            for side in (step, -step):
                moved = at.copy()
                moved[node, axis] += side
                ends.append(alone_.evaluate(moved, with_matrix=False))
            slope = (ends[0].energy - ends[1].energy) / (2.0 * step)
            assert slope == pytest.approx(found.forces[cell].ravel()[place], abs=1e-6 * scale)
            column = (ends[0].forces - ends[1].forces).ravel() / (2.0 * step)
            size = np.abs(found.matrices[cell]).max()
            np.testing.assert_allclose(found.matrices[cell][:, place], column, atol=2e-5 * size)
    assert yielded >= 3


def test_answer_turns_with_the_body_and_axes_with_the_deformation(cases):
    """A turn before, within or after a step changes nothing but the frame."""
    points, item, _ = block(cases)
    q = cases.rotation(4)
    stretch = np.array([[1.06, 0.1, 0.0], [0.0, 1.0, 0.05], [0.0, 0.0, 0.85]])
    one = item.history(points @ stretch.T)
    other = item.history(points @ (q @ stretch).T)
    assert one.growth.max() > 0.01
    for name in ("stress", "metric"):
        found, wanted = getattr(other, name), q @ getattr(one, name) @ q.T
        np.testing.assert_allclose(found, wanted, atol=1e-9)
    np.testing.assert_allclose(other.axes, q @ one.axes, atol=1e-10)
    np.testing.assert_allclose(other.growth, one.growth, atol=1e-11)
    square = one.axes.transpose(0, 2, 1) @ one.axes
    np.testing.assert_allclose(square, np.tile(np.eye(3), (len(square), 1, 1)), atol=1e-12)


def test_without_fabric_cells_are_those_of_the_isotropic_law(cases):
    points, item, rng = block(cases)
    row = CrushableClosing(YOUNG, POISSON, STRENGTH, 0.9, 0.45).row()
    even = np.append(row, [1.0, 1.0, 1.0])
    n = len(item.cells)
    scaled = replace(item, parameters=np.tile(even, (n, 1)))
    plain = replace(
        item, parameters=np.tile(row, (n, 1)), law=np.full(n, laws.CLOSING, dtype=np.int32)
    )
    at = points @ np.diag([1.03, 0.98, 0.9]) + 0.01 * rng.normal(size=points.shape)
    one, other = (i.evaluate(at, with_matrix=True) for i in (plain, scaled))
    assert other.energy == pytest.approx(one.energy, rel=1e-11)
    np.testing.assert_allclose(other.forces, one.forces, atol=1e-10)
    size = np.abs(one.matrices).max()
    np.testing.assert_allclose(other.matrices, one.matrices, atol=1e-9 * size)
    one_left, other_left = plain.history(at), scaled.history(at)
    np.testing.assert_allclose(other_left.metric, one_left.metric, atol=1e-11)
    np.testing.assert_allclose(other_left.growth, one_left.growth, atol=1e-11)


def test_cracks_of_a_history_are_what_its_law_holds_open(cases):
    """What `split` calls elastic carries the stress of the history, at rest and in axes of its own."""
    points, item, _ = block(cases)
    left = item.after(points @ np.diag([1.15, 1.0, 0.97]))
    parts = split(left.metric, left.law, left.parameters, left.axes)
    assert (parts.opening > 0.01).any()
    np.testing.assert_allclose(parts.metric(np.ones(len(left.cells))), left.metric, atol=1e-11)
    whole, elastic = (
        left.axes.transpose(0, 2, 1) @ strain @ left.axes
        for strain in (parts.elastic + parts.cracks, parts.elastic)
    )
    roots = [1.0 if i == j else math.sqrt(2.0) for i, j in PAIRS]
    for cell in range(0, len(whole), 5):
        row = left.parameters[cell]
        one, other = (
            answer([r * e[cell][i, j] for r, (i, j) in zip(roots, PAIRS, strict=True)], row)
            for e in (whole, elastic)
        )
        np.testing.assert_allclose(other[2], one[2], atol=1e-10)
    least = np.linalg.eigvalsh(parts.cracks).min()
    assert least >= -1e-12
