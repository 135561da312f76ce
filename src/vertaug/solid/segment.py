# SPDX-License-Identifier: BSD-3-Clause
"""Builds the data of a `SegmentRig`: meshes neighbours and discs around a treated vertebra and joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.anatomy.between import between
from vertaug.anatomy.disc_mesh import DiscMesh, DiscSize, Plate, disc_frame, mesh_disc
from vertaug.anatomy.facet_joints import CARD as FACET_CARD
from vertaug.anatomy.facet_joints import facet_joints
from vertaug.anatomy.naming import name_facets
from vertaug.anatomy.spine import Placed, Spine
from vertaug.errors import InputError
from vertaug.materials.bone import BoneLaw
from vertaug.materials.card import Parameter
from vertaug.materials.hencky import Hencky
from vertaug.mesh import Mesh
from vertaug.mesh.generate import MeshSize, generate_mesh
from vertaug.solid.ligament import spine_ligament
from vertaug.solid.segment_rig import DISCS, SEGMENT
from vertaug.solid.support import nodal_areas
from vertaug.solid.surface_tie import SurfaceTie, tie_surfaces
from vertaug.state import RigState

__all__ = [
    "CARD",
    "NO_PLACE",
    "SegmentOptions",
    "around",
    "between_bodies",
    "disc_arrays",
    "frames_at_rest",
    "meshed",
    "one_body",
    "segment_state",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

CARD = (
    Parameter("k_g", 1e3, "N/mm³", 1e2, 1e5, "stiffness of the potting of both ends", "next to rigid", "assumed"),
)  # fmt: skip
ENDS = ("endplate_superior", "endplate_inferior")
_GUIDES = 6
NO_PLACE = -1
"""Body of nodes that are turns."""


@dataclass(frozen=True)
class SegmentOptions:
    """How neighbours and discs are made.

    `size` mm of the neighbours' cells, `disc` divisions, `degenerated` discs (upper, lower), `cortex` and
    `endplate` thickness (mm) and modulus (MPa) of the neighbours, `poisson` of their bone.
    """

    size: float = 5.0
    disc: DiscSize = field(default_factory=DiscSize)
    degenerated: tuple[bool, bool] = (False, False)
    cortex: tuple[float, float] = (0.35, 4000.0)
    endplate: tuple[float, float] = (0.4, 1000.0)
    poisson: float = 0.2


@dataclass(frozen=True)
class _Bone:
    """A neighbour's mesh in the spine's frame; its nodes begin at `first` among the rig's."""

    placed: Placed
    mesh: Mesh
    first: int

    def plate(self, superior: bool) -> Plate:
        return Plate(
            self.mesh.points, self.mesh.facets[self.mesh.facets_of(ENDS[0 if superior else 1])]
        )


class _Ends:
    """Places on bones as ends: nodes of the rig, or points of the treated mesh in a list of their own."""

    def __init__(self, treated: Mesh, upper: _Bone, lower: _Bone) -> None:
        self.mesh_points: list[int] = []
        surface = np.unique(treated.facets)
        self._treated = surface, cKDTree(treated.points[surface])
        self._bones = []
        for bone in (upper, lower):
            nodes = np.unique(bone.mesh.facets)
            self._bones.append((nodes + bone.first, cKDTree(bone.mesh.points[nodes])))

    def at(self, which: int, places: Float) -> list[int]:
        """Ends nearest to ``places`` (k, 3) on the upper bone (0), the treated one (1), the lower one (2)."""
        if which == 1:
            nodes, tree = self._treated
            out = []
            for node in nodes[tree.query(places)[1]]:
                self.mesh_points.append(int(node))
                out.append(-len(self.mesh_points))
            return out
        nodes, tree = self._bones[0 if which == 0 else 1]
        return [int(n) for n in nodes[tree.query(places)[1]]]


def segment_state(
    treated: Mesh, spine: Spine, law: BoneLaw, options: SegmentOptions | None = None
) -> RigState:
    """Data of a segment around the ``treated`` mesh, which lies in the spine's frame.

    ``spine`` has three vertebrae, the treated one in the middle; ``law`` gives neighbours their stiffness.

    Raises
    ------
    InputError : E-SOLID-051, not three vertebrae; the discs do not fit
    """
    if len(spine.placed) != 3:
        raise InputError(
            "solid", "segment", f"{len(spine.placed)} vertebrae", "three, the treated one in the middle",
            "take the neighbours above and below", "E-SOLID-051",
        )  # fmt: skip
    options = options or SegmentOptions()
    upper = _Bone(spine.placed[0], meshed(spine.placed[0], options.size), 0)
    lower = _Bone(spine.placed[2], meshed(spine.placed[2], options.size), upper.mesh.n_points)
    own = [Plate(treated.points, treated.facets[treated.facets_of(name)]) for name in ENDS]
    spaces = {"upper": (own[0], upper.plate(False)), "lower": (lower.plate(True), own[1])}
    discs = {name: mesh_disc(*spaces[name], options.disc) for name in DISCS}
    points = [upper.mesh.points, lower.mesh.points, *(discs[name].points for name in DISCS)]
    count = sum(len(part) for part in points)
    top = upper.plate(True)
    top_nodes, top_area = nodal_areas(top.points, top.facets)
    centre = np.average(top.points[top_nodes], axis=0, weights=top_area)
    rest = np.vstack([*points, centre, np.zeros(3)])
    arrays: dict[str, NDArray[Any]] = {"rest": rest} | frames_at_rest([[count, count + 1]])
    arrays |= {
        "tied": top_nodes, "tied_to": np.zeros(len(top_nodes)), "tied_stiffness": CARD[0].value * top_area,
    }  # fmt: skip
    foot = lower.plate(False)
    nodes, area = nodal_areas(foot.points, foot.facets)
    arrays |= {"ground": nodes + lower.first, "ground_stiffness": CARD[0].value * area}
    arrays |= {"top": top_nodes, "bottom": nodes + lower.first, "unturned": np.zeros(0)}
    middle = np.average(foot.points[nodes], axis=0, weights=area)
    near = nodes[np.linalg.norm(foot.points[nodes] - middle, axis=1).argsort()[:_GUIDES]]
    arrays |= {"cable_above": np.array([count]), "group_above": np.zeros(1)}
    arrays |= {"cable_below": near + lower.first, "group_below": np.zeros(len(near))}
    arrays |= {"uppermost": np.zeros(1), "more_above": np.zeros(0), "foot": np.zeros(0)}
    arrays |= _bones((upper, lower), law, options)
    outer: dict[str, Int] = {"guide": _guides(treated, spine.placed[1])}
    first = lower.first + lower.mesh.n_points
    links = [one_body(0, upper.mesh.n_points), one_body(2, lower.mesh.n_points)]
    links += [between_bodies(number, discs[name]) for number, name in enumerate(DISCS)]
    links += [one_body(0, 1), one_body(NO_PLACE, 1)]
    arrays |= {"chain": np.vstack(links), "treated": np.ones(1)}
    for name in DISCS:
        more, mesh_nodes = _disc(
            name, discs[name], first, treated, spaces[name], rest, (upper, lower)
        )
        arrays |= more
        arrays[f"disc_{name}_place"] = np.array([first, options.degenerated[DISCS.index(name)]])
        outer |= mesh_nodes
        first += len(discs[name].points)
    ends = _Ends(treated, upper, lower)
    arrays |= _ligaments(spine, ends, treated, rest) | _facets(spine, ends, treated, rest)
    outer["ends"] = np.array(ends.mesh_points, dtype=np.int32)
    return RigState(
        SEGMENT,
        rest.copy(),
        outer,
        {name: np.ascontiguousarray(a, dtype=np.float64) for name, a in arrays.items()},
    )


def one_body(body: int, count: int) -> Float:
    """Rows (``count``, 3) of a chain for nodes of one ``body``."""
    return np.tile([float(body), float(body), 1.0], (count, 1))


def between_bodies(upper: int, disc: DiscMesh) -> Float:
    """Rows (n, 3) of a chain for the nodes of a disc below the body ``upper``: they go with the nearer one more."""
    above, below = (
        np.asarray(cKDTree(disc.points[np.unique(face)]).query(disc.points)[0])
        for face in (disc.upper, disc.lower)
    )
    share = below / (above + below)
    rows = np.stack([np.full(len(share), upper), np.full(len(share), upper + 1), share], axis=1)
    rows[share == 1.0, 1] = upper
    rows[share == 0.0] = [upper + 1, upper + 1, 1.0]
    return rows


def frames_at_rest(nodes: Sequence[Sequence[int]]) -> dict[str, NDArray[Any]]:
    """Data of frames that have not turned, with ``nodes`` (centre, turn) each."""
    unit = np.tile([1.0, 0.0, 0.0, 0.0], (len(nodes), 1))
    return {
        "frame": np.array(nodes, dtype=np.float64), "frame_start": np.zeros((len(nodes), 3)),
        "frame_orientation": unit,
    }  # fmt: skip


def meshed(placed: Placed, size: float) -> Mesh:
    """Coarse mesh of a neighbour with named facets, in the spine's frame."""
    bone = placed.vertebra
    mesh = generate_mesh(bone.distance, {}, MeshSize(bulk=size, cavity=size, far=size))
    mesh = name_facets(mesh, bone)
    return mesh.with_points(placed.place.to_source(mesh.points))


def _bones(
    bones: tuple[_Bone, _Bone], law: BoneLaw, options: SegmentOptions
) -> dict[str, NDArray[Any]]:
    """Cells and membranes of both neighbours."""
    cells, rows, facets, volume, modulus = [], [], [], [], []
    unit = Hencky(1.0, options.poisson).row()
    for bone in bones:
        mesh, placed = bone.mesh, bone.placed
        density = placed.vertebra.density(placed.place.to_vertebral(mesh.centroids()))
        cells.append(mesh.cells + bone.first)
        rows.append(
            np.concatenate(
                [unit[None, :2].repeat(mesh.n_cells, 0), law.modulus(density)[:, None] * unit[2:]],
                axis=1,
            )
        )
        corner = mesh.points[mesh.facets]
        area = 0.5 * np.linalg.norm(
            np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
        )
        plate = np.isin(mesh.facet_set, [mesh.facet_names.index(name) for name in ENDS])
        facets.append(mesh.facets + bone.first)
        volume.append(area * np.where(plate, options.endplate[0], options.cortex[0]))
        modulus.append(np.where(plate, options.endplate[1], options.cortex[1]))
    return {
        "bone_cells": np.concatenate(cells), "bone_rows": np.concatenate(rows),
        "shell_facets": np.concatenate(facets), "shell_volume": np.concatenate(volume),
        "shell_modulus": np.concatenate(modulus),
    }  # fmt: skip


def _disc(
    name: str,
    disc: DiscMesh,
    first: int,
    treated: Mesh,
    plates: tuple[Plate, Plate],
    rest: Float,
    bones: tuple[_Bone, _Bone],
) -> tuple[dict[str, NDArray[Any]], dict[str, Int]]:
    """A disc's mesh and its two ties; the triangles of one are the treated mesh's."""
    arrays = disc_arrays(name, disc)
    nodes: dict[str, Int] = {}
    axis = disc_frame(*plates).axes[2]
    # one set of points: the rig's, then the treated mesh's
    every = np.vstack([rest, treated.points])
    bone = bones[0] if name == "upper" else bones[1]
    for side, plate, way in (("lower", plates[0], -axis), ("upper", plates[1], axis)):
        own = (name == "upper") == (side == "lower")
        shift = len(rest) if own else bone.first
        tie = tie_surfaces(
            every, getattr(disc, side) + np.int32(first), plate.facets + np.int32(shift), way
        )
        key = f"tie_{name}_{side}"
        arrays |= _tie_arrays(key, tie)
        if own:
            nodes[f"{key}_triangles"] = (tie.triangles - len(rest)).ravel().astype(np.int32)
        else:
            arrays[f"{key}_triangles"] = tie.triangles
    return arrays, nodes


def disc_arrays(name: str, disc: DiscMesh) -> dict[str, NDArray[Any]]:
    """Data of a disc's mesh but its points."""
    parts = ("cells", "ring", "lower", "upper", "nucleus", "diagonals", "family", "cell")
    return {f"disc_{name}_{part}": getattr(disc, part) for part in parts}


def _tie_arrays(key: str, tie: SurfaceTie) -> dict[str, NDArray[Any]]:
    return {
        f"{key}_faces": tie.faces, f"{key}_face_weights": tie.face_weights, f"{key}_weights": tie.weights,
        f"{key}_distance": tie.distance, f"{key}_area": tie.area,
    }  # fmt: skip


def _guides(treated: Mesh, placed: Placed) -> Int:
    """Points of the treated mesh around the body at mid-height, whose mean is near its centre."""
    surface = np.unique(treated.facets)
    found = cKDTree(treated.points[surface]).query(around(placed))[1]
    return np.unique(surface[found]).astype(np.int32)


def around(placed: Placed) -> Float:
    """Places (k, 3) around a body at mid-height, in the spine's frame."""
    marks = placed.vertebra.landmarks
    angle = np.linspace(0.0, 2.0 * np.pi, _GUIDES, endpoint=False)
    middle = 0.5 * (marks.anterior_wall + marks.posterior_wall)
    across, along = 0.5 * marks.width * np.cos(angle), 0.5 * marks.depth * np.sin(angle)
    local = np.stack([across, middle + along, 0.0 * angle], axis=1)
    return placed.place.to_source(local)


def _ligaments(spine: Spine, ends: _Ends, treated: Mesh, rest: Float) -> dict[str, NDArray[Any]]:
    """Bands of all ligaments across both discs."""
    pairs: list[list[int]] = []
    bands: list[Mapping[str, Float]] = []
    for at in (0, 1):
        places = between(spine.placed[at], spine.placed[at + 1]).ligaments
        for name, (one, two) in places.items():
            here = np.stack([ends.at(at, one), ends.at(at + 1, two)], axis=1)
            made = _band(here, ends, treated, rest, name)
            pairs += here.tolist()
            bands.append(made)
    out = {f"band_{key}": np.concatenate([band[key] for band in bands]) for key in bands[0]}
    return {"band_ends": np.array(pairs, dtype=np.float64), **out}


def _band(pairs: Int, ends: _Ends, treated: Mesh, rest: Float, name: str) -> Mapping[str, Float]:
    """Constants of one ligament's bands, whose lengths are those between the nodes they end at."""
    places = _positions(pairs, ends, treated, rest)
    points = places.reshape(-1, 3)
    nodes = np.arange(len(points), dtype=np.int32).reshape(-1, 2)
    made = spine_ligament(points, nodes, name)
    return {
        "slack": made.slack, "toe": made.toe, "stiffness": made.stiffness, "knee": made.knee,
        "second": made.second,
    }  # fmt: skip


def _positions(pairs: Int, ends: _Ends, treated: Mesh, rest: Float) -> Float:
    """Where pairs of ends are, (m, 2, 3)."""
    own = treated.points[np.array([*ends.mesh_points, 0])]
    inside = pairs < 0
    return np.where(
        inside[..., None], own[np.where(inside, -1 - pairs, 0)], rest[np.where(inside, 0, pairs)]
    )


def _facets(spine: Spine, ends: _Ends, treated: Mesh, rest: Float) -> dict[str, NDArray[Any]]:
    """Gaps of all facet joints."""
    space = next(p.value for p in FACET_CARD if p.symbol == "gap")
    pairs: list[list[int]] = []
    normals: list[Float] = []
    stiffness: list[float] = []
    frame: list[float] = []
    for at in (0, 1):
        for joint in facet_joints(spine.placed[at], spine.placed[at + 1]):
            here = np.stack([ends.at(at, joint.points), ends.at(at + 1, joint.points)], axis=1)
            pairs += here.tolist()
            normals += [joint.normal] * len(here)
            stiffness += [joint.stiffness / len(here)] * len(here)
            # normals turn with the upper neighbour; the lower one stands on the ground
            frame += [0.0 if at == 0 else -1.0] * len(here)
    found = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    normal = np.array(normals).reshape(-1, 3)
    places = _positions(found, ends, treated, rest)
    return {
        "gap_ends": found, "gap_normal": normal, "gap_stiffness": np.array(stiffness),
        "gap_rest": ((places[:, 0] - places[:, 1]) * normal).sum(axis=1), "gap_space": np.full(len(found), space),
        "gap_frame": np.array(frame),
    }  # fmt: skip
