# SPDX-License-Identifier: BSD-3-Clause
"""Directions of a file's coordinates, by their letters."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["frame_guess", "to_lps"]

Float = NDArray[np.float64]
Axes = str | Float
"""``auto``, three letters such as ``LPS``, or (3, 3) rows: left, posterior, superior."""

SIGNS = {
    "L": (0, 1.0),
    "R": (0, -1.0),
    "P": (1, 1.0),
    "A": (1, -1.0),
    "S": (2, 1.0),
    "I": (2, -1.0),
}


def to_lps(axes: Axes, where: str) -> Float:
    """Matrix (3, 3) that turns file coordinates into patient LPS; unity for ``auto`` and rows.

    Raises
    ------
    InputError
        Letters that do not name left-right, front-back and up-down once each.
    """
    if not isinstance(axes, str) or axes == "auto":
        return np.eye(3)
    letters = axes.upper()
    matrix = np.zeros((3, 3))
    for column, letter in enumerate(letters[:3]):
        if letter in SIGNS:
            row, sign = SIGNS[letter]
            matrix[row, column] = sign
    if len(letters) != 3 or abs(np.linalg.det(matrix)) != 1.0:
        raise InputError(
            where, "anatomy.axes", repr(axes), "auto, LPS, RAS or another order of these letters",
            "name where the file's x, y and z point to", "E-SHAPE-004",
        )  # fmt: skip
    return matrix


def frame_guess(axes: Axes, where: str) -> tuple[Float | None, Float | None]:
    """Hint and exact axes that `find_frame` gets: one of them, or neither for ``auto``."""
    if isinstance(axes, str):
        return (None, None) if axes == "auto" else (np.eye(3), None)
    rows = np.asarray(axes, dtype=np.float64)
    if rows.shape != (3, 3) or not np.linalg.det(rows) > 0.5:
        raise InputError(
            where, "anatomy.axes", f"shape {rows.shape}, not right-handed unit rows",
            "three rows: left, posterior, superior", "give right-handed axes of length 1",
            "E-SHAPE-005",
        )  # fmt: skip
    return None, rows
