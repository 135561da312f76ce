# SPDX-License-Identifier: BSD-3-Clause
"""Which law each cell of the solid follows: bone everywhere but in the regions that name another.

Shape of the seam: a `CellLaw` is one kernel law with its rows for some cells. It is asked at the start of a step for
the rows of its cells (strengths and stiffnesses frozen there), and at the end of it for the damage they have come to.
`SolidModel.regions` maps the beginning of a region's name to its law: ``{"cement": UniformLaw(...)}`` holds for the
regions ``cement`` and ``cement_left``; the longest fitting beginning wins. What no entry names is the model's bone.
Cells of every law keep the same history (`BoneHistory`); a law that has no density or damage leaves them zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.bone import BoneLaw
from vertaug.materials.rows import Material
from vertaug.materials.wolfram_2011 import damage as damage_after
from vertaug.mesh import Mesh
from vertaug.state import BoneHistory
from vertaug_kernels.laws import FIRST_COLUMN, PARAMETERS

__all__ = ["Around", "BoneCells", "CellLaw", "MaterialMap", "UniformLaw", "part_of"]

Float = NDArray[np.float64]
Index = NDArray[np.intp]


class Around(NamedTuple):
    """History averaged over a length about each cell: `damage` (n,), and how far cracks have been `opened` (n,)."""

    damage: Float
    opened: Float

    def part(self, cells: Index) -> Around:
        """The same of some ``cells`` (k,)."""
        return Around(self.damage[cells], self.opened[cells])


class CellLaw(Protocol):
    """One law of the kernels for some of the cells."""

    @property
    def code(self) -> int:
        """The kernels' number of the law."""
        ...

    def rows(self, history: BoneHistory, around: Around) -> Float:
        """Parameter rows (k, w) of k cells, MPa; ``around`` is their history averaged over a length."""
        ...

    def damaged(self, history: BoneHistory, plastic: Float) -> Float:
        """Damage (k,) after a step from ``history`` that ends at the accumulated strain ``plastic`` (k,)."""
        ...

    def stiffness_left(self, damage: Float) -> Float:
        """Share (k,) of the sound stiffness left at ``damage`` (k,); growing damage keeps the stress."""
        ...


@dataclass(frozen=True)
class BoneCells:
    """Crushable bone whose cracks close again, whose constants follow each cell's density and damage."""

    law: BoneLaw

    @property
    def code(self) -> int:
        """The kernels' number of the law, with axes or without."""
        return self.law.code

    def rows(self, history: BoneHistory, around: Around) -> Float:
        """Rows (k, w) frozen at ``history``."""
        return self.law.parameters(
            history.density, history.ratio, history.damage, around.damage, around.opened
        )

    def damaged(self, history: BoneHistory, plastic: Float) -> Float:
        """Damage (k,), which never heals."""
        return np.maximum(history.damage, damage_after(plastic))

    def stiffness_left(self, damage: Float) -> Float:
        """Share (k,) of the sound stiffness."""
        return self.law.stiffness_left(damage)


@dataclass(frozen=True)
class UniformLaw:
    """One law with the same constants in all of its cells and no damage, such as cured cement or metal.

    `code` is the kernels' number of the law whose constants ``material`` holds.
    """

    code: int
    material: Material

    def __post_init__(self) -> None:
        found, wanted = len(self.material.row()), FIRST_COLUMN + len(PARAMETERS[self.code])
        if found != wanted:
            raise InputError(
                "solid model", "regions", f"{type(self.material).__name__} with {found} constants",
                f"{wanted} constants, those of law {self.code}", "give the code of the material's own law",
                "E-SOLID-040",
            )  # fmt: skip

    def rows(self, history: BoneHistory, around: Around) -> Float:
        """Rows (k, w), all alike."""
        return np.repeat(self.material.row()[None], len(history.volume), axis=0)

    def damaged(self, history: BoneHistory, plastic: Float) -> Float:
        """Damage (k,) as it was."""
        return history.damage

    def stiffness_left(self, damage: Float) -> Float:
        """All of it, (k,)."""
        return np.ones_like(damage)


def part_of(history: BoneHistory, cells: Index) -> BoneHistory:
    """History of some ``cells`` (k,)."""
    return BoneHistory(
        **{item.name: getattr(history, item.name)[cells] for item in fields(history)}
    )


@dataclass(frozen=True)
class MaterialMap:
    """Laws of all cells of a mesh: `default`, and those of `regions` by the beginning of their names."""

    default: CellLaw
    regions: Mapping[str, CellLaw] = field(default_factory=dict)

    def groups(self, mesh: Mesh) -> list[tuple[CellLaw, Index]]:
        """Each law with its cells in rising order; laws without cells are left out."""
        owner = np.array([self._key(name) for name in mesh.region_names], dtype=np.object_)
        keys = owner[mesh.cell_region]
        found: list[tuple[CellLaw, Index]] = [(self.default, np.flatnonzero(keys == ""))]
        found += [(law, np.flatnonzero(keys == key)) for key, law in self.regions.items()]
        return [(law, cells) for law, cells in found if len(cells)]

    def _key(self, name: str) -> str:
        """The longest key that a region's name begins with, or nothing."""
        fitting = [key for key in self.regions if name.startswith(key)]
        return max(fitting, key=len, default="")

    def rows(
        self, mesh: Mesh, history: BoneHistory, around: Around
    ) -> tuple[NDArray[np.int32], Float]:
        """Law codes (n,) and parameter rows (n, w) of all cells; shorter rows end in zeros."""
        groups = self.groups(mesh)
        if len(groups) == 1:
            law = groups[0][0]
            return np.full(mesh.n_cells, law.code, dtype=np.int32), law.rows(history, around)
        parts = [law.rows(part_of(history, cells), around.part(cells)) for law, cells in groups]
        codes = np.zeros(mesh.n_cells, dtype=np.int32)
        out = np.zeros((mesh.n_cells, max(part.shape[1] for part in parts)))
        for (law, cells), part in zip(groups, parts, strict=True):
            codes[cells] = law.code
            out[cells, : part.shape[1]] = part
        return codes, out

    def damaged(
        self, mesh: Mesh, history: BoneHistory, plastic: Float
    ) -> tuple[Float, Index, Float]:
        """Damage (n,) at a step's end, the cells (k,) where it grew, and stiffness before over after there (k,)."""
        damage, factor = history.damage.copy(), np.ones(mesh.n_cells)
        for law, cells in self.groups(mesh):
            damage[cells] = law.damaged(part_of(history, cells), plastic[cells])
            before, after = history.damage[cells], damage[cells]
            factor[cells] = law.stiffness_left(before) / law.stiffness_left(after)
        grown = np.flatnonzero(damage > history.damage + 1e-12)
        return damage, grown, factor[grown]
