# SPDX-License-Identifier: BSD-3-Clause
"""Spaces around the bone: what lies where, what joins what, where cement is booked."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.pressure import PressureSystem
from vertaug.cement.result import InjectionResult
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.cement.surroundings import CanalSpace, DiscSpace, Surroundings
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.outside_spaces import SpaceProperties, properties_of
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.mesh.surface import boundary_facets
from vertaug.verification.problems.invariance import body

OPTIONS = GridOptions(spacing=1.25, anisotropy=1.0, reach=6.0)
CANAL = CanalSpace(np.array([0.0, 23.0, 0.0]), 8.0, 8.0)
THIN = Cement("thin", of_ages({0.0: Newtonian(1e-5)}, cap=1e3), 0.0, 1e-7)
PLACES = {
    "breach": ("canal", (0.0, 15.0, 0.0)),
    "side": ("cortical_defect", (20.0, 0.0, 0.0)),
    "plate": ("disc", (2.0, -2.0, 11.9)),
}


def _site(name: str, pressure: float | None = None, space: str = "outside") -> OpeningSite:
    pathway, at = PLACES[name]
    return OpeningSite(name, pathway, space, pressure, np.array([at]), 2.0)


def _discs(solid: DeformedSolid, closed: bool = False) -> tuple[DiscSpace, ...]:
    facets = boundary_facets(solid.cells)[0]
    corners = solid.points[facets]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    up = normal[:, 2] / np.linalg.norm(normal, axis=1)
    return tuple(
        DiscSpace(name, corners[sign * up > 0.75], sign, 8.0, closed)
        for name, sign in (("disc_superior", 1), ("disc_inferior", -1))
    )


@pytest.fixture(scope="module")
def solid() -> DeformedSolid:
    return body(2.0)


@pytest.fixture(scope="module")
def grid(solid: DeformedSolid) -> FlowGrid:
    around = Surroundings(canal=CANAL, discs=_discs(solid))
    return lay_grid(solid, [_site(name) for name in PLACES], OPTIONS, around)[0]


def _leak(grid: FlowGrid, volume: float = 12000.0) -> InjectionResult:
    tip = Cannula("tip", (3.0, 3.0, 3.0), 11, 120.0)
    return inject(grid, THIN, [tip], [Push("tip", volume, 100.0)])


@pytest.fixture(scope="module")
def leaked(grid: FlowGrid) -> InjectionResult:
    return _leak(grid)


def _name_at(grid: FlowGrid, *at: float) -> str:
    cell = grid.cell_at(np.array([at]))[0]
    if (cell < 0).any() or (cell >= grid.shape).any():
        return ""
    number = grid.compartment[tuple(cell)]
    return "" if number < 0 else grid.compartments[number].name


def test_voxels_are_named_by_what_lies_there(grid) -> None:
    assert _name_at(grid, 0.0, 18.0, 0.0) == "canal"
    assert _name_at(grid, 0.0, 18.0, 8.0) == "canal"
    assert _name_at(grid, 9.5, 16.5, 0.0) == "foramen_left"
    assert _name_at(grid, -9.5, 16.5, 0.0) == "foramen_right"
    assert _name_at(grid, 0.0, 0.0, 14.0) == "disc_superior"
    assert _name_at(grid, 23.0, 0.0, 0.0) == "paravertebral"
    assert _name_at(grid, 0.0, 0.0, -14.0) == ""


def test_a_disc_has_its_height(grid) -> None:
    disc = grid.compartment == [c.name for c in grid.compartments].index("disc_superior")
    column = disc[tuple(grid.cell_at(np.array([[0.0, 0.0, 0.0]]))[0][:2])]
    assert column.sum() * grid.spacing == pytest.approx(8.0, abs=2.0 * grid.spacing)


def test_properties_are_those_of_the_space(grid) -> None:
    for number, space in enumerate(grid.compartments):
        cells = grid.compartment == number
        kind = {"d": "disc", "f": "foramen"}.get(space.name[0], space.name)
        expected = properties_of(kind)
        if cells.any():
            assert (grid.porosity[cells] == expected.porosity).all()
            assert (grid.permeability[:, cells] == expected.permeability).all()
        assert space.pressure == expected.pressure


def test_spaces_join_but_where_anatomy_parts_them(grid) -> None:
    names = [item.name for item in grid.compartments]
    joined = set()
    for axis in range(3):
        open_ = np.moveaxis(grid.passable(axis), axis, 0)
        space = np.moveaxis(grid.compartment, axis, 0)
        pair = np.stack([space[:-1][open_], space[1:][open_]], axis=1)
        joined |= {
            frozenset(names[n] for n in row) for row in np.unique(pair, axis=0) if min(row) >= 0
        }
    assert frozenset({"canal", "foramen_left"}) in joined
    assert frozenset({"disc_superior", "paravertebral"}) in joined
    assert frozenset({"canal", "paravertebral"}) not in joined
    assert frozenset({"canal", "disc_superior"}) not in joined


def test_leaks_are_booked_by_pathway_and_by_space(leaked) -> None:
    assert leaked.in_spaces["canal"] > 0.5 * leaked.leaked["canal"]
    assert min(leaked.in_spaces[f"foramen_{side}"] for side in ("left", "right")) > 0.0
    assert leaked.in_spaces["disc_superior"] >= leaked.leaked["disc"]
    assert leaked.in_spaces["paravertebral"] > 0.5 * leaked.leaked["cortical_defect"]
    assert min(leaked.leaked.values()) > 5.0
    assert sum(leaked.in_spaces.values()) == pytest.approx(sum(leaked.leaked.values()), rel=1e-10)
    for name, row in leaked.led_to.items():
        assert sum(row.values()) == pytest.approx(leaked.leaked[name], rel=1e-9)
    for space, volume in leaked.in_spaces.items():
        fed = sum(row[space] for row in leaked.led_to.values())
        assert fed == pytest.approx(volume, rel=1e-9, abs=1e-12)
    led = leaked.led_to
    assert led["canal"]["foramen_left"] > 0.0
    assert led["canal"]["disc_superior"] == led["disc"]["canal"] == 0.0
    assert led["disc"]["disc_superior"] > 0.9 * leaked.leaked["disc"]
    assert leaked.leaked_by_opening["plate"] == leaked.leaked["disc"]
    assert leaked.balance_error < 1e-10
    assert leaked.saturation.max() <= 1.0 + 1e-12
    first = leaked.first_in_space_s["canal"]
    assert first is not None
    assert np.interp(first, leaked.history.time, leaked.history.spaces["canal"]) == pytest.approx(
        1.0
    )
    assert leaked.first_in_space_s["vein"] is None


def test_what_crosses_the_rim_is_booked_where_it_did(solid) -> None:
    """A disc of hardly any room: cement goes through it beyond the grid."""
    tight = {"disc": SpaceProperties(1e-2, 0.02, 0.0)}
    around = Surroundings(canal=CANAL, discs=_discs(solid), given=tight)
    small = replace(OPTIONS, reach=2.5)
    grid, _ = lay_grid(solid, [_site("plate")], small, around)
    result = _leak(grid, 14000.0)
    assert result.left_grid > 10.0
    lying = result.volume_in(Kind.EXTERIOR)
    assert sum(result.in_spaces.values()) == pytest.approx(lying + result.left_grid, rel=1e-10)
    assert sum(result.in_spaces.values()) == pytest.approx(result.leaked["disc"], rel=1e-10)


def test_an_intact_disc_takes_nothing_and_says_so(solid) -> None:
    around = Surroundings(canal=CANAL, discs=_discs(solid, closed=True))
    sites = [_site("plate"), _site("side")]
    grid, _ = lay_grid(solid, sites, OPTIONS, around)
    result = _leak(grid, 100.0)
    assert result.leaked["disc"] == 0.0
    assert any("plate leads nowhere" in text for text in result.warnings)


def test_mirrored_geometry_gives_the_mirrored_leak(solid) -> None:
    flip = np.array([-1.0, 1.0, 1.0])
    sites = [_site("breach"), replace(_site("side"), points=np.array([[18.0, 5.0, 2.0]]))]
    other = [replace(site, points=site.points * flip) for site in sites]
    turned = replace(solid, points=solid.points * flip, cells=solid.cells[:, [1, 0, 2, 3]])
    around = Surroundings(canal=CANAL)
    results = []
    for shape, where, x in ((solid, sites, 3.0), (turned, other, -3.0)):
        grid, _ = lay_grid(shape, where, OPTIONS, around)
        tip = Cannula("tip", (x, 3.0, 3.0), 11, 120.0)
        results.append(inject(grid, THIN, [tip], [Push("tip", 9000.0, 100.0)]))
    one, two = results
    np.testing.assert_allclose(one.saturation, two.saturation[::-1], atol=1e-3)
    swapped = {"foramen_left": "foramen_right", "foramen_right": "foramen_left"}
    for name, volume in one.in_spaces.items():
        assert two.in_spaces[swapped.get(name, name)] == pytest.approx(volume, rel=1e-3, abs=1e-6)


def test_veins_keep_their_own_pressures_and_close_against_tissue(solid) -> None:
    """Marrow at rest runs from the vein of higher pressure through the bone to the other."""
    sites = [
        replace(_site("side", 0.0, "vein"), name="low", pathway="segmental_vein", length=5.0),
        replace(
            _site("side", 5e-3, "vein"), name="high", pathway="segmental_vein", length=5.0,
            points=np.array([[-20.0, 0.0, 0.0]]),
        ),
    ]  # fmt: skip
    grid, _ = lay_grid(solid, sites, OPTIONS, Surroundings(canal=CANAL))
    vein = grid.compartment == [c.name for c in grid.compartments].index("vein")
    assert set(np.unique(grid.outer_pressure()[vein])) == {0.0, 5e-3}
    for axis in range(3):
        open_ = np.moveaxis(grid.passable(axis), axis, 0)
        mask = np.moveaxis(vein, axis, 0)
        assert not (open_ & (mask[:-1] != mask[1:])).any()
    system = PressureSystem(grid)
    system.ways.fill(1e-7)
    system.assemble(np.full(system.pressure.shape, 1e-7))
    system.solve(np.zeros(system.pressure.shape), 1e-10)
    flow = system.ways.flows(system.pressure)
    low, high = (float(flow[system.ways.owner == n].sum()) for n in (0, 1))
    assert low > 0.0
    assert high == pytest.approx(-low, rel=1e-6)


def test_an_opening_may_have_a_pressure_of_its_own(solid) -> None:
    sites = [_site("side", 2e-3), _site("breach")]
    grid, _ = lay_grid(solid, sites, OPTIONS, Surroundings(canal=CANAL))
    names = [c.name for c in grid.compartments]
    outer = grid.outer_pressure()
    beside = grid.outlet & (grid.compartment == names.index("paravertebral"))
    canal = grid.outlet & (grid.compartment == names.index("canal"))
    assert set(np.unique(outer[beside])) == {2e-3}
    assert set(np.unique(outer[canal])) == {properties_of("canal").pressure}


def test_nothing_moves_once_the_piston_rests(grid) -> None:
    """All spaces are in balance: after the schedule every curve stays where it is, at the first step."""
    tip = Cannula("tip", (3.0, 3.0, 3.0), 11, 120.0)
    options = InjectionOptions(settle=60.0)
    result = inject(grid, THIN, [tip], [Push("tip", 8000.0, 100.0)], options)
    assert result.failure == ""
    time = result.history.time
    assert 80.0 < time[-1] < 90.0
    for curve in (*result.history.leaked.values(), *result.history.spaces.values()):
        assert curve[-1] == curve[time <= 80.0 + 1e-9][-1]
    assert result.history.marrow_out[-1] == result.history.marrow_out[time <= 80.0 + 1e-9][-1]


def test_a_cleft_is_a_kind_of_its_own(solid) -> None:
    """Cement starts in a cleft as in a cavity, and is booked there."""
    centre = solid.points[solid.cells].mean(axis=1)
    gap = (np.abs(centre[:, 2]) < 2.0) & (np.hypot(centre[:, 0], centre[:, 1]) < 8.0)
    split = replace(
        solid, region=gap.astype(np.int32), region_names=("trabecular", "cleft"),
        bone_fraction=np.where(gap, 0.0, 0.1),
    )  # fmt: skip
    grid, report = lay_grid(split, [_site("side")], OPTIONS)
    cleft = grid.kind == Kind.CLEFT
    assert cleft.sum() * grid.cell_volume == pytest.approx(
        float(split.volumes()[gap].sum()), rel=0.2
    )
    assert (grid.permeability[:, cleft] == OPTIONS.cavity_permeability).all()
    assert report.bone_mass_error < 1e-10
    tip = Cannula("tip", (3.0, 0.0, 0.0), 11, 120.0)
    result = inject(grid, THIN, [tip], [Push("tip", 150.0, 100.0)])
    assert result.history.in_cleft[-1] == pytest.approx(150.0, rel=0.2)
    inside = result.history.in_bone + result.history.in_cavity + result.history.in_cleft
    assert inside[-1] == pytest.approx(result.injected, rel=1e-9)


def test_a_vein_inside_the_bone_drains_it(solid) -> None:
    """Cells that it runs through let more through, pores are those of the mesh, marrow leaves more easily."""
    line = np.array([[0.0, 15.0, 0.0], [0.0, 8.0, 0.0]])
    plain = replace(_site("breach"), radius=1.5)
    grids = [lay_grid(solid, [site], OPTIONS)[0] for site in (plain, replace(plain, inside=line))]
    without, with_vein = grids
    assert with_vein.pore_volume().sum() == pytest.approx(without.pore_volume().sum(), rel=1e-12)
    raised = (with_vein.permeability > without.permeability).all(axis=0)
    centres = with_vein.centres(np.argwhere(raised))
    assert np.hypot(centres[:, 0], centres[:, 2]).max() < 1.5 + OPTIONS.spacing
    assert with_vein.permeability[:, raised].max() <= 1.5**2 / 8.0 + 1e-12
    pressures = []
    for grid in grids:
        system = PressureSystem(grid)
        system.ways.fill(1e-7)
        system.assemble(np.full(system.pressure.shape, 1e-7))
        source = np.zeros(system.pressure.shape)
        source[tuple(grid.cell_at(np.zeros((1, 3)))[0] + 1)] = 100.0
        system.solve(source, 1e-10)
        pressures.append(float(system.pressure.max()))
    assert pressures[1] < 0.95 * pressures[0]
