# SPDX-License-Identifier: BSD-3-Clause
"""The direction in which one can look through the spinal canal, and where the body lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing, binary_fill_holes, distance_transform_edt, label

from vertaug.mesh import SignedDistance

__all__ = ["Silhouette", "find_canal_axis", "silhouette", "solid_points"]

Float = NDArray[np.float64]
PIXEL = 1.5
"""Pixel of the silhouettes, mm."""

SMALLEST_CANAL = 2.0
"""Radius of the largest circle in the canal below which no canal is accepted, mm."""


@dataclass(frozen=True)
class Silhouette:
    """Shadow of a vertebra along an axis.

    Parameters
    ----------
    axes : (3, 3) rows: two directions in the plane, and the viewing axis
    canal_radius : radius of the largest circle in the largest hole, mm; 0 without a hole
    canal : (3,) centre of that circle (a point of the viewing line), source coordinates, mm
    body : (3,) centre of the largest circle within the shadow
    body_radius : its radius, mm
    """

    axes: Float
    canal_radius: float
    canal: Float
    body: Float
    body_radius: float


def solid_points(distance: SignedDistance, step: float) -> Float:
    """Centres of the solid's samples about ``step`` mm apart, (n, 3), mm."""
    stride = max(1, round(step / distance.spacing))
    part = distance.values[::stride, ::stride, ::stride]
    index = np.argwhere(part < 0.0) * stride
    return np.asarray(distance.origin + distance.spacing * index, dtype=np.float64)


def silhouette(points: Float, axis: Float) -> Silhouette:
    """Shadow of ``points`` (n, 3), at most 1.5 mm apart, along ``axis`` (3,)."""
    axes = _axes_around(axis)
    flat = points @ axes[:2].T
    lower = flat.min(0) - 4.0 * PIXEL
    count = np.ceil((flat.max(0) + 4.0 * PIXEL - lower) / PIXEL).astype(int) + 1
    shadow = np.zeros((int(count[0]), int(count[1])), dtype=bool)
    pixel = np.rint((flat - lower) / PIXEL).astype(int)
    shadow[pixel[:, 0], pixel[:, 1]] = True
    shadow = binary_closing(shadow, np.ones((3, 3), dtype=bool))
    depth = float((points @ axes[2]).mean())
    canal, canal_radius = _largest_circle(binary_fill_holes(shadow) & ~shadow)
    body, body_radius = _largest_circle(shadow)

    def place(circle: Float) -> Float:
        return np.asarray(np.append(lower + PIXEL * circle, depth) @ axes)

    return Silhouette(axes, canal_radius, place(canal), place(body), body_radius)


def _largest_circle(area: NDArray[np.bool_]) -> tuple[Float, float]:
    """Pixel (2,) and radius (mm) of the largest circle in an area."""
    if not area.any():
        return np.zeros(2), 0.0
    pieces, count = label(area)
    if count > 1:
        area = pieces == int(np.argmax(np.bincount(pieces.ravel())[1:])) + 1
    depth = distance_transform_edt(area, sampling=PIXEL)
    place = np.array(np.unravel_index(int(np.argmax(depth)), area.shape), dtype=np.float64)
    return place, float(depth.max()) - 0.5 * PIXEL


def _axes_around(axis: Float) -> Float:
    unit = axis / np.linalg.norm(axis)
    helper = np.eye(3)[int(np.argmin(np.abs(unit)))]
    first = np.cross(helper, unit)
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(unit, first), unit])


def find_canal_axis(points: Float, hint: Float | None, reach: float = 50.0) -> Silhouette | None:
    """The view with the widest canal, or None where nothing can be looked through.

    Parameters
    ----------
    points : (n, 3) solid samples, at most 1.5 mm apart
    hint : (3,) rough axis; the search stays within ``reach`` degrees of it. None: all directions
    """
    directions = _hemisphere(400)
    if hint is not None:
        unit = hint / np.linalg.norm(hint)
        cosine = directions @ unit
        directions = np.where(cosine[:, None] < 0.0, -directions, directions)
        directions = directions[np.abs(cosine) > np.cos(np.radians(reach))]
        directions = np.vstack([unit, directions])
    best = max((silhouette(points, d) for d in directions), key=lambda s: s.canal_radius)
    if best.canal_radius < SMALLEST_CANAL:
        return None
    for angle in (6.0, 3.0):
        best = _refined(points, best, np.radians(angle))
    return best


def _refined(points: Float, start: Silhouette, angle: float) -> Silhouette:
    """Mean direction of the views around ``start`` that are nearly as open as the best."""
    turns = np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False)
    tilts = np.tan(angle) * np.array([np.cos(turns), np.sin(turns)]).T
    views = [start, *(silhouette(points, start.axes[2] + t @ start.axes[:2]) for t in tilts)]
    radii = np.array([view.canal_radius for view in views])
    weights = np.maximum(radii - radii.max() + 1.5, 0.0)
    mean = weights @ np.array([view.axes[2] for view in views])
    view = silhouette(points, mean)
    return view if view.canal_radius >= start.canal_radius - 0.5 else start


def _hemisphere(count: int) -> Float:
    """Directions spread evenly over half the sphere, (count, 3)."""
    height = (np.arange(count) + 0.5) / count
    turn = np.pi * (1.0 + np.sqrt(5.0)) * np.arange(count)
    ring = np.sqrt(1.0 - height**2)
    return np.stack([ring * np.cos(turn), ring * np.sin(turn), height], axis=1)
