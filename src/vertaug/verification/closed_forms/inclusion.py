# SPDX-License-Identifier: BSD-3-Clause
"""A sphere of other stiffness in an infinite elastic body (Eshelby), and bounds of mixtures.

The cement bolus in bone. Outside, the sphere acts as one of the same stiffness with an even
eigenstrain, whose field follows from the potentials φ ~ 1/r and ψ ~ r + a²/(5r).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MixtureBounds", "SphericalInclusion"]

Float = NDArray[np.float64]


def _moduli(young: float, poisson: float) -> tuple[float, float]:
    return young / (3.0 * (1.0 - 2.0 * poisson)), young / (2.0 * (1.0 + poisson))


def _split(tensor: Float) -> tuple[float, Float]:
    """Trace and deviator of a symmetric tensor (3, 3)."""
    trace = float(np.trace(tensor))
    return trace, tensor - trace / 3.0 * np.eye(3)


def _second(power: int, x: Float) -> Float:
    """Second derivatives (3, 3) of r^power."""
    r = float(np.linalg.norm(x))
    first = power * r ** (power - 2)
    return first * np.eye(3) + power * (power - 2) * r ** (power - 4) * np.outer(x, x)


def _fourth(power: int, x: Float) -> Float:
    """Fourth derivatives (3, 3, 3, 3) of r^power."""
    r, eye = float(np.linalg.norm(x)), np.eye(3)
    n = power
    two = n * (n - 2) * r ** (n - 4)
    three = n * (n - 2) * (n - 4) * r ** (n - 6)
    four = n * (n - 2) * (n - 4) * (n - 6) * r ** (n - 8)
    deltas = [
        np.einsum(f"{p},{q}->ijkl", eye, eye) for p, q in (("ij", "kl"), ("ik", "jl"), ("il", "jk"))
    ]
    mixed = [
        np.einsum(f"{p},{q[0]},{q[1]}->ijkl", eye, x, x)
        for p, q in (
            ("ij", "kl"),
            ("ik", "jl"),
            ("il", "jk"),
            ("jk", "il"),
            ("jl", "ik"),
            ("kl", "ij"),
        )
    ]
    product = np.einsum("i,j,k,l->ijkl", x, x, x, x)
    return np.asarray(two * sum(deltas) + three * sum(mixed) + four * product)


@dataclass(frozen=True)
class SphericalInclusion:
    """Sphere of radius `radius` (mm) in a body under the even far stress `far` (3, 3) MPa.

    `young`, `poisson` of the body, `young_inside`, `poisson_inside` of the sphere; 0 MPa is a hole.
    """

    young: float
    poisson: float
    young_inside: float
    poisson_inside: float
    far: Float
    radius: float = 1.0

    @property
    def _far_strain(self) -> Float:
        bulk, shear = _moduli(self.young, self.poisson)
        trace, deviator = _split(self.far)
        return trace / (9.0 * bulk) * np.eye(3) + deviator / (2.0 * shear)

    @property
    def _factors(self) -> tuple[float, float]:
        """Eshelby's factors of volume and of shape."""
        nu = self.poisson
        volume = (1.0 + nu) / (3.0 * (1.0 - nu))
        return volume, 2.0 * (4.0 - 5.0 * nu) / (15.0 * (1.0 - nu))

    @property
    def strain_inside(self) -> Float:
        """Strain (3, 3), the same everywhere in the sphere."""
        bulk, shear = _moduli(self.young, self.poisson)
        bulk_in, shear_in = _moduli(self.young_inside, self.poisson_inside)
        a, b = self._factors
        trace, deviator = _split(self._far_strain)
        volume = trace / (1.0 + a * (bulk_in / bulk - 1.0))
        return volume / 3.0 * np.eye(3) + deviator / (1.0 + b * (shear_in / shear - 1.0))

    @property
    def stress_inside(self) -> Float:
        """Stress (3, 3) in the sphere, MPa."""
        bulk_in, shear_in = _moduli(self.young_inside, self.poisson_inside)
        trace, deviator = _split(self.strain_inside)
        return bulk_in * trace * np.eye(3) + 2.0 * shear_in * deviator

    @property
    def _eigenstrain(self) -> Float:
        a, b = self._factors
        trace, deviator = _split(self.strain_inside - self._far_strain)
        return trace / (3.0 * a) * np.eye(3) + deviator / b

    def strain(self, place: Float) -> Float:
        """Strain (3, 3) at a place (mm) outside of the sphere or on its outer face."""
        x = np.asarray(place, dtype=np.float64)
        a, nu, eigen = self.radius, self.poisson, self._eigenstrain
        scale = 4.0 * np.pi * a**3 / 3.0
        second = scale * _second(-1, x)
        fourth = scale * (_fourth(1, x) + a**2 / 5.0 * _fourth(-1, x))
        shape = np.einsum("jlik,jl->ik", fourth, eigen)
        mixed = eigen @ second
        gradient = (
            shape - 2.0 * nu * np.trace(eigen) * second - 2.0 * (1.0 - nu) * (mixed + mixed.T)
        )
        return np.asarray(self._far_strain + gradient / (8.0 * np.pi * (1.0 - nu)))

    def stress(self, place: Float) -> Float:
        """Stress (3, 3) there, MPa."""
        bulk, shear = _moduli(self.young, self.poisson)
        trace, deviator = _split(self.strain(place))
        return bulk * trace * np.eye(3) + 2.0 * shear * deviator


@dataclass(frozen=True)
class MixtureBounds:
    """Bounds of Young's modulus (MPa) of a mixture with the volume `fraction` of the inclusions."""

    young: float
    poisson: float
    young_inside: float
    poisson_inside: float
    fraction: float

    @property
    def voigt(self) -> float:
        """Mean of the moduli."""
        return (1.0 - self.fraction) * self.young + self.fraction * self.young_inside

    @property
    def reuss(self) -> float:
        """Harmonic mean of the moduli."""
        return 1.0 / ((1.0 - self.fraction) / self.young + self.fraction / self.young_inside)

    def _hashin_shtrikman(self, *, swapped: bool) -> tuple[float, float]:
        """Bulk and shear modulus with the body as matrix, or with the inclusions as matrix."""
        bulk, shear = _moduli(self.young, self.poisson)
        bulk_in, shear_in = _moduli(self.young_inside, self.poisson_inside)
        f = self.fraction
        if swapped:
            bulk, shear, bulk_in, shear_in, f = bulk_in, shear_in, bulk, shear, 1.0 - f
        if bulk_in == bulk and shear_in == shear:
            return bulk, shear
        volume = 3.0 * (1.0 - f) / (3.0 * bulk + 4.0 * shear)
        shape = 6.0 * (1.0 - f) * (bulk + 2.0 * shear) / (5.0 * shear * (3.0 * bulk + 4.0 * shear))
        return (
            bulk + f * (bulk_in - bulk) / (1.0 + (bulk_in - bulk) * volume),
            shear + f * (shear_in - shear) / (1.0 + (shear_in - shear) * shape),
        )

    @property
    def lower_moduli(self) -> tuple[float, float]:
        """Hashin-Shtrikman moduli with the body as matrix, equal to Mori-Tanaka's of spheres."""
        return self._hashin_shtrikman(swapped=False)

    @property
    def lower(self) -> float:
        """Lower Hashin-Shtrikman bound, where the body is the softer phase."""
        return _young(*self._hashin_shtrikman(swapped=False))

    @property
    def upper(self) -> float:
        """Upper Hashin-Shtrikman bound."""
        return _young(*self._hashin_shtrikman(swapped=True))


def _young(bulk: float, shear: float) -> float:
    return 9.0 * bulk * shear / (3.0 * bulk + shear)
