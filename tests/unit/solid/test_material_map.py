# SPDX-License-Identifier: BSD-3-Clause
"""Laws by region: bone as before without any, others where named, no damage where a law has none."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.materials.hencky import Hencky
from vertaug.materials.j2 import J2
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.cavity import CavityItem, pressure_energy, syringe_energy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.material_map import Around, BoneCells, MaterialMap, UniformLaw
from vertaug.solid.model import cavity_facets
from vertaug.solid.newton import NewtonOptions
from vertaug_kernels.laws import CLOSING, HENCKY
from vertaug_kernels.laws import J2 as J2_CODE

pytestmark = pytest.mark.usefixtures("one_thread")

STIFF = UniformLaw(HENCKY, Hencky(young=3000.0, poisson=0.3))
METAL = UniformLaw(J2_CODE, J2())


def averages(state):
    """Damage as it is and openings of some cells, in place of their averages."""
    return Around(state.bone.damage, np.linspace(0.0, 0.5, state.mesh.n_cells))


def with_regions(state):
    """The upper third of the cells as ``cement_left``, the lower as ``stent``."""
    height = state.mesh.centroids()[:, 2]
    region = np.select([height > 2.5, height < -2.5], [1, 2], 0).astype(np.int32)
    names = ("trabecular", "cement_left", "stent")
    return replace(state, mesh=replace(state.mesh, cell_region=region, region_names=names))


def test_without_regions_rows_are_those_of_bone_to_the_bit(loaded):
    model, state = loaded
    bone, around = state.bone, averages(state)
    codes, rows = MaterialMap(BoneCells(model.law)).rows(state.mesh, bone, around)
    assert (codes == CLOSING).all()
    wanted = model.law.parameters(bone.density, bone.ratio, bone.damage, *around)
    assert np.array_equal(rows, wanted)


def test_each_region_has_the_rows_of_its_law(loaded):
    model, state = loaded
    state = with_regions(state)
    mapped = MaterialMap(BoneCells(model.law), {"cement": STIFF, "stent": METAL})
    codes, rows = mapped.rows(state.mesh, state.bone, averages(state))
    alone = MaterialMap(BoneCells(model.law)).rows(state.mesh, state.bone, averages(state))[1]
    for region, law in (("cement_left", STIFF), ("stent", METAL)):
        cells = state.mesh.cells_of(region)
        row = law.material.row()
        assert len(cells) > 10
        assert (codes[cells] == law.code).all()
        assert (rows[cells, : len(row)] == row).all()
        assert (rows[cells, len(row) :] == 0.0).all()
    bone = state.mesh.cells_of("trabecular")
    assert np.array_equal(rows[bone, : alone.shape[1]], alone[bone])


def test_the_longest_beginning_names_the_law(loaded):
    model, state = loaded
    state = with_regions(state)
    mapped = MaterialMap(BoneCells(model.law), {"cement": METAL, "cement_left": STIFF})
    codes, _ = mapped.rows(state.mesh, state.bone, averages(state))
    assert (codes[state.mesh.cells_of("cement_left")] == HENCKY).all()
    assert (codes[state.mesh.cells_of("stent")] == CLOSING).all()


def test_a_step_with_laws_by_region_converges_stiffer_and_damages_bone_alone(loaded):
    model, state = loaded
    state = with_regions(state)
    tight = NewtonOptions(tolerance=1e-8, max_iterations=80)
    cavities = [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(state.mesh).values()]
    sunk = []
    for regions in ({}, {"cement": STIFF, "stent": STIFF}):
        step = Equilibrium(state, replace(model, regions=regions)).step(
            state, cavities, 160.0, tight
        )
        assert step.newton.converged
        assert step.reaction_error < 1e-6
        sunk.append(state.rig.points[0, 0] - step.state.rig.points[0, 0])
        assert step.state.bone.damage.max() > 0.0
        for name in ("cement_left", "stent"):
            grew = (step.state.bone.damage - state.bone.damage)[state.mesh.cells_of(name)]
            assert regions == {} or not grew.any()
    assert sunk[1] < 0.98 * sunk[0]


def test_a_material_with_the_code_of_another_law_is_refused():
    with pytest.raises(InputError, match="E-SOLID-040"):
        UniformLaw(HENCKY, J2())


def test_fabric_of_next_to_none_is_isotropic_bone_and_axes_turn(loaded):
    """The whole step by the other route: strains in axes of the cells in place of principal ones."""
    model, state = loaded
    name, facets = next(iter(cavity_facets(state.mesh).items()))
    ends = []
    for along in (1.0, 1.0 + 1e-12, 1.8):
        law = replace(model.law, along=along)
        now, equilibrium = state, Equilibrium(state, replace(model, law=law))
        for growth in (1.12, 1.12):
            delivered = growth * cavity_volumes(now)[name]
            item = [CavityItem(facets, syringe_energy(delivered, 200.0))]
            step = equilibrium.step(now, item, 110.0, NewtonOptions(tolerance=1e-9))
            assert step.newton.converged, step.newton.reason
            now = step.state
        ends.append(now)
    plain, near, far = ends
    np.testing.assert_allclose(near.mesh.points, plain.mesh.points, atol=1e-5)
    np.testing.assert_allclose(near.bone.metric, plain.bone.metric, atol=1e-5)
    assert plain.bone.damage.max() > 0.01
    assert np.array_equal(plain.bone.axes, state.bone.axes)
    turned = far.bone.axes[:, 2, 2]
    assert 0.9 < turned.min() < 1.0 - 1e-4
    assert np.abs(far.mesh.points - plain.mesh.points).max() > 1e-3
