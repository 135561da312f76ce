# SPDX-License-Identifier: BSD-3-Clause
"""Cement that has set: cells of cement alone, and cement in the pores that carries beside the bone.

In the pores cement is an item of its own on the cells of the bone, with a history that begins without stress at the
shape in which it set; bone keeps its stress and goes on by its own law. What cement adds to the bone is the modulus
of the mixture (Hill 1965, of bone as it is and cement as cured, with the share of the pores that is filled) less that
of the bone. A filled cell is so taken to be as stiff as cement: its trabeculae are stiffer, but hardly bonded to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.bogetti_gillespie_1992 import cured_share
from vertaug.materials.hill_1965 import self_consistent
from vertaug.materials.lewis_1997 import CODE, BoneCement
from vertaug.solid.cells import SolidItem
from vertaug.solid.material_map import Around, BoneCells, CellLaw, MaterialMap
from vertaug.solid.model import SolidModel
from vertaug.state import CEMENT, BoneHistory, CementHistory, State
from vertaug_kernels.laws import FABRIC_CLOSING, FIRST_COLUMN, PARAMETERS

__all__ = [
    "CementCells",
    "cement_after",
    "cement_items",
    "cement_laws",
    "cement_stress",
    "set_cement",
    "shrunk",
]

Float = NDArray[np.float64]

_LEAST = 0.01
"""Filling of the pores from which cement carries."""


@dataclass(frozen=True, eq=False)
class CementCells:
    """Law of the cells of cement alone: `parameters` (m, w) MPa, one row a cell in rising order."""

    parameters: Float
    code: int = CODE

    def rows(self, history: BoneHistory, around: Around) -> Float:
        """Rows (m, w), which nothing changes."""
        return self.parameters

    def damaged(self, history: BoneHistory, plastic: Float) -> Float:
        """Damage (m,) as it was: there is none."""
        return history.damage

    def stiffness_left(self, damage: Float) -> Float:
        """All of it, (m,)."""
        return np.ones_like(damage)


def cement_laws(state: State) -> dict[str, CellLaw]:
    """Law of the cement's region for a `MaterialMap`; none where no cell holds cement alone."""
    if state.cement is None or not len(state.cement.alone):
        return {}
    return {CEMENT: CementCells(state.cement.alone)}


def cement_items(state: State) -> list[SolidItem]:
    """Cement in the pores as an item that starts a step from ``state``; none where there is no such cement."""
    cement = state.cement
    if cement is None or not len(cement.cells):
        return []
    law = np.full(len(cement.cells), CODE, dtype=np.int32)
    return [
        SolidItem.start(
            state.mesh.points, np.ascontiguousarray(state.mesh.cells[cement.cells]), cement.volume,
            cement.metric, cement.ratio, law, cement.parameters, kappa=cement.plastic,
        )
    ]  # fmt: skip


def cement_after(cement: CementHistory, left: SolidItem) -> CementHistory:
    """History after a step that left the item ``left``."""
    return replace(cement, metric=left.metric, ratio=left.ratio, plastic=left.kappa)


def cement_stress(state: State) -> Float:
    """Cauchy stress (n_cells, 3, 3) MPa that cement in the pores adds to that of the bone."""
    out = np.zeros((state.mesh.n_cells, 3, 3))
    if state.cement is not None:
        for item in cement_items(state):
            out[state.cement.cells] = item.history(state.mesh.points).stress
    return out


def set_cement(
    state: State, model: SolidModel, fraction: Float, filling: Float, cure: Float,
    material: BoneCement | None = None,
) -> State:  # fmt: skip
    """Let cement set without stress in the shape of a state.

    Parameters
    ----------
    state : cells of the region `CEMENT` are cement alone
    model : its bone is what cement in the pores is mixed with
    fraction : (n_cells,) volume of cement over that of the cell
    filling : (n_cells,) share of the pores that is filled, 0 to 1
    cure : (n_cells,) degree of cure, 0 to 1
    material : cured cement

    Raises
    ------
    InputError
        Cement has set before, or lies in the pores of a region whose law is not isotropic.
    """
    if state.cement is not None:
        raise InputError(
            "solid", "cement", "cement that has set before", "a state without set cement",
            "let all cement set at once", "E-SOLID-041",
        )  # fmt: skip
    cement = material or BoneCement()
    alone = state.mesh.cells_of(CEMENT)
    share = np.where(filling > _LEAST, np.clip(filling, 0.0, 1.0), 0.0)
    share[alone] = 0.0
    cells = np.flatnonzero(share > 0.0).astype(np.int32)
    bulk, shear = _bone_moduli(state, model, cells)
    cured = cured_share(cure[cells])
    k, g = (cured * modulus for modulus in cement.moduli)
    mixed_bulk, mixed_shear = self_consistent(bulk, shear, k, g, share[cells])
    stiffer = (mixed_bulk > bulk) & (mixed_shear > shear)
    cells = cells[stiffer]
    rows = cement.rows_of((mixed_bulk - bulk)[stiffer], (mixed_shear - shear)[stiffer])
    n = len(cells)
    history = CementHistory(
        fraction=fraction, filling=filling, cure=np.where(fraction > 0.0, cure, 0.0),
        alone=cement.rows(cure[alone]), cells=cells, volume=state.mesh.volumes()[cells], ratio=np.ones(n),
        metric=np.tile(np.eye(3), (n, 1, 1)), plastic=np.zeros(n), parameters=rows,
    )  # fmt: skip
    return replace(state, cement=history)


def _bone_moduli(state: State, model: SolidModel, cells: NDArray[np.int32]) -> tuple[Float, Float]:
    """Bulk and shear modulus (k,) MPa of what has cement in its pores; their mean over the axes where it has any."""
    laws = MaterialMap(BoneCells(model.law), model.regions)
    around = Around(state.bone.damage, state.bone.opened)
    codes, rows = laws.rows(state.mesh, state.bone, around)
    odd = [
        code for code in np.unique(codes[cells]) if PARAMETERS[int(code)][:2] != ("bulk", "shear")
    ]
    if odd:
        region = state.mesh.cell_region[cells[np.isin(codes[cells], odd)][0]]
        raise InputError(
            "solid", f"regions.{state.mesh.region_names[region]}", "cement in the pores of a law of its own kind",
            "a law with one bulk and one shear modulus", "give the region an isotropic law", "E-SOLID-042",
        )  # fmt: skip
    bulk, shear = rows[cells, FIRST_COLUMN], rows[cells, FIRST_COLUMN + 1]
    along = codes[cells] == FABRIC_CLOSING
    scale = rows[cells[along], -3:].prod(axis=1) ** (4.0 / 3.0)
    bulk[along] *= scale
    shear[along] *= scale
    return bulk, shear


def shrunk(state: State, share: float) -> State:
    """Return ``state`` with cement that wants to lose ``share`` of its volume but has not moved yet.

    An even eigenstrain: all cement is stretched against its new natural size, the next step finds equilibrium.

    Raises
    ------
    InputError
        No cement has set, or a share outside 0 to below 0.2.
    """
    if state.cement is None or not 0.0 <= share < 0.2:
        raise InputError(
            "solid", "shrinkage", f"{share:g} of {'no' if state.cement is None else 'the'} cement",
            "set cement, and 0 to below 0.2", "let cement set first; it shrinks by some per cent", "E-SOLID-043",
        )  # fmt: skip
    stretch = (1.0 - share) ** (-2.0 / 3.0)
    alone = state.mesh.cells_of(CEMENT)
    metric = state.bone.metric.copy()
    metric[alone] *= stretch
    return replace(
        state,
        bone=replace(state.bone, metric=metric),
        cement=replace(state.cement, metric=stretch * state.cement.metric),
    )
