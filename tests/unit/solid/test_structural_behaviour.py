# SPDX-License-Identifier: BSD-3-Clause
"""What the structural items do: histories, resultants, limits, and the errors of what cannot be."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.materials import (
    ligaments_bmc_2013,
    ligaments_josr_2021,
    ligaments_scirep_2025_03377,
    ligaments_scirep_2025_22755,
)
from vertaug.materials.card import card_table
from vertaug.mesh.surface import boundary_facets
from vertaug.solid import rotation
from vertaug.solid.axial import LigamentItem, SpringItem
from vertaug.solid.beam import beam, joint
from vertaug.solid.bed import normal_bed, tension_free_bed
from vertaug.solid.cells import SolidItem
from vertaug.solid.embedding import Bond, embed, locate, pull_out_traction
from vertaug.solid.follower import follower_load
from vertaug.solid.frame import Frames, add_frames, add_rotations, axes_along
from vertaug.solid.ligament import joined, ligament, ligament_of_stiffness
from vertaug.solid.load import NodalLoad, frame_load, traction_load, weight_load
from vertaug.solid.pressure import FollowerPressure, PressureLoad, facet_rule, open_rim, pressure_on
from vertaug.solid.section import circular_section, rectangular_section
from vertaug.solid.tie import TieItem, plane_platen, platen, potting, rigid_tie, tie_stiffness
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

NONE = np.zeros((0, 3))


# rotations and frames


@pytest.mark.parametrize("angle", [0.0, 1e-9, 1e-3, 0.99, 1.01, 3.0])
def test_exponential_is_the_rotation_about_its_axis(angle):
    axis = np.array([2.0, -1.0, 2.0]) / 3.0
    cross = np.cross(np.eye(3), axis)
    expected = np.eye(3) + math.sin(angle) * cross + (1.0 - math.cos(angle)) * cross @ cross
    quaternion, _, _ = rotation.exponential(angle * axis[None])
    np.testing.assert_allclose(rotation.matrix(quaternion)[0], expected, atol=1e-14)
    found = rotation.from_matrix(expected[None])
    np.testing.assert_allclose(rotation.matrix(found)[0], expected, atol=1e-14)


@pytest.mark.parametrize("size", [0.0, 0.3, 0.999, 1.001, 2.5])
def test_derivatives_of_the_exponential(size):
    vector = size * np.array([[2.0, -1.0, 2.0]]) / 3.0
    _, first, second = rotation.exponential(vector)
    h = 1e-6
    for i in range(3):
        step = h * np.eye(3)[[i]]
        up, down = rotation.exponential(vector + step), rotation.exponential(vector - step)
        np.testing.assert_allclose(first[..., i], (up[0] - down[0]) / (2 * h), atol=1e-9)
        np.testing.assert_allclose(second[..., i], (up[1] - down[1]) / (2 * h), atol=1e-9)


def test_turns_compose_over_steps():
    """Four quarter turns about z, then a half turn about x and one about y, which make one about z."""
    points, frames = add_frames(NONE, np.zeros((1, 3)), 7.0)
    for turn in [(0.0, 0.0, math.pi / 2)] * 4:
        points = frames.moved(points, 0, turn=turn)
        frames = frames.committed(points)
    np.testing.assert_allclose(frames.matrices(points)[0], np.eye(3), atol=1e-14)
    assert points[frames.rotations[0], 2] / frames.lever == pytest.approx(2.0 * math.pi)
    for turn in ((math.pi, 0.0, 0.0), (0.0, math.pi, 0.0)):
        points = frames.moved(points, 0, translation=(1.0, 0.0, 0.0), turn=turn)
        frames = frames.committed(points)
    np.testing.assert_allclose(frames.matrices(points)[0], np.diag([-1.0, -1.0, 1.0]), atol=1e-14)
    np.testing.assert_allclose(points[frames.centres[0]], [2.0, 0.0, 0.0])


def test_rotations_of_given_nodes():
    points, frames = add_rotations(np.eye(3), np.array([2, 0]), 3.0)
    assert points.shape == (5, 3)
    assert len(frames) == 2
    np.testing.assert_array_equal(frames.centres, [2, 0])
    np.testing.assert_allclose(frames.matrices(points), np.tile(np.eye(3), (2, 1, 1)))


def test_axes_are_right_handed_and_take_the_guide():
    axes = axes_along(np.array([[0.0, 0.0, 2.0], [1.0, 1.0, 0.0]]), np.array([1.0, 0.0, 0.2]))
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)
    np.testing.assert_allclose(axes[0], [[0, 1, 0], [0, 0, 1], [1, 0, 0]], atol=1e-15)
    np.testing.assert_allclose(axes[1, :, 0], np.array([1.0, 1.0, 0.0]) / math.sqrt(2.0))


# ligaments and springs


def one_ligament(length, **options):
    arrays = {"slack": 1.0, "toe": 0.2, "stiffness": 10.0, "knee": 0.5, "second": 30.0} | options
    nodes = np.array([[0, 1]], dtype=np.int32)
    item = LigamentItem(
        nodes, *(np.array([arrays[k]]) for k in ("slack", "toe", "stiffness", "knee", "second"))
    )
    return item, np.array([[0.0, 0.0, 0.0], [0.0, length, 0.0]])


@pytest.mark.parametrize(
    ("length", "force"), [(0.5, 0.0), (1.0, 0.0), (1.1, 0.25), (1.2, 1.0), (1.4, 3.0), (1.6, 7.0)]
)
def test_force_of_a_ligament(length, force):
    item, points = one_ligament(length)
    assert item.tension(points)[0] == pytest.approx(force, abs=1e-12)
    assert list(item.slack_bands(points)) == ([0] if length <= 1.0 else [])


def test_energy_of_a_ligament_is_the_work_of_its_force():
    lengths = np.linspace(1.0, 1.8, 4001)
    forces = np.array([one_ligament(x)[0].tension(one_ligament(x)[1])[0] for x in lengths])
    item, points = one_ligament(1.8)
    work = float(((forces[1:] + forces[:-1]) * 0.5 * np.diff(lengths)).sum())
    assert item.energy(points) == pytest.approx(work, rel=1e-6)


def slack_pendulum(cases, hold):
    item, _ = one_ligament(0.0)
    points = np.array([[0.0, 0.0, 0.0], [0.3, 0.4, 0.0]])
    if hold:
        item = item.held_from(points, hold)
    fixed = np.array([[True] * 3, [False] * 3])
    load = NodalLoad(np.array([1]), np.array([[0.0, 1e-3, 0.0]]))
    return cases.solve(points, [item, load], fixed, 1e-9), item


def test_a_slack_ligament_holds_nothing_unless_asked_to_and_says_so(cases):
    """Alone it lets its end go until it is taut; held, the end stays near, and the error is told."""
    result, item = slack_pendulum(cases, 0.0)
    assert (
        item.evaluate(np.array([[0.0, 0, 0], [0.3, 0.4, 0]]), with_matrix=True).matrices.any() == 0
    )
    assert item.tension(result.points)[0] == pytest.approx(1e-3, rel=1e-3)
    result, item = slack_pendulum(cases, 0.5)
    assert result.converged, result.reason
    assert item.tension(result.points)[0] == 0.0
    force, energy = item.held(result.points)
    assert force == pytest.approx(1e-3, rel=1e-6)
    assert energy == pytest.approx(0.5 * 1e-6 / 0.5, rel=1e-6)
    assert item.held_from(result.points, 0.5).held(result.points) == (0.0, 0.0)


TABLES = {
    "A": ligaments_bmc_2013.LIGAMENTS,
    "B": ligaments_josr_2021.LIGAMENTS,
    "C": ligaments_scirep_2025_22755.LIGAMENTS,
}


@pytest.mark.parametrize("table", TABLES)
def test_published_ligaments_have_their_stress_at_ten_percent(table):
    """Two bands of 20 and 30 mm side by side carry modulus times strain times area."""
    points = np.array([[0.0, 0, 0], [0.0, 0, 20.0], [5.0, 0, 0], [5.0, 0, 30.0]])
    nodes = np.array([[0, 1], [2, 3]])
    for constants in TABLES[table].values():
        item = ligament(points, nodes, constants)
        stretched = points * [1.0, 1.0, 1.1]
        stress = 0.1 * constants.modulus.value
        if constants.knee is not None and constants.knee.value < 0.1:
            stress += (0.1 - constants.knee.value) * (
                constants.second.value - constants.modulus.value
            )
        assert item.tension(points).sum() == pytest.approx(0.0, abs=1e-12)
        assert item.tension(stretched).sum() == pytest.approx(
            stress * constants.area.value, rel=1e-9
        )


def test_ligaments_of_the_tables_by_name():
    assert ligaments_bmc_2013.LIGAMENTS["CL"].second.value == 33.0
    assert ligaments_bmc_2013.LIGAMENTS["LF"].knee.value == 0.062
    assert ligaments_josr_2021.LIGAMENTS["CL"].area.value == 60.0
    assert ligaments_scirep_2025_22755.LIGAMENTS["ITL"].area.mark == "assumed"
    assert ligaments_scirep_2025_03377.STIFFNESS["LF"].value == 15.75
    rows = card_table(ligaments_bmc_2013.CARD)
    assert len(rows) == 28
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)


def test_ligaments_join_and_take_a_stiffness():
    points = np.array([[0.0, 0, 0], [0, 0, 10.0]])
    one = ligament_of_stiffness(points, [[0, 1]], 15.75)
    two = ligament(points, [[0, 1]], ligaments_josr_2021.LIGAMENTS["LF"], 0.98, 0.05)
    both = joined(one, two)
    longer = points * 1.01
    expected = 0.1 * 15.75 + two.tension(longer)[0]
    assert both.tension(longer).sum() == pytest.approx(expected)
    assert two.tension(points)[0] > 0.0


# beams


def test_sections():
    solid = circular_section(2.0, 1000.0, 0.25)
    assert solid.inertia_2 == pytest.approx(math.pi * 4.0)
    assert solid.shear_2 == pytest.approx(6.0 * 1.25 / 8.5)
    thin = circular_section(2.0, 1000.0, 0.25, 1.999)
    assert thin.shear_2 == pytest.approx(2.0 * 1.25 / 4.25 * 0.85, rel=0.2)
    square = rectangular_section(2.0, 2.0, 1000.0, 0.3)
    assert square.torsion == pytest.approx(0.1405770 * 16.0, rel=1e-6)
    strip = rectangular_section(100.0, 1.0, 1000.0, 0.3)
    assert strip.torsion == pytest.approx(100.0 / 3.0, rel=1e-2)
    assert rectangular_section(2.0, 3.0, 1.0, 0.3).inertia_2 == pytest.approx(4.5)


def test_stress_of_a_section():
    resultants = np.array([[10.0, 0, 0, 0, 30.0, 40.0]])
    assert circular_section(2.0, 1.0, 0.3).largest_stress(resultants)[0] == pytest.approx(
        10.0 / (4.0 * math.pi) + 50.0 * 2.0 / (4.0 * math.pi)
    )
    square = rectangular_section(2.0, 4.0, 1.0, 0.3)
    assert square.largest_stress(resultants)[0] == pytest.approx(
        10.0 / 8.0 + 30.0 * 2.0 / (32.0 / 3.0) + 40.0 * 1.0 / (8.0 / 3.0)
    )


def test_height_of_a_section_points_up(cases):
    """A strip on edge is stiffer against loads along its height."""
    section = rectangular_section(1.0, 4.0, 1000.0, 0.3)
    found = {}
    for axis, force in (("across", (0.0, 1e-3, 0.0)), ("up", (0.0, 0.0, 1e-3))):
        points, frames = add_frames(NONE, np.array([[0.0, 0, 0], [20.0, 0, 0]]), 5.0)
        item = beam(points, frames, [[0, 1]], section, np.array([0.3, 0.0, 1.0]))
        fixed = np.zeros((4, 3), dtype=bool)
        fixed[[0, 2]] = True
        result = cases.solve(points, [item, frame_load(frames, 1, force)], fixed, 1e-12)
        found[axis] = np.linalg.norm(result.points[1] - points[1])
        moment = item.resultants(result.points)[0]
        assert abs(moment[5 if axis == "across" else 4]) == pytest.approx(1e-3 * 10.0, rel=1e-3)
    assert found["across"] / found["up"] == pytest.approx(16.0, rel=0.05)


def test_a_hinge_turns_about_its_axis_only(cases):
    points, frames = add_frames(NONE, np.array([[0.0, 0, 0], [0.0, 0, 0]]), 1.0)
    item = joint(points, frames, [[0, 1]], np.array([1e3, 1e3, 1e3, 1e3, 2.0, 1e3]))
    fixed = np.zeros((4, 3), dtype=bool)
    fixed[[0, 2]] = True
    result = cases.solve(
        points, [item, frame_load(frames, 1, moment=(0.1, 0.6, 0.0))], fixed, 1e-12
    )
    strain = item.strains(result.points)[0]
    assert strain[4] == pytest.approx(0.3, rel=1e-3)
    assert abs(strain[3]) < 1e-3


def test_springs_and_their_limits(cases):
    item = SpringItem(np.array([[0, 1]]), np.array([2.0]), np.array([5.0]))
    points = np.array([[0.0, 0, 0], [0.0, 3.0, 0.0]])
    assert item.stretch(points)[0] == pytest.approx(1.0)
    assert item.energy(points) == pytest.approx(2.5)
    same = np.zeros((2, 3))
    assert np.isfinite(item.evaluate(same, with_matrix=True).matrices).all()


# ties


def cube_on_frame(cases, stiffness=1e4):
    body, cells = cases.grid(2)
    points, frames = add_frames(body, np.array([[0.5, 0.5, 0.0]]), 1.0)
    bottom = np.flatnonzero(body[:, 2] == 0.0)
    return points, cells, frames, rigid_tie(points, frames, 0, bottom, stiffness)


def elastic(cases, points, cells):
    return SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(100.0, 0.3))


def test_a_body_follows_the_frame_it_is_tied_to(cases):
    """A prescribed motion of 90 degrees in four steps leaves the body without stress."""
    points, cells, frames, tie = cube_on_frame(cases)
    start, solid = points.copy(), elastic(cases, points, cells)
    fixed = np.zeros((len(points), 3), dtype=bool)
    fixed[[frames.centres[0], frames.rotations[0]]] = True
    for _ in range(4):
        turn = (math.pi / 8, 0.0, 0.0)
        points = tie.carried(tie.frames.moved(points, 0, (0.0, 0.5, 0.25), turn))
        result = cases.solve(points, [solid, tie], fixed, 1e-10)
        assert result.converged, result.reason
        points, tie = result.points, tie.committed(result.points)
        history = solid.history(points)
        solid = SolidItem.start(
            points, cells, solid.volume, history.metric, history.ratio, solid.law, solid.parameters
        )
    assert np.abs(history.stress).max() < 1e-7
    quarter = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    about = np.array([0.5, 0.5, 0.0])
    body = slice(0, len(start) - 2)
    expected = (start[body] - about) @ quarter.T + about + [0.0, 2.0, 1.0]
    np.testing.assert_allclose(points[body], expected, atol=1e-7)


def test_reaction_of_a_tie_balances_the_load(cases):
    points, cells, frames, tie = cube_on_frame(cases)
    top = np.flatnonzero(np.abs(points[:-2, 2] - 1.0) < 1e-9).astype(np.int32)
    load = NodalLoad(top, np.tile([0.02, -0.01, 0.05], (len(top), 1)))
    fixed = np.zeros((len(points), 3), dtype=bool)
    fixed[[frames.centres[0], frames.rotations[0]]] = True
    result = cases.solve(points, [elastic(cases, points, cells), tie, load], fixed, 1e-11)
    force, moment = tie.reaction(result.points, 0)
    total, about_origin = load.resultant(result.points)
    np.testing.assert_allclose(force, total, atol=1e-9)
    centre = result.points[frames.centres[0]]
    np.testing.assert_allclose(moment, about_origin - np.cross(centre, total), atol=1e-9)


def test_stiffer_ties_are_more_accurate(cases):
    """The error of the penalty falls as one over its stiffness."""
    tips = []
    for stiffness in (1e3, 1e4, 1e5, 1e9):
        points, cells, frames, tie = cube_on_frame(cases, stiffness)
        load = NodalLoad(np.array([len(points) - 3]), np.array([[0.0, 0.1, 0.0]]))
        fixed = np.zeros((len(points), 3), dtype=bool)
        fixed[[frames.centres[0], frames.rotations[0]]] = True
        tips.append(
            cases.solve(points, [elastic(cases, points, cells), tie, load], fixed, 1e-7).points[
                -3, 1
            ]
        )
    errors = np.abs(np.array(tips[:3]) - tips[3])
    assert errors[0] / errors[1] == pytest.approx(10.0, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(10.0, rel=0.1)
    assert tie_stiffness(100.0, 1.0, 9) == pytest.approx(1e6 / 9)


@pytest.mark.parametrize("kind", ["tied", "frictionless"])
def test_platens_crush_a_cube(cases, kind):
    """A platen that holds one way gives uniaxial stress, one that is tied a stiffer body."""
    body, cells = cases.grid(2)
    points, frames = add_frames(body, np.array([[0.5, 0.5, 1.0]]), 1.0)
    top = np.flatnonzero(np.abs(body[:, 2] - 1.0) < 1e-9)
    make = rigid_tie if kind == "tied" else platen
    tie = make(points, frames, 0, top, 1e6)
    fixed = np.zeros((len(points), 3), dtype=bool)
    fixed[: len(body), 2] = body[:, 2] == 0.0
    fixed[0] = True
    fixed[np.flatnonzero((body == [1.0, 0.0, 0.0]).all(axis=1)), 1] = True
    fixed[[frames.centres[0], frames.rotations[0]]] = True
    if kind == "tied":
        fixed[: len(body)] |= (body[:, 2] == 0.0)[:, None]
    points = frames.moved(points, 0, (0.0, 0.0, -1e-4))
    result = cases.solve(points, [elastic(cases, body, cells), tie], fixed, 1e-8)
    assert result.converged, result.reason
    force = tie.reaction(result.points, 0)[0][2]
    if kind == "frictionless":
        assert force == pytest.approx(100.0 * 1e-4, rel=1e-3)
    else:
        assert force > 1.05 * 100.0 * 1e-4


def test_a_flat_platen_touches_and_lets_go(cases):
    points, frames = add_frames(np.array([[0.0, 0, 0.1], [1.0, 0, 0.3]]), np.zeros((1, 3)), 1.0)
    tie = plane_platen(points, frames, 0, np.array([0, 1]), 50.0)
    assert tie.energy(points) == 0.0
    near = frames.moved(points, 0, (0.0, 0.0, 0.2))
    force, _ = tie.reaction(near, 0)
    np.testing.assert_allclose(force, [0.0, 0.0, -5.0], atol=1e-12)
    assert tie.energy(frames.moved(points, 0, (0.0, 0.0, -1.0))) == 0.0


def test_a_bed_on_a_frame_has_its_stiffness_per_area(cases):
    body, cells = cases.grid(2)
    facets, _ = boundary_facets(cells)
    top = facets[(body[facets][:, :, 2] == 1.0).all(axis=1)]
    points, frames = add_frames(body, np.array([[0.5, 0.5, 1.5]]), 1.0)
    item = potting(points, frames, 0, top, 5.0, 2.0)
    moved = frames.moved(points, 0, (0.1, 0.0, -0.2))
    force, moment = item.reaction(moved, 0)
    np.testing.assert_allclose(force, [-0.2, 0.0, 1.0], atol=1e-12)
    # seen from the frame's new place the bed is at (-0.1, 0, -0.3)
    assert moment[1] == pytest.approx(0.3 * 0.2 + 0.1 * 1.0, abs=1e-9)
    tilted = frames.moved(points, 0, turn=(0.0, 1e-6, 0.0))
    assert item.energy(tilted) == pytest.approx(0.5e-12 * (5.0 * 0.125 + 2.0 * 0.25), rel=1e-5)


# bonds


def embedded(cases, traction=0.5):
    body, cells = cases.grid(3)
    axis = np.linspace([0.5, 0.45, 0.1], [0.5, 0.55, 0.9], 4)
    points, frames = add_frames(body, axis, 1.0)
    return (
        points,
        cells,
        frames,
        embed(points, cells, frames, np.arange(4), Bond(0.2, traction, 50.0, 40.0)),
    )


def test_bond_slips_once_and_dissipates_force_times_slip(cases):
    points, _, frames, tie = embedded(cases)
    direction = np.array([0.0, 0.1, 0.8]) / math.hypot(0.1, 0.8)
    limit = 0.5 * math.pi * 0.2 * math.hypot(0.1, 0.8)
    elastic_slip = 0.5 / 40.0
    far = points.copy()
    far[frames.centres] += 0.1 * direction
    pull, _ = tie.law.respond(tie.gaps(far))[1], None
    axial = np.linalg.norm(pull.sum(axis=0))
    assert axial == pytest.approx(limit, rel=1e-9)
    assert (tie.law.used(tie.gaps(far)) == 1.0).all()
    tie = tie.committed(far)
    assert tie.law.dissipated.sum() == pytest.approx(limit * (0.1 - elastic_slip), rel=1e-9)
    # back by the elastic slip there is no force, and a committed step dissipates nothing more
    back = points.copy()
    back[frames.centres] += (0.1 - elastic_slip) * direction
    np.testing.assert_allclose(tie.law.respond(tie.gaps(back))[1], 0.0, atol=1e-12)
    assert tie.committed(back).law.dissipated.sum() == pytest.approx(tie.law.dissipated.sum())


def test_bond_area_is_the_surface_of_the_needle(cases):
    _, _, _, tie = embedded(cases, 1.0)
    assert tie.law.limit.sum() == pytest.approx(math.pi * 0.2 * math.hypot(0.1, 0.8))
    np.testing.assert_allclose(tie.weights.sum(axis=1), 1.0)
    assert pull_out_traction(370.0, 6.5, 45.0) == pytest.approx(0.40, abs=0.005)
    assert pull_out_traction(970.0, 6.5, 45.0) == pytest.approx(1.06, abs=0.005)


def test_bond_starts_without_force(cases):
    points, _, _, tie = embedded(cases)
    np.testing.assert_allclose(tie.gaps(points), 0.0, atol=1e-14)


def quadratic(points, cells):
    """10-node tetrahedra over 4-node ones."""
    nodes, index, more = list(points), {}, []
    for cell in cells:
        row = list(cell)
        for a, b in ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)):
            key = tuple(sorted((cell[a], cell[b])))
            if key not in index:
                index[key] = len(nodes)
                nodes.append(0.5 * (points[cell[a]] + points[cell[b]]))
            row.append(index[key])
        more.append(row)
    return np.array(nodes), np.array(more, dtype=np.int32)


def hexahedron():
    corner = np.array(
        [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
        float,
    )
    return corner + 0.1 * np.sin(7.0 * np.arange(24)).reshape(8, 3), np.arange(8, dtype=np.int32)[
        None
    ]


def meshes(cases):
    points, cells = cases.grid(2)
    return {"tet4": (points, cells), "tet10": quadratic(points, cells), "hex8": hexahedron()}


@pytest.mark.parametrize("kind", ["tet4", "tet10", "hex8"])
def test_places_are_found_in_all_cells(kind, cases):
    points, cells = meshes(cases)[kind]
    places = np.array([[0.4, 0.45, 0.55], [0.5, 0.5, 0.5], [0.3, 0.6, 0.7]])
    cell, weights = locate(points, cells, places)
    found = np.einsum("mk,mki->mi", weights, points[cells[cell]])
    np.testing.assert_allclose(found, places, atol=1e-12)
    with pytest.raises(InputError, match="in no cell"):
        locate(points, cells, np.array([[0.5, 0.5, 3.0]]))


# loads


@pytest.mark.parametrize("kind", ["tet4", "tet10", "hex8"])
def test_weight_is_mass_times_gravity(kind, cases):
    points, cells = meshes(cases)[kind]
    density = np.full(len(cells), 2e-9)
    load = weight_load(points, cells, density, np.array([0.0, 0.0, -9810.0]))
    force, _ = load.resultant(points)
    if kind == "hex8":
        volume = weight_load(points, cells, np.ones(1), np.array([1.0, 0, 0])).forces.sum()
    else:
        volume = 1.0
        moment = np.cross([0.5, 0.5, 0.5], force)
        np.testing.assert_allclose(load.resultant(points)[1], moment, atol=1e-12)
    np.testing.assert_allclose(force, [0.0, 0.0, -2e-9 * 9810.0 * volume], atol=1e-15)
    with pytest.raises(InputError):
        weight_load(points, cells[:, ::-1][:, : cells.shape[1]], -density, np.ones(3))


FLAT = {
    3: ([[0, 1, 2], [0, 2, 3]], [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]]),
    4: ([[0, 1, 2, 3]], [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]]),
    6: ([[0, 1, 2, 3, 4, 5]], [[0, 0, 0], [2, 0, 0], [0, 2, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]),
}


@pytest.mark.parametrize("nodes", FLAT)
def test_traction_and_pressure_on_a_flat_surface(nodes):
    facets, points = np.array(FLAT[nodes][0], dtype=np.int32), np.array(FLAT[nodes][1], dtype=float)
    load = traction_load(points, facets, np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(load.forces.sum(axis=0), [2.0, 4.0, 6.0])
    item = pressure_on(points, facets, 0.5)
    assert isinstance(item, FollowerPressure)
    assert item.conservative is False
    part = item.evaluate(points, with_matrix=False)
    np.testing.assert_allclose(part.forces.sum(axis=(0, 1)), [0.0, 0.0, 0.5 * 2.0])
    lifted = replace(item, start=points - [0.0, 0.0, 0.1])
    assert lifted.energy(points) == pytest.approx(0.5 * 2.0 * 0.1)
    held = pressure_on(points, facets, 0.5, np.ones((len(points), 3), dtype=bool))
    assert isinstance(held, PressureLoad)
    assert len(open_rim(facets)) == len(points)


def test_pressure_on_a_closed_surface(cases):
    """Its volume is the body's, it has no resultant, and both forms have the same forces."""
    body, cells = cases.grid(2)
    facets, _ = boundary_facets(cells)
    item = pressure_on(body, facets, 0.7)
    assert isinstance(item, PressureLoad)
    assert -item.volume(body) == pytest.approx(1.0)
    assert item.energy(2.0 * body) - item.energy(body) == pytest.approx(0.7 * 7.0)
    force = cases.forces_of(item, body)
    np.testing.assert_allclose(force.sum(axis=0), 0.0, atol=1e-14)
    other = cases.forces_of(FollowerPressure(facets, 0.7, body), body)
    np.testing.assert_allclose(other, force, atol=1e-14)
    assert len(open_rim(facets)) == 0


def test_pressure_is_right_inside_an_open_surface_with_a_held_rim(cases):
    body, cells = cases.grid(4)
    facets, _ = boundary_facets(cells)
    top = facets[(body[facets][:, :, 2] == 1.0).all(axis=1)]
    rim = open_rim(top)
    fixed = np.zeros((len(body), 3), dtype=bool)
    fixed[rim] = True
    bent = body + 0.1 * np.sin(3.0 * body[:, [1, 2, 0]])
    item = pressure_on(bent, top, 0.7, fixed)
    free = ~fixed[:, 0]
    expected = cases.forces_of(FollowerPressure(top, 0.7, bent), bent)
    np.testing.assert_allclose(cases.forces_of(item, bent)[free], expected[free], atol=1e-14)


@pytest.mark.parametrize("nodes", [3, 4, 6])
def test_shape_functions_of_facets(nodes):
    value, slope, weight = facet_rule(nodes)
    np.testing.assert_allclose(value.sum(axis=1), 1.0, atol=1e-14)
    np.testing.assert_allclose(slope.sum(axis=1), 0.0, atol=1e-13)
    assert weight.sum() == pytest.approx(4.0 if nodes == 4 else 0.5)


def test_follower_load_is_force_times_length_and_has_no_resultant(cases):
    points = np.random.default_rng(3).normal(size=(7, 3))
    groups = [np.array([0, 1]), np.array([2]), np.array([3, 4, 5, 6])]
    item = follower_load(groups, 400.0, [np.array([1.0, 3.0]), np.array([2.0]), np.ones(4)])
    path = np.array([0.25 * points[0] + 0.75 * points[1], points[2], points[3:].mean(axis=0)])
    np.testing.assert_allclose(item.path(points), path)
    assert item.energy(points) == pytest.approx(
        400.0 * np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
    )
    force = cases.forces_of(item, points)
    np.testing.assert_allclose(force.sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(np.cross(points, force).sum(axis=0), 0.0, atol=1e-12)


def test_beds_push_where_they_should(cases):
    body, cells = cases.grid(2)
    facets, _ = boundary_facets(cells)
    top = facets[(body[facets][:, :, 2] == 1.0).all(axis=1)]
    both, pushing = normal_bed(body, top, 5.0, 2.0), tension_free_bed(body, top, 5.0)
    moved = body + np.array([0.1, 0.0, 0.2])
    np.testing.assert_allclose(both.reaction(moved), [0.2, 0.0, 1.0], atol=1e-12)
    np.testing.assert_allclose(pushing.reaction(moved), [0.0, 0.0, 1.0], atol=1e-12)
    assert both.energy(moved) == pytest.approx(0.5 * (5.0 * 0.04 + 2.0 * 0.01))
    assert pushing.energy(body - [0.0, 0.0, 0.2]) == 0.0


# what cannot be


POINTS, FRAMES = add_frames(NONE, np.array([[0.0, 0, 0], [1.0, 0, 0]]), 1.0)
ONES = np.ones(1)
PAIR = np.array([[0, 1]], dtype=np.int32)
FAULTS = {
    "lever": lambda: Frames.at_rest(POINTS, [0], [1], 0.0),
    "no length": lambda: axes_along(np.zeros((1, 3))),
    "parallel guide": lambda: axes_along(np.array([[0.0, 0, 1]]), np.array([0.0, 0, 5])),
    "negative spring": lambda: SpringItem(PAIR, ONES, -ONES),
    "spring of nan": lambda: SpringItem(PAIR, ONES, math.nan * ONES),
    "too few springs": lambda: SpringItem(PAIR, np.ones(2), ONES),
    "knee in the toe": lambda: LigamentItem(PAIR, ONES, ONES, ONES, 0.5 * ONES, ONES),
    "negative hold": lambda: LigamentItem(PAIR, ONES, ONES, ONES, ONES, ONES, -1.0),
    "hold from nowhere": lambda: LigamentItem(PAIR, ONES, ONES, ONES, ONES, ONES, 1.0),
    "ligament of one point": lambda: ligament_of_stiffness(POINTS, [[0, 0]], 1.0),
    "too slack": lambda: ligament_of_stiffness(POINTS, [[0, 1]], 1.0, 3.0),
    "no such frame": lambda: beam(POINTS, FRAMES, [[0, 5]], circular_section(1.0, 1.0, 0.3)),
    "joint of five": lambda: joint(POINTS, FRAMES, [[0, 1]], np.ones(5)),
    "negative joint": lambda: joint(POINTS, FRAMES, [[0, 1]], -np.ones(6)),
    "negative modulus": lambda: circular_section(1.0, -1.0, 0.3),
    "poisson": lambda: circular_section(1.0, 1.0, 0.7),
    "hollow beyond": lambda: circular_section(1.0, 1.0, 0.3, 1.0),
    "flat section": lambda: rectangular_section(0.0, 1.0, 1.0, 0.3),
    "empty tie": lambda: rigid_tie(POINTS, FRAMES, 0, np.array([], dtype=int), 1.0),
    "negative tie": lambda: rigid_tie(POINTS, FRAMES, 0, np.array([0]), -1.0),
    "negative platen": lambda: plane_platen(POINTS, FRAMES, 0, np.array([0]), -1.0),
    "tie to no frame": lambda: rigid_tie(POINTS, FRAMES, 0, np.array([0]), 1.0).__class__(
        FRAMES, np.array([7]), np.array([[0]]), np.ones((1, 1)), np.zeros((1, 3)), None
    ),
    "weights": lambda: TieItem(
        FRAMES, np.array([0]), np.array([[0]]), np.zeros((1, 1)), np.zeros((1, 3)), None
    ),
    "bond without diameter": lambda: Bond(0.0, 1.0, 1.0, 1.0),
    "bond of two points": lambda: Bond(1.0, 1.0, 1.0, 1.0, 2),
    "short chain": lambda: embed(
        POINTS, np.zeros((1, 4), int), FRAMES, np.array([0]), Bond(1, 1, 1, 1)
    ),
    "cells of five": lambda: locate(np.eye(5)[:, :3], np.arange(5)[None], np.zeros((1, 3))),
    "facets of five": lambda: facet_rule(5),
    "pressure of nan": lambda: pressure_on(np.eye(3), np.array([[0, 1, 2]]), math.nan),
    "load of nan": lambda: NodalLoad(np.array([0]), np.full((1, 3), math.nan)),
    "one guide": lambda: follower_load([np.array([0])], 1.0),
    "pushing cable": lambda: follower_load([np.array([0]), np.array([1])], -1.0),
    "no facets": lambda: normal_bed(POINTS, np.zeros((0, 3), dtype=int), 1.0),
    "negative bed": lambda: tension_free_bed(POINTS, np.array([[0, 1, 2]]), -1.0),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_is_refused(name):
    with pytest.raises(InputError) as caught:
        FAULTS[name]()
    error = caught.value
    assert error.code.startswith(("E-PART-", "E-MESH-"))
    assert error.expected
    assert error.fix
