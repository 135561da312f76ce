# SPDX-License-Identifier: BSD-3-Clause
"""Ligaments of a lumbar model as springs (key nature03377).

Sci Rep (2025), s41598-025-03377-x, table 1. Example: the flavum, 15.75 N/mm.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.ligament import NAMES

__all__ = ["CARD", "STIFFNESS"]

_PAPER = "Sci Rep 2025, s41598-025-03377-x, table 1"
_ROWS = {"ALL": 8.74, "PLL": 5.83, "LF": 15.75, "ISL": 0.19, "SSL": 3.82, "IL": 2.39}

STIFFNESS = {
    name: Parameter(
        f"k_{name}",
        value,
        "N/mm",
        0.1,
        50.0,
        f"stiffness, {NAMES.get(name, 'iliolumbar')}",
        _PAPER,
        "found",
    )
    for name, value in _ROWS.items()
}
CARD = tuple(STIFFNESS.values())
