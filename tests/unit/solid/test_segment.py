# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra between its neighbours: at rest without force, loaded along its curve, read, and kept."""

import json
from dataclasses import replace

import numpy as np
import pytest

from vertaug.anatomy.curvature import disc_spaces
from vertaug.anatomy.disc_mesh import DiscSize
from vertaug.anatomy.naming import name_facets
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.spine import build_spine
from vertaug.errors import InputError
from vertaug.mesh import MeshSize, generate_mesh
from vertaug.outcomes import FractureRule, LoadCase, fracture, load_test
from vertaug.outcomes.segment import read_segment
from vertaug.procedure.archive import pack_state, unpack_state
from vertaug.procedure.plan import plan_from_dict
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, first_state
from vertaug.solid.ramped_rig import LastingLoad, ramped
from vertaug.solid.remeshing import RemeshRule
from vertaug.solid.segment import SegmentOptions, segment_state
from vertaug.solid.segment_rig import SegmentRig

CHAIN = ("T12", "L1", "L2")
COARSE = SegmentOptions(size=7.0, disc=DiscSize(core=2, rings=2))


@pytest.fixture(scope="module")
def start():
    built = [ParametricVertebra(level).build(1.2) for level in CHAIN]
    spine = build_spine(built, disc_spaces(CHAIN), 1)
    sizes = MeshSize(bulk=6.0, cavity=6.0, far=6.0)
    mesh = name_facets(generate_mesh(built[1].distance, {}, sizes), built[1])
    model = SolidModel()
    sound = np.zeros(mesh.n_cells)
    density = built[1].density(mesh.centroids())
    state = first_state(mesh, model, density, sound, np.zeros(len(mesh.facets)))
    rig = segment_state(mesh, spine, model.law, COARSE)
    with pytest.raises(InputError, match="E-SOLID-051"):
        segment_state(mesh, replace(spine, placed=spine.placed[:2]), model.law)
    return replace(state, rig=rig), model


def loaded(start, load, moment=(0.0, 0.0, 0.0)):
    state, model = start
    step = Equilibrium(state, model, SegmentRig(moment)).step(state, [], load)
    assert step.newton.converged, step.newton.reason
    return step


@pytest.fixture(scope="module")
def prone(start):
    return loaded(start, 110.0)


def test_a_segment_at_rest_carries_nothing(start):
    state, _ = start
    points = np.vstack([state.mesh.points, state.rig.points])
    for item in SegmentRig().springs(state.rig, state.mesh.n_points):
        assert item.energy(points) == pytest.approx(0.0, abs=1e-9)
        assert np.abs(item.evaluate(points, with_matrix=False).forces).max() < 1e-6
    read = read_segment(state)
    assert read.superior.pressure_MPa == pytest.approx(0.0, abs=1e-9)
    # T12 to L2 of a sound spine is nearly straight
    assert -12.0 < read.cobb_deg < 12.0


def test_a_follower_load_presses_and_hardly_bends(start, prone):
    read, rest = read_segment(prone.state), read_segment(start[0])
    assert prone.reaction_error < 1e-4
    assert abs(read.cobb_deg - rest.cobb_deg) < 1.0
    for disc in (read.superior, read.inferior):
        assert 0.08 < disc.pressure_MPa < 0.25
        assert 0.0 < disc.neighbour_bulge_mm < 0.2
    # what the ends of the cable do while it shortens is stored, half of it under a load that was always there
    assert prone.energy.external > 0.0
    assert abs(prone.energy.error) < 0.05 * prone.energy.external


def test_moments_bend_the_segment_and_ligaments_or_facets_resist(start):
    rest = read_segment(start[0])
    forwards, backwards = (
        read_segment(loaded(start, 110.0, (m, 0.0, 0.0)).state) for m in (4e3, -4e3)
    )
    assert forwards.cobb_deg > rest.cobb_deg + 1.0
    assert backwards.cobb_deg < rest.cobb_deg - 1.0
    assert forwards.ligaments_N > 5.0
    assert backwards.superior.pressure_MPa > 0.0


def test_a_case_of_load_is_borne_and_read(start, prone):
    _, model = start
    case = LoadCase(300.0, torque=4e3)
    test = load_test(prone.state, model, case)
    assert (test.share, test.failure) == (1.0, "")
    read = read_segment(test.loaded)
    # a turn to the left closes the joints of the right side, where the upper processes come forwards
    assert 0.5 < read.top_turned_deg < 8.0
    assert abs(read.top_left_deg) < 2.0
    assert max(read.facets_left_N, read.facets_right_N) > 2.0 * min(
        read.facets_left_N, read.facets_right_N
    )
    assert read.facets_N == pytest.approx(read.facets_left_N + read.facets_right_N)
    # discs and facets bear the load that the cable brings, ligaments add to it
    for disc, before in zip(
        (read.superior, read.inferior),
        (read_segment(prone.state).superior, read_segment(prone.state).inferior),
        strict=True,
    ):
        assert 150.0 < disc.load_N < 500.0
        assert disc.load_N > before.load_N
        assert disc.neighbour_high_MPa > disc.neighbour_mean_MPa > 0.0
    assert test.energy.relative_error < 0.05


def test_extension_lasts_and_bends_it_back(start, prone):
    state, model = prone.state, start[1]
    around = replace(model.surroundings, forwards=-3e3)
    laid = ramped(state, replace(model, surroundings=around), LastingLoad(110.0), 4)
    assert laid.failure == ""
    assert read_segment(laid.state).cobb_deg < read_segment(state).cobb_deg - 0.7
    assert laid.energy.relative_error < 0.05
    back = ramped(laid.state, model, LastingLoad(110.0, -3e3), 2)
    assert read_segment(back.state).cobb_deg == pytest.approx(read_segment(state).cobb_deg, abs=0.1)


def test_a_machine_pushes_its_top_down_and_lets_it_go(start, prone):
    model, before = start[1], read_segment(prone.state)
    rule = FractureRule(-12.0, 1.0, 3.0, 0.9, at_failure=False)
    rows = []
    result = fracture(
        prone.state, model, rule, RemeshRule(fine=2.0, bulk=6.0), lambda _: 0.0,
        lambda *row: rows.append(row),
    )  # fmt: skip
    assert (result.stop, result.failure) == ("depth", "")
    way, force = result.curve[:, 0], result.curve[:, 1]
    assert way[-1] == pytest.approx(3.0)
    assert (np.diff(force) > 0.0).all()
    pushed = read_segment(rows[-1][-1])
    assert pushed.top_forwards_deg > before.top_forwards_deg + 1.0
    assert pushed.top_turned_deg == pytest.approx(before.top_turned_deg, abs=0.01)
    # the machine's force goes through the discs
    assert pushed.inferior.load_N > 0.6 * force[-1]
    assert result.reaction_error < 1e-4
    after = read_segment(result.state)
    assert after.inferior.load_N == pytest.approx(before.inferior.load_N, rel=0.2)
    assert after.cobb_deg < pushed.cobb_deg


def test_a_step_goes_on_from_a_state_that_was_stored(start, prone):
    arrays, facts = pack_state(prone.state)
    again = unpack_state(arrays, json.loads(json.dumps(facts)))
    assert again.rig.kind == "segment"
    assert read_segment(again) == read_segment(prone.state)
    further = Equilibrium(again, start[1]).step(again, [], 110.0)
    assert further.newton.converged
    assert np.abs(further.way).max() < 0.02


def test_plans_refuse_what_a_segment_cannot_do():
    data = {"anatomy": {"source": "parametric"}, "boundary": {"situation": "segment"}}
    stages = {"stages": ["access"]}
    plan = plan_from_dict(data | {"procedure": stages})
    assert plan.boundary.situation == "segment"
    far = {"anatomy": {"source": "parametric", "level": "L5"}}
    with pytest.raises(InputError, match="two neighbours"):
        plan_from_dict(data | far | {"procedure": stages})
