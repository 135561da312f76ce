# SPDX-License-Identifier: BSD-3-Clause
"""Eight cells at once, against NumPy; and each cell's bits whatever the other seven are."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.solid.cells import SMALL, SolidItem
from vertaug_kernels import cell_lanes, laws
from vertaug_kernels._lanes import LANES

pytestmark = pytest.mark.usefixtures("one_thread")

NODES, POINTS = 5, 3
J2_ROW = np.array([0.0, 0.0, 250.0, 115.0, 3.0, 15.0, 3.0, 0.0])


def lanes_of(values):
    """Rows of lanes from one row a cell."""
    return np.ascontiguousarray(values.reshape(LANES, -1).T)


@pytest.mark.parametrize("width", [8, 12, 27, 40])
def test_rows_come_in_and_go_out_transposed(width):
    flat = np.random.default_rng(0).normal(size=300)
    begins = np.array([0, 31, 7, 100, 260, 50, 31, 3])
    rows = np.full((width, LANES), np.nan)
    cell_lanes.gather_rows(flat, begins, width, rows)
    np.testing.assert_array_equal(rows, flat[begins + np.arange(width)[:, None]])
    back = np.full(8 * 50, np.nan)
    ends = 50 * np.arange(8)[::-1].copy()
    cell_lanes.scatter_rows(rows, ends, width, back)
    for lane in range(LANES):
        found = back[ends[lane] : ends[lane] + 50]
        np.testing.assert_array_equal(found[:width], rows[:, lane])
        assert np.isnan(found[width:]).all()


def test_lane_rows_begin_with_a_line_of_the_cache():
    for rows in (1, 3, 30):
        array = cell_lanes.lane_rows(rows)
        assert array.shape == (rows, LANES)
        assert array.ctypes.data % 64 == 0


def test_steps_and_forces_are_those_of_numpy():
    rng = np.random.default_rng(1)
    points, start = rng.normal(size=(2, 30, 3))
    cells = rng.integers(0, 30, size=(20, NODES)).astype(np.int32)
    of_lane = np.array([3, 19, 0, 7, 7, 2, 11, 5])
    gradients = rng.normal(size=(LANES, POINTS, NODES, 3))
    motion, steps = np.empty((3 * NODES, LANES)), np.empty((9 * POINTS, LANES))
    cell_lanes.lane_motion(points, start, cells, of_lane, motion)
    cell_lanes.lane_steps(motion, lanes_of(gradients), NODES, POINTS, steps)
    u = (points - start)[cells[of_lane]]
    expected = np.eye(3) + np.einsum("lai,lpaj->lpij", u, gradients)
    np.testing.assert_allclose(steps, lanes_of(expected), rtol=1e-13, atol=1e-13)
    stresses = rng.normal(size=(LANES, POINTS, 3, 3))
    cell_lanes.lane_forces(lanes_of(stresses), lanes_of(gradients), NODES, POINTS, motion)
    expected = np.einsum("lpaj,lpji->lai", gradients, stresses)
    np.testing.assert_allclose(motion, lanes_of(expected), rtol=1e-13, atol=1e-13)


def test_points_at_rest_obey_hooke_and_the_others_say_that_they_flow():
    rng = np.random.default_rng(2)
    n = LANES * POINTS
    volume, kappa = rng.uniform(0.5, 2.0, n), rng.uniform(0.0, 0.01, n)
    law = np.full(n, laws.J2_TENSOR, dtype=np.int32)
    parameters = np.tile(J2_ROW, (n, 1))
    law[1], law[4] = laws.HENCKY, laws.ORTHOTROPIC
    parameters[2, 1] = 5.0  # locks
    kappa[6] = np.nan
    strains, steps = 0.004 * rng.normal(size=(2, n, 3, 3))
    strains += strains.transpose(0, 2, 1)
    total = strains + 0.5 * (steps + steps.transpose(0, 2, 1))
    deviator = total - np.trace(total, axis1=1, axis2=2)[:, None, None] / 3.0 * np.eye(3)
    bulk, shear = J2_ROW[2:4]
    trace = np.trace(total, axis1=1, axis2=2)
    stress = bulk * trace[:, None, None] * np.eye(3) + 2.0 * shear * deviator
    mises = 2.0 * shear * np.sqrt(1.5 * (deviator**2).sum(axis=(1, 2)))
    rests = mises <= 3.0 + 15.0 * kappa
    assert 0 < rests.sum() < n
    rests[1], rests[[2, 4, 6]] = True, False
    energies = np.empty((POINTS, LANES))
    stresses, done = np.empty((9 * POINTS, LANES)), np.empty(POINTS, dtype=np.int64)
    cell_lanes.lane_rest(
        np.arange(LANES), POINTS, volume, law, parameters, kappa, lanes_of(strains), lanes_of(np.eye(3) + steps),
        energies, stresses, done,
    )  # fmt: skip
    found = (done[:, None] >> np.arange(LANES) & 1).T.ravel() == 1
    np.testing.assert_array_equal(found, rests)
    density = 0.5 * bulk * trace**2 + shear * (deviator**2).sum(axis=(1, 2))
    np.testing.assert_allclose(energies.T.ravel()[rests], (volume * density)[rests], rtol=1e-12)
    of_point = stresses.T.reshape(n, 3, 3)
    expected = volume[:, None, None] * stress
    np.testing.assert_allclose(of_point[rests], expected[rests], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("law", [laws.J2_TENSOR, laws.J2])
def test_a_cell_has_the_same_bits_whatever_cells_it_is_worked_on_with(cases, law):
    points, cells = cases.grid(3)
    item = SolidItem.at_rest(points, cells, law, J2_ROW, kinematics=SMALL, averaged=False)
    rows = {
        name: np.ascontiguousarray(getattr(item, name)[::-1])
        for name in ("cells", "gradients", "volume")
    }
    turned = replace(item, **rows)
    at = points + 0.002 * np.random.default_rng(3).normal(size=points.shape)
    flows = item.history(at).growth > 0.0
    assert 0.0 < flows.mean() < 1.0
    one, other = (body.evaluate(at, with_matrix=False) for body in (item, turned))
    np.testing.assert_array_equal(one.forces, other.forces[::-1])
    np.testing.assert_array_equal(item.cell_energies(at), turned.cell_energies(at)[::-1])
