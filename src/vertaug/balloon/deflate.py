# SPDX-License-Identifier: BSD-3-Clause
"""Deflation: the balloons let go of the bone, which springs back under the axial load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vertaug.balloon.inflate import BalloonRecord
from vertaug.balloon.wall import BalloonWall
from vertaug.errors import NotConvergedError
from vertaug.solid.cavity import CavityItem, Derivatives, pressure_energy
from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, cavity_facets
from vertaug.solid.newton import TIGHT
from vertaug.solid.remeshing import RemeshRule, needs_remesh, remeshed
from vertaug.state import State

__all__ = ["DeflationResult", "deflate"]

_SMALLEST = 1.0 / 256.0


@dataclass(frozen=True)
class DeflationResult:
    """Final state, records of every step, steps taken, the force balance at the end.

    `energies` has one entry a step, `energy` is their balance, gone on with from the one given.
    """

    state: State
    records: tuple[BalloonRecord, ...]
    steps: int
    newton_iterations: int
    reaction_error: float
    energies: tuple[StepEnergy, ...]
    energy: EnergyBalance


def _fading(wall: BalloonWall, share: float) -> Callable[[float], Derivatives]:
    """Energy of a wall whose tension has fallen to ``share`` of its own."""

    def energy(area: float) -> Derivatives:
        value, slope, curve = wall.energy(area)
        return share * value, share * slope, share * curve

    return energy


def _items(
    state: State, pressures: Mapping[str, float], walls: Mapping[str, BalloonWall], share: float
) -> list[CavityItem]:
    """Cavities with pressure and wall tension at ``share`` of what they were."""
    return [
        CavityItem(facets, pressure_energy(share * pressures[name]), _fading(walls[name], share))
        for name, facets in cavity_facets(state.mesh).items()
    ]


def deflate(
    state: State,
    model: SolidModel,
    pressures: Mapping[str, float],
    walls: Mapping[str, BalloonWall],
    steps: int,
    remesh: RemeshRule,
    progress: Callable[[int, float, tuple[BalloonRecord, ...], State], None],
    energy: EnergyBalance | None = None,
) -> DeflationResult:
    """Take pressures (MPa, by cavity) and wall tensions down to nothing in about ``steps`` steps.

    ``progress`` is called with the step, the share of the pressure left, the records and the state;
    ``energy`` is the balance of the run so far.

    Raises
    ------
    NotConvergedError : a step fails at the smallest size
    """
    load = model.surroundings.axial_load
    equilibrium = Equilibrium(state, model)
    full = _items(state, pressures, walls, 1.0)
    drive = Drive.of(full, state.mesh.points, load)
    balance, energies = energy or EnergyBalance(), list[StepEnergy]()
    records: list[BalloonRecord] = []
    share, decrement, count, newton, error = 1.0, 1.0 / steps, 0, 0, 0.0
    while share > 0.0:
        target = share - decrement if share - decrement > 1e-12 else 0.0
        items = _items(state, pressures, walls, target)
        options = TIGHT if target == 0.0 else None
        result = equilibrium.step(state, items, load, options, drive)
        newton += result.newton.iterations
        if not result.newton.converged:
            decrement *= 0.5
            if decrement < _SMALLEST:
                stage = "deflate"
                raise NotConvergedError(stage, count, result.newton.reason)
            continue
        state, share, error, count = result.state, target, result.reaction_error, count + 1
        drive, balance = result.drive, balance.plus(result.energy)
        energies.append(result.energy)
        new = tuple(
            BalloonRecord(
                count, name, item.volume(state.mesh.points), share * pressures[name], 0.0, ""
            )
            for name, item in zip(pressures, items, strict=True)
        )
        records.extend(new)
        progress(count, share, new, state)
        if share > 0.0 and needs_remesh(state.mesh, remesh):
            before = equilibrium.stored(state)
            state = remeshed(state, remesh)
            equilibrium = Equilibrium(state, model)
            balance = balance.transferred(equilibrium.stored(state) - before)
    settled = equilibrium.step(state, _items(state, pressures, walls, 0.0), load, TIGHT, drive)
    if not settled.newton.converged:
        raise NotConvergedError("deflate", count, f"{settled.newton.reason} while settling")
    newton += settled.newton.iterations
    energies.append(settled.energy)
    return DeflationResult(
        settled.state, tuple(records), count, newton, max(error, settled.reaction_error),
        tuple(energies), balance.plus(settled.energy),
    )  # fmt: skip
