# SPDX-License-Identifier: BSD-3-Clause
"""Beams embedded in solids: screws, rods and needles bonded to the cells around them.

At every node of the beam, points around its circumference are tied to the places in the solid where
they lie, by shape functions. Each stands for its share of the surface, π d ℓ: a stiff bond with a
limit on the tangential traction. A screw pulled along its axis comes out at t_max π d L.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.errors import InputError
from vertaug.solid.elements import kind_of
from vertaug.solid.frame import Frames, axes_along
from vertaug.solid.shape import cell_shape, local_coordinates, outside
from vertaug.solid.tie import BondLaw, TieItem

__all__ = ["Bond", "embed", "locate", "pull_out_traction"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_CANDIDATES = 24
_OUTSIDE = 1e-6


@dataclass(frozen=True)
class Bond:
    """Bond between an implant and the solid around it.

    `diameter` mm; `traction` MPa, the largest tangential traction (inf for a bond that never gives);
    `normal`, `tangential` MPa/mm, stiffness of the interface; `around` points on the circumference.
    """

    diameter: float
    traction: float
    normal: float
    tangential: float
    around: int = 4

    def __post_init__(self) -> None:
        """Check the signs."""
        values = {"diameter": self.diameter, "normal": self.normal, "tangential": self.tangential}
        for field, value in values.items():
            if not 0.0 < value < np.inf:
                raise InputError(
                    "solid.embedding.Bond", field, f"{value}", "a finite value above 0",
                    "give mm and MPa/mm", "E-PART-047",
                )  # fmt: skip
        if not self.traction >= 0.0 or self.around < 3:
            raise InputError(
                "solid.embedding.Bond", "traction, around", f"{self.traction}, {self.around}",
                "a traction of 0 MPa or more, 3 points or more", "correct them", "E-PART-047",
            )  # fmt: skip


def pull_out_traction(force: float, diameter: float, length: float) -> float:
    """Tangential traction (MPa) at which a screw comes out at ``force`` N, t = F/(π d L)."""
    return float(force / (np.pi * diameter * length))


def locate(points: Float, cells: Int, places: Float) -> tuple[Int, Float]:
    """Cell (m,) and shape functions (m, k) of each of ``places`` (m, 3).

    ``cells`` (n, k) are 4- or 10-node tetrahedra or 8-node hexahedra; the middle nodes of a 10-node
    tetrahedron are those of the edges 01, 12, 02, 03, 13, 23.

    Raises
    ------
    InputError : a place lies in no cell
    """
    kind = kind_of(cells)
    tree = cKDTree(points[cells].mean(axis=1))
    count = min(_CANDIDATES, len(cells))
    near = np.asarray(tree.query(places, k=[*range(1, count + 1)])[1], dtype=np.int32)
    best = np.full(len(places), np.inf)
    cell = np.zeros(len(places), dtype=np.int32)
    weights = np.zeros((len(places), kind.n_nodes))
    for candidate in near.T:
        left = np.flatnonzero(best > 0.0)
        if not len(left):
            break
        local = local_coordinates(kind, points[cells[candidate[left]]], places[left])
        off = outside(kind, local)
        better = off < best[left]
        chosen = left[better]
        best[chosen], cell[chosen] = off[better], candidate[chosen]
        weights[chosen] = cell_shape(kind, local[better])[0]
    lost = np.flatnonzero(best > _OUTSIDE)
    if len(lost):
        first = ", ".join(f"{x:.3f}" for x in places[lost[0]])
        raise InputError(
            "solid.embedding.locate", "places", f"{len(lost)} of {len(places)} in no cell, first ({first})",
            "every point of the implant's surface inside the solid",
            "move the implant inwards or leave the part outside without bond", "E-PART-049",
        )  # fmt: skip
    return cell, weights


def embed(points: Float, cells: Int, frames: Frames, chain: Int, bond: Bond) -> TieItem:
    """Bond a beam to the cells around it.

    ``chain`` (s,) are the frames of the beam's embedded nodes in their order along it; each carries
    half of the length to its neighbours. ``cells`` (n, k) as in `locate`, at ``points`` (n_nodes, 3).
    """
    chain = np.asarray(chain, dtype=np.int32)
    if len(chain) < 2:
        raise InputError(
            "solid.embedding.embed", "chain", f"{len(chain)} frames", "two or more", "divide the beam",
            "E-PART-050",
        )  # fmt: skip
    centre = points[frames.centres[chain]]
    step = np.linalg.norm(np.diff(centre, axis=0), axis=1)
    length = 0.5 * (np.append(step, 0.0) + np.insert(step, 0, 0.0))
    axes = axes_along(np.gradient(centre, axis=0))
    angle = 2.0 * np.pi * np.arange(bond.around) / bond.around
    out = (
        np.cos(angle)[None, :, None] * axes[:, None, :, 1]
        + np.sin(angle)[None, :, None] * axes[:, None, :, 2]
    )
    normal = out.reshape(-1, 3)
    owner = np.repeat(np.arange(len(chain)), bond.around)
    _, weights = found = locate(points, cells, centre[owner] + 0.5 * bond.diameter * normal)
    area = np.pi * bond.diameter * length[owner] / bond.around
    # seen from frames that may have turned already
    seen = np.einsum("mji,mj->mi", frames.matrices(points)[chain[owner]], normal)
    law = BondLaw(
        seen, bond.normal * area, bond.tangential * area, bond.traction * area,
        np.zeros_like(normal), np.zeros(len(normal)),
    )  # fmt: skip
    return TieItem(
        frames, chain[owner], np.ascontiguousarray(cells[found[0]]), weights,
        0.5 * bond.diameter * seen, law,
    )  # fmt: skip
