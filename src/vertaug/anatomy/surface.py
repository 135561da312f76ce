# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra from a closed triangle surface."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Frame, Vertebra
from vertaug.anatomy.assemble import assemble_vertebra
from vertaug.anatomy.density import ConstantField
from vertaug.anatomy.frame import find_frame
from vertaug.anatomy.orientation import Axes, frame_guess, to_lps
from vertaug.mesh.read import read_surface
from vertaug.mesh.surface_distance import distance_from_surface

__all__ = ["frame_of_surface", "surface_vertebra"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
SEARCH_SPACING = 1.2
SPACING = 0.7


def surface_vertebra(
    path: str | Path,
    *,
    units: str = "mm",
    axes: Axes = "auto",
    density: float = 75.0,
    name: str = "L1",
    spacing: float = SPACING,
    mobility: float | None = None,
) -> Vertebra:
    """Vertebra of a closed surface, with one density.

    Parameters
    ----------
    path : STL, OBJ, PLY, VTP or another format of triangles
    units : unit of the file's coordinates
    axes : ``auto`` finds the directions from canal, arch and symmetry; letters such as ``LPS`` say
        where the file's axes point to, roughly (45 degrees); rows (3, 3) are taken as they are
    density : mineral density, mg/cm³ K2HPO4-equivalent
    name : level
    spacing : step of the signed distance, mm
    mobility : of a fracture that is found, 0 healed to 1 loose; None: assumed, with a warning

    Raises
    ------
    InputError
        The file cannot be used, or its shape does not tell its directions.
    """
    surface = read_surface(path, units)
    turn = to_lps(axes, str(path))
    points = surface.points @ turn.T
    triangles = surface.triangles if np.linalg.det(turn) > 0 else surface.triangles[:, ::-1]
    triangles = np.ascontiguousarray(triangles)
    frame = frame_of_surface(points, triangles, axes, str(path))
    distance = distance_from_surface(frame.to_vertebral(points), triangles, spacing)
    return assemble_vertebra(
        name,
        distance,
        frame,
        ConstantField(density),
        warnings=(*_auto_note(axes), "one density holds in the whole bone"),
        where=str(path),
        mobility=mobility,
    )


def frame_of_surface(points: Float, triangles: Int, axes: Axes, where: str) -> Frame:
    """Vertebral frame of a closed surface, points (n, 3) in mm."""
    hint, exact = frame_guess(axes, where)
    coarse = distance_from_surface(points, triangles, SEARCH_SPACING)
    return find_frame(coarse, hint, exact, where=where)


def _auto_note(axes: Axes) -> tuple[str, ...]:
    if isinstance(axes, str) and axes == "auto":
        return ("directions were found from the shape, which cannot tell a mirrored file",)
    return ()
