# SPDX-License-Identifier: BSD-3-Clause
"""Consolidation of porous bodies: column (Terzaghi), sphere (Cryer), slab between plates (Mandel).

Times are made dimensionless with the coefficient of consolidation c and the length of the drainage
path, T = c t / L². Series are summed until their terms vanish, which they do slowly where T is
small: `terms` bounds their number, and a series that has not settled raises an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

__all__ = [
    "Mandel",
    "cryer_peak",
    "cryer_poisson",
    "cryer_pressure",
    "cryer_roots",
    "terzaghi_consolidation",
    "terzaghi_pressure",
    "undrained",
]

Float = NDArray[np.float64]

_VANISHED = 45.0
"""Exponent beyond which a term is below the precision of the sum."""


def undrained(bulk: float, shear: float, biot: float, storage: float) -> tuple[float, float]:
    """Skempton's coefficient and undrained Poisson's ratio.

    ``bulk``, ``shear`` drained, MPa; ``storage`` 1/M, 1/MPa.
    """
    skempton = biot / (storage * bulk + biot**2)
    if storage == 0.0:
        return skempton, 0.5
    stiff = bulk + biot**2 / storage
    return skempton, (3.0 * stiff - 2.0 * shear) / (6.0 * stiff + 2.0 * shear)


def _count(time: float, terms: int) -> int:
    """Terms of Σ exp(-((2n+1)π/2)² T) that count."""
    if not time > 0.0:
        raise ValueError(f"the series need a positive time, got {time!r}")
    needed = int(np.ceil(np.sqrt(_VANISHED / time) / np.pi)) + 2
    if needed > terms:
        raise ValueError(f"T = {time:g} needs {needed} terms of the series, {terms} are allowed")
    return needed


def terzaghi_pressure(depth: Float | float, time: float, terms: int = 20000) -> Float:
    """Pressure over its initial value in a column drained at its top.

    ``depth`` is the distance from the sealed base over the column's height; ``time`` is T.
    """
    m = (2.0 * np.arange(_count(time, terms)) + 1.0) * np.pi / 2.0
    sign = np.where(np.arange(len(m)) % 2 == 0, 1.0, -1.0)
    z = np.asarray(depth, dtype=np.float64)[..., None]
    return np.asarray((2.0 * sign / m * np.cos(m * z) * np.exp(-(m**2) * time)).sum(axis=-1))


def terzaghi_consolidation(time: float, terms: int = 20000) -> float:
    """Share of the settlement (and of the fluid) that has come at T."""
    m = (2.0 * np.arange(_count(time, terms)) + 1.0) * np.pi / 2.0
    return float(1.0 - (2.0 / m**2 * np.exp(-(m**2) * time)).sum())


def cryer_poisson(bulk: float, shear: float, biot: float, storage: float) -> float:
    """Poisson's ratio with which Cryer's series for incompressible constituents holds for others.

    The pressure over its undrained value depends on the material through one number only, the share
    λ of the mean pressure's rate that the stiff shell of the ball hands back: η = 2 (1 + λ)/(3 λ),
    λ = α²/(α² + S M) 4G/(3K), M = K + 4G/3. It is the true ratio where S is zero.
    """
    oedometric = bulk + 4.0 * shear / 3.0
    share = biot**2 / (biot**2 + storage * oedometric) * 4.0 * shear / (3.0 * bulk)
    eta = 2.0 * (1.0 + share) / (3.0 * share)
    return (eta - 1.0) / (2.0 * eta - 1.0)


def cryer_roots(poisson: float, count: int) -> Float:
    """First roots of (1 - η x²/2) tan x = x, η = (1-ν)/(1-2ν), (count,)."""
    eta = (1.0 - poisson) / (1.0 - 2.0 * poisson)

    def balance(x: float) -> float:
        return float((1.0 - 0.5 * eta * x * x) * np.sin(x) - x * np.cos(x))

    # Between two zeros of the sine the balance changes its sign once.
    edges = np.pi * np.arange(count + 1)
    edges[0] = 1e-3
    return np.array([brentq(balance, a, b, xtol=1e-14, rtol=1e-14) for a, b in pairwise(edges)])


def cryer_pressure(poisson: float, time: Float | float, count: int = 200) -> Float:
    """Pressure at the centre of a sphere over its undrained value, T = c t / a².

    Where neither constituent compresses, that value is the pressure put on the drained surface; for
    others take the ratio of `cryer_poisson`.
    """
    times = np.atleast_1d(np.asarray(time, dtype=np.float64))
    if not times.min() * (np.pi * count) ** 2 > _VANISHED:
        raise ValueError(f"T = {times.min():g} needs more than {count} terms of the series")
    eta = (1.0 - poisson) / (1.0 - 2.0 * poisson)
    x = cryer_roots(poisson, count)
    top = np.sin(x) - x
    bottom = 0.5 * eta * x * np.cos(x) + (eta - 1.0) * np.sin(x)
    decay = np.exp(-np.outer(times, x**2))
    return np.asarray((eta * decay @ (top / bottom)).reshape(np.shape(time)))


def cryer_peak(poisson: float) -> tuple[float, float]:
    """T and height of the largest pressure at the centre of the sphere."""
    found = minimize_scalar(
        lambda t: -float(cryer_pressure(poisson, t)), bounds=(1e-2, 0.2), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return float(found.x), -float(found.fun)


@dataclass(frozen=True)
class Mandel:
    """Slab between rigid plates without friction, in plane strain, drained at its sides.

    Attributes
    ----------
    force : half of the plates' force per thickness, N/mm
    half_width : mm
    poisson, poisson_undrained, skempton : of the solid
    """

    force: float
    half_width: float
    poisson: float
    poisson_undrained: float
    skempton: float

    def roots(self, count: int) -> Float:
        """First roots of tan α = (1-ν)/(ν_u-ν) α, (count,)."""
        slope = (1.0 - self.poisson) / (self.poisson_undrained - self.poisson)

        def balance(x: float) -> float:
            return float(np.sin(x) - slope * x * np.cos(x))

        low = np.pi * np.arange(count)
        low[0] = 1e-6
        high = np.pi * (np.arange(count) + 0.5)
        ends = zip(low, high, strict=True)
        return np.array([brentq(balance, a, b, xtol=1e-14, rtol=1e-14) for a, b in ends])

    @property
    def initial_pressure(self) -> float:
        """Pressure of the slab before any fluid has left, MPa."""
        top = self.force * self.skempton * (1.0 + self.poisson_undrained)
        return top / (3.0 * self.half_width)

    def pressure(self, place: Float | float, time: float, count: int = 400) -> Float:
        """Pressure (MPa) at distances ``place`` (mm) from the middle, at T = c t / a²."""
        if not time * (np.pi * count) ** 2 > _VANISHED:
            raise ValueError(f"T = {time:g} needs more than {count} terms of the series")
        a = self.roots(count)
        weight = np.sin(a) / (a - np.sin(a) * np.cos(a)) * np.exp(-(a**2) * time)
        x = np.asarray(place, dtype=np.float64)[..., None] / self.half_width
        series = (weight * (np.cos(a * x) - np.cos(a))).sum(axis=-1)
        return np.asarray(2.0 * self.initial_pressure * series)

    def side_displacement(self, shear: float, time: float, count: int = 400) -> float:
        """Outward displacement (mm) of the drained sides at T; ``shear`` in MPa."""
        a = self.roots(count)
        weight = np.cos(a) / (a - np.sin(a) * np.cos(a)) * np.sin(a) * np.exp(-(a**2) * time)
        first = self.force * self.poisson / (2.0 * shear)
        undrained_part = self.force * self.poisson_undrained / shear * weight.sum()
        sideways = self.force / shear * weight.sum()
        return float(first - undrained_part + sideways)

    def plate_displacement(
        self, shear: float, height: float, time: float, count: int = 400
    ) -> float:
        """Approach (mm) of a plate to the middle plane, ``height`` mm away, at T."""
        a = self.roots(count)
        weight = np.sin(a) * np.cos(a) / (a - np.sin(a) * np.cos(a)) * np.exp(-(a**2) * time)
        scale = self.force * height / (shear * self.half_width)
        drained = 0.5 * scale * (1.0 - self.poisson)
        return float(drained - scale * (1.0 - self.poisson_undrained) * weight.sum())
