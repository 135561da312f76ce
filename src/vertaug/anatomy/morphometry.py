# SPDX-License-Identifier: BSD-3-Clause
"""Mean dimensions of thoracic and lumbar vertebrae by level, each with its mark and source.

The numbers lie in ``morphometry.csv`` beside this file. Its rows ``unit``, ``mark`` and ``source``
say of each column what it is in, how sure it is (`found` in a text that was read, `recalled` from
memory of a paper, `derived` from other numbers) and where it is from.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files

from vertaug.errors import InputError

__all__ = ["Dimensions", "levels", "mean_dimensions", "provenance"]

WAIST = 0.87
"""Width at mid-height over endplate width, 0.85 to 0.90 (recalled)."""
CONCAVITY = (0.035, 0.050)
"""Depth of the superior and inferior endplate bowl over its width (recalled, low certainty)."""


@dataclass(frozen=True)
class Dimensions:
    """What a parametric vertebra is built from; lengths in mm, angles in degrees.

    `anterior_height` and `posterior_height` are of the endplates' rims in the mid-sagittal plane,
    `waist` is the width at mid-height over that of the endplates, `superior_concavity` and
    `inferior_concavity` are the depths of the endplates' bowls. `pedicle_width` and
    `pedicle_height` are outer diameters at the isthmus; the pedicle's axis, followed forward, turns
    to the midline by `pedicle_medial_angle` and down by `pedicle_caudal_angle`. The spinous
    process reaches `spinous_length` behind the canal and falls by `spinous_angle`.
    """

    superior_width: float
    superior_depth: float
    inferior_width: float
    inferior_depth: float
    anterior_height: float
    posterior_height: float
    waist: float
    superior_concavity: float
    inferior_concavity: float
    pedicle_width: float
    pedicle_height: float
    pedicle_medial_angle: float
    pedicle_caudal_angle: float
    canal_width: float
    canal_depth: float
    transverse_span: float
    spinous_length: float
    spinous_angle: float

    def scaled(self, factor: float) -> Dimensions:
        """Return all lengths times ``factor``; angles and ratios stay."""
        kept = {"waist", "pedicle_medial_angle", "pedicle_caudal_angle", "spinous_angle"}
        lengths = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in kept}
        return replace(self, **{name: factor * value for name, value in lengths.items()})


@cache
def _table() -> dict[str, dict[str, str]]:
    text = files("vertaug.anatomy").joinpath("morphometry.csv").read_text(encoding="utf-8")
    return {row.pop("level"): row for row in csv.DictReader(text.splitlines())}


def levels() -> tuple[str, ...]:
    """Levels in the table, from the top down."""
    return tuple(name for name in _table() if name not in {"unit", "mark", "source"})


def provenance() -> dict[str, tuple[str, str]]:
    """Mark and source of each column of the table."""
    rows = _table()
    return {column: (rows["mark"][column], rows["source"][column]) for column in rows["unit"]}


def mean_dimensions(level: str) -> Dimensions:
    """Mean adult dimensions of a level, ``T4`` to ``L5``.

    Raises
    ------
    InputError
        E-ANAT-001, the table does not hold the level.
    """
    if level not in levels():
        raise InputError(
            where="plan",
            field="anatomy.level",
            found=repr(level),
            expected="one of " + ", ".join(levels()),
            fix="name one of these levels",
            code="E-ANAT-001",
        )
    row = {name: float(value) for name, value in _table()[level].items()}
    ratio = row.pop("height_ratio")
    return Dimensions(
        **row,
        anterior_height=ratio * row["posterior_height"],
        waist=WAIST,
        superior_concavity=CONCAVITY[0] * row["superior_width"],
        inferior_concavity=CONCAVITY[1] * row["inferior_width"],
    )
