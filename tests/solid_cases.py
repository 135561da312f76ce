# SPDX-License-Identifier: BSD-3-Clause
"""Small solids and steps that the tests of the solid share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Capsule, Mesh, MeshSize, SignedDistance, generate_mesh
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.cells import SolidItem
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.item import Contribution, Item, scatter
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.model import SolidModel, cavity_facets, first_state
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise
from vertaug.solid.support import GroundBed, nodal_areas
from vertaug.state import State

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def moduli(young: float, poisson: float) -> tuple[float, float]:
    """Bulk and shear modulus."""
    return young / (3.0 * (1.0 - 2.0 * poisson)), young / (2.0 * (1.0 + poisson))


def row(
    young: float,
    poisson: float,
    strength: float = 1e9,
    alpha: tuple[float, float] = (0.0, 0.0),
    lock: tuple[float, float] = (0.0, 0.0),
) -> Float:
    """One row (7,) of law parameters."""
    return np.array([*lock, *moduli(young, poisson), strength, *alpha])


def rotation(seed: int = 0) -> Float:
    """A random proper rotation."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    return np.ascontiguousarray(q * np.sign(np.linalg.det(q)))


def grid(n: int) -> tuple[Float, Int]:
    """Unit cube of 6 n³ tetrahedra."""
    axis = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    number = np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    parts = []
    for path in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2)):
        step = np.zeros(3, dtype=int)
        corners = []
        for direction in (None, *path):
            if direction is not None:
                step[direction] = 1
            i, j, k = step
            corners.append(number[i : n + i, j : n + j, k : n + k].ravel())
        parts.append(np.stack(corners, axis=1))
    return points, positive(points, np.concatenate(parts))


def positive(points: Float, cells: NDArray[np.integer]) -> Int:
    """The same cells, all of positive volume."""
    corner = points[cells]
    negative = np.linalg.det(corner[:, 1:] - corner[:, :1]) < 0.0
    turned = cells.copy()
    turned[negative] = cells[negative][:, [0, 2, 1, 3]]
    return np.ascontiguousarray(turned, dtype=np.int32)


def octant(n: int) -> tuple[Float, Int]:
    """Unit vectors and n² triangles, normals out, of one eighth of the sphere."""
    index, directions = {}, []
    for i in range(n + 1):
        for j in range(n + 1 - i):
            index[i, j] = len(directions)
            share = np.array([i, j, n - i - j]) / n
            vector = np.sin(0.5 * np.pi * share)
            directions.append(vector / np.linalg.norm(vector))
    triangles = []
    for i in range(n):
        for j in range(n - i):
            triangles.append((index[i, j], index[i + 1, j], index[i, j + 1]))
            if i + j < n - 1:
                triangles.append((index[i + 1, j], index[i + 1, j + 1], index[i, j + 1]))
    points, facets = np.array(directions), np.array(triangles)
    corner = points[facets]
    inwards = np.linalg.det(corner) < 0.0
    facets[inwards] = facets[inwards][:, [0, 2, 1]]
    return points, np.ascontiguousarray(facets, dtype=np.int32)


def sphere(n: int) -> tuple[Float, Int]:
    """Unit vectors and 8 n² triangles, normals out, of the whole sphere."""
    points, facets = octant(n)
    all_points, all_facets = [], []
    for signs in np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).reshape(3, -1).T:
        turned = facets if signs.prod() > 0 else facets[:, [0, 2, 1]]
        all_facets.append(turned + len(points) * len(all_points))
        all_points.append(points * signs)
    joined = np.concatenate(all_points)
    _, first, inverse = np.unique(
        np.round(joined, 9) + 0.0, axis=0, return_index=True, return_inverse=True
    )
    triangles = inverse.ravel()[np.concatenate(all_facets)]
    return joined[first], np.ascontiguousarray(triangles, dtype=np.int32)


@dataclass(frozen=True)
class Ball:
    """A hollow ball, whole or one eighth: every node lies exactly on its sphere."""

    directions: Float
    triangles: Int
    points: Float
    cells: Int

    @property
    def inner(self) -> Int:
        """Facets of the cavity, normals out of the solid."""
        return np.ascontiguousarray(self.triangles[:, [0, 2, 1]])

    @property
    def outer(self) -> Int:
        """Facets of the outside."""
        shift = len(self.points) - len(self.directions)
        return np.ascontiguousarray(self.triangles + np.int32(shift))

    def fixed(self) -> NDArray[np.bool_]:
        """Unknowns that the planes of symmetry hold."""
        return np.asarray(np.abs(self.points) < 1e-9)

    def volume(self) -> Float:
        """Cell volumes."""
        corner = self.points[self.cells]
        return np.asarray(np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0)

    def item(self, law: int, parameters: Float) -> SolidItem:
        """Stress-free cells of one law, `parameters` (7,)."""
        n = len(self.cells)
        return SolidItem.start(
            self.points, self.cells, self.volume(), np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
            np.full(n, law, dtype=np.int32), np.tile(parameters, (n, 1)),
        )  # fmt: skip

    def far_field(self, shear: float) -> GroundBed:
        """The infinite elastic medium around the ball: traction 4 G u / b on its outside."""
        nodes, area = nodal_areas(self.points, self.outer)
        radius = float(np.linalg.norm(self.points[-1]))
        stiffness = np.repeat(4.0 * shear / radius * area[:, None], 3, axis=1)
        return GroundBed(nodes, self.points[nodes], stiffness)


def ball(surface: tuple[Float, Int], radii: NDArray[np.floating]) -> Ball:
    """Prisms between spheres of the given radii, each cut into three tetrahedra."""
    directions, triangles = surface
    n = len(directions)
    points = (np.asarray(radii)[:, None, None] * directions).reshape(-1, 3)
    a, b, c = np.sort(triangles, axis=1).T
    one = [
        np.stack(t, axis=1)
        for t in ((a, b, c, c + n), (a, b, b + n, c + n), (a, a + n, b + n, c + n))
    ]
    layer = np.concatenate(one)
    cells = np.concatenate([layer + n * k for k in range(len(radii) - 1)])
    return Ball(directions, triangles, points, positive(points, cells))


@dataclass(frozen=True)
class DeadLoad:
    """Constant forces on nodes."""

    nodes: Int
    forces: Float

    @property
    def connectivity(self) -> Int:
        return self.nodes[:, None]

    def energy(self, points: Float) -> float:
        return -float((self.forces * points[self.nodes]).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        return Contribution(self.energy(points), -self.forces[:, None], None)


def solve(
    points: Float,
    items: Sequence[Item],
    fixed: NDArray[np.bool_],
    tolerance: float = 1e-9,
    reference: Float | None = None,
) -> NewtonResult:
    """Equilibrium from ``points`` by Newton with direct solves."""
    pattern = build_pattern(len(points), *(item.connectivity for item in items))
    solver = LinearSolver(
        pattern, points if reference is None else reference, fixed, method="direct"
    )
    return minimise(points, items, solver, NewtonOptions(tolerance=tolerance, max_iterations=60))


def forces_of(item: Item, points: Float) -> Float:
    """Nodal forces (n_nodes, 3) of an item."""
    part = item.evaluate(points, with_matrix=False)
    return scatter(len(points), item.connectivity, part.forces)


def cavity_pressure(body: Ball, item: SolidItem, points: Float) -> float:
    """Pressure that does the work of the cavity's nodes when the cavity grows in proportion."""
    n = len(body.directions)
    force = forces_of(item, points)[:n]
    corner = points[body.triangles]
    volume = np.linalg.det(corner).sum() / 6.0
    return float((force * points[:n]).sum() / (3.0 * volume))


Harden = Callable[[SolidItem, Float], SolidItem]


def expand(
    body: Ball,
    item: SolidItem,
    around: Sequence[Item],
    stretches: NDArray[np.floating],
    harden: Harden | None = None,
    tolerance: float = 1e-7,
) -> Iterator[tuple[float, SolidItem, Float]]:
    """Grow a cavity step by step, its nodes moved radially; yields stretch, item and points."""
    n = len(body.directions)
    fixed = body.fixed()
    fixed[:n] = True
    points = body.points.copy()
    for stretch in stretches:
        radius = np.linalg.norm(points, axis=1, keepdims=True)
        growth = (stretch * np.linalg.norm(body.points[0])) ** 3 - radius[0] ** 3
        trial = points * np.cbrt(radius**3 + growth) / radius
        result = solve(trial, [item, *around], fixed, tolerance, body.points)
        assert result.converged, result.reason
        yield float(stretch), item, result.points
        metric, ratio, _, _ = item.history(result.points)
        following = replace(item, metric=np.ascontiguousarray(metric), ratio=ratio)
        if harden is not None:
            following = harden(item, result.points)
        points = result.points
        item = SolidItem.start(
            points, item.cells, item.volume, following.metric, following.ratio, item.law,
            following.parameters,
        )  # fmt: skip


def order(errors: Sequence[float]) -> Float:
    """Observed orders of convergence of errors on meshes that halve."""
    size = np.abs(np.asarray(errors))
    return np.asarray(np.log2(size[:-1] / size[1:]))


def refined(coarse: NDArray[np.floating], fine: NDArray[np.floating]) -> Float:
    """Richardson's extrapolation of two meshes that halve, at second order."""
    return np.asarray((4.0 * np.asarray(fine) - np.asarray(coarse)) / 3.0)


def pressure_load(body: Ball, pressure: float) -> DeadLoad:
    """Forces of a small pressure in the cavity, on the undeformed body."""
    n = len(body.directions)
    force = np.zeros((n, 3))
    corner = body.points[body.triangles]
    for a in range(3):
        share = np.cross(corner[:, (a + 1) % 3], corner[:, (a + 2) % 3]) / 6.0
        np.add.at(force, body.triangles[:, a], share)
    return DeadLoad(np.arange(n, dtype=np.int32), pressure * force)


def difference_tangent(item: Item, points: Float, along: Float, step: float) -> Float:
    """Central difference of the nodal forces along a displacement."""
    up = forces_of(item, points + step * along)
    return (up - forces_of(item, points - step * along)) / (2.0 * step)


def tangent_times(item: Item, points: Float, along: Float) -> Float:
    """Tangent with its rank-one terms times a displacement (n_nodes, 3)."""
    part = item.evaluate(points, with_matrix=True)
    out = np.zeros_like(points)
    if part.matrices is not None:
        lists = item.connectivity
        local = along[lists].reshape(len(lists), -1)
        product = np.einsum("eij,ej->ei", part.matrices, local)
        out += scatter(len(points), lists, product.reshape(*lists.shape, 3))
    for rank in part.rank_ones:
        out += rank.scale * float((rank.vector * along).sum()) * rank.vector
    return out


def block(side: float = 16.0, size: MeshSize | None = None) -> Mesh:
    """A cube of bone around one small capsule, top and bottom named as endplates."""
    count, spacing = 14, 1.5
    axis = spacing * (np.arange(2 * count + 1) - count)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    half = 0.5 * side
    values = np.max(np.abs([x, y, z]), axis=0) - half
    distance = SignedDistance(np.full(3, axis[0]), spacing, values.astype(np.float32))
    capsule = Capsule(np.array([-1.0, 0.0, 0.0]), np.array([1.0, 0.0, 0.0]), 1.5)
    mesh = generate_mesh(
        distance, {"balloon_left": capsule}, size or MeshSize(bulk=4.5, cavity=1.2, growth=0.8)
    )
    corner = mesh.points[mesh.facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    up = normal[:, 2] / np.linalg.norm(normal, axis=1)
    outside = mesh.facet_set == mesh.facet_names.index("outer")
    names = ("cortex", "endplate_superior", "endplate_inferior", "balloon_left")
    label = np.where(outside, 0, 3)
    label[outside & (up > 0.8)] = 1
    label[outside & (up < -0.8)] = 2
    return replace(mesh, facet_set=label.astype(np.int32), facet_names=names)


def loaded_block() -> tuple[SolidModel, State]:
    """The block at rest under the axial load, bone of 100 to 120 mg/cm³, no damage."""
    mesh = block()
    model = SolidModel()
    density = 100.0 + 20.0 * np.random.default_rng(0).random(mesh.n_cells)
    state = first_state(mesh, model, density, np.zeros(mesh.n_cells), np.zeros(len(mesh.facets)))
    cavities = [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(mesh).values()]
    tight = NewtonOptions(tolerance=1e-9, max_iterations=60)
    load = model.surroundings.axial_load
    step = Equilibrium(state, model).step(state, cavities, load, tight)
    assert step.newton.converged, step.newton.reason
    return model, step.state
