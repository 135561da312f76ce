# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks a1 to a4: patches of elements reproduce simple fields, and their zero modes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from vertaug.errors import InputError
from vertaug.mesh._validate import check_cells
from vertaug.solid.cells import FINITE, SMALL
from vertaug.verification.body_force import body_force
from vertaug.verification.check import Check
from vertaug.verification.meshes import Body, Element, positive, quadratic
from vertaug.verification.problem import Poisson, Positive, benchmark
from vertaug.verification.solids import made_of
from vertaug.verification.stepping import elastic_row, equilibrium, law_row, moduli
from vertaug_kernels.laws import HENCKY, NEO_HOOKE

Float = NDArray[np.float64]
Int = NDArray[np.int32]

OUTER = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], float
)
INNER = np.array(
    [[0.249, 0.342, 0.192], [0.826, 0.288, 0.288], [0.850, 0.649, 0.263], [0.273, 0.750, 0.230],
     [0.320, 0.186, 0.643], [0.677, 0.305, 0.683], [0.788, 0.693, 0.644], [0.165, 0.745, 0.702]]
)  # fmt: skip
"""Inner nodes of the patch of MacNeal and Harder (1985)."""
POINTS = np.vstack([OUTER, INNER])
HEXES = np.array(
    [[8, 9, 10, 11, 12, 13, 14, 15], [0, 1, 2, 3, 8, 9, 10, 11], [12, 13, 14, 15, 4, 5, 6, 7],
     [0, 1, 9, 8, 4, 5, 13, 12], [1, 2, 10, 9, 5, 6, 14, 13], [2, 3, 11, 10, 6, 7, 15, 14],
     [3, 0, 8, 11, 7, 4, 12, 15]], dtype=np.int32,
)  # fmt: skip
SPLIT = np.array([[0, 1, 3, 4], [1, 2, 3, 6], [1, 4, 5, 6], [3, 4, 6, 7], [1, 3, 4, 6]])
"""Five tetrahedra of a hexahedron; used alike in all of them, faces of neighbours do not match."""
GRADIENT = 0.5e-3 * np.array([[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]])
EVERY: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10", "hex8", "hex8-full")
ROUND_OFF = "exact in exact arithmetic"


def patch(element: Element) -> Body:
    """The unit cube as seven hexahedra, or as the Delaunay tetrahedra of the same nodes."""
    if element.startswith("hex"):
        return Body(element, POINTS, HEXES, {})
    cells = positive(POINTS, Delaunay(POINTS).simplices.astype(np.int32))
    corner = POINTS[cells]
    cells = cells[np.linalg.det(corner[:, 1:] - corner[:, :1]) > 6e-9]
    body = Body(element, POINTS, cells, {})
    return quadratic(body) if element == "tet10" else body


def on_surface(body: Body) -> NDArray[np.bool_]:
    """Nodes on the outside of the unit cube, (n,)."""
    return np.asarray((np.abs(body.points - 0.5) > 0.5 - 1e-9).any(axis=1))


def stretched(
    body: Body, law: int, rows: Float, exact: Float, kinematics: int
) -> tuple[Float, Float]:
    """Points and stresses (n, 3, 3) once the outside is where ``exact`` has it."""
    item = made_of(body, law, rows, kinematics)
    outside = on_surface(body)
    start = np.where(outside[:, None], exact, body.points)
    fixed = np.repeat(outside[:, None], 3, axis=1)
    result = equilibrium(start, [item], fixed, 1e-11, body.points)
    return result.points, item.history(result.points).stress


@benchmark(
    "a1.patch", "SOLID", "Patch test of MacNeal and Harder",
    "Every element, distorted, reproduces a state of constant strain.",
)  # fmt: skip
def constant_strain(
    young: Positive = 1e6, poisson: Poisson = 0.25, elements: tuple[Element, ...] = EVERY
) -> Iterator[Check]:
    """Prescribe a linear field on the outside of the cube."""
    bulk, shear = moduli(young, poisson)
    stress = 2.0 * shear * GRADIENT + (bulk - 2.0 * shear / 3.0) * np.trace(GRADIENT) * np.eye(3)
    for element in elements:
        body = patch(element)
        exact = body.points @ (np.eye(3) + GRADIENT).T
        points, found = stretched(body, HENCKY, elastic_row(young, poisson), exact, SMALL)
        moved = np.abs(exact - body.points).max()
        yield Check(
            f"largest error of displacement, {element}", 0.0, np.abs(points - exact).max() / moved,
            1e-10, ROUND_OFF, regression=False,
        )  # fmt: skip
        worst = np.abs(found - stress).max() / np.abs(stress).max()
        yield Check(
            f"largest error of stress, {element}", 0.0, worst, 1e-10, ROUND_OFF, regression=False
        )


@benchmark(
    "a2.negative", "SOLID", "A patch whose faces do not match",
    "Non-conforming tetrahedra fail the patch test, and the mesh checker refuses them.",
)  # fmt: skip
def non_conforming(young: Positive = 1e6, poisson: Poisson = 0.25) -> Iterator[Check]:
    """Split all hexahedra by one pattern and prescribe a linear field."""
    body = Body("tet4", POINTS, positive(POINTS, HEXES[:, SPLIT].reshape(-1, 4)), {})
    exact = body.points @ (np.eye(3) + GRADIENT).T
    points, _ = stretched(body, HENCKY, elastic_row(young, poisson), exact, SMALL)
    error = np.abs(points - exact).max() / np.abs(exact - body.points).max()
    yield Check(
        "largest error of displacement", 0.01, error, 0.0, "a patch test that cannot fail is none",
        kind="at least",
    )  # fmt: skip
    refused = 0.0
    try:
        check_cells("patch", body.points, body.cells, False)
    except InputError as reason:
        refused = float(reason.code == "E-MESH-028")
    yield Check("the mesh checker refuses it", 1.0, refused, 0.0, "faces must match")


CURVATURE = 1e-3 * np.array(
    [[[1.0, 0.3, -0.2], [0.3, 0.5, 0.1], [-0.2, 0.1, -0.7]],
     [[-0.4, 0.2, 0.6], [0.2, 0.8, -0.3], [0.6, -0.3, 0.2]],
     [[0.5, -0.1, 0.4], [-0.1, -0.6, 0.7], [0.4, 0.7, 0.9]]]
)  # fmt: skip
"""Second derivatives of the quadratic field, u_i = ½ C_ijk x_j x_k."""


@benchmark(
    "a3.quadratic", "SOLID", "Quadratic field in quadratic tetrahedra",
    "Straight-sided 10-node tetrahedra reproduce a quadratic field under its body force.",
)  # fmt: skip
def quadratic_field(young: Positive = 1e6, poisson: Poisson = 0.25) -> Iterator[Check]:
    """Prescribe a quadratic field on the outside, with the body force that it needs."""
    bulk, shear = moduli(young, poisson)
    lame = bulk - 2.0 * shear / 3.0
    divergence = (lame + shear) * np.einsum("kki->i", CURVATURE)
    divergence = divergence + shear * np.einsum("ikk->i", CURVATURE)
    body = patch("tet10")
    exact = body.points + 0.5 * np.einsum("ijk,nj,nk->ni", CURVATURE, body.points, body.points)
    item = made_of(body, HENCKY, elastic_row(young, poisson))
    load = body_force(body, lambda x: np.broadcast_to(-divergence, x.shape))
    outside = on_surface(body)
    start = np.where(outside[:, None], exact, body.points)
    fixed = np.repeat(outside[:, None], 3, axis=1)
    result = equilibrium(start, [item, load], fixed, 1e-11, body.points)
    error = np.abs(result.points - exact).max() / np.abs(exact - body.points).max()
    yield Check("largest error of displacement", 0.0, error, 1e-10, ROUND_OFF, regression=False)


EIGENVALUES = {
    "hex8": (24057.72756669809, 485770.08700194524),
    "hex8-full": (24063.27792282786, 486887.16297659057),
    "tet4": (38849.65421265745, 406680.8806487479),
    "tet10": (2666.878145821714, 992456.0795693621),
}
"""Of the middle element of the patch at E = 1e6, ν = 0.25, from an independent small code."""


@benchmark(
    "a4.eigenvalues", "SOLID", "Zero modes of one element",
    "The stiffness of every element has six zero eigenvalues, those of rigid motion.",
)  # fmt: skip
def eigenvalues(
    young: Positive = 1e6,
    poisson: Poisson = 0.25,
    elements: tuple[Element, ...] = ("tet4", "tet10", "hex8", "hex8-full"),
) -> Iterator[Check]:
    """Take the eigenvalues of the middle element of the patch."""
    for element in elements:
        if element.startswith("hex"):
            body = Body(element, INNER, np.arange(8, dtype=np.int32)[None], {})
        else:
            corners = np.ascontiguousarray(INNER[[0, 1, 2, 6]])
            cells = positive(corners, np.array([[0, 1, 2, 3]]))
            body = Body(element, corners, cells, {})
            body = quadratic(body) if element == "tet10" else body
        item = made_of(body, HENCKY, elastic_row(young, poisson))
        matrices = item.evaluate(body.points, with_matrix=True).matrices
        if matrices is None:
            raise ValueError("no tangent")
        values = np.linalg.eigvalsh(matrices[0])
        zero = int((np.abs(values) < 1e-8 * values[-1]).sum())
        yield Check(f"zero eigenvalues, {element}", 6.0, float(zero), 0.0, "six rigid motions")
        if poisson != 0.25 or element not in EIGENVALUES:
            continue
        for name, place, known in zip(
            ("smallest", "largest"), (6, -1), EIGENVALUES[element], strict=True
        ):
            yield Check(
                f"{name} other eigenvalue, {element}", known * young / 1e6, float(values[place]),
                1e-9, "same element, other code", "N/mm", evidence="CROSS-CODE",
            )  # fmt: skip


DEFORMATION = np.array([[1.3, 0.2, -0.1], [0.05, 0.8, 0.15], [0.1, -0.2, 1.1]])


@benchmark(
    "a6.finite", "SOLID", "Patch test at large strain",
    "Every element reproduces a uniform large strain, with the neo-Hookean stress, in any attitude.",
)  # fmt: skip
def finite_patch(
    shear: Positive = 80.0,
    lame: Positive = 120.0,
    elements: tuple[Element, ...] = EVERY,
) -> Iterator[Check]:
    """Prescribe a uniform deformation gradient on the outside, then the same one turned."""
    bulk = lame + 2.0 * shear / 3.0
    rows = law_row(NEO_HOOKE, {"bulk": bulk, "shear": shear})
    turn, _ = np.linalg.qr(np.array([[1.0, 2.0, 0.5], [-0.3, 1.0, 0.8], [0.2, -0.6, 1.5]]))
    turn = turn * np.sign(np.linalg.det(turn))
    det = float(np.linalg.det(DEFORMATION))
    metric = DEFORMATION @ DEFORMATION.T
    cauchy = (shear * (metric - np.eye(3)) + lame * np.log(det) * np.eye(3)) / det
    for element in elements:
        body = patch(element)
        for name, gradient, stress in (
            ("", DEFORMATION, cauchy), (" turned", turn @ DEFORMATION, turn @ cauchy @ turn.T),
        ):  # fmt: skip
            exact = body.points @ gradient.T
            item = made_of(body, NEO_HOOKE, rows, FINITE)
            outside = np.repeat(on_surface(body)[:, None], 3, axis=1)
            noise = 1e-3 * np.sin(37.0 * body.points)
            start = np.where(outside, exact, exact + noise)
            result = equilibrium(start, [item], outside, 1e-11, body.points)
            found = item.history(result.points).stress
            worst = np.abs(found - stress).max() / np.abs(stress).max()
            yield Check(
                f"largest error of stress{name}, {element}", 0.0, worst, 1e-9, ROUND_OFF,
                regression=False,
            )  # fmt: skip
