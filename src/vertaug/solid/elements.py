# SPDX-License-Identifier: BSD-3-Clause
"""Solid elements: nodes, integration points, shape functions, and patches of tetrahedra.

Node order is that of VTK and meshio: 10-node tetrahedra have their mid-edge nodes on the edges
01, 12, 02, 03, 13, 23; hexahedra list the lower face, then the upper.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["HEX8", "KINDS", "TET4", "TET10", "ElementKind", "edge_nodes", "kind_of"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class ElementKind:
    """An element with k nodes and q integration points.

    `values` (q, k) and `derivatives` (q, k, 3) of the shape functions at the points, by the reference
    coordinates; `weights` (q,); `coordinates` (k, 3) of the nodes, `points` (q, 3) of the rule; `edges` (m, 3) of
    mid node and end nodes, for elements that have mid-edge nodes.
    """

    name: str
    coordinates: Float
    points: Float
    weights: Float
    values: Float
    derivatives: Float
    edges: Int

    @property
    def n_nodes(self) -> int:
        """Nodes of a cell."""
        return len(self.coordinates)

    @property
    def n_points(self) -> int:
        """Integration points of a cell."""
        return len(self.weights)


_NO_EDGES = np.empty((0, 3), dtype=np.int32)
_TET_EDGES = np.array(
    [[4, 0, 1], [5, 1, 2], [6, 0, 2], [7, 0, 3], [8, 1, 3], [9, 2, 3]], dtype=np.int32
)
_TET_CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float64)
_BARYCENTRIC = np.vstack([-np.ones(3), np.eye(3)])
"""Derivatives of the four barycentric coordinates."""


def _barycentric(points: Float) -> Float:
    """Barycentric coordinates (q, 4) of reference points (q, 3)."""
    return np.column_stack([1.0 - points.sum(axis=1), points])


def _tet4() -> ElementKind:
    """Linear tetrahedron with one point."""
    point = np.full((1, 3), 0.25)
    return ElementKind(
        "tet4", _TET_CORNERS, point, np.array([1.0 / 6.0]), _barycentric(point), _BARYCENTRIC[None].copy(),
        _NO_EDGES,
    )  # fmt: skip


def _tet10() -> ElementKind:
    """Quadratic tetrahedron with Keast's four points, exact for quadratics."""
    a, b = (5.0 - 5.0**0.5) / 20.0, (5.0 + 3.0 * 5.0**0.5) / 20.0
    points = np.array([[a, a, a], [b, a, a], [a, b, a], [a, a, b]])
    share = _barycentric(points)
    values = np.empty((4, 10))
    derivatives = np.empty((4, 10, 3))
    values[:, :4] = share * (2.0 * share - 1.0)
    derivatives[:, :4] = (4.0 * share - 1.0)[:, :, None] * _BARYCENTRIC
    for mid, i, j in _TET_EDGES:
        values[:, mid] = 4.0 * share[:, i] * share[:, j]
        derivatives[:, mid] = 4.0 * (
            share[:, i, None] * _BARYCENTRIC[j] + share[:, j, None] * _BARYCENTRIC[i]
        )
    corners = np.vstack([_TET_CORNERS, _TET_CORNERS[_TET_EDGES[:, 1:]].mean(axis=1)])
    return ElementKind(
        "tet10", corners, points, np.full(4, 1.0 / 24.0), values, derivatives, _TET_EDGES
    )


def _hex8() -> ElementKind:
    """Trilinear hexahedron with 2×2×2 Gauss points."""
    corners = np.array(
        [[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1], [-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]],
        dtype=np.float64,
    )  # fmt: skip
    points = corners / 3.0**0.5
    factor = 0.5 * (1.0 + points[:, None, :] * corners[None, :, :])
    values = factor.prod(axis=2)
    derivatives = np.empty((8, 8, 3))
    for i in range(3):
        others = factor[:, :, [j for j in range(3) if j != i]].prod(axis=2)
        derivatives[:, :, i] = 0.5 * corners[None, :, i] * others
    return ElementKind("hex8", corners, points, np.ones(8), values, derivatives, _NO_EDGES)


TET4 = _tet4()
TET10 = _tet10()
HEX8 = _hex8()
KINDS = {kind.name: kind for kind in (TET4, TET10, HEX8)}


def kind_of(cells: Int) -> ElementKind:
    """Return the element whose number of nodes is the width of ``cells`` (n, k).

    Raises
    ------
    InputError : no element has that many nodes
    """
    for kind in KINDS.values():
        if cells.ndim == 2 and cells.shape[1] == kind.n_nodes:
            return kind
    raise InputError(
        "solid.elements", "cells", f"an array of shape {cells.shape}",
        "(n, 4), (n, 10) or (n, 8): tet4, tet10 or hex8",
        "pass cells of one kind; patches of tetrahedra are made by `patches_of`", "E-MESH-031",
    )  # fmt: skip


def edge_nodes(cells: Int) -> Int:
    """Mid node and both end nodes of every edge of a mesh, (m, 3); none for elements without mid nodes.

    The linear solver goes through them to the linear mesh on the vertices.
    """
    rows = cells[:, kind_of(cells).edges].reshape(-1, 3)
    _, first = np.unique(rows[:, 0], return_index=True)
    return np.ascontiguousarray(rows[first], dtype=np.int32)
