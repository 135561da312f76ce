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

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels.averaging import (
    FINITE,
    add_averaged_cell,
    add_averaged_point,
    average_volume,
    present_shares,
)
from vertaug_kernels.cell_matrix import (
    add_blocks,
    add_initial_stress,
    add_point_force,
    add_point_matrix,
    add_step_force,
    add_step_matrix,
    copy_gradients,
    put_matrix,
    spatial_gradients,
    step_gradient,
)
from vertaug_kernels.laws import FIRST_TENSOR
from vertaug_kernels.material_point import (
    SCRATCH,
    isotropic_history,
    point_response,
    tensor_history,
)
from vertaug_kernels.tensor import determinant3, inverse3

CHUNK = 64
"""Cells handled by one iteration of the parallel loops; fixed, so results ignore the threads."""

ENERGIES = 0
FORCES = 1
MATRICES = 2
BLOCKS = 3
HISTORY = 4
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


@kernel
def _measure(
    kinematics, averaged, with_g, points, start, cell, first, gradients, volume, ratio, inverse, f, whole, det, g,
    shift, mean
):  # fmt: skip
    """Step gradients and shape gradients of one cell; False where a point is inverted."""
    for p in range(det.size):
        row = first + p
        det[p] = 1.0
        if not volume[row] > 0.0:
            continue
        det[p] = step_gradient(points, start, cell, gradients[row], f[p])
        if kinematics == FINITE and not det[p] > 0.0:
            return False
        if with_g or averaged:
            if kinematics == FINITE:
                spatial_gradients(f[p], det[p], gradients[row], inverse, g[p])
            else:
                copy_gradients(gradients[row], g[p])
        for i in range(3):
            for j in range(3):
                whole[p, i, j] = f[p, i, j]
    if averaged:
        average_volume(kinematics, first, det.size, volume, ratio, f, g, shift, mean)
    return True


@kernel
def _step_energy(kinematics, f, det, viscosity):
    """Resistance to the strain of one step, η/2 (tr fᵀf - 3 - 2 ln det f), per present volume."""
    if kinematics != FINITE or not viscosity > 0.0:
        return 0.0
    total = -3.0 - 2.0 * math.log(det)
    for i in range(3):
        for j in range(3):
            total += f[i, j] * f[i, j]
    return 0.5 * viscosity * total


@kernel
def _add_point(
    kinematics, averaged, tangents, volume, ratio, gradients, viscosity, stress, tangent, whole, g, shift, columns,
    out_forces, out_local
):  # fmt: skip
    """Add what one point gives to the forces (k, 3) and tangent (3, 3, k, k) of its cell."""
    add_point_force(g, shift, averaged, stress, volume, out_forces)
    viscous = kinematics == FINITE and viscosity > 0.0
    resistance = viscosity * volume * ratio
    if viscous:
        add_step_force(whole, g, gradients, resistance, out_forces)
    if tangents:
        add_point_matrix(g, shift, averaged, tangent, volume, columns, out_local)
        if kinematics == FINITE:
            add_initial_stress(g, stress, volume, out_local)
        if viscous:
            add_step_matrix(g, gradients, resistance, out_local)


@kernel
def _add_mean_volume(first, volume, ratio, stresses, det, g, shift, mean, share, left, out_local):
    """Add to a cell's tangent what its mean volume change brings at finite strain."""
    pressure = 0.0
    for p in range(det.size):
        if volume[first + p] > 0.0:
            add_averaged_point(g[p], shift[p], stresses[p], volume[first + p], left, out_local)
            trace = stresses[p, 0, 0] + stresses[p, 1, 1] + stresses[p, 2, 2]
            pressure += volume[first + p] * trace / 3.0
    present_shares(det.size, first, volume, ratio, det, share)
    add_averaged_cell(g, mean, share, pressure, out_local)


@kernel
def _hand_over(task, local, c, places, out_matrices, out_blocks):
    """Put the tangent of cell c where the task wants it."""
    if task == MATRICES:
        put_matrix(local, out_matrices[c])
    else:
        add_blocks(local, places[c], out_blocks)


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
        added to blocks (n_blocks, 3, 3) at ``places`` (n, k, k); `HISTORY` the history of all points
    order : (n,) int32, cells in the order in which chunks of ``chunk_size`` take them
    colour_ptr : (n_colours + 1,) int32, chunks of each colour
    out_history : metric (m, 3, 3), axes, ratio (m,), growth of kappa (m,), Cauchy stress (m, 3, 3) in MPa;
        rows of points that do not exist, and axes at small strain, keep what they hold
    """
    q = volume.size // max(1, len(cells))
    k = cells.shape[1]
    for colour in range(colour_ptr.size - 1):
        for chunk in prange(colour_ptr[colour], colour_ptr[colour + 1]):
            f, whole, inverse = np.empty((q, 3, 3)), np.empty((q, 3, 3)), np.empty((3, 3))
            g, shift, local = np.empty((q, 3, k)), np.zeros((q, 3, k)), np.empty((3, 3, k, k))
            mean, left, det, share = np.zeros((3, k)), np.empty((3, k)), np.empty(q), np.zeros(q)
            scratch, vectors6, frame = (
                np.empty((SCRATCH, 3, 3)),
                np.empty((9, 6)),
                np.empty((3, 6, 6)),
            )
            stresses, columns, tangent = np.empty((q, 3, 3)), np.empty((6, 3)), np.empty((6, 6))
            for place in range(chunk * chunk_size, min((chunk + 1) * chunk_size, len(cells))):
                c = order[place]
                out_energies[c] = math.inf
                inside = _measure(
                    kinematics, averaged, FORCES <= task < HISTORY, points, start, cells[c], c * q, gradients, volume,
                    ratio, inverse, f, whole, det, g, shift, mean,
                )  # fmt: skip
                if not inside:
                    continue
                total = 0.0
                tangents = task in (MATRICES, BLOCKS)
                if tangents:
                    local[:] = 0.0
                for p in range(q):
                    row = c * q + p
                    if not volume[row] > 0.0:
                        continue
                    energy, growth = point_response(
                        kinematics, law[row], f[p], metric[row], axes[row % len(axes)], ratio[row], kappa[row],
                        parameters[row], tangents, scratch, vectors6, frame, stresses[p], tangent,
                    )  # fmt: skip
                    step = _step_energy(kinematics, whole[p], det[p], viscosity)
                    total += volume[row] * (energy + ratio[row] * step)
                    if FORCES <= task < HISTORY and total < math.inf:
                        _add_point(
                            kinematics, averaged, tangents, volume[row], ratio[row], gradients[row], viscosity,
                            stresses[p], tangent, whole[p], g[p], shift[p], columns, out_forces[c], local,
                        )  # fmt: skip
                    if task == HISTORY:
                        _keep_history(
                            kinematics, law[row], row, det[p], whole[p], axes[row % len(axes)], ratio[row], growth,
                            stresses[p], scratch, vectors6, out_history,
                        )  # fmt: skip
                out_energies[c] = total
                if tangents and total < math.inf:
                    if averaged and kinematics == FINITE:
                        _add_mean_volume(
                            c * q, volume, ratio, stresses, det, g, shift, mean, share, left, local
                        )
                    _hand_over(task, local, c, places, out_matrices, out_blocks)
