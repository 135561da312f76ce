# SPDX-License-Identifier: BSD-3-Clause
"""Ligaments of a fixation model, one modulus each (set B, key josr02237).

J Orthop Surg Res (2021), s13018-021-02237-4, table 1. Example: the capsular ligament, 60 mm², 32.9 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.ligament import NAMES, LigamentConstants, flat_card

__all__ = ["CARD", "LIGAMENTS"]

_PAPER = "J Orthop Surg Res 2021, s13018-021-02237-4, table 1"
_ROWS = {
    "ALL": (63.7, 20.0),
    "PLL": (20.0, 20.0),
    "LF": (40.0, 19.5),
    "CL": (60.0, 32.9),
    "ITL": (3.6, 58.7),
    "ISL": (40.0, 11.6),
    "SSL": (30.0, 15.0),
}

LIGAMENTS = {
    name: LigamentConstants(
        Parameter(f"A_{name}", area, "mm²", 1.0, 100.0, f"area, {NAMES[name]}", _PAPER, "found"),
        Parameter(
            f"E_{name}", modulus, "MPa", 5.0, 60.0, f"modulus, {NAMES[name]}", _PAPER, "found"
        ),
    )
    for name, (area, modulus) in _ROWS.items()
}
CARD = flat_card(LIGAMENTS)
