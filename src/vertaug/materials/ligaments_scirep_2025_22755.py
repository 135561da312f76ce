# SPDX-License-Identifier: BSD-3-Clause
"""Ligaments of a lumbar model with an explicit solver, one modulus each (set C, key nature22755).

Sci Rep (2025), s41598-025-22755-z, table 1. The areas are those of set A: the dossier this table was
taken from gives one column of areas. Example: the flavum, 40 mm², 12 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.ligament import NAMES, LigamentConstants, flat_card

__all__ = ["CARD", "LIGAMENTS"]

_PAPER = "Sci Rep 2025, s41598-025-22755-z, table 1"
_AREA = "area of BMC Musculoskelet Disord 2013 14:220"
_ROWS = {
    "ALL": (63.7, 15.0),
    "PLL": (20.0, 18.0),
    "LF": (40.0, 12.0),
    "CL": (30.0, 18.0),
    "ITL": (1.8, 50.0),
    "ISL": (40.0, 10.0),
    "SSL": (30.0, 10.0),
}

LIGAMENTS = {
    name: LigamentConstants(
        Parameter(f"A_{name}", area, "mm²", 1.0, 100.0, f"area, {NAMES[name]}", _AREA, "assumed"),
        Parameter(
            f"E_{name}", modulus, "MPa", 5.0, 60.0, f"modulus, {NAMES[name]}", _PAPER, "found"
        ),
    )
    for name, (area, modulus) in _ROWS.items()
}
CARD = flat_card(LIGAMENTS)
