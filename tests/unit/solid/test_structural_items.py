# SPDX-License-Identifier: BSD-3-Clause
"""Every structural item: forces are the energy's gradient, tangents the forces'; rigid motion costs nothing."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.solid import rotation
from vertaug.solid.axial import LigamentItem, SpringItem
from vertaug.solid.beam import beam, joint
from vertaug.solid.bed import normal_bed, tension_free_bed
from vertaug.solid.embedding import Bond, embed
from vertaug.solid.follower import follower_load
from vertaug.solid.frame import add_frames, axes_along
from vertaug.solid.load import NodalLoad
from vertaug.solid.pressure import FollowerPressure, PressureLoad
from vertaug.solid.section import rectangular_section
from vertaug.solid.tie import plane_platen, platen, rigid_tie

pytestmark = pytest.mark.usefixtures("one_thread")

RNG = np.random.default_rng(7)
START = RNG.bit_generator.state
LEVER = 3.0


@pytest.fixture(autouse=True)
def same_numbers():
    RNG.bit_generator.state = START


def column(values, count):
    return np.full(count, float(values))


def springs():
    points = RNG.normal(size=(6, 3))
    nodes = np.array([[0, 1], [2, 3], [4, 5]], dtype=np.int32)
    return SpringItem(nodes, np.array([0.3, 1.0, 2.0]), np.array([3.0, 5.0, 7.0])), points


def ligaments(hold=0.0):
    """One slack, one in its toe, one on each straight branch."""
    lengths = np.array([0.8, 1.2, 2.0, 3.0])
    points = np.zeros((8, 3))
    points[4:] = points[:4] + lengths[:, None] * np.eye(3)[[0, 1, 2, 0]]
    nodes = np.stack([np.arange(4), np.arange(4, 8)], axis=1).astype(np.int32)
    ones = np.ones(4)
    item = LigamentItem(nodes, ones, 0.5 * ones, 4.0 * ones, 1.5 * ones, 9.0 * ones)
    return (item.held_from(points, hold) if hold else item), points


def turned_frames(count, spread=1.0):
    """Frames in the middle of their second step, all turned by about a radian."""
    centres = spread * RNG.normal(size=(count, 3))
    points, frames = add_frames(np.zeros((0, 3)), centres, LEVER)
    points[frames.rotations] += LEVER * RNG.normal(size=(count, 3))
    frames = frames.committed(points)
    points[frames.rotations] += 0.3 * LEVER * RNG.normal(size=(count, 3))
    return points, frames


def beams():
    points, frames = turned_frames(4)
    section = rectangular_section(0.5, 0.8, 100.0, 0.3)
    item = beam(
        points, frames, np.array([[0, 1], [1, 2], [2, 3]]), section, np.array([0.1, 0.2, 1.0])
    )
    points[frames.rotations] += 0.5 * RNG.normal(size=(4, 3))
    return item, points


def joints():
    points, frames = turned_frames(2)
    axes = axes_along(np.array([[1.0, 2.0, 0.5]]))[0]
    item = joint(points, frames, np.array([[0, 1]]), np.array([10.0, 20, 30, 4, 5, 6]), axes)
    return item, points


def tied(kind):
    points, frames = turned_frames(2)
    nodes = np.arange(len(points), len(points) + 5)
    points = np.vstack([points, RNG.normal(size=(5, 3))])
    make = {"rigid": rigid_tie, "platen": platen, "plane": plane_platen}[kind]
    item = make(points, frames, 1, nodes, np.arange(2.0, 7.0))
    return item, points + 0.3 * RNG.normal(size=points.shape)


def bonded(cases, traction, kind="tet"):
    if kind == "tet":
        body, cells = cases.grid(3)
    else:
        body, cells = hexahedra(3)
    axis = np.linspace([0.5, 0.45, 0.1], [0.5, 0.55, 0.9], 4)
    points, frames = add_frames(body, axis, LEVER)
    item = embed(points, cells, frames, np.arange(4), Bond(0.2, traction, 50.0, 30.0))
    points = points + 0.02 * RNG.normal(size=points.shape)
    item = item.committed(points)
    return item, points + 0.02 * RNG.normal(size=points.shape)


def hexahedra(n):
    """Unit cube of n³ hexahedra."""
    axis = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    number = np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    corners = [
        (0, 0, 0),
        (1, 0, 0),
        (1, 1, 0),
        (0, 1, 0),
        (0, 0, 1),
        (1, 0, 1),
        (1, 1, 1),
        (0, 1, 1),
    ]
    cells = [number[i : n + i, j : n + j, k : n + k].ravel() for i, j, k in corners]
    return points, np.stack(cells, axis=1).astype(np.int32)


def facets_of(k):
    """An open sheet of two bent facets of k nodes."""
    number = {
        3: [[0, 1, 2], [1, 3, 2]],
        4: [[0, 1, 2, 3], [1, 4, 5, 2]],
        6: [[0, 1, 2, 3, 4, 5], [1, 6, 2, 7, 8, 4]],
    }
    return np.array(number[k], dtype=np.int32), RNG.normal(size=(9, 3))


def pressed(k, kind):
    facets, points = facets_of(k)
    if kind == "closed":
        return PressureLoad(facets, 1.7, np.array([0.1, -0.2, 0.3])), points
    return FollowerPressure(facets, 1.7, points + 0.3 * RNG.normal(size=points.shape)), points


def guided():
    points = RNG.normal(size=(9, 3))
    groups = [np.array([0]), np.array([1, 2, 3]), np.array([4, 5]), np.array([6, 7, 8])]
    return follower_load(groups, 12.0), points


def bedded(cases, kind):
    body, cells = cases.grid(2)
    top = np.array([f for f in surface(body, cells) if (body[f, 2] > 0.99).all()])
    item = normal_bed(body, top, 5.0, 2.0) if kind == "normal" else tension_free_bed(body, top, 5.0)
    return item, body + 0.1 * RNG.normal(size=body.shape)


def surface(points, cells):
    from vertaug.mesh.surface import boundary_facets

    return boundary_facets(cells)[0]


MAKERS = {
    "springs": lambda cases: springs(),
    "ligaments": lambda cases: ligaments(),
    "held ligaments": lambda cases: ligaments(2.0),
    "beams": lambda cases: beams(),
    "joint": lambda cases: joints(),
    "rigid tie": lambda cases: tied("rigid"),
    "platen": lambda cases: tied("platen"),
    "plane": lambda cases: tied("plane"),
    "bond": lambda cases: bonded(cases, np.inf),
    "slipping bond": lambda cases: bonded(cases, 0.3),
    "bond in hexahedra": lambda cases: bonded(cases, 0.3, "hex"),
    "pressure 3": lambda cases: pressed(3, "closed"),
    "pressure 4": lambda cases: pressed(4, "closed"),
    "pressure 6": lambda cases: pressed(6, "closed"),
    "follower load": lambda cases: guided(),
    "bed": lambda cases: bedded(cases, "normal"),
    "tension-free bed": lambda cases: bedded(cases, "free"),
    "dead load": lambda cases: (
        NodalLoad(np.array([0, 2]), RNG.normal(size=(2, 3))),
        RNG.normal(size=(3, 3)),
    ),
}
OPEN = {f"open pressure {k}": k for k in (3, 4, 6)}


@pytest.mark.parametrize("name", MAKERS)
def test_forces_are_the_gradient_of_the_energy(name, cases):
    item, points = MAKERS[name](cases)
    along = RNG.normal(size=points.shape)
    along *= 1.0 / np.abs(along).max()
    h = 1e-5
    slope = (item.energy(points + h * along) - item.energy(points - h * along)) / (2.0 * h)
    force = cases.forces_of(item, points)
    scale = np.linalg.norm(force) * np.linalg.norm(along)
    assert slope == pytest.approx(float((force * along).sum()), abs=1e-7 * scale)
    assert scale > 0.0
    assert item.energy(points) == pytest.approx(item.evaluate(points, with_matrix=True).energy)


@pytest.mark.parametrize("name", [*MAKERS, *OPEN])
def test_tangents_are_the_derivative_of_the_forces(name, cases):
    item, points = pressed(OPEN[name], "open") if name in OPEN else MAKERS[name](cases)
    along = RNG.normal(size=points.shape)
    along *= 1.0 / np.abs(along).max()
    expected = cases.difference_tangent(item, points, along, 1e-6)
    found = cases.tangent_times(item, points, along)
    scale = max(np.abs(expected).max(), 1e-3)
    np.testing.assert_allclose(found, expected, atol=1e-6 * scale)
    part = item.evaluate(points, with_matrix=True)
    if part.matrices is not None and name not in OPEN:
        np.testing.assert_allclose(
            part.matrices, np.swapaxes(part.matrices, 1, 2), atol=1e-9 * np.abs(part.matrices).max()
        )


def moved_rigidly(points, frames, turn, shift):
    """All points turned about the origin and moved, with every frame turned as much."""
    matrix = rotation.matrix(rotation.exponential(turn[None])[0])[0]
    out = points @ matrix.T + shift
    # frames start at their committed orientation: the whole turn is this step's rotation
    out[frames.rotations] = points[frames.rotations] + frames.lever * turn
    return out


@pytest.mark.parametrize(
    "name", ["beams", "joint", "rigid tie", "bond in hexahedra", "slipping bond"]
)
def test_a_rigid_motion_costs_nothing(name, cases):
    item, points = MAKERS[name](cases)
    frames = item.frames
    # begin the step here, so that the turn is the first of it
    item, frames = replace(item, frames=frames.committed(points)), frames.committed(points)
    turn, shift = np.array([0.7, -1.1, 0.4]), np.array([3.0, -2.0, 5.0])
    after = moved_rigidly(points, frames, turn, shift)
    assert item.energy(after) == pytest.approx(item.energy(points), rel=1e-11)
    matrix = rotation.matrix(rotation.exponential(turn[None])[0])[0]
    first, second = cases.forces_of(item, points), cases.forces_of(item, after)
    nodes = np.setdiff1d(np.arange(len(points)), frames.rotations)
    np.testing.assert_allclose(
        second[nodes], first[nodes] @ matrix.T, atol=1e-10 * np.abs(first).max()
    )
    for force in (first, second):
        np.testing.assert_allclose(force[nodes].sum(axis=0), 0.0, atol=1e-11 * np.abs(force).max())
