# SPDX-License-Identifier: BSD-3-Clause
"""The results of a run as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from vertaug.report import _heat, _rows

__all__ = ["results_table"]

_STYLE = {"pass": "green", "FAIL": "bold red"}


def results_table(summary: Mapping[str, Any]) -> Group:
    """Heights, restoration, balloons, cement and balances of a summary, to be printed.

    Its warnings are told by the run.

    Parameters
    ----------
    summary : content of ``summary.json``
    """
    parts: list[Any] = [
        _table("Height, mm", ("Stage", "Anterior", "Middle", "Posterior", "Near rim", "Wedge", "Volume, mL"),
               _rows.height_rows(summary)),
        _table("Restoration",
               ("Place", "Gain", "Of lost", "Of intact", "Lost on deflation", "Of before"),
               _rows.restoration_rows(summary)),
        _table("Fracture", ("Stage", "Ended by", "Highest force", "Way", "Front lost", "Heights as it let go"),
               _rows.fracture_rows(summary)),
        _table("Access", ("Balloon", "Route", "Medial", "Caudal", "To canal", "In cortex", "Around", "Ahead"),
               _rows.access_rows(summary)),
        _table("Balloons",
               ("Balloon", "Volume", "Pressure", "Plateau", "Lift", "On area", "Stopped by"),
               _rows.balloon_rows(summary)),
        _cement(summary),
        _table("Leakage", ("Pathway", "Leaked", "Of injected", "First leak"),
               _rows.leak_rows(summary)),
        _table("Where leaked cement lies", ("Space", "Cement", "First"), _rows.space_rows(summary)),
        _table("Which pathway led where", *_rows.led_table(summary)),
        _table("Heat", ("Place", "Highest", "Above 45 °C", "Above 50 °C", "At 43 °C", "Damaged"),
               _heat.heat_rows(summary)),
        _balances(summary),
    ]  # fmt: skip
    return Group(*(part for part in parts if part is not None))


def _table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> Table | None:
    """Make a table whose first column is text; None where there is nothing to show."""
    if not rows:
        return None
    table = Table(title=caption, title_justify="left", title_style="bold", box=None, padding=(0, 1))
    for k, name in enumerate(head):
        table.add_column(name, justify="left" if k == 0 or name == "Stopped by" else "right")
    for row in rows:
        # Rich would give cells beyond the head a column without a name.
        table.add_row(*(cell for _, cell in zip(head, row, strict=True)))
    return table


def _cement(summary: Mapping[str, Any]) -> Table | None:
    """Cement injected and in the bone."""
    cement = summary.get("cement")
    if not cement:
        return None
    row = [
        "All",
        _rows.number(cement["injected_mL"], 2, "mL"),
        _rows.number(cement["in_bone_mL"], 2, "mL"),
        _rows.number(100.0 * cement["fill_fraction"], 1, "%"),
    ]
    return _table("Cement", ("Needles", "Injected", "In bone", "Of the body"), [row])


def _balances(summary: Mapping[str, Any]) -> Table | None:
    """Balances with their verdicts in colour."""
    rows = [
        (b.text, b.error, b.tolerance, Text(b.verdict, style=_STYLE.get(b.verdict, "dim")))
        for b in _rows.balance_rows(summary)
    ]
    return _table("Balances", ("Kept", "Relative error", "Tolerance", "Verdict"), rows)
