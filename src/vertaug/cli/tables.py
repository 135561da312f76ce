# SPDX-License-Identifier: BSD-3-Clause
"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

__all__ = ["pairs"]


def pairs(title: str, rows: Sequence[tuple[str, str]]) -> Table:
    """Two columns: what and how much."""
    table = Table(title=title, title_justify="left", show_header=False)
    for name, value in rows:
        table.add_row(name, value)
    return table
