# SPDX-License-Identifier: BSD-3-Clause
"""Integrals over facets of 3, 4 or 6 nodes: areas, areas of nodes, forces of a pressure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["mean_over", "nodal_normals", "nodal_weights"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def _triangle_rule() -> tuple[Float, Float]:
    """Seven points (7, 2) and weights, exact to the fifth degree (Radon 1948)."""
    root = 15.0**0.5
    points, weights = [[1.0 / 3.0, 1.0 / 3.0]], [9.0 / 80.0]
    for sign in (-1.0, 1.0):
        a = (6.0 + sign * root) / 21.0
        points += [[a, a], [1.0 - 2.0 * a, a], [a, 1.0 - 2.0 * a]]
        weights += [(155.0 + sign * root) / 2400.0] * 3
    return np.array(points), np.array(weights)


def _shapes(k: int) -> tuple[Float, Float, Float]:
    """Values (q, k), derivatives (q, k, 2) and weights (q,) of a facet with k nodes.

    Mid nodes of 6-node triangles stand on the sides 01, 12, 20.
    """
    if k == 4:
        corner = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        factor = 0.5 * (1.0 + (corner / 3.0**0.5)[:, None] * corner)
        slope = 0.5 * corner * factor[:, :, ::-1]
        return factor.prod(axis=2), slope, np.ones(4)
    points, weights = _triangle_rule()
    share = np.column_stack([1.0 - points.sum(axis=1), points])
    slope = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
    if k == 3:
        return share, np.broadcast_to(slope, (7, 3, 2)), weights
    ends = ((0, 1), (1, 2), (2, 0))
    values = [share * (2.0 * share - 1.0)]
    values += [4.0 * (share[:, i] * share[:, j])[:, None] for i, j in ends]
    slopes = [(4.0 * share - 1.0)[:, :, None] * slope]
    slopes += [
        4.0 * (share[:, i, None] * slope[j] + share[:, j, None] * slope[i])[:, None]
        for i, j in ends
    ]
    return np.concatenate(values, axis=1), np.concatenate(slopes, axis=1), weights


def nodal_normals(points: Float, facets: Int) -> Float:
    """Integral of shape function times normal, summed at nodes, (n_nodes, 3) mm²."""
    values, slopes, weights = _shapes(facets.shape[1])
    tangents = np.einsum("qka,fki->fqai", slopes, points[facets])
    normal = np.cross(tangents[:, :, 0], tangents[:, :, 1]) * weights[:, None]
    out = np.zeros_like(points)
    np.add.at(out, facets, np.einsum("qk,fqi->fki", values, normal))
    return out


def nodal_weights(points: Float, facets: Int) -> Float:
    """Integral of the shape functions, summed at nodes, (n_nodes,) mm²."""
    values, slopes, weights = _shapes(facets.shape[1])
    tangents = np.einsum("qka,fki->fqai", slopes, points[facets])
    area = np.linalg.norm(np.cross(tangents[:, :, 0], tangents[:, :, 1]), axis=2) * weights
    out = np.zeros(len(points))
    np.add.at(out, facets, np.einsum("qk,fq->fk", values, area))
    return out


def mean_over(points: Float, facets: Int, field: Float) -> float:
    """Mean of a nodal field (n_nodes,) over facets."""
    weight = nodal_weights(points, facets)
    return float(weight @ field / weight.sum())
