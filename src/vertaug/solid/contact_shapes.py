# SPDX-License-Identifier: BSD-3-Clause
"""Rigid bodies given by a formula: the gap of points to them, its gradient and its Hessian."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Cylinder", "Plane", "Punch", "RigidShape", "Sphere"]

Float = NDArray[np.float64]
Gap = tuple[Float, Float, Float]
"""Gaps (n,) mm, unit normals (n, 3) out of the body, Hessians (n, 3, 3) 1/mm."""


class RigidShape(Protocol):
    """A rigid body that may be moved as a whole."""

    def gap(self, places: Float) -> Gap:
        """Gap of ``places`` (n, 3) mm to the body, negative inside."""
        ...

    def moved(self, motion: Float) -> Self:
        """Return the body after a translation (3,) mm."""
        ...


def _unit(vector: Float) -> Float:
    """Direction of a vector (3,)."""
    return np.asarray(vector / np.sqrt((vector * vector).sum()))


def _round(away: Float, radius: float, across: Float) -> Gap:
    """Gap of a surface at ``radius`` from a centre or an axis, ``across`` (3, 3) projects on its plane."""
    length = np.maximum(np.sqrt((away * away).sum(axis=1)), 1e-300)
    normal = away / length[:, None]
    tangent = across[None] - normal[:, :, None] * normal[:, None, :]
    return length - radius, normal, tangent / length[:, None, None]


@dataclass(frozen=True, eq=False)
class Plane:
    """Half space behind the plane through `point` (3,) with outward `normal` (3,)."""

    point: Float
    normal: Float

    def gap(self, places: Float) -> Gap:
        """Height above the plane."""
        normal = _unit(self.normal)
        n = len(places)
        height = (places - self.point) @ normal
        return height, np.tile(normal, (n, 1)), np.zeros((n, 3, 3))

    def moved(self, motion: Float) -> Self:
        """Return the plane after a translation (3,) mm."""
        return replace(self, point=self.point + motion)


@dataclass(frozen=True, eq=False)
class Sphere:
    """Ball around `centre` (3,) of `radius` mm."""

    centre: Float
    radius: float

    def gap(self, places: Float) -> Gap:
        """Distance to the centre less the radius."""
        return _round(places - self.centre, self.radius, np.eye(3))

    def moved(self, motion: Float) -> Self:
        """Return the ball after a translation (3,) mm."""
        return replace(self, centre=self.centre + motion)


@dataclass(frozen=True, eq=False)
class Cylinder:
    """Endless round bar through `point` (3,) along `axis` (3,), of `radius` mm."""

    point: Float
    axis: Float
    radius: float

    def gap(self, places: Float) -> Gap:
        """Distance to the axis less the radius."""
        axis = _unit(self.axis)
        across = np.eye(3) - np.outer(axis, axis)
        return _round((places - self.point) @ across, self.radius, across)

    def moved(self, motion: Float) -> Self:
        """Return the bar after a translation (3,) mm."""
        return replace(self, point=self.point + motion)


@dataclass(frozen=True, eq=False)
class Punch:
    """Flat-ended round punch: centre of the face `centre` (3,), `axis` (3,) out of the face, `radius` mm."""

    centre: Float
    axis: Float
    radius: float

    def gap(self, places: Float) -> Gap:
        """Distance to the face, to its rim or to the side, whichever is nearest."""
        axis = _unit(self.axis)
        offset = places - self.centre
        height = offset @ axis
        flat = offset - height[:, None] * axis
        rho = np.maximum(np.sqrt((flat * flat).sum(axis=1)), 1e-300)
        outwards = flat / rho[:, None]
        past = np.maximum(rho - self.radius, 0.0)
        above = np.where(past > 0.0, np.maximum(height, 0.0), height)
        aside = past > 0.0
        gap = np.where(aside, np.hypot(past, above), height)
        safe = np.where(aside, np.maximum(gap, 1e-300), 1.0)
        rise = np.where(aside, above / safe, 1.0)[:, None]
        run = np.where(aside, past / safe, 0.0)[:, None]
        normal = run * outwards + rise * axis
        along = rise * outwards - run * axis
        around = np.cross(np.broadcast_to(axis, outwards.shape), outwards)
        bend = np.where(aside & (height > 0.0), 1.0 / safe, 0.0)[:, None, None]
        turn = np.where(aside, run[:, 0] / rho, 0.0)[:, None, None]
        hessian = bend * along[:, :, None] * along[:, None, :]
        hessian = hessian + turn * around[:, :, None] * around[:, None, :]
        return gap, normal, hessian

    def moved(self, motion: Float) -> Self:
        """Return the punch after a translation (3,) mm."""
        return replace(self, centre=self.centre + motion)
