# SPDX-License-Identifier: BSD-3-Clause
"""A body under loads: its rig, what it bears, and how load is shared."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from vertaug.materials.hencky import Hencky
from vertaug.mesh.surface import facet_areas
from vertaug.outcomes import (
    CASES,
    LoadCase,
    load_sharing,
    load_test,
    repotted,
    specimen_surroundings,
    strength_test,
)
from vertaug.outcomes.crush_test import _load
from vertaug.outcomes.endplate_load import bulge, endplate_load, membrane_stress
from vertaug.outcomes.load_cases import CARD, level_share
from vertaug.solid.cells import SolidItem
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import ENDPLATES
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.platen import turn_of
from vertaug.solid.ramped_rig import LastingLoad, RampedRig
from vertaug.solid.rig import SpecimenRig, platen_guide
from vertaug.solid.shell import ShellItem, membrane_parameters
from vertaug_kernels.laws import HENCKY

pytestmark = pytest.mark.usefixtures("one_thread")

LEVER = 15.0


def test_every_case_is_in_the_table():
    assert set(CASES) == {"standing", "flexion", "extension", "lateral", "rotation"}
    assert all(p.low <= p.value <= p.high and p.mark == "recalled" for p in CARD)
    assert CASES["flexion"].forwards == -CASES["extension"].forwards == 7500.0


def test_loads_grow_downwards_to_those_of_the_lumbar_spine():
    shares = [level_share(f"T{number}") for number in range(4, 13)]
    assert (np.diff([*shares, 1.0]) > 0.0).all()
    assert 0.4 < shares[0] < 0.7
    assert level_share("L1") == level_share("L5") == 1.0
    bent = CASES["flexion"].at("T8")
    assert bent.force / CASES["flexion"].force == bent.forwards / CASES["flexion"].forwards
    assert bent.force == pytest.approx(1175.0 * level_share("T8"))


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_load_pushes_down_and_bends_as_much_as_its_moments(loaded, share):
    """Work on a tilt of 1e-4 forwards about the middle of the bed is the moment's; to the left likewise."""
    _, state = loaded
    rig = RampedRig(SpecimenRig(LEVER), LastingLoad(100.0), LastingLoad(300.0, 500.0, -200.0))
    first = state.mesh.n_points
    (item,) = rig.drives(state.rig, first, share)
    rest = state.rig.arrays["platen_rest"]
    x, y = state.rig.arrays["platen_stiffness"][:, 2] @ rest[:, :2]
    total = state.rig.arrays["platen_stiffness"][:, 2].sum()
    still = np.zeros((first + 2, 3))
    # a tilt about the middle: the height there stays, z = p0 + y p1 / L - x p2 / L
    for tilt, moment in ((1, 500.0), (2, -200.0)):
        moved = still.copy()
        moved[first, tilt] = 1e-4 * LEVER
        moved[first, 0] = -1e-4 * (y / total if tilt == 1 else -x / total)
        work = item.energy(still) - item.energy(moved)
        assert work == pytest.approx(1e-4 * share * moment, abs=1e-9)
    down = still.copy()
    down[first, 0] = -0.1
    assert item.energy(still) - item.energy(down) == pytest.approx(
        0.1 * (100.0 + share * 200.0) * 1.0
    )
    part = item.evaluate(down, with_matrix=True)
    assert part.matrices.shape == (1, 6, 6)
    np.testing.assert_allclose(part.forces[0, 0] @ down[first], part.energy)


@pytest.fixture(scope="module")
def bent(loaded):
    model, state = loaded
    case = LoadCase(150.0, forwards=200.0, left=100.0)
    return load_test(state, model, case, release=True)


def test_a_small_load_is_borne_and_comes_off_again(loaded, bent):
    _, state = loaded
    assert (bent.failure, bent.share) == ("", 1.0)
    assert bent.reaction_error < 1e-6
    assert bent.curve[-1, 0] == 150.0
    assert (bent.curve[-1, 1:] > 0.0).all()  # closer, bent forwards and to the left
    assert bent.curve[-1, 2] > bent.curve[-1, 3]
    assert bent.stiffness > 0.0
    np.testing.assert_allclose(bent.released.mesh.points, state.mesh.points, atol=2e-3)
    assert np.abs(bent.loaded.mesh.points - state.mesh.points).max() > 0.02


def test_discs_take_what_their_stiffness_says(loaded, bent):
    """Both are springs of stiffness times area: mean compression is force over that, whatever the moments.

    The upper disc turns with the platen, so that it has the part of load and guide along the platen's axis.
    """
    model, state = loaded
    for now, force in ((state, model.surroundings.axial_load), (bent.loaded, 150.0)):
        taken = specimen_surroundings(now, LEVER)
        turn = turn_of(now.rig.points, LEVER).matrix
        across = platen_guide(0).reaction(now.rig.points)
        for disc, bed in ((taken.superior, "platen"), (taken.inferior, "ground")):
            stiffness = now.rig.arrays[f"{bed}_stiffness"][:, 2].sum()
            along = force if bed == "ground" else turn[:, 2] @ [across[0], across[1], force]
            assert disc.compression_mm == pytest.approx(along / stiffness, rel=1e-5)
            assert disc.energy_mJ >= 0.5 * force**2 / stiffness * (1.0 - 1e-5)
            assert disc.largest_mm >= disc.compression_mm
    assert taken.platen_forwards_deg > taken.platen_left_deg > 0.0
    assert (
        specimen_surroundings(replace(state, rig=replace(state.rig, kind="spine")), LEVER) is None
    )


def test_a_load_gives_way_where_it_gets_ten_times_as_soft(bent):
    assert bent.gave_way is None
    force = np.array([100.0, 200.0, 300.0, 400.0, 500.0])
    for approach, wanted in (([0, 1, 2, 13, 14], 300.0), ([0, 1, 2, 11, 12], None)):
        curve = np.zeros((5, 4))
        curve[:, 0], curve[:, 1] = force, approach
        assert replace(bent, curve=curve).gave_way == wanted


def test_a_load_that_finds_no_equilibrium_is_said(loaded):
    model, state = loaded
    stiff = replace(model, newton=NewtonOptions(tolerance=1e-15, max_iterations=1))
    test = load_test(state, stiff, LoadCase(400.0), release=True)
    assert test.failure
    assert test.share == 0.0
    assert test.released is None
    assert test.loaded is state


def test_strength_is_read_on_the_curve_of_the_crush_test(loaded):
    """A potted body goes down the same way as in the test that was held against Wegrzyn (2011)."""
    model, state = loaded
    weak = replace(state, bone=replace(state.bone, density=0.4 * state.bone.density))
    start = repotted(weak, model)
    test = strength_test(start, model, 3.0)
    assert test.ended == "failure"
    assert 0.0 < test.strength <= test.highest
    assert test.stiffness > 0.0
    origin = float(start.rig.points[0, 0])
    again, _ = _load(start, model, test.curve[1:6, 0], origin, None, NewtonOptions(1e-5, 80))
    np.testing.assert_allclose(again, test.curve[:6], rtol=1e-6, atol=1e-6)


def test_what_has_not_failed_has_no_strength(loaded):
    model, state = loaded
    test = strength_test(repotted(state, model), model, 0.02)
    assert (test.ended, test.strength) == ("depth", None)
    assert test.curve[-1, 0] == pytest.approx(0.02)


def column(side, height, n=3, layers=4):
    """Prism of cubes in six tetrahedra each: points, cells, and the facets of its four sides."""
    steps = [side * np.arange(n + 1) / n] * 2 + [height * np.arange(layers + 1) / layers]
    points = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange(len(points)).reshape(n + 1, n + 1, layers + 1)
    cells = []
    for order in itertools.permutations(range(3)):
        corner = np.zeros(3, dtype=int)
        path = [corner.copy()]
        for axis in order:
            corner[axis] = 1
            path.append(corner.copy())
        tets = [number[a : a + n, b : b + n, c : c + layers].ravel() for a, b, c in path]
        cells.append(np.stack(tets, axis=1))
    cells = np.vstack(cells)
    flip = np.linalg.det(points[cells[:, 1:]] - points[cells[:, :1]]) < 0.0
    cells[flip] = cells[flip][:, [0, 2, 1, 3]]
    faces = np.vstack([cells[:, triple] for triple in itertools.combinations(range(4), 3)])
    on = [
        (np.abs(points[faces][:, :, axis] - place) < 1e-9).all(axis=1)
        for axis in (0, 1)
        for place in (0.0, side)
    ]
    return points, cells.astype(np.int32), faces[np.any(on, axis=0)].astype(np.int32)


def test_load_shared_by_two_layers_is_exact():
    """Uniform strain along the axis: each layer's force is its stress times its section, at every cut."""
    side, strain = 6.0, -0.01
    rest, cells, sides = column(side, 10.0)
    stretch = np.exp(strain)
    points = rest * np.array([1.0, 1.0, stretch])
    young, poisson, thickness, membrane = 100.0, 0.3, 0.5, 1000.0
    core = SolidItem.start(
        rest, cells, np.linalg.det(rest[cells[:, 1:]] - rest[cells[:, :1]]) / 6.0,
        np.tile(np.eye(3), (len(cells), 1, 1)), np.ones(len(cells)),
        np.full(len(cells), HENCKY, dtype=np.int32), np.tile(Hencky(young, poisson).row(), (len(cells), 1)),
    )  # fmt: skip
    wall = ShellItem.start(
        rest, sides, thickness * facet_areas(rest, sides), np.tile(np.eye(2), (len(sides), 1, 1)),
        membrane_parameters(np.full(len(sides), membrane), poisson, np.full(len(sides), 1e9)),
    )  # fmt: skip
    shared = load_sharing([wall], [core], points, np.array([0.1, 2.6, 5.0, 8.9]))
    stiff = young * (1.0 - poisson) / ((1.0 + poisson) * (1.0 - 2.0 * poisson))
    np.testing.assert_allclose(shared.core, -stiff * strain / stretch * side**2, rtol=1e-9)
    wanted = -membrane / (1.0 - poisson**2) * strain / stretch * thickness * 4.0 * side
    np.testing.assert_allclose(shared.shell, wanted, rtol=1e-9)
    np.testing.assert_allclose(shared.shares, shared.shell_share, rtol=1e-12)


def test_shares_of_a_loaded_body_carry_its_load(loaded):
    model, state = loaded
    shell, core = Equilibrium(state, model).shell_and_core(state)
    points = np.vstack([state.mesh.points, state.rig.points])
    shared = load_sharing(shell, core, points, np.array([-4.0, 0.0, 4.0]))
    np.testing.assert_allclose(
        shared.shell + shared.core, model.surroundings.axial_load, rtol=0.02
    )  # strengths and the step's viscosity are new at the start of a step
    assert 0.0 < shared.shell_share < 1.0


def plate(radius, rings=12):
    """Flat disc of triangles: points (n, 3), facets (m, 3)."""
    points, facets = [(0.0, 0.0, 0.0)], []
    for ring in range(1, rings + 1):
        angle = 2.0 * np.pi * np.arange(24) / 24
        r = radius * ring / rings
        points += [(r * np.cos(a), r * np.sin(a), 0.0) for a in angle]
        here, before = 1 + 24 * (ring - 1), 1 + 24 * (ring - 2)
        for k in range(24):
            n = (k + 1) % 24
            if ring == 1:
                facets.append((0, here + k, here + n))
            else:
                facets += [(before + k, here + k, here + n), (before + k, here + n, before + n)]
    return np.array(points), np.array(facets, dtype=np.int32)


def test_bulge_of_a_pressed_membrane_is_exact():
    """w = p (a² - r²) / 4T under a uniform pressure; how the plate moves as a whole does not count."""
    radius, pressure, tension = 12.0, 0.3, 20.0
    flat, facets = plate(radius)
    dome = flat.copy()
    dome[:, 2] = -pressure * (radius**2 - (flat[:, :2] ** 2).sum(axis=1)) / (4.0 * tension)
    angle = 0.2
    turn = np.array(
        [
            [np.cos(angle), 0, np.sin(angle)],
            [0, 1, 0],
            [-np.sin(angle), 0, np.cos(angle)],
        ]
    )
    moved = dome @ turn.T + np.array([3.0, -2.0, 7.0])
    assert bulge(flat, moved, facets) == pytest.approx(
        -pressure * radius**2 / (4.0 * tension), rel=1e-12
    )


def test_stress_of_an_endplate_stretched_alike_in_all_directions(loaded):
    """σ = E ε / (1 - ν) both ways, which is its von Mises stress too."""
    _, state = loaded
    shell, strain = state.shell, 1e-3
    metric = np.tile(np.eye(2) * np.exp(2.0 * strain), (len(shell.facets), 1, 1))
    rows = membrane_parameters(
        np.full(len(shell.facets), 1000.0), 0.3, np.full(len(shell.facets), 1e9)
    )
    state = replace(state, shell=replace(shell, metric=metric, parameters=rows))
    for name in ENDPLATES:
        found = endplate_load(state, state.mesh.points, name)
        assert found.mean_MPa == pytest.approx(1000.0 * strain / 0.7, rel=1e-9)
        assert found.high_MPa == pytest.approx(found.mean_MPa, rel=1e-9)
        assert found.bulge_mm == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(
        membrane_stress(np.array([[2.0, 0.0], [1.0, -1.0]])), [2.0, np.sqrt(3.0)]
    )
