# SPDX-License-Identifier: BSD-3-Clause
"""Surfaces to a picture in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.viz._camera import View, Window
from vertaug.viz._surface import Surface, vertex_normals
from vertaug_kernels.raster import blend_clear, paint_opaque

__all__ = ["render"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_LIGHT = np.array([-0.35, 0.55, 0.76])
_SUPERSAMPLE = 3
_RIM_OPACITY = 0.45
"""How much more opaque a see-through surface is where it is seen edge-on: draws its outline."""


def _rgb(colour: str) -> Float:
    """``#rrggbb`` to red, green, blue in 0 to 1."""
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255.0


def _shade(surface: Surface, view: View) -> Float:
    """Colour and opacity of each point, (n, 4): lit from the upper left, on both faces."""
    normal = vertex_normals(surface.points, surface.facets) @ view.axes.T
    normal *= np.where(normal[:, 2:] < 0.0, -1.0, 1.0)
    diffuse = np.clip(normal @ _LIGHT, 0.0, 1.0)
    shine = 0.18 * np.clip(normal @ _half_way(), 0.0, 1.0) ** 40 * (surface.opacity >= 1.0)
    lit = _rgb(surface.colour) * (0.42 + 0.62 * diffuse)[:, None] + shine[:, None]
    edge_on = (1.0 - np.abs(normal[:, 2])) ** 3
    opacity = surface.opacity + (1.0 - surface.opacity) * _RIM_OPACITY * edge_on
    return np.column_stack([np.clip(lit, 0.0, 1.0), opacity])


def _half_way() -> Float:
    """Unit vector half way between light and viewer."""
    middle = _LIGHT / np.linalg.norm(_LIGHT) + np.array([0.0, 0.0, 1.0])
    return np.asarray(middle / np.linalg.norm(middle), dtype=np.float64)


def _gather(surfaces: Sequence[Surface], view: View) -> tuple[Float, Int, Float]:
    """Join surfaces into projected points (mm), facets and colours."""
    if not surfaces:
        return np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int32), np.zeros((0, 4))
    starts = np.cumsum([0] + [len(surface.points) for surface in surfaces])
    points = np.concatenate([view.project(surface.points) for surface in surfaces])
    facets = np.concatenate(
        [surface.facets + start for surface, start in zip(surfaces, starts, strict=False)]
    )
    colours = np.concatenate([_shade(surface, view) for surface in surfaces])
    return points, np.ascontiguousarray(facets, dtype=np.int32), np.ascontiguousarray(colours)


def _to_pixels(points: Float, window: Window, scale: float) -> Float:
    """Projected mm to column, row, depth."""
    return np.column_stack(
        [
            (points[:, 0] - window.left) * scale - 0.5,
            (window.top - points[:, 1]) * scale - 0.5,
            points[:, 2],
        ]
    )


def render(surfaces: Sequence[Surface], view: View, window: Window, width: int) -> Float:
    """Draw surfaces, see-through ones blended in depth order, on white.

    Parameters
    ----------
    surfaces : what to draw; opacity 1 is opaque
    view, window : projection, and the part of it, in mm
    width : of the picture in pixels; the height follows from the window

    Returns
    -------
    ndarray
        (rows, width, 3) red, green, blue in 0 to 1.
    """
    fine = width * _SUPERSAMPLE
    scale = fine / window.width
    rows = max(1, round(window.height * scale / _SUPERSAMPLE)) * _SUPERSAMPLE
    image, depth = np.ones((rows, fine, 3)), np.full((rows, fine), -np.inf)
    points, facets, colours = _gather([s for s in surfaces if s.opacity >= 1.0], view)
    paint_opaque(_to_pixels(points, window, scale), facets, colours, image, depth)
    points, facets, colours = _gather([s for s in surfaces if s.opacity < 1.0], view)
    far_first = np.argsort(points[facets, 2].mean(axis=1), kind="stable")
    blend_clear(_to_pixels(points, window, scale), facets[far_first], colours, depth, image)
    blocks = image.reshape(rows // _SUPERSAMPLE, _SUPERSAMPLE, width, _SUPERSAMPLE, 3)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float64)
