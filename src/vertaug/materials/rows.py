# SPDX-License-Identifier: BSD-3-Clause
"""Parameter rows of the kernels' laws from named columns, and checks of physical constants."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug_kernels import laws

__all__ = [
    "LOCK_CARD", "NO_LOCK", "Locking", "Material", "bulk_and_shear", "law_row", "require", "require_positive",
    "stack_rows",
]  # fmt: skip

Float = NDArray[np.float64]

LOCK_CARD = (
    Parameter("J_l", 0.2, "1", 0.0, 0.7, "volume ratio of fully compacted tissue, 0 for none",
              "twice BV/TV = 0.1: random packing", "assumed"),
    Parameter("K_l", 50.0, "MPa", 0.0, 500.0, "stiffness of locked tissue", "numerical barrier", "assumed"),
)  # fmt: skip


def require(law: str, field: str, value: float, fits: bool, expected: str) -> None:
    """Refuse a constant that is not finite or does not fit.

    Raises
    ------
    InputError
        Naming law and field, what was found and what is expected.
    """
    if not (fits and math.isfinite(value)):
        raise InputError(
            "material", f"{law}.{field}", f"{value:g}", expected, f"give {field} in that range",
            "E-MATERIAL-001",
        )  # fmt: skip


def require_positive(law: str, **values: float) -> None:
    """Refuse constants that are not finite and positive."""
    for field, value in values.items():
        require(law, field, value, value > 0.0, "a positive number")


@dataclass(frozen=True)
class Locking:
    """Barrier of compacted tissue ½ K_l ln²(J/J_l) for J < J_l, a term every law can carry."""

    ratio: float = LOCK_CARD[0].value
    bulk: float = LOCK_CARD[1].value

    def __post_init__(self) -> None:
        require("locking", "ratio", self.ratio, 0.0 <= self.ratio < 1.0, "0 to below 1")
        require("locking", "bulk", self.bulk, self.bulk >= 0.0, "0 MPa or more")


NO_LOCK = Locking(0.0, 0.0)


class Material(Protocol):
    """What every law's dataclass can do."""

    def row(self, lock: Locking = NO_LOCK) -> Float:
        """Row of parameters for the kernels, MPa."""
        ...


def bulk_and_shear(law: str, young: float, poisson: float) -> dict[str, float]:
    """Columns `bulk` and `shear`, MPa, of Young's modulus and Poisson's ratio."""
    require_positive(law, young=young)
    require(
        law,
        "poisson",
        poisson,
        -1.0 < poisson < 0.5,
        "-1 to below 0.5 (nearly incompressible: 0.4999)",
    )
    return {
        "bulk": young / (3.0 * (1.0 - 2.0 * poisson)),
        "shear": young / (2.0 * (1.0 + poisson)),
    }  # fmt: skip


def law_row(code: int, lock: Locking, columns: dict[str, float]) -> Float:
    """Row (2 + number of parameters,) of law ``code``; ``columns`` names every one."""
    names = laws.PARAMETERS[code]
    if set(columns) != set(names):
        raise KeyError(f"law {code}: {sorted(set(names) ^ set(columns))}")
    return np.array([lock.ratio, lock.bulk, *(columns[name] for name in names)])


def stack_rows(rows: list[Float]) -> Float:
    """Rows of different laws as one array (n, widest), zeros behind the shorter ones."""
    out = np.zeros((len(rows), max((len(row) for row in rows), default=0)))
    for line, row in zip(out, rows, strict=True):
        line[: len(row)] = row
    return out
