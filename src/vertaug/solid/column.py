# SPDX-License-Identifier: BSD-3-Clause
"""A column: rigid vertebrae, discs of cells between them, a follower load, and moments on its top.

Far from what is treated, vertebrae are rigid next to their discs: each is a frame, to which the endplate nodes of
its discs and the ends of its ligaments and facets are tied. The lowest frame is held. The follower load runs
through the frames' centres, which are the bodies'.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.between import between
from vertaug.anatomy.disc_mesh import DiscMesh
from vertaug.anatomy.facet_joints import CARD as FACET_CARD
from vertaug.anatomy.facet_joints import facet_joints
from vertaug.anatomy.spine import Spine
from vertaug.errors import InputError
from vertaug.materials.disc import SOUND, DiscTissue
from vertaug.solid.controls import LoadControl
from vertaug.solid.disc import Disc, disc_items
from vertaug.solid.follower import follower_load
from vertaug.solid.frame import Frames
from vertaug.solid.gap import GapItem, turning_gaps
from vertaug.solid.item import Item
from vertaug.solid.ligament import joined, spine_ligament
from vertaug.solid.load import frame_load
from vertaug.solid.stepping import PathOptions, follow
from vertaug.solid.tie import TieItem, rigid_tie

__all__ = ["Column", "ColumnResult", "build_column"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_LEVER = 20.0
_TIE = 1e4
"""Stiffness (N/mm) by which each node is tied to its vertebra: some hundred times a disc's share of it."""


@dataclass(frozen=True)
class ColumnResult:
    """Equilibrium: `turns` (v, 3) degrees of the vertebrae from the top down, `pressures` (v - 1,) MPa."""

    turns: Float
    pressures: Float
    points: Float

    @property
    def between(self) -> Float:
        """Rotation (v - 1, 3) in degrees of each vertebra against the one below."""
        return np.asarray(self.turns[:-1] - self.turns[1:])


@dataclass(frozen=True)
class Column:
    """A column at rest: `points` (n, 3), `items`, `frames` from the top down, and the `discs` between them."""

    points: Float
    items: tuple[Item, ...]
    frames: Frames
    discs: tuple[Disc, ...]

    def loaded(
        self, force: float, moment: tuple[float, float, float] = (0.0, 0.0, 0.0), steps: int = 4
    ) -> ColumnResult:
        """Lay on a follower load (N) first and a moment (N mm) on the top vertebra then, in equal steps each.

        Raises
        ------
        InputError : E-SOLID-052, no equilibrium under it
        """
        path = [np.array([node], dtype=np.int32) for node in self.frames.centres]

        def loads(time: float) -> Sequence[Item]:
            bent = max(time - 1.0, 0.0)
            x, y, z = (bent * m for m in moment)
            return (
                follower_load(path, force * min(time, 1.0)), frame_load(self.frames, 0, moment=(x, y, z)),
            )  # fmt: skip

        fixed = np.zeros(self.points.shape, dtype=np.bool_)
        fixed[[self.frames.centres[-1], self.frames.rotations[-1]]] = True
        size = 1.0 / steps
        run = follow(
            self.points, self.items, LoadControl(loads), [1.0, 2.0] if any(moment) else [1.0], fixed,
            PathOptions(size, size / 16.0, size),
        )  # fmt: skip
        if run.ended != "end":
            raise InputError(
                "solid", "column", f"no equilibrium: {run.limited_by}", "loads that the column bears",
                "lower force or moment", "E-SOLID-052",
            )  # fmt: skip
        turns = np.degrees(self.frames.increments(run.points))
        pressures = np.array([disc.pressure(run.points) for disc in self.discs])
        return ColumnResult(turns, pressures, run.points)


class _Nodes:
    """Collects nodes with the vertebra that each is tied to; -1 for those that are free."""

    def __init__(self) -> None:
        self.points: list[Float] = []
        self.owners: list[Int] = []
        self.count = 0

    def add(self, points: Float, owner: Int) -> int:
        """Append nodes and return the first one's number."""
        first = self.count
        self.points.append(points)
        self.owners.append(owner)
        self.count += len(points)
        return first


def build_column(spine: Spine, discs: Sequence[DiscMesh], tissue: DiscTissue = SOUND) -> Column:
    """Column of the ``spine``'s vertebrae and the meshed ``discs`` between them, in the spine's frame.

    Raises
    ------
    InputError : E-SOLID-053, not one disc fewer than vertebrae
    """
    if len(discs) != len(spine.placed) - 1:
        raise InputError(
            "solid", "column", f"{len(discs)} discs, {len(spine.placed)} vertebrae", "one disc between two vertebrae",
            "mesh a disc for each space", "E-SOLID-053",
        )  # fmt: skip
    nodes = _Nodes()
    firsts = []
    for number, disc in enumerate(discs):
        owner = np.full(len(disc.points), -1, dtype=np.int32)
        owner[np.unique(disc.upper)], owner[np.unique(disc.lower)] = number, number + 1
        firsts.append(nodes.add(disc.points, owner))
    bands, (gaps, below) = _bands(spine, nodes), _gaps(spine, nodes)
    centres = np.array([placed.place.origin for placed in spine.placed])
    bodies = len(centres)
    points = np.vstack([*nodes.points, centres, np.zeros_like(centres)])
    frames = Frames.at_rest(
        points, np.arange(nodes.count, nodes.count + bodies, dtype=np.int32),
        np.arange(nodes.count + bodies, nodes.count + 2 * bodies, dtype=np.int32), _LEVER,
    )  # fmt: skip
    made = tuple(disc_items(d, points, f, tissue) for d, f in zip(discs, firsts, strict=True))
    owner = np.concatenate(nodes.owners)
    ties: list[TieItem] = [
        rigid_tie(points, frames, k, np.flatnonzero(owner == k).astype(np.int32), _TIE)
        for k in range(bodies)
    ]
    ligaments = joined(*(spine_ligament(points, pairs, name) for name, pairs in bands))
    items = [item for disc in made for item in disc.items]
    joints = turning_gaps(gaps, frames, below)
    return Column(points, (*items, *ties, ligaments, joints), frames, made)


def _pair(nodes: _Nodes, upper: int, one: Float, two: Float) -> Int:
    """Tie places on a vertebra and on the one below; their pairs of nodes (k, 2)."""
    first = nodes.add(one, np.full(len(one), upper, dtype=np.int32))
    second = nodes.add(two, np.full(len(two), upper + 1, dtype=np.int32))
    return np.stack([first + np.arange(len(one)), second + np.arange(len(two))], axis=1).astype(
        np.int32
    )


def _bands(spine: Spine, nodes: _Nodes) -> list[tuple[str, Int]]:
    """All ligaments: name and pairs of nodes."""
    out = []
    for k, pair in enumerate(zip(spine.placed[:-1], spine.placed[1:], strict=True)):
        for name, ends in between(*pair).ligaments.items():
            out.append((name, _pair(nodes, k, *ends)))
    return out


def _gaps(spine: Spine, nodes: _Nodes) -> tuple[GapItem, Int]:
    """All facet joints, and the lower vertebra (m,) of each gap."""
    pairs, normals, stiffness = (
        [np.zeros((0, 2), dtype=np.int32)],
        [np.zeros((0, 3))],
        [np.zeros(0)],
    )
    below = [np.zeros(0, dtype=np.int32)]
    for k, (over, under) in enumerate(zip(spine.placed[:-1], spine.placed[1:], strict=True)):
        for joint in facet_joints(over, under):
            here = _pair(nodes, k, joint.points, joint.points)
            pairs.append(here)
            normals.append(np.tile(joint.normal, (len(here), 1)))
            stiffness.append(np.full(len(here), joint.stiffness / len(here)))
            below.append(np.full(len(here), k + 1, dtype=np.int32))
    space = next(p.value for p in FACET_CARD if p.symbol == "gap")
    count = sum(len(p) for p in pairs)
    gaps = GapItem(
        np.concatenate(pairs), np.concatenate(normals), np.zeros(count), np.full(count, space),
        np.concatenate(stiffness),
    )  # fmt: skip
    return gaps, np.concatenate(below)
