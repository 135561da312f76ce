# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of one eighth of a cube with a spherical cavity, and their linear-elastic matrices.

The cavity's octant is mapped to the three outer faces along straight lines. A tetrahedral mesh
splits each hexahedron into twelve around its centre, each face by the diagonal of its first node.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

__all__ = ["cavity", "edge_nodes", "isotropic_stiffness", "random_moduli", "symmetry"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

POISSON = 0.3
_FACES = ((0, 3, 2, 1), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
_EDGES = ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3))


def cavity(
    kind: str, around: int, along: int, radius: float = 8.0, half: float = 20.0
) -> tuple[Floats, Ints]:
    """Points (n, 3), mm, and cells of kind "tet4", "tet10" or "hex8".

    Parameters
    ----------
    around : cells along an edge of an outer face
    along : cells from the cavity to the outer face
    """
    points, cells = _hexahedra(around, along, radius, half)
    if kind == "hex8":
        return points, cells
    points, cells = _tetrahedra(points, cells)
    return _second_order(points, cells, radius) if kind == "tet10" else (points, cells)


def _hexahedra(around: int, along: int, radius: float, half: float) -> tuple[Floats, Ints]:
    side = np.linspace(0.0, 1.0, around + 1)
    u, v = np.meshgrid(side, side, indexing="ij")
    outer = np.stack([np.ones_like(u), u, v], axis=-1)
    turned = np.stack(
        [np.ones_like(u), np.tan(0.25 * np.pi * u), np.tan(0.25 * np.pi * v)], axis=-1
    )
    inner = turned / np.linalg.norm(turned, axis=-1, keepdims=True)
    growth = (half / radius) ** (np.linspace(0.0, 1.0, along + 1) ** 1.0)
    share = ((growth - 1.0) / (growth[-1] - 1.0))[:, None, None, None]
    block = (1.0 - share) * radius * inner + share * half * outer
    number = np.arange(block[..., 0].size).reshape(block.shape[:3])
    corners = [
        (0, 0, 0),
        (1, 0, 0),
        (1, 1, 0),
        (0, 1, 0),
        (0, 0, 1),
        (1, 0, 1),
        (1, 1, 1),
        (0, 1, 1),
    ]
    n, m = along, around
    local = np.stack(
        [number[i : n + i, j : m + j, k : m + k].ravel() for i, j, k in corners], axis=1
    )
    points = np.concatenate([np.roll(block.reshape(-1, 3), turn, axis=1) for turn in range(3)])
    cells = np.concatenate([local + turn * number.size for turn in range(3)])
    _, first, inverse = np.unique(
        np.round(points / half * 1e7).astype(np.int64),
        axis=0,
        return_index=True,
        return_inverse=True,
    )
    return points[first], inverse.reshape(-1)[cells].astype(np.int32)


def _tetrahedra(points: Floats, cells: Ints) -> tuple[Floats, Ints]:
    centre = len(points) + np.arange(len(cells))
    parts = []
    for face in _FACES:
        quad = cells[:, face]
        start = quad.argmin(axis=1)
        a, b, c, d = (np.take_along_axis(quad, (start[:, None] + k) % 4, 1)[:, 0] for k in range(4))
        parts += [np.stack([a, c, b, centre], axis=1), np.stack([a, d, c, centre], axis=1)]
    tets = np.stack(parts, axis=1).reshape(-1, 4).astype(np.int32)
    points = np.concatenate([points, points[cells].mean(axis=1)])
    corner = points[tets]
    turned = np.linalg.det(corner[:, 1:] - corner[:, :1]) < 0.0
    tets[turned] = tets[turned][:, [0, 2, 1, 3]]
    return points, tets


def _second_order(points: Floats, cells: Ints, radius: float) -> tuple[Floats, Ints]:
    del radius  # edges stay straight
    edges = np.sort(cells[:, _EDGES], axis=2).reshape(-1, 2)
    unique, inverse = np.unique(edges, axis=0, return_inverse=True)
    middles = len(points) + inverse.reshape(len(cells), 6)
    points = np.concatenate([points, points[unique].mean(axis=1)])
    return points, np.concatenate([cells, middles], axis=1).astype(np.int32)


def edge_nodes(cells: Ints) -> Ints:
    """Middle node and both ends of every edge of a tet10 mesh, (m, 3)."""
    rows = np.concatenate(
        [
            np.stack([cells[:, 4 + e], cells[:, a], cells[:, b]], 1)
            for e, (a, b) in enumerate(_EDGES)
        ]
    )
    _, first = np.unique(rows[:, 0], return_index=True)
    return np.ascontiguousarray(rows[first], dtype=np.int32)


def symmetry(points: Floats) -> NDArray[np.bool_]:
    """Displacements held by the three planes of symmetry, (n, 3)."""
    return np.abs(points) < 1e-9


def random_moduli(points: Floats, cells: Ints, contrast: float, seed: int = 2) -> Floats:
    """Moduli of the cells, MPa: 50 to 500 at random, and spots at both ends of `contrast`."""
    rng = np.random.default_rng(seed)
    moduli = 50.0 * 10.0 ** rng.uniform(0.0, 1.0, len(cells))
    if contrast <= 10.0:
        return np.full(len(cells), 300.0) if contrast <= 1.0 else moduli
    centre = points[cells[:, :4]].mean(axis=1)
    for spot in range(60):
        middle = rng.uniform(0.0, points.max(), 3)
        inside = np.linalg.norm(centre - middle, axis=1) < 1.5
        moduli[inside] = 5.0 * (contrast if spot % 2 else 1.0)
    return moduli


def _shape_gradients(size: int) -> tuple[Floats, Floats]:
    """Reference gradients (q, size, 3) and weights (q,) of a cell of `size` nodes."""
    if size == 8:
        signs = np.array(
            [
                (-1, -1, -1),
                (1, -1, -1),
                (1, 1, -1),
                (-1, 1, -1),
                (-1, -1, 1),
                (1, -1, 1),
                (1, 1, 1),
                (-1, 1, 1),
            ]
        )
        gauss = np.array(list(itertools.product((-1.0, 1.0), repeat=3))) / np.sqrt(3.0)
        parts = 1.0 + gauss[:, None] * signs
        grads = np.stack(
            [
                signs[:, i] * parts[..., (i + 1) % 3] * parts[..., (i + 2) % 3] / 8.0
                for i in range(3)
            ],
            axis=-1,
        )
        return grads, np.ones(8)
    linear = np.array([(-1.0, -1, -1), (1, 0, 0), (0, 1, 0), (0, 0, 1)])
    if size == 4:
        return linear[None], np.array([1.0 / 6.0])
    a, b = (5.0 + 3.0 * np.sqrt(5.0)) / 20.0, (5.0 - np.sqrt(5.0)) / 20.0
    bary = np.full((4, 4), b) + (a - b) * np.eye(4)
    grads = np.empty((4, 10, 3))
    for q, weights in enumerate(bary):
        grads[q, :4] = (4.0 * weights[:, None] - 1.0) * linear
        for e, (i, j) in enumerate(_EDGES):
            grads[q, 4 + e] = 4.0 * (weights[i] * linear[j] + weights[j] * linear[i])
    return grads, np.full(4, 1.0 / 24.0)


def isotropic_stiffness(points: Floats, cells: Ints, moduli: Floats) -> Floats:
    """Element matrices (n, 3 k, 3 k), N/mm, of isotropic linear elasticity."""
    reference, weights = _shape_gradients(cells.shape[1])
    jacobian = np.einsum("qai,nax->nqix", reference, points[cells])
    volume = np.linalg.det(jacobian) * weights
    if not (volume > 0.0).all():
        raise ValueError("a cell is inverted")
    grads = np.einsum("nqxi,qai->nqax", np.linalg.inv(jacobian), reference)
    flat = grads.reshape(len(cells), len(weights), -1)
    outer = flat.transpose(0, 2, 1) @ (volume[:, :, None] * flat)
    k = cells.shape[1]
    outer = outer.reshape(-1, k, 3, k, 3)
    first = moduli * POISSON / ((1 + POISSON) * (1 - 2 * POISSON))
    second = moduli / (2 * (1 + POISSON))
    matrix = first[:, None, None, None, None] * outer
    matrix += second[:, None, None, None, None] * outer.transpose(0, 1, 4, 3, 2)
    trace = second[:, None, None] * np.einsum("naibi->nab", outer)
    for i in range(3):
        matrix[:, :, i, :, i] += trace
    return matrix.reshape(-1, 3 * k, 3 * k)
