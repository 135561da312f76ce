# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity of bone marrow.

Bryant (1988): 67 mPa s at 37 °C; human yellow marrow at physiological shear rates 44-142 mPa s (2011,
19 samples).

Specimens of experiments are colder. Of bovine marrow Bryant (1989) found 40 mPa s and no dependence on temperature
above 37 (distal) and 42 °C (proximal); proximal marrow was 10 times as viscous as distal at 35 °C and 15 times at 30,
and solid below; distal was liquid to below 20 °C. With distal marrow taken as an oil that thins by 3,850 K / T
(recalled), it has 43 and 53 mPa s there, so that proximal marrow has 0.43 and 0.80 Pa s; a straight line of its
logarithm leads to 1.9 Pa s at 23 °C. Marrow that turns
solid is thicker, distal marrow ten times thinner.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["CARD", "COLD", "IN_VIVO"]

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
    Parameter(
        "mu_23",
        1.9e-6,
        "MPa*s",
        1.0e-7,
        1.0e-5,
        "viscosity of marrow at 23 °C",
        "proximal marrow of Bryant 1989, carried on from 35 and 30 °C",
        "derived",
    ),
)
IN_VIVO, COLD = (p.value for p in CARD)
