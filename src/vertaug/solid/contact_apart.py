# SPDX-License-Identifier: BSD-3-Clause
"""Pairs of facets known to be apart: distances that were measured once bound those after a motion."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import contact_pairs

__all__ = ["Apart"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bool = NDArray[np.bool_]

_WORN = 0.05
"""Share of pairs lost to those known to be apart, since all were measured, at which all are measured anew."""
_SAFE = 1.0 - 1e-9
"""Factor on distances that round-off cannot eat up."""


class Apart:
    """Least distances of pairs of ``facets`` (m, 3), measured at one place of their nodes and kept.

    While two facets move, their distance falls by no more than their corners move against each other.
    `measured` counts how often all were.
    """

    def __init__(self, facets: Int) -> None:
        self._facets = facets
        self._key: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._least: Float = np.zeros(0)
        self._origin: Float = np.zeros((0, 3))
        self._near = self.measured = 0

    def beyond(self, points: Float, pairs: Int, distance: float | Float) -> Bool:
        """Whether each of ``pairs`` (n, 2), sorted, is certainly further apart than ``distance``, one or (n,).

        False says nothing. ``points`` (n_nodes, 3).
        """
        if not len(pairs):
            return np.zeros(0, dtype=np.bool_)
        beyond = self._bound(points, pairs) > distance
        if np.count_nonzero(~beyond) > self._near + _WORN * len(pairs):
            self._measure(points, pairs)
            beyond = _SAFE * self._least > distance
            self._near = int(np.count_nonzero(~beyond))
        return np.asarray(beyond)

    def through(self, points: Float, motion: Float, pairs: Int, spare: float) -> Bool:
        """Whether each pair certainly keeps more than ``spare`` of its distance in a ``motion`` (n_nodes, 3)."""
        # two sides of a pair near each other no faster than twice the largest difference of its corners' motions
        return self.beyond(points, pairs, 2.0 * self._spread(motion, pairs) / (1.0 - spare))

    def _spread(self, motion: Float, pairs: Int) -> Float:
        """Bound (n,) on the differences between the motions of the six corners of each pair."""
        corner = motion[self._facets]
        low, high = corner.min(axis=1), corner.max(axis=1)
        first, second = pairs.T
        extent = np.maximum(high[first], high[second]) - np.minimum(low[first], low[second])
        return np.asarray(np.sqrt((extent * extent).sum(axis=1)))

    def _bound(self, points: Float, pairs: Int) -> Float:
        """Lower bound (n,) of the distances at ``points``; zero for a pair that was not measured."""
        if not len(self._key):
            return np.zeros(len(pairs))
        key = self._keys(pairs)
        place = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        least = np.where(self._key[place] == key, self._least[place], 0.0)
        return np.asarray(_SAFE * least - self._spread(points - self._origin, pairs))

    def _measure(self, points: Float, pairs: Int) -> None:
        """Measure ``pairs`` at ``points`` and forget all others."""
        self.measured += 1
        gap, least = np.zeros((len(pairs), 3)), np.zeros(len(pairs))
        contact_pairs.separations(points, self._facets, pairs, gap, least)
        self._key, self._least, self._origin = self._keys(pairs), least, points.copy()

    def _keys(self, pairs: Int) -> NDArray[np.int64]:
        """One ascending number for each sorted pair."""
        return pairs[:, 0].astype(np.int64) * len(self._facets) + pairs[:, 1]
