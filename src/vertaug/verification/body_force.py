# SPDX-License-Identifier: BSD-3-Clause
"""Integrals over cells with the elements' own rules: forces of a body force, norms of an error."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import shape_gradients
from vertaug.solid.elements import kind_of
from vertaug.solid.load import NodalLoad
from vertaug.verification.meshes import Body

__all__ = ["body_force", "error_norms", "gauss"]

Float = NDArray[np.float64]
Field = Callable[[Float], Float]


def gauss(body: Body) -> tuple[Float, Float, Float, Float]:
    """Places (n, q, 3), values (q, k), gradients (n, q, k, 3) and volumes (n, q) of the points."""
    kind = kind_of(body.cells)
    gradients, volume = shape_gradients(body.points, body.cells, kind)
    n, q, k = len(body.cells), kind.n_points, kind.n_nodes
    places = np.einsum("qk,nki->nqi", kind.values, body.points[body.cells])
    return places, kind.values, gradients.reshape(n, q, k, 3), volume.reshape(n, q)


def _collapsed(order: int) -> tuple[Float, Float]:
    """Points and weights on the reference tetrahedron, order² degrees exact (Stroud's product)."""
    x, w = np.polynomial.legendre.leggauss(order)
    x, w = 0.5 * (1.0 + x), 0.5 * w
    a, b, c = (v.ravel() for v in np.meshgrid(x, x, x, indexing="ij"))
    weight = np.einsum("i,j,k->ijk", w, w, w).ravel() * (1.0 - a) ** 2 * (1.0 - b)
    return np.column_stack([a, (1.0 - a) * b, (1.0 - a) * (1.0 - b) * c]), weight


def _fine(body: Body) -> tuple[Float, Float, Float]:
    """Fine rule of straight-sided cells: values (q, k), places (n, q, 3), volumes (n, q)."""
    if body.element.startswith("hex"):
        x, w = np.polynomial.legendre.leggauss(4)
        reference = np.stack(np.meshgrid(x, x, x, indexing="ij"), -1).reshape(-1, 3)
        weight = np.einsum("i,j,k->ijk", w, w, w).ravel()
        corner = kind_of(body.cells).coordinates
        factor = 0.5 * (1.0 + reference[:, None] * corner)
        values = factor.prod(axis=2)
        slope = np.stack(
            [0.5 * corner[:, i] * np.delete(factor, i, axis=2).prod(axis=2) for i in range(3)], -1
        )
        jacobian = np.einsum("qka,nki->nqai", slope, body.points[body.cells])
        volume = np.linalg.det(jacobian) * weight
        return values, np.einsum("qk,nki->nqi", values, body.points[body.cells]), volume
    reference, weight = _collapsed(4)
    share = np.column_stack([1.0 - reference.sum(axis=1), reference])
    corners = body.points[body.cells[:, :4]]
    det = np.linalg.det(corners[:, 1:] - corners[:, :1])
    places = np.einsum("qk,nki->nqi", share, corners)
    volume = det[:, None] * weight
    if body.element != "tet10":
        return share, places, volume
    edges = kind_of(body.cells).edges
    mids = np.stack([4.0 * share[:, i] * share[:, j] for _, i, j in edges], axis=1)
    return np.concatenate([share * (2.0 * share - 1.0), mids], axis=1), places, volume


def body_force(body: Body, field: Field) -> NodalLoad:
    """Consistent nodal forces of a force per volume (N/mm³), a function of places (..., 3)."""
    values, places, volume = _fine(body)
    forces = np.zeros_like(body.points)
    np.add.at(
        forces,
        body.cells,
        np.einsum("qk,nqi,nq->nki", values, field(places), volume, optimize=True),
    )
    return NodalLoad(np.arange(len(forces), dtype=np.int32), forces)


def error_norms(body: Body, found: Float, field: Field, slope: Field) -> tuple[float, float]:
    """L2 norm and H1 seminorm of found (n_nodes, 3) less an exact field with gradient (..., 3, 3).

    The first is integrated with a fine rule, the second at the elements' own points.
    """
    values, places, volume = _fine(body)
    gap = np.einsum("qk,nki->nqi", values, found[body.cells]) - field(places)
    square = float(((gap**2).sum(axis=2) * volume).sum())
    here, _, gradients, weight = gauss(body)
    rise = np.einsum("nqkj,nki->nqij", gradients, found[body.cells]) - slope(here)
    steep = float(((rise**2).sum(axis=(2, 3)) * weight).sum())
    return square**0.5, steep**0.5
