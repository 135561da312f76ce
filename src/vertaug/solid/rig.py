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
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh
from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.item import Item
from vertaug.solid.support import AxialLoad, GroundBed, PlatenBed, nodal_areas
from vertaug.state import RigState

__all__ = [
    "Rig",
    "SpecimenRig",
    "ground_force",
    "rig_of",
    "specimen_rig_state",
]

Float = NDArray[np.float64]
_SPECIMEN = "specimen"


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
    return RigState(_SPECIMEN, np.zeros((1, 3)), nodes, arrays)


def ground_force(data: RigState, points: Float) -> float:
    """Compressive force (N) on the ground below, from the mesh's ``points`` (n, 3)."""
    gap = points[data.nodes["ground"], 2] - data.arrays["ground_rest"][:, 2]
    return -float(data.arrays["ground_stiffness"][:, 2] @ gap)


def _imbalance(springs: Sequence[Item], load: float, points: Float) -> float:
    """Sum of the forces of ground and load over the load, or over the springs' forces without load."""
    total = np.array([0.0, 0.0, load])
    carried = 0.0
    for item in springs:
        if isinstance(item, GroundBed):
            total += item.reaction(points)
            carried += float(np.abs(item.reaction(points)).sum())
    scale = load if load > 0.0 else max(carried, 1.0)
    return float(np.linalg.norm(total)) / scale


@dataclass(frozen=True)
class SpecimenRig:
    """One vertebra between two discs: the lower one on fixed ground, the upper one under a platen.

    The platen is rigid and tilts freely; its node holds its axial position and its two tilts times
    `lever`, mm. The load is a dead compressive force, N, at the stiffness-weighted centre of the upper bed.
    """

    lever: float

    def springs(self, data: RigState, first: int) -> list[Item]:
        """Discs, and the lateral hold of the upper one."""
        rest, stiffness = data.arrays["platen_rest"], data.arrays["platen_stiffness"]
        nodes = data.nodes["platen"]
        lateral = stiffness * np.array([1.0, 1.0, 0.0])
        ground = GroundBed(
            data.nodes["ground"], data.arrays["ground_rest"], data.arrays["ground_stiffness"]
        )
        return [
            ground,
            GroundBed(nodes, rest, lateral),
            PlatenBed(nodes, rest, stiffness[:, 2], first, self.lever),
        ]

    def _load(self, data: RigState, first: int, load: float) -> AxialLoad:
        rest, axial = data.arrays["platen_rest"], data.arrays["platen_stiffness"][:, 2:]
        centre = (rest[:, :2] * axial).sum(axis=0) / data.arrays["platen_stiffness"][:, 2].sum()
        return AxialLoad(first, load, float(centre[0]), float(centre[1]), self.lever)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The load, N."""
        return [self._load(data, first, load)]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Work of the mean of the two loads."""
        mean = self._load(data, first, 0.5 * (loads[0] + loads[1]))
        return StepEnergy(external=mean.energy(start) - mean.energy(end))

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground and load over the load."""
        return _imbalance(self.springs(data, first), load, points)

    def committed(self, data: RigState, points: Float) -> RigState:
        """Beds are elastic: the platen has moved, nothing else."""
        return replace(data, points=points.copy())


def rig_of(data: RigState, lever: float) -> Rig:
    """Return the rig that the ``data`` of a state describe; ``lever`` mm scales a platen's tilts.

    Raises
    ------
    ValueError : the kind of rig is not known
    """
    if data.kind != _SPECIMEN:
        message = f'a state in the rig "{data.kind}", which is not known; known is "{_SPECIMEN}"'
        raise ValueError(message)
    return SpecimenRig(lever)
