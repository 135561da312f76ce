# SPDX-License-Identifier: BSD-3-Clause
"""Relative permeability as a power of the share of the mobile pore space.

Corey (1954), Producers Monthly 19(1):38-41, with free exponents as is usual since. With ``s = S / S_max``
held to 0..1 the fluid that displaces has ``s^a``, the other ``(1 - s)^b``. Buckley, Leverett (1942), Trans
AIME 146:107-116, take from it the displacing share of a flow, ``f = 1 / (1 + M (1 - s)^b / s^a)``, M the
viscosity of the displacing fluid over that of the other. Example: a = b = 2, M = 0.5, S = 0.5 gives 2/3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "displacing_share", "nodes"]

Float = NDArray[np.float64]
_PAPER = "Corey 1954, Producers Monthly 19(1):38"

CARD = (
    Parameter("a", 1.0, "1", 1.0, 6.0, "exponent of the fluid that displaces", _PAPER, "recalled"),
    Parameter("b", 1.0, "1", 1.0, 6.0, "exponent of the fluid displaced", _PAPER, "recalled"),
    Parameter(
        "S_max", 1.0, "1", 0.5, 1.0, "largest saturation that flow can reach", _PAPER, "recalled"
    ),
)
_DENSE = 20_001


def displacing_share(
    saturation: Float, most: float, exponents: tuple[float, float], ratio: float
) -> Float:
    """Displacing fraction f of a flow at a saturation; `ratio` is M."""
    share = np.clip(np.asarray(saturation, dtype=np.float64) / most, 0.0, 1.0)
    own = share ** exponents[0]
    return np.asarray(own / (own + ratio * (1.0 - share) ** exponents[1]), dtype=np.float64)


def nodes(
    count: int, most: float, exponents: tuple[float, float], ratio: float
) -> tuple[Float, Float]:
    """Saturations and displacing fractions of `count` points along the curve, evenly apart in both.

    A last point at a saturation of one is added where `most` is smaller.
    """
    share = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _DENSE))
    value = displacing_share(most * share, most, exponents, ratio)
    along = np.concatenate([[0.0], np.cumsum(np.diff(share) + np.diff(value))])
    where = np.interp(np.linspace(0.0, along[-1], count), along, most * share)
    where[0], where[-1] = 0.0, most
    if most < 1.0:
        where = np.append(where, 1.0)
    return where, displacing_share(where, most, exponents, ratio)
