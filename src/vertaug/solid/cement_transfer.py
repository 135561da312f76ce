# SPDX-License-Identifier: BSD-3-Clause
"""Set cement on a new mesh of the same body."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh
from vertaug.state import CEMENT, CementHistory

__all__ = ["transferred"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def transferred(cement: CementHistory, old: Mesh, new: Mesh, source: Int) -> CementHistory:
    """History of cement on new cells from their old cells ``source`` (n,); its volume in pores is kept.

    Old and new cells of cement alone are each other's sources only.
    """
    alone_old, alone_new = old.cells_of(CEMENT), new.cells_of(CEMENT)
    row = _places(old.n_cells, alone_old)
    held = _places(old.n_cells, cement.cells)
    bone = np.ones(new.n_cells, dtype=np.bool_)
    bone[alone_new] = False
    cells = np.flatnonzero(bone & (held[source] >= 0)).astype(np.int32)
    before = held[source[cells]]
    ratio = cement.ratio[before]
    fraction, filling = cement.fraction[source], cement.filling[source]
    scale = _kept(cement, old, new, fraction, bone)
    return CementHistory(
        fraction=np.where(bone, fraction * scale, fraction),
        filling=np.where(bone, np.minimum(filling * scale, 1.0), filling),
        cure=cement.cure[source],
        alone=np.ascontiguousarray(cement.alone[row[source[alone_new]]]),
        cells=cells,
        volume=new.volumes()[cells] / ratio,
        ratio=ratio,
        metric=np.ascontiguousarray(cement.metric[before]),
        plastic=cement.plastic[before],
        parameters=np.ascontiguousarray(cement.parameters[before]),
    )


def _places(n: int, chosen: NDArray[np.integer]) -> Int:
    """Place (n,) of each cell among ``chosen``, -1 where it is none of them."""
    place = np.full(n, -1, dtype=np.int32)
    place[chosen] = np.arange(len(chosen), dtype=np.int32)
    return place


def _kept(
    cement: CementHistory, old: Mesh, new: Mesh, fraction: Float, bone: NDArray[np.bool_]
) -> float:
    """Factor that gives cement in pores the volume it had."""
    pores = np.ones(old.n_cells, dtype=np.bool_)
    pores[old.cells_of(CEMENT)] = False
    wanted = float(cement.fraction[pores] @ old.volumes()[pores])
    found = float(fraction[bone] @ new.volumes()[bone])
    return wanted / found if found > 0.0 else 1.0
