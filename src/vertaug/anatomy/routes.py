# SPDX-License-Identifier: BSD-3-Clause
"""Ways into a vertebral body as data: where balloons are tried, and what a line has to keep.

Shares and penalties are assumed. What is kept from the canal is assumed as well, after Gertzbein and Robbins (1990),
who called 4 mm beyond the medial wall of a pedicle, 2 of them epidural, the room that a screw may still take.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["ROUTES", "Route", "RouteRules"]

Route = Literal["transpedicular", "extrapedicular", "unipedicular"]


@dataclass(frozen=True)
class RouteRules:
    """Lattice of a route and its constraints.

    Parameters
    ----------
    lateral : places of the balloon's middle from the mid-plane, on the side of entry, shares of the body's width
    height : between the endplates, 0 inferior to 1 superior
    forward : share of the body's depth from the anterior wall
    up, out : offsets of the line at the isthmus, up and outward, in radii of the pedicle
    preferred : lateral, height, forward place taken where room is equal
    beside : the line passes beside the pedicle, and the bone begins at the body's wall
    canal : least distance of the cannula's surface from the canal, mm
    medial, caudal : least and largest angle, degrees, towards the midline and downward on the way forward
    tip : largest distance of the balloon's far end from the mid-plane, share of the width
    """

    lateral: tuple[float, ...]
    height: tuple[float, ...]
    forward: tuple[float, ...]
    up: tuple[float, ...]
    out: tuple[float, ...]
    preferred: tuple[float, float, float]
    beside: bool = False
    canal: float = 0.0
    medial: tuple[float, float] = (-10.0, 45.0)
    caudal: tuple[float, float] = (-35.0, 45.0)
    tip: float = np.inf


HEIGHT = (0.30, 0.38, 0.46, 0.54, 0.62)
ASIDE = (-0.2, 0.0, 0.2)

ROUTES: dict[Route, RouteRules] = {
    "transpedicular": RouteRules(
        lateral=(0.12, 0.16, 0.20, 0.24, 0.28, 0.32),
        height=HEIGHT,
        forward=(0.28, 0.34, 0.40, 0.46),
        up=(-0.35, 0.0, 0.35),
        out=ASIDE,
        preferred=(0.24, 0.46, 0.34),
    ),
    "unipedicular": RouteRules(
        lateral=(-0.05, 0.0, 0.04, 0.08, 0.12),
        height=HEIGHT,
        forward=(0.24, 0.28, 0.34, 0.40, 0.46),
        up=(-0.35, 0.0, 0.35),
        out=(-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
        preferred=(0.04, 0.46, 0.36),
        medial=(5.0, 50.0),
        tip=0.10,
    ),
    "extrapedicular": RouteRules(
        lateral=(0.02, 0.06, 0.10, 0.14, 0.18, 0.22, 0.26, 0.30),
        height=HEIGHT,
        forward=(0.28, 0.34, 0.40, 0.46),
        up=(-0.35, 0.0, 0.35, 0.7),
        out=(*ASIDE, 0.5),
        preferred=(0.18, 0.46, 0.34),
        beside=True,
        canal=4.0,
        medial=(5.0, 60.0),
    ),
}
