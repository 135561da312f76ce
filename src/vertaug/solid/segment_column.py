# SPDX-License-Identifier: BSD-3-Clause
"""Puts a segment into a column: rigid vertebrae above and below its neighbours, and what joins them.

Far from what is treated, vertebrae are rigid next to their discs: each is a frame, to which the endplate nodes of
its discs and the ends of its ligaments and facets are tied. The outer endplates of the segment's neighbours are rigid
too. The lowest vertebra is held; the cable runs through the middles of all bodies.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.anatomy.between import between
from vertaug.anatomy.disc_mesh import Plate, mesh_disc
from vertaug.anatomy.facet_joints import CARD as FACET_CARD
from vertaug.anatomy.spine import Placed, Spine
from vertaug.errors import InputError
from vertaug.mesh import Mesh
from vertaug.solid.ligament import joined, spine_ligament
from vertaug.solid.segment import (
    ENDS,
    NO_PLACE,
    SegmentOptions,
    around,
    between_bodies,
    disc_arrays,
    frames_at_rest,
    meshed,
    one_body,
)
from vertaug.state import RigState

__all__ = ["in_column"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]

_TIE = 2e3
"""Stiffness (N/mm) by which each node is tied to its vertebra: some hundred times a disc's share of it.

Five times as much gives the same to 1 % and doubles the iterations of the linear solver.
"""
_HELD = 1e6
"""Stiffness (N/mm) by which the lowest vertebra is held."""
_BAND = ("slack", "toe", "stiffness", "knee", "second")


class _Column:
    """Collects nodes behind those of a segment, with what ties them to frames."""

    def __init__(
        self, segment: RigState, spine: Spine, treated: int, options: SegmentOptions
    ) -> None:
        self.data, self.spine, self.treated, self.options = segment, spine, treated, options
        self.points = [segment.arrays["rest"]]
        self.count = len(segment.arrays["rest"])
        links = segment.arrays["chain"].copy()
        links[links[:, 0] >= 0.0, :2] += treated - 1
        self.links = [links]
        self.tied: list[tuple[Int, int, Float]] = []
        self.frames: list[list[int]] = [[int(n) for n in segment.arrays["frame"][0]]]
        self.of: dict[int, int] = {treated - 1: 0}
        """Frame by number of vertebra; of the segment's neighbours, those of their outer endplates."""
        self.centres: list[Float] = []
        self.meshes: dict[int, Mesh] = {}
        self.arrays: dict[str, NDArray[Any]] = dict(segment.arrays)
        shell = np.unique(segment.arrays["shell_facets"].astype(int))
        self.shell = shell, cKDTree(segment.arrays["rest"][shell])

    def add(self, points: Float, links: Float, frame: int | None = None) -> Int:
        """Append nodes, ``links`` in the chain, tied to a frame where one is given; returns their numbers."""
        nodes = np.arange(self.count, self.count + len(points))
        self.points.append(points)
        self.links.append(links)
        self.count += len(points)
        if frame is not None:
            self.tied.append((nodes, frame, np.full(len(nodes), _TIE)))
        return nodes

    def add_frame(self, vertebra: int, centre: Float) -> None:
        """Append the frame of a vertebra."""
        links = np.vstack([one_body(vertebra, 1), one_body(NO_PLACE, 1)])
        nodes = self.add(np.vstack([centre, np.zeros(3)]), links)
        self.of[vertebra] = len(self.frames)
        self.frames.append([int(n) for n in nodes])

    def elastic(self, vertebra: int) -> bool:
        """Whether the vertebra is one of the segment's own."""
        return abs(vertebra - self.treated) <= 1

    def plate(self, vertebra: int, superior: bool) -> Plate:
        """Endplate of a vertebra, in the spine's frame."""
        if vertebra not in self.meshes:
            self.meshes[vertebra] = meshed(self.spine.placed[vertebra], self.options.size)
        mesh = self.meshes[vertebra]
        return Plate(mesh.points, mesh.facets[mesh.facets_of(ENDS[0 if superior else 1])])

    def ends(self, vertebra: int, places: Float) -> Int:
        """Nodes at ``places`` (k, 3) on a vertebra."""
        if not self.elastic(vertebra):
            return self.add(places, one_body(vertebra, len(places)), self.of[vertebra])
        nodes, tree = self.shell
        return np.asarray(nodes[tree.query(places)[1]])

    def disc(self, name: str, above: int) -> None:
        """Mesh the disc below the vertebra ``above`` and tie its faces to both frames."""
        mesh = mesh_disc(self.plate(above + 1, True), self.plate(above, False), self.options.disc)
        nodes = self.add(mesh.points, between_bodies(above, mesh))
        for face, vertebra in ((mesh.lower, above + 1), (mesh.upper, above)):
            held = np.unique(face)
            self.tied.append((nodes[held], self.of[vertebra], np.full(len(held), _TIE)))
        worn = self.options.degenerated[0]
        self.arrays |= disc_arrays(name, mesh)
        self.arrays[f"disc_{name}_place"] = np.array([nodes[0], float(worn)])

    def join(self, above: int) -> None:
        """Ligaments and facets between the vertebra ``above`` and the next one."""
        found = between(self.spine.placed[above], self.spine.placed[above + 1])
        pairs = [(name, self._pair(above, *ends)) for name, ends in found.ligaments.items()]
        gaps = [(self._pair(above, joint.points, joint.points), joint) for joint in found.joints]
        points = np.vstack(self.points)
        bands = joined(
            *(spine_ligament(points, made.astype(np.int32), name) for name, made in pairs)
        )
        self._append("band_ends", bands.nodes)
        for key in _BAND:
            self._append(f"band_{key}", getattr(bands, key))
        space = next(p.value for p in FACET_CARD if p.symbol == "gap")
        for made, joint in gaps:
            count, apart = len(made), points[made[:, 0]] - points[made[:, 1]]
            self._append("gap_ends", made)
            self._append("gap_normal", np.tile(joint.normal, (count, 1)))
            self._append("gap_stiffness", np.full(count, joint.stiffness / count))
            self._append("gap_rest", apart @ joint.normal)
            self._append("gap_space", np.full(count, space))
            self._append("gap_frame", np.full(count, float(self.of[above + 1])))

    def _pair(self, above: int, one: Float, two: Float) -> Int:
        return np.stack([self.ends(above, one), self.ends(above + 1, two)], axis=1)

    def _append(self, key: str, more: NDArray[Any]) -> None:
        self.arrays[key] = np.concatenate([self.arrays[key], more])

    def foot(self) -> None:
        """Give the lower neighbour's foot a frame in place of the ground."""
        nodes, stiffness = self.arrays["ground"].astype(int), self.arrays["ground_stiffness"]
        places = np.vstack(self.points)[nodes]
        self.add_frame(self.treated + 1, np.average(places, axis=0, weights=stiffness))
        self.tied.append((nodes, self.of[self.treated + 1], stiffness))
        self.arrays["foot"] = np.array([self.of[self.treated + 1]])
        on = self.arrays["gap_frame"]
        self.arrays["gap_frame"] = np.where(on < 0.0, self.of[self.treated + 1], on)

    def middle(self, vertebra: int) -> Int:
        """Nodes of the cable's guide at a vertebra: its frame's centre, or places around a neighbour's body."""
        if not self.elastic(vertebra):
            return np.array(self.frames[self.of[vertebra]][:1])
        return np.unique(self.ends(vertebra, around(self.spine.placed[vertebra])))


def _body(placed: Placed) -> Float:
    """Middle of a vertebra's body, in the spine's frame."""
    return np.asarray(around(placed).mean(axis=0))


def in_column(
    segment: RigState, spine: Spine, treated: int, first: int, options: SegmentOptions
) -> RigState:
    """Return the data of a ``segment`` within a column.

    Parameters
    ----------
    segment : of `segment_state`, around vertebra number ``treated`` of the spine and in the same frame
    spine : all vertebrae of the column, from the top down
    first : number of the uppermost vertebra among all of a spine, to name what is read
    options : those of the segment

    Raises
    ------
    InputError : E-SOLID-054, the segment does not lie within the spine, or the spine is no longer than it
    """
    last = len(spine.placed) - 1
    if not 1 <= treated < last or last == 2:
        raise InputError(
            "solid", "column", f"{last + 1} vertebrae, number {treated} treated", "a segment and one vertebra more",
            "lengthen the column", "E-SOLID-054",
        )  # fmt: skip
    column = _Column(segment, spine, treated, options)
    above, below = range(treated - 2, -1, -1), range(treated + 2, last + 1)
    if below:
        column.foot()
    for vertebra in (*above, *below):
        column.add_frame(vertebra, _body(spine.placed[vertebra]))
    spaces = [*above, *(vertebra - 1 for vertebra in below)]
    for number, space in enumerate(spaces):
        column.disc(f"more_{number}", space)
        column.join(space)
    arrays = column.arrays
    upper = [column.middle(v) for v in range(treated)] if above else None
    lower = [column.middle(v) for v in range(treated + 1, last + 1)] if below else None
    for side, groups in (("above", upper), ("below", lower)):
        if groups is not None:
            arrays[f"cable_{side}"] = np.concatenate(groups)
            arrays[f"group_{side}"] = np.repeat(np.arange(len(groups)), [len(g) for g in groups])
    if below:
        held = column.frames[column.of[last]]
        arrays |= {"ground": np.array(held[:1]), "unturned": np.array(held[1:])}
        arrays["ground_stiffness"] = np.full(1, _HELD)
    tied = [(arrays["tied"], 0, arrays["tied_stiffness"]), *column.tied]
    arrays["tied"] = np.concatenate([nodes for nodes, _, _ in tied])
    arrays["tied_to"] = np.repeat(
        [frame for _, frame, _ in tied], [len(nodes) for nodes, _, _ in tied]
    )
    arrays["tied_stiffness"] = np.concatenate([stiffness for _, _, stiffness in tied])
    rest = np.vstack(column.points)
    arrays |= frames_at_rest(column.frames) | {"rest": rest}
    arrays["uppermost"] = np.array([column.of[0]])
    arrays |= {"chain": np.vstack(column.links), "treated": np.array([treated])}
    arrays["more_above"] = first + np.array(spaces)
    arrays = {name: np.ascontiguousarray(a, dtype=np.float64) for name, a in arrays.items()}
    return replace(segment, points=rest.copy(), arrays=arrays)
