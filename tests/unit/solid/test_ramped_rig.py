# SPDX-License-Identifier: BSD-3-Clause
"""From one lasting load to another: what a posture does to a body with a cleft and to one without."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, Surroundings, first_state
from vertaug.solid.newton import TIGHT
from vertaug.solid.ramped_rig import LastingLoad, ramped

pytestmark = pytest.mark.usefixtures("one_thread")

STANDING = LastingLoad(60.0)
PRONE = LastingLoad(15.0, forwards=-120.0)


def under(load):
    around = Surroundings(axial_load=load.axial, forwards=load.forwards, left=load.left)
    return SolidModel(surroundings=around)


def standing(cases, *, cleft):
    """The whole block at rest under its standing load, with a cleft through most of its depth or without."""
    mesh = cases.block(whole=True)
    place = mesh.centroids()
    soft = (np.abs(place[:, 2]) < 2.0) & (place[:, 1] < 3.0) & cleft
    density = np.where(soft, 0.0, 150.0)
    model = under(STANDING)
    middle = mesh.points[mesh.facets].mean(axis=1)
    cracked = np.where((np.abs(middle[:, 2]) < 4.0) & cleft, 1.0, 0.0)
    state = first_state(mesh, model, density, np.zeros(mesh.n_cells), cracked)
    step = Equilibrium(state, model).step(state, [], STANDING.axial, TIGHT)
    assert step.newton.converged, step.newton.reason
    return step.state, soft


def front(state):
    """Height of the block at its front."""
    points, was = state.mesh.points, state.reference
    upper, lower = (
        points[(was[:, 1] < -6.0) & (side * was[:, 2] > 7.0), 2].mean() for side in (1.0, -1.0)
    )
    return upper - lower


@pytest.fixture(scope="module", params=[True, False], ids=["cleft", "sound"])
def laid(cases, request):
    state, soft = standing(cases, cleft=request.param)
    return state, ramped(state, under(PRONE), STANDING, 4), soft


def test_it_comes_to_rest_under_the_new_load(laid):
    _, result, _ = laid
    assert result.failure == ""
    assert result.steps >= 5
    assert result.reaction_error < 1e-6
    assert result.energy.relative_error < 0.02
    assert result.state.rig.points[0, 1] < 0.0  # bent backwards


def test_a_cleft_opens_and_sound_bone_does_not(laid):
    start, result, soft = laid
    gain = front(result.state) - front(start)
    if soft.any():
        assert gain > 0.03
    else:
        assert abs(gain) < 0.01


def drawn(result, soft):
    """Axial tension (k,) MPa in the cells of the cleft."""
    return Equilibrium(result.state, under(PRONE)).stress(result.state)[soft][:, 2, 2]


@pytest.mark.parametrize("laid", [True], indirect=True)
def test_a_cleft_bears_no_tension(laid):
    _, result, soft = laid
    assert drawn(result, soft).max() < 0.001


def test_the_way_back_leads_to_where_it_began(cases):
    """Bone that has not yielded stands as before once the load is what it was."""
    state, _ = standing(cases, cleft=False)
    there = ramped(state, under(PRONE), STANDING, 2)
    back = ramped(there.state, under(STANDING), PRONE, 2)
    np.testing.assert_allclose(back.state.mesh.points, state.mesh.points, atol=2e-4)


def test_a_load_that_is_not_borne_is_said(cases):
    state, _ = standing(cases, cleft=False)
    model = replace(under(LastingLoad(1e5)), newton=replace(TIGHT, max_iterations=2))
    result = ramped(state, model, STANDING, 1)
    assert result.failure
    assert result.state is state or result.steps > 0
