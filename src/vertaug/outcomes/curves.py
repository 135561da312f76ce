# SPDX-License-Identifier: BSD-3-Clause
"""The CSV curves of a run; ``docs/outputs.md`` lists their columns."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vertaug.outcomes.pressure import to_mL, to_psi

__all__ = [
    "INFLATION_COLUMNS",
    "INJECTION_COLUMNS",
    "InflationRow",
    "InjectionCurve",
    "read_curve",
    "write_inflation_curve",
    "write_injection_curve",
]

Float = NDArray[np.float64]
Cell = float | int | str | None

INFLATION_COLUMNS = (
    "step",
    "stage",
    "balloon",
    "volume_mL",
    "pressure_psi",
    "anterior_mm",
    "middle_mm",
    "posterior_mm",
    "newton_iterations",
)
INJECTION_COLUMNS = (
    "t_s",
    "injected_mL",
    "syringe_pressure_MPa",
    "tip_pressure_MPa",
    "in_bone_mL",
)


@dataclass(frozen=True)
class InflationRow:
    """One balloon at one converged step.

    `step` counts from 0 over the whole run, `stage` is its name; `volume` mm³, `pressure` MPa;
    `heights` anterior, middle, posterior in mm, where measured.
    """

    step: int
    stage: str
    balloon: str
    volume: float
    pressure: float
    heights: tuple[float, float, float] | None = None
    newton_iterations: int | None = None


@dataclass(frozen=True)
class InjectionCurve:
    """An injection in time: all arrays (n,); `time` s, volumes cumulative in mm³, pressures MPa.

    `leaked` cement, `expelled` marrow and `tumour` pressed out by pathway, `intravertebral` pressure by place, cement
    that lies in each of the `spaces` outside or has left the grid through it.
    """

    time: Float
    injected: Float
    syringe_pressure: Float
    tip_pressure: Float
    in_bone: Float
    leaked: Mapping[str, Float]
    expelled: Mapping[str, Float] = field(default_factory=dict)
    intravertebral: Mapping[str, Float] = field(default_factory=dict)
    tumour: Mapping[str, Float] = field(default_factory=dict)
    spaces: Mapping[str, Float] = field(default_factory=dict)


def write_inflation_curve(path: Path, rows: Iterable[InflationRow]) -> None:
    """Write ``rows`` in mL and psi to ``path``, whole or not at all."""
    table = [
        (
            row.step,
            row.stage,
            row.balloon,
            to_mL(row.volume),
            to_psi(row.pressure),
            *(row.heights or (None, None, None)),
            row.newton_iterations,
        )
        for row in rows
    ]
    _write(path, INFLATION_COLUMNS, table)


def write_injection_curve(path: Path, curve: InjectionCurve) -> None:
    """Write ``curve`` with volumes in mL to ``path``, whole or not at all.

    Raises
    ------
    ValueError
        Where the arrays differ in length.
    """
    header = (
        *INJECTION_COLUMNS,
        *(f"leaked_{name}_mL" for name in curve.leaked),
        *(f"marrow_{name}_mL" for name in curve.expelled),
        *(f"intravertebral_{name}_kPa" for name in curve.intravertebral),
        *(f"tumour_{name}_mL" for name in curve.tumour),
        *(f"in_{name}_mL" for name in curve.spaces),
    )
    columns = [
        np.asarray(curve.time),
        np.asarray(curve.injected) / 1000.0,
        np.asarray(curve.syringe_pressure),
        np.asarray(curve.tip_pressure),
        np.asarray(curve.in_bone) / 1000.0,
        *(np.asarray(volume) / 1000.0 for volume in curve.leaked.values()),
        *(np.asarray(volume) / 1000.0 for volume in curve.expelled.values()),
        *(np.asarray(pressure) * 1000.0 for pressure in curve.intravertebral.values()),
        *(np.asarray(volume) / 1000.0 for volume in curve.tumour.values()),
        *(np.asarray(volume) / 1000.0 for volume in curve.spaces.values()),
    ]
    _write(path, header, zip(*(column.tolist() for column in columns), strict=True))


def read_curve(path: Path) -> list[dict[str, str]]:
    """Read a curve as rows of text by column name; an empty cell is an empty text."""
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _write(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[Cell]]) -> None:
    """Write through a temporary file beside ``path``, so a killed run leaves no half curve."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_text(value) for value in row] for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text.getvalue())
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)


def _text(value: Cell) -> str:
    """Ten significant digits for a float, nothing for a missing value."""
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
