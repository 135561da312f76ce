# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness of a treated body, how cement holds in bone, and what both hand on to each other."""

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.outcomes import (
    body_stiffness,
    crush_test,
    interdigitation,
    interface_stress,
    potted,
)
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.cavity_fill import fill_cavities
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, cavity_facets, first_state
from vertaug.solid.newton import TIGHT
from vertaug.solid.set_cement import set_cement
from vertaug.state import CEMENT

pytestmark = pytest.mark.usefixtures("one_thread")

DEPTH = 2.0


@pytest.fixture(scope="module")
def block(loaded):
    return loaded


def treated(model, state, share=1.0, depth=DEPTH):
    """The cavity filled to a share from below, and all pores up to a distance from its middle."""
    hollow = sum(cavity_volumes(state).values())
    fill = fill_cavities(state, lambda points: -points[:, 2], share * hollow, 2.0)
    mesh = fill.state.mesh
    filling = (np.linalg.norm(mesh.centroids(), axis=1) < 2.5 + depth).astype(float)
    filling[mesh.cells_of(CEMENT)] = 1.0
    fraction = np.where(mesh.cell_region == 0, 0.9, 1.0) * filling
    return set_cement(fill.state, model, fraction, filling, np.full(mesh.n_cells, 0.96))


def test_stiffness_rises_with_every_millimetre_of_cement(block):
    model, state = block
    bodies = [state, treated(model, state, 0.5, -9.0), treated(model, state, 1.0, -9.0)]
    bodies += [treated(model, state, 1.0, depth) for depth in (1.0, 3.0, 5.0)]
    found = [body_stiffness(body, model) for body in bodies]
    assert np.all(np.diff(found) > 0.0)
    assert found[-1] > 1.5 * found[0]


def test_stiffness_does_not_hang_on_the_size_of_the_step(block):
    model, state = block
    body = treated(model, state)
    assert body_stiffness(body, model, more=4.0) == pytest.approx(
        body_stiffness(body, model, more=8.0), rel=0.01
    )


def test_a_load_that_is_not_raised_is_refused(block):
    with pytest.raises(InputError, match="E-OUTCOME-001"):
        body_stiffness(block[1], block[0], more=0.0)


def test_interdigitation_adds_up(block):
    model, state = block
    assert interdigitation(state) is None
    body = treated(model, state)
    found = interdigitation(body)
    volumes = body.mesh.volumes()
    pores = float((body.cement.fraction * volumes)[body.mesh.cell_region == 0].sum())
    assert found.in_pores_mm3 == pytest.approx(pores, rel=1e-12)
    hollow = sum(cavity_volumes(state).values())
    assert found.in_cavities_mm3 == pytest.approx(hollow, rel=1e-9)
    assert found.share_in_pores == pytest.approx(pores / (pores + hollow), rel=1e-9)
    wall = cavity_facets(state.mesh)["balloon_left"]
    corner = state.mesh.points[wall]
    area = np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    assert found.wall_mm2 == pytest.approx(0.5 * area.sum(), rel=1e-9)
    # Cement reaches 2.5 + 2 mm from the middle of a capsule of 1.5 mm; cells are some millimetres.
    assert 0.5 < found.depth_mm < found.deepest_mm < 4.0
    # 17 mm² a mm³ of bone, and the bone of 0.1 of the volume.
    assert found.trabecular_mm2 == pytest.approx(17.0 * 0.11 * pores / 0.9, rel=0.15)


def test_cement_in_pores_alone_has_no_wall(block):
    model, state = block
    filling = np.full(state.mesh.n_cells, 0.3)
    found = interdigitation(
        set_cement(state, model, 0.27 * np.ones_like(filling), filling, filling)
    )
    assert found.share_in_pores == 1.0
    assert found.wall_mm2 == 0.0
    assert found.depth_mm is None


def test_interface_hands_on_what_the_cement_carries(block):
    """Cement is in balance: tractions on its wall sum to no force, and squeeze it under load."""
    model, state = block
    body = treated(model, state, depth=-9.0)
    whole = Equilibrium(body, model)
    cavities = [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(body.mesh).values()]
    step = whole.step(body, cavities, 170.0, TIGHT)
    step = whole.step(step.state, cavities, 170.0, TIGHT, before=step.drive)
    wall = interface_stress(step.state, whole.stress(step.state))
    poles = np.abs(wall.normal[:, 2]) > 0.8
    assert wall.pull[poles].mean() < -0.01
    force = wall.area @ wall.traction
    carried = float(wall.area @ np.linalg.norm(wall.traction, axis=1))
    assert np.linalg.norm(force) < 0.1 * carried
    assert wall.jump < 1.0
    assert np.all(wall.shear >= 0.0)
    assert len(interface_stress(state, np.zeros((state.mesh.n_cells, 3, 3))).area) == 0


def test_bone_with_half_of_its_pores_filled_is_stiffer_and_carries_more_to_failure(block):
    _, loaded = block
    mesh, model = loaded.mesh, potted(SolidModel())
    zero = np.zeros(mesh.n_cells)
    state = first_state(mesh, model, np.full(mesh.n_cells, 110.0), zero, np.zeros(len(mesh.facets)))
    filling = np.full(mesh.n_cells, 0.5)
    filled = set_cement(state, model, 0.9 * filling, filling, np.full(mesh.n_cells, 0.96))
    bare, carried = (crush_test(body, model, 0.6, steps=8) for body in (state, filled))
    assert carried.stiffness[0] > 1.8 * bare.stiffness[0]
    assert carried.strength[0] > 1.5 * bare.strength[0]
    assert carried.state.cement.plastic.max() > 0.0
