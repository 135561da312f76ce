# SPDX-License-Identifier: BSD-3-Clause
"""Dead loads: forces on nodes, moments on frames, tractions on facets, body forces."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.elements import kind_of
from vertaug.solid.frame import Frames
from vertaug.solid.item import Contribution
from vertaug.solid.pressure import facet_rule

__all__ = ["NodalLoad", "frame_load", "traction_load", "weight_load"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class NodalLoad:
    """Forces that keep their size and direction: `nodes` (m,), `forces` (m, 3) N.

    On the rotation node of a frame the "force" is a moment over the frame's lever.
    """

    nodes: Int
    forces: Float

    def __post_init__(self) -> None:
        """Check shape and values."""
        if self.forces.shape != (len(self.nodes), 3) or not np.isfinite(self.forces).all():
            raise InputError(
                "solid.load.NodalLoad", "forces", f"shape {self.forces.shape} or values not finite",
                f"({len(self.nodes)}, 3) finite values in N", "give one vector a node", "E-PART-053",
            )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """One node a force, (m, 1)."""
        return self.nodes[:, None]

    def scaled(self, factor: float) -> NodalLoad:
        """Return ``factor`` times the load."""
        return replace(self, forces=factor * self.forces)

    def resultant(self, points: Float) -> tuple[Float, Float]:
        """Total force (3,) N and moment (3,) N mm about the origin, of forces on points."""
        return self.forces.sum(axis=0), np.cross(points[self.nodes], self.forces).sum(axis=0)

    def energy(self, points: Float) -> float:
        """Potential of the load, mJ."""
        return -float((self.forces * points[self.nodes]).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy and forces (m, 1, 3); a dead load has no stiffness."""
        return Contribution(self.energy(points), -self.forces[:, None], None)


def frame_load(
    frames: Frames,
    frame: int,
    force: tuple[float, float, float] = (0.0, 0.0, 0.0),
    moment: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> NodalLoad:
    """Force (N) and moment (N mm) on a frame, both fixed in space.

    The moment is conjugate to the rotation vector of the step. About one axis that is a moment exactly; a
    moment fixed in space under turns about several axes has no energy, and is met to first order in the
    turn of the step, so with many steps.
    """
    nodes = np.array([frames.centres[frame], frames.rotations[frame]], dtype=np.int32)
    return NodalLoad(nodes, np.array([force, np.asarray(moment) / frames.lever]))


def traction_load(points: Float, facets: Int, traction: Float) -> NodalLoad:
    """Traction (3,) or (m, 3) MPa per present area of ``facets`` (m, 3 | 4 | 6), dead from now on."""
    value, slope, weight = facet_rule(facets.shape[1])
    corner = points[facets]
    one = np.einsum("qk,mki->mqi", slope[..., 0], corner)
    two = np.einsum("qk,mki->mqi", slope[..., 1], corner)
    area = np.linalg.norm(np.cross(one, two), axis=2) * weight
    share = np.einsum("mq,qk->mk", area, value)
    each = np.broadcast_to(np.asarray(traction, dtype=np.float64), (len(facets), 3))
    return _gathered(facets, share[:, :, None] * each[:, None, :])


def weight_load(points: Float, cells: Int, density: Float, acceleration: Float) -> NodalLoad:
    """Body force of ``density`` (n,) tonne/mm³ under ``acceleration`` (3,) mm/s² in cells (n, 4 | 8 | 10).

    The mass is that at ``points`` (n_nodes, 3) and stays with the nodes.
    """
    kind = kind_of(cells)
    jacobian = np.einsum("nki,qkj->nqij", points[cells], kind.derivatives)
    mass = np.linalg.det(jacobian) * kind.weights * np.asarray(density)[:, None]
    if not (mass >= 0.0).all():
        raise InputError(
            "solid.load.weight_load", "density, cells", "a cell of negative mass",
            "cells of positive volume and density", "mend the mesh", "E-PART-054",
        )  # fmt: skip
    share = np.einsum("nq,qk->nk", mass, kind.values)
    return _gathered(cells, share[:, :, None] * np.asarray(acceleration, dtype=np.float64))


def _gathered(elements: Int, forces: Float) -> NodalLoad:
    """Sum element forces (m, k, 3) into the nodes they act on."""
    nodes, inverse = np.unique(elements.ravel(), return_inverse=True)
    flat = forces.reshape(-1, 3)
    total = [np.bincount(inverse.ravel(), flat[:, i], len(nodes)) for i in range(3)]
    return NodalLoad(nodes.astype(np.int32), np.stack(total, axis=1))
