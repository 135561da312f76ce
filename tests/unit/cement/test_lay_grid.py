# SPDX-License-Identifier: BSD-3-Clause
"""The grid over the solid: what it conserves, where it opens, and back to the solid."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.solid_view import OpeningSite, site_from_facets, surface_volume
from vertaug.cement.to_solid import field_at, saturation_to_solid
from vertaug.errors import InputError
from vertaug.grid.flow_grid import Kind

COARSE = GridOptions(spacing=1.0, reach=6.0)


def test_mass_and_cavity_are_those_of_the_mesh(make_solid, sites) -> None:
    solid = make_solid(rim_ratio=0.4)
    grid, report = lay_grid(solid, sites, COARSE)
    inside = np.isin(grid.kind, (Kind.BONE, Kind.CAVITY))
    cavity = surface_volume(solid.points, solid.cavities[0][1], "balloon")
    pores = float(((1.0 - solid.present_fraction()) * solid.volumes()).sum()) + cavity
    assert grid.pore_volume()[inside].sum() == pytest.approx(pores, rel=1e-10)
    assert grid.porosity.max() <= 1.0
    assert report.bone_mass_error < 1e-10
    assert report.cavity_error < 1e-10
    assert report.counted_bone_error < 0.05
    assert report.counted_cavity_error < 0.08


def test_compacted_rim_is_less_permeable(make_solid, sites) -> None:
    loose, _ = lay_grid(make_solid(rim_ratio=1.0), sites, COARSE)
    tight, _ = lay_grid(make_solid(rim_ratio=0.3), sites, COARSE)
    rim = loose.cell_at(np.array([[6.0, 0.0, 0.0]]))[0]
    assert tight.permeability[0][tuple(rim)] < 0.1 * loose.permeability[0][tuple(rim)]


def test_openings_join_bone_to_their_compartment(make_solid, sites) -> None:
    grid, _ = lay_grid(make_solid(), sites, COARSE)
    names = [item.name for item in grid.compartments]
    assert names == ["canal", "paravertebral", "disc"]
    for opening, site in zip(grid.openings, sites, strict=True):
        assert (np.abs(opening.outer - opening.inner).sum(axis=1) == 1).all()
        assert np.isin(grid.kind[tuple(opening.inner.T)], (Kind.BONE, Kind.CAVITY)).all()
        assert (grid.kind[tuple(opening.outer.T)] == Kind.EXTERIOR).all()
        place = grid.compartment[tuple(opening.outer.T)]
        assert {names[n] for n in place} == {site.compartment}
    for axis in range(3):
        kind = np.moveaxis(grid.kind, axis, 0)
        across = (kind[:-1] == Kind.EXTERIOR) != (kind[1:] == Kind.EXTERIOR)
        assert not (across & np.moveaxis(grid.passable(axis), axis, 0)).any()


def test_opening_off_the_bone_is_refused(make_solid) -> None:
    lost = OpeningSite("lost", "disc", "disc", 0.0, np.array([[0.0, 0.0, 40.0]]), 1.0)
    with pytest.raises(InputError, match=r"openings\.lost"):
        lay_grid(make_solid(), (lost,), COARSE)


def test_open_cavity_is_refused(make_solid, sites) -> None:
    solid = make_solid()
    name, facets = solid.cavities[0]
    with pytest.raises(InputError, match=r"cavities\.balloon"):
        lay_grid(replace(solid, cavities=((name, facets[1:]),)), sites, COARSE)


def test_cannula_region_is_sealed(make_solid, sites) -> None:
    solid = make_solid()
    centre = solid.points[solid.cells].mean(axis=1)
    rod = (np.hypot(centre[:, 0] - 10.0, centre[:, 2]) < 2.5) & (centre[:, 1] > 3.0)
    solid = replace(solid, region=rod.astype(np.int32), region_names=("trabecular", "cannula_left"))
    grid, _ = lay_grid(solid, sites, COARSE)
    assert grid.kind[tuple(grid.cell_at(np.array([[10.0, 6.0, 0.0]]))[0])] == Kind.SEALED


def test_site_from_facets_has_their_area() -> None:
    corners = np.array([[[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]])
    site = site_from_facets("crack", "disc", "disc", 0.0, corners)
    assert np.pi * site.radius**2 == pytest.approx(2.0)


def ball_of_cement(grid, radius=9.0):
    """Saturation of a ball about the middle of a grid, and how far its voxels are."""
    where = np.moveaxis(np.indices(grid.shape), 0, -1).reshape(-1, 3)
    apart = np.linalg.norm(grid.centres(where), axis=1).reshape(grid.shape)
    return np.where(apart < radius, 1.0, 0.0), apart


def test_cement_goes_back_to_the_solid_in_full(make_solid, sites) -> None:
    solid = make_solid()
    grid, _ = lay_grid(solid, sites, COARSE)
    saturation, apart = ball_of_cement(grid)
    degree = np.where(apart < 7.0, 0.9, 0.6)
    cement = saturation_to_solid(grid, saturation, solid, degree)
    whole = (saturation * grid.pore_volume()).sum()
    assert cement.in_pores + cement.in_cavities == pytest.approx(whole, rel=1e-12)
    assert cement.in_cavities == pytest.approx(
        surface_volume(solid.points, solid.cavities[0][1], "balloon")
    )
    assert cement.fraction @ solid.volumes() == pytest.approx(cement.in_pores, rel=1e-12)
    assert cement.error < 1e-12
    assert cement.factor == pytest.approx(1.0, abs=0.05)
    assert cement.filling.max() <= 1.0
    assert cement.fraction == pytest.approx(0.9 * cement.filling, rel=1e-12)
    away = np.linalg.norm(solid.points[solid.cells].mean(axis=1), axis=1)
    inner, outer = away < 5.4, (away > 8.0) & (cement.filling > 0.0)
    assert cement.cure[inner] == pytest.approx(np.full(inner.sum(), 0.9), abs=1e-12)
    assert cement.cure[outer].mean() == pytest.approx(0.6, abs=0.02)
    assert not cement.cure[cement.filling == 0.0].any()


def test_what_a_full_cell_cannot_hold_goes_to_its_likes(make_solid, sites) -> None:
    solid = make_solid()
    grid, _ = lay_grid(solid, sites, COARSE)
    saturation, _ = ball_of_cement(grid)
    more = replace(grid, porosity=np.minimum(1.08 * grid.porosity, 1.0))
    cement = saturation_to_solid(more, saturation, solid)
    whole = (saturation * more.pore_volume()).sum()
    assert cement.filling.max() <= 1.0 + 1e-12
    held = cement.fraction @ solid.volumes() + cement.in_cavities
    assert held == pytest.approx(whole, rel=1e-9)
    far = np.linalg.norm(solid.points[solid.cells].mean(axis=1), axis=1) > 13.0
    assert not cement.filling[far].any()


def test_fields_of_cavities_do_not_see_the_bone_around(make_solid, sites) -> None:
    solid = make_solid()
    grid, _ = lay_grid(solid, sites, COARSE)
    field = np.where(grid.kind == Kind.CAVITY, 0.7, 0.1)
    inside = np.array([[0.0, 0.0, 0.0], [4.5, 0.0, 0.0], [0.0, -4.9, 0.0]])
    assert field_at(grid, field, Kind.CAVITY, inside) == pytest.approx(0.7, abs=1e-14)
    steps = np.stack(np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij"))
    x = grid.origin[0] + grid.spacing * (steps[0] + 0.5)
    assert field_at(grid, x, Kind.CAVITY, inside[:1])[0] == pytest.approx(0.0, abs=1e-12)
    half = 0.5 * (1.0 - np.sign(np.round(x, 9)))
    cement = saturation_to_solid(grid, half, solid)
    hollow = surface_volume(solid.points, solid.cavities[0][1], "balloon")
    assert cement.in_cavities == pytest.approx(0.5 * hollow, rel=0.03)


def test_permeability_off_the_grids_axes_is_told(make_solid, sites) -> None:
    solid = make_solid()
    turned = (0.0, np.sin(np.radians(20.0)), np.cos(np.radians(20.0)))
    grid, report = lay_grid(solid, sites, replace(COARSE, anisotropy=2.05, axis=turned))
    assert report.off_axis == pytest.approx(0.300548, rel=1e-5)
    assert "turned" in report.warnings[0]
    bone = grid.permeability[:, grid.kind == Kind.BONE]
    assert (bone[1] / bone[0]).mean() == pytest.approx(1.0 + 1.05 * turned[1] ** 2, rel=1e-12)
    assert lay_grid(solid, sites, COARSE)[1].warnings == ()


@pytest.mark.parametrize("axis", [(0.0, 0.0, 0.0), (0.0, np.nan, 1.0)])
def test_an_axis_that_is_no_direction_is_refused(make_solid, sites, axis) -> None:
    with pytest.raises(InputError, match="E-CEMENT-014"):
        lay_grid(make_solid(), sites, replace(COARSE, axis=axis))
