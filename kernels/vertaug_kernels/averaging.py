# SPDX-License-Identifier: BSD-3-Clause
"""One volume change for all points of a cell: F-bar at finite, B-bar at small strain.

The points of a cell share the mean volume ratio, f̄ = (J̄/J)^{1/3} f (de Souza Neto, Andrade Pires, Owen
2005, Int J Numer Meth Eng 62:353, there for patches of tetrahedra; the mean dilatation of a hexahedron is
Nagtegaal, Parks, Rice 1974). The step's energy is a function of f̄, so force and tangent are its exact
derivatives and symmetric, which the original F-bar is not.
"""

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
    g : (q, 3, k) shape gradients at the candidate
    out_shift : (q, 3, k) difference between the mean volumetric gradient and the point's, over 3
    out_mean : (3, k) mean volumetric gradient
    """
    total = 0.0
    mean = 0.0
    for i in range(3):
        for a in range(g.shape[2]):
            out_mean[i, a] = 0.0
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
    for i in range(3):
        for a in range(g.shape[2]):
            out_mean[i, a] *= scale
    for p in range(points):
        if volume[first + p] > 0.0:
            _equalise(kinematics, mean, f[p])
            _shift(g[p], out_mean, out_shift[p])
    return mean


@kernel
def _add_scaled(g, factor, out):
    """Add ``factor`` times the gradients (3, k)."""
    for i in range(3):
        for a in range(g.shape[1]):
            out[i, a] += factor * g[i, a]


@kernel
def _shift(g, mean, out):
    """Difference between the mean gradients and a point's (3, k), over 3."""
    for i in range(3):
        for a in range(g.shape[1]):
            out[i, a] = (mean[i, a] - g[i, a]) / 3.0


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
def add_averaged_point(g, shift, stress, weight, left, out):
    """Add what averaging brings to a cell's tangent (3, 3, k, k) besides its shifted strains.

    With α = δ ln s of the factor s on f: 4 α (τ:d) + 2 α² tr τ + (tr τ / 3) tr(l l). ``left`` (3, k) is work space.
    """
    k = g.shape[1]
    trace = weight * (stress[0, 0] + stress[1, 1] + stress[2, 2])
    for i in range(3):
        for a in range(k):
            left[i, a] = (
                2.0
                * weight
                * (stress[i, 0] * g[0, a] + stress[i, 1] * g[1, a] + stress[i, 2] * g[2, a])
            )
    for i in range(3):
        for j in range(3):
            for b in range(k):
                right = left[j, b] + 2.0 * trace * shift[j, b]
                turned = trace / 3.0 * g[i, b]
                for a in range(k):
                    value = shift[i, a] * right + left[i, a] * shift[j, b] + turned * g[j, a]
                    out[i, j, b, a] += value


@kernel
def add_averaged_cell(g, mean, share, pressure, out):
    """Add the second derivative of ln J̄ to a cell's tangent (3, 3, k, k), times ``pressure`` (N mm).

    ``share`` (q,) is each point's part of the present volume.
    """
    k = mean.shape[1]
    for i in range(3):
        for j in range(3):
            for b in range(k):
                for a in range(k):
                    out[i, j, b, a] -= pressure * mean[i, a] * mean[j, b]
                for p in range(share.size):
                    if share[p] > 0.0:
                        one = pressure * share[p] * g[p, j, b]
                        other = pressure * share[p] * g[p, i, b]
                        for a in range(k):
                            out[i, j, b, a] += one * g[p, i, a] - other * g[p, j, a]


@kernel
def present_shares(points, first, volume, ratio, det, out):
    """Share of each point in a cell's present volume, (q,); zero for points that do not exist."""
    total = 0.0
    for p in range(points):
        out[p] = volume[first + p] * ratio[first + p] * det[p]
        total += out[p]
    for p in range(points):
        out[p] /= total
