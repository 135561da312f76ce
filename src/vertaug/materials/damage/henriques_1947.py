# SPDX-License-Identifier: BSD-3-Clause
"""Arrhenius integral of thermal damage to skin, as factor and activation temperature that belong together.

Henriques, Moritz (1947), Am J Pathol 23:530 and 695: ``Omega = integral of A exp(-B/T) dt``; 1 means that 63 % of the
cells die. With R rounded to 2 cal/(mol K) the 150,000 cal/mol of the paper are B = 75,000 K; the often quoted
6.28e5 J/mol with R = 8.314 are 75,535 K, and with the same A every time to Omega = 1 is 5.4 times as long. So a pair
is one object here. Times to Omega = 1 at 47, 50 and 55 °C: 1773, 201 and 5.9 s, against 9436, 1056 and 30 s. Fitted
to skin: a statement about bone is an extrapolation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.cure.kinetics import GAS_CONSTANT

__all__ = ["CARD", "HENRIQUES", "QUOTED", "Arrhenius"]

_PAPER = "Henriques & Moritz 1947, Am J Pathol 23:530"

CARD = (
    Parameter("A", 3.1e98, "1/s", 3.1e98, 3.1e98, "factor, with B", _PAPER, "recalled"),
    Parameter("B", 75000.0, "K", 75000.0, 75000.0, "activation temperature, with A", _PAPER, "recalled"),
    Parameter("A'", 3.1e98, "1/s", 3.1e98, 3.1e98, "factor, with E'", "often quoted", "recalled"),
    Parameter("E'", 6.28e5, "J/mol", 6.28e5, 6.28e5, "activation energy, with A'", "often quoted", "recalled"),
)  # fmt: skip


@dataclass(frozen=True)
class Arrhenius:
    """A pair that must not be parted: `log_factor`, of A in 1/s, and `activation` B, K.

    Raises
    ------
    InputError
        Numbers that are not finite, or no positive activation.
    """

    log_factor: float
    activation: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.log_factor) and 0.0 < self.activation < math.inf):
            raise InputError(
                "damage", "arrhenius", f"ln A {self.log_factor:g}, B {self.activation:g} K", "finite, B positive",
                "give factor and activation temperature of one source", "E-CURE-005",
            )  # fmt: skip

    def time(self, temperature: float) -> float:
        """Seconds at a constant temperature, K, to an integral of 1."""
        return math.exp(self.activation / temperature - self.log_factor)


HENRIQUES = Arrhenius(math.log(CARD[0].value), CARD[1].value)
QUOTED = Arrhenius(math.log(CARD[2].value), CARD[3].value / GAS_CONSTANT)
