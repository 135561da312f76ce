# SPDX-License-Identifier: BSD-3-Clause
"""The views of a vertebra: parallel projections, so that a millimetre is the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ANTERIOR", "AXIAL", "LATERAL", "SUPERIOR", "View", "Window", "window_of"]

Float = NDArray[np.float64]

_LETTERS = {(0, 1): "L", (0, -1): "R", (1, 1): "P", (1, -1): "A", (2, 1): "S", (2, -1): "I"}


@dataclass(frozen=True)
class View:
    """A projection: which body axis points right and which up on the picture (axis, sign)."""

    title: str
    right: tuple[int, int]
    up: tuple[int, int]

    @property
    def letters(self) -> tuple[str, str, str, str]:
        """Orientation letters at the left, right, bottom and top edges."""
        (r, rs), (u, us) = self.right, self.up
        return _LETTERS[r, -rs], _LETTERS[r, rs], _LETTERS[u, -us], _LETTERS[u, us]

    @property
    def axes(self) -> Float:
        """Rows right, up, toward the viewer: (3, 3), orthonormal."""
        right, up = np.zeros(3), np.zeros(3)
        right[self.right[0]], up[self.up[0]] = self.right[1], self.up[1]
        return np.stack([right, up, np.cross(right, up)])

    def project(self, points: Float) -> Float:
        """Points (n, 3) in mm to right, up, depth (n, 3) in mm."""
        return np.asarray(points @ self.axes.T, dtype=np.float64)


LATERAL = View("Lateral, from the left", right=(1, 1), up=(2, 1))
ANTERIOR = View("Anterior", right=(0, 1), up=(2, 1))
SUPERIOR = View("Superior", right=(0, -1), up=(1, -1))
AXIAL = View("Axial, seen from below as on CT", right=(0, 1), up=(1, -1))


@dataclass(frozen=True)
class Window:
    """The rectangle of a view that is drawn, mm: `left`, `right`, `bottom`, `top`."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """Width in mm."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in mm."""
        return self.top - self.bottom

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """As matplotlib's ``extent``."""
        return self.left, self.right, self.bottom, self.top


def window_of(view: View, clouds: list[Float], margin: float = 5.0) -> Window:
    """Window that holds all ``clouds`` of points (n, 3), mm, with a margin about them."""
    flat = view.project(np.concatenate(clouds))
    low, high = flat[:, :2].min(axis=0) - margin, flat[:, :2].max(axis=0) + margin
    return Window(float(low[0]), float(high[0]), float(low[1]), float(high[1]))
