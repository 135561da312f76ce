# SPDX-License-Identifier: BSD-3-Clause
"""Channels that are planned and cut after the vertebra has broken: what moves, what stays, what is kept on disk."""

import numpy as np
import pytest

from vertaug.procedure.archive import pack_state
from vertaug.procedure.case import make_case
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_stages
from vertaug.procedure.stages_access import as_cut
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.model import cavity_facets

pytestmark = pytest.mark.slow

PLAN = {
    "anatomy": {"source": "parametric", "level": "L1"},
    "balloon": [{"name": "left", "side": "left"}, {"name": "right", "side": "right"}],
    "mesh": {"size": "5.5 mm", "cavity_size": "2 mm"},
    "procedure": {
        "stages": ["fracture", "access"],
        "stage": [{"kind": "fracture", "depth": "2 mm", "step": "1 mm"}],
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    with RunFolder(tmp_path_factory.mktemp("cut") / "run", plan_from_dict(PLAN)) as folder:
        yield folder


@pytest.fixture(scope="module")
def case(folder):
    return make_case(folder.plan)


@pytest.fixture(scope="module")
def done(folder, case):
    return run_stages(folder.plan, case, Silent(), folder)


def test_nothing_is_planned_before_the_shape_is_there(case, done):
    assert case.approaches == ()
    assert cavity_facets(done["fracture"].state.mesh) == {}
    placed = as_cut(case, done)
    assert [approach.name for approach in placed.approaches] == ["left", "right"]
    assert set(cavity_volumes(done["access"].state)) == {"balloon_left", "balloon_right"}
    for approach in placed.approaches:
        assert placed.approaches[0].channel_radius == 1.75
        assert abs(approach.balloon_end[0]) < abs(approach.entry[0])


def test_the_vertebra_barely_moves_and_its_names_stay(done):
    before, after = done["fracture"], done["access"]
    assert np.abs(np.subtract(before.facts["heights"], after.facts["heights"])).max() < 0.05
    assert set(before.state.mesh.facet_names) < set(after.state.mesh.facet_names)
    assert {"cannula_left", "cannula_right"} < set(after.state.mesh.facet_names)
    for name in ("endplate_superior", "endplate_inferior"):
        count = [len(result.state.mesh.facets_of(name)) for result in (before, after)]
        assert count[0] == count[1]
    assert after.facts["reactions"] < 1e-6


def test_mass_goes_with_what_the_drill_takes_only(done):
    before, after = (done[name].state.bone.mass for name in ("fracture", "access"))
    facts = done["access"].facts
    assert before - after == pytest.approx(facts["removed_mass"], rel=1e-9)
    assert facts["bone_mass"] < 1e-9
    assert facts["cavity_identity"] < 1e-3


def test_a_run_that_was_killed_after_the_fracture_goes_on_bit_by_bit(folder, case, done):
    (folder.checkpoints.folder / "access.npz").unlink()
    assert folder.checkpoints.finished(["fracture", "access"]) == ("fracture",)
    again = run_stages(folder.plan, case, Silent(), folder)["access"]
    (first, _), (second, _) = pack_state(done["access"].state), pack_state(again.state)
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert again.facts["approaches"] == done["access"].facts["approaches"]
