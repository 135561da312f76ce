# SPDX-License-Identifier: BSD-3-Clause
"""Where a step failed: the nodes that are farthest from equilibrium, the cells nearest to inversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.cells import FINITE, SolidItem
from vertaug.solid.energy_balance import nodal_forces
from vertaug.solid.item import Item

__all__ = ["Names", "Place", "refuse_not_finite", "worst_cells", "worst_nodes"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class Names:
    """Regions by name: indices of their `nodes` and `cells`."""

    nodes: Mapping[str, Int] = field(default_factory=dict)
    cells: Mapping[str, Int] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """A node or cell and what is wrong there: N of residual, or det f."""

    kind: str
    index: int
    value: float
    regions: tuple[str, ...]

    def __str__(self) -> str:
        where = f" ({', '.join(self.regions)})" if self.regions else ""
        what = f"residual {self.value:.2g} N" if self.kind == "node" else f"det f {self.value:.2g}"
        return f"{self.kind} {self.index}{where}: {what}"


def _regions(sets: Mapping[str, Int], index: int) -> tuple[str, ...]:
    """Names of the sets that hold ``index``."""
    return tuple(name for name, members in sets.items() if index in members)


def worst_nodes(
    points: Float, items: Sequence[Item], fixed: Bool, names: Names, count: int = 3
) -> tuple[Place, ...]:
    """Return the ``count`` nodes with the largest residual at ``points`` (n_nodes, 3)."""
    residual = np.where(fixed, 0.0, nodal_forces(items, points))
    size = np.linalg.norm(residual, axis=1)
    size[~np.isfinite(size)] = np.inf
    order = np.argsort(-size, kind="stable")[:count]
    return tuple(
        Place("node", int(i), float(size[i]), _regions(names.nodes, int(i)))
        for i in order
        if size[i] > 0.0
    )


def worst_cells(
    points: Float, items: Sequence[Item], names: Names, count: int = 3
) -> tuple[Place, ...]:
    """Return the ``count`` cells of finite strain whose volume shrinks most in the step, by det f."""
    places: list[Place] = []
    for item in items:
        if not isinstance(item, SolidItem) or item.kinematics != FINITE:
            continue
        q = len(item.volume) // max(1, len(item.cells))
        local = np.repeat(points[item.cells], q, axis=0)
        det = np.linalg.det(np.einsum("rai,raj->rij", local, item.gradients))
        lowest = np.where(item.volume > 0.0, det, np.inf).reshape(-1, q).min(axis=1)
        order = np.argsort(lowest, kind="stable")[:count]
        places += [
            Place("cell", int(i), float(lowest[i]), _regions(names.cells, int(i))) for i in order
        ]
    return tuple(sorted(places, key=lambda place: place.value)[:count])


def refuse_not_finite(points: Float, items: Sequence[Item], where: str) -> None:
    """Refuse coordinates or arrays of items that hold no numbers.

    Raises
    ------
    InputError
        Says which array, where and what.
    """
    arrays = [("points", points)]
    for position, item in enumerate(items):
        if is_dataclass(item):
            arrays += [
                (f"items[{position}] {type(item).__name__}.{f.name}", getattr(item, f.name))
                for f in fields(item)
            ]
    for name, values in arrays:
        if not isinstance(values, np.ndarray | float):
            continue
        array = np.asarray(values)
        bad = np.isnan(array) if array.dtype.kind == "f" else np.zeros(0, dtype=np.bool_)
        if bad.any():
            first = tuple(int(i[0]) for i in np.nonzero(np.atleast_1d(bad)))
            raise InputError(
                where,
                name,
                f"{int(bad.sum())} values that are no numbers, the first at {list(first)}",
                "finite numbers",
                "look for a division by zero or an unset property in what made this array",
                "E-SOLID-001",
            )
