# SPDX-License-Identifier: BSD-3-Clause
"""Cavities whose walls meet and bodies that grow into each other: nothing passes through anything."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.mesh.surface import enclosed_volume
from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug.solid.contact import ContactOptions, FacetContact
from vertaug.solid.contact_rigid import RigidContact
from vertaug.solid.contact_shapes import Plane
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")


def crossings(points, facets):
    """Number of pairs of facets without a common node of which an edge passes through the other."""
    corner = points[facets]
    low, high = corner.min(axis=1), corner.max(axis=1)
    i, j = np.triu_indices(len(facets), 1)
    near = ((low[i] <= high[j]) & (low[j] <= high[i])).all(axis=1)
    i, j = i[near], j[near]
    apart = ~(facets[i][:, :, None] == facets[j][:, None, :]).any(axis=(1, 2))
    i, j = i[apart], j[apart]
    found = np.zeros(len(i), dtype=bool)
    for one, two in ((corner[i], corner[j]), (corner[j], corner[i])):
        normal = np.cross(two[:, 1] - two[:, 0], two[:, 2] - two[:, 0])
        for k in range(3):
            p, q = one[:, k], one[:, (k + 1) % 3]
            sides = np.einsum("nd,nd->n", normal, p - two[:, 0])
            sides = sides * np.einsum("nd,nd->n", normal, q - two[:, 0])
            turns = np.stack(
                [
                    np.einsum("nd,nd->n", q - p, np.cross(two[:, m] - p, two[:, (m + 1) % 3] - p))
                    for m in range(3)
                ],
                axis=1,
            )
            found |= (sides < 0.0) & ((turns > 0.0).all(axis=1) | (turns < 0.0).all(axis=1))
    return int(found.sum())


def test_the_check_sees_a_crossing():
    points = np.array(
        [[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0.2, 0.2, -1], [0.3, 0.2, 1], [0.2, 0.3, 1]]
    )
    facets = np.array([[0, 1, 2], [3, 4, 5]])
    assert crossings(points, facets) == 1
    assert crossings(points + 2.0 * (np.arange(6) > 2)[:, None], facets) == 0


def lens(cases, n):
    """A ball around a flat cavity."""
    body = cases.ball(cases.sphere(n), np.array([1.0, 1.35, 1.8, 2.4, 3.0]))
    radius = np.linalg.norm(body.points, axis=1)
    points = body.points.copy()
    points[:, 2] *= np.interp(radius, [1.0, 3.0], [0.2, 1.0])
    return replace(body, points=points, cells=cases.positive(points, body.cells))


def test_walls_of_a_closing_cavity_meet_and_carry_load(cases):
    body = lens(cases, 4)
    item = body.item(laws.NEO_HOOKE, cases.row(1.0, 0.2))
    outer = np.unique(body.outer)
    fixed = np.zeros(body.points.shape, dtype=bool)
    fixed[outer] = True
    points = body.points.copy()
    volumes, loads = [], []
    for push in (0.06, 0.12, 0.18, 0.24, 0.30, 0.36):
        points[outer, 2] = body.points[outer, 2] * (1.0 - push)
        contact = FacetContact(points, [body.inner], ContactOptions(reach=0.04, stiffness=0.3))
        result = cases.solve(points, [item, contact], fixed, 1e-9, body.points)
        assert result.converged, result.reason
        points = result.points
        assert crossings(points, body.inner) == 0
        volumes.append(-enclosed_volume(points, body.inner))
        touch = FacetContact(points, [body.inner], contact.options).touch(points)
        loads.append(float((touch.pressures * touch.areas).sum()))
        inner = np.setdiff1d(np.arange(len(points)), outer)
        total = cases.forces_of(item, points) + cases.forces_of(contact, points)
        assert np.abs(total[inner]).max() < 1e-6
    assert min(volumes) > 0.0
    assert (np.diff(volumes) < 0.0).all()
    assert loads[1] == 0.0, "the walls were apart before"
    assert loads[-1] > loads[-2] > loads[-3] > 0.0
    assert result.residuals[-1] < 100.0 * result.residuals[-2] ** 1.8, "quadratic at the end"
    assert contact.gap(points) > 0.1 * 0.04


def test_two_balls_that_are_blown_up_in_a_box_flatten_against_each_other(cases):
    one = cases.ball(cases.sphere(4), np.array([0.8, 1.0]))
    n = len(one.points)
    shift = np.array([1.02, 0.0, 0.0])
    points = np.vstack([one.points - shift, one.points + shift])
    cells = np.concatenate([one.cells, one.cells + n]).astype(np.int32)
    both = replace(one, points=points, cells=cells)
    item = both.item(laws.NEO_HOOKE, cases.row(1.0, 0.2))
    outer = [one.outer, (one.outer + n).astype(np.int32)]
    inner = [one.inner, (one.inner + n).astype(np.int32)]
    volume = -enclosed_volume(one.points, one.inner)
    fixed = np.zeros(points.shape, dtype=bool)
    # each ball keeps its four nodes on the y and z axes on these planes: no drift, no turn
    fixed[np.abs(points[:, 1]) < 1e-9, 1] = True
    fixed[np.abs(points[:, 2]) < 1e-9, 2] = True
    start = points
    everything = np.concatenate(outer)
    walls = [Plane(np.array([s * 2.1, 0, 0]), np.array([-s, 0, 0])) for s in (-1.0, 1.0)]
    for growth in (1.2, 1.45, 1.7):
        contact = FacetContact(points, outer, ContactOptions(reach=0.06, stiffness=0.1))
        box = [RigidContact.start(points, everything, wall, 0.06, 0.1) for wall in walls]
        filled = [CavityItem(f, syringe_energy(growth * volume, 20.0)) for f in inner]
        result = cases.solve(points, [item, contact, *box, *filled], fixed, 1e-8, start)
        assert result.converged, result.reason
        points = result.points
        assert crossings(points, np.concatenate(outer)) == 0
    push = cases.forces_of(contact, points)
    between = push[:n].sum(axis=0)[0]
    assert between > 0.015
    # the ball on the left stands between its wall and its neighbour
    assert between == pytest.approx(box[1].force(points)[0], rel=1e-3)
    assert -between == pytest.approx(box[0].force(points)[0], rel=1e-3)
    assert points[:n, 0].max() == pytest.approx(-0.5 * contact.gap(points), abs=0.01)
    assert box[0].penetration(points) == 0.0
