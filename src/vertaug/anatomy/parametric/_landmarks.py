# SPDX-License-Identifier: BSD-3-Clause
"""Landmarks of a parametric vertebra from its closed form, without searching the surface."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Endplate, Landmarks, PedicleAxis

if TYPE_CHECKING:
    from vertaug.anatomy.parametric._vertebra import ParametricVertebra

__all__ = ["find_truth"]

Float = NDArray[np.float64]


def find_truth(vertebra: ParametricVertebra) -> Landmarks:
    """Landmarks of ``vertebra`` in its vertebral frame, mm; endplates are least-squares planes."""
    body = vertebra.body
    front, back = body.walls(np.zeros(1))
    canal = vertebra.arch.canal.copy()
    canal[2] = 0.0
    return Landmarks(
        superior=_plane(vertebra, 1.0),
        inferior=_plane(vertebra, -1.0),
        anterior_wall=float(front[0]),
        posterior_wall=float(back[0]),
        width=body.width,
        depth=body.depth,
        canal=canal,
        pedicle_left=_pedicle(vertebra, 1.0),
        pedicle_right=_pedicle(vertebra, -1.0),
    )


def _plane(vertebra: ParametricVertebra, side: float) -> Endplate:
    """Plane through the endplate inside its rim, its normal out of the body."""
    body = vertebra.body
    x, y = np.meshgrid(
        np.linspace(-0.5, 0.5, 41) * body.width, np.linspace(-0.5, 0.5, 41) * body.depth
    )
    flat = np.column_stack([x.ravel(), y.ravel(), np.zeros(x.size)])
    flat[:, 2] = 0.5 * side * body.rim_height(flat[:, 1])
    flat = flat[body.radius(flat) < 0.85]
    flat[:, 2] = body.superior(flat) if side > 0.0 else body.inferior(flat)
    points = vertebra.present(flat)
    centre = points.mean(axis=0)
    normal = np.linalg.svd(points - centre, full_matrices=False)[2][2]
    return Endplate(centre, normal * side * np.sign(normal[2]))


def _pedicle(vertebra: ParametricVertebra, side: float) -> PedicleAxis:
    arch, size = vertebra.arch, vertebra.size
    mirror = np.array([side, 1.0, 1.0])
    isthmus = vertebra.present((arch.isthmus * mirror)[None])[0]
    direction = arch.direction * mirror
    return PedicleAxis(
        entry=_exit(vertebra, isthmus, -direction),
        isthmus=isthmus,
        direction=direction,
        radius=0.5 * min(size.pedicle_width, size.pedicle_height),
    )


def _exit(vertebra: ParametricVertebra, start: Float, direction: Float) -> Float:
    """First point (3,) where the ray leaves the bone."""
    steps = np.arange(0.0, 60.0, 0.1)
    values = vertebra.level_set(start + steps[:, None] * direction)
    index = int(np.argmax(values > 0.0))
    share = values[index - 1] / (values[index - 1] - values[index])
    return np.asarray(start + (steps[index - 1] + 0.1 * share) * direction)
