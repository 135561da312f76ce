# SPDX-License-Identifier: BSD-3-Clause
"""The vertebral body: kidney-shaped sections with a waist between two shallow bowls."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.morphometry import Dimensions
from vertaug.anatomy.parametric._primitives import smooth_intersection

__all__ = ["Body"]

Float = NDArray[np.float64]

WIDEST = 0.45
"""Where a section is widest: share of its depth from the posterior wall."""
KIDNEY = 0.07
"""How far the posterior corners reach behind the midline, share of the depth."""
DEPTH_WAIST = 0.6
"""Relative narrowing in depth over that in width; all of it at the anterior wall."""
BOWL = 0.82
"""Where the endplate's bowl meets the rim, as a share of the way to the margin."""
MARGIN = 2.5
"""Heights are measured this far inside the endplates' margins, mm at scale 1."""


@dataclass(frozen=True)
class Body:
    """Closed-form body before any fracture; x left, y posterior, z superior, mm."""

    dimensions: Dimensions

    @cached_property
    def depth(self) -> float:
        """Mean depth of the two endplates in the mid-sagittal plane, mm."""
        return 0.5 * (self.dimensions.superior_depth + self.dimensions.inferior_depth)

    @cached_property
    def width(self) -> float:
        """Mean width of the two endplates, mm."""
        return 0.5 * (self.dimensions.superior_width + self.dimensions.inferior_width)

    @property
    def posterior(self) -> float:
        """Position y of the posterior wall at the endplates, mm."""
        return 0.5 * self.depth

    @property
    def stations(self) -> tuple[float, float, float]:
        """Positions y where anterior, middle and posterior height are measured, mm."""
        margin = MARGIN * self.width / 42.0
        front = self.posterior - min(self.dimensions.superior_depth, self.dimensions.inferior_depth)
        first, last = front + margin, self.posterior - margin
        return first, 0.5 * (first + last), last

    def rim_height(self, y: Float) -> Float:
        """Height between the planes of the two rims at ``y``, mm."""
        first, _, last = self.stations
        front, back = self.dimensions.anterior_height, self.dimensions.posterior_height
        return np.asarray(front + (back - front) * (y - first) / (last - first))

    def walls(self, z: Float) -> tuple[Float, Float]:
        """Positions y of the anterior and posterior wall in the mid-sagittal plane at ``z``, mm."""
        level, waist = self._level(z)
        size = self.dimensions
        depth = self.depth + 0.5 * (size.superior_depth - size.inferior_depth) * level
        narrowing = DEPTH_WAIST * (1.0 - size.waist) * waist * depth
        return self.posterior - depth + narrowing, self.posterior - 0.25 * narrowing

    def radius(self, points: Float) -> Float:
        """Return 0 on the body's long axis to 1 on its side wall, for ``points`` (n, 3)."""
        return self._gauge(points)[0]

    def superior(self, points: Float) -> Float:
        """Height z of the superior endplate above ``points`` (n, 3), mm."""
        bowl = self.dimensions.superior_concavity * self._bowl(points, 1.0)
        return 0.5 * self.rim_height(points[:, 1]) - bowl

    def inferior(self, points: Float) -> Float:
        """Height z of the inferior endplate below ``points`` (n, 3), mm."""
        bowl = self.dimensions.inferior_concavity * self._bowl(points, -1.0)
        return bowl - 0.5 * self.rim_height(points[:, 1])

    def __call__(self, points: Float) -> Float:
        """Near-distance (mm) of ``points`` (n, 3) to the body's surface, negative inside."""
        gauge, slope = self._gauge(points)
        side = (gauge - 1.0) / slope
        _, back = self.walls(points[:, 2])
        hollow = 1.0 - np.exp(-((points[:, 0] / (0.25 * self.width)) ** 2))
        wall = points[:, 1] - back - KIDNEY * self.depth * hollow
        rounding = 2.4 * self.width / 42.0
        side = smooth_intersection(side, wall, rounding)
        plates = np.maximum(
            points[:, 2] - self.superior(points), self.inferior(points) - points[:, 2]
        )
        return smooth_intersection(side, plates, rounding)

    def _level(self, z: Float) -> tuple[Float, Float]:
        half = 0.25 * (self.dimensions.anterior_height + self.dimensions.posterior_height)
        level = np.clip(z / half, -1.0, 1.0)
        return level, 1.0 - level**2

    def _gauge(self, points: Float) -> tuple[Float, Float]:
        x, y, z = points.T
        level, waist = self._level(z)
        size = self.dimensions
        width = self.width + 0.5 * (size.superior_width - size.inferior_width) * level
        half_width = 0.5 * width * (1.0 - (1.0 - size.waist) * waist)
        front, back = self.walls(z)
        centre = back - WIDEST * (back - front)
        behind = y > centre
        half_depth = np.where(behind, back - centre + KIDNEY * self.depth, centre - front)
        power = np.where(behind, 2.6, 2.15)
        across, along = np.abs(x) / half_width, np.abs(y - centre) / half_depth
        gauge = (across**power + along**power) ** (1.0 / power) + 1e-9
        slope = np.hypot(
            (across / gauge) ** (power - 1.0) / half_width,
            (along / gauge) ** (power - 1.0) / half_depth,
        )
        return gauge, slope

    def _bowl(self, points: Float, side: float) -> Float:
        height = 0.5 * side * self.rim_height(points[:, 1])
        at_rim = np.column_stack([points[:, 0], points[:, 1], height])
        return np.asarray(np.maximum(1.0 - (self.radius(at_rim) / BOWL) ** 2, 0.0) ** 2)
