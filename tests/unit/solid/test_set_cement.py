# SPDX-License-Identifier: BSD-3-Clause
"""Cement in the solid: fills cavities, sets without stress, stiffens, and its energies balance."""

from dataclasses import fields, replace

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.mesh.surface import is_closed
from vertaug.outcomes import cement_bone_facets
from vertaug.procedure.archive import pack_state, unpack_state
from vertaug.solid.balances import cavity_identity_error, cavity_volumes, mass_error
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.cavity_fill import fill_cavities
from vertaug.solid.energy_balance import EnergyBalance
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import cavity_facets
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.remeshing import RemeshRule, mesh_wear, remeshed
from vertaug.solid.set_cement import cement_items, set_cement, shrunk
from vertaug.state import CEMENT

pytestmark = pytest.mark.usefixtures("one_thread")

TIGHT = NewtonOptions(tolerance=1e-9, max_iterations=80)
LOAD = 110.0


def empty(state):
    return [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(state.mesh).values()]


def hollow(state):
    return sum(cavity_volumes(state).values())


def upwards(points):
    return -points[:, 2]


def treated(model, state, share=1.0, around=2.5):
    """A share of the cavity filled from below, and all pores within some millimetres of it."""
    fill = fill_cavities(state, upwards, share * hollow(state), 2.0)
    mesh = fill.state.mesh
    away = np.linalg.norm(mesh.centroids(), axis=1)
    filling = np.clip((around + 2.0 - away) / 2.0, 0.0, 1.0)
    filling[mesh.cells_of(CEMENT)] = 1.0
    return set_cement(fill.state, model, 0.9 * filling, filling, np.full(mesh.n_cells, 0.96))


@pytest.fixture(scope="module")
def settled(loaded):
    """The loaded block after the steps' viscosity has run out and strengths have stopped changing."""
    model, state = loaded
    whole = Equilibrium(state, model)
    for _ in range(8):
        state = whole.step(state, empty(state), LOAD, TIGHT).state
    return model, state


@pytest.fixture(scope="module")
def full(settled):
    model, state = settled
    return model, treated(model, state)


@pytest.mark.parametrize("share", [0.25, 0.6, 1.0, 1.3])
def test_cavity_is_filled_by_as_much_as_there_is(loaded, share):
    _, state = loaded
    fill = fill_cavities(state, upwards, share * hollow(state), 1.0)
    mesh = fill.state.mesh
    cells = mesh.cells_of(CEMENT)
    assert mesh.volumes()[cells].sum() == pytest.approx(fill.volume, rel=1e-12)
    assert fill.volume == pytest.approx(min(share, 1.0) * hollow(state), rel=0.02)
    assert fill.error == pytest.approx(abs(fill.volume / (share * hollow(state)) - 1.0))
    assert hollow(fill.state) == pytest.approx(hollow(state) - fill.volume, abs=1e-9)
    assert is_closed(mesh.facets)
    assert mesh.volumes().min() > 0.0
    if share < 1.0:
        high = mesh.centroids()[cells, 2].max()
        wall = mesh.points[np.unique(cavity_facets(mesh)["balloon_left"])]
        assert high < wall[:, 2].max()


def test_filling_keeps_bone_mass_and_the_identity_of_volumes(settled, full):
    _, state = settled
    assert mass_error(full[1], state.bone.mass) == 0.0
    assert cavity_identity_error(full[1]) == pytest.approx(cavity_identity_error(state), abs=1e-12)
    n = state.mesh.n_cells
    assert np.array_equal(full[1].bone.metric[:n], state.bone.metric)
    assert np.array_equal(full[1].mesh.points[: state.mesh.n_points], state.mesh.points)


def test_no_cement_leaves_the_state_as_it_is(loaded):
    _, state = loaded
    assert fill_cavities(state, upwards, 0.0, 2.0).state is state


def test_cement_sets_without_stress_and_nothing_moves(full):
    model, state = full
    stress = cement_items(state)[0].history(state.mesh.points).stress
    assert np.abs(stress).max() < 1e-9
    step = Equilibrium(state, model).step(state, empty(state), LOAD, TIGHT)
    assert step.newton.converged
    assert np.abs(step.way).max() < 1e-6
    alone = state.mesh.cells_of(CEMENT)
    assert np.abs(step.state.bone.metric[alone] - np.eye(3)).max() < 1e-8


def test_more_cement_is_stiffer(loaded):
    model, state = loaded
    sunk = []
    for share, around in ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 2.5), (1.0, 5.0)):
        now = treated(model, state, share, around) if share else state
        step = Equilibrium(now, model).step(now, empty(now), LOAD + 20.0, TIGHT)
        assert step.newton.converged
        sunk.append(now.rig.points[0, 0] - step.state.rig.points[0, 0])
    assert np.all(np.diff(sunk) < 0.0)


def test_energy_closes_and_cement_takes_its_part(full):
    model, state = full
    whole, drive, balance = Equilibrium(state, model), None, EnergyBalance()
    for load in (130.0, 160.0, 200.0):
        step = whole.step(state, empty(state), load, TIGHT, before=drive)
        assert step.newton.converged
        state, drive, balance = step.state, step.drive, balance.plus(step.energy)
    assert balance.relative_error < 1e-3
    item = cement_items(state)[0]
    assert item.energy(state.mesh.points) > 0.0
    assert not np.array_equal(state.cement.metric, full[1].cement.metric)


def test_unloading_to_the_load_of_setting_leaves_cement_as_it_set(full):
    """Loads small enough for no bone to yield further come back in full."""
    model, state = full
    whole = Equilibrium(state, model)
    up = whole.step(state, empty(state), LOAD - 10.0, TIGHT)
    back = whole.step(up.state, empty(state), LOAD, TIGHT, before=up.drive)
    assert back.newton.converged
    away = np.abs(up.state.cement.metric - np.eye(3)).max()
    assert away > 1e-6
    assert np.abs(back.state.cement.metric - np.eye(3)).max() < 0.05 * away


def test_shrinking_cement_is_in_tension_and_pulls_the_body_in(full):
    model, state = full
    pulled = shrunk(state, 0.02)
    step = Equilibrium(pulled, model).step(pulled, empty(pulled), LOAD, TIGHT)
    assert step.newton.converged
    alone = state.mesh.cells_of(CEMENT)
    lost = 1.0 - step.state.bone.ratio[alone].mean()
    assert 0.2 * 0.02 < lost < 0.02
    assert np.linalg.det(step.state.cement.metric).min() > 0.0


def test_only_set_cement_shrinks(loaded, full):
    with pytest.raises(InputError, match="E-SOLID-043"):
        shrunk(loaded[1], 0.02)
    with pytest.raises(InputError, match="E-SOLID-043"):
        shrunk(full[1], 0.5)


def test_cement_sets_once(full):
    model, state = full
    n = np.zeros(state.mesh.n_cells)
    with pytest.raises(InputError, match="E-SOLID-041"):
        set_cement(state, model, n, n, n)


def test_state_with_cement_comes_back_from_an_archive(full):
    _, state = full
    again = unpack_state(*pack_state(state))
    for item in fields(state.cement):
        assert np.array_equal(getattr(again.cement, item.name), getattr(state.cement, item.name))
    assert unpack_state(*pack_state(replace(state, cement=None))).cement is None


@pytest.fixture(scope="module", params=[0.6, 1.0])
def renewed(settled, request):
    """A treated block that has been loaded on, before and after a new mesh."""
    model, state = settled
    state = treated(model, state, request.param)
    state = Equilibrium(state, model).step(state, empty(state), 150.0, TIGHT).state
    return model, state, remeshed(state, RemeshRule(fine=1.1, bulk=4.0, growth=0.5))


def test_a_new_mesh_keeps_the_wall_between_bone_and_cement(renewed):
    _, before, after = renewed
    assert after.mesh.n_cells != before.mesh.n_cells
    assert mesh_wear(after.mesh).worst > 0.02
    walls = [cement_bone_facets(state.mesh)[0] for state in (before, after)]
    rows = [
        {tuple(row) for row in np.sort(state.mesh.points[wall].reshape(-1, 9)).round(9).tolist()}
        for state, wall in zip((before, after), walls, strict=True)
    ]
    assert rows[0] == rows[1]
    held = [state.mesh.volumes()[state.mesh.cells_of(CEMENT)].sum() for state in (before, after)]
    assert held[1] == pytest.approx(held[0], rel=0.01 if hollow(before) else 1e-10)


def test_a_new_mesh_keeps_cement_and_its_history(renewed):
    model, before, after = renewed
    assert mass_error(after, before.bone.mass) < 1e-9
    alone = after.mesh.cells_of(CEMENT)
    assert not after.bone.density[alone].any()
    pores = [
        (state.cement.fraction * state.mesh.volumes())[state.mesh.cell_region == 0].sum()
        for state in (before, after)
    ]
    assert pores[1] == pytest.approx(pores[0], rel=1e-10)
    assert len(after.cement.alone) == len(alone)
    strain = [
        np.linalg.norm(s.cement.metric - np.eye(3), axis=(1, 2)).mean() for s in (before, after)
    ]
    assert strain[1] == pytest.approx(strain[0], rel=0.2)
    energies = [sum(i.energy(s.mesh.points) for i in cement_items(s)) for s in (before, after)]
    assert energies[1] == pytest.approx(energies[0], rel=0.1)
    step = Equilibrium(after, model).step(after, empty(after), 150.0, TIGHT)
    assert step.newton.converged
    assert abs(step.state.rig.points[0, 0] - after.rig.points[0, 0]) < 0.05
