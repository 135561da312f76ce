# SPDX-License-Identifier: BSD-3-Clause
"""Ligaments of a lumbar finite-element model, bilinear by strain (set A, key t3726285).

BMC Musculoskelet Disord (2013) 14:220, table 1 (PMC3726285): a first modulus up to a strain, a second
beyond it, and areas. Example: the anterior longitudinal ligament, 63.7 mm², 7.8 MPa below 12 %, 20 above.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.ligament import NAMES, LigamentConstants, flat_card

__all__ = ["CARD", "LIGAMENTS"]

_PAPER = "BMC Musculoskelet Disord 2013 14:220, table 1"
_ROWS = {
    "ALL": (63.7, 7.8, 0.12, 20.0),
    "PLL": (20.0, 10.0, 0.11, 20.0),
    "LF": (40.0, 15.0, 0.062, 19.0),
    "CL": (30.0, 7.5, 0.25, 33.0),
    "ITL": (1.8, 10.0, 0.18, 59.0),
    "ISL": (40.0, 10.0, 0.14, 12.0),
    "SSL": (30.0, 8.0, 0.20, 15.0),
}


def _constants(
    name: str, area: float, first: float, knee: float, second: float
) -> LigamentConstants:
    full = NAMES[name]
    return LigamentConstants(
        Parameter(f"A_{name}", area, "mm²", 1.0, 100.0, f"area, {full}", _PAPER, "found"),
        Parameter(f"E1_{name}", first, "MPa", 5.0, 60.0, f"modulus below the knee, {full}", _PAPER, "found"),
        Parameter(f"e_{name}", knee, "1", 0.02, 0.5, f"strain at the knee, {full}", _PAPER, "found"),
        Parameter(f"E2_{name}", second, "MPa", 5.0, 60.0, f"modulus beyond it, {full}", _PAPER, "found"),
    )  # fmt: skip


LIGAMENTS = {name: _constants(name, *row) for name, row in _ROWS.items()}
CARD = flat_card(LIGAMENTS)
