# SPDX-License-Identifier: BSD-3-Clause
"""Rupture of the cortex: how much of the sound wall was drawn out further than bone bears."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.surface import facet_areas
from vertaug.solid.model import ENDPLATES, cavity_facets
from vertaug.state import State

__all__ = ["ruptured_area"]


def _among(facets: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each facet (m, 3) is one of ``others`` (k, 3), whatever its first corner."""
    count = int(max(facets.max(initial=0), others.max(initial=0))) + 1
    keys = []
    for rows in (facets, others):
        row = np.sort(rows.astype(np.int64), axis=1)
        keys.append((row[:, 0] * count + row[:, 1]) * count + row[:, 2])
    return np.isin(keys[0], keys[1])


def ruptured_area(state: State, thickness: float, limit: float) -> float:
    """Area (mm²) of the cortex that yielded in tension beyond ``limit``.

    Counted are facets of the outer surface beside the endplates that were sound when the procedure
    began, whose accumulated plastic strain exceeds ``limit`` and whose area has grown; ``thickness`` mm is
    the cortex's, from which their first area follows.
    """
    mesh, shell = state.mesh, state.shell
    ends = [mesh.facets[mesh.facets_of(name)] for name in ENDPLATES if name in mesh.facet_names]
    other = np.concatenate([*ends, *cavity_facets(mesh).values(), state.fibre.facets])
    area = facet_areas(mesh.points, shell.facets)
    torn = (shell.plastic > limit) & (area * thickness > shell.volume)
    return float(area[torn & ~_among(shell.facets, other)].sum())
