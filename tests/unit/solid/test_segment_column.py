# SPDX-License-Identifier: BSD-3-Clause
"""A segment within a column: at rest without force, pressed along its curve, bent as published models bend."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.anatomy.naming import name_facets
from vertaug.errors import InputError
from vertaug.mesh import MeshSize, generate_mesh
from vertaug.outcomes.segment import read_segment
from vertaug.procedure.case import make_case, solid_model
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.segment import column_levels, plan_segment
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import ENDPLATES, first_state
from vertaug.solid.segment_rig import SegmentRig

pytestmark = pytest.mark.usefixtures("one_thread")


def column(level, top, bottom):
    """State at rest, and its model, of a coarse vertebra in a column."""
    around = {
        "situation": "column", "column_top": top, "column_bottom": bottom, "neighbour_size": "7 mm",
        "axial_load": "0 N",
    }  # fmt: skip
    anatomy = {"source": "parametric", "level": level}
    stages = {"stages": ["access"]}
    plan = plan_from_dict({"anatomy": anatomy, "boundary": around, "procedure": stages})
    vertebra = make_case(plan).vertebra
    sizes = MeshSize(bulk=6.0, cavity=6.0, far=6.0)
    mesh = name_facets(generate_mesh(vertebra.distance, {}, sizes), vertebra)
    model = solid_model(plan, mesh.points, [mesh.facets[mesh.facets_of(n)] for n in ENDPLATES])
    density, sound = vertebra.density(mesh.centroids()), np.zeros(mesh.n_cells)
    state = first_state(mesh, model, density, sound, np.zeros(len(mesh.facets)))
    return replace(state, rig=plan_segment(plan, vertebra, mesh, model)), model, column_levels(plan)


def turned(start, load, forwards=0.0, steps=1):
    """State under a follower load and a moment on top; by how much each frame turned forwards, degrees."""
    state, model = start[:2]
    for k in range(1, steps + 1):
        rig = SegmentRig((k / steps * forwards, 0.0, 0.0))
        step = Equilibrium(state, model, rig).step(state, [], k / steps * load)
        assert step.newton.converged, step.newton.reason
        state = step.state
    real, axis = state.rig.arrays["frame_orientation"][:, :2].T
    return step, np.degrees(2.0 * np.arctan2(axis, real))


@pytest.mark.slow
def test_a_column_at_rest_carries_nothing_and_a_follower_load_bends_none_of_it():
    start = column("L2", "L1", "L5")
    state, _, levels = start
    assert levels == ("L1", "L2", "L3", "L4", "L5")
    points = np.vstack([state.mesh.points, state.rig.points])
    for item in SegmentRig().springs(state.rig, state.mesh.n_points):
        assert item.energy(points) == pytest.approx(0.0, abs=1e-9)
        assert np.abs(item.evaluate(points, with_matrix=False).forces).max() < 1e-6
    pressed, turns = turned(start, 300.0)
    # frames: the ends of L1 and L3, then L4 and L5, which is held
    assert turns.shape == (4,)
    assert abs(turns[3]) < 1e-4
    assert np.abs(np.diff([turns[0], turns[1], turns[2], turns[3]])).max() < 2.0
    assert pressed.reaction_error < 1e-3
    read = read_segment(pressed.state)
    for disc in (read.superior, read.inferior):
        assert 0.15 < disc.pressure_MPa < 0.5
        assert 200.0 < disc.load_N < 400.0


@pytest.mark.slow
def test_l1_to_l5_bends_as_far_as_published_models():
    """Eight models of Dreischarf 2014: 24 to 41 degrees forwards and backwards under 7.5 N m."""
    start = column("L3", "L1", "L5")
    _, pressed = turned(start, 500.0, steps=3)
    forwards, backwards = (turned(start, 0.0, m, 4)[0] for m in (7500.0, -7500.0))
    way = [read_segment(step.state).top_forwards_deg for step in (forwards, backwards)]
    assert np.abs(np.diff(pressed)).max() < 2.0
    assert 24.0 < way[0] - way[1] < 41.0


def test_plans_refuse_columns_that_hold_no_segment():
    def plan(level, stages=("access",), **around):
        anatomy, boundary = {"source": "parametric", "level": level}, {"situation": "column"}
        return plan_from_dict(
            {
                "anatomy": anatomy,
                "boundary": boundary | around,
                "procedure": {"stages": list(stages)},
            }
        )

    assert column_levels(plan("L1"))[0] == "T10"
    with pytest.raises(InputError, match="column_top"):
        plan("L1", column_top="L1")
    with pytest.raises(InputError, match="column_bottom"):
        plan("L1", column_bottom="L1")


def test_a_column_breaks_by_the_rules_of_a_segment():
    """A stage of fracture stands in a column where it stands in a segment, and is refused where that refuses it."""

    def plan(*stages):
        return plan_from_dict(
            {
                "anatomy": {"source": "parametric", "level": "L1"},
                "boundary": {"situation": "column", "column_top": "T11", "column_bottom": "L3"},
                "balloon": [{"name": "left", "side": "left", "volume": "1 mL"}],
                "procedure": {"stage": [{"kind": kind} for kind in stages]},
            }
        )

    assert plan("fracture", "access", "inflate").procedure.kinds[0] == "fracture"
    with pytest.raises(InputError, match='stage "fracture" with full balloons'):
        plan("access", "inflate", "fracture")
