# SPDX-License-Identifier: BSD-3-Clause
"""Contact of facets with facets: pressure, derivatives, pairs, what is no contact."""

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.solid.contact import ContactOptions, FacetContact
from vertaug.solid.contact_surface import quadrature
from vertaug_kernels._threads import few_threads


def sheet(n, height, *, down, turn=0.0):
    """Unit square of 2 n² triangles at a height, its outside up or down, turned about z."""
    axis = np.linspace(0.0, 1.0, n + 1)
    x, y = np.meshgrid(axis, axis, indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), np.full(x.size, height)], axis=1)
    i = np.arange(len(points)).reshape(n + 1, n + 1)
    q = np.stack([i[:-1, :-1], i[1:, :-1], i[1:, 1:], i[:-1, 1:]], axis=-1).reshape(-1, 4)
    facets = np.concatenate([q[:, [0, 1, 2]], q[:, [0, 2, 3]]])
    c, s = np.cos(turn), np.sin(turn)
    points[:, :2] = (points[:, :2] - 0.5) @ np.array([[c, s], [-s, c]])
    return points, facets[:, ::-1] if down else facets


def two_sheets(gap, turn=0.3, noise=0.0):
    """A small sheet above a larger one, meshes that do not match."""
    below, facets = sheet(7, 0.0, down=False)
    above, others = sheet(3, gap, down=True, turn=turn)
    below[:, :2] *= 2.5
    points = np.vstack([below, above])
    points[:, 2] += noise * np.random.default_rng(0).normal(size=len(points))
    return points, [facets, others + len(below)]


@pytest.mark.parametrize("reach", [0.05, 0.6])
def test_uniform_gap_gives_uniform_pressure_even_where_the_reach_spans_facets(cases, reach):
    below, facets = sheet(6, 0.0, down=False)
    above, others = sheet(4, 0.5 * reach, down=True)
    points = np.vstack([below, above])
    contact = FacetContact(points, [facets, others + len(below)], ContactOptions(reach, 2.0))
    pressure = 2.0 * 1.19314718
    up = cases.forces_of(contact, points)[len(below) :]
    assert -up.sum(axis=0) == pytest.approx([0.0, 0.0, pressure], rel=1e-8, abs=1e-12)
    assert contact.energy(points) == pytest.approx(2.0 * reach * 0.25 * np.log(2.0), rel=1e-12)
    touch = contact.touch(points)
    assert touch.pressures == pytest.approx(pressure, rel=1e-8)
    assert touch.areas.sum() == pytest.approx(1.0, rel=1e-12)
    # nodes of the sheets do not match: each still carries about its share of the area
    inner = -up[:, 2].reshape(5, 5)[1:-1, 1:-1] * 16.0
    assert inner == pytest.approx(pressure, rel=0.01)


@pytest.mark.parametrize(("gap", "guard"), [(0.03, 0.1), (0.03, 0.9)])
def test_forces_and_tangent_are_derivatives(cases, gap, guard):
    points, sets = two_sheets(gap, noise=0.004)
    contact = FacetContact(points, sets, ContactOptions(0.06, 1.0, guard=guard))
    rng = np.random.default_rng(1)
    h = 1e-7
    for _ in range(3):
        along = rng.normal(size=points.shape)
        slope = (contact.energy(points + h * along) - contact.energy(points - h * along)) / (2 * h)
        forces = cases.forces_of(contact, points)
        assert (forces * along).sum() == pytest.approx(slope, rel=1e-6)
        exact = cases.tangent_times(contact, points, along)
        difference = cases.difference_tangent(contact, points, along, h)
        assert np.linalg.norm(exact - difference) <= 1e-6 * np.linalg.norm(exact)
        assert np.abs(forces.sum(axis=0)).max() < 1e-12 * np.abs(forces).sum()
        moment = np.cross(points, forces).sum(axis=0)
        assert np.abs(moment).max() < 1e-12 * np.abs(forces).sum()


def test_edges_that_cross_are_kept_apart_with_exact_tangent(cases):
    blade = np.array([[0, 0, 0], [1, 0, 0], [0.5, -0.1, -1.0]])
    for angle in (1.5, 0.4, 0.02):
        other = np.array([[-0.5 * np.cos(angle), -0.5 * np.sin(angle), 0.02],
                          [0.5 * np.cos(angle), 0.5 * np.sin(angle), 0.02], [0.0, 0.1, 1.0]])  # fmt: skip
        points = np.vstack([blade, other + np.array([0.45, 0.0, 0.0])])
        sets = [np.array([[0, 1, 2]]), np.array([[3, 4, 5]])]
        contact = FacetContact(points, sets, ContactOptions(0.1, 1.0, guard=0.5))
        assert contact.energy(points) > 0.0
        along = np.random.default_rng(2).normal(size=points.shape)
        exact = cases.tangent_times(contact, points, along)
        difference = cases.difference_tangent(contact, points, along, 1e-7)
        assert np.linalg.norm(exact - difference) <= 1e-6 * np.linalg.norm(exact)


def test_convex_and_flat_surfaces_do_not_touch_themselves(cases):
    points, facets = cases.sphere(4)
    for outside in (facets, facets[:, ::-1]):
        contact = FacetContact(points, [outside], ContactOptions(0.3, 1.0, guard=0.02))
        assert contact.energy(points) == 0.0
    flat, facets = sheet(6, 0.0, down=False)
    contact = FacetContact(flat, [facets], ContactOptions(0.5, 1.0, guard=0.02))
    assert contact.energy(flat) == 0.0
    part = contact.evaluate(flat, with_matrix=True)
    assert part.matrices is not None
    assert not part.forces.any()
    assert not part.matrices.any()


def test_no_contact_through_the_solid_between_two_cavities():
    points, sets = two_sheets(0.03)
    inside_out = [facets[:, ::-1] for facets in sets]
    contact = FacetContact(points, inside_out, ContactOptions(0.06, 1.0))
    assert contact.energy(points) == 0.0
    assert FacetContact(points, sets, ContactOptions(0.06, 1.0)).energy(points) > 0.0


def test_pairs_that_meet_within_a_step_are_found(cases):
    points, sets = two_sheets(0.8)
    options = ContactOptions(0.06, 1.0)
    contact = FacetContact(points, sets, options)
    assert contact.energy(points) == 0.0
    near = points.copy()
    near[64:, 2] -= 0.77
    fresh = FacetContact(near, sets, options)
    assert contact.energy(near) == pytest.approx(fresh.energy(near), rel=1e-12)
    assert cases.forces_of(contact, near) == pytest.approx(cases.forces_of(fresh, near), abs=1e-14)
    # the tangent keeps the nodes' own blocks
    own = contact.evaluate(near, with_matrix=True).matrices
    full = fresh.evaluate(near, with_matrix=True).matrices
    assert own is not None
    assert full is not None
    one = np.zeros_like(near)
    one[70] = [0.1, 0.2, 1.0]
    found = cases.tangent_times(contact, near, one)[70]
    assert found == pytest.approx(cases.tangent_times(fresh, near, one)[70], rel=1e-12)


def test_step_is_cut_before_surfaces_cross():
    points, sets = two_sheets(0.8)
    contact = FacetContact(points, sets, ContactOptions(0.06, 1.0))
    step = np.zeros_like(points)
    step[64:, 2] = -1.6
    assert 0.4 < contact.largest_step(points, step) < 0.5
    assert contact.largest_step(points, np.tile([5.0, 0.0, -3.0], (len(points), 1))) == 1.0
    assert contact.largest_step(points, -step) == 1.0
    assert contact.gap(points + 0.45 * step) == pytest.approx(0.08)


@pytest.mark.parametrize("pace", [0.002, 0.02, 0.2])
def test_what_is_known_of_distances_changes_no_answer(pace):
    """A contact that goes on from step to step, against one that knows nothing of the steps before."""
    rng = np.random.default_rng(7)
    points, sets = two_sheets(0.3, noise=0.01)
    options = ContactOptions(0.06, 1.0)
    last, reached = None, []
    for _ in range(12):
        motion = pace * rng.normal(size=points.shape)
        motion[64:, 2] -= pace
        kept, fresh = (
            FacetContact(points, sets, options, last), FacetContact(points, sets, options)
        )  # fmt: skip
        assert np.array_equal(kept.connectivity, fresh.connectivity)
        assert kept.energy(points) == fresh.energy(points)
        length = kept.largest_step(points, motion)
        assert length == fresh.largest_step(points, motion)
        points = points + 0.9 * length * motion
        assert kept.energy(points) == fresh.energy(points)
        last = kept
        reached.append(length)
    assert min(reached) < 1.0 or pace < 0.2
    if pace == 0.002:
        assert last._passing.measured == 1, "small motions need no new distances"


def test_same_bits_for_any_number_of_threads():
    points, sets = two_sheets(0.03, noise=0.004)
    found = []
    for threads in (1, 2, 4):
        with few_threads(threads):
            contact = FacetContact(points, sets, ContactOptions(0.06, 1.0, guard=0.5))
            part = contact.evaluate(points, with_matrix=True)
            assert part.matrices is not None
            found.append(part.forces.tobytes() + part.matrices.tobytes())
    assert found[0] == found[1] == found[2]


def test_quadrature_is_exact_to_its_degree():
    for count, degree in ((3, 2), (6, 4), (12, 6), (48, 6)):
        rule = quadrature(count)
        assert rule.shape == (count, 4)
        assert rule[:, :3].sum(axis=1) == pytest.approx(1.0)
        for p in range(degree + 1):
            exact = 2.0 / ((p + 1) * (p + 2))
            assert rule[:, 3] @ rule[:, 0] ** p == pytest.approx(exact, rel=1e-12)


def test_unusable_input_is_refused():
    with pytest.raises(InputError, match="E-CONTACT-002"):
        quadrature(5)
    with pytest.raises(InputError, match="E-CONTACT-001"):
        FacetContact(np.zeros((3, 3)), [np.array([[0, 1, 1]])], ContactOptions(0.1, 1.0))
