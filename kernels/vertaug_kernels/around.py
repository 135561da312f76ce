# SPDX-License-Identifier: BSD-3-Clause
"""Cells and faces around a cell of a padded grid, by flat index.

Fields carry one ghost layer and are rows (n,) here; ``sx`` and ``sy`` are the strides along x and y, that along z
is one. A face is held by its lower cell, one field an axis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import inlined_kernel

__all__ = ["Gates", "Triple", "across", "conductance", "flat", "flat_gates", "gate_at", "touched"]

Float = NDArray[np.float64]
Gate = NDArray[np.int32]
Triple = tuple[Float, Float, Float]
Gates = tuple[Gate, Gate, Gate]


@inlined_kernel
def across(cell: int, side: int, sx: int, sy: int) -> tuple[int, int]:
    """Cell across one of the six sides, and the cell that holds the face between."""
    stride = sx
    if side // 2 == 1:
        stride = sy
    elif side // 2 == 2:
        stride = 1
    if side % 2 == 1:
        return cell + stride, cell
    return cell - stride, cell - stride


@inlined_kernel
def flat(fields: Triple) -> Triple:
    """Three padded fields as rows (n,)."""
    return fields[0].reshape(-1), fields[1].reshape(-1), fields[2].reshape(-1)


@inlined_kernel
def flat_gates(gates: Gates) -> Gates:
    """The same of numbers of ways."""
    return gates[0].reshape(-1), gates[1].reshape(-1), gates[2].reshape(-1)


@inlined_kernel
def conductance(faces: Triple, side: int, face: int) -> float:
    """Value on a face: a tuple that is indexed by a variable would be copied at each look."""
    if side < 2:
        return float(faces[0][face])
    if side < 4:
        return float(faces[1][face])
    return float(faces[2][face])


@inlined_kernel
def gate_at(gates: Gates, side: int, face: int) -> int:
    """Number of the way through the cortex on a face, -1 where there is none."""
    if side < 2:
        return int(gates[0][face])
    if side < 4:
        return int(gates[1][face])
    return int(gates[2][face])


@inlined_kernel
def touched(cell: int, sx: int, sy: int, field: Float) -> bool:
    """Whether a field is other than zero in a cell or across one of its sides."""
    beside = field[cell - sx] != 0.0 or field[cell + sx] != 0.0
    beside = beside or field[cell - sy] != 0.0 or field[cell + sy] != 0.0
    return bool(beside or field[cell - 1] != 0.0 or field[cell + 1] != 0.0 or field[cell] != 0.0)
