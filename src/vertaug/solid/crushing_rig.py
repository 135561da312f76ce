# SPDX-License-Identifier: BSD-3-Clause
"""A testing machine that pushes on one point of what lies on top of a body, and tilts forwards and backwards with it.

On top is the platen of a specimen, or the potted top of a segment's upper neighbour. In a column the machine also
grips the lower neighbour's foot, so that what lies below bears nothing of its push and what lies above rides along.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.solid import rotation
from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.frame import Frames
from vertaug.solid.item import Contribution, Item
from vertaug.solid.linear import RigidBodies
from vertaug.solid.platen import SHIFTS, TURNS, turn_of
from vertaug.solid.rig import MACHINE, Rig, SpecimenRig, imbalance, mean_work, platen_guide
from vertaug.solid.segment_rig import SEGMENT, SegmentRig, foot_nodes
from vertaug.solid.support import GroundBed
from vertaug.state import RigState

__all__ = [
    "Crusher",
    "CrushingRig",
    "FrameDrive",
    "MachineDrive",
    "PointDrive",
    "SegmentCrushingRig",
    "crusher",
]

Float = NDArray[np.float64]


class MachineDrive(ABC):
    """Drives a point by its height, or loads it; `position` mm or None, `load` N in place of that."""

    position: float | None
    load: float

    @property
    @abstractmethod
    def nodes(self) -> tuple[int, int]:
        """The two nodes with the six unknowns."""

    @abstractmethod
    def _rise(self, points: Float) -> tuple[float, Float, Float]:
        """Height of the point, mm, with its derivatives (6,) and (6, 6) by the unknowns."""

    @abstractmethod
    def _held(self, points: Float) -> Float:
        """Distances (6,) mm from where the machine holds the unknowns; NaN for those that are free."""

    @property
    def connectivity(self) -> NDArray[np.int32]:
        """The two nodes, (1, 2)."""
        return np.array([self.nodes], dtype=np.int32)

    def height(self, points: Float) -> float:
        """Height of the point, mm."""
        return self._rise(points)[0]

    def push(self, points: Float) -> float:
        """Compressive force at the point, N."""
        if self.position is None:
            return self.load
        return MACHINE * (self.height(points) - self.position)

    def force(self, points: Float) -> Float:
        """Gradient (6,) of the energy, N."""
        held = MACHINE * np.nan_to_num(self._held(points))
        return np.asarray(self.push(points) * self._rise(points)[1] + held)

    def energy(self, points: Float) -> float:
        """Energy of the machine, mJ."""
        aside = 0.5 * MACHINE * float((np.nan_to_num(self._held(points)) ** 2).sum())
        if self.position is None:
            return aside + self.load * self.height(points)
        return aside + 0.5 * self.push(points) ** 2 / MACHINE

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, force (1, 2, 3) and stiffness (1, 6, 6)."""
        forces = self.force(points).reshape(1, 2, 3)
        if not with_matrix:
            return Contribution(self.energy(points), forces, None)
        _, slope, curve = self._rise(points)
        matrix = self.push(points) * curve + np.diag(
            np.where(np.isnan(self._held(points)), 0.0, MACHINE)
        )
        if self.position is not None:
            matrix += MACHINE * np.outer(slope, slope)
        return Contribution(self.energy(points), forces, matrix[None])


@dataclass(frozen=True)
class PointDrive(MachineDrive):
    """Drives the platen's point at `y` mm (forwards is negative) to `position` mm, or loads it with `load` N.

    `platen` is the first of its nodes and `lever` as in `solid.support`. Its tilt to the side is held at
    `aside` (times the lever, mm), its tilt forwards is free.
    """

    platen: int
    y: float
    lever: float
    position: float | None
    load: float = 0.0
    aside: float = 0.0

    @property
    def nodes(self) -> tuple[int, int]:
        """The platen's two nodes."""
        return self.platen, self.platen + 1

    def _rise(self, points: Float) -> tuple[float, Float, Float]:
        turn = turn_of(points[self.platen : self.platen + 2], self.lever)
        return turn.rise(np.array([0.0, self.y, 0.0]))

    def _held(self, points: Float) -> Float:
        held = np.full(6, np.nan)
        held[2] = points[self.platen, 2] - self.aside
        return held


@dataclass(frozen=True)
class FrameDrive(MachineDrive):
    """Drives a point of the first of the `frames`, at `arm` (3,) mm in its axes, to `position` mm, or loads it.

    The frame's centre is held at `place` (x, y) mm, its turns to the side and about the axis (times the lever) at
    `aside`; its turn forwards is free.
    """

    frames: Frames
    arm: Float
    place: tuple[float, float]
    aside: tuple[float, float]
    position: float | None
    load: float = 0.0

    @property
    def nodes(self) -> tuple[int, int]:
        """Centre and rotation of the frame."""
        return int(self.frames.centres[0]), int(self.frames.rotations[0])

    def _rise(self, points: Float) -> tuple[float, Float, Float]:
        centre, turned = self.nodes
        six = np.zeros(6)
        six[list(SHIFTS)] = points[centre]
        six[list(TURNS)] = points[turned] - self.frames.start[0]
        start = rotation.matrix(self.frames.orientation)[0]
        turn = turn_of(six.reshape(2, 3), self.frames.lever)
        height, slope, curve = turn.rise(start @ self.arm)
        order = [*SHIFTS, *TURNS]
        return height, slope[order], curve[np.ix_(order, order)]

    def _held(self, points: Float) -> Float:
        centre, turned = self.nodes
        held = np.full(6, np.nan)
        held[:2] = points[centre, :2] - self.place
        held[4:] = points[turned, 1:] - self.aside
        return held


class Crusher(Rig, Protocol):
    """A rig that crushes a body: its load is the height of the machine's point, mm, or, let go, a force, N."""

    @property
    def idle(self) -> float:
        """Force (N) with which the machine pushes before it crushes, and after."""
        ...

    def drive(self, data: RigState, first: int, load: float) -> MachineDrive:
        """The machine at a ``load``, in a rig the first of whose nodes is ``first``."""
        ...

    def let_go(self) -> Crusher:
        """Return the same rig with the machine loaded by a force."""
        ...


@dataclass(frozen=True)
class CrushingRig:
    """What holds a body in the `SpecimenRig`, pushed at a point of the platen by a machine.

    The point lies at `y` mm. The platen neither slides nor tilts to the side: it is held in its `place`, its tilt
    to the side, displacements across and torsion (rotations times the lever, mm). The load is the
    point's height in mm where it is `driven`, else a compressive force in N. At rest it pushes with `idle` N.
    """

    lever: float
    y: float
    place: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    driven: bool = True
    idle: float = 0.0

    def drive(self, data: RigState, first: int, load: float) -> PointDrive:
        """The machine at a ``load``, on the platen the first of whose nodes is ``first``."""
        if self.driven:
            return PointDrive(first, self.y, self.lever, load, aside=self.place[0])
        return PointDrive(first, self.y, self.lever, None, load, self.place[0])

    def let_go(self) -> CrushingRig:
        """Return the same rig with the machine loaded by a force."""
        return replace(self, driven=False)

    def _guide(self, first: int) -> GroundBed:
        return platen_guide(first, self.place[1:])

    def springs(self, data: RigState, first: int) -> list[Item]:
        """The discs."""
        return SpecimenRig(self.lever).springs(data, first)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The machine, and what keeps the platen from sliding."""
        return [self.drive(data, first, load), self._guide(first)]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Mean force and moments of the machine on the way of the platen."""
        return _machine_work(self, data, first, loads, start, end)

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground and machine over the ground's forces."""
        across = self._guide(first).reaction(points)
        outside = np.array([across[0], across[1], self.drive(data, first, load).push(points)])
        return imbalance(self.springs(data, first), outside, points)

    def committed(self, data: RigState, points: Float) -> RigState:
        """The platen has moved, nothing else."""
        return replace(data, points=points.copy())


def _machine_work(
    rig: Crusher, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
) -> StepEnergy:
    """Mean force and moments of the machine on the way of its unknowns."""
    before, after = (rig.drive(data, first, load) for load in loads)
    nodes = list(before.nodes)
    return mean_work((before.force(start), after.force(end)), (end[nodes] - start[nodes]).ravel())


@dataclass(frozen=True)
class SegmentCrushingRig:
    """A `segment` under its follower load of `cable` N, pushed at a point of its upper neighbour's potted top.

    The point lies `y` mm behind the top's middle. The top neither slides nor turns but forwards and backwards: the
    `place` (x, y) of its middle and its other turns, `aside`, are held. So is the lower neighbour's foot where it
    does not stand on the ground, in a column: its centre and its turns at `foot` (2, 3), both mm. The load is the
    point's height in mm where it is `driven`, else a compressive force in N.
    """

    segment: SegmentRig
    cable: float
    y: float
    place: tuple[float, float]
    aside: tuple[float, float]
    foot: Float | None = None
    driven: bool = True
    idle: float = 0.0

    def drive(self, data: RigState, first: int, load: float) -> FrameDrive:
        """The machine at a ``load``."""
        frames, arm = self.segment.parts(data, first).frames, np.array([0.0, self.y, 0.0])
        if self.driven:
            return FrameDrive(frames, arm, self.place, self.aside, load)
        return FrameDrive(frames, arm, self.place, self.aside, None, load)

    def let_go(self) -> SegmentCrushingRig:
        """Return the same rig with the machine loaded by a force."""
        return replace(self, driven=False)

    def springs(self, data: RigState, first: int) -> list[Item]:
        """The segment."""
        return self.segment.springs(data, first)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The cable, the machine, and its grip on the foot where there is one."""
        cable = self.segment.drives(data, first, self.cable)
        return [*cable, self.drive(data, first, load), *self._grip(data, first)]

    def _grip(self, data: RigState, first: int) -> list[GroundBed]:
        """What holds the foot in a column."""
        if self.foot is None:
            return []
        nodes = (foot_nodes(data) + first).astype(np.int32)
        return [GroundBed(nodes, self.foot, np.full((2, 3), MACHINE))]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """That of the cable, and mean force and moments of the machine on the ways of top and foot."""
        cable = self.segment.work(data, first, (self.cable, self.cable), start, end)
        held = (grip.energy(start) - grip.energy(end) for grip in self._grip(data, first))
        machine = _machine_work(self, data, first, loads, start, end)
        return cable + machine + StepEnergy(external=sum(held))

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground and machine over the ground's forces."""
        outside = self.drive(data, first, load).force(points)[:3]
        for grip in self._grip(data, first):
            # of its second node's unknowns, which are turns, the reactions are moments
            outside = outside + grip.stiffness[0] * (points[grip.nodes[0]] - grip.rest[0])
        ground = self.segment.parts(data, first).ground
        return imbalance([ground], outside, points)

    def committed(self, data: RigState, points: Float) -> RigState:
        """That of the segment."""
        return self.segment.committed(data, points)

    def places(self, data: RigState) -> Float:
        """Where the rig's nodes are, (k, 3) mm, for the linear solver."""
        return self.segment.places(data)

    def bodies(self, data: RigState, first: int) -> RigidBodies:
        """Rigid bodies of the segment."""
        return self.segment.bodies(data, first)


def crusher(data: RigState, own: Rig, lever: float, y: float, axial: float) -> Crusher:
    """Return the rig that crushes a body at rest in its ``own`` rig, whose ``data`` are given, under ``axial`` N.

    The machine's point lies at ``y`` mm of a specimen's platen (of scale ``lever`` mm), or ``y`` mm behind the
    middle of a segment's top. In a column top and foot are those of the neighbours.
    """
    if data.kind == SEGMENT and isinstance(own, SegmentRig):
        centre, turn = (data.points[int(node)] for node in data.arrays["frame"][0])
        place, aside = (float(centre[0]), float(centre[1])), (float(turn[1]), float(turn[2]))
        nodes = foot_nodes(data)
        return SegmentCrushingRig(
            own, axial, y, place, aside, data.points[nodes] if len(nodes) else None
        )
    tilt, slid = data.points[0], data.points[1]
    held = (float(tilt[2]), float(slid[0]), float(slid[1]), float(slid[2]))
    return CrushingRig(lever, y, held, idle=axial)
