# SPDX-License-Identifier: BSD-3-Clause
"""Smooth unions of near-distances, and the one solid that pedicles and processes are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tube", "smooth_intersection", "smooth_union"]

Float = NDArray[np.float64]


def smooth_union(first: Float, second: Float, blend: float) -> Float:
    """Minimum of two distances, rounded where they differ by less than ``blend`` (mm)."""
    share = np.maximum(blend - np.abs(first - second), 0.0) / blend
    return np.asarray(np.minimum(first, second) - 0.25 * blend * share**2)


def smooth_intersection(first: Float, second: Float, blend: float) -> Float:
    """Maximum of two distances, rounded where they differ by less than ``blend`` (mm)."""
    return -smooth_union(-first, -second, blend)


@dataclass(frozen=True)
class Tube:
    """A round-ended tube of elliptic section from ``start`` to ``end`` (3,), mm.

    ``start_axes`` and ``end_axes`` are the half-diameters across and along ``up``; midway the
    tube is narrower than their mean by the factor ``1 - flare``.
    """

    start: Float
    end: Float
    start_axes: tuple[float, float]
    end_axes: tuple[float, float]
    up: tuple[float, float, float] = (0.0, 0.0, 1.0)
    flare: float = 0.0

    def __call__(self, points: Float) -> Float:
        """Near-distance (mm) of ``points`` (n, 3): exact sign, first-order close to the surface."""
        axis = self.end - self.start
        length = float(np.linalg.norm(axis))
        forward = axis / length
        upward = np.asarray(self.up) - forward * float(forward @ np.asarray(self.up))
        upward /= np.linalg.norm(upward)
        local = points - self.start
        along = local @ forward
        share = np.clip(along / length, 0.0, 1.0)
        narrow = 1.0 - self.flare * 4.0 * share * (1.0 - share)
        across_axis, up_axis = (
            narrow * (a + (b - a) * share)
            for a, b in zip(self.start_axes, self.end_axes, strict=True)
        )
        beyond = along - share * length
        across = local @ np.cross(forward, upward)
        return _ellipsoid(
            (across, local @ upward, beyond),
            (across_axis, up_axis, np.minimum(across_axis, up_axis)),
        )


def _ellipsoid(offsets: tuple[Float, ...], axes: tuple[Float, ...]) -> Float:
    scaled = np.sqrt(sum((o / a) ** 2 for o, a in zip(offsets, axes, strict=True)))
    steep = np.sqrt(sum((o / a**2) ** 2 for o, a in zip(offsets, axes, strict=True)))
    near_axis = steep < 1e-9
    distance = scaled * (scaled - 1.0) / np.where(near_axis, 1.0, steep)
    return np.where(near_axis, -np.minimum(axes[0], axes[1]), distance)
