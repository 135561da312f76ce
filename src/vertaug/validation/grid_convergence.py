# SPDX-License-Identifier: BSD-3-Clause
"""Grid convergence index of three meshes.

Celik et al. (2008), J Fluids Eng 130:078001: of values on meshes of edges h₁ < h₂ < h₃ the observed order p solves
p ln(h₂/h₁) = |ln|(f₃ - f₂)/(f₂ - f₁)| + q(p)|, and the index of the finest mesh, the band in which the limit should
lie, is 1.25 |f₂ - f₁| / ((h₂/h₁)^p - 1), here in the unit of f and in per cent of f₁. Values may oscillate, then
there is no order; an observed order is held between 0.5 and 2, lest one that is luckily high narrows the band or
one that is low makes it endless.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

__all__ = ["LEAST_ORDER", "MOST_ORDER", "GridConvergence", "grid_convergence"]

LEAST_ORDER, MOST_ORDER = 0.5, 2.0
SAFETY = 1.25
Kind = Literal["converges", "oscillates", "diverges", "exact"]


@dataclass(frozen=True)
class GridConvergence:
    """How three `values` of meshes with edges `sizes` (finest first) go on.

    `kind` is ``converges`` where differences keep their sign and an order above 0 explains them,
    ``oscillates`` where they change sign, ``diverges`` where they keep it without such an order,
    ``exact`` where the two finest agree. `observed` is the order found, None where there is none; `order` the one
    used. `band` is the index in the values' unit, `percent` in per cent of the finest one (None where that is 0).
    """

    sizes: tuple[float, ...]
    values: tuple[float, ...]
    kind: Kind
    observed: float | None
    order: float
    band: float
    percent: float | None

    @property
    def text(self) -> str:
        """The index as a phrase."""
        size = f"{self.band:.3g}" if self.percent is None else f"{self.percent:.1f} %"
        if self.kind == "exact":
            return "the two finest agree"
        if self.observed is None:
            return f"{size}, {self.kind}: order {self.order:g} taken"
        clipped = (
            ""
            if self.observed == self.order
            else f", observed {self.observed:.2g} held to {self.order:g}"
        )
        return f"{size}, {self.kind}, order {self.order:.2g}{clipped}"


def _observed(ratios: tuple[float, float], differences: tuple[float, float]) -> float | None:
    """Order from the refinements h₂/h₁, h₃/h₂ and differences f₂-f₁, f₃-f₂ of one sign; None where there is none.

    What is sought is the root of (r₁^p (r₂^p - 1))/(r₁^p - 1) = d₂/d₁, the left side of which rises with p.
    """
    first, second = ratios
    wanted = differences[1] / differences[0]

    def gap(order: float) -> float:
        # expm1 keeps the limit at order 0, which is ln r₂ / ln r₁.
        rise = [math.expm1(order * math.log(ratio)) for ratio in (first, second)]
        return math.exp(order * math.log(first)) * rise[1] / rise[0] - wanted

    low, high = 1e-9, 1e-3
    if gap(low) >= 0.0:
        return None
    while gap(high) < 0.0 and high < 60.0:
        high *= 2.0
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if gap(middle) >= 0.0 else (middle, high)
    return 0.5 * (low + high)


def grid_convergence(sizes: Sequence[float], values: Sequence[float]) -> GridConvergence:
    """Index of the finest of three meshes with edges ``sizes``, in any order, that gave ``values``.

    Raises
    ------
    ValueError
        Not three meshes of different sizes.
    """
    pairs = sorted(zip(sizes, values, strict=True))
    if len({size for size, _ in pairs}) != 3 or len(pairs) != 3 or pairs[0][0] <= 0.0:
        message = f"three meshes of different sizes are needed, not {list(sizes)}"
        raise ValueError(message)
    h, f = (tuple(part) for part in zip(*pairs, strict=True))
    ratios = (h[1] / h[0], h[2] / h[1])
    differences = (f[1] - f[0], f[2] - f[1])
    scale = max(abs(value) for value in f)
    observed: float | None = None
    kind: Kind = "converges"
    if abs(differences[0]) <= 1e-12 * scale:
        kind = "exact"
    elif differences[0] * differences[1] < 0.0:
        kind = "oscillates"
    else:
        observed = _observed(ratios, differences)
        kind = "diverges" if observed is None else "converges"
    order = LEAST_ORDER if observed is None else min(max(observed, LEAST_ORDER), MOST_ORDER)
    # Between oscillating values the larger step is the honest one.
    step = max(map(abs, differences)) if kind in ("oscillates", "diverges") else abs(differences[0])
    band = 0.0 if kind == "exact" else SAFETY * step / (ratios[0] ** order - 1.0)
    percent = None if f[0] == 0.0 else 100.0 * band / abs(f[0])
    return GridConvergence(h, f, kind, observed, order, band, percent)
