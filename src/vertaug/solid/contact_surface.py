# SPDX-License-Identifier: BSD-3-Clause
"""Facets that may touch: their topology, quadrature, and pairs of them that are near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug_kernels import contact_search

__all__ = ["ContactSurface", "contact_surface", "facet_areas", "near_pairs", "quadrature"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bool = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ContactSurface:
    """Facets of one or several bodies, normals out of the solid.

    `facets` (m, 3), `body` (m,) the set each facet came from, `nodes` (n,) all their nodes once.
    `edge_sign`, `corner_sign` (m, 3): how often the edges and corners of a facet count when the
    barriers of all facets near a point are summed, so that the nearest one alone remains: an edge
    that k facets share counts 1 - k, a corner what is missing to 1; each at one of its facets only.
    """

    facets: Int
    body: Int
    nodes: Int
    edge_sign: Float
    corner_sign: Float


def contact_surface(sets: Sequence[Int]) -> ContactSurface:
    """Join facet sets (m_i, 3), one body each."""
    facets = np.ascontiguousarray(np.concatenate([np.asarray(f).reshape(-1, 3) for f in sets]))
    facets = facets.astype(np.int32)
    if len(facets) and (np.sort(facets, axis=1)[:, 1:] == np.sort(facets, axis=1)[:, :-1]).any():
        raise InputError(
            "solid.contact", "facets", "a facet that names a node twice", "three different nodes",
            "clean the surface before it is given to contact", "E-CONTACT-001",
        )  # fmt: skip
    body = np.repeat(np.arange(len(sets), dtype=np.int32), [len(f) for f in sets])
    edge_sign, corner_sign = _signs(facets, body)
    return ContactSurface(facets, body, np.unique(facets).astype(np.int32), edge_sign, corner_sign)


def _signs(facets: Int, body: Int) -> tuple[Float, Float]:
    """Counts of edges and corners (m, 3), see `ContactSurface`."""
    m = len(facets)
    start, end = facets.ravel(), facets[:, [1, 2, 0]].ravel()
    owner = np.repeat(body, 3)
    edges = np.stack([owner, np.minimum(start, end), np.maximum(start, end)], axis=1)
    _, first, inverse, count = np.unique(
        edges, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    edge_sign = np.zeros(3 * m)
    edge_sign[first] = 1.0 - count
    corners = np.stack([owner, start], axis=1)
    _, first_corner, corner, meeting = np.unique(
        corners, axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    # an edge lowers the sum at both of its ends
    lowered = np.zeros(len(meeting))
    corner = corner.ravel().reshape(m, 3)
    for shift in (0, 1):
        ends = np.roll(corner, -shift, axis=1).ravel()[first]
        np.add.at(lowered, ends, 1.0 - count)
    corner_sign = np.zeros(3 * m)
    corner_sign[first_corner] = 1.0 - meeting - lowered
    del inverse
    return edge_sign.reshape(m, 3), corner_sign.reshape(m, 3)


def facet_areas(points: Float, facets: Int) -> tuple[Float, Float]:
    """Areas (m,) mm² and unit normals (m, 3) of facets."""
    corner = points[facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    double = np.sqrt((normal * normal).sum(axis=1))
    return 0.5 * double, normal / np.maximum(double, 1e-300)[:, None]


def quadrature(count: int) -> Float:
    """Rule (q, 4) on a triangle: barycentric coordinates and weights that sum to one.

    3 points are exact to degree 2, 6 to degree 4, 12 to degree 6 (Dunavant 1985); 48 are those of
    degree 6 on each quarter of the triangle, for pressures that end within a facet.
    """
    if count == 48:
        twelve = quadrature(12)
        shares, quarter = twelve[:, :3], 0.25 * twelve[:, 3:]
        ends = [0.5 * (np.eye(3) + np.eye(3)[[i, i, i]]) for i in range(3)]
        middle = 0.5 * (1.0 - np.eye(3))
        return np.concatenate([np.hstack([shares @ e, quarter]) for e in (*ends, middle)])
    if count not in _ORBITS:
        raise InputError(
            "solid.contact", "quadrature", f"{count}", f"one of {[*sorted(_ORBITS), 48]}",
            "choose the points of a facet among these", "E-CONTACT-002",
        )  # fmt: skip
    rows = []
    for weight, a, b in _ORBITS[count]:
        c = 1.0 - a - b
        turns = {(a, b, c), (b, c, a), (c, a, b), (b, a, c), (a, c, b), (c, b, a)}
        rows += [(*turn, weight) for turn in sorted(turns)]
    rule = np.array(rows)
    rule[:, 3] /= rule[:, 3].sum()
    return rule


_ORBITS: dict[int, tuple[tuple[float, float, float], ...]] = {
    3: ((1.0 / 3.0, 1.0 / 6.0, 1.0 / 6.0),),
    6: (
        (0.223381589678011, 0.445948490915965, 0.445948490915965),
        (0.109951743655322, 0.091576213509771, 0.091576213509771),
    ),
    12: (
        (0.116786275726379, 0.249286745170910, 0.249286745170910),
        (0.050844906370207, 0.063089014491502, 0.063089014491502),
        (0.082851075618374, 0.310352451033785, 0.053145049844816),
    ),
}


def near_pairs(low: Float, high: Float, body: Int, *, within: bool) -> Int:
    """Pairs (n, 2), sorted, of overlapping boxes with corners ``low`` and ``high`` (m, 3)."""
    if len(low) < 2:
        return np.zeros((0, 2), dtype=np.int32)
    extent = high - low
    origin, top = low.min(axis=0), high.max(axis=0)
    size = max(float(extent.mean(axis=0).max()), float((top - origin).max()) / 64.0, 1e-9)
    counts = np.maximum(np.ceil((top - origin) / size), 1.0).astype(np.int64)
    out = np.empty((16 * len(low), 2), dtype=np.int32)
    while True:
        found = contact_search.overlapping_boxes(low, high, body, within, origin, size, counts, out)
        if found <= len(out):
            break
        out = np.empty((found, 2), dtype=np.int32)
    pairs = out[:found]
    return np.ascontiguousarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])
