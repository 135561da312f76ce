# SPDX-License-Identifier: BSD-3-Clause
"""A forced change of mesh in the middle of an inflation keeps the balances."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import NotConvergedError
from vertaug.mesh.quality import shape_quality
from vertaug.solid import remeshing
from vertaug.solid.balances import cavity_identity_error, cavity_volumes, mass_error
from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import cavity_facets
from vertaug.solid.regional_average import RegionalAverage
from vertaug.solid.remeshing import MeshWear, RemeshRule, mesh_wear, needs_remesh, remeshed
from vertaug.solid.way import Way

pytestmark = pytest.mark.usefixtures("one_thread")

NAME = "balloon_left"
RULE = RemeshRule(fine=1.2, bulk=4.0, growth=0.5)


def inflated(model, state, growth, steps):
    """Grow the cavity by ``growth`` in each of some steps."""
    equilibrium = Equilibrium(state, model)
    for _ in range(steps):
        delivered = growth * cavity_volumes(state)[NAME]
        facets = cavity_facets(state.mesh)[NAME]
        step = equilibrium.step(
            state, [CavityItem(facets, syringe_energy(delivered, 200.0))], 110.0
        )
        assert step.newton.converged, step.newton.reason
        state = step.state
    return state


@pytest.fixture(scope="module")
def before(loaded):
    model, state = loaded
    return inflated(model, state, 1.12, 3)


@pytest.fixture(scope="module")
def after(before):
    return remeshed(before, RULE)


def test_mesh_is_new_and_counted(before, after):
    assert after.mesh.n_cells != before.mesh.n_cells
    assert after.remeshes == before.remeshes + 1
    assert np.all(shape_quality(after.mesh.points, after.mesh.cells) > 0.0)


def test_volumes_of_body_and_cavity_are_kept(before, after):
    now, then = cavity_volumes(after)[NAME], cavity_volumes(before)[NAME]
    assert now == pytest.approx(then, rel=1e-3)
    assert after.outer_volume == before.outer_volume
    assert after.cavity_volume == before.cavity_volume
    assert after.bone.volume.sum() == pytest.approx(before.bone.volume.sum(), rel=1e-12)


def test_identity_closes_through_the_remesh(after):
    assert cavity_identity_error(after) < 1e-3


def test_mass_is_kept_and_its_error_told(before, after):
    assert after.bone.mass == pytest.approx(before.bone.mass, rel=1e-12)
    assert 0.0 < after.transfer_error < 0.02
    assert mass_error(after, before.bone.mass) < 1e-12
    assert 0.0 < after.transfer_error < 5e-3


def test_history_stays_in_bounds(before, after):
    for name in ("plastic", "damage"):
        old, new = getattr(before.bone, name), getattr(after.bone, name)
        assert old.min() - 1e-12 <= new.min()
        assert new.max() <= old.max() + 1e-12
    np.testing.assert_allclose(
        after.bone.volume * after.bone.ratio, after.mesh.volumes(), rtol=1e-10
    )
    crushed = [s.bone.volume @ (1.0 - s.bone.ratio) for s in (before, after)]
    assert crushed[1] == pytest.approx(crushed[0], rel=0.02)


def test_cells_take_the_axes_of_those_they_lie_in(before):
    """Axes that turn about x along the body arrive as those of a near cell, and as rotations."""
    angle = 0.05 * before.mesh.centroids()[:, 2]
    c, s = np.cos(angle), np.sin(angle)
    axes = np.zeros((len(c), 3, 3))
    axes[:, 0, 0] = 1.0
    axes[:, 1, 1], axes[:, 2, 2], axes[:, 1, 2], axes[:, 2, 1] = c, c, -s, s
    bone = replace(before.bone, axes=axes)
    new = remeshed(replace(before, bone=bone), RULE)
    found = np.arctan2(new.bone.axes[:, 2, 1], new.bone.axes[:, 2, 2])
    wanted = 0.05 * new.mesh.centroids()[:, 2]
    assert np.abs(found - wanted).max() < 0.05 * 3.0
    square = new.bone.axes.transpose(0, 2, 1) @ new.bone.axes
    np.testing.assert_allclose(square, np.tile(np.eye(3), (len(square), 1, 1)), atol=1e-12)


def test_membranes_and_beds_keep_their_places(before, after):
    assert after.rig.arrays is before.rig.arrays
    for part in ("ground", "platen"):
        old, new = before.rig.nodes[part], after.rig.nodes[part]
        np.testing.assert_allclose(after.mesh.points[new], before.mesh.points[old], atol=1e-9)
    np.testing.assert_allclose(
        after.mesh.points[after.shell.facets], before.mesh.points[before.shell.facets], atol=1e-9
    )
    assert np.array_equal(after.shell.metric, before.shell.metric)


def test_the_run_goes_on(loaded, after):
    model, _ = loaded
    following = inflated(model, after, 1.08, 1)
    assert cavity_identity_error(following) < 1e-3
    assert cavity_volumes(following)[NAME] > 1.05 * cavity_volumes(after)[NAME]


def test_rule_looks_at_the_worst_and_the_low_cells_and_at_the_edges(before):
    quality = shape_quality(before.mesh.points, before.mesh.cells)
    worst, low = float(quality.min()), float(np.quantile(quality, 0.02))
    wear = mesh_wear(before.mesh)
    good = RemeshRule(worst=0.99 * worst, low=0.99 * low, fine=wear.longest / 1.7 * 1.01)
    assert not needs_remesh(wear, good)
    assert needs_remesh(wear, replace(good, worst=1.01 * worst))
    assert needs_remesh(wear, replace(good, low=1.01 * low))
    assert needs_remesh(wear, replace(good, fine=wear.longest / 1.7 * 0.99))


def test_a_mesh_that_could_not_be_better_is_not_renewed_until_it_wears_further():
    rule = RemeshRule(worst=0.04, low=0.22, fine=1.0, stretch=1.7)
    fresh = MeshWear(0.01, 0.1, 2.0)
    assert needs_remesh(fresh, rule)
    assert not needs_remesh(MeshWear(0.008, 0.08, 2.2), rule, fresh)
    for worn in (
        MeshWear(0.006, 0.08, 2.2),
        MeshWear(0.008, 0.06, 2.2),
        MeshWear(0.008, 0.08, 3.0),
    ):
        assert needs_remesh(worn, rule, fresh)
    assert needs_remesh(MeshWear(0.03, 0.3, 1.0), rule, MeshWear(0.3, 0.5, 1.0))


def test_other_edge_lengths_are_tried_before_a_remesh_is_given_up(before, monkeypatch):
    tried = []

    def failing(state, rule):
        tried.append(rule.fine / RULE.fine)
        if len(tried) < 3:
            raise NotConvergedError("remesh", 0, f"attempt {len(tried)}")
        return state

    monkeypatch.setattr(remeshing, "_renewed", failing)
    assert remeshed(before, RULE) is before
    assert tried == pytest.approx([1.0, 0.85, 1.15])
    tried.clear()
    monkeypatch.setattr(remeshing, "_SIZES", (1.0, 0.9))
    with pytest.raises(NotConvergedError, match="attempt 2"):
        remeshed(before, RULE)


def test_a_motion_is_carried_to_the_new_nodes(before, after):
    """Linear in space, it is met but for nodes that the mesher put outside the old cells."""
    old, new = before.mesh, after.mesh
    gradient = np.random.default_rng(3).normal(size=(3, 3))
    motion = np.vstack([old.points @ gradient, [7.0, 8.0, 9.0]])
    carried = Way(motion, 2.0).on(old, new)
    assert carried.amount == 2.0
    assert np.array_equal(carried.motion[-1], motion[-1])
    error = np.linalg.norm(carried.motion[:-1] - new.points @ gradient, axis=1)
    wall = np.unique(cavity_facets(new)[NAME])
    within = np.setdiff1d(np.arange(new.n_points), wall)
    assert error[within].max() < 1e-9
    assert error[wall].max() < 0.1 * np.linalg.norm(gradient)


def test_a_way_goes_on_in_its_own_direction_only():
    way = Way(np.ones((2, 3)), 4.0)
    assert np.array_equal(way.ahead(6.0), np.full((2, 3), 1.5))
    assert way.ahead(0.0) is None
    assert way.ahead(-1.0) is None
    assert Way(np.ones((2, 3)), 0.0).ahead(1.0) is None


def test_places_before_the_procedure_are_carried_over(before, after):
    """Kept points keep theirs; cells made of the carried places have the first volume, nearly all one by one."""
    np.testing.assert_allclose(
        after.reference[after.shell.facets], before.reference[before.shell.facets], atol=1e-9
    )
    first = [s.mesh.with_points(s.reference).volumes() for s in (before, after)]
    np.testing.assert_allclose(first[0], before.bone.volume, rtol=1e-9)
    assert first[1].sum() == pytest.approx(first[0].sum(), rel=2e-3)
    off = np.abs(first[1] / after.bone.volume - 1.0)
    assert np.quantile(off, 0.5) < 0.02
    assert np.quantile(off, 0.9) < 0.25


def test_averages_go_on_after_a_remesh(before, after):
    """Damage averaged over the first shape: the same total and the same extremes, nearly, on either mesh."""
    found = []
    for state in (before, after):
        average = RegionalAverage.of(
            state.reference, state.mesh.cells, state.bone.volume, state.mesh.cell_region, 2.0
        )
        np.testing.assert_allclose(average(np.ones(state.mesh.n_cells)), 1.0, rtol=1e-12)
        found.append((state.bone.volume @ average(state.bone.damage), average(state.bone.damage)))
    assert found[1][0] == pytest.approx(found[0][0], rel=0.05)
    assert found[1][1].max() == pytest.approx(found[0][1].max(), rel=0.1)
