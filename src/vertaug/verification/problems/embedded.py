# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark f: a point load on a half space, a stiff ball in bone, bounds of mixtures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.load import NodalLoad
from vertaug.verification.body_force import gauss
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.half_space import Boussinesq
from vertaug.verification.closed_forms.inclusion import MixtureBounds, SphericalInclusion
from vertaug.verification.facets import mean_over, nodal_normals
from vertaug.verification.meshes import Body, Element, box, full_ball, graded
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, benchmark
from vertaug.verification.solids import (
    divisions,
    expected_order,
    made_of,
    nodal_forces,
    pressure_load,
    symmetry,
)
from vertaug.verification.stepping import elastic_row, equilibrium
from vertaug_kernels.laws import HENCKY

Float = NDArray[np.float64]


def _exact_field(load: Boussinesq, points: Float) -> Float:
    """Displacements (n, 3) below a point load along z; none at the load itself."""
    out = np.zeros_like(points)
    for row, (x, y, z) in enumerate(points):
        radius = float(np.hypot(x, y))
        if radius + z > 1e-9:
            outwards, down = load.displacement(radius, float(z))
            out[row] = outwards * x / max(radius, 1e-12), outwards * y / max(radius, 1e-12), down
    return out


_SMOOTH = np.array([0.25, 0.5, 0.25])
"""Weights of three nodes in a row that leave out what alternates from node to node.

A point load is no load of bounded energy, and hexahedra of one pressure each answer it with displacements that
alternate along its axis; they fade with the cells, but more slowly the nearer Poisson's ratio is to a half.
"""


def _along_z(points: Float, place: Float) -> NDArray[np.intp]:
    """Return the node nearest to ``place`` (3,) between its neighbours above and below, (3,)."""
    node = int(np.argmin(np.linalg.norm(points - place, axis=1)))
    row = np.flatnonzero(
        np.isclose(points[:, :2], points[node, :2], rtol=0.0, atol=1e-9).all(axis=1)
    )
    row = row[np.argsort(points[row, 2])]
    at = int(np.flatnonzero(row == node)[0])
    return np.asarray(row[at - 1 : at + 2])


@benchmark(
    "f.boussinesq", "SOLID", "Point load on a half space",
    "Displacements under a point load agree with Boussinesq away from the load.",
    quick={"meshes": (8, 12), "elements": ("hex8",)},
)  # fmt: skip
def boussinesq(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    force: Positive = 100.0,
    side: Positive = 20.0,
    elements: tuple[Element, ...] = ("tet4", "tet10", "hex8"),
    meshes: Meshes = (8, 12, 16),
) -> Iterator[Check]:
    """Load the corner of a quarter; on its far faces the exact displacements are prescribed."""
    small = 1e-4 * force  # the cell under the load must not turn over; all is linear
    exact = Boussinesq(young, poisson, small)
    probes = {"below the load": (0.0, 0.0, 0.25), "beside it": (0.25, 0.0, 0.25)}
    for element in elements:
        rows = []
        for n in meshes:
            d = divisions(element, n)
            body = box(element, (d, d, d)).moved(lambda unit: side * unit**2)
            far = np.asarray(np.isclose(body.points, side)).any(axis=1, keepdims=True)
            fixed = np.repeat(far, 3, axis=1)
            fixed[np.abs(body.points[:, 0]) < 1e-9, 0] = True
            fixed[np.abs(body.points[:, 1]) < 1e-9, 1] = True
            start = body.points + np.where(far, _exact_field(exact, body.points), 0.0)
            corner = int(np.argmin(np.linalg.norm(body.points, axis=1)))
            load = NodalLoad(
                np.array([corner], dtype=np.int32), np.array([[0.0, 0.0, 0.25 * small]])
            )
            item = made_of(body, HENCKY, elastic_row(young, poisson))
            points = equilibrium(start, [item, load], fixed, 1e-7, body.points).points
            moved = points - body.points
            row = []
            for place in probes.values():
                nodes = _along_z(body.points, side * np.array(place))
                known = _exact_field(exact, body.points[nodes])[:, 2]
                row.append(float(_SMOOTH @ (moved[nodes, 2] / known)))
            rows.append(row)
        for k, name in enumerate(probes):
            yield study(
                f"u_z {name} over the exact one, {element}", 1.0, meshes, [row[k] for row in rows],
                order=2.0, slack=1.2, tolerance=0.03, standard=16, floor=0.01,
                why="the load spoils cells around it: use multiples of four",
            )  # fmt: skip


FAR = np.diag([0.0, 0.0, -1.0])
USUAL = 15.0
"""Radii of the inclusion to the end of the body."""
FLAT = (
    "linear tetrahedra around the ball are too stiff and pass too much on to it, patches less; a body of 15 radii "
    "stands for an infinite one"
)


def _inclusion(element: Element, n: int, far: float) -> tuple[Body, NDArray[np.bool_]]:
    """One eighth of a ball of radius ``far`` around an inclusion of radius 1, and its cells."""
    d = divisions(element, n)
    radii = np.concatenate(
        [np.linspace(0.0, 1.0, d // 2 + 2)[1:], graded(1.0, far, 2 * d, USUAL)[1:]]
    )
    body = full_ball(element, d, radii)
    inside = np.linalg.norm(body.points[body.cells[:, :4]], axis=2).max(axis=1) < 1.0 + 1e-9
    return body, inside


@benchmark(
    "f2.inclusion", "SOLID", "Stiff ball in an elastic body: the cement bolus",
    "The stress in a spherical inclusion is uniform and Eshelby's.",
    quick={"meshes": (6, 10), "elements": ("tet10",)},
)  # fmt: skip
def inclusion(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    young_inside: tuple[Positive, ...] = (200.0, 2500.0),
    poisson_inside: Poisson = 0.33,
    far: Annotated[float, Bounds(10.0, 100.0)] = USUAL,
    elements: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10"),
    meshes: Meshes = (8, 12, 16),
) -> Iterator[Check]:
    """Press one eighth of a large ball along z and read the stress inside the inclusion."""
    for stiff in young_inside:
        exact = SphericalInclusion(young, poisson, stiff, poisson_inside, FAR).stress_inside
        for element in elements:
            rows = []
            for n in meshes:
                body, inside = _inclusion(element, n, far)
                parameters = np.where(
                    inside[:, None], elastic_row(stiff, poisson_inside), elastic_row(young, poisson)
                )
                item = made_of(body, HENCKY, parameters)
                nodes = body.nodes("outer")
                normals = nodal_normals(body.points, body.facets["outer"])[nodes]
                load = NodalLoad(nodes, normals @ FAR)
                points = equilibrium(body.points, [item, load], symmetry(body), 1e-8).points
                weight = gauss(body)[3]
                stress = item.history(points).stress.reshape(*weight.shape, 3, 3)[inside]
                weight = weight[inside]
                mean = np.einsum("nq,nqij->ij", weight, stress) / weight.sum()
                rows.append(mean)
            # the small σ_xx has errors of the size of σ_zz; the body ends where Eshelby's goes on
            size = float(abs(exact[2, 2]))
            floor = 1e-3 * max(1.0, (USUAL / far) ** 3)
            for k, name, rough, fine in ((2, "σ_zz", 0.02, 0.002), (0, "σ_xx", 0.0042, 0.0007)):
                yield study(
                    f"mean {name} inside, E = {stiff:g}, {element}", float(exact[k, k]), meshes,
                    [float(row[k, k]) for row in rows], order=expected_order(element), slack=0.6,
                    tolerance=fine if element == "tet10" else rough, standard=16, floor=floor, scale=size,
                    unit="MPa", why=FLAT,
                )  # fmt: skip


@benchmark(
    "f3.bounds", "SOLID", "Stiffness of mixtures of bone and cement",
    "A ball in a shell has the bulk modulus of Hashin; a random mixture lies between Reuss and Voigt.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def bounds(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    young_inside: Positive = 2500.0,
    poisson_inside: Poisson = 0.33,
    fraction: Annotated[float, Bounds(0.0, 1.0)] = 0.2,
    element: Element = "tet10",
    meshes: Meshes = (4, 8, 12),
    seed: Annotated[int, Bounds(0, 10_000)] = 1,
) -> Iterator[Check]:
    """Squeeze a composite ball, then pull a cube of random cells."""
    mixture = MixtureBounds(young, poisson, young_inside, poisson_inside, fraction)
    found = []
    for n in meshes:
        d = divisions(element, n)
        middle = fraction ** (1.0 / 3.0)
        radii = np.concatenate(
            [np.linspace(0.0, middle, d + 1)[1:], np.linspace(middle, 1.0, d + 1)[1:]]
        )
        body = full_ball(element, d, radii)
        inside = np.linalg.norm(body.points[body.cells[:, :4]], axis=2).max(axis=1) < middle + 1e-9
        parameters = np.where(
            inside[:, None], elastic_row(young_inside, poisson_inside), elastic_row(young, poisson)
        )
        item = made_of(body, HENCKY, parameters)
        load = pressure_load(body, "outer", 1.0)
        points = equilibrium(body.points, [item, load], symmetry(body), 1e-8).points
        radial = ((points - body.points) * body.points).sum(axis=1)
        found.append(-1.0 / (3.0 * mean_over(body.points, body.facets["outer"], radial)))
    yield study(
        f"bulk modulus of the composite ball, {element}", mixture.lower_moduli[0], meshes, found,
        order=3.0, slack=0.8, tolerance=2e-3, standard=12, floor=2e-4, unit="MPa",
        why="quadratic elements; the closed form is exact for it",
    )  # fmt: skip
    body = box("hex8", (6, 6, 6))
    stiff = np.random.default_rng(seed).permutation(len(body.cells)) < fraction * len(body.cells)
    share = float(stiff.mean())
    both = MixtureBounds(young, poisson, young_inside, poisson_inside, share)
    parameters = np.where(
        stiff[:, None], elastic_row(young_inside, poisson_inside), elastic_row(young, poisson)
    )
    item = made_of(body, HENCKY, parameters)
    fixed = symmetry(body)
    fixed[body.nodes("z1"), 2] = True
    start = body.points.copy()
    start[body.nodes("z1"), 2] += 1e-3
    points = equilibrium(start, [item], fixed, 1e-8, body.points).points
    modulus = float(nodal_forces(item, points)[body.nodes("z1"), 2].sum()) / 1e-3
    for name, bound, kind in (("Reuss", both.reuss, "at least"), ("Voigt", both.voigt, "at most")):
        yield Check(
            f"modulus of a random mixture against {name}", bound, modulus, 0.0,
            "energy bounds hold for any arrangement", "MPa",
            kind="at least" if kind == "at least" else "at most",
        )  # fmt: skip
