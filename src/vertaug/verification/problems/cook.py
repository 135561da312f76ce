# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark g: Cook's membrane, the standard trial of locking in bending and shear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.load import NodalLoad
from vertaug.verification.check import Check
from vertaug.verification.closed_forms.cook import Plane, cook_tip, place
from vertaug.verification.facets import nodal_weights
from vertaug.verification.meshes import Element, box
from vertaug.verification.problem import Bounds, Meshes, Positive, benchmark
from vertaug.verification.solids import made_of
from vertaug.verification.stepping import elastic_row, equilibrium
from vertaug_kernels.laws import HENCKY

Float = NDArray[np.float64]
NotNegative = Annotated[float, Bounds(0.0, 0.5)]

LEAST = 0.95
"""Least ratio to the reference at 16 divisions of elements that must not lock."""
ALLOWED = {"tet4": 0.15, "tet4-patch": 0.1, "tet10": 0.01, "hex8": 0.04, "hex8-full": 0.05}
GATE = "elements offered against locking must reach it on this mesh"


def tip(
    element: Element, n: int, young: float, poisson: float, force: float, plane: Plane
) -> float:
    """Lift of the upper right corner, one layer of cells, thickness 1 mm."""

    def lay(unit: Float) -> Float:
        return np.column_stack([place(unit[:, :2]), unit[:, 2]])

    body = box(element, (n, n, 1)).moved(lay)
    weight = nodal_weights(body.points, body.facets["x1"])
    nodes = body.nodes("x1")
    forces = np.zeros((len(nodes), 3))
    forces[:, 1] = force * weight[nodes] / weight.sum()
    fixed = np.zeros(body.points.shape, dtype=bool)
    fixed[body.nodes("x0"), :2] = True
    fixed[body.points[:, 2] < 1e-9, 2] = True
    if plane == "strain":
        fixed[:, 2] = True
    item = made_of(body, HENCKY, elastic_row(young, poisson))
    points = equilibrium(body.points, [item, NodalLoad(nodes, forces)], fixed, 1e-6).points
    corner = np.linalg.norm(body.points[:, :2] - (48.0, 60.0), axis=1) < 1e-6
    return float((points - body.points)[corner, 1].mean())


@benchmark(
    "g.cook", "SOLID", "Cook's membrane, nearly incompressible",
    "Elements offered against locking reach 95 % of the deflection at 16 divisions; the others show why.",
    "CROSS-CODE", quick={"meshes": (4, 8)},
)  # fmt: skip
def cook(
    young: Positive = 250.0,
    poisson: NotNegative = 0.4999,
    force: Positive = 100.0,
    elements: tuple[Element, ...] = ("tet4-patch", "tet10", "hex8"),
    locking: tuple[Element, ...] = ("tet4", "hex8-full"),
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Compare with Taylor-Hood triangles, extrapolated."""
    exact = cook_tip(young, poisson, force)
    for element in elements:
        ratios = [tip(element, n, young, poisson, force, "strain") / exact for n in meshes]
        # on coarser meshes the shortfall may be larger, in proportion to the mesh size
        least = 1.0 - (1.0 - LEAST) * max(1.0, 16.0 / meshes[-1]) ** 1.5
        yield Check(
            f"deflection over reference, {element}", least, ratios[-1], 0.0,
            GATE, kind="at least",
            study={"meshes": list(meshes), "values": ratios},
        )  # fmt: skip
        yield Check(
            f"deflection over reference does not pass it, {element}", 1.01, ratios[-1], 0.0,
            "too soft would be wrong as well", kind="at most", regression=False,
        )  # fmt: skip
    if poisson < 0.49:
        return
    for element in locking:
        ratios = [tip(element, n, young, poisson, force, "strain") / exact for n in meshes]
        yield Check(
            f"deflection over reference, {element}, which locks", 0.4, ratios[-1], 0.0,
            "a benchmark of locking must show it", kind="at most",
            study={"meshes": list(meshes), "values": ratios},
        )  # fmt: skip


@benchmark(
    "g2.cook_compressible", "SOLID", "Cook's membrane, compressible",
    "All elements converge to the same deflection where nothing locks, in plane strain and stress.",
    "CROSS-CODE", quick={"meshes": (4, 8)},
)  # fmt: skip
def compressible(
    young: Positive = 200.0,
    poisson: NotNegative = 0.3,
    force: Positive = 100.0,
    elements: tuple[Element, ...] = ("tet4", "tet4-patch", "tet10", "hex8", "hex8-full"),
    meshes: Meshes = (4, 8, 16),
) -> Iterator[Check]:
    """Compare with Taylor-Hood triangles, extrapolated."""
    planes: tuple[Plane, ...] = ("strain", "stress")
    for plane in planes:
        exact = cook_tip(young, poisson, force, plane)
        for element in elements:
            ratios = [tip(element, n, young, poisson, force, plane) / exact for n in meshes]
            coarser = max(1.0, 16.0 / meshes[-1]) ** 1.6
            yield Check(
                f"deflection over reference, plane {plane}, {element}", 1.0, ratios[-1],
                ALLOWED[element] * coarser,
                "one layer of cells at 16 divisions; a corner singularity slows convergence",
                study={"meshes": list(meshes), "values": ratios},
            )  # fmt: skip
