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
from vertaug_kernels._stack import stack_matrices, stack_matrix
from vertaug_kernels.averaging import (
    FINITE,
    add_left_sides,
    add_mean_curvature,
    add_mean_forces,
    add_right_sides,
    average_moduli,
    average_volume,
    mean_sides,
    present_shares,
    take_mean_stress,
)
from vertaug_kernels.cell_matrix import (
    add_blocks,
    add_forces,
    add_initial_stress,
    add_step_moduli,
    add_step_stress,
    cell_product,
    copy_gradients,
    gather_motion,
    point_moduli,
    point_sides,
    put_matrix,
    spatial_gradients,
    step_gradient,
)
from vertaug_kernels.laws import FIRST_TENSOR, take_rest
from vertaug_kernels.material_point import (
    SCRATCH,
    isotropic_history,
    point_response,
    tensor_history,
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
def _measure(
    kinematics, averaged, with_g, motion, gradients, volume, ratio, f, whole, det, g, mean
):
    """Step gradients and shape gradients of one cell; False where a point is inverted."""
    inverse = stack_matrix(3, 3)
    for p in range(det.size):
        det[p] = 1.0
        if not volume[p] > 0.0:
            continue
        det[p] = step_gradient(motion, gradients[p], f[p])
        if kinematics == FINITE and not det[p] > 0.0:
            return False
        if with_g or averaged:
            rows = g[3 * p : 3 * p + 3]
            if kinematics == FINITE:
                spatial_gradients(f[p], det[p], gradients[p], inverse, rows)
            else:
                copy_gradients(gradients[p], rows)
        for i in range(3):
            for j in range(3):
                whole[p, i, j] = f[p, i, j]
    if averaged:
        average_volume(kinematics, volume, ratio, f, det, g, mean)
    return True


@inlined_kernel
def _step_energy(kinematics, f, det, viscosity):
    """Resistance to the strain of one step, η/2 (tr fᵀf - 3 - 2 ln det f), per present volume."""
    if kinematics != FINITE or not viscosity > 0.0:
        return 0.0
    total = -3.0 - 2.0 * math.log(det)
    for i in range(3):
        for j in range(3):
            total += f[i, j] * f[i, j]
    return 0.5 * viscosity * total


@inlined_kernel
def _add_point_forces(kinematics, averaged, weight, resistance, stress, whole, g, out):
    """Add the forces (k, 3) of one point; returns what acts on the mean gradient, N mm."""
    total = stack_matrix(3, 3)
    pressure = 0.0
    for i in range(3):
        for j in range(3):
            total[i, j] = weight * stress[i, j]
    if averaged:
        pressure = take_mean_stress(total)
    if kinematics == FINITE and resistance > 0.0:
        add_step_stress(whole, resistance, total)
    add_forces(g, total, out)
    return pressure


@inlined_kernel
def _point_moduli(
    kinematics, averaged, weight, resistance, stress, tangent, whole, out, out_left, out_right
):  # fmt: skip
    """Moduli (3, 3, 9) of one point and, with averaging, its terms with the mean gradient; returns κ/9."""
    kappa = 0.0
    point_moduli(tangent, weight, out)
    if averaged:
        kappa = average_moduli(kinematics, stress, tangent, weight, out, out_left, out_right)
    if kinematics == FINITE:
        add_initial_stress(stress, weight, out)
        if resistance > 0.0:
            add_step_moduli(whole, resistance, out)
    return kappa


@inlined_kernel
def _cell_tangent(kinematics, averaged, volume, ratio, pressure, kappa, work):
    """Tangent (k, 9k) of one cell from the moduli of its points, those without a share left out."""
    _, _, _, det, share, _, g, moduli, left, right, along_mean, sides, local = work
    points = det.size
    mean = g[3 * points :, : sides.shape[1] // 9]
    curved = averaged and kinematics == FINITE
    if curved:
        present_shares(volume, ratio, det, share)
        kappa -= pressure
    clear(along_mean)
    for p in range(points):
        rows = sides[3 * p : 3 * p + 3]
        at = g[3 * p : 3 * p + 3]
        if not (volume[p] > 0.0 and share[p] > 0.0):
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
    cell_product(g, sides, points, local)


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
def _cell(task, kinematics, averaged, c, item, history, viscosity, work, out_forces, out_history):
    """Energy (mJ) of cell c and whether the work space holds a tangent of it; its forces."""
    gradients, volume, ratio, law, parameters = item
    metric, axes, kappa = history
    motion, f, whole, det, share, stresses, g, moduli, left, right, _, sides, _ = work
    scratch, vectors6, frame = (
        stack_matrices(SCRATCH, 3, 3),
        stack_matrix(9, 6),
        stack_matrices(3, 6, 6),
    )
    tangent = stack_matrix(6, 6)
    q = det.size
    first = c * q
    mean = g[3 * q :, : sides.shape[1] // 9]
    with_forces = FORCES <= task < HISTORY
    tangents = task in (MATRICES, BLOCKS, CHANGES)
    changed = False
    if not _measure(
        kinematics, averaged, with_forces, motion, gradients[first : first + q], volume[first : first + q],
        ratio[first : first + q], f, whole, det, g, mean,
    ):  # fmt: skip
        return math.inf, False
    total, pressure, curvature = 0.0, 0.0, 0.0
    for p in range(q):
        row = first + p
        if not volume[row] > 0.0:
            continue
        energy, growth = point_response(
            kinematics, law[row], f[p], metric[row], axes[row % len(axes)], ratio[row], kappa[row],
            parameters[row], tangents, scratch, vectors6, frame, stresses[p], tangent,
        )  # fmt: skip
        step = _step_energy(kinematics, whole[p], det[p], viscosity)
        total += volume[row] * (energy + ratio[row] * step)
        if not total < math.inf:
            return total, False
        resistance = viscosity * volume[row] * ratio[row]
        if with_forces:
            pressure += _add_point_forces(
                kinematics, averaged, volume[row], resistance, stresses[p], whole[p],
                g[3 * p : 3 * p + 3], out_forces,
            )  # fmt: skip
        share[p] = 1.0
        if task == CHANGES and not take_rest(law[row], growth, parameters[row], tangent):
            share[p] = 0.0
        elif tangents:
            changed = True
            curvature += _point_moduli(
                kinematics, averaged, volume[row], resistance, stresses[p], tangent, whole[p], moduli[p],
                left[p], right[p],
            )  # fmt: skip
        if task == HISTORY:
            _keep_history(
                kinematics, law[row], row, det[p], whole[p], axes[row % len(axes)], ratio[row], growth,
                stresses[p], scratch, vectors6, out_history,
            )  # fmt: skip
    if with_forces and averaged:
        add_mean_forces(mean, pressure, out_forces)
    if changed:
        cell_volume = volume[first : first + q]
        _cell_tangent(
            kinematics, averaged, cell_volume, ratio[first : first + q], pressure, curvature, work
        )
    return total, changed


@kernel
def _chunk(
    task, kinematics, averaged, cells_of, points, start, cells, item, history, viscosity, places, work, out_energies,
    out_forces, out_matrices, out_blocks, out_history
):  # fmt: skip
    """What `cell_response` does for the cells (m,) of one chunk."""
    motion, local = work[0], work[-1]
    for c in cells_of:
        gather_motion(points, start, cells[c], motion)
        forces = out_forces[c] if FORCES <= task < HISTORY else out_forces[0]
        out_energies[c], with_tangent = _cell(
            task, kinematics, averaged, c, item, history, viscosity, work, forces, out_history
        )
        if with_tangent:
            if task == MATRICES:
                put_matrix(local, out_matrices[c])
            else:
                add_blocks(local, places[c], out_blocks)


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
    for colour in range(colour_ptr.size - 1):
        for chunk in prange(colour_ptr[colour], colour_ptr[colour + 1]):
            work = (
                np.empty((k, 3)), np.empty((q, 3, 3)), np.empty((q, 3, 3)), np.empty(q), np.empty(q),
                np.empty((q, 3, 3)), np.zeros((3 * q + 3, wide)), np.empty((q, 3, 3, 9)), np.empty((q, 3, 3)),
                np.empty((q, 3, 3)), np.empty((3, k)), np.empty((3 * q + 3, 9 * k)), np.empty((wide, 9 * k)),
            )  # fmt: skip
            _chunk(
                task, kinematics, averaged, order[chunk * chunk_size : (chunk + 1) * chunk_size], points, start,
                cells, item, history, viscosity, places, work, out_energies, out_forces, out_matrices, out_blocks,
                out_history,
            )  # fmt: skip
