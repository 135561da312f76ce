# SPDX-License-Identifier: BSD-3-Clause
"""Small solids and steps that the tests of the solid share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Capsule, Mesh, MeshSize, SignedDistance, generate_mesh
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.cells import SolidItem
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.item import Item, scatter
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.load import NodalLoad
from vertaug.solid.model import SolidModel, Surroundings, cavity_facets, first_state
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise
from vertaug.state import State
from vertaug.verification import meshes
from vertaug.verification.meshes import grid, octant, positive, sphere
from vertaug.verification.stepping import moduli

__all__ = ["NodalLoad", "grid", "moduli", "octant", "positive", "sphere"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


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


class Ball(meshes.Ball):
    """A hollow ball that can be made of cells."""

    def item(self, law: int, parameters: Float) -> SolidItem:
        """Stress-free cells of one law, `parameters` (7,)."""
        n = len(self.cells)
        return SolidItem.start(
            self.points, self.cells, self.volume(), np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
            np.full(n, law, dtype=np.int32), np.tile(parameters, (n, 1)),
        )  # fmt: skip


def ball(surface: tuple[Float, Int], radii: NDArray[np.floating]) -> Ball:
    """Prisms between spheres of the given radii, each cut into three tetrahedra."""
    return Ball(**vars(meshes.ball(surface, radii)))


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
        metric, ratio, *_ = item.history(result.points)
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


def pressure_load(body: Ball, pressure: float) -> NodalLoad:
    """Forces of a small pressure in the cavity, on the undeformed body."""
    n = len(body.directions)
    force = np.zeros((n, 3))
    corner = body.points[body.triangles]
    for a in range(3):
        share = np.cross(corner[:, (a + 1) % 3], corner[:, (a + 2) % 3]) / 6.0
        np.add.at(force, body.triangles[:, a], share)
    return NodalLoad(np.arange(n, dtype=np.int32), pressure * force)


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


def _channels(**places: float) -> dict[str, Capsule]:
    """Capsules at ``places`` across."""
    ends = {name: [np.array([x + d, 0.0, 0.0]) for d in (-1.0, 1.0)] for name, x in places.items()}
    return {f"balloon_{name}": Capsule(*pair, 1.5) for name, pair in ends.items()}


CHANNEL = _channels(left=0.0)["balloon_left"]
COARSE = MeshSize(bulk=4.5, cavity=1.2, growth=0.8)


def block(
    side: float = 16.0, size: MeshSize | None = None, *, whole: bool = False, two: bool = False
) -> Mesh:
    """A cube of bone around one small capsule, ``two`` or none (``whole``), top and bottom named as endplates."""
    count, spacing = 14, 1.5
    axis = spacing * (np.arange(2 * count + 1) - count)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    half = 0.5 * side
    values = np.max(np.abs([x, y, z]), axis=0) - half
    distance = SignedDistance(np.full(3, axis[0]), spacing, values.astype(np.float32))
    places = {} if whole else {"left": -3.5, "right": 3.5} if two else {"left": 0.0}
    cavities = _channels(**places)
    mesh = generate_mesh(distance, cavities, size or COARSE)
    corner = mesh.points[mesh.facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    up = normal[:, 2] / np.linalg.norm(normal, axis=1)
    outside = mesh.facet_set == mesh.facet_names.index("outer")
    names = ("cortex", "endplate_superior", "endplate_inferior", *cavities)
    label = np.zeros(len(mesh.facets), dtype=np.int64)
    for number, name in enumerate(cavities, start=3):
        label[mesh.facet_set == mesh.facet_names.index(name)] = number
    label[outside & (up > 0.8)] = 1
    label[outside & (up < -0.8)] = 2
    return replace(mesh, facet_set=label.astype(np.int32), facet_names=names)


def loaded_block(*, two: bool = False) -> tuple[SolidModel, State]:
    """The block at rest under the axial load, bone of 100 to 120 mg/cm³, no damage."""
    mesh = block(two=two)
    # So small a block on so soft discs would tip over under a platen that slides.
    model = SolidModel(surroundings=Surroundings(guided=True))
    density = 100.0 + 20.0 * np.random.default_rng(0).random(mesh.n_cells)
    state = first_state(mesh, model, density, np.zeros(mesh.n_cells), np.zeros(len(mesh.facets)))
    cavities = [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(mesh).values()]
    tight = NewtonOptions(tolerance=1e-9, max_iterations=60)
    load = model.surroundings.axial_load
    step = Equilibrium(state, model).step(state, cavities, load, tight)
    assert step.newton.converged, step.newton.reason
    return model, step.state
