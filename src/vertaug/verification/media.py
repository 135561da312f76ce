# SPDX-License-Identifier: BSD-3-Clause
"""Permeability fields of high contrast, in which pressure solvers are tried."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["MEDIA", "medium"]

Float = NDArray[np.float64]
Noise = np.random.Generator


def _some(n: int, contrast: float, noise: Noise, share: float) -> Float:
    """A share of the cells, at random, is open."""
    return np.where(noise.random((n, n, n)) < share, contrast, 1.0)


def _every(n: int, contrast: float, axes: int, period: int) -> Float:
    """Cells whose place, summed over the last `axes` axes, is a multiple of `period` are open."""
    place = np.indices((n, n, n))[3 - axes :].sum(axis=0)
    return np.where(place % period == 0, contrast, 1.0)


def _blocks(n: int, contrast: float, noise: Noise) -> Float:
    """Blocks of 3 cells an edge, open or tight at random."""
    count = -(-n // 3)
    cells = np.kron(noise.random((count,) * 3) < 0.5, np.ones((3, 3, 3)))[:n, :n, :n]
    return np.where(cells > 0.0, contrast, 1.0)


def _channels(n: int, contrast: float, noise: Noise) -> Float:
    """Straight open channels of one cell along the three axes."""
    field = np.ones((n, n, n))
    for axis, i, j in zip(
        noise.integers(3, size=n * n // 12), *noise.integers(n, size=(2, n * n // 12)), strict=True
    ):
        np.moveaxis(field, axis, 0)[:, i, j] = contrast
    return field


def _walls(n: int, contrast: float, noise: Noise) -> Float:
    """Tight walls of one cell across an open block, a twentieth of each holes."""
    field = np.full((n, n, n), contrast)
    for axis, place in zip(
        noise.integers(3, size=n // 3), noise.integers(n, size=n // 3), strict=True
    ):
        wall = np.moveaxis(field, axis, 0)[place]
        wall[noise.random((n, n)) < 0.95] = 1.0
    return field


def _along(n: int, contrast: float, axes: int) -> Float:
    """An even medium that is more permeable along the last `axes` axes."""
    field = np.ones((3, n, n, n))
    field[3 - axes :] = contrast
    return field


MEDIA: dict[str, Callable[[int, float, Noise], Float]] = {
    "even": lambda n, c, r: np.ones((n, n, n)),
    "half of the cells open": lambda n, c, r: _some(n, c, r, 0.5),
    "a third of the cells open": lambda n, c, r: _some(n, c, r, 0.33),
    "single open cells": lambda n, c, r: _some(n, c, r, 0.1),
    "single tight cells": lambda n, c, r: _some(n, c, r, 0.9),
    "checkerboard": lambda n, c, r: _every(n, c, 3, 2),
    "layers of one cell": lambda n, c, r: _every(n, c, 1, 2),
    "open layers of three": lambda n, c, r: _every(n, c, 1, 3),
    "blocks of three cells": _blocks,
    "channels": _channels,
    "walls with holes": _walls,
    "log-uniform cells": lambda n, c, r: c ** r.random((n, n, n)),
    "log-normal cells": lambda n, c, r: c ** (0.25 * r.standard_normal((n, n, n))),
    "open along one axis": lambda n, c, r: _along(n, c, 1),
    "open along two axes": lambda n, c, r: _along(n, c, 2),
    "axes at random": lambda n, c, r: c ** r.random((3, n, n, n)),
}
"""Makers of fields (n, n, n), or (3, n, n, n) by axis, for a size, a contrast and a source of noise."""


def medium(name: str, n: int, contrast: float, seed: int = 5) -> Float:
    """Field of a name in `MEDIA` on n³ cells: the least value is about 1, the greatest about `contrast`."""
    return MEDIA[name](n, contrast, np.random.default_rng(seed))
