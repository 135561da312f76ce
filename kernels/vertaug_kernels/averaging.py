# SPDX-License-Identifier: BSD-3-Clause
"""One volume change for all points of a cell: F-bar at finite, B-bar at small strain.

The points of a cell share the mean volume ratio, f̄ = (J̄/J)^{1/3} f (de Souza Neto, Andrade Pires, Owen
2005, Int J Numer Meth Eng 62:353, there for patches of tetrahedra; the mean dilatation of a hexahedron is
Nagtegaal, Parks, Rice 1974). The step's energy is a function of f̄, so force and tangent are its exact
derivatives and symmetric, which the original F-bar is not.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels.tensor import determinant3

FINITE = 0
SMALL = 1
"""Kinematics: updated-Lagrangian with logarithmic strain, or linear."""


@kernel
def average_volume(kinematics, first, points, volume, ratio, f, g, out_shift, out_mean):
    """Give the points of one cell the mean volume change; returns the mean J or trace.

    Parameters
    ----------
    first : row of the cell's first point in ``volume``, ``ratio``
    f : (q, 3, 3) step gradients, changed in place
    g : (q, k, 3) shape gradients at the candidate
    out_shift : (q, k, 3) difference between the mean volumetric gradient and the point's, over 3
    out_mean : (k, 3) mean volumetric gradient
    """
    total = 0.0
    mean = 0.0
    for a in range(g.shape[1]):
        for i in range(3):
            out_mean[a, i] = 0.0
    for p in range(points):
        if volume[first + p] > 0.0:
            weight = volume[first + p]
            change = f[p, 0, 0] + f[p, 1, 1] + f[p, 2, 2] - 3.0
            if kinematics == FINITE:
                weight *= ratio[first + p]
                change = determinant3(f[p])
            total += weight
            mean += weight * change
            _add_scaled(g[p], weight * change if kinematics == FINITE else weight, out_mean)
    scale = 1.0 / mean if kinematics == FINITE else 1.0 / total
    mean /= total
    for a in range(g.shape[1]):
        for i in range(3):
            out_mean[a, i] *= scale
    for p in range(points):
        if volume[first + p] > 0.0:
            _equalise(kinematics, mean, f[p])
            _shift(g[p], out_mean, out_shift[p])
    return mean


@kernel
def _add_scaled(g, factor, out):
    """Add ``factor`` times the gradients (k, 3)."""
    for a in range(g.shape[0]):
        for i in range(3):
            out[a, i] += factor * g[a, i]


@kernel
def _shift(g, mean, out):
    """Difference between the mean gradients and a point's (k, 3), over 3."""
    for a in range(g.shape[0]):
        for i in range(3):
            out[a, i] = (mean[a, i] - g[a, i]) / 3.0


@kernel
def _equalise(kinematics, mean, f):
    """Scale (or shift) a step gradient to the mean volume change."""
    if kinematics == FINITE:
        factor = (mean / determinant3(f)) ** (1.0 / 3.0)
        for i in range(3):
            for j in range(3):
                f[i, j] *= factor
    else:
        shift = (mean + 3.0 - f[0, 0] - f[1, 1] - f[2, 2]) / 3.0
        for i in range(3):
            f[i, i] += shift


@kernel
def add_averaged_point(g, shift, stress, weight, out):
    """Add what averaging brings to the tangent (3k, 3k) of one point besides its shifted strains.

    With α = δ ln s of the factor s on f: 4 α (τ:d) + 2 α² tr τ + (tr τ / 3) tr(l l).
    """
    k = g.shape[0]
    trace = stress[0, 0] + stress[1, 1] + stress[2, 2]
    for a in range(k):
        for b in range(k):
            for i in range(3):
                left = stress[i, 0] * g[a, 0] + stress[i, 1] * g[a, 1] + stress[i, 2] * g[a, 2]
                for j in range(3):
                    right = stress[j, 0] * g[b, 0] + stress[j, 1] * g[b, 1] + stress[j, 2] * g[b, 2]
                    value = 2.0 * (shift[a, i] * right + left * shift[b, j])
                    value += 2.0 * trace * shift[a, i] * shift[b, j]
                    value += trace / 3.0 * g[a, j] * g[b, i]
                    out[3 * a + i, 3 * b + j] += weight * value


@kernel
def add_averaged_cell(g, mean, share, pressure, out):
    """Add the second derivative of ln J̄ to the tangent (3k, 3k), times ``pressure`` (N mm).

    ``share`` (q,) is each point's part of the present volume.
    """
    k = mean.shape[0]
    for a in range(k):
        for b in range(k):
            for i in range(3):
                for j in range(3):
                    value = -mean[a, i] * mean[b, j]
                    for p in range(share.size):
                        if share[p] > 0.0:
                            value += share[p] * (g[p, a, i] * g[p, b, j] - g[p, a, j] * g[p, b, i])
                    out[3 * a + i, 3 * b + j] += pressure * value


@kernel
def present_shares(points, first, volume, ratio, det, out):
    """Share of each point in a cell's present volume, (q,); zero for points that do not exist."""
    total = 0.0
    for p in range(points):
        out[p] = volume[first + p] * ratio[first + p] * det[p]
        total += out[p]
    for p in range(points):
        out[p] /= total
    return math.fabs(total)
