# SPDX-License-Identifier: BSD-3-Clause
"""Steps of the solid: balances, damage, failed steps, threads."""

from dataclasses import fields, replace

import numba
import numpy as np
import pytest

from vertaug.materials.wolfram_2011 import damage
from vertaug.solid.balances import cavity_identity_error, cavity_volumes, mass_error
from vertaug.solid.cavity import CavityItem, pressure_energy, syringe_energy
from vertaug.solid.cells import SolidItem
from vertaug.solid.energy_balance import nodal_forces, viscous_forces
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import cavity_facets, first_state, outer_facets
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.opening import split
from vertaug.solid.regional_average import RegionalAverage
from vertaug_kernels.laws import CLOSING, FIRST_COLUMN, PARAMETERS

pytestmark = pytest.mark.usefixtures("one_thread")

NAME = "balloon_left"
TIGHT = NewtonOptions(tolerance=1e-9, max_iterations=80)


def syringe(state, factor):
    """The cavity filled to ``factor`` times its volume."""
    delivered = factor * cavity_volumes(state)[NAME]
    return [CavityItem(cavity_facets(state.mesh)[NAME], syringe_energy(delivered, 200.0))]


@pytest.fixture(scope="module")
def grown(loaded):
    model, state = loaded
    step = Equilibrium(state, model).step(state, syringe(state, 1.15), 110.0, TIGHT)
    assert step.newton.converged, step.newton.reason
    return step


def history(state):
    """All arrays of a state by name."""
    found = {"points": state.mesh.points, "platen": state.rig.points}
    for part in ("bone", "shell"):
        record = getattr(state, part)
        found |= {f"{part}.{f.name}": getattr(record, f.name) for f in fields(record)}
    return found


def test_load_arrives_at_the_ground(loaded, grown):
    _, state = loaded
    assert grown.reaction_error < 1e-6
    rig, points = state.rig, grown.newton.points
    gap = points[rig.nodes["ground"]] - rig.arrays["ground_rest"]
    force = (rig.arrays["ground_stiffness"] * gap).sum(axis=0)
    assert force[2] == pytest.approx(-110.0, rel=1e-6)


def test_bone_under_load_is_shorter(loaded):
    _, state = loaded
    assert state.rig.points[0, 0] < 0.0
    assert state.bone.damage.max() < 0.1


def test_cavity_identity_closes(grown, loaded):
    _, state = loaded
    assert cavity_identity_error(state) < 1e-9
    assert cavity_identity_error(grown.state) < 1e-9
    assert cavity_volumes(grown.state)[NAME] > 1.05 * cavity_volumes(state)[NAME]


def test_cavity_identity_sees_a_wrong_volume_ratio(grown):
    state = grown.state
    wrong = replace(state, bone=replace(state.bone, ratio=1.001 * state.bone.ratio))
    assert cavity_identity_error(wrong) > 0.01


def test_mass_is_kept(grown, loaded):
    _, state = loaded
    assert mass_error(grown.state, state.bone.mass) == 0.0
    lighter = replace(grown.state, bone=replace(state.bone, density=0.99 * state.bone.density))
    assert mass_error(lighter, state.bone.mass) == pytest.approx(0.01, rel=1e-9)


def test_history_belongs_to_the_deformation(grown, loaded):
    """J is the present over the initial volume; damage follows the plastic strain."""
    _, state = loaded
    bone = grown.state.bone
    np.testing.assert_allclose(bone.volume * bone.ratio, grown.state.mesh.volumes(), rtol=1e-10)
    assert np.all(bone.plastic >= state.bone.plastic)
    assert bone.plastic.max() > 1e-3
    np.testing.assert_allclose(bone.damage, damage(bone.plastic), atol=1e-12)
    assert np.all(np.linalg.eigvalsh(bone.metric) > 0.0)
    assert np.array_equal(grown.state.bone.density, state.bone.density)


def test_a_step_leaves_its_start_alone(loaded):
    model, state = loaded
    before = {name: array.copy() for name, array in history(state).items()}
    Equilibrium(state, model).step(state, syringe(state, 1.1), 110.0)
    for name, array in history(state).items():
        assert np.array_equal(array, before[name]), name


def test_a_failed_step_returns_its_start(loaded):
    model, state = loaded
    options = NewtonOptions(tolerance=1e-12, max_iterations=1)
    step = Equilibrium(state, model).step(state, syringe(state, 2.0), 110.0, options)
    assert not step.newton.converged
    assert step.state is state
    assert step.reaction_error == np.inf


def test_pressure_that_is_no_number_is_never_equilibrium(loaded):
    model, state = loaded
    cavity = [CavityItem(cavity_facets(state.mesh)[NAME], pressure_energy(np.nan))]
    step = Equilibrium(state, model).step(state, cavity, 110.0)
    assert not step.newton.converged
    assert step.state is state


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
def test_bits_do_not_depend_on_the_number_of_threads(loaded):
    model, state = loaded
    before, seen = numba.get_num_threads(), []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        step = Equilibrium(state, model).step(state, syringe(state, 1.1), 110.0)
        seen.append(history(step.state))
    numba.set_num_threads(before)
    for name, array in seen[0].items():
        assert np.array_equal(array, seen[1][name]), name


def test_first_state_is_at_rest(loaded):
    model, state = loaded
    mesh = state.mesh
    fresh = first_state(
        mesh, model, np.full(mesh.n_cells, 80.0), np.full(mesh.n_cells, 0.2), np.zeros(len(mesh.facets))
    )  # fmt: skip
    assert fresh.cavity_volume == pytest.approx(cavity_volumes(fresh)[NAME], rel=1e-12)
    assert cavity_identity_error(fresh) < 1e-8
    np.testing.assert_allclose(damage(fresh.bone.plastic), 0.2, rtol=1e-9)
    assert np.all(fresh.bone.ratio == 1.0)
    assert np.all(fresh.bone.opened == 0.0)
    assert fresh.bone.mass == pytest.approx(80.0 * mesh.volumes().sum(), rel=1e-12)


def test_membranes_cover_the_outside_but_not_the_cavity(loaded):
    _, state = loaded
    assert len(state.shell.facets) == len(outer_facets(state.mesh))
    cavity = set(np.unique(cavity_facets(state.mesh)[NAME]))
    assert not cavity & set(np.unique(state.shell.facets))


def test_cracked_cortex_is_softer(loaded):
    """Full damage on the facets leaves the membranes less stiffness; the endplates too."""
    model, state = loaded
    mesh = state.mesh
    n, m = mesh.n_cells, len(mesh.facets)
    whole = first_state(mesh, model, np.full(n, 80.0), np.zeros(n), np.zeros(m))
    cracked = first_state(mesh, model, np.full(n, 80.0), np.zeros(n), np.ones(m))
    assert np.all(cracked.shell.parameters < 0.5 * whole.shell.parameters)


def test_a_cracked_block_steps_and_keeps_its_balances(loaded):
    """Fibres hold the cracked cortex; bone damaged at random still closes every balance."""
    model, start = loaded
    mesh = start.mesh.with_points(start.mesh.points)
    n, m = mesh.n_cells, len(mesh.facets)
    hurt = 0.3 * np.random.default_rng(2).random(n)
    state = first_state(mesh, model, np.full(n, 100.0), hurt, np.ones(m))
    assert len(state.fibre.facets) > 0
    step = Equilibrium(state, model).step(state, syringe(state, 1.05), 50.0, TIGHT)
    assert step.newton.converged, step.newton.reason
    assert step.reaction_error < 1e-6
    assert cavity_identity_error(step.state) < 1e-9
    assert np.all(step.state.bone.damage >= state.bone.damage)
    fibre = step.state.fibre
    stress = np.abs(fibre.strain) * fibre.parameters[:, 0]
    assert np.abs(fibre.strain).max() > 0.0
    assert np.all(stress <= fibre.parameters[:, 1] * (1.0 + 1e-9))
    np.testing.assert_allclose(np.linalg.norm(fibre.direction, axis=1), 1.0, rtol=1e-9)


def test_damage_grows_at_given_stress(loaded, grown):
    """Softer moduli times the committed elastic strain give the stress the step ended with."""
    model, start = loaded
    bone, mesh, end = start.bone, start.mesh, grown.state.bone
    average = RegionalAverage.of(
        start.reference, mesh.cells, bone.volume, mesh.cell_region, model.law.damage_length
    )
    around, opened = average(bone.damage), average(bone.opened)
    rows = model.law.parameters(bone.density, bone.ratio, bone.damage, around, opened)
    law = np.full(mesh.n_cells, CLOSING, dtype=np.int32)
    item = SolidItem.start(mesh.points, mesh.cells, bone.volume, bone.metric, bone.ratio, law, rows)
    _, ratio, plastic, stress, _ = item.history(grown.state.mesh.points)
    unlocked = ratio > rows[:, 0]
    after = model.law.parameters(end.density, end.ratio, end.damage)
    cut_off = FIRST_COLUMN + PARAMETERS[CLOSING].index("cut_off")
    after[:, cut_off] = rows[:, cut_off]  # what the cracks were held with
    held_now = split(end.metric, law, after)
    strain, bulk, shear = held_now.elastic, *(after[:, [k], None] for k in (2, 3))
    mean = np.trace(strain, axis1=1, axis2=2)[:, None, None] / 3.0 * np.eye(3)
    held = 3.0 * bulk * mean + 2.0 * shear * (strain - mean)
    assert (end.damage - bone.damage).max() > 0.05
    assert held_now.opening.max() > 1e-3
    assert plastic[unlocked].max() > 0.01
    np.testing.assert_allclose(held[unlocked], (stress * ratio[:, None, None])[unlocked], atol=1e-9)


def test_viscous_forces_are_what_the_viscosity_adds(loaded, grown):
    model, state = loaded
    run = Equilibrium(state, model)
    shell, core = run.shell_and_core(state)
    cells = core[0]
    assert isinstance(cells, SolidItem)
    assert cells.viscosity > 0.0
    points = np.vstack([grown.state.mesh.points, grown.state.rig.points])
    bare = replace(cells, viscosity=0.0)
    added = nodal_forces([cells], points) - nodal_forces([bare], points)
    found = viscous_forces([*shell, *core], points)
    assert np.abs(added).max() > 1e-3
    np.testing.assert_allclose(
        found, added, atol=1e-11 * np.abs(nodal_forces([cells], points)).max()
    )


def test_items_of_a_state_are_made_once(loaded, grown):
    model, state = loaded
    run = Equilibrium(state, model)
    first, again = run.shell_and_core(state), run.shell_and_core(state)
    assert all(
        a is b for one, two in zip(first, again, strict=True) for a, b in zip(one, two, strict=True)
    )
    other = run.shell_and_core(grown.state)
    assert other[1][0] is not first[1][0]
