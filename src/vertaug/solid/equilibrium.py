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
from vertaug.solid.material_map import Around, BoneCells, MaterialMap
from vertaug.solid.model import SolidModel, cavity_facets
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise, straight
from vertaug.solid.opening import split
from vertaug.solid.regional_average import RegionalAverage
from vertaug.solid.rig import Rig, rig_bodies, rig_chain, rig_places
from vertaug.solid.set_cement import cement_after, cement_items, cement_laws, cement_stress
from vertaug.solid.shell import FibreItem, ShellItem
from vertaug.solid.wall_contact import WallContact
from vertaug.state import State

__all__ = ["Equilibrium", "SolidStep"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class SolidStep:
    """Outcome of one step: the state it leads to, Newton's result, and the balances of force and energy.

    `state` equals the start where the step did not converge. `reaction_error` is the sum of all
    forces on the rig from outside over their size; `energy` what the step took, `drive` what drove
    the body at its end, `way` (n_nodes + k, 3) how far the nodes of mesh and rig went.
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
    rig : what surrounds the body; by default that of the state's data
    """

    def __init__(self, state: State, model: SolidModel, rig: Rig | None = None) -> None:
        self._model = model
        self._materials = MaterialMap(BoneCells(model.law), {**model.regions, **cement_laws(state)})
        self._rig = rig or model.surroundings.rig(state.rig)
        self._nodes = state.mesh.n_points
        self._average = RegionalAverage.of(
            state.reference, state.mesh.cells, state.bone.volume, state.mesh.cell_region,
            model.law.damage_length,
        )  # fmt: skip
        rigged = [*self._springs(state), *self._drives(state, 0.0)]
        cavities = list(cavity_facets(state.mesh).values())
        lists = [
            state.mesh.cells,
            state.shell.facets,
            state.fibre.facets,
            state.hinge.nodes,
            *(item.connectivity for item in cement_items(state)),
            *(item.connectivity for item in rigged),
            *cavities,
        ]
        points = np.vstack([state.mesh.points, rig_places(self._rig, state.rig)])
        bodies = rig_bodies(self._rig, state.rig, self._nodes)
        self._chain = rig_chain(self._rig, state.rig, self._nodes)
        self._walls = WallContact(points, lists, cavities, model.contact, bodies)
        self.solver = self._walls.solver
        self._known: tuple[State, _Bodies] | None = None

    def _springs(self, state: State) -> list[Item]:
        """What of the rig holds the body."""
        return self._rig.springs(state.rig, self._nodes)

    def _drives(self, state: State, load: float) -> list[Item]:
        """What of the rig drives it."""
        return self._rig.drives(state.rig, self._nodes, load)

    def _cells(self, state: State) -> SolidItem:
        """Cells with strengths and stiffnesses frozen at ``state``."""
        mesh, bone = state.mesh, state.bone
        around = Around(self._average(bone.damage), self._average(bone.opened))
        law, rows = self._materials.rows(mesh, bone, around)
        return SolidItem.start(
            mesh.points, mesh.cells, bone.volume, bone.metric, bone.ratio, law, rows,
            self._model.step_viscosity, kappa=bone.plastic, axes=bone.axes,
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
        """Go from ``state`` to equilibrium under ``cavities`` (in the mesh's order) and the rig's ``load``.

        ``before`` is what drove the body at the step's start, by default the load alone;
        ``ahead`` (n_nodes + k, 3) the motion that is expected, that of the rig's nodes last.
        """
        bodies, springs = self._bodies(state), self._springs(state)
        cement, drives = cement_items(state), self._drives(state, load)
        points = np.vstack([state.mesh.points, state.rig.points])
        walls, solver = self._walls.at(points)
        items: list[Item] = [*bodies, *cement, *springs, *drives, *cavities, *walls]
        first = before or Drive.start(len(cavities), load)
        chosen = options or self._model.newton
        going = straight if self._chain is None else self._chain.moved
        result = minimise(points, items, solver, chosen, ahead, going)
        if not result.converged:
            return SolidStep(state, result, np.inf, StepEnergy(), first, np.zeros_like(points))
        error = self._rig.reaction_error(state.rig, self._nodes, load, result.points)
        left = bodies.cells.after(result.points)
        following = self._commit(state, left, bodies, result.points)
        if state.cement is not None and cement:
            set_now = cement_after(state.cement, cement[0].after(result.points))
            following = replace(following, cement=set_now)
        viscous = viscous_forces([bodies.cells], result.points)
        drive = Drive.of(cavities, result.points, load, viscous)
        way = result.points - points
        inner: list[Item] = [*bodies, *cement, *walls]
        outer = [*springs, *self._drives(state, first.load), *first.items(cavities)]
        energy = self._energy(bodies, left, following, springs, points, result.points)
        for item in cement:
            energy += item_energy(item, points, result.points)
        energy += cavity_work(first, drive, cavities, points, result.points)
        loads = (first.load, load)
        energy += self._rig.work(state.rig, self._nodes, loads, points, result.points)
        energy += artificial_work(first.viscous, viscous, way)
        energy += lag_work(nodal_forces([*inner, *outer], points), first.viscous, way)
        touching = sum(wall.energy(result.points) - wall.energy(points) for wall in walls)
        energy += StepEnergy(contact=touching)
        return SolidStep(following, result, error, energy, drive, way)

    def _bodies(self, state: State) -> _Bodies:
        """Items of the body at the start of a step from ``state``; kept while the same state is asked for."""
        if self._known is not None and self._known[0] is state:
            return self._known[1]
        history, points = state.shell, state.mesh.points
        shell = ShellItem.start(
            points, history.facets, history.volume, history.metric, history.parameters
        )
        hinge = HingeItem(state.hinge.nodes, state.hinge.rest, state.hinge.parameters)
        bodies = _Bodies(self._cells(state), shell, FibreItem.start(points, state.fibre), hinge)
        self._known = state, bodies
        return bodies

    def _energy(
        self,
        bodies: Sequence[Item],
        left: SolidItem,
        state: State,
        springs: Sequence[Item],
        start: Float,
        end: Float,
    ) -> StepEnergy:
        """Energies of ``bodies``, the first of which is ``left`` after the step to ``state``, and of ``springs``."""
        energy = StepEnergy()
        renewed: Sequence[Item] = self._bodies(state)
        known = (left, *(None for _ in bodies[1:]))
        for item, following, ended in zip(bodies, renewed, known, strict=True):
            energy += item_energy(item, start, end, following, ended)
        for item in springs:
            energy += item_energy(item, start, end)
        return energy

    def stored(self, state: State) -> float:
        """Energy (mJ) that bone, membranes and the rig's springs hold at ``state``."""
        points = np.vstack([state.mesh.points, state.rig.points])
        items: list[Item] = [*self._bodies(state), *cement_items(state), *self._springs(state)]
        return sum(item.energy(points) for item in items)

    def shell_and_core(self, state: State) -> tuple[list[Item], list[Item]]:
        """What bears load at ``state``: membranes with their bending, and cells with cement in their pores."""
        bodies = self._bodies(state)
        return [bodies.shell, bodies.fibre, bodies.hinge], [bodies.cells, *cement_items(state)]

    def stress(self, state: State) -> Float:
        """Cauchy stress (n_cells, 3, 3) MPa at ``state`` of bone with the cement in its pores, and of cement."""
        stress = self._bodies(state).cells.history(state.mesh.points).stress
        return stress + cement_stress(state)

    def _commit(self, state: State, left: SolidItem, bodies: _Bodies, points: Float) -> State:
        """New history at converged ``points``; that of the cells is in ``left``, their item of the next step."""
        _, shell, fibre, hinge = bodies
        bone, metric = state.bone, left.metric.copy()
        cracked = split(metric, left.law, left.parameters, left.axes)
        wider = np.maximum(cracked.opening - bone.opened, 0.0)
        plastic = left.kappa + wider
        damage, grown, factor = self._materials.damaged(state.mesh, bone, plastic)
        metric[grown] = cracked.part(grown).metric(factor)
        shell_metric, shell_plastic, _ = shell.history(points)
        direction, strain = fibre.history(points)
        new_shell = replace(
            state.shell, metric=shell_metric, plastic=state.shell.plastic + shell_plastic
        )
        new_bone = replace(
            bone, ratio=left.ratio, metric=metric, plastic=plastic, damage=damage,
            opened=bone.opened + wider, axes=left.axes,
        )  # fmt: skip
        return replace(
            state,
            mesh=state.mesh.with_points(points[: self._nodes]),
            bone=new_bone,
            shell=new_shell,
            fibre=replace(state.fibre, direction=direction, strain=strain),
            hinge=replace(state.hinge, rest=hinge.history(points)),
            rig=self._rig.committed(state.rig, points[self._nodes :]),
        )
