# SPDX-License-Identifier: BSD-3-Clause
"""Cavities filled with cells of cement that share the nodes of their walls, wholly or as far as the cement reaches.

All of a cavity is meshed first. Of its cells those with the most cement are kept until their volume is that of the
cement; single cells at the front are evened out, and what hangs on no wall is left out. The space that stays free
keeps the cavity's name; facets of the wall that cement touches are no longer a surface.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vertaug.mesh import Mesh
from vertaug.mesh.filling import fill_surface
from vertaug.mesh.surface import boundary_facets
from vertaug.solid.model import cavity_facets
from vertaug.state import CEMENT, BoneHistory, State

__all__ = ["CavityFill", "fill_cavities"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Mask = NDArray[np.bool_]
Level = Callable[[Float], Float]

_FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
_EVEN = 4
"""How often single cells at the front are evened out."""
_HALVINGS = 24
_FULL = 0.98
"""Share of the cavities from which they are filled wholly: less leaves no more than a film of missing cells."""


@dataclass(frozen=True)
class CavityFill:
    """What became of the cavities: `state` with cells of cement, their `volume` and that of all `cement`, mm³."""

    state: State
    volume: float
    cement: float

    @property
    def error(self) -> float:
        """Relative error of the cells' volume; 0 without cement."""
        return abs(self.volume / self.cement - 1.0) if self.cement > 0.0 else 0.0


@dataclass(frozen=True)
class _Inside:
    """Cells (k, 4) of all cavities on the points (n + p, 3), the cavity of each, and what faces of theirs meet.

    `pairs` (q, 2) cells that share a face, `walls` (k,) faces on a wall.
    """

    points: Float
    cells: Int
    cavity: Int
    pairs: NDArray[np.intp]
    walls: NDArray[np.intp]


def fill_cavities(state: State, level: Level, cement: float, size: float) -> CavityFill:
    """Fill the cavities of a state with ``cement`` mm³.

    Parameters
    ----------
    state : its cavities hold no cells
    level : how much cement there is at points (k, 3), any measure that grows with it
    cement : volume of cement in all cavities, mm³
    size : largest edge length of the cells of cement, mm

    Raises
    ------
    NotConvergedError
        A cavity cannot be meshed with its wall as it is.
    """
    cavities = cavity_facets(state.mesh)
    if cement <= 0.0 or not cavities:
        return CavityFill(state, 0.0, max(cement, 0.0))
    inside = _mesh_inside(state.mesh, list(cavities.values()), size)
    corner = inside.points[inside.cells]
    volumes = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    kept = _chosen(inside, level(corner.mean(axis=1)), volumes, cement)
    filled = float(volumes[kept].sum())
    if filled == 0.0:
        return CavityFill(state, 0.0, cement)
    mesh = _joined(state.mesh, inside, kept, list(cavities))
    new = mesh.points[state.mesh.n_points :]
    return CavityFill(
        replace(
            state,
            mesh=mesh,
            reference=np.vstack([state.reference, new]),
            bone=_longer(state.bone, volumes[kept]),
            cavity_volume=state.cavity_volume - filled,
        ),
        filled,
        cement,
    )


def _mesh_inside(mesh: Mesh, cavities: list[Int], size: float) -> _Inside:
    """Mesh all cavities with their walls as they are."""
    points, cells, owner = mesh.points, list[Int](), list[Int]()
    for index, wall in enumerate(cavities):
        filling = fill_surface(points, np.ascontiguousarray(wall[:, [0, 2, 1]]), size)
        points = np.vstack([points, filling.inner])
        cells.append(filling.cells)
        owner.append(np.full(len(filling.cells), index, dtype=np.int32))
    tets = np.concatenate(cells)
    key = np.sort(tets[:, _FACES].reshape(-1, 3), axis=1)
    order = np.lexsort((key[:, 2], key[:, 1], key[:, 0]))
    same = np.flatnonzero((key[order][1:] == key[order][:-1]).all(axis=1))
    pairs = np.column_stack([order[same], order[same + 1]]) // 4
    shared = np.bincount(pairs.ravel(), minlength=len(tets))
    return _Inside(points, tets, np.concatenate(owner), pairs, 4 - shared)


def _chosen(inside: _Inside, value: Float, volumes: Float, cement: float) -> Mask:
    """Cells with the most cement whose volume is nearest to that of the cement."""
    n = len(value)
    if cement >= _FULL * volumes.sum():
        return np.ones(n, dtype=np.bool_)
    order = np.lexsort((np.arange(n), -value))
    low, high, best = 0, n, np.zeros(n, dtype=np.bool_)
    for _ in range(_HALVINGS):
        middle = (low + high) // 2
        kept = np.zeros(n, dtype=np.bool_)
        kept[order[:middle]] = True
        kept = _on_walls(inside, _evened(inside, kept))
        missing = cement - float(volumes[kept].sum())
        if abs(missing) < abs(cement - float(volumes[best].sum())):
            best = kept
        low, high = (middle, high) if missing > 0.0 else (low, middle)
        if high - low < 2:
            break
    return best


def _evened(inside: _Inside, kept: Mask) -> Mask:
    """Cells with three or more neighbours of cement or bone are cement, those with one or none are not."""
    n, (one, two) = len(kept), inside.pairs.T
    for _ in range(_EVEN):
        beside = inside.walls + np.bincount(one, kept[two], n) + np.bincount(two, kept[one], n)
        kept = np.where(kept, beside > 1.5, beside > 2.5)
    return np.asarray(kept)


def _on_walls(inside: _Inside, kept: Mask) -> Mask:
    """Cells that hang together with a wall through faces."""
    pairs = inside.pairs[kept[inside.pairs].all(axis=1)]
    n = len(kept)
    graph = coo_array((np.ones(len(pairs)), pairs.T), shape=(n, n))
    piece = connected_components(graph, directed=False)[1]
    held = np.zeros(n, dtype=np.bool_)
    held[piece[kept & (inside.walls > 0)]] = True
    return np.asarray(kept & held[piece])


def _joined(mesh: Mesh, inside: _Inside, kept: Mask, names: list[str]) -> Mesh:
    """Bone and the kept cells as one mesh; new facets carry the name of the cavity they bound."""
    chosen, n = inside.cells[kept], mesh.n_points
    used = np.unique(chosen[chosen >= n])
    number = np.arange(len(inside.points), dtype=np.int32)
    number[used] = n + np.arange(len(used), dtype=np.int32)
    cells = np.vstack([mesh.cells, number[chosen]])
    facets, behind = boundary_facets(cells)
    known = _place_of(facets, mesh.facets)
    stays = np.zeros(len(mesh.facets), dtype=np.bool_)
    stays[known[known >= 0]] = True
    fresh = np.flatnonzero(known < 0)
    label = np.array([mesh.facet_names.index(name) for name in names], dtype=np.int32)
    owner = inside.cavity[kept][behind[fresh] - mesh.n_cells]
    sets = np.concatenate([mesh.facet_set[stays], label[owner]])
    present = np.unique(sets)
    names_left = [
        name for i, name in enumerate(mesh.facet_names) if i in present or name not in names
    ]
    place = [names_left.index(name) if name in names_left else -1 for name in mesh.facet_names]
    region = np.full(len(chosen), len(mesh.region_names), dtype=np.int32)
    return Mesh(
        points=np.vstack([mesh.points, inside.points[used]]),
        cells=np.ascontiguousarray(cells),
        cell_region=np.concatenate([mesh.cell_region, region]),
        region_names=(*mesh.region_names, CEMENT),
        facets=np.ascontiguousarray(np.vstack([mesh.facets[stays], facets[fresh]])),
        facet_set=np.array(place, dtype=np.int32)[sets],
        facet_names=tuple(names_left),
    )


def _place_of(facets: Int, known: Int) -> Int:
    """Index (m,) of each triangle among ``known`` (k, 3), -1 where it is none of them."""
    rows = np.concatenate([np.sort(known, axis=1), np.sort(facets, axis=1)])
    _, key = np.unique(rows, axis=0, return_inverse=True)
    key = key.ravel()
    first = np.full(int(key.max()) + 1, -1, dtype=np.int32)
    first[key[: len(known)]] = np.arange(len(known), dtype=np.int32)
    return first[key[len(known) :]]


def _longer(bone: BoneHistory, volume: Float) -> BoneHistory:
    """History with cells of ``volume`` (k,) mm³ that are at rest and hold no mineral."""
    rest = {
        "volume": volume,
        "ratio": np.ones(len(volume)),
        "metric": np.tile(np.eye(3), (len(volume), 1, 1)),
        "axes": np.tile(np.eye(3), (len(volume), 1, 1)),
    }
    return BoneHistory(
        **{
            item.name: np.concatenate(
                [getattr(bone, item.name), rest.get(item.name, np.zeros(len(volume)))]
            )
            for item in fields(bone)
        }
    )
