# SPDX-License-Identifier: BSD-3-Clause
"""What a density law is: a fit of one quantity in one measure of density over one range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["MEASURES", "DensityLaw", "Measure", "Orthotropy", "power_law"]

Float = NDArray[np.float64]

Measure = Literal["phosphate", "hydroxyapatite", "ash", "apparent", "fraction"]

MEASURES: dict[Measure, tuple[str, str, float]] = {
    "phosphate": ("QCT density of a K2HPO4 phantom", "mg/cm³", 2000.0),
    "hydroxyapatite": ("QCT density of a hydroxyapatite phantom", "mg/cm³", 2000.0),
    "ash": ("mass of ash over bulk volume", "mg/cm³", 1400.0),
    "apparent": ("wet mass without marrow over bulk volume", "mg/cm³", 2300.0),
    "fraction": ("bone volume over bulk volume, BV/TV", "1", 1.0),
}
"""Of each densitometric measure: its meaning, its unit and the largest value that bone can have."""


@dataclass(frozen=True)
class Orthotropy:
    """Ratios of an orthotropic law to its axial modulus E₃; axes 1 lateral, 2 front to back, 3 axial.

    `moduli` (E₁, E₂)/E₃, `shears` (G₂₃, G₁₃, G₁₂)/E₃, `poissons` (ν₂₃, ν₁₃, ν₁₂), where ν_ij is the
    contraction along j under stress along i.
    """

    moduli: tuple[float, float]
    shears: tuple[float, float, float]
    poissons: tuple[float, float, float]

    def compliance(self) -> Float:
        """Compliance (6, 6) times E₃, Mandel order 11, 22, 33, 23, 13, 12; symmetric."""
        (first, second), (nu_23, nu_13, nu_12) = self.moduli, self.poissons
        result = np.diag([1.0 / first, 1.0 / second, 1.0, *(0.5 / g for g in self.shears)])
        result[0, 1] = result[1, 0] = -nu_12 / first
        result[0, 2] = result[2, 0] = -nu_13 / first
        result[1, 2] = result[2, 1] = -nu_23 / second
        return result


@dataclass(frozen=True)
class DensityLaw:
    """A published fit: `value` (MPa) of density in `measure`.

    `low` to `high` is the range of density it was fitted in (unit of the measure); `direction` says
    whether specimens were axial or of any direction; `site` where they came from.
    """

    name: str
    quantity: Literal["stiffness", "strength"]
    measure: Measure
    low: float
    high: float
    site: str
    card: tuple[Parameter, ...]
    function: Callable[[Float], Float]
    direction: Literal["axial", "mean"] = "axial"
    orthotropy: Orthotropy | None = None

    def value(self, density: Float) -> Float:
        """MPa, (n,), of ``density`` (n,) in the law's own measure."""
        return np.asarray(self.function(np.maximum(density, 0.0)), dtype=np.float64)

    def warnings(self, density: Float) -> tuple[str, ...]:
        """What to know of ``density`` (n,), in the law's own measure, outside the fitted range."""
        share = float(np.mean((density < self.low) | (density > self.high)))
        if share == 0.0:
            return ()
        unit = MEASURES[self.measure][1]
        return (
            f"{self.quantity} law {self.name} is fitted from {self.low:g} to {self.high:g} {unit}"
            f" ({self.measure}); {100.0 * share:.1f} % of the bone lies outside, from"
            f" {density.min():.4g} to {density.max():.4g} {unit}",
        )


def power_law(coefficient: float, exponent: float) -> Callable[[Float], Float]:
    """``coefficient`` MPa at 1 g/cm³ times the density (given in mg/cm³) to the ``exponent``."""
    return lambda density: coefficient * (density / 1000.0) ** exponent
