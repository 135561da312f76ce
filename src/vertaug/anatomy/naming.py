# SPDX-License-Identifier: BSD-3-Clause
"""Names for the outer facets of a vertebra's mesh: cortex, endplates, veins, defects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vertaug.anatomy._vertebra import Approach, Endplate, Landmarks, Vertebra
from vertaug.anatomy.access import cannula_distance
from vertaug.anatomy.openings import Opening
from vertaug.errors import InputError
from vertaug.mesh import Mesh, SignedDistance

__all__ = ["name_cannulas", "name_facets", "posterior_region"]

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]

OUTER = "outer"
TILT = 50.0
"""Largest angle between an endplate's facet and the endplate's plane, degrees."""
DEPTH = 0.45
"""How far into the body an endplate may sag, share of the distance between the planes."""
OVER = 6.0
"""How far an endplate may rise over its fitted plane, mm: rims of a collapsed middle."""
FAR = 4.0
"""An opening whose centre is farther from the mesh than this plus its radius is an error, mm."""


def name_facets(
    mesh: Mesh,
    vertebra: Vertebra,
    openings: Sequence[Opening] = (),
    cannulas: Sequence[Approach] = (),
) -> Mesh:
    """Return ``mesh`` with its ``outer`` facets named.

    They become ``cortex``, ``endplate_superior``, ``endplate_inferior`` (one connected piece each),
    and for each opening ``vein_<name>`` or ``defect_<name>``: the facets whose centroids lie within
    its radius, and at least the nearest one. Where a cannula comes through, ``cannula_<name>``.
    Later openings do not take facets of earlier ones.

    Raises
    ------
    InputError
        E-NAME-001, no outer facets; E-NAME-002, an endplate without facets; E-NAME-003, an opening
        away from the surface; E-NAME-004, two openings at one place.
    """
    outer = mesh.facets_of(OUTER)
    if len(outer) == 0:
        raise _error("facet_names", "no outer facets", f"facets named {OUTER}", "mesh it", 1)
    corners = mesh.points[mesh.facets[outer]]
    names = np.full(len(outer), "cortex", dtype=object)
    for name, side in (("endplate_superior", 1.0), ("endplate_inferior", -1.0)):
        mask = _endplate(mesh.facets[outer], corners, vertebra.landmarks, side)
        if not mask.any():
            raise _error(name, "no facet", "an endplate on the mesh", "check the landmarks", 2)
        names[mask] = name
    centroids = corners.mean(axis=1)
    for approach in cannulas:
        names[cannula_distance(approach, centroids) < 0.0] = f"cannula_{approach.name}"
    taken = np.zeros(len(outer), dtype=np.bool_)
    for opening in openings:
        chosen = _opening(opening, centroids, taken)
        names[chosen] = opening.facet_name
        taken[chosen] = True
    return _renamed(mesh, outer, names)


def name_cannulas(mesh: Mesh, cannulas: Sequence[Approach]) -> Mesh:
    """Name the cortex where each cannula comes through ``cannula_<name>``; no other name of ``mesh`` changes."""
    cortex = mesh.facets_of("cortex")
    centroids = mesh.points[mesh.facets[cortex]].mean(axis=1)
    label, names = mesh.facet_set.copy(), list(mesh.facet_names)
    for approach in cannulas:
        chosen = cortex[cannula_distance(approach, centroids) < 0.0]
        if len(chosen):
            label[chosen] = len(names)
            names.append(f"cannula_{approach.name}")
    return replace(mesh, facet_set=label, facet_names=tuple(names))


def posterior_region(vertebra: Vertebra, spacing: float = 2.0) -> SignedDistance:
    """Distance (mm) to the half-space behind the body's posterior wall, on the vertebra's box."""
    grid = vertebra.distance
    extent = grid.spacing * (np.array(grid.values.shape) - 1)
    counts = np.ceil(extent / spacing).astype(int) + 1
    y = grid.origin[1] + spacing * np.arange(counts[1])
    wall = np.broadcast_to((vertebra.landmarks.posterior_wall - y)[None, :, None], counts)
    return SignedDistance(grid.origin, spacing, np.ascontiguousarray(wall, dtype=np.float32))


def _endplate(facets: NDArray[np.int32], corners: Float, marks: Landmarks, side: float) -> Mask:
    plate, other = (
        (marks.superior, marks.inferior) if side > 0.0 else (marks.inferior, marks.superior)
    )
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(normals, axis=1)
    upright = normals @ plate.normal > np.cos(np.radians(TILT)) * areas
    candidates = upright & _in_reach(corners.mean(axis=1), plate, other, marks)
    return _largest_piece(facets, areas, candidates)


def _in_reach(points: Float, plate: Endplate, other: Endplate, marks: Landmarks) -> Mask:
    """Points over the body's section and not far from the endplate's plane."""
    height = (points - plate.centre) @ plate.normal
    between = abs(float((other.centre - plate.centre) @ plate.normal))
    low = marks.anterior_wall - 0.25 * marks.depth
    over_body = (points[:, 1] > low) & (points[:, 1] < marks.posterior_wall + 0.03 * marks.depth)
    over_body &= np.abs(points[:, 0]) < 0.62 * marks.width
    return np.asarray(over_body & (height > -DEPTH * between) & (height < OVER))


def _largest_piece(facets: NDArray[np.int32], areas: Float, mask: Mask) -> Mask:
    """Largest edge-connected piece, by area, of the facets in ``mask``."""
    index = np.flatnonzero(mask)
    chosen = facets[index]
    edges = np.sort(chosen[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    _, edge = np.unique(edges, axis=0, return_inverse=True)
    owner = np.repeat(np.arange(len(index)), 3)
    shape = (len(index), int(edge.max(initial=-1)) + 1)
    incidence = coo_array((np.ones(len(owner)), (owner, edge.ravel())), shape=shape).tocsr()
    _, piece = connected_components(incidence @ incidence.T, directed=False)
    result = np.zeros(len(mask), dtype=np.bool_)
    if len(index) > 0:
        result[index[piece == np.argmax(np.bincount(piece, weights=areas[index]))]] = True
    return result


def _opening(opening: Opening, centroids: Float, taken: Mask) -> Mask:
    distance = np.linalg.norm(centroids - opening.centre, axis=1)
    nearest = int(np.argmin(distance))
    if distance[nearest] > FAR + opening.radius:
        raise _error(
            opening.facet_name,
            f"its centre {distance[nearest]:.1f} mm from the surface",
            "a centre on the bone's surface",
            "correct its position",
            3,
        )
    chosen = distance <= opening.radius
    chosen[nearest] = True
    chosen &= ~taken
    if not chosen.any():
        raise _error(
            opening.facet_name,
            "a place that another opening holds",
            "a facet of its own",
            "move one of the openings, or mesh finer",
            4,
        )
    return np.asarray(chosen)


def _renamed(mesh: Mesh, outer: NDArray[np.intp], names: NDArray[np.object_]) -> Mesh:
    kept = [name for name in mesh.facet_names if name != OUTER]
    fresh = [name for name in dict.fromkeys(names) if name not in kept]
    order = ["cortex", "endplate_superior", "endplate_inferior"]
    fresh.sort(key=lambda name: (order.index(name) if name in order else len(order), name))
    facet_names = (*fresh, *kept)
    number = {name: index for index, name in enumerate(facet_names)}
    old = [number.get(name, -1) for name in mesh.facet_names]
    facet_set = np.array(old, dtype=np.int32)[mesh.facet_set]
    facet_set[outer] = [number[name] for name in names]
    return replace(mesh, facet_set=facet_set, facet_names=facet_names)


def _error(field: str, found: str, expected: str, fix: str, number: int) -> InputError:
    return InputError("mesh", field, found, expected, fix, f"E-NAME-{number:03d}")
