# SPDX-License-Identifier: BSD-3-Clause
"""Which old cell holds a new point."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.mesh._mesh import Mesh
from vertaug_kernels import geometry

__all__ = ["containing_cells", "interpolated"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_CANDIDATES = (8, 64)


def containing_cells(old: Mesh, new_points: Float, among: NDArray[np.bool_] | None = None) -> Int:
    """Cell (n,) of ``old`` that holds each of ``new_points`` (n, 3), of those ``among`` (n_cells,) if given.

    A point outside every cell gets the cell with the nearest centroid.
    """
    if among is not None:
        chosen = np.flatnonzero(among).astype(np.int32)
        part = replace(old, cells=old.cells[chosen], cell_region=old.cell_region[chosen])
        return chosen[containing_cells(part, new_points)]
    queries = np.ascontiguousarray(new_points, dtype=np.float64)
    tree = cKDTree(old.centroids())
    cell, weight = _search(old, tree, queries, _CANDIDATES[0])
    nearest = cell[1]
    found = cell[0]
    lost = np.flatnonzero(weight < -1e-12)
    if len(lost):
        again, weight = _search(old, tree, queries[lost], _CANDIDATES[1])
        found[lost] = np.where(weight < -1e-12, nearest[lost], again[0])
    return found


def interpolated(old: Mesh, values: Float, new_points: Float) -> Float:
    """Values (n, k) at ``new_points`` (n, 3), linear in the cells of ``old`` from those (n_nodes, k) of its nodes.

    A point that the mesher put outside every cell gets a value of the cell that `containing_cells` names.
    """
    nodes = old.cells[containing_cells(old, new_points)]
    corner = old.points[nodes]
    edges = (corner[:, 1:] - corner[:, :1]).transpose(0, 2, 1)
    inner = np.linalg.solve(edges, (new_points - corner[:, 0])[:, :, None])[:, :, 0]
    weight = np.column_stack([1.0 - inner.sum(axis=1), inner]).clip(min=0.0)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray(np.einsum("na,nak->nk", weight, values[nodes]))


def _search(old: Mesh, tree: cKDTree, queries: Float, count: int) -> tuple[tuple[Int, Int], Float]:
    """Best of the ``count`` nearest cells, the nearest cell, and the best's smallest weight."""
    count = min(count, old.n_cells)
    candidates = np.asarray(tree.query(queries, k=[*range(1, count + 1)])[1], dtype=np.int32)
    found = np.zeros(len(queries), dtype=np.int32)
    weight = np.zeros(len(queries))
    geometry.containing_cell(old.points, old.cells, queries, candidates, found, weight)
    return (found, candidates[:, 0].copy()), weight
