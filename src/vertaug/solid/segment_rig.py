# SPDX-License-Identifier: BSD-3-Clause
"""A segment as a rig: neighbours above and below, two discs, ligaments and facets hold the treated vertebra.

Neighbours, discs, ligaments and facets are elastic, so the rig has no history but the turns of its frames. The foot
of the lower neighbour is potted in the ground; the top of the upper one is held by a rigid frame. In a column both
are rigid ends to which further discs join, with rigid vertebrae between them, the lowest of which is held. The load
(N) is a follower load, a cable from the uppermost frame's centre through the bodies to what is held; moments (N mm)
may act on that frame besides. `solid.segment` and `solid.segment_column` make the data. Ends are numbered from the
rig's first node where they are 0 or more; below, -1 - j is entry j of ``nodes["ends"]``, a point of the mesh.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.disc_mesh import DiscMesh
from vertaug.materials.disc import DEGENERATED, SOUND
from vertaug.solid.axial import LigamentItem
from vertaug.solid.cells import SolidItem
from vertaug.solid.chain import Chain
from vertaug.solid.disc import Disc, disc_items
from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.follower import FollowerLoad, follower_load
from vertaug.solid.frame import Frames
from vertaug.solid.gap import GapItem, turning_gaps
from vertaug.solid.item import Item
from vertaug.solid.linear import RigidBodies
from vertaug.solid.load import NodalLoad, frame_load
from vertaug.solid.rig import MACHINE
from vertaug.solid.shell import ShellItem, membrane_parameters
from vertaug.solid.support import GroundBed
from vertaug.solid.surface_tie import SurfaceTie
from vertaug.solid.tie import ElasticLaw, TieItem
from vertaug.state import RigState
from vertaug_kernels import laws

__all__ = [
    "DISCS",
    "LEVER",
    "SEGMENT",
    "SegmentParts",
    "SegmentRig",
    "foot_nodes",
    "rig_positions",
    "segment_parts",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

SEGMENT = "segment"
DISCS = ("upper", "lower")
"""The disc above the treated vertebra and the one below it."""
LEVER = 20.0
"""Length (mm) by which the frame's turns are multiplied."""
_MESH_PARTS = ("cells", "ring", "lower", "upper", "nucleus", "diagonals", "family", "cell")
_TIE_PARTS = ("face_weights", "weights", "distance", "area")
_STRONG = 1e9


@dataclass(frozen=True)
class SegmentParts:
    """Everything in a segment but the treated vertebra.

    Gaps of joints over a body that is held are `facets`, those whose normals turn with a frame are `turning`.
    """

    bone: SolidItem
    shell: ShellItem
    discs: tuple[Disc, ...]
    ties: tuple[SurfaceTie, ...]
    ligaments: LigamentItem
    facets: GapItem
    turning: TieItem
    ground: GroundBed
    frames: Frames
    rigid: TieItem
    unturned: GroundBed

    @property
    def items(self) -> list[Item]:
        """All of them, in a fixed order."""
        discs = [item for disc in self.discs for item in disc.items]
        some: list[GapItem | TieItem | GroundBed] = [self.facets, self.turning, self.unturned]
        return [
            self.bone, self.shell, *discs, *self.ties, self.ligaments, self.ground, self.rigid,
            *(item for item in some if len(item.nodes)),
        ]  # fmt: skip

    def facet_forces(self, points: Float) -> tuple[Int, Float]:
        """Upper node (m,) of each gap of a facet joint, and the compressive force (m,) in it, N."""
        turning = np.linalg.norm(self.turning.law.respond(self.turning.gaps(points))[1], axis=1)
        nodes = np.concatenate([self.facets.nodes[:, 0], self.turning.nodes[:, 0]])
        return nodes, np.concatenate([self.facets.forces(points), turning])


def foot_nodes(data: RigState) -> Int:
    """Centre and turn of the frame of the lower neighbour's foot, from the rig's first node; none on the ground."""
    return _whole(data.arrays["frame"][data.arrays["foot"].astype(int)].ravel())


def rig_positions(data: RigState, first: int) -> Float:
    """Points (first + k, 3) with the rig at rest and nothing in place of the mesh."""
    rest = data.arrays["rest"]
    return np.vstack([np.zeros((first, 3)), rest])


def _whole(values: NDArray[Any]) -> Int:
    return np.ascontiguousarray(values, dtype=np.int32)


def _guides(data: RigState, first: int, side: str) -> list[Int]:
    """Groups of nodes that guide the cable on one side of the treated body, from the top down."""
    nodes, group = _whole(data.arrays[f"cable_{side}"] + first), data.arrays[f"group_{side}"]
    return [nodes[group == number] for number in np.unique(group)]


def _ends(data: RigState, first: int, name: str) -> Int:
    """Pairs of nodes (m, 2) of what is named."""
    pairs = _whole(data.arrays[name])
    mesh = data.nodes["ends"]
    inner = np.where(pairs < 0, 0, pairs) + first
    outer = mesh[np.where(pairs < 0, -1 - pairs, 0)] if len(mesh) else inner
    return _whole(np.where(pairs < 0, outer, inner))


def _disc(data: RigState, points: Float, first: int, name: str) -> Disc:
    arrays = data.arrays
    at, worn = (int(x) for x in arrays[f"disc_{name}_place"])
    parts = {part: _whole(arrays[f"disc_{name}_{part}"]) for part in _MESH_PARTS}
    mesh = DiscMesh(points=points, **parts)
    return disc_items(mesh, points, first + at, DEGENERATED if worn else SOUND)


def _tie(data: RigState, first: int, name: str) -> SurfaceTie:
    arrays = data.arrays
    triangles = f"tie_{name}_triangles"
    if triangles in data.nodes:
        corners = _whole(data.nodes[triangles].reshape(-1, 3))
    else:
        corners = _whole(arrays[triangles] + first)
    parts: Mapping[str, Float] = {part: arrays[f"tie_{name}_{part}"] for part in _TIE_PARTS}
    return SurfaceTie(
        faces=_whole(arrays[f"tie_{name}_faces"] + first), triangles=corners,
        face_weights=parts["face_weights"], weights=parts["weights"], distance=parts["distance"],
        area=parts["area"],
    )  # fmt: skip


def segment_parts(data: RigState, first: int) -> SegmentParts:
    """Items of the ``data``, whose nodes begin at ``first``."""
    arrays, points = data.arrays, rig_positions(data, first)
    cells = _whole(arrays["bone_cells"] + first)
    bone = SolidItem.at_rest(points, cells, laws.HENCKY, arrays["bone_rows"], averaged=False)
    facets = _whole(arrays["shell_facets"] + first)
    modulus = arrays["shell_modulus"]
    shell = ShellItem.start(
        points, facets, arrays["shell_volume"], np.tile(np.eye(2), (len(facets), 1, 1)),
        membrane_parameters(modulus, 0.3, np.full_like(modulus, _STRONG)),
    )  # fmt: skip
    names = (*DISCS, *(f"more_{k}" for k in range(len(arrays["more_above"]))))
    discs = tuple(_disc(data, points, first, name) for name in names)
    ties = tuple(
        _tie(data, first, f"{disc}_{side}") for disc in DISCS for side in ("lower", "upper")
    )
    band: dict[str, Any] = {
        name: arrays[f"band_{name}"] for name in ("slack", "toe", "stiffness", "knee", "second")
    }
    ground, unturned = (_whole(arrays[name] + first) for name in ("ground", "unturned"))
    frames = _frames(data, first)
    on = _whole(arrays["gap_frame"])
    return SegmentParts(
        bone, shell, discs, ties,
        LigamentItem(_ends(data, first, "band_ends"), **band),
        _gaps(data, first, on < 0), turning_gaps(_gaps(data, first, on >= 0), frames, on[on >= 0]),
        GroundBed(ground, points[ground], np.repeat(arrays["ground_stiffness"][:, None], 3, axis=1)),
        frames, _rigid(data, points, frames, first),
        GroundBed(unturned, points[unturned], np.full((len(unturned), 3), MACHINE)),
    )  # fmt: skip


def _gaps(data: RigState, first: int, chosen: NDArray[np.bool_]) -> GapItem:
    """Gaps of facet joints that are ``chosen``, (m,)."""
    arrays = data.arrays
    parts = {
        part: arrays[f"gap_{part}"][chosen] for part in ("normal", "rest", "space", "stiffness")
    }
    return GapItem(_ends(data, first, "gap_ends")[chosen], **parts)


def _frames(data: RigState, first: int) -> Frames:
    """All frames as they stand."""
    centres, turns = _whole(data.arrays["frame"] + first).T
    return Frames(
        np.ascontiguousarray(centres), np.ascontiguousarray(turns), LEVER, data.arrays["frame_start"],
        data.arrays["frame_orientation"],
    )  # fmt: skip


def _rigid(data: RigState, points: Float, frames: Frames, first: int) -> TieItem:
    """Nodes that move with their frames, where they belong at rest."""
    nodes, frame = _whole(data.arrays["tied"] + first), _whole(data.arrays["tied_to"])
    arms = points[nodes] - points[frames.centres[frame]]
    stiffness = np.repeat(data.arrays["tied_stiffness"][:, None], 3, axis=1)
    return TieItem(
        frames, frame, nodes[:, None], np.ones((len(nodes), 1)), arms, ElasticLaw(stiffness)
    )


class _Known:
    """The parts of the data that were asked for last."""

    def __init__(self) -> None:
        self._last: tuple[RigState, int, SegmentParts] | None = None

    def parts(self, data: RigState, first: int) -> SegmentParts:
        last = self._last
        if last is None or last[0] is not data or last[1] != first:
            last = self._last = (data, first, segment_parts(data, first))
        return last[2]


class SegmentRig:
    """Neighbours around the treated vertebra; the load is a follower load, N.

    The ``moment`` on the frame, N mm about the axes of space, bends it forwards and to the left, and turns it left.
    """

    def __init__(
        self, moment: tuple[float, float, float] = (0.0, 0.0, 0.0), known: _Known | None = None
    ) -> None:
        self.moment = moment
        self._known = known or _Known()

    def under(self, forwards: float, left: float, torque: float) -> SegmentRig:
        """Return the same rig under other moments."""
        return SegmentRig((forwards, left, torque), self._known)

    def parts(self, data: RigState, first: int) -> SegmentParts:
        """Items by name; kept while the same ``data`` are asked for."""
        return self._known.parts(data, first)

    def springs(self, data: RigState, first: int) -> list[Item]:
        """Neighbours, discs, ligaments, facets, ground and frame."""
        return self.parts(data, first).items

    def _cable(self, data: RigState, first: int, load: float) -> FollowerLoad:
        above, below = (_guides(data, first, name) for name in ("above", "below"))
        return follower_load([*above, data.nodes["guide"], *below], load)

    def _moment(self, data: RigState, first: int) -> NodalLoad:
        uppermost = int(data.arrays["uppermost"][0])
        return frame_load(self.parts(data, first).frames, uppermost, moment=self.moment)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The cable of ``load`` N, and the moment on the frame."""
        return [self._cable(data, first, load), self._moment(data, first)]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Work of the mean of the two loads, and of the moment."""
        cable, moment = (
            self._cable(data, first, 0.5 * (loads[0] + loads[1])),
            self._moment(data, first),
        )
        lost = (item.energy(start) - item.energy(end) for item in (cable, moment))
        return StepEnergy(external=sum(lost))

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Force of the ground, which a cable that ends on the foot does not need, over the load."""
        ground = self.parts(data, first).ground.reaction(points)
        return float(np.linalg.norm(ground)) / max(load, 1.0)

    def committed(self, data: RigState, points: Float) -> RigState:
        """The nodes have moved, and the frames have turned."""
        now = _frames(data, 0).committed(points)
        turned = {"frame_start": now.start, "frame_orientation": now.orientation}
        return replace(data, points=points.copy(), arrays={**data.arrays, **turned})

    def places(self, data: RigState) -> Float:
        """Where the rig's nodes are, (k, 3) mm, for the linear solver."""
        return data.arrays["rest"]

    def bodies(self, data: RigState, first: int) -> RigidBodies:
        """Rigid bodies among the nodes from ``first`` on, for the linear solver."""
        frames = _frames(data, first)
        return RigidBodies(frames.centres, frames.rotations, frames.lever)

    def chain(self, data: RigState, first: int) -> Chain | None:
        """Vertebrae one on the other, from the top down; the treated one's are the ``first`` nodes."""
        upper, lower, share = data.arrays["chain"].T
        own = np.full(first, data.arrays["treated"][0])
        above, below = (_whole(np.concatenate([own, values])) for values in (upper, lower))
        return Chain(above, below, np.concatenate([np.ones(first), share]))
