# SPDX-License-Identifier: BSD-3-Clause
"""Pedicles, laminae, articular masses and processes around the canal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.parametric._body import Body
from vertaug.anatomy.parametric._primitives import Tube, smooth_intersection, smooth_union

__all__ = ["PosteriorElements"]

Float = NDArray[np.float64]

FLARE = 0.14
"""A pedicle is narrower at its isthmus than at its ends by this share."""


@dataclass(frozen=True)
class PosteriorElements:
    """Everything behind the body, symmetric about x = 0, mm."""

    body: Body

    @cached_property
    def _unit(self) -> float:
        return self.body.width / 42.0

    @cached_property
    def isthmus(self) -> Float:
        """Centre of the left pedicle's narrowest section, (3,) mm."""
        size = self.body.dimensions
        outer = 0.5 * size.pedicle_height / (1.0 - FLARE)
        return np.array(
            [
                0.5 * (size.canal_width + size.pedicle_width),
                self.body.posterior + 0.28 * size.canal_depth,
                0.5 * size.posterior_height - outer - 0.5 * self._unit,
            ]
        )

    @cached_property
    def direction(self) -> Float:
        """Unit axis (3,) of the left pedicle, pointing forward into the body."""
        size = self.body.dimensions
        medial, caudal = np.radians([size.pedicle_medial_angle, size.pedicle_caudal_angle])
        return np.array(
            [-np.sin(medial) * np.cos(caudal), -np.cos(medial) * np.cos(caudal), -np.sin(caudal)]
        )

    @cached_property
    def canal(self) -> Float:
        """Centre of the canal at the body's mid-height, (3,) mm."""
        y = self.body.posterior + 0.5 * self.body.dimensions.canal_depth
        return np.array([0.0, y, 0.0])

    def bounds(self) -> tuple[Float, Float]:
        """Corners (3,) of a box that holds everything, mm."""
        ends = np.array([end for tube in self._tubes for end in (tube.start, tube.end)])
        reach = max(max(*tube.start_axes, *tube.end_axes) for tube in self._tubes)
        low, high = ends.min(axis=0) - reach, ends.max(axis=0) + reach
        low[0], high[0] = -high[0], high[0]
        return low, high

    def __call__(self, points: Float) -> Float:
        """Near-distance (mm) of ``points`` (n, 3), negative inside; the body is not part of it."""
        mirrored = np.column_stack([np.abs(points[:, 0]), points[:, 1:]])
        unit = self._unit
        distance = self._tubes[0](mirrored)
        for tube in self._tubes[1:]:
            distance = smooth_union(distance, tube(mirrored), 4.0 * unit)
        return smooth_intersection(distance, -self._canal(mirrored), 1.5 * unit)

    def _canal(self, points: Float) -> Float:
        size = self.body.dimensions
        half = np.array([0.5 * size.canal_width, 0.5 * size.canal_depth])
        offset = np.abs(points[:, :2] - self.canal[:2]) / half
        gauge = np.sum(offset**2.5, axis=1) ** 0.4 + 1e-9
        slope = np.linalg.norm((offset / gauge[:, None]) ** 1.5 / half, axis=1)
        return np.asarray((gauge - 1.0) / slope)

    @cached_property
    def _tubes(self) -> tuple[Tube, ...]:
        return (self._pedicle(), *self._articular(), *self._processes())

    def _pedicle(self) -> Tube:
        size = self.body.dimensions
        reach = 8.0 * self._unit + 0.1 * size.canal_depth
        axes = (
            0.5 * size.pedicle_width / (1.0 - FLARE),
            0.5 * size.pedicle_height / (1.0 - FLARE),
        )
        start = self.isthmus - reach * self.direction
        end = self.isthmus + reach * self.direction
        return Tube(start, end, axes, axes, flare=FLARE)

    @cached_property
    def _mass(self) -> Float:
        size = self.body.dimensions
        back = self.isthmus - 0.42 * size.canal_depth * self.direction
        return np.asarray(back + np.array([1.0, 0.0, -1.0]) * self._unit)

    def _articular(self) -> tuple[Tube, Tube, Tube]:
        size, unit = self.body.dimensions, self._unit
        height, behind = size.posterior_height, self.body.posterior + size.canal_depth
        top = np.array(
            [self._mass[0] + unit, self._mass[1] + 2.0 * unit, 0.5 * height + 5.0 * unit]
        )
        bottom = np.array(
            [0.40 * size.canal_width, behind + 3.0 * unit, -0.5 * height - 7.0 * unit]
        )
        side = np.array([self._mass[0] - unit, behind - 3.0 * unit, self._mass[2] - 6.0 * unit])
        middle = np.array([0.0, behind + 4.5 * unit, self._mass[2] - 9.0 * unit])
        return (
            Tube(self._mass, top, (5.5 * unit, 5.5 * unit), (4.5 * unit, 3.5 * unit), (0, 1, 0)),
            Tube(self._mass, bottom, (5.5 * unit, 5.0 * unit), (5.0 * unit, 3.5 * unit), (0, 1, 0)),
            Tube(side, middle, (3.2 * unit, 7.5 * unit), (3.2 * unit, 8.5 * unit)),
        )

    def _processes(self) -> tuple[Tube, Tube]:
        size, unit = self.body.dimensions, self._unit
        behind = self.body.posterior + size.canal_depth
        fall = np.radians(size.spinous_angle)
        root = np.array([0.0, behind + 3.0 * unit, self._mass[2] - 8.0 * unit])
        reach = size.spinous_length - 4.0 * unit
        spinous = root + reach * np.array([0.0, np.cos(fall), -np.sin(fall)])
        tip = np.array([0.5 * size.transverse_span - 3.0 * unit, 0.0, 0.0])
        tip[1] = self._mass[1] + 0.28 * (tip[0] - self._mass[0])
        tip[2] = self._mass[2] + 1.5 * unit
        slender = 1.0 - 0.35 * min(size.spinous_angle / 50.0, 1.0)
        return (
            Tube(
                root,
                spinous,
                (3.2 * unit, 8.5 * unit * slender),
                (2.6 * unit, 7.5 * unit * slender),
            ),
            Tube(self._mass, tip, (4.0 * unit, 5.0 * unit), (2.6 * unit, 4.2 * unit)),
        )
