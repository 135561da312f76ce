# SPDX-License-Identifier: BSD-3-Clause
"""What surrounds a body: a rig has nodes of its own, holds the body and is driven by one number.

The rig's unknowns stand as nodes behind those of the mesh; its data travel with the state
(`RigState`), what it makes of them is a `Rig`. A step asks a rig for the items that hold the body and store
energy, for those that drive it, for the work of the drive, for the error of its reactions, and for its
data after the step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh
from vertaug.solid.chain import Chain
from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.item import Item
from vertaug.solid.linear import RigidBodies
from vertaug.solid.support import AxialLoad, GroundBed, PlatenDisc, nodal_areas
from vertaug.state import RigState

__all__ = [
    "MACHINE",
    "ChainedRig",
    "LoadedRig",
    "PlacedRig",
    "Rig",
    "SpecimenRig",
    "ground_force",
    "imbalance",
    "mean_work",
    "platen_guide",
    "rig_bodies",
    "rig_chain",
    "rig_of",
    "rig_places",
    "specimen_rig_state",
]

Float = NDArray[np.float64]
_SPECIMEN = "specimen"
MACHINE = 1e6
"""Stiffness of a machine's frame, N/mm: next to any vertebra's it is rigid."""


class Rig(Protocol):
    """What surrounds a body. ``first`` is the index of the rig's first node, ``load`` what drives it.

    A load is in N where a force is given, in mm where a displacement is; the rig says which.
    """

    def springs(self, data: RigState, first: int) -> list[Item]:
        """Items that hold the body and store energy; always as many, on the same nodes."""
        ...

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """Items by which the ``load`` acts; always as many, on the same nodes."""
        ...

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Work of the drive from ``start`` to ``end`` (n_nodes, 3) while it goes between two ``loads``."""
        ...

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Sum of all forces on the rig from outside over their size, at ``points`` (n_nodes, 3)."""
        ...

    def committed(self, data: RigState, points: Float) -> RigState:
        """Data after a step that ended with the rig's nodes at ``points`` (k, 3)."""
        ...


class LoadedRig(Rig, Protocol):
    """A rig whose load is an axial force, N, and which bears moments that last beside it."""

    def under(self, forwards: float, left: float, torque: float) -> LoadedRig:
        """Return the same rig under moments, N mm, that bend it forwards and to the left and turn it to the left."""
        ...


@runtime_checkable
class PlacedRig(Rig, Protocol):
    """A rig whose nodes are places in space, as those of neighbours are."""

    def places(self, data: RigState) -> Float:
        """Where the rig's nodes are, (k, 3) mm; zero for unknowns that are no places."""
        ...

    def bodies(self, data: RigState, first: int) -> RigidBodies | None:
        """Rigid bodies among the nodes from ``first`` on, where there are any."""
        ...


@runtime_checkable
class ChainedRig(Rig, Protocol):
    """A rig in which bodies stand one on the other, and none but the lowest is held in space."""

    def chain(self, data: RigState, first: int) -> Chain | None:
        """Bodies of the nodes of a mesh of ``first`` nodes and of the rig's; None where they do not turn."""
        ...


def rig_chain(rig: Rig, data: RigState, first: int) -> Chain | None:
    """Bodies that turn as Newton's iteration goes, where a rig has such."""
    return rig.chain(data, first) if isinstance(rig, ChainedRig) else None


def rig_places(rig: Rig, data: RigState) -> Float:
    """Places (k, 3) mm of a rig's nodes for the linear solver; zeros where its nodes are no places."""
    return rig.places(data) if isinstance(rig, PlacedRig) else np.zeros_like(data.points)


def rig_bodies(rig: Rig, data: RigState, first: int) -> RigidBodies | None:
    """Rigid bodies among a rig's nodes, the first of which is ``first``, for the linear solver."""
    return rig.bodies(data, first) if isinstance(rig, PlacedRig) else None


def specimen_rig_state(mesh: Mesh, names: tuple[str, str], axial: float, shear: float) -> RigState:
    """Beds on the facets ``names`` (upper, lower), `axial` and `shear` N/mm³, and a platen at rest."""
    nodes, arrays = {}, {}
    for bed, name in zip(("platen", "ground"), names, strict=True):
        nodes[bed], area = nodal_areas(mesh.points, mesh.facets[mesh.facets_of(name)])
        stiffness = np.zeros((len(area), 3))
        stiffness[:, :2] = area[:, None] * shear
        stiffness[:, 2] = area * axial
        arrays[f"{bed}_rest"] = mesh.points[nodes[bed]]
        arrays[f"{bed}_stiffness"] = stiffness
    return RigState(_SPECIMEN, np.zeros((2, 3)), nodes, arrays)


def ground_force(data: RigState, points: Float) -> float:
    """Compressive force (N) on the ground below, from the mesh's ``points`` (n, 3)."""
    gap = points[data.nodes["ground"], 2] - data.arrays["ground_rest"][:, 2]
    return -float(data.arrays["ground_stiffness"][:, 2] @ gap)


def platen_guide(first: int, place: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> GroundBed:
    """What keeps a platen, the first of whose nodes is ``first``, from sliding and turning.

    ``place`` are the displacements across and the torsion times the lever, mm, at which it is held.
    """
    node = np.array([first + 1], dtype=np.int32)
    return GroundBed(node, np.array([place]), np.full((1, 3), MACHINE))


def mean_work(forces: tuple[Float, Float], way: Float) -> StepEnergy:
    """Work of the mean of two ``forces`` (k,), against the ``way`` (k,) of the unknowns that they push down."""
    return StepEnergy(external=-0.5 * float((forces[0] + forces[1]) @ way))


def imbalance(springs: Sequence[Item], outside: Float, points: Float, load: float = 0.0) -> float:
    """Sum of the forces of ground and ``outside`` (3,) over the ``load``, or over the ground's forces without one."""
    total = outside.copy()
    carried = 0.0
    for item in springs:
        if isinstance(item, GroundBed):
            total += item.reaction(points)
            carried += float(np.abs(item.reaction(points)).sum())
    return float(np.linalg.norm(total)) / (load if load > 0.0 else max(carried, 1.0))


@dataclass(frozen=True)
class SpecimenRig:
    """One vertebra between two discs: the lower one on fixed ground, the upper one under a platen.

    The platen is rigid and tilts freely, as under a ball joint. Its first node holds its axial position and its two
    tilts times `lever`, mm, the second its places across and its torsion times the lever. It slides freely,
    unless it is `guided`: then the joint is held in the frame of a machine. The load is a dead compressive
    force, N, at the stiffness-weighted centre of the upper bed. Beside it the moments `forwards` and `left`, N mm,
    bend the platen to the front and to the left.
    """

    lever: float
    guided: bool = False
    forwards: float = 0.0
    left: float = 0.0

    def under(self, forwards: float, left: float, torque: float) -> SpecimenRig:
        """Return the same rig under other moments.

        Raises
        ------
        ValueError : a torque, which discs without facets do not bear
        """
        if torque != 0.0:
            message = f"a torque of {torque:g} N mm on a specimen, which has no facets to bear it"
            raise ValueError(message)
        return replace(self, forwards=forwards, left=left)

    def springs(self, data: RigState, first: int) -> list[Item]:
        """The two discs."""
        ground, platen = (
            (data.nodes[bed], data.arrays[f"{bed}_rest"], data.arrays[f"{bed}_stiffness"])
            for bed in ("ground", "platen")
        )
        return [GroundBed(*ground), PlatenDisc(*platen, first, self.lever)]

    def _load(self, data: RigState, first: int, load: float) -> AxialLoad:
        rest, axial = data.arrays["platen_rest"], data.arrays["platen_stiffness"][:, 2:]
        centre = (rest[:, :2] * axial).sum(axis=0) / data.arrays["platen_stiffness"][:, 2].sum()
        x, y = float(centre[0]), float(centre[1])
        return AxialLoad(first, load, x, y, self.lever, self.forwards, self.left)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The load, N, and what guides the platen."""
        guide = [platen_guide(first)] if self.guided else []
        return [self._load(data, first, load), *guide]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Work of the mean of the two loads."""
        mean = self._load(data, first, 0.5 * (loads[0] + loads[1]))
        return StepEnergy(external=mean.energy(start) - mean.energy(end))

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground, load and guide over the load."""
        across = platen_guide(first).reaction(points)[:2] if self.guided else np.zeros(2)
        return imbalance(self.springs(data, first), np.array([*across, load]), points, load)

    def committed(self, data: RigState, points: Float) -> RigState:
        """Beds are elastic: the platen has moved, nothing else."""
        return replace(data, points=points.copy())


def rig_of(
    data: RigState, lever: float, *, guided: bool = False, forwards: float = 0.0, left: float = 0.0
) -> LoadedRig:
    """Return the rig that the ``data`` of a state describe; ``lever`` mm scales a platen's tilts.

    A platen slides unless it is ``guided``; the moments ``forwards`` and ``left`` (N mm) bend it.

    Raises
    ------
    ValueError : the kind of rig is not known
    """
    if data.kind != _SPECIMEN:
        message = f'a state in the rig "{data.kind}", which is not known; known is "{_SPECIMEN}"'
        raise ValueError(message)
    return SpecimenRig(lever, guided, forwards, left)
