# SPDX-License-Identifier: BSD-3-Clause
"""What a load does to an endplate: membrane stress, bulge against its rim, and pressure of the disc on it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.surface import facet_areas
from vertaug.solid.shell import ShellItem
from vertaug.state import State

__all__ = [
    "EndplateLoad",
    "bulge",
    "endplate_load",
    "facet_keys",
    "membrane_stress",
    "shell_stress",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_MOST = 0.95
"""Share of the area below whose stress the highest one is read: single facets at the rim are left out."""


@dataclass(frozen=True)
class EndplateLoad:
    """Von Mises membrane stress, MPa: mean and that which 95 % of the area stay below; bulge into the body, mm."""

    mean_MPa: float
    high_MPa: float
    bulge_mm: float

    def to_dict(self) -> dict[str, float]:
        """As in ``summary.json``."""
        return asdict(self)


def membrane_stress(principal: Float) -> Float:
    """Von Mises stress (m,) of plane ``principal`` stresses (m, 2)."""
    a, b = principal.T
    return np.asarray(np.sqrt(a * a - a * b + b * b))


def facet_keys(facets: Int, count: int) -> NDArray[np.int64]:
    """One number a facet (m, 3), whatever the order of its nodes."""
    first, second, third = np.sort(facets, axis=1).astype(np.int64).T
    return np.asarray((first * count + second) * count + third)


def _rim(facets: Int) -> Int:
    """Nodes on the edges that one of the ``facets`` (m, 3) alone has."""
    edges = np.sort(facets[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    found, times = np.unique(edges, axis=0, return_counts=True)
    return np.unique(found[times == 1])


def _over_rim(points: Float, nodes: Int, rim: Int) -> Float:
    """Distance (k,) of ``nodes`` from the plane that fits the ``rim`` best, along its normal."""
    middle = points[rim].mean(axis=0)
    normal = np.linalg.svd(points[rim] - middle)[2][2]
    return np.asarray((points[nodes] - middle) @ (normal if normal[2] >= 0.0 else -normal))


def bulge(before: Float, after: Float, facets: Int) -> float:
    """Largest way (mm) of an endplate's ``facets`` (m, 3) along z against the plane of their rim.

    ``before``, ``after`` (n, 3) are the points without and with the load. It is negative downwards; how the
    endplate moves as a whole does not count.
    """
    nodes, rim = np.unique(facets), _rim(facets)
    way = _over_rim(after, nodes, rim) - _over_rim(before, nodes, rim)
    return float(way[np.argmax(np.abs(way))])


def endplate_load(state: State, before: Float, name: str) -> EndplateLoad:
    """Read stress and bulge of the endplate ``name``.

    Parameters
    ----------
    state : under the load
    before : (n_points, 3) points of the same mesh without it, mm
    name : of the endplate's facets; of the upper one, bulge downwards counts as positive
    """
    mesh, shell = state.mesh, state.shell
    facets = mesh.facets[mesh.facets_of(name)]
    own = np.isin(facet_keys(shell.facets, mesh.n_points), facet_keys(facets, mesh.n_points))
    item = ShellItem.start(mesh.points, shell.facets, shell.volume, shell.metric, shell.parameters)
    mean, high = shell_stress(item, own, mesh.points)
    inwards = -1.0 if name.endswith("superior") else 1.0
    return EndplateLoad(mean, high, inwards * bulge(before, mesh.points, facets))


def shell_stress(shell: ShellItem, chosen: NDArray[np.bool_], points: Float) -> tuple[float, float]:
    """Von Mises membrane stress (MPa) of the ``chosen`` facets (m,): mean, and what 95 % of the area stay below."""
    stress = membrane_stress(shell.history(points)[2][chosen])
    area = facet_areas(points, shell.facets[chosen])
    order = np.argsort(stress)
    below = np.cumsum(area[order]) / area.sum()
    return float(area @ stress / area.sum()), float(stress[order][np.searchsorted(below, _MOST)])
