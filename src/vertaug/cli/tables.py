# SPDX-License-Identifier: BSD-3-Clause
"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

__all__ = ["pairs", "result_tables"]


def pairs(title: str, rows: Sequence[tuple[str, str]]) -> Table:
    """Two columns: what and how much."""
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in rows:
        table.add_row(name, value)
    return table


def _number(value: Any, digits: int = 2) -> str:
    """Text of a number that may be missing."""
    return "-" if value is None else f"{value:.{digits}f}"


def _heights(summary: Mapping[str, Any]) -> Table:
    """Heights stage by stage, and what was restored."""
    table = Table(title="Heights of the body", title_justify="left")
    for name in ("", "anterior mm", "middle mm", "posterior mm", "wedge deg"):
        table.add_column(name, justify="left" if not name else "right")
    for stage in summary["stages"]:
        heights = [_number(stage["heights_mm"][place]) for place in _PLACES]
        table.add_row(stage["name"], *heights, _number(stage["wedge_deg"]))
    restored = summary["restoration"]
    if restored is not None:
        table.add_section()
        for key, label in _MEASURES:
            table.add_row(label, *(_number(restored[place][key], 1) for place in _PLACES), "")
    return table


_PLACES = ("anterior", "middle", "posterior")
_MEASURES = (
    ("gain_mm", "gain mm"),
    ("of_lost_percent", "of what was lost %"),
    ("ratio_percent", "of intact %"),
)


def _balloons(summary: Mapping[str, Any]) -> Table:
    """Volume, pressure and stop of each balloon."""
    table = Table(title="Balloons", title_justify="left")
    for name in ("", "volume mL", "pressure psi", "plateau psi", "stopped by"):
        table.add_column(name, justify="left" if name in ("", "stopped by") else "right")
    for balloon in summary["balloons"]:
        plateau = _number(balloon["plateau_psi"], 0)
        pressure = _number(balloon["pressure_psi"], 0)
        volume = _number(balloon["volume_mL"])
        table.add_row(balloon["name"], volume, pressure, plateau, balloon["stop"])
    return table


def _cement(cement: Mapping[str, Any]) -> Table:
    """Where the cement went."""
    rows = [
        ("injected", f"{cement['injected_mL']:.2f} mL"),
        ("in the bone", f"{cement['in_bone_mL']:.2f} mL"),
        ("fill fraction", f"{100 * cement['fill_fraction']:.1f} %"),
    ]
    for pathway, volume in cement["leaked_mL"].items():
        first = cement["first_leak_s"].get(pathway)
        when = "" if first is None else f", first after {first:.1f} s"
        rows.append((f"leaked: {pathway}", f"{volume:.3f} mL{when}"))
    return pairs("Cement", rows)


def result_tables(summary: Mapping[str, Any]) -> list[Table]:
    """Tables of a run's summary, in the form of ``summary.json``."""
    tables = [_heights(summary)]
    if summary["balloons"]:
        tables.append(_balloons(summary))
    if summary["cement"] is not None:
        tables.append(_cement(summary["cement"]))
    balances = [
        (name.replace("_", " "), "-" if error is None else f"{error:.1e}")
        for name, error in summary["balances"].items()
    ]
    tables.append(pairs("Balances (relative errors)", balances))
    return tables
