# SPDX-License-Identifier: BSD-3-Clause
"""A segment as a rig: neighbours above and below, two discs, ligaments and facets hold the treated vertebra.

Neighbours, discs, ligaments and facets are elastic, so the rig has no history but the turns of its frame. The foot
of the lower neighbour is potted in the ground; the top of the upper one is held by a rigid frame. The load (N) is a
follower load, a cable from the frame's centre through the treated body to the foot; a constant moment (N mm) may act
on the frame besides.
`solid.segment` makes the data. Ends are numbered from the rig's first node where they are 0 or more; below, -1 - j is
entry j of ``nodes["ends"]``, a point of the mesh.
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
from vertaug.solid.disc import Disc, disc_items
from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.follower import FollowerLoad, follower_load
from vertaug.solid.frame import Frames
from vertaug.solid.gap import GapItem
from vertaug.solid.item import Item
from vertaug.solid.load import NodalLoad, frame_load
from vertaug.solid.shell import ShellItem, membrane_parameters
from vertaug.solid.support import GroundBed
from vertaug.solid.surface_tie import SurfaceTie
from vertaug.solid.tie import TieItem, rigid_tie
from vertaug.state import RigState
from vertaug_kernels import laws

__all__ = [
    "DISCS",
    "LEVER",
    "SEGMENT",
    "SegmentParts",
    "SegmentRig",
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
    """Everything in a segment but the treated vertebra."""

    bone: SolidItem
    shell: ShellItem
    discs: tuple[Disc, Disc]
    ties: tuple[SurfaceTie, ...]
    ligaments: LigamentItem
    facets: GapItem
    ground: GroundBed
    frames: Frames
    top: TieItem

    @property
    def items(self) -> list[Item]:
        """All of them, in a fixed order."""
        discs = [item for disc in self.discs for item in disc.items]
        return [
            self.bone, self.shell, *discs, *self.ties, self.ligaments, self.facets, self.ground, self.top,
        ]  # fmt: skip


def rig_positions(data: RigState, first: int) -> Float:
    """Points (first + k, 3) with the rig at rest and nothing in place of the mesh."""
    rest = data.arrays["rest"]
    return np.vstack([np.zeros((first, 3)), rest])


def _whole(values: NDArray[Any]) -> Int:
    return np.ascontiguousarray(values, dtype=np.int32)


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
    upper, lower = (_disc(data, points, first, name) for name in DISCS)
    ties = tuple(
        _tie(data, first, f"{disc}_{side}") for disc in DISCS for side in ("lower", "upper")
    )
    band: dict[str, Any] = {
        name: arrays[f"band_{name}"] for name in ("slack", "toe", "stiffness", "knee", "second")
    }
    gap = {name: arrays[f"gap_{name}"] for name in ("normal", "rest", "space", "stiffness")}
    ground = _whole(arrays["ground"] + first)
    centre, turn = (np.array([int(n) + first], dtype=np.int32) for n in arrays["frame"])
    frames = Frames(centre, turn, LEVER, arrays["frame_start"], arrays["frame_orientation"])
    still = Frames.at_rest(points, centre, turn, LEVER)
    tie = rigid_tie(points, still, 0, _whole(arrays["top"] + first), arrays["top_stiffness"])
    return SegmentParts(
        bone, shell, (upper, lower), ties,
        LigamentItem(_ends(data, first, "band_ends"), **band),
        GapItem(_ends(data, first, "gap_ends"), **gap),
        GroundBed(ground, points[ground], np.repeat(arrays["ground_stiffness"][:, None], 3, axis=1)),
        frames, replace(tie, frames=frames),
    )  # fmt: skip


class SegmentRig:
    """Neighbours around the treated vertebra; the load is a follower load, N."""

    def __init__(self) -> None:
        self._known: tuple[RigState, int, SegmentParts] | None = None

    def parts(self, data: RigState, first: int) -> SegmentParts:
        """Items by name; kept while the same ``data`` are asked for."""
        known = self._known
        if known is None or known[0] is not data or known[1] != first:
            known = self._known = (data, first, segment_parts(data, first))
        return known[2]

    def springs(self, data: RigState, first: int) -> list[Item]:
        """Neighbours, discs, ligaments, facets, ground and frame."""
        return self.parts(data, first).items

    def _cable(self, data: RigState, first: int, load: float) -> FollowerLoad:
        centre = _whole(data.arrays["frame"][:1] + first)
        foot = _whole(data.arrays["foot"] + first)
        return follower_load([centre, data.nodes["guide"], foot], load)

    def _moment(self, data: RigState, first: int) -> NodalLoad:
        x, y, z = (float(m) for m in data.arrays["moment"])
        return frame_load(self.parts(data, first).frames, 0, moment=(x, y, z))

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
        """The nodes have moved, and the frame has turned."""
        centre, turn = (np.array([int(n)], dtype=np.int32) for n in data.arrays["frame"])
        frames = Frames(
            centre, turn, LEVER, data.arrays["frame_start"], data.arrays["frame_orientation"]
        )
        now = frames.committed(points)
        turned = {"frame_start": now.start, "frame_orientation": now.orientation}
        return replace(data, points=points.copy(), arrays={**data.arrays, **turned})

    def places(self, data: RigState) -> Float:
        """Where the rig's nodes are, (k, 3) mm, for the linear solver."""
        return data.arrays["rest"]
