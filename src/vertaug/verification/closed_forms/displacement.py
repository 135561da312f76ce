# SPDX-License-Identifier: BSD-3-Clause
"""Displacement of one mobile fluid by another in one dimension: Buckley, Leverett (1942), Trans AIME 146:107.

With the displacing share f(S) of the flow, a saturation travels so that the pore volume it has passed is
f'(S) times the volume injected. Where f is not concave a front bridges it: f is replaced by its concave hull from the
saturation ahead, zero (Welge 1952). In plane, cylinder and sphere alike, measured in pore volume.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CoreyDisplacement"]

Float = NDArray[np.float64]
_POINTS = 40_001


@dataclass(frozen=True)
class CoreyDisplacement:
    """Both fluids have the relative permeability S^`power`; `ratio` M is injected over displaced viscosity."""

    ratio: float
    power: float

    def share(self, saturation: Float) -> Float:
        """Displacing share of the flow."""
        own = np.asarray(saturation, dtype=np.float64) ** self.power
        return np.asarray(own / (own + self.ratio * (1.0 - saturation) ** self.power))

    def _hull(self) -> tuple[Float, Float]:
        """Saturations and shares on the concave hull of f."""
        every = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _POINTS))
        share = self.share(every)
        kept: list[int] = []
        for n in range(_POINTS):
            while len(kept) > 1:
                a, b = kept[-2], kept[-1]
                rise = (share[b] - share[a]) * (every[n] - every[b])
                if rise > (share[n] - share[b]) * (every[b] - every[a]):
                    break
                kept.pop()
            kept.append(n)
        return every[kept], share[kept]

    def front(self) -> tuple[float, float]:
        """Saturation behind the front, and the pore volume it has passed over the volume injected."""
        saturation, share = self._hull()
        return float(saturation[1]), float(share[1] / saturation[1])

    def trailing(self) -> float:
        """Fall of saturation behind the front, a share of its height, per share of its way: f' / (-f'' S).

        Nothing trails a front that takes all displaced fluid along; next to no front trails without bound.
        """
        behind, speed = self.front()
        if behind >= 1.0:
            return 0.0
        apart = 1e-4 * min(behind, 1.0 - behind)
        low, here, high = self.share(behind + apart * np.array([-1.0, 0.0, 1.0])).tolist()
        curvature = max((2.0 * here - low - high) / apart**2, 1e-6)
        return float(speed / (curvature * behind))

    def hollow(self) -> float:
        """Greatest depth of the share below the front's chord, over the chord's height: what sharpens it."""
        behind, speed = self.front()
        below = np.linspace(0.0, behind, 201)[1:-1]
        return float((speed * below - self.share(below)).max() / (speed * behind))

    def front_of_squares(self) -> tuple[float, float]:
        """The same in closed form, for a power of two."""
        behind = math.sqrt(self.ratio / (1.0 + self.ratio))
        return behind, float(self.share(np.array(behind))) / behind

    def means(self, edges: Float, injected: float) -> Float:
        """Mean saturation between pore volumes `edges` (n + 1,) from the inlet, after a volume injected.

        The fluid up to a pore volume v is the least, over saturations s, of ``injected (1 - f(s)) + s v``.
        """
        saturation, share = self._hull()
        slope = np.diff(share) / np.diff(saturation)
        passed = edges / injected
        # slopes fall along the hull: the saturation at v is where they cross v / injected
        place = len(slope) - np.searchsorted(slope[::-1], passed, side="left")
        content = injected * (1.0 - share[place]) + saturation[place] * edges
        return np.asarray(np.diff(content) / np.diff(edges))
