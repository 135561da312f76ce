# SPDX-License-Identifier: BSD-3-Clause
"""Bone left between a balloon and the outer surface, as the least distance of their facets."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.mesh import Mesh
from vertaug.solid.contact_surface import near_pairs
from vertaug.solid.model import CAVITY_PREFIX, ENDPLATES
from vertaug_kernels import contact_pairs

__all__ = ["gap_to_cortex", "gap_to_endplates", "least_distance"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_THROUGH = (CAVITY_PREFIX, "cannula_")
"""Beginnings of the names of facets that are no wall before a balloon: cavities, the cannula's entry."""


def least_distance(points: Float, one: Int, other: Int) -> float:
    """Least distance (mm) of two sets of facets (m, 3) that share no node; infinite for an empty one."""
    if not len(one) or not len(other):
        return float("inf")
    tree = cKDTree(points[np.unique(other)])
    bound = float(np.min(tree.query(points[np.unique(one)])[0])) * (1.0 + 1e-9)
    one, other = _within(points, one, other, bound), _within(points, other, one, bound)
    facets = np.ascontiguousarray(np.concatenate([one, other]), dtype=np.int32)
    corner = points[facets]
    low, high = corner.min(axis=1) - 0.5 * bound, corner.max(axis=1) + 0.5 * bound
    body = np.repeat(np.array([0, 1], dtype=np.int32), [len(one), len(other)])
    pairs = near_pairs(low, high, body, within=False)
    gap, least = np.zeros((len(pairs), 3)), np.full(len(pairs), np.inf)
    contact_pairs.separations(points, facets, pairs, gap, least)
    return min(bound, float(least.min(initial=np.inf)))


def _within(points: Float, facets: Int, other: Int, bound: float) -> Int:
    """Facets (k, 3) of which no point is certainly farther than ``bound`` from the ``other`` ones."""
    corner, there = points[facets], points[other]
    # The nearest place of a triangle is within an edge's length of all of its corners.
    reach = bound + _longest_edges(corner) + _longest_edges(there).max()
    distance, _ = cKDTree(points[np.unique(other)]).query(corner)
    return np.ascontiguousarray(facets[np.min(distance, axis=1) <= reach])


def _longest_edges(corner: Float) -> Float:
    """Longest edge (m,) of triangles (m, 3, 3)."""
    edges = corner - np.roll(corner, 1, axis=1)
    return np.asarray(np.sqrt((edges * edges).sum(axis=2)).max(axis=1))


def gap_to_endplates(mesh: Mesh, facets: Int) -> float:
    """Least distance (mm) from a cavity's facets (m, 3) to the endplates."""
    ends = [mesh.facets[mesh.facets_of(name)] for name in ENDPLATES]
    return least_distance(mesh.points, facets, np.concatenate(ends))


def gap_to_cortex(mesh: Mesh, facets: Int) -> float:
    """Least distance (mm) from a cavity's facets (m, 3) to the outer surface beside the endplates."""
    names = [
        name for name in mesh.facet_names if name not in ENDPLATES and not name.startswith(_THROUGH)
    ]
    walls = [mesh.facets[mesh.facets_of(name)] for name in names]
    return least_distance(mesh.points, facets, np.concatenate(walls)) if walls else float("inf")
