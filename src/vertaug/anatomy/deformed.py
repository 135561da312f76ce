# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra as it stands after it has deformed: distance and landmarks are found anew on its surface."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Vertebra
from vertaug.anatomy.landmarks import find_landmarks
from vertaug.mesh import distance_from_surface

__all__ = ["as_it_stands"]

Float = NDArray[np.float64]


def as_it_stands(
    vertebra: Vertebra, points: Float, facets: NDArray[np.int32], spacing: float = 0.8
) -> Vertebra:
    """Return ``vertebra`` with the distance and landmarks of its deformed surface, to plan ways into it.

    Parameters
    ----------
    vertebra : as it was first
    points, facets : (n, 3) mm and (m, 3), closed surface in the vertebral frame, normals out
    spacing : grid of the distance, mm

    Raises
    ------
    InputError : no body is found where it was
    """
    used, flat = np.unique(facets, return_inverse=True)
    triangles = flat.reshape(facets.shape).astype(np.int32)
    distance = distance_from_surface(points[used], triangles, spacing)
    return replace(
        vertebra, distance=distance, landmarks=find_landmarks(distance, vertebra.name), regions=()
    )
