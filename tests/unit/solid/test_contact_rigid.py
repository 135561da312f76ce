# SPDX-License-Identifier: BSD-3-Clause
"""Rigid bodies, friction and clefts: derivatives, limits, what is lost, what lagging costs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vertaug.errors import InputError
from vertaug.solid.contact_cleft import CleftContact
from vertaug.solid.contact_friction import FrictionItem, Grip, settled
from vertaug.solid.contact_law import gap_energy
from vertaug.solid.contact_rigid import RigidContact, facet_quadrature
from vertaug.solid.contact_shapes import Cylinder, Plane, Punch, Sphere
from vertaug.solid.newton import NewtonResult

SHAPES = {
    "plane": Plane(np.array([0.0, 0.0, 0.03]), np.array([0.0, 0.01, -1.0])),
    "sphere": Sphere(np.array([0.3, 0.3, 5.0]), 4.95),
    "cylinder": Cylinder(np.array([0.3, 0.3, 5.0]), np.array([1.0, 0.2, 0.0]), 4.96),
    "punch": Punch(np.array([0.2, 0.2, 0.04]), np.array([0.0, 0.02, -1.0]), 0.4),
}
TRIANGLE = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.02], [0.0, 1.0, 0.0]])
FACETS = {
    3: TRIANGLE,
    4: np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.01], [0.0, 1.0, 0.0]]),
    6: np.vstack([TRIANGLE, 0.5 * (TRIANGLE + TRIANGLE[[1, 2, 0]]) + [0.0, 0.0, 0.004]]),
}
quick = settings(max_examples=60, deadline=None, derandomize=True)


@quick
@given(st.sampled_from(sorted(SHAPES)), st.integers(0, 10_000))
def test_gap_has_its_gradient_and_hessian(name, seed):
    shape = SHAPES[name]
    rng = np.random.default_rng(seed)
    place = rng.uniform(-1.0, 1.0, (1, 3))
    if name == "punch":
        place[:, 2] = -abs(place[:, 2])
    gap, normal, hessian = shape.gap(place)
    h = 1e-6
    assert np.linalg.norm(normal) == pytest.approx(1.0)
    if abs(gap[0]) < 1e-3 or (
        name == "punch" and abs(np.hypot(*(place[0, :2] - 0.2)) - 0.4) < 0.02
    ):
        return
    for d in range(3):
        step = np.zeros((1, 3))
        step[0, d] = h
        up, down = shape.gap(place + step), shape.gap(place - step)
        assert (up[0] - down[0])[0] / (2 * h) == pytest.approx(normal[0, d], abs=1e-7)
        slope = (up[1] - down[1])[0] / (2 * h)
        assert slope == pytest.approx(hessian[0, d], abs=1e-6 * (1.0 + np.abs(hessian).max()))
    moved = shape.moved(np.array([0.1, 0.2, 0.3])).gap(place + np.array([0.1, 0.2, 0.3]))
    assert moved[0] == pytest.approx(gap)


def test_gap_energy_is_smooth_and_goes_on_into_overlaps():
    reach, stiffness, h = 0.2, 3.0, 1e-6
    gap = np.array([-0.3, 0.0, 0.0199, 0.0201, 0.1, 0.1999, 0.3])
    energy, slope, curve = gap_energy(gap, reach, stiffness)
    up, down = gap_energy(gap + h, reach, stiffness), gap_energy(gap - h, reach, stiffness)
    assert (up[0] - down[0]) / (2 * h) == pytest.approx(slope, rel=1e-7, abs=1e-8)
    assert (up[1] - down[1]) / (2 * h) == pytest.approx(curve, rel=1e-6, abs=1e-4)
    assert (np.diff(slope) >= 0.0).all()
    assert energy[-1] == slope[-1] == curve[-1] == 0.0


@pytest.mark.parametrize("corners", [3, 4, 6])
@pytest.mark.parametrize("name", sorted(SHAPES))
@pytest.mark.parametrize("count", [None, 6])
def test_rigid_contact_has_exact_forces_and_tangent(cases, name, corners, count):
    points = FACETS[corners]
    facets = np.arange(corners, dtype=np.int32)[None]
    contact = RigidContact.start(points, facets, SHAPES[name], 0.1, 2.0, count)
    rng = np.random.default_rng(3)
    along, h = rng.normal(size=points.shape), 1e-7
    forces = cases.forces_of(contact, points)
    slope = (contact.energy(points + h * along) - contact.energy(points - h * along)) / (2 * h)
    assert (forces * along).sum() == pytest.approx(slope, rel=1e-6)
    exact = cases.tangent_times(contact, points, along)
    difference = cases.difference_tangent(contact, points, along, h)
    assert np.linalg.norm(exact - difference) <= 1e-6 * np.linalg.norm(exact)
    assert contact.force(points) == pytest.approx(forces.sum(axis=0), rel=1e-12)
    assert contact.measure.sum() == pytest.approx(0.5 if corners != 4 else 1.0, rel=0.01)


def test_facets_of_other_kinds_are_refused():
    with pytest.raises(InputError, match="E-CONTACT-003"):
        facet_quadrature(5, 6)


@pytest.mark.parametrize("scale", [0.002, 0.05])
def test_friction_has_exact_forces_and_tangent(cases, scale):
    points = FACETS[3]
    contact = RigidContact.start(
        points, np.array([[0, 1, 2]], dtype=np.int32), SHAPES["plane"], 0.1, 2.0, 6
    )
    rng = np.random.default_rng(4)
    grip = contact.grip(points)
    slip = 0.003 * rng.normal(size=grip.normals.shape)
    friction = FrictionItem.start(points, grip, 0.5, 0.01, slip)
    here = points + scale * rng.normal(size=points.shape)
    along, h = rng.normal(size=points.shape), 1e-8
    exact = cases.tangent_times(friction, here, along)
    difference = cases.difference_tangent(friction, here, along, h)
    assert np.linalg.norm(exact - difference) <= 1e-6 * np.linalg.norm(exact)
    slope = (friction.energy(here + h * along) - friction.energy(here - h * along)) / (2 * h)
    assert (cases.forces_of(friction, here) * along).sum() == pytest.approx(slope, rel=1e-6)
    size = np.linalg.norm(friction.tractions(here), axis=1)
    assert (size <= friction.limits * (1.0 + 1e-12)).all()


@quick
@given(st.integers(0, 10_000))
def test_friction_never_gains_and_stick_keeps_its_force(seed):
    rng = np.random.default_rng(seed)
    points = np.zeros((1, 3))
    normal = np.array([[0.0, 0.0, 1.0]])
    grip = Grip(np.array([[0]], dtype=np.int32), np.ones((1, 1)), normal, np.array([2.0]))
    slip, stored, work, lost = np.zeros((1, 3)), 0.0, 0.0, 0.0
    mu, elastic = 0.6, 0.01
    for _ in range(12):
        friction = FrictionItem.start(points, grip, mu, elastic, slip)
        path = points + rng.normal(size=(1, 3)) * [[0.01, 0.01, 0.0]]
        before = friction.tractions(points)
        work += friction.energy(path) - friction.energy(points)
        loss = friction.dissipation(path)
        assert loss >= 0.0
        lost += loss
        slip, points = friction.slip_after(path), path
        stored = 0.5 * mu * 2.0 / elastic * float((slip**2).sum())
        following = FrictionItem.start(points, grip, mu, elastic, slip)
        assert following.tractions(points) == pytest.approx(friction.tractions(path), abs=1e-12)
        assert before.shape == (1, 3)
    assert work == pytest.approx(stored + lost, abs=1e-12)


def test_what_lagging_costs_falls_with_every_round():
    # a wedge: the normal force grows with the slide, so one round is wrong by that growth
    points = np.zeros((1, 3))
    normal = np.array([[0.0, 0.0, 1.0]])
    node = np.array([[0]], dtype=np.int32)

    def grip(here):
        return Grip(node, np.ones((1, 1)), normal, 1.0 + 0.5 * here[:, 0])

    def solve(here, frictions):
        limit = float(frictions[0].limits[0])
        # a spring of 1 N/mm pulled by 2 mm against the sliding friction
        moved = np.array([[2.0 - limit, 0.0, 0.0]])
        return NewtonResult(moved, True, 1, (0.0,), 0.0, 0, "converged")

    def regrip(here, frictions):
        return tuple(f.regripped(grip(here)) for f in frictions)

    begun = (FrictionItem.start(points, grip(points), 0.4, 1e-3),)
    exact = (2.0 - 0.4) / 1.2
    errors, lags = [], []
    for rounds in (1, 2, 4, 8):
        answer = settled(points, begun, solve, regrip, 1e-12, rounds)
        errors.append(abs(answer.newton.points[0, 0] - exact))
        lags.append(answer.lag)
    assert errors[0] == pytest.approx(1.6 - exact)
    assert errors[-1] < 2e-5 * errors[0]
    assert all(error < lag for error, lag in zip(errors, lags, strict=True)), "the lag bounds it"
    assert lags == sorted(lags, reverse=True)


def faces(shift=0.0, gap=0.0):
    """Two faces of a cleft on top of each other, of two triangles each, in space."""
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    points = np.vstack([square, square + np.array([shift, 0.0, gap])])
    up = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    down = np.array([[4, 6, 5], [4, 7, 6]], dtype=np.int32)
    return points, up, down


def test_cleft_starts_closed_without_force_and_carries_no_tension(cases):
    points, up, down = faces()
    cleft = CleftContact.start(points, up, down, reach=0.01, stiffness=5.0, search=0.1)
    assert cleft.measure.sum() == pytest.approx(1.0)
    assert np.abs(cleft.pressures(points)).max() == 0.0
    lifted = points + np.array([[0.0, 0.0, 0.2]]) * (np.arange(8) > 3)[:, None]
    assert not cases.forces_of(cleft, lifted).any()
    pressed = points - np.array([[0.0, 0.0, 0.005]]) * (np.arange(8) > 3)[:, None]
    forces = cases.forces_of(cleft, pressed)
    assert forces[:4, 2].sum() == pytest.approx(5.0 * 1.19314718, rel=1e-8)
    assert forces.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    rng = np.random.default_rng(5)
    here, along = pressed + 1e-3 * rng.normal(size=points.shape), rng.normal(size=points.shape)
    exact = cases.tangent_times(cleft, here, along)
    difference = cases.difference_tangent(cleft, here, along, 1e-8)
    assert np.linalg.norm(exact - difference) <= 1e-6 * np.linalg.norm(exact)


def test_points_beyond_the_edge_of_the_other_face_carry_nothing():
    points, up, down = faces(shift=0.4, gap=-0.005)
    cleft = CleftContact.start(points, up, down, reach=0.01, stiffness=5.0, search=0.6, count=48)
    assert cleft.measure.sum() == pytest.approx(0.6, rel=0.06)
    assert len(cleft.measure) == 4 * 48, "every point keeps its row"
    touching = cleft.measure > 0.0
    assert cleft.gaps(points)[touching] == pytest.approx(-0.005)
