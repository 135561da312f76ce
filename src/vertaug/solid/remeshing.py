# SPDX-License-Identifier: BSD-3-Clause
"""Renew a squashed mesh and carry the material's history over."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.errors import NotConvergedError
from vertaug.mesh import Mesh
from vertaug.mesh.quality import shape_quality
from vertaug.mesh.remesh import remesh, size_field
from vertaug.mesh.transfer import containing_cells, interpolated
from vertaug.solid.cement_transfer import transferred
from vertaug.solid.model import CAVITY_PREFIX, cavity_facets
from vertaug.state import CEMENT, BoneHistory, State

_SIZES = (1.0, 0.85, 1.15)
"""Edge lengths at the cavities that are tried, as a share of the one asked for."""
_FURTHER = 0.7
"""Share of a new mesh's quality below which it is worn, where it was beyond a limit from the first."""
_SPREAD = 1.0 / 5.0**0.5
"""Distance of the points of Keast's four-point rule from the centroid, of that of the corners."""

__all__ = [
    "MeshWear",
    "RemeshRule",
    "lined_cavities",
    "mesh_wear",
    "needs_remesh",
    "on_new_mesh",
    "remeshed",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class RemeshRule:
    """When and how finely to remesh.

    `worst` and `low` are limits of the worst cell's and the 2 % quantile's shape quality;
    `fine`, `bulk` edge lengths in mm at the cavities and far from them, `growth` per distance;
    `stretch` how many times `fine` the 5 % longest edges of the cavities may become.
    """

    worst: float = 0.04
    low: float = 0.22
    fine: float = 0.9
    bulk: float = 2.5
    growth: float = 0.25
    stretch: float = 1.7


@dataclass(frozen=True)
class MeshWear:
    """How worn a mesh is: `worst` and 2 % quantile (`low`) of the cells' shape quality, `longest` edges (mm).

    The edges are those of the cavities, their 95 % quantile.
    """

    worst: float
    low: float
    longest: float


def mesh_wear(mesh: Mesh) -> MeshWear:
    """Wear of a mesh; without cavities no edge is too long."""
    quality = shape_quality(mesh.points, mesh.cells)
    low, longest, walls = np.quantile(quality, 0.02), 0.0, list(cavity_facets(mesh).values())
    if walls:
        corner = mesh.points[np.concatenate(walls)]
        edges = np.linalg.norm(corner - np.roll(corner, 1, axis=1), axis=2)
        longest = float(np.quantile(edges, 0.95))
    return MeshWear(float(quality.min()), float(low), longest)


def needs_remesh(wear: MeshWear, rule: RemeshRule, fresh: MeshWear | None = None) -> bool:
    """Whether cells have become too flat, or facets of the cavities too long.

    A mesh that was beyond a limit when it was new (``fresh``), because what bounds it leaves no better, must
    have worn further: another one would be no better.
    """
    worst, low, longest = rule.worst, rule.low, rule.stretch * rule.fine
    if fresh is not None:
        worst, low = min(worst, _FURTHER * fresh.worst), min(low, _FURTHER * fresh.low)
        longest = max(longest, fresh.longest / _FURTHER)
    return wear.worst < worst or wear.low < low or wear.longest > longest


def _node_map(old: Mesh, new: Mesh, nodes: Int) -> Int:
    """New indices of old points that were kept in place."""
    distance, index = cKDTree(new.points).query(old.points[nodes])
    if len(nodes) and float(np.max(distance)) > 1e-9:
        raise NotConvergedError("remesh", 0, "a point of the outer surface was moved by the mesher")
    return np.asarray(index, dtype=np.int32)


def _rows(rows: Int, old: Mesh, new: Mesh) -> Int:
    """The same rows (m, k) of points of the outer surface on the new numbering."""
    mapped = _node_map(old, new, np.ascontiguousarray(rows.ravel()))
    return np.ascontiguousarray(mapped.reshape(rows.shape))


def _holding(old: Mesh, new: Mesh, points: Float) -> Int:
    """Old cells (k n,) that hold points (k n, 3) of n new cells, k each; cement and bone apart."""
    if CEMENT not in old.region_names:
        return containing_cells(old, points)
    found = np.empty(len(points), dtype=np.int32)
    alone = new.cell_region == new.region_names.index(CEMENT)
    was = old.cell_region == old.region_names.index(CEMENT)
    for side in (False, True):
        here = np.repeat(alone == side, len(points) // new.n_cells)
        if here.any():
            found[here] = containing_cells(old, points[here], was == side)
    return found


def _transferred(bone: BoneHistory, old: Mesh, new: Mesh, source: Int) -> BoneHistory:
    """History on new cells: volume and mass averaged over four points, the rest from their ``source``."""
    corner, centroid = new.points[new.cells], new.centroids()
    samples = (centroid[:, None] + _SPREAD * (corner - centroid[:, None])).reshape(-1, 3)
    around = _holding(old, new, samples).reshape(-1, 4)
    inverse = (1.0 / bone.ratio)[around].mean(axis=1)
    mass = (bone.density / bone.ratio)[around].mean(axis=1)
    return BoneHistory(
        volume=new.volumes() * inverse,
        ratio=1.0 / inverse,
        metric=np.ascontiguousarray(bone.metric[source]),
        plastic=bone.plastic[source],
        density=mass / inverse,
        damage=bone.damage[source],
        opened=bone.opened[source],
        axes=np.ascontiguousarray(bone.axes[source]),
    )


def _conserved(
    bone: BoneHistory, present: Float, volume: float, mass: float
) -> tuple[BoneHistory, float]:
    """Restore the initial volume and mass that a transfer by cell changes a little.

    The correction goes where bone was crushed or opened, in proportion to the change of volume.
    Returns the history and the relative error in mass before it.
    """
    inverse = 1.0 / bone.ratio
    raw = float(bone.density @ (present * inverse))
    weight = np.abs(inverse - 1.0) + 1e-6
    lack = volume - float(present @ inverse)
    inverse = inverse + lack * weight / float(present @ weight)
    initial = present * inverse
    scale = 1.0 + (mass / float(bone.density @ initial) - 1.0) * np.ones_like(weight)
    corrected = replace(bone, volume=initial, ratio=present / initial, density=bone.density * scale)
    return corrected, abs(raw / mass - 1.0)


def remeshed(state: State, rule: RemeshRule) -> State:
    """Return the state on a new mesh of the same body.

    The outer surface, walls that carry a device and the wall between bone and cement alone keep their points
    and triangles; the other cavities' facets are renewed; history comes from the old cells that hold the new cell's
    centroid and four points about it.

    Where the mesher fails it is tried again with somewhat finer and coarser edges.

    Raises
    ------
    NotConvergedError : the mesher failed each time
    """
    failure = NotConvergedError("remesh", 0, "no edge length was tried")
    for share in _SIZES:
        try:
            return _renewed(state, replace(rule, fine=share * rule.fine))
        except NotConvergedError as error:
            failure = error
    raise failure


def lined_cavities(state: State) -> list[str]:
    """Cavities whose wall carries membranes, as devices that were left in place do."""
    carrying = np.unique(state.shell.facets)
    walls = cavity_facets(state.mesh)
    return [name for name, facets in walls.items() if np.isin(facets, carrying).all()]


def _renewed(state: State, rule: RemeshRule) -> State:
    """Return the state on a mesh of the rule's sizes."""
    old = state.mesh
    kept = lined_cavities(state)
    movable = [n for n in old.facet_names if n.startswith(CAVITY_PREFIX) and n not in kept]
    size = size_field(old, movable, rule.fine, rule.bulk, rule.growth, [CEMENT])
    return on_new_mesh(
        state, remesh(old, size, movable, [CEMENT]), float(state.bone.volume.sum()), state.bone.mass
    )


def on_new_mesh(state: State, new: Mesh, volume: float, mass: float) -> State:
    """Return the state on a ``new`` mesh whose outer surface is that of the old one.

    History comes from the old cells that hold the new cell's centroid and four points about it; the initial
    ``volume`` (mm³) and the ``mass`` (µg) of all new cells together are put right.

    Raises
    ------
    NotConvergedError : a point of the outer surface is not there any more
    """
    old = state.mesh
    source = _holding(old, new, new.centroids())
    moved = _transferred(state.bone, old, new, source)
    corrected, error = _conserved(moved, new.volumes(), volume, mass)
    return replace(
        state,
        mesh=new,
        reference=interpolated(old, state.reference, new.points),
        bone=corrected,
        shell=replace(state.shell, facets=_rows(state.shell.facets, old, new)),
        fibre=replace(state.fibre, facets=_rows(state.fibre.facets, old, new)),
        hinge=replace(state.hinge, nodes=_rows(state.hinge.nodes, old, new)),
        rig=state.rig.renumbered(lambda nodes: _node_map(old, new, nodes)),
        remeshes=state.remeshes + 1,
        transfer_error=max(state.transfer_error, error),
        cement=None if state.cement is None else transferred(state.cement, old, new, source),
    )
