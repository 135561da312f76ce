# SPDX-License-Identifier: BSD-3-Clause
"""A cavity in a ball at large strain, its nodes moved radially step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import FINITE, SolidItem
from vertaug.solid.item import Item
from vertaug.verification.facets import nodal_normals
from vertaug.verification.meshes import Body
from vertaug.verification.solids import bed_around, nodal_forces, symmetry, work_pressure
from vertaug.verification.stepping import equilibrium

__all__ = ["Grown", "expand", "expand_slice", "steps"]

Float = NDArray[np.float64]
_REPEATS, _STANDS = 6, 1e-3
"""Times at most that a step is repeated with the strengths of its end, until they stand to that share."""


class Harden(Protocol):
    """Strengths of a law that does not harden by itself; parameters are rows of points (m, w)."""

    def now(self, item: SolidItem, points: Float) -> Float:
        """Parameters of a step by where it ends."""
        ...

    def following(self, item: SolidItem, points: Float) -> Float:
        """Parameters to begin the next step with; the step is over."""
        ...


@dataclass(frozen=True)
class Grown:
    """One converged step: its `stretch`, the `item` it took and the `points` it reached."""

    body: Body
    stretch: float
    item: SolidItem
    points: Float

    @property
    def pressure(self) -> float:
        """Pressure in the cavity, MPa."""
        return work_pressure(self.body, self.item, self.points, FINITE)


def steps(wanted: Sequence[float], growth: float) -> list[float]:
    """Stretches from 1 through all wanted ones, each at most ``growth`` above the one before.

    The first steps are shorter, since yield comes early.
    """
    path, start = [], 1.0
    for target in wanted:
        first = 0.005 if start == 1.0 else growth
        while start * (1.0 + first) < target:
            start *= 1.0 + first
            path.append(start)
            first = min(growth, 1.5 * first)
        start = target
        path.append(target)
    return path


def expand(
    body: Body,
    item: SolidItem,
    stretches: Sequence[float],
    medium: float | None = None,
    harden: Harden | None = None,
    tolerance: float = 1e-7,
) -> Iterator[Grown]:
    """Grow the cavity `inner` through rising stretches.

    ``medium`` is the shear modulus of the infinite elastic body around, whose stiffness per area
    is 4 G / b; without it the outside is free. With ``harden`` a step is repeated with the
    strengths of its end until they stand.
    """
    inner = body.nodes("inner")
    rest = float(np.linalg.norm(body.points[inner[0]]))
    around: list[Item] = []
    if medium is not None:
        outer = float(np.linalg.norm(body.points, axis=1).max())
        around.append(bed_around(body, "outer", 4.0 * medium / outer))
    fixed = symmetry(body)
    fixed[inner] = True
    points = body.points.copy()
    for stretch in stretches:
        radius = np.linalg.norm(points, axis=1, keepdims=True)
        growth = (stretch * rest) ** 3 - float(radius[inner[0], 0]) ** 3
        trial = points * np.cbrt(radius**3 + growth) / radius
        trial[inner] = body.points[inner] * stretch
        points = equilibrium(trial, [item, *around], fixed, tolerance, body.points).points
        if harden is not None:
            item, points = _corrected(item, points, harden, around, fixed, tolerance)
        yield Grown(body, float(stretch), item, points)
        item = item.after(points, None if harden is None else harden.following(item, points))


def _corrected(
    item: SolidItem,
    points: Float,
    harden: Harden,
    around: list[Item],
    fixed: NDArray[np.bool_],
    tolerance: float,
) -> tuple[SolidItem, Float]:
    """Item and points of a step whose strengths are those of its end."""
    for _ in range(_REPEATS):
        rows = harden.now(item, points)
        if np.allclose(rows, item.parameters, rtol=_STANDS, atol=0.0):
            break
        item = replace(item, parameters=rows)
        points = equilibrium(points, [item, *around], fixed, tolerance).points
    return item, points


def expand_slice(
    body: Body,
    item: SolidItem,
    stretches: Sequence[float],
    medium: float | None = None,
    tolerance: float = 1e-7,
) -> Iterator[tuple[float, float]]:
    """Grow the hole `x0` of a slice in plane strain; each stretch with its pressure, MPa.

    ``medium`` is the shear modulus of the infinite elastic body around the face `x1`, whose
    stiffness per area is 2 G / b; without it that face is free.
    """
    inner = body.nodes("x0")
    rest = float(np.hypot(*body.points[inner[0], :2]))
    around: list[Item] = []
    if medium is not None:
        outer = float(np.hypot(body.points[:, 0], body.points[:, 1]).max())
        around.append(bed_around(body, "x1", 2.0 * medium / outer))
    fixed = symmetry(body)
    fixed[:, 2] = True
    fixed[inner] = True
    points = body.points.copy()
    for stretch in stretches:
        radius = np.hypot(points[:, 0], points[:, 1])[:, None]
        growth = (stretch * rest) ** 2 - float(radius[inner[0], 0]) ** 2
        trial = points.copy()
        trial[:, :2] *= np.sqrt(radius**2 + growth) / radius
        trial[inner, :2] = body.points[inner, :2] * stretch
        points = equilibrium(trial, [item, *around], fixed, tolerance, body.points).points
        force = nodal_forces(item, points)[inner, :2]
        flux = -(nodal_normals(points, body.facets["x0"])[:, :2] * points[:, :2]).sum()
        yield float(stretch), float((force * points[inner, :2]).sum() / flux)
        item = item.after(points)
