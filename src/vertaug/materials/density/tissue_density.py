# SPDX-License-Identifier: BSD-3-Clause
"""Bone volume fraction and wet apparent density: apparent = 2.0 g/cm³ · BV/TV.

The density of wet bone tissue, 1.8 to 2.1 g/cm³. Example: BV/TV 0.10 is 200 mg/cm³.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["CARD", "TISSUE"]

CARD = (
    Parameter("rho_t", 2000.0, "mg/cm³", 1800.0, 2100.0, "density of wet bone tissue",
              "usual value of continuum models", "assumed"),
)  # fmt: skip
TISSUE = CARD[0].value
