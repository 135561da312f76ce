# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity of acrylic cement by product class, as it ages: engineering defaults, uncalibrated.

``eta = eta_5 exp((t - 300 s) / tau)`` at 23 °C and a shear rate of 10 1/s, t the time since mixing, with
shear thinning ``eta ~ g^(n - 1)``. No curve of a product was read: the orders of magnitude are recalled
from the literature on vertebroplasty cements (Baroud & Yahia 2004, Proc IMechE H 218:331, and
others), so each class is marked uncalibrated and results that use it carry a warning. Times to
1000 Pa s: low 730 s, medium 547 s, high 345 s.
"""

from __future__ import annotations

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.rheology.flow_curve import FlowCurve, ageing
from vertaug.materials.rheology.ostwald_1925 import PowerLaw

__all__ = ["CARDS", "SHEAR_RATE", "curve_of_class"]

SHEAR_RATE = 10.0
"""Shear rate of the curves, 1/s."""
_AGE = 300.0
_NOTE = "engineering default, uncalibrated"


def _card(eta: float, tau: float) -> tuple[Parameter, ...]:
    """Card of one class: viscosity at 300 s (MPa s), time constant (s), index."""
    low, high = 0.25 * eta, 4.0 * eta
    return (
        Parameter("eta_5", eta, "MPa*s", low, high, "viscosity at 300 s", _NOTE, "recalled"),
        Parameter("tau", tau, "s", 60.0, 300.0, "time to thicken e-fold", _NOTE, "recalled"),
        Parameter("n", 0.75, "1", 0.4, 1.0, "power-law index", _NOTE, "recalled"),
    )


CARDS = {
    "low": _card(2.0e-5, 110.0),
    "medium": _card(1.5e-4, 130.0),
    "high": _card(8.0e-4, 200.0),
}


def curve_of_class(name: str) -> FlowCurve:
    """Curve of the class `name` (low, medium, high); `InputError` for any other name."""
    if name not in CARDS:
        raise InputError(
            where="plan",
            field="cement.class",
            found=repr(name),
            expected=f"one of {', '.join(CARDS)}",
            fix="choose a class, or give a measured curve",
            code="E-CEMENT-001",
        )
    eta, tau, index = (parameter.value for parameter in CARDS[name])
    return ageing(PowerLaw(eta * SHEAR_RATE ** (1.0 - index), index), tau, known_at=_AGE)
