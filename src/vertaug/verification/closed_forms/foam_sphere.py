# SPDX-License-Identifier: BSD-3-Clause
"""Fully plastic sphere of crushable foam (Deshpande & Fleck 2000) under inner pressure, small strain.

With q = Y √D sin t, α p = Y √D cos t and D = 1 + α²/9, equilibrium in the sphere is
ln(b/a) = (t - t₀)/2α + ⅓ ln(sin t / sin t₀), t₀ = atan(3/2α) where the surface is free.
"""

from __future__ import annotations

import math

from scipy.optimize import brentq

__all__ = ["foam_pressure", "saturation_pressure", "saturation_ratio"]


def _scale(strength: float, alpha: float) -> float:
    return strength * math.sqrt(1.0 + alpha**2 / 9.0)


def _ratio(angle: float, alpha: float) -> float:
    """Logarithm of b/a at which the wall's state is at an angle of the ellipse."""
    start = math.atan(1.5 / alpha)
    return (angle - start) / (2.0 * alpha) + math.log(math.sin(angle) / math.sin(start)) / 3.0


def saturation_ratio(alpha: float) -> float:
    """Ratio b/a from which the pressure grows no more."""
    return math.exp(_ratio(math.pi - math.atan(2.0 * alpha / 3.0), alpha))


def saturation_pressure(strength: float, alpha: float) -> float:
    """Largest pressure of any sphere, the crush strength in uniaxial strain, MPa."""
    return _scale(strength, alpha) * math.sqrt(1.0 / alpha**2 + 4.0 / 9.0)


def foam_pressure(strength: float, alpha: float, ratio: float) -> float:
    """Limit pressure (MPa) of a sphere of outer over inner radius ``ratio``."""
    if ratio >= saturation_ratio(alpha):
        return saturation_pressure(strength, alpha)
    low, high = math.atan(1.5 / alpha), math.pi - math.atan(2.0 * alpha / 3.0)
    angle = float(brentq(lambda t: _ratio(t, alpha) - math.log(ratio), low, high, xtol=1e-14))
    return -_scale(strength, alpha) * (math.cos(angle) / alpha - 2.0 / 3.0 * math.sin(angle))
