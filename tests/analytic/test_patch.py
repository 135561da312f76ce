# SPDX-License-Identifier: BSD-3-Clause
"""Patch tests: MacNeal & Harder's solid patch, a non-conforming one, finite strain, eigenvalues."""

import numpy as np
import pytest
from scipy.spatial import Delaunay

from vertaug.errors import InputError
from vertaug.mesh._validate import check_cells
from vertaug.solid.cells import SolidItem
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

INNER = np.array(
    [[0.249, 0.342, 0.192], [0.826, 0.288, 0.288], [0.850, 0.649, 0.263], [0.273, 0.750, 0.230],
     [0.320, 0.186, 0.643], [0.677, 0.305, 0.683], [0.788, 0.693, 0.644], [0.165, 0.745, 0.702]]
)  # fmt: skip
OUTER = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float
)
POINTS = np.vstack([OUTER, INNER])
HEXES = np.array(
    [[8, 9, 10, 11, 12, 13, 14, 15], [0, 1, 2, 3, 8, 9, 10, 11], [12, 13, 14, 15, 4, 5, 6, 7],
     [0, 1, 9, 8, 4, 5, 13, 12], [1, 2, 10, 9, 5, 6, 14, 13], [2, 3, 11, 10, 6, 7, 15, 14],
     [3, 0, 8, 11, 7, 4, 12, 15]]
)  # fmt: skip
SPLIT = np.array([[0, 1, 3, 4], [1, 2, 3, 6], [1, 4, 5, 6], [3, 4, 6, 7], [1, 3, 4, 6]])
GRADIENT = 0.5e-3 * np.array([[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]])
YOUNG, POISSON = 1e6, 0.25
SMALL = 1e-4
"""The patch's strains are made so small that finite strains differ from small ones by 1e-7."""


def volumes(points, cells):
    corner = points[cells]
    return np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0


def make(cases, points, cells, law, rows):
    n = len(cells)
    return SolidItem.start(
        points, cells, volumes(points, cells), np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
        np.full(n, law, dtype=np.int32), np.tile(rows, (n, 1)),
    )  # fmt: skip


def delaunay(cases):
    cells = Delaunay(POINTS).simplices.astype(np.int32)
    cells = cases.positive(POINTS, cells)
    return cells[volumes(POINTS, cells) > 1e-9]


def displaced(cases, cells, law, rows, gradient):
    """Solve with the outside moved by a linear field; returns item, result and exact points."""
    item = make(cases, POINTS, cells, law, rows)
    exact = POINTS @ (np.eye(3) + gradient).T
    start = exact.copy()
    start[8:] = POINTS[8:]
    fixed = np.zeros((16, 3), dtype=bool)
    fixed[:8] = True
    return item, cases.solve(start, [item], fixed, 1e-13, POINTS), exact


def test_macneal_harder_patch(cases):
    """Exact: σ_ii = 2000 and τ_ij = 400 at the strain 1e-3, here both scaled by `SMALL`."""
    cells = delaunay(cases)
    assert volumes(POINTS, cells).sum() == pytest.approx(1.0, rel=1e-12)
    rows = cases.row(YOUNG, POISSON)
    item, result, exact = displaced(cases, cells, laws.HENCKY, rows, SMALL * GRADIENT)
    error = np.abs(result.points - exact).max() / np.abs(exact - POINTS).max()
    assert error < 1e-9
    stress = item.history(result.points)[3] / SMALL
    expected = np.full((3, 3), 400.0) + 1600.0 * np.eye(3)
    np.testing.assert_allclose(stress, np.tile(expected, (len(cells), 1, 1)), rtol=1e-6)


@pytest.mark.parametrize("law", [laws.HENCKY, laws.NEO_HOOKE])
def test_patch_at_finite_strain(cases, law):
    gradient = 200.0 * GRADIENT
    item, result, exact = displaced(
        cases, delaunay(cases), law, cases.row(YOUNG, POISSON), gradient
    )
    assert result.converged
    assert np.abs(result.points - exact).max() < 1e-12
    stress = item.history(result.points)[3]
    np.testing.assert_allclose(stress, np.tile(stress[0], (len(stress), 1, 1)), rtol=1e-10)


def non_conforming(cases):
    """Each hexahedron split by the same pattern: faces of neighbours do not match."""
    return cases.positive(POINTS, HEXES[:, SPLIT].reshape(-1, 4))


def test_non_conforming_patch_is_wrong(cases):
    cells = non_conforming(cases)
    assert volumes(POINTS, cells).sum() == pytest.approx(1.0, abs=0.02)
    rows = cases.row(YOUNG, POISSON)
    _, result, exact = displaced(cases, cells, laws.HENCKY, rows, SMALL * GRADIENT)
    assert np.abs(result.points - exact).max() / np.abs(exact - POINTS).max() > 0.01


def test_non_conforming_patch_is_rejected(cases):
    check_cells("patch", POINTS, delaunay(cases), False)
    with pytest.raises(InputError) as caught:
        check_cells("patch", POINTS, non_conforming(cases), False)
    assert caught.value.code == "E-MESH-028"


def test_eigenvalues_of_one_cell(cases):
    """Six zeros; the others of this cell span 38849.6542 to 406680.8806 N/mm."""
    points = np.ascontiguousarray(INNER[[0, 1, 2, 6]])
    cells = cases.positive(points, np.array([[0, 1, 2, 3]]))
    item = make(cases, points, cells, laws.HENCKY, cases.row(YOUNG, POISSON))
    values = np.linalg.eigvalsh(item.evaluate(points, with_matrix=True).matrices[0])
    assert np.all(np.abs(values[:6]) < 1e-8 * values[-1])
    assert values[6] == pytest.approx(38849.65421, rel=1e-9)
    assert values[-1] == pytest.approx(406680.88065, rel=1e-9)


F = np.array([[1.3, 0.2, -0.1], [0.05, 0.8, 0.15], [0.1, -0.2, 1.1]])
SIGMA = np.array(
    [[67.11809491167, 14.18918918919, -1.351351351351], [14.18918918919, -5.517040223465, 0.6756756756757],
     [-1.351351351351, 0.6756756756757, 34.68566247924]]
)  # fmt: skip
FIRST_PIOLA = np.array(
    [[58.09097988313, 18.01797890624, -3.459547460970], [14.08989453118, -8.647240624492, -2.125852343651],
     [2.450558007851, -5.910105468821, 36.03704316443]]
)  # fmt: skip
NEO_HOOKE = np.array([0.0, 0.0, 120.0 + 160.0 / 3.0, 80.0])


def homogeneous(cases):
    points, cells = cases.grid(1)
    return points, make(cases, points, cells, laws.NEO_HOOKE, NEO_HOOKE)


def test_neo_hooke_at_finite_strain(cases):
    """P = μ(F - F⁻ᵀ) + λ ln J F⁻ᵀ with μ = 80, λ = 120."""
    points, item = homogeneous(cases)
    present = points @ F.T
    stress = item.history(present)[3]
    np.testing.assert_allclose(stress, np.tile(SIGMA, (len(stress), 1, 1)), atol=1e-9)
    part = item.evaluate(present, with_matrix=False)
    piola = np.einsum("cai,caj->ij", part.forces, points[item.cells])
    np.testing.assert_allclose(piola, FIRST_PIOLA, atol=1e-9)


def test_neo_hooke_is_objective(cases):
    points, item = homogeneous(cases)
    q = cases.rotation(3)
    stress = item.history(points @ (q @ F).T)[3]
    np.testing.assert_allclose(stress[0], q @ SIGMA @ q.T, atol=1e-9)


@pytest.mark.parametrize("alpha", [(0.0, 0.0), (1.0, 2.0)])
def test_rotation_between_plastic_steps_leaves_the_material_alone(cases, alpha):
    """Step, turn, step: the stress is that of the same steps without the turn, turned."""
    points, cells = cases.grid(1)
    first = make(cases, points, cells, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0, alpha))
    f_1, f_2 = np.diag([0.9, 0.97, 1.02]), np.array([[1.05, 0.1, 0], [0, 1.0, 0.05], [0, 0, 0.9]])
    q = cases.rotation(4)
    x_1 = points @ f_1.T

    def following(item, old, new):
        metric, ratio, plastic, stress, _ = item.history(new)
        return item.start(
            new, cells, item.volume, np.ascontiguousarray(metric), ratio, item.law, item.parameters
        ), plastic, stress  # fmt: skip

    second, plastic_1, stress_1 = following(first, points, x_1)
    turned, plastic_q, stress_q = following(second, x_1, x_1 @ q.T)
    _, plastic_2, straight = following(second, x_1, x_1 @ f_2.T)
    _, plastic_3, after = following(turned, x_1 @ q.T, x_1 @ (q @ f_2).T)
    assert plastic_1.min() > 0.01
    assert plastic_2.min() > 0.01
    assert np.abs(plastic_q).max() < 1e-12
    np.testing.assert_allclose(stress_q, q @ stress_1 @ q.T, atol=1e-10)
    np.testing.assert_allclose(after, q @ straight @ q.T, atol=1e-10)
    np.testing.assert_allclose(plastic_3, plastic_2, rtol=1e-10)
