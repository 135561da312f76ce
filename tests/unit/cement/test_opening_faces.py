# SPDX-License-Identifier: BSD-3-Clause
"""Openings on a staircase: faces, shares, and a resistance that does not follow the grid."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.opening_faces import Faces, disc_samples, open_faces, spreading_gap
from vertaug.cement.pressure import PressureSystem
from vertaug.cement.solid_view import OpeningSite, site_from_facets
from vertaug.grid.flow_grid import FlowGrid
from vertaug.verification.problems.invariance import body

TURNS = [np.eye(3), *Rotation.random(5, rng=np.random.default_rng(7)).as_matrix()]


def _flow(grid: FlowGrid) -> float:
    """Steady flow, mm³/s, of a liquid of 1 MPa s through the first opening."""
    system = PressureSystem(grid)
    system.ways.fill(1.0)
    system.assemble(np.ones(system.pressure.shape))
    system.solve(np.zeros(system.pressure.shape), 1e-10)
    return float(system.ways.flows(system.pressure)[system.ways.owner == 0].sum())


def _pair(turn: np.ndarray, radius: float) -> list[OpeningSite]:
    places = [np.array([[0.0, 0.0, z]]) @ turn.T for z in (12.0, -12.0)]
    pressures = (0.0, 1.0)
    return [
        OpeningSite(name, name, f"space_{name}", pressure, place, radius)
        for name, place, pressure in zip("ab", places, pressures, strict=True)
    ]


@pytest.mark.parametrize("radius", [0.5, 1.5, 2.5])
def test_resistance_does_not_follow_the_grid(radius: float) -> None:
    """Two holes in series, each with its two sides: spread below 5 % at 1 mm, and the sum of the closed forms."""
    solid, options = body(1.5), GridOptions(spacing=1.0, anisotropy=1.0)
    flows = []
    for turn in TURNS:
        there = replace(solid, points=solid.points @ turn.T)
        grid, _ = lay_grid(there, _pair(turn, radius), options)
        flows.append(_flow(grid))
    assert np.std(flows) < 0.05 * np.mean(flows)
    k = float(grid.permeability[0][tuple(grid.openings[0].inner[0])])
    one = 3.0 / radius**3 + 1.0 / (4.0 * k * radius) + 1.0 / (4.0 * 0.01 * radius)
    # spreading ends at the rim, `reach` away, where the closed form has it go on
    ends = 1.0 / (2.0 * np.pi * 0.01 * options.reach) if radius > 1.0 else 0.0
    assert np.mean(flows) == pytest.approx(0.5 / (one - ends), rel=0.08)


def test_shares_are_those_of_the_surface() -> None:
    """Faces of axis i pass the square of the normal's component, whatever plane the disc lies in."""
    shape = np.array([24, 24, 24])
    cells = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1)
    for normal in (np.array([0.0, 0.0, 1.0]), np.array([2.0, -1.0, 3.0]) / np.sqrt(14.0)):
        inside = (cells + 0.5 - 12.0) @ normal < 0.0
        inner, outer = [], []
        for axis in range(3):
            for sign in (1, -1):
                near = np.argwhere(inside)
                far = near + sign * np.eye(3, dtype=int)[axis]
                fits = ((far >= 0) & (far < shape)).all(axis=1)
                near, far = near[fits], far[fits]
                hit = ~inside[tuple(far.T)]
                inner.append(near[hit])
                outer.append(far[hit])
        faces = Faces.of(
            np.concatenate(inner).astype(np.int32), np.concatenate(outer).astype(np.int32)
        )
        points, normals = disc_samples(normal, 4.0)
        free = np.ones(len(faces.inner), dtype=bool)
        weights = np.full(len(points), 1.0 / len(points))
        chosen, share = open_faces(faces, free, points + 12.0, normals, weights)
        assert share.sum() == pytest.approx(1.0)
        axis = np.abs(faces.outer[chosen] - faces.inner[chosen]).argmax(axis=1)
        by_axis = np.bincount(axis, share, 3)
        np.testing.assert_allclose(by_axis, normal**2, atol=0.02)
        area = share / np.abs(normal[axis]) * np.pi * 4.0**2
        assert area.max() < 1.1


def test_gap_of_one_face_is_the_lattices() -> None:
    """A disc on one face: 1/(4a), less a source beside a wall, 0.2527 + 0.0861."""
    gap = spreading_gap(
        np.array([[0.5, 0.5, 1.0]]), np.ones(1), np.zeros((1, 3), dtype=np.int32),
        np.array([0.0, 0.0, 1.0]), 0.3,
    )  # fmt: skip
    assert gap == pytest.approx(1.0 / 1.2 - 0.252731 - 0.0860643, abs=1e-6)


def test_mirrored_sites_get_mirrored_faces() -> None:
    solid = body(2.0)
    flip = np.array([-1.0, 1.0, 1.0])
    sites = [OpeningSite("hole", "disc", "disc", 0.0, np.array([[9.0, 4.0, 10.0]]), 1.4)]
    other = [replace(site, points=site.points * flip) for site in sites]
    turned = replace(solid, points=solid.points * flip, cells=solid.cells[:, [1, 0, 2, 3]])
    options = GridOptions(spacing=1.0, anisotropy=1.0)
    (one, _), (two, _) = lay_grid(solid, sites, options), lay_grid(turned, other, options)
    first, second = one.openings[0], two.openings[0]
    mirrored = second.inner.copy()
    mirrored[:, 0] = two.shape[0] - 1 - mirrored[:, 0]
    order, back = np.lexsort(first.inner.T), np.lexsort(mirrored.T)
    assert {tuple(c) for c in first.inner} == {tuple(c) for c in mirrored}
    np.testing.assert_allclose(first.gaps, second.gaps, rtol=1e-6)
    totals = [{tuple(c): 0.0 for c in cells} for cells in (first.inner[order], mirrored[back])]
    for table, cells, share in zip(
        totals, (first.inner, mirrored), (first.share, second.share), strict=True
    ):
        for cell, part in zip(cells, share, strict=True):
            table[tuple(cell)] += part
    for cell, part in totals[0].items():
        assert totals[1][cell] == pytest.approx(part, abs=1e-9)


def test_opening_of_facets_lies_on_them() -> None:
    """A slit along x: its faces lie along it, its area gives its radius."""
    z = 12.0
    corners = np.array(
        [[[-4.0, -0.5, z], [4.0, -0.5, z], [4.0, 0.5, z]], [[-4.0, -0.5, z], [4.0, 0.5, z], [-4.0, 0.5, z]]]
    )  # fmt: skip
    site = site_from_facets("slit", "disc", "disc", 0.0, corners)
    assert np.pi * site.radius**2 == pytest.approx(8.0)
    grid, _ = lay_grid(body(1.5), [site], GridOptions(spacing=1.0, anisotropy=1.0))
    centres = grid.centres(grid.openings[0].inner)
    assert np.ptp(centres[:, 0]) >= 6.0
    assert np.ptp(centres[:, 1]) <= 2.0


def test_rim_stands_by_each_of_its_faces() -> None:
    grid, _ = lay_grid(body(2.0), _pair(np.eye(3), 1.5), GridOptions(spacing=1.5))
    shape = grid.rim_shape()
    assert (shape[~grid.outlet] == 0.0).all()
    assert grid.outlet_faces is not None
    corner = np.argwhere(grid.outlet_faces.sum(axis=0) >= 2)
    assert len(corner)
    cell = tuple(corner[0])
    number = grid.outlet_faces[:, *cell]
    expected = 2.0 * grid.spacing * float(number @ grid.permeability[:, *cell])
    assert shape[cell] == pytest.approx(expected)
