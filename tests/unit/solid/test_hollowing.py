# SPDX-License-Identifier: BSD-3-Clause
"""A channel cut out of a body that was crushed before: what is kept, what goes, and what moves."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.mesh import Capsule
from vertaug.mesh.quality import shape_quality
from vertaug.mesh.surface import enclosed_volume
from vertaug.outcomes import FractureRule, fracture
from vertaug.solid.balances import cavity_identity_error, cavity_volumes
from vertaug.solid.cavity import CavityItem, pressure_energy, syringe_energy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.hollowing import hollowed_state
from vertaug.solid.model import SolidModel, Surroundings, cavity_facets, first_state, outer_facets
from vertaug.solid.newton import TIGHT
from vertaug.solid.remeshing import RemeshRule

pytestmark = pytest.mark.usefixtures("one_thread")

NAME = "balloon_left"
LOAD = 10.0
DENSITY = 60.0
MODEL = SolidModel(surroundings=Surroundings(axial_load=LOAD, guided=True))


def rested(state):
    empty = [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(state.mesh).values()]
    step = Equilibrium(state, MODEL).step(state, empty, LOAD, TIGHT)
    assert step.newton.converged, step.newton.reason
    return step.state


def fresh(mesh):
    """Bone without stress."""
    density = np.full(mesh.n_cells, DENSITY)
    return first_state(mesh, MODEL, density, np.zeros(mesh.n_cells), np.zeros(len(mesh.facets)))


@pytest.fixture(scope="module")
def crushed(cases):
    """The whole block, crushed in front and let go again."""
    start = rested(fresh(cases.block(whole=True)))
    rule = FractureRule(-2.0, 0.75, 4.0, 0.9, at_failure=False)
    result = fracture(start, MODEL, rule, RemeshRule(), lambda _: 0.0, lambda *_: None)
    assert result.failure == ""
    return result.state


@pytest.fixture(scope="module")
def cut(cases, crushed):
    return hollowed_state(crushed, {NAME: cases.CHANNEL}, cases.COARSE)


def height(state):
    mesh = state.mesh
    top, bottom = (
        mesh.points[mesh.facets[mesh.facets_of(f"endplate_{name}")]][..., 2].mean()
        for name in ("superior", "inferior")
    )
    return top - bottom


def test_mass_and_volume_are_what_they_were_less_what_the_channel_held(cases, crushed, cut):
    assert crushed.bone.damage.max() > 0.05  # there is a history to carry
    assert cut.state.bone.mass + cut.mass == pytest.approx(crushed.bone.mass, rel=1e-9)
    whole = crushed.bone.volume.sum()
    assert cut.state.bone.volume.sum() + cut.volume == pytest.approx(whole, rel=1e-9)
    hole = cavity_volumes(cut.state)[NAME]
    assert hole == pytest.approx(cases.CHANNEL.volume, rel=0.1)
    assert cut.volume == pytest.approx(hole, rel=0.05)
    assert cut.mass == pytest.approx(DENSITY * cut.volume, rel=1e-6)
    assert cut.state.transfer_error < 5e-3


def test_the_surface_and_its_names_stay(crushed, cut):
    old, new = crushed.mesh, cut.state.mesh
    assert new.facet_names == (*old.facet_names, NAME)
    for name in old.facet_names:
        rows = [
            {frozenset(map(tuple, corners)) for corners in mesh.points[mesh.facets[mesh.facets_of(name)]].tolist()}
            for mesh in (old, new)
        ]  # fmt: skip
        assert rows[0] == rows[1]
    volumes = [enclosed_volume(s.mesh.points, outer_facets(s.mesh)) for s in (crushed, cut.state)]
    assert volumes[0] == pytest.approx(volumes[1], rel=1e-12)
    assert shape_quality(new.points, new.cells).min() > 0.1
    assert cavity_identity_error(cut.state) < 1e-9


def test_history_is_carried_and_the_body_barely_moves(crushed, cut):
    settled = rested(cut.state)
    assert abs(height(settled) - height(crushed)) < 0.05
    for name in ("damage", "plastic", "opened"):
        old, new = getattr(crushed.bone, name), getattr(cut.state.bone, name)
        assert new.max() <= old.max() + 1e-12
    mean = [np.average(s.bone.damage, weights=s.mesh.volumes()) for s in (crushed, settled)]
    assert mean[1] == pytest.approx(mean[0], rel=0.1)
    assert cavity_identity_error(settled) < 1e-3


def test_cutting_sound_bone_is_as_meshing_it_with_its_channel(cases):
    """Mass, stiffness under the load and pressure of a balloon that grows by a half, on two meshes."""
    late = hollowed_state(fresh(cases.block(whole=True)), {NAME: cases.CHANNEL}, cases.COARSE).state
    found = []
    for state in (late, fresh(cases.block())):
        first = rested(state)
        grown = first
        for _ in range(4):
            facets = cavity_facets(grown.mesh)[NAME]
            item = CavityItem(facets, syringe_energy(1.1 * cavity_volumes(grown)[NAME], 200.0))
            step = Equilibrium(grown, MODEL).step(grown, [item], LOAD)
            assert step.newton.converged, step.newton.reason
            grown = step.state
        pressure = item.pressure(grown.mesh.points)
        found.append((state.bone.mass, height(state) - height(first), pressure))
    assert found[0][0] == pytest.approx(found[1][0], rel=0.01)
    assert found[0][1] == pytest.approx(found[1][1], abs=0.01)
    assert found[0][2] == pytest.approx(found[1][2], rel=0.05)


def test_a_channel_that_reaches_the_surface_is_refused(cases, crushed):
    far = replace(cases.CHANNEL, end=np.array([9.0, 0.0, 0.0]))
    assert isinstance(far, Capsule)
    with pytest.raises(InputError) as caught:
        hollowed_state(crushed, {NAME: far}, cases.COARSE)
    assert caught.value.code == "E-MESH-004"
