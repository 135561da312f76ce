# SPDX-License-Identifier: BSD-3-Clause
"""One volume change for all points of a cell: F-bar at finite, B-bar at small strain.

The points of a cell share the mean volume ratio, f̄ = (J̄/J)^{1/3} f (de Souza Neto, Andrade Pires, Owen
2005, Int J Numer Meth Eng 62:353, there for patches of tetrahedra; the mean dilatation of a hexahedron is
Nagtegaal, Parks, Rice 1974). The step's energy is a function of f̄, so force and tangent are its exact
derivatives and symmetric, which the original F-bar is not.
"""

from vertaug_kernels._jit import kernel
from vertaug_kernels.cell_matrix import ENTRY
from vertaug_kernels.tensor import clear

FINITE = 0
SMALL = 1
"""Kinematics: updated-Lagrangian with logarithmic strain, or linear."""


@kernel
def average_volume(kinematics, volume, ratio, f, det):
    """Give the points of one cell the mean volume change; returns the mean J or trace.

    Parameters
    ----------
    volume, ratio : (q,) of the cell's points
    f : (q, 3, 3) step gradients, changed in place
    det : (q,) their determinants before
    """
    total = 0.0
    mean = 0.0
    for p in range(det.size):
        if volume[p] > 0.0:
            weight = volume[p]
            change = f[p, 0, 0] + f[p, 1, 1] + f[p, 2, 2] - 3.0
            if kinematics == FINITE:
                weight *= ratio[p]
                change = det[p]
            total += weight
            mean += weight * change
    mean /= total
    for p in range(det.size):
        if volume[p] > 0.0:
            _equalise(kinematics, mean, det[p], f[p])
    return mean


@kernel
def _equalise(kinematics, mean, det, f):
    """Scale (or shift) a step gradient to the mean volume change."""
    if kinematics == FINITE:
        factor = (mean / det) ** (1.0 / 3.0)
        for i in range(3):
            for j in range(3):
                f[i, j] *= factor
    else:
        shift = (mean + 3.0 - f[0, 0] - f[1, 1] - f[2, 2]) / 3.0
        for i in range(3):
            f[i, i] += shift


@kernel
def take_mean_stress(out):
    """Take from S (3, 3) the mean, which acts on the mean gradient, and return it, N mm."""
    pressure = (out[0, 0] + out[1, 1] + out[2, 2]) / 3.0
    for i in range(3):
        out[i, i] -= pressure
    return pressure


@kernel
def mean_gradient(share, g, out):
    """Mean volumetric gradient (3, k) of a cell from its points' shares (q,) and gradients (≥ 3q, k)."""
    clear(out)
    for p in range(share.size):
        if share[p] > 0.0:
            for i in range(3):
                for a in range(out.shape[1]):
                    out[i, a] += share[p] * g[3 * p + i, a]


@kernel
def average_moduli(kinematics, stress, tangent, weight, moduli, out_left, out_right):
    """Change D (3, 3, 9) of a point into that by gradient and mean gradient; returns κ/9.

    The strain of node a along i is the point's plus α = (m - g)/3 times 1, m the mean gradient. At finite strain
    come 2 α (τ g) from both sides, 2 α² tr τ and (tr τ / 3) tr(l l): all are bilinear in g and m. Terms g-g
    stay in D; ``out_left`` (3, 3) [c, i] is g-m, ``out_right`` (3, 3) [d, j] m-g, κ/9 m-m.
    """
    turning = 2.0 if kinematics == FINITE else 0.0
    trace = stress[0, 0] + stress[1, 1] + stress[2, 2]
    kappa = turning * trace
    for s in range(3):
        kappa += tangent[s, 0] + tangent[s, 1] + tangent[s, 2]
    kappa *= weight / 9.0
    for i in range(3):
        for c in range(3):
            s = ENTRY[i][c]
            turned = turning * stress[i, c]
            left = tangent[s, 0] + tangent[s, 1] + tangent[s, 2] + turned
            right = tangent[0, s] + tangent[1, s] + tangent[2, s] + turned
            out_left[c, i] = weight * left / 3.0
            out_right[c, i] = weight * right / 3.0
    for i in range(3):
        for d in range(3):
            for j in range(3):
                moduli[i, d, 3 * i + j] -= out_right[d, j]
                moduli[d, j, 3 * i + j] -= out_left[d, i]
            moduli[i, d, 3 * i + d] += kappa
            moduli[d, i, 3 * i + d] += turning * weight * trace / 6.0
    for i in range(3):
        out_left[i, i] -= kappa
        out_right[i, i] -= kappa
    return kappa


@kernel
def add_left_sides(left, mean, out):
    """Add the terms g-m to the sides (3, 9k) of a point."""
    for c in range(3):
        for b in range(mean.shape[1]):
            for i in range(3):
                for j in range(3):
                    out[c, 9 * b + 3 * i + j] += left[c, i] * mean[j, b]


@kernel
def add_right_sides(right, g, out):
    """Add the terms m-g of a point to those (3, k) of the mean gradient, [j, b]."""
    for b in range(out.shape[1]):
        for j in range(3):
            out[j, b] += right[0, j] * g[0, b] + right[1, j] * g[1, b] + right[2, j] * g[2, b]


@kernel
def mean_sides(mean, kappa, right, out):
    """Sides (3, 9k) of the mean gradient from its terms m-g (3, k) and κ m-m."""
    for c in range(3):
        for b in range(mean.shape[1]):
            for m in range(9):
                out[c, 9 * b + m] = 0.0
            for j in range(3):
                out[c, 9 * b + 3 * c + j] = right[j, b] + kappa * mean[j, b]


@kernel
def add_mean_curvature(pressure, moduli):
    """Add what the second derivative of ln J̄ has at a point to D (3, 3, 9); ``pressure`` times its share."""
    for i in range(3):
        for j in range(3):
            moduli[i, j, 3 * i + j] += pressure
            moduli[j, i, 3 * i + j] -= pressure


@kernel
def volume_shares(kinematics, volume, ratio, det, out):
    """Share of each point in a cell's volume, (q,), present at finite strain; none for points that do not exist."""
    total = 0.0
    for p in range(det.size):
        out[p] = volume[p]
        if kinematics == FINITE:
            out[p] *= ratio[p] * det[p]
        total += out[p]
    for p in range(det.size):
        out[p] /= total
