# SPDX-License-Identifier: BSD-3-Clause
"""Lay openings on the faces between bone and outside, and the spaces that they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.cement.opening_faces import (
    Faces,
    disc_samples,
    facet_samples,
    open_faces,
    outward,
    spreading_gap,
)
from vertaug.cement.solid_view import OpeningSite
from vertaug.cement.spaces import VEIN, Labels, label_spaces, rim_faces
from vertaug.cement.surroundings import Surroundings
from vertaug.cement.voxelise import Lattice
from vertaug.errors import InputError
from vertaug.grid.flow_grid import Compartment, Opening
from vertaug.materials.outside_spaces import SpaceProperties

__all__ = ["Outside", "boundary_faces", "lay_openings", "lay_outside"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bytes = NDArray[np.uint8]
_FARTHEST = 3.0
_GUIDED = 2.0
"""How much farther than tissue a canal, foramen or disc that an opening leads to is followed."""


def boundary_faces(inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> tuple[Int, Int]:
    """Inner and outer cells (n, 3) of the faces between two sets of cells (nx, ny, nz)."""
    inner, outer = [], []
    for axis in range(3):
        for sign in (1, -1):
            near = np.argwhere(inside)
            far = near.copy()
            far[:, axis] += sign
            fits = (far[:, axis] >= 0) & (far[:, axis] < inside.shape[axis])
            near, far = near[fits], far[fits]
            hit = outside[tuple(far.T)]
            inner.append(near[hit])
            outer.append(far[hit])
    return np.concatenate(inner).astype(np.int32), np.concatenate(outer).astype(np.int32)


def _too_far(site: OpeningSite, apart: float) -> InputError:
    """The error for an opening that is not on the bone's surface."""
    return InputError(
        where="plan",
        field=f"openings.{site.name}",
        found=f"nearest face of the bone's surface on the flow grid {apart:.1f} mm away",
        expected=f"within {_FARTHEST:g} mm",
        fix="place the opening on the bone's surface and inside the grid",
        code="E-CEMENT-008",
    )


def lay_openings(
    sites: Sequence[OpeningSite], inner: Int, outer: Int, lattice: Lattice, filled: Float
) -> tuple[Opening, ...]:
    """Lay each site on the free boundary faces that its area falls on.

    `inner`, `outer` (n, 3) are the cells of the boundary faces, `filled` (nx, ny, nz) the share of each voxel within
    the bone's surface.
    """
    faces = Faces.of(inner, outer)
    free = np.ones(len(inner), dtype=bool)
    openings = []
    for site in sites:
        points = (site.points - lattice.origin) / lattice.spacing
        apart = np.where(free, cKDTree(points).query(faces.centres)[0], np.inf)
        nearest = float(apart.min(initial=np.inf)) * lattice.spacing
        if nearest > _FARTHEST:
            raise _too_far(site, nearest)
        openings.append(_laid(site, faces, free, lattice, filled, int(apart.argmin())))
    return tuple(openings)


def _laid(
    site: OpeningSite,
    faces: Faces,
    free: NDArray[np.bool_],
    lattice: Lattice,
    filled: Float,
    nearest: int,
) -> Opening:
    """One opening; its faces are taken from the `free` ones. It has at least the `nearest` face."""
    radius = site.radius / lattice.spacing
    centre = (site.points.mean(axis=0) - lattice.origin) / lattice.spacing
    if site.facets is None:
        normal = outward(filled, centre, radius)
        points, normals = disc_samples(normal, radius)
        weights = np.full(len(points), 1.0 / len(points))
        points = points + centre
    else:
        points, normals, weights = facet_samples(site.facets)
        points = (points - lattice.origin) / lattice.spacing
        normal = weights @ normals
        normal /= max(float(np.linalg.norm(normal)), 1e-12)
    chosen, share = open_faces(faces, free, points, normals, weights)
    if not len(chosen):
        chosen, share = np.array([nearest]), np.ones(1)
        normal = (faces.outer[nearest] - faces.inner[nearest]).astype(np.float64)
    free[chosen] = False
    middle, cells = faces.centres[chosen], (faces.inner[chosen], faces.outer[chosen])
    inner_gap, outer_gap = (spreading_gap(middle, share, side, normal, radius) for side in cells)
    return Opening(
        site.name, site.pathway, site.radius, site.length, *cells, share, (inner_gap, outer_gap)
    )


def _nearest_labels(
    sites: Sequence[OpeningSite], openings: tuple[Opening, ...], outside: NDArray[np.bool_]
) -> Labels:
    """Where no anatomy is known: each voxel has the space of the nearest opening, and all run into each other."""
    names = tuple(dict.fromkeys(site.compartment for site in sites))
    index = np.full(outside.shape, -1, dtype=np.int16)
    if openings:
        owner = [names.index(site.compartment) for site in sites]
        group = np.repeat(owner, [len(opening.outer) for opening in openings])
        tree = cKDTree(np.concatenate([opening.outer for opening in openings]))
        index[outside] = group[tree.query(np.argwhere(outside))[1]]
    number = len(names)
    none, every = np.zeros(number, dtype=bool), np.ones(number, dtype=bool)
    closed = np.zeros(outside.shape, dtype=bool)
    return Labels(index, names, closed, none, every, np.ones((number, number), dtype=bool))


@dataclass(frozen=True)
class Outside:
    """What is followed outside the bone; fields (nx, ny, nz), those of `FlowGrid` but for `tissue`, its cells."""

    tissue: NDArray[np.bool_]
    compartment: NDArray[np.int16]
    permeability: Float
    porosity: Float
    outlet_faces: Bytes
    outlet_pressure: Float
    compartments: tuple[Compartment, ...]


def lay_outside(
    sites: Sequence[OpeningSite],
    openings: tuple[Opening, ...],
    outside: NDArray[np.bool_],
    lattice: Lattice,
    around: Surroundings | None,
    usual: SpaceProperties,
    reach: float,
) -> Outside:
    """Spaces outside: voxels within `reach` mm of an opening, twice that in a canal or disc that one leads to.

    Without surroundings each voxel belongs to the space that the nearest opening names, with `usual` properties.
    The rim stands against the pressure of the nearest opening into its space that has one, else the space's own.
    """
    known = around is not None
    labels = (
        _nearest_labels(sites, openings, outside)
        if around is None
        else label_spaces(lattice, outside, around)
    )
    properties = [usual if around is None else around.properties(name) for name in labels.names]
    veins = _vein_cells(sites, openings, outside.shape) if known else np.zeros_like(outside)
    if known:
        labels.index[veins] = labels.names.index(VEIN)
    tissue = _followed(openings, outside & ~labels.closed, labels, reach / lattice.spacing)
    index = np.where(tissue, labels.index, -1).astype(np.int16)
    faces = rim_faces(labels, tissue)
    faces[:, veins] = 2
    permeability, porosity = (
        np.array([*(getattr(item, name) for item in properties), 0.0])[index]
        for name in ("permeability", "porosity")
    )
    own = {item.name: item.pressure for item in sites}
    pressure = _behind(openings, own, properties, index, np.asarray(faces.any(axis=0)))
    compartments = tuple(
        Compartment(name, _space_pressure(name, sites, properties[n], known), labels.joined(n))
        for n, name in enumerate(labels.names)
    )
    return Outside(tissue, index, permeability, porosity, faces, pressure, compartments)


def _space_pressure(
    name: str, sites: Sequence[OpeningSite], properties: SpaceProperties, known: bool
) -> float:
    """Pressure of a space: its own, or where no anatomy is known that of its first opening."""
    first = next(
        (s.pressure for s in sites if s.compartment == name and s.pressure is not None), None
    )
    return properties.pressure if known or first is None else first


def _vein_cells(
    sites: Sequence[OpeningSite], openings: tuple[Opening, ...], shape: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Cells at the far ends of veins that lead into the circulation, not into tissue."""
    found = np.zeros(shape, dtype=bool)
    for site, opening in zip(sites, openings, strict=True):
        if site.compartment == VEIN:
            found[tuple(opening.outer.T)] = True
    return found


def _followed(
    openings: tuple[Opening, ...], usable: NDArray[np.bool_], labels: Labels, reach: float
) -> NDArray[np.bool_]:
    """Voxels near an opening, and farther those of spaces that one leads to and that guide a flow."""
    found = np.zeros(usable.shape, dtype=bool)
    if not openings:
        return found
    outer = np.concatenate([opening.outer for opening in openings])
    cells = np.argwhere(usable)
    apart, _ = cKDTree(outer).query(cells, distance_upper_bound=_GUIDED * reach)
    entered = np.zeros(len(labels.names), dtype=bool)
    reached = labels.index[tuple(outer.T)]
    entered[reached[reached >= 0]] = True
    entered |= (labels.joins[entered & labels.guides]).any(axis=0)
    wanted = np.append(entered & labels.guides, False)[labels.index[tuple(cells.T)]]
    kept = np.isfinite(apart) & (wanted | (apart < reach))
    found[tuple(cells[kept].T)] = True
    found[tuple(outer.T)] &= usable[tuple(outer.T)]
    return found


def _behind(
    openings: tuple[Opening, ...],
    own: dict[str, float | None],
    properties: Sequence[SpaceProperties],
    index: NDArray[np.int16],
    rim: NDArray[np.bool_],
) -> Float:
    """Pressure, MPa, behind the rim's cells."""
    usual = np.array([*(item.pressure for item in properties), 0.0])
    pressure = np.where(rim, usual[index], 0.0)
    for number in np.unique(index[rim]):
        into = [o for o in openings if (index[tuple(o.outer.T)] == number).any()]
        if not into:
            continue
        here = np.argwhere(rim & (index == number))
        tree = cKDTree(np.concatenate([o.outer for o in into]))
        given = [own[o.name] for o in into]
        values = [usual[number] if value is None else value for value in given]
        behind = np.repeat(values, [len(o.outer) for o in into])
        pressure[tuple(here.T)] = behind[tree.query(here)[1]]
    return pressure
