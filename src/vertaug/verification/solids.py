# SPDX-License-Identifier: BSD-3-Clause
"""Bodies made of cells of one law, stress-free, and what is read from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.item import Item, scatter
from vertaug.solid.load import NodalLoad
from vertaug.solid.patches import patches_of
from vertaug.solid.support import GroundBed
from vertaug.verification.facets import nodal_normals, nodal_weights
from vertaug.verification.meshes import Body, Element

__all__ = [
    "balls",
    "bed_around",
    "divisions",
    "expected_order",
    "in_ball",
    "made_of",
    "nodal_forces",
    "pressure_load",
    "symmetry",
    "work_pressure",
]

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]


def made_of(body: Body, law: int, parameters: Float, kinematics: int = SMALL) -> SolidItem:
    """Stress-free cells; ``parameters`` one row (w,) or one a cell (n, w)."""
    averaged = body.element in ("tet4-patch", "hex8")
    patches = None
    if body.element == "tet4-patch":
        # a patch shares one volume change, which materials of different stiffness do not
        region = None
        if parameters.ndim == 2:
            region = np.unique(parameters, axis=0, return_inverse=True)[1].ravel().astype(np.int32)
        patches = patches_of(body.cells, region=region)
    return SolidItem.at_rest(
        body.points, body.cells, law, parameters,
        kinematics=kinematics, averaged=averaged, patches=patches,
    )  # fmt: skip


def symmetry(body: Body, axes: tuple[int, ...] = (0, 1, 2)) -> Bool:
    """Unknowns (n, 3) that the planes of symmetry through the origin hold."""
    size = float(np.abs(body.points).max())
    fixed = np.abs(body.points) < 1e-9 * size
    for axis in {0, 1, 2} - set(axes):
        fixed[:, axis] = False
    return np.asarray(fixed)


def pressure_load(body: Body, name: str, pressure: float) -> NodalLoad:
    """Forces of a pressure on named facets, as they lie in the undeformed body."""
    nodes = body.nodes(name)
    return NodalLoad(nodes, -pressure * nodal_normals(body.points, body.facets[name])[nodes])


def bed_around(body: Body, name: str, stiffness: float) -> GroundBed:
    """Springs of a stiffness per area (MPa/mm) on named facets, the same in all directions."""
    nodes = body.nodes(name)
    weight = nodal_weights(body.points, body.facets[name])[nodes]
    return GroundBed(nodes, body.points[nodes], np.repeat(stiffness * weight[:, None], 3, axis=1))


def nodal_forces(item: Item, points: Float) -> Float:
    """Nodal forces (n_nodes, 3) of an item, N."""
    part = item.evaluate(points, with_matrix=False)
    return scatter(len(points), item.connectivity, part.forces)


def work_pressure(body: Body, item: Item, points: Float, kinematics: int = SMALL) -> float:
    """Pressure in the cavity `inner` that does the same work as its nodes' forces.

    The work is that of a growth in proportion, whose change of volume is the flux of the positions;
    in small strain both are those of the undeformed body.
    """
    nodes = body.nodes("inner")
    force = nodal_forces(item, points)[nodes]
    place = body.points if kinematics == SMALL else points
    flux = -(nodal_normals(place, body.facets["inner"]) * place).sum()
    return float((force * place[nodes]).sum() / flux)


def nodal_volume(points: Float, facets: NDArray[np.int32]) -> float:
    """Volume between facets and the origin, positive where normals point away from it."""
    return float((nodal_normals(points, facets) * points).sum()) / 3.0


def divisions(element: Element, n: int) -> int:
    """Divisions that give an element about as many nodes as n divisions of linear ones."""
    return max(1, n // 2) if element == "tet10" else n


def in_ball(element: Element, n: int) -> int:
    """The same on an edge of a ball's octant, where hexahedra come in two patches and so in even numbers."""
    made = divisions(element, n)
    return made + made % 2 if element.startswith("hex") else made


def balls(element: Element, meshes: Sequence[int]) -> list[int]:
    """Divisions of linear elements that balls of some meshes have in truth, to read orders by."""
    each = 2 if element == "tet10" else 1
    return [each * in_ball(element, n) for n in meshes]


def expected_order(element: Element) -> float:
    """Order at which displacements converge."""
    return 3.0 if element == "tet10" else 2.0
