# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity of bone marrow.

Bryant (1988): 67 mPa s at 37 °C; human yellow marrow at physiological shear rates 44-142 mPa s (2011,
19 samples). Marrow thawed at room temperature may be ten to a hundred times as viscous.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["CARD", "IN_VIVO"]

CARD = (
    Parameter(
        "mu_m",
        1.0e-7,
        "MPa*s",
        4.4e-8,
        1.0e-6,
        "viscosity of marrow at 37 °C",
        "within the range of Bryant 1988 and human yellow marrow 2011",
        "found",
    ),
)
IN_VIVO = CARD[0].value
