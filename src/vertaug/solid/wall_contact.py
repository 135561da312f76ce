# SPDX-License-Identifier: BSD-3-Clause
"""Contact of the walls of all cavities with themselves and each other, and the solver that fits it.

The tangent's pattern holds the pairs of facets that are near at a step's start. While there are
none, and that is the rule, all steps share one solver; where walls meet, the solver is built anew
whenever the pairs have changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.contact import ContactOptions, FacetContact
from vertaug.solid.linear import LinearSolver, RigidBodies, build_pattern

__all__ = ["WallContact"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


class WallContact:
    """Contact item and linear solver of every step on one mesh.

    Parameters
    ----------
    points : (n, 3) mm, at which the solver's modes are taken
    lists : connectivities of all other items, in their order
    cavities : facets (m_i, 3) of each cavity
    options : None for no contact
    bodies : rigid bodies among the nodes
    """

    def __init__(
        self,
        points: Float,
        lists: Sequence[Int],
        cavities: Sequence[Int],
        options: ContactOptions | None,
        bodies: RigidBodies | None = None,
    ) -> None:
        self._points, self._bodies = points, bodies
        self._lists = list(lists)
        self._cavities = list(cavities)
        self._options = options if self._cavities else None
        self._pairs = self._apart()
        self.solver = self._build(self._pairs)
        self._together: LinearSolver | None = None
        self._last: FacetContact | None = None

    def _apart(self) -> Int:
        """Pattern of a contact without near pairs: the walls' nodes, each six times."""
        if self._options is None:
            return np.zeros((0, 6), dtype=np.int32)
        nodes = np.unique(np.concatenate([facets.ravel() for facets in self._cavities]))
        return np.repeat(nodes[:, None], 6, axis=1).astype(np.int32)

    def _build(self, pairs: Int) -> LinearSolver:
        """Solver for all items and contact on ``pairs`` (m, 6)."""
        contact = [] if self._options is None else [pairs]
        pattern = build_pattern(len(self._points), *self._lists, *contact)
        return LinearSolver(pattern, self._points, bodies=self._bodies)

    def at(self, points: Float) -> tuple[list[FacetContact], LinearSolver]:
        """Contact of a step that starts at ``points`` (n, 3), none or one item, and its solver."""
        self.solver.follow(points)
        if self._options is None:
            return [], self.solver
        contact = FacetContact(points, self._cavities, self._options, self._last)
        self._last = contact
        if contact.near == 0:
            return [contact], self.solver
        if self._together is None or not np.array_equal(self._pairs, contact.connectivity):
            self._pairs = contact.connectivity
            self._together = self._build(self._pairs)
        self._together.follow(points)
        return [contact], self._together
