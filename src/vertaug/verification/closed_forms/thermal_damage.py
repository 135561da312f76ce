# SPDX-License-Identifier: BSD-3-Clause
"""Thermal dose and damage of temperatures, K, that stay, rise evenly or fall exponentially."""

from __future__ import annotations

import math

from scipy.integrate import quad
from scipy.special import exp1, expi

__all__ = ["decay_dose", "ramp_damage", "ramp_dose", "steady_damage", "steady_dose"]

_BREAK = 316.15


def steady_dose(temperature: float, time: float) -> float:
    """Minutes at 43 °C of ``time`` s at one temperature."""
    over = temperature - _BREAK
    return math.pow(2.0 if over >= 0.0 else 4.0, over) * time / 60.0


def ramp_dose(start: float, end: float, time: float) -> float:
    """Minutes at 43 °C of an even rise or fall from ``start`` to ``end``, which give the same."""
    if start == end:
        return steady_dose(start, time)
    start, end = sorted((start, end))
    rate = (end - start) / time
    middle = min(max(_BREAK, start), end)
    above = math.pow(2.0, end - _BREAK) - math.pow(2.0, middle - _BREAK)
    below = math.pow(4.0, middle - _BREAK) - math.pow(4.0, start - _BREAK)
    return (above * (end > _BREAK) / math.log(2.0) + below * (start < _BREAK) / math.log(4.0)) / (
        60.0 * rate
    )


def decay_dose(surroundings: float, rise: float, constant: float, time: float) -> float:
    """Minutes at 43 °C while ``surroundings + rise exp(-t / constant)`` stays on its side of 43 °C."""
    base = 2.0 if surroundings + rise * math.exp(-time / constant) >= _BREAK - 1e-9 else 4.0
    power = rise * math.log(base)
    share = expi(power) - expi(power * math.exp(-time / constant))
    return math.pow(base, surroundings - _BREAK) * constant * float(share) / 60.0


def steady_damage(temperature: float, time: float, log_factor: float, activation: float) -> float:
    """Arrhenius integral of ``time`` s at one temperature."""
    return math.exp(log_factor - activation / temperature) * time


def ramp_damage(
    start: float, end: float, time: float, log_factor: float, activation: float
) -> float:
    """Arrhenius integral of an even rise, or of none; for large B/T, where E1 underflows, by quadrature."""
    if start == end:
        return math.exp(log_factor - activation / start) * time
    rate = (end - start) / time

    def primitive(warm: float) -> float:
        x = activation / warm
        return math.exp(log_factor) * (warm * math.exp(-x) - activation * float(exp1(x)))

    if activation / start < 600.0:
        return (primitive(end) - primitive(start)) / rate
    value, _ = quad(lambda w: math.exp(log_factor - activation / w), start, end, epsrel=1e-12)
    return value / rate
