# SPDX-License-Identifier: BSD-3-Clause
"""How balloons lift: force, area and stress of the upward half of their walls on the bone above.

A balloon's pressure acts on all of its wall; upwards it lifts with the pressure times the area seen from above. What
the wall's own tension takes of that is not subtracted: it is what an experiment reads off a gauge and an image.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.surface import facet_areas, facet_normals

__all__ = ["Lift", "all_lift", "lift"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Lift:
    """Upward `force` N on the `area` mm² of bone above a balloon."""

    force: float
    area: float

    @property
    def stress(self) -> float:
        """Force over area, MPa; 0 without area."""
        return self.force / self.area if self.area > 0.0 else 0.0


def lift(points: Float, facets: Int, pressure: float) -> Lift:
    """Lift of one balloon at a ``pressure`` MPa.

    ``facets`` (m, 3) are those of its cavity, whose normals point out of the bone, into the balloon: bone above it
    has normals that point down.
    """
    area, normal = facet_areas(points, facets), facet_normals(points, facets)
    above = normal[:, 2] < 0.0
    return Lift(-pressure * float(area[above] @ normal[above, 2]), float(area[above].sum()))


def all_lift(lifts: Iterable[Lift]) -> Lift:
    """Lift of several balloons together."""
    forces, areas = zip(*((one.force, one.area) for one in lifts), strict=True)
    return Lift(sum(forces), sum(areas))
