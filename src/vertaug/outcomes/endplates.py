# SPDX-License-Identifier: BSD-3-Clause
"""Where the endplates of a body stand: their distance along the axis and their slopes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh
from vertaug.solid.model import ENDPLATES
from vertaug.solid.support import nodal_areas

__all__ = ["endplate_distance", "endplate_slopes"]

Float = NDArray[np.float64]


def _planes(mesh: Mesh) -> Float:
    """Planes z = a + b x + c y (2, 3) of the upper and the lower endplate, by least squares over their area."""
    planes = []
    for name in ENDPLATES:
        nodes, area = nodal_areas(mesh.points, mesh.facets[mesh.facets_of(name)])
        x, y, z = mesh.points[nodes].T
        weight = np.sqrt(area)
        columns = np.stack([np.ones_like(x), x, y], axis=1) * weight[:, None]
        planes.append(np.linalg.lstsq(columns, z * weight, rcond=None)[0])
    return np.array(planes)


def endplate_distance(mesh: Mesh) -> float:
    """Mean height (mm) of the upper endplate over the lower one, each weighted by its area."""
    height = []
    for name in ENDPLATES:
        nodes, area = nodal_areas(mesh.points, mesh.facets[mesh.facets_of(name)])
        height.append(float(area @ mesh.points[nodes, 2] / area.sum()))
    return height[0] - height[1]


def endplate_slopes(mesh: Mesh) -> tuple[float, float]:
    """Angles (degrees) of the upper endplate against the lower one: bent forwards, bent to the left."""
    slopes = np.degrees(np.arctan(_planes(mesh)[:, 1:]))
    left, forwards = slopes[0] - slopes[1]
    return float(forwards), -float(left)
