# SPDX-License-Identifier: BSD-3-Clause
"""The one cell loop of all solid elements: energy, nodal forces, tangent, new history.

Cells have k nodes and q integration points; whatever has one row a point (volume, history, law, parameters)
stores point p of cell c in row c·q + p. A step goes from ``start`` to a candidate ``points``; ``gradients``
(n·q, k, 3) are those of the shape functions at the start (finite strain) or in the reference (small). ``volume`` is
*initial* volume, so that energies and Kirchhoff stresses need no further factor; a point of zero volume does
not exist. Numbers of nodes and points are read from the arrays, so tetrahedra with 4 or 10 nodes, hexahedra and
patches of tetrahedra share every line.
"""

import math

import numpy as np

from vertaug_kernels._jit import inlined_kernel, kernel, parallel_kernel, prange
from vertaug_kernels._lanes import LANES
from vertaug_kernels._stack import stack_indices, stack_matrices, stack_matrix
from vertaug_kernels.averaging import (
    FINITE,
    add_left_sides,
    add_mean_curvature,
    add_right_sides,
    average_volume,
    mean_gradient,
    mean_sides,
    volume_shares,
)
from vertaug_kernels.cell_lanes import (
    gather_rows,
    lane_forces,
    lane_motion,
    lane_rest,
    lane_rows,
    lane_steps,
    scatter_rows,
)
from vertaug_kernels.cell_matrix import (
    add_blocks,
    cell_product,
    copy_gradients,
    point_sides,
    put_matrix,
    spatial_gradients,
)
from vertaug_kernels.laws import FIRST_TENSOR, UNSYMMETRIC, take_rest
from vertaug_kernels.material_point import (
    SCRATCH,
    isotropic_history,
    point_response,
    tensor_history,
)
from vertaug_kernels.point_terms import (
    add_mean_force,
    cell_moduli,
    put_point_force,
    step_energy,
)
from vertaug_kernels.tensor import clear, determinant3, inverse3

CHUNK = 64
"""Cells handled by one iteration of the parallel loops; fixed, so results ignore the threads."""

ENERGIES = 0
FORCES = 1
MATRICES = 2
BLOCKS = 3
CHANGES = 4
HISTORY = 5
"""What `cell_response` is asked for."""


@parallel_kernel
def cell_gradients(points, cells, derivatives, weights, out_gradients, out_volume):
    """Shape gradients (n·q, k, 3) and volumes (n·q,) of all cells at ``points``.

    ``derivatives`` (q, k, 3) by the reference coordinates, ``weights`` (q,) of the rule.
    """
    for c in prange(len(cells)):
        jacobian = np.empty((3, 3))
        inverse = np.empty((3, 3))
        for p in range(weights.size):
            for i in range(3):
                for j in range(3):
                    total = 0.0
                    for a in range(cells.shape[1]):
                        total += points[cells[c, a], i] * derivatives[p, a, j]
                    jacobian[i, j] = total
            det = determinant3(jacobian)
            inverse3(jacobian, det, inverse)
            row = c * weights.size + p
            out_volume[row] = det * weights[p]
            for a in range(cells.shape[1]):
                for i in range(3):
                    total = 0.0
                    for j in range(3):
                        total += derivatives[p, a, j] * inverse[j, i]
                    out_gradients[row, a, i] = total


@inlined_kernel
def _measure(kinematics, averaged, volume, ratio, steps, lane, f, whole, inverse, det):
    """Step gradients of one cell and at finite strain their inverses; False where a point is inverted."""
    for p in range(det.size):
        det[p] = 1.0
        if not volume[p] > 0.0:
            continue
        for i in range(3):
            for j in range(3):
                f[p, i, j] = steps[9 * p + 3 * i + j, lane]
                whole[p, i, j] = f[p, i, j]
        if kinematics == FINITE:
            det[p] = determinant3(whole[p])
            if not det[p] > 0.0:
                return False
            inverse3(whole[p], det[p], inverse[p])
    if averaged:
        average_volume(kinematics, volume, ratio, f, det)
    return True


@inlined_kernel
def _cell_tangent(
    kinematics, averaged, symmetric, gradients, volume, pressure, kappa, work
):  # fmt: skip
    """Tangent (k, 9k) of one cell from the moduli of its points, those that are not wanted left out."""
    _, _, inverse, det, share, wanted, _, g, moduli, left, right, along_mean, sides, local = work
    points = det.size
    mean = g[3 * points :, : sides.shape[1] // 9]
    curved = averaged and kinematics == FINITE
    for p in range(points):
        at = g[3 * p : 3 * p + 3]
        if not (volume[p] > 0.0 and (averaged or wanted[p] > 0.0)):
            clear(at)
        elif kinematics == FINITE:
            spatial_gradients(inverse[p], gradients[p], at)
        else:
            copy_gradients(gradients[p], at)
    if averaged:
        mean_gradient(share, g, mean)
        clear(along_mean)
    if curved:
        kappa -= pressure
    for p in range(points):
        rows = sides[3 * p : 3 * p + 3]
        at = g[3 * p : 3 * p + 3]
        if not (volume[p] > 0.0 and wanted[p] > 0.0):
            clear(at)
            clear(rows)
            continue
        if curved:
            add_mean_curvature(pressure * share[p], moduli[p])
        point_sides(moduli[p], at, rows)
        if averaged:
            add_left_sides(left[p], mean, rows)
            add_right_sides(right[p], at, along_mean)
    if averaged:
        mean_sides(mean, kappa, along_mean, sides[3 * points :])
        points += 1
    cell_product(g, sides, points, symmetric, local)


@kernel
def _keep_history(
    kinematics, law, row, det, whole, axes, ratio, growth, stress, scratch, vectors6, out_history
):  # fmt: skip
    """Write the history that a step leaves at one point."""
    out_metric, out_axes, out_ratio, out_growth, out_stress = out_history
    out_growth[row] = growth
    scale = 1.0
    if kinematics == FINITE:
        out_ratio[row] = ratio * det
        scale = 1.0 / out_ratio[row]
    else:
        out_ratio[row] = ratio * math.exp(whole[0, 0] + whole[1, 1] + whole[2, 2] - 3.0)
    for i in range(3):
        for j in range(3):
            out_stress[row, i, j] = stress[i, j] * scale
    if law < FIRST_TENSOR:
        isotropic_history(kinematics, scratch, out_metric[row])
    else:
        turned = out_axes[row % len(out_axes)]
        tensor_history(kinematics, axes, scratch, vectors6, out_metric[row], turned)


@inlined_kernel
def _cell(task, kinematics, averaged, c, lane, item, history, viscosity, lanes, work, out_history):
    """Energy (mJ) of cell c, in a lane, and whether the work space holds its tangent; forces of its points."""
    gradients, volume, ratio, law, parameters = item
    metric, axes, kappa = history
    _, _, steps, energies, done, _, forces, _ = lanes
    f, whole, inverse, det, share, wanted, stresses, _, moduli, left, right, _, _, _ = work
    scratch, vectors6, frame = (
        stack_matrices(SCRATCH, 3, 3),
        stack_matrix(9, 6),
        stack_matrices(3, 6, 6),
    )
    tangent = stack_matrix(6, 6)
    q = det.size
    first = c * q
    tangents = task in (MATRICES, BLOCKS, CHANGES)
    cell_volume, cell_ratio = volume[first : first + q], ratio[first : first + q]
    changed, symmetric = False, True
    if not _measure(
        kinematics, averaged, cell_volume, cell_ratio, steps, lane, f, whole, inverse, det
    ):
        return math.inf, False
    total, pressure, curvature = 0.0, 0.0, 0.0
    for p in range(q):
        row = first + p
        wanted[p] = 0.0
        if not volume[row] > 0.0:
            continue
        if done[p] >> lane & 1:
            total += energies[p, lane]
            continue
        energy, growth = point_response(
            kinematics, law[row], f[p], metric[row], axes[row % len(axes)], ratio[row], kappa[row],
            parameters[row], tangents, scratch, vectors6, frame, stresses[p], tangent,
        )  # fmt: skip
        step = step_energy(kinematics, whole[p], det[p], viscosity)
        total += volume[row] * (energy + ratio[row] * step)
        if not total < math.inf:
            return total, False
        resistance = viscosity * volume[row] * ratio[row]
        if FORCES <= task < HISTORY:
            pressure += put_point_force(
                kinematics, averaged, volume[row], resistance, stresses[p], whole[p], inverse[p], 9 * p, lane,
                forces,
            )  # fmt: skip
        if tangents and (task != CHANGES or take_rest(law[row], growth, parameters[row], tangent)):
            wanted[p] = 1.0
            changed = True
            symmetric = symmetric and law[row] not in UNSYMMETRIC
            curvature += cell_moduli(
                kinematics, averaged, volume[row], resistance, stresses[p], tangent, whole[p], moduli[p],
                left[p], right[p],
            )  # fmt: skip
        if task == HISTORY:
            _keep_history(
                kinematics, law[row], row, det[p], whole[p], axes[row % len(axes)], ratio[row], growth,
                stresses[p], scratch, vectors6, out_history,
            )  # fmt: skip
    if FORCES <= task < HISTORY and averaged:
        volume_shares(kinematics, cell_volume, cell_ratio, det, share)
        add_mean_force(kinematics, pressure, share, inverse, lane, forces)
    if changed:
        _cell_tangent(
            kinematics,
            averaged,
            symmetric,
            gradients[first : first + q],
            cell_volume,
            pressure,
            curvature,
            work,
        )
    return total, changed


@inlined_kernel
def _begin_lanes(
    task, kinematics, averaged, points, start, cells, of_lane, item, history, flats, lanes
):
    """Step gradients of eight cells, and the answer of those of their points that are known to rest."""
    _, volume, _, law, parameters = item
    _, _, kappa = history
    gradients_of, metric_of, _, _ = flats
    motion, gradients, steps, energies, done, strains, forces, begins = lanes
    k, q = cells.shape[1], done.size
    for lane in range(LANES):
        begins[lane] = of_lane[lane] * q * 3 * k
    gather_rows(gradients_of, begins, q * 3 * k, gradients)
    lane_motion(points, start, cells, of_lane, motion)
    lane_steps(motion, gradients, k, q, steps)
    if kinematics == FINITE or averaged or task not in (ENERGIES, FORCES, CHANGES):
        for p in range(q):
            done[p] = 0
        clear(forces)
        return
    for lane in range(LANES):
        begins[lane] = of_lane[lane] * q * 9
    gather_rows(metric_of, begins, q * 9, strains)
    lane_rest(of_lane, q, volume, law, parameters, kappa, strains, steps, energies, forces, done)


@inlined_kernel
def _end_lanes(count, of_lane, nodes, flats, lanes):
    """Forces of the nodes of eight cells, of which ``count`` are meant."""
    _, _, out_forces, _ = flats
    motion, gradients, _, _, done, _, forces, begins = lanes
    lane_forces(forces, gradients, nodes, done.size, motion)
    for lane in range(LANES):
        begins[lane] = of_lane[lane] * 3 * nodes
    if count == LANES:
        scatter_rows(motion, begins, 3 * nodes, out_forces)
        return
    for lane in range(count):
        for row in range(3 * nodes):
            out_forces[begins[lane] + row] = motion[row, lane]


@kernel
def _chunk(
    task, kinematics, averaged, cells_of, points, start, cells, item, history, viscosity, places, flats, lanes, work,
    out_energies, out_matrices, out_history
):  # fmt: skip
    """What `cell_response` does for the cells (m,) of one chunk."""
    local = work[-1]
    flat, out_blocks = local.reshape(local.size), flats[3]
    of_lane = stack_indices(8)
    for first in range(0, cells_of.size, LANES):
        count = min(LANES, cells_of.size - first)
        for lane in range(LANES):
            of_lane[lane] = cells_of[first + min(lane, count - 1)]
        _begin_lanes(
            task, kinematics, averaged, points, start, cells, of_lane, item, history, flats, lanes
        )
        for lane in range(count):
            c = of_lane[lane]
            out_energies[c], with_tangent = _cell(
                task,
                kinematics,
                averaged,
                c,
                lane,
                item,
                history,
                viscosity,
                lanes,
                work,
                out_history,
            )
            if with_tangent:
                if task == MATRICES:
                    put_matrix(local, out_matrices[c])
                else:
                    add_blocks(flat, places[c], out_blocks)
        if FORCES <= task < HISTORY:
            _end_lanes(count, of_lane, cells.shape[1], flats, lanes)


@parallel_kernel
def cell_response(
    task, kinematics, averaged, points, start, cells, gradients, volume, metric, axes, ratio, kappa, law,
    parameters, viscosity, order, chunk_size, colour_ptr, places, out_energies, out_forces, out_matrices, out_blocks,
    out_history
):  # fmt: skip
    """Energy (mJ) of every cell, infinite where it would invert, and what ``task`` asks for besides.

    Chunks of one colour share no node, so that their tangents may go straight into the blocks.

    Parameters
    ----------
    task : `ENERGIES`; `FORCES` (n, k, 3) in N; `MATRICES` also tangents (n, 3k, 3k) in N/mm; `BLOCKS` tangents
        added to blocks (n_blocks, 3, 3) at ``places`` (n, k, k); `CHANGES` at small strain what they have become
        since all rested, added so; `HISTORY` the history of all points
    order : (n,) int32, cells in the order in which chunks of ``chunk_size`` take them
    colour_ptr : (n_colours + 1,) int32, chunks of each colour
    out_history : metric (m, 3, 3), axes, ratio (m,), growth of kappa (m,), Cauchy stress (m, 3, 3) in MPa;
        rows of points that do not exist, and axes at small strain, keep what they hold
    """
    q = volume.size // max(1, len(cells))
    k = cells.shape[1]
    wide = k + k % 2
    item = (gradients, volume, ratio, law, parameters)
    history = (metric, axes, kappa)
    flats = (
        gradients.reshape(gradients.size), metric.reshape(metric.size), out_forces.reshape(out_forces.size),
        out_blocks.reshape(out_blocks.size),
    )  # fmt: skip
    for colour in range(colour_ptr.size - 1):
        for chunk in prange(colour_ptr[colour], colour_ptr[colour + 1]):
            lanes = (
                lane_rows(3 * k), lane_rows(3 * k * q), lane_rows(9 * q), lane_rows(q), np.empty(q, np.int64),
                lane_rows(9 * q), lane_rows(9 * q), np.empty(LANES, np.int64),
            )  # fmt: skip
            work = (
                np.empty((q, 3, 3)), np.empty((q, 3, 3)), np.empty((q, 3, 3)), np.empty(q), np.empty(q), np.empty(q),
                np.empty((q, 3, 3)), np.zeros((3 * q + 3, wide)), np.empty((q, 3, 3, 9)), np.empty((q, 3, 3)),
                np.empty((q, 3, 3)), np.empty((3, k)), np.empty((3 * q + 3, 9 * k)), np.empty((wide, 9 * k)),
            )  # fmt: skip
            _chunk(
                task, kinematics, averaged, order[chunk * chunk_size : (chunk + 1) * chunk_size], points, start,
                cells, item, history, viscosity, places, flats, lanes, work, out_energies, out_matrices,
                out_history,
            )  # fmt: skip
