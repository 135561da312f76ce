# SPDX-License-Identifier: BSD-3-Clause
"""Rigs around a body: their items, work, balance of forces, and what they keep."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.outcomes.crush_test import potted
from vertaug.procedure.archive import pack_state, unpack_state
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.energy_balance import Drive, EnergyBalance
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.machine import MachineRig
from vertaug.solid.model import cavity_facets, first_state
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.platen import turn_of
from vertaug.solid.rig import SpecimenRig, ground_force, rig_of

pytestmark = pytest.mark.usefixtures("one_thread")

LEVER = 15.0
TIGHT = NewtonOptions(tolerance=1e-10, max_iterations=60)


def empty(state):
    return [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(state.mesh).values()]


def test_the_rig_is_that_of_the_data(loaded):
    _, state = loaded
    assert rig_of(state.rig, LEVER) == SpecimenRig(LEVER)
    with pytest.raises(ValueError, match="hammock"):
        rig_of(replace(state.rig, kind="hammock"), LEVER)


def test_data_are_stored_bit_by_bit(loaded):
    _, state = loaded
    again = unpack_state(*pack_state(state)).rig
    assert again.kind == state.rig.kind
    assert np.array_equal(again.points, state.rig.points)
    for part in ("nodes", "arrays"):
        old, new = getattr(state.rig, part), getattr(again, part)
        assert list(old) == list(new)
        assert all(np.array_equal(old[name], new[name]) for name in old)


def test_new_numbers_reach_every_node(loaded):
    _, state = loaded
    moved = state.rig.renumbered(lambda nodes: nodes + 7)
    assert {name: (moved.nodes[name] - nodes).tolist() for name, nodes in state.rig.nodes.items()} == {
        name: [7] * len(nodes) for name, nodes in state.rig.nodes.items()
    }  # fmt: skip
    assert moved.arrays is state.rig.arrays


@pytest.mark.parametrize(
    "rig", [SpecimenRig(LEVER), MachineRig(LEVER), MachineRig(LEVER, driven=False)]
)
def test_items_are_always_as_many_on_the_same_nodes(loaded, rig):
    """The matrix pattern is laid for the whole run from the first of them."""
    _, state = loaded
    first = state.mesh.n_points

    def nodes(load):
        items = [*rig.springs(state.rig, first), *rig.drives(state.rig, first, load)]
        return [item.connectivity.tolist() for item in items]

    assert nodes(0.0) == nodes(37.0)


def stepped(model, state, rig, loads):
    """Go through ``loads``; the balance of energy, the largest error of the reactions, and the end."""
    equilibrium, balance, error = Equilibrium(state, model, rig), EnergyBalance(), 0.0
    drive = Drive.start(len(cavity_facets(state.mesh)), loads[0])
    for load in loads[1:]:
        step = equilibrium.step(state, empty(state), load, TIGHT, drive)
        assert step.newton.converged, step.newton.reason
        state, drive, balance = step.state, step.drive, balance.plus(step.energy)
        error = max(error, step.reaction_error)
    return state, balance, error


@pytest.mark.parametrize("steps", [6, 12])
def test_a_driven_platen_does_the_work_that_the_body_takes(loaded, steps):
    """Its forces balance, and the balance of energy closes the better the finer the steps."""
    model, before = potted(loaded[0]), loaded[1]
    mesh = before.mesh
    n, m = mesh.n_cells, len(mesh.facets)
    state = first_state(mesh, model, np.full(n, 90.0), np.zeros(n), np.zeros(m))
    positions = -0.6 * np.linspace(0.0, 1.0, steps + 1)
    end, balance, error = stepped(model, state, MachineRig(LEVER), positions)
    assert end.rig.points[0, 0] == pytest.approx(positions[-1], abs=1e-3)
    np.testing.assert_allclose(end.rig.points[0, 1:], 0.0, atol=1e-3)
    assert error < 1e-6
    assert ground_force(end.rig, end.mesh.points) > 500.0
    assert balance.total.external > 0.0
    assert balance.relative_error < {6: 0.015, 12: 0.005}[steps]


def test_a_loaded_platen_stands_under_its_load(loaded):
    model, state = loaded
    end, _, error = stepped(model, state, MachineRig(LEVER, driven=False), [110.0, 110.0, 60.0])
    assert ground_force(end.rig, end.mesh.points) == pytest.approx(60.0, rel=1e-6)
    assert error < 1e-6


@pytest.mark.parametrize("guided", [False, True])
def test_a_platen_that_slides_takes_no_force_across(loaded, guided):
    """The discs' shear springs hang on it: without a guide it goes where they carry nothing together."""
    model, before = loaded
    mesh = before.mesh
    n, m = mesh.n_cells, len(mesh.facets)
    model = replace(model, surroundings=replace(model.surroundings, guided=guided))
    leaning = 80.0 + 5.0 * mesh.centroids()[:, 0]  # bone that gives way on one side
    state = first_state(mesh, model, leaning, np.zeros(n), np.zeros(m))
    step = Equilibrium(state, model).step(state, empty(state), 30.0, TIGHT)
    assert step.newton.converged, step.newton.reason
    assert step.reaction_error < 1e-6
    first = mesh.n_points
    _, disc = model.surroundings.rig(state.rig).springs(step.state.rig, first)
    turn = turn_of(step.state.rig.points, LEVER).matrix
    across = (turn @ (disc.stiffness * disc.stretch(step.newton.points)).sum(axis=0))[:2]
    slid = np.abs(step.state.rig.points[1, :2]).max()
    if guided:
        assert np.linalg.norm(across) > 1e-3
        assert slid < 1e-5
    else:
        np.testing.assert_allclose(across, 0.0, atol=1e-7)
        assert slid > 1e-3
