# SPDX-License-Identifier: BSD-3-Clause
"""Closed forms of contact: Hertz, flat punch, block on an incline (lengths mm, forces N, MPa).

Hertz, J. reine angew. Math. 92 (1882) 156; Johnson, Contact Mechanics (1985), chapters 3 and 4;
Sneddon, Int. J. Eng. Sci. 3 (1965) 47.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "HertzLine",
    "HertzSphere",
    "Slider",
    "contact_modulus",
    "contact_radius",
    "flat_punch_force",
    "hertz_displacement",
    "hertz_line_displacement",
    "line_load_displacement",
    "point_load_displacement",
]

Float = NDArray[np.float64]

_RINGS, _ANGLES, _LINES = 12, 24, 40


def contact_modulus(*bodies: tuple[float, float]) -> float:
    """E* (MPa) of elastic bodies (Young's modulus, Poisson's ratio) in contact; rigid ones are left out."""
    return 1.0 / sum((1.0 - poisson**2) / young for young, poisson in bodies)


def contact_radius(*radii: float) -> float:
    """Relative radius R (mm) of spheres or parallel cylinders; a plane is left out."""
    return 1.0 / sum(1.0 / radius for radius in radii)


@dataclass(frozen=True)
class HertzSphere:
    """Two spheres of relative `radius` mm and contact `modulus` MPa pressed together by `approach` mm."""

    modulus: float
    radius: float
    approach: float

    @property
    def contact(self) -> float:
        """Radius a of the contact, mm."""
        return math.sqrt(self.radius * self.approach)

    @property
    def force(self) -> float:
        """Force F, N."""
        return 4.0 / 3.0 * self.modulus * self.contact * self.approach

    @property
    def peak(self) -> float:
        """Pressure p₀ in the middle, MPa."""
        return 1.5 * self.force / (math.pi * self.contact**2)

    def pressure(self, radius: Float) -> Float:
        """Pressures (n,) MPa at distances ``radius`` (n,) mm from the middle."""
        return np.asarray(self.peak * np.sqrt(np.maximum(1.0 - (radius / self.contact) ** 2, 0.0)))


@dataclass(frozen=True)
class HertzLine:
    """Parallel cylinders of relative `radius` mm and contact `modulus` MPa under `load` N/mm."""

    modulus: float
    radius: float
    load: float

    @property
    def half_width(self) -> float:
        """Half the width b of the contact, mm."""
        return math.sqrt(4.0 * self.load * self.radius / (math.pi * self.modulus))

    @property
    def peak(self) -> float:
        """Pressure p₀ in the middle, MPa."""
        return 2.0 * self.load / (math.pi * self.half_width)

    def pressure(self, place: Float) -> Float:
        """Pressures (n,) MPa at distances ``place`` (n,) mm from the middle."""
        return np.asarray(
            self.peak * np.sqrt(np.maximum(1.0 - (place / self.half_width) ** 2, 0.0))
        )


def flat_punch_force(modulus: float, radius: float, approach: float) -> float:
    """Force (N) of a rigid flat round punch of ``radius`` mm pressed in by ``approach`` mm."""
    return 2.0 * modulus * radius * approach


def point_load_displacement(young: float, poisson: float, force: float, places: Float) -> Float:
    """Displacements (n, 3) mm of the half space z <= 0 under a force in -z at the origin.

    Boussinesq; ``places`` (n, 3) mm away from the origin.
    """
    shear = young / (2.0 * (1.0 + poisson))
    depth = -places[:, 2]
    away = np.sqrt((places * places).sum(axis=1))
    scale = force / (4.0 * math.pi * shear * away)
    flat = depth / away**2 - (1.0 - 2.0 * poisson) / (away + depth)
    down = 2.0 * (1.0 - poisson) + (depth / away) ** 2
    return np.stack(
        [scale * flat * places[:, 0], scale * flat * places[:, 1], -scale * down], axis=1
    )


def hertz_displacement(young: float, poisson: float, exact: HertzSphere, places: Float) -> Float:
    """Displacements (n, 3) mm of the half space z <= 0 under Hertz's pressure, some radii away from it.

    Point loads at Gauss points of the radius and at even angles: at three radii they are the integral to 1e-9.
    """
    node, weight = np.polynomial.legendre.leggauss(_RINGS)
    turn = 0.25 * math.pi * (node + 1.0)
    forces = 0.25 * math.pi * weight * exact.pressure(exact.contact * np.sin(turn))
    forces *= exact.contact**2 * np.sin(turn) * np.cos(turn) * 2.0 * math.pi / _ANGLES
    moved = np.zeros_like(places)
    for angle in 2.0 * math.pi * (np.arange(_ANGLES) + 0.5) / _ANGLES:
        for radius, force in zip(exact.contact * np.sin(turn), forces, strict=True):
            centre = radius * np.array([math.cos(angle), math.sin(angle), 0.0])
            moved += point_load_displacement(young, poisson, float(force), places - centre)
    return moved


def line_load_displacement(young: float, poisson: float, load: float, places: Float) -> Float:
    """Displacements (n, 3) mm of the half space z <= 0 in plane strain under ``load`` N/mm in -z along the y axis.

    Flamant (Johnson, section 2.4), less what makes the surface at 1 mm from the line stay; ``places`` (n, 3) mm
    away from the line.
    """
    across, depth = places[:, 0], -places[:, 2]
    square = across**2 + depth**2
    scale = load * (1.0 + poisson) / (math.pi * young)
    side = across * depth / square - (1.0 - 2.0 * poisson) * np.arctan2(across, depth)
    down = depth**2 / square - (1.0 - poisson) * np.log(square)
    return np.stack([scale * side, np.zeros_like(side), -scale * down], axis=1)


def hertz_line_displacement(young: float, poisson: float, exact: HertzLine, places: Float) -> Float:
    """Displacements (n, 3) mm of the half space z <= 0 under Hertz's pressure along the y axis.

    They are seen from the middle of the contact. Line loads at the zeros of Chebyshev's polynomials of the second
    kind: some half-widths away they are the integral to rounding.
    """
    turn = math.pi * np.arange(1, _LINES + 1) / (_LINES + 1)
    loads = 2.0 * exact.load / (_LINES + 1) * np.sin(turn) ** 2
    moved = np.zeros_like(places)
    for place, load in zip(exact.half_width * np.cos(turn), loads, strict=True):
        off = places - np.array([place, 0.0, 0.0])
        moved += line_load_displacement(young, poisson, float(load), off)
    sunk = 2.0 * exact.load / (math.pi * exact.modulus) * (math.log(2.0 / exact.half_width) + 0.5)
    moved[:, 2] += sunk
    return moved


@dataclass(frozen=True)
class Slider:
    """A rigid block with dry friction pulled through a spring.

    `stiffness` N/mm of spring and elastic slip in series, `limit` N largest friction force.
    """

    stiffness: float
    limit: float

    def path(self, pulls: Float) -> tuple[Float, float]:
        """Forces (n,) N in the spring along a path of its free end (n,) mm from rest, and the loss in mJ."""
        force, last, lost = 0.0, 0.0, 0.0
        forces = np.zeros(len(pulls))
        for i, pull in enumerate(pulls):
            trial = force + self.stiffness * (float(pull) - last)
            force = min(max(trial, -self.limit), self.limit)
            lost += self.limit * abs(trial - force) / self.stiffness
            forces[i], last = force, float(pull)
        return forces, lost
