# SPDX-License-Identifier: BSD-3-Clause
"""Steps of the solid on one mesh: from a converged state, with given cavities, to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.bending import HingeItem
from vertaug.solid.cavity import CavityItem
from vertaug.solid.cells import SolidItem
from vertaug.solid.energy_balance import (
    Drive,
    StepEnergy,
    artificial_work,
    cavity_work,
    item_energy,
    lag_work,
    nodal_forces,
    viscous_forces,
)
from vertaug.solid.item import Item
from vertaug.solid.material_map import BoneCells, MaterialMap
from vertaug.solid.model import SolidModel, cavity_facets
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise
from vertaug.solid.regional_average import RegionalAverage
from vertaug.solid.relaxation import soften
from vertaug.solid.set_cement import cement_after, cement_items, cement_laws, cement_stress
from vertaug.solid.shell import FibreItem, ShellItem
from vertaug.solid.support import AxialLoad, GroundBed, PlatenBed
from vertaug.solid.wall_contact import WallContact
from vertaug.state import State

__all__ = ["Equilibrium", "SolidStep"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class SolidStep:
    """Outcome of one step: the state it leads to, Newton's result, and the balances of force and energy.

    `state` equals the start where the step did not converge. `reaction_error` is the sum of all
    forces of the ground and the load over the load; `energy` what the step took, `drive` what drove
    the body at its end, `way` (n_nodes + 1, 3) how far nodes and platen went.
    """

    state: State
    newton: NewtonResult
    reaction_error: float
    energy: StepEnergy
    drive: Drive
    way: Float


class _Bodies(NamedTuple):
    """What the body is made of: cells, membranes, cracked cortex, and the membranes' bending."""

    cells: SolidItem
    shell: ShellItem
    fibre: FibreItem
    hinge: HingeItem


class Equilibrium:
    """All steps on one mesh: keeps the matrix pattern and the linear solver's hierarchy.

    Parameters
    ----------
    state : a state on the mesh to work on
    model : laws, surroundings, numerics
    """

    def __init__(self, state: State, model: SolidModel) -> None:
        self._model = model
        self._materials = MaterialMap(BoneCells(model.law), {**model.regions, **cement_laws(state)})
        self._platen = state.mesh.n_points
        self._average = RegionalAverage.of(
            state.reference, state.mesh.cells, state.bone.volume, state.mesh.cell_region,
            model.law.damage_length,
        )  # fmt: skip
        bed, cavities = self._supports(state, 0.0), list(cavity_facets(state.mesh).values())
        lists = [
            state.mesh.cells,
            state.shell.facets,
            state.fibre.facets,
            state.hinge.nodes,
            *(item.connectivity for item in cement_items(state)),
            *(item.connectivity for item in bed),
            *cavities,
        ]
        points = np.vstack([state.mesh.points, np.zeros(3)])
        self._walls = WallContact(points, lists, cavities, model.contact)
        self.solver = self._walls.solver

    def _supports(self, state: State, load: float) -> list[Item]:
        """Discs, lateral hold of the upper disc, and the load in N."""
        around = self._model.surroundings
        bed, ground = state.platen_bed, state.ground
        lateral = bed.stiffness * np.array([1.0, 1.0, 0.0])
        rest = bed.rest
        centre = (rest[:, :2] * bed.stiffness[:, 2:]).sum(axis=0) / bed.stiffness[:, 2].sum()
        return [
            GroundBed(ground.nodes, ground.rest, ground.stiffness),
            GroundBed(bed.nodes, rest, lateral),
            PlatenBed(bed.nodes, rest, bed.stiffness[:, 2], self._platen, around.lever),
            AxialLoad(self._platen, load, float(centre[0]), float(centre[1]), around.lever),
        ]

    def _cells(self, state: State) -> SolidItem:
        """Cells with strengths and stiffnesses frozen at ``state``."""
        mesh, bone = state.mesh, state.bone
        around = self._average(bone.damage)
        law, rows = self._materials.rows(mesh, bone, around)
        return SolidItem.start(
            mesh.points, mesh.cells, bone.volume, bone.metric, bone.ratio, law, rows,
            self._model.step_viscosity, kappa=bone.plastic,
        )  # fmt: skip

    def step(
        self,
        state: State,
        cavities: Sequence[CavityItem],
        load: float,
        options: NewtonOptions | None = None,
        before: Drive | None = None,
        ahead: Float | None = None,
    ) -> SolidStep:
        """Go from ``state`` to equilibrium under ``cavities`` (in the mesh's order) and ``load`` N.

        ``before`` is what drove the body at the step's start, by default the load alone;
        ``ahead`` (n_nodes + 1, 3) the motion that is expected, the platen's last.
        """
        bodies, cement = self._bodies(state), cement_items(state)
        supports = self._supports(state, load)
        points = np.vstack([state.mesh.points, state.platen])
        walls, solver = self._walls.at(points)
        items: list[Item] = [*bodies, *cement, *supports, *cavities, *walls]
        first = before or Drive.start(len(cavities), load)
        result = minimise(points, items, solver, options or self._model.newton, ahead)
        if not result.converged:
            return SolidStep(state, result, np.inf, StepEnergy(), first, np.zeros_like(points))
        error = _imbalance(supports, result.points, load)
        left = bodies.cells.after(result.points)
        following = self._commit(state, left, bodies, result.points)
        if state.cement is not None and cement:
            set_now = cement_after(state.cement, cement[0].after(result.points))
            following = replace(following, cement=set_now)
        viscous = viscous_forces([bodies.cells], result.points)
        drive = Drive.of(cavities, result.points, load, viscous)
        way = result.points - points
        inner: list[Item] = [*bodies, *cement, *walls]
        outer = [*self._supports(state, first.load), *first.items(cavities)]
        energy = self._energy(bodies, left, following, supports, points, result.points)
        for item in cement:
            energy += item_energy(item, points, result.points)
        energy += cavity_work(first, drive, cavities, points, result.points)
        energy += _axial_work(supports, first.load, points, result.points)
        energy += artificial_work(first.viscous, viscous, way)
        energy += lag_work(nodal_forces([*inner, *outer], points), first.viscous, way)
        touching = sum(wall.energy(result.points) - wall.energy(points) for wall in walls)
        energy += StepEnergy(contact=touching)
        return SolidStep(following, result, error, energy, drive, way)

    def _bodies(self, state: State) -> _Bodies:
        """Items of the body at the start of a step from ``state``."""
        history, points = state.shell, state.mesh.points
        shell = ShellItem.start(
            points, history.facets, history.volume, history.metric, history.parameters
        )
        hinge = HingeItem(state.hinge.nodes, state.hinge.rest, state.hinge.parameters)
        return _Bodies(self._cells(state), shell, FibreItem.start(points, state.fibre), hinge)

    def _energy(
        self,
        bodies: Sequence[Item],
        left: SolidItem,
        state: State,
        supports: Sequence[Item],
        start: Float,
        end: Float,
    ) -> StepEnergy:
        """Energies of ``bodies``, the first of which is ``left`` after the step, and discs; it led to ``state``."""
        energy = StepEnergy()
        renewed: Sequence[Item] = self._bodies(state)
        known = (left, *(None for _ in bodies[1:]))
        for item, following, ended in zip(bodies, renewed, known, strict=True):
            energy += item_energy(item, start, end, following, ended)
        for item in supports:
            if not isinstance(item, AxialLoad):
                energy += item_energy(item, start, end)
        return energy

    def stored(self, state: State) -> float:
        """Energy (mJ) that bone, membranes and discs hold at ``state``."""
        points = np.vstack([state.mesh.points, state.platen])
        discs = [i for i in self._supports(state, 0.0) if not isinstance(i, AxialLoad)]
        items: list[Item] = [*self._bodies(state), *cement_items(state), *discs]
        return sum(item.energy(points) for item in items)

    def stress(self, state: State) -> Float:
        """Cauchy stress (n_cells, 3, 3) MPa at ``state`` of bone with the cement in its pores, and of cement."""
        stress = self._cells(state).history(state.mesh.points).stress
        return stress + cement_stress(state)

    def _commit(self, state: State, left: SolidItem, bodies: _Bodies, points: Float) -> State:
        """New history at converged ``points``; that of the cells is in ``left``, their item of the next step."""
        _, shell, fibre, hinge = bodies
        metric, ratio, accumulated = left.metric.copy(), left.ratio, left.kappa
        bone = state.bone
        damage, grown, factor = self._materials.damaged(state.mesh, bone, accumulated)
        metric[grown] = soften(metric[grown], factor)
        shell_metric, shell_plastic, _ = shell.history(points)
        direction, strain = fibre.history(points)
        new_shell = replace(
            state.shell, metric=shell_metric, plastic=state.shell.plastic + shell_plastic
        )
        new_bone = replace(bone, ratio=ratio, metric=metric, plastic=accumulated, damage=damage)
        return replace(
            state,
            mesh=state.mesh.with_points(points[:-1]),
            bone=new_bone,
            shell=new_shell,
            fibre=replace(state.fibre, direction=direction, strain=strain),
            hinge=replace(state.hinge, rest=hinge.history(points)),
            platen=points[-1].copy(),
        )


def _axial_work(supports: Sequence[Item], before: float, start: Float, end: Float) -> StepEnergy:
    """Work of the platen's load, which was ``before`` N at the start of the step."""
    work = 0.0
    for item in supports:
        if isinstance(item, AxialLoad):
            mean = replace(item, force=0.5 * (before + item.force))
            work += mean.energy(start) - mean.energy(end)
    return StepEnergy(external=work)


def _imbalance(supports: Sequence[Item], points: Float, load: float) -> float:
    """Sum of the forces of ground and load over the load, or over the springs' forces without load."""
    total = np.array([0.0, 0.0, load])
    carried = 0.0
    for item in supports:
        if isinstance(item, GroundBed):
            total += item.reaction(points)
            carried += float(np.abs(item.reaction(points)).sum())
    scale = load if load > 0.0 else max(carried, 1.0)
    return float(np.linalg.norm(total)) / scale
