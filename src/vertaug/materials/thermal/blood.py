# SPDX-License-Identifier: BSD-3-Clause
"""Blood that flows through tissue and takes heat along.

Pennes (1948), J Appl Physiol 1:93: heat lost per volume is ``flow rho_t rho_b c_b (T - T_a)``. Vertebrae of the old
are perfused far less than those of the young (5-20 mL per 100 g and minute; 1-5 in old age); none flows where cement
fills the pores.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["BODY", "CARD", "perfusion"]

_RANGE = "old vertebrae 1-5, young 5-20; MRI shows the decline with age"

CARD = (
    Parameter("w_b", 3.0, "mL/(100*g*min)", 1.0, 20.0, "flow of blood in bone", _RANGE, "recalled"),
    Parameter("w_s", 3.0, "mL/(100*g*min)", 1.0, 20.0, "flow in soft tissue", "muscle", "recalled"),
    Parameter("rho_t", 1.1e-9, "t/mm^3", 1.0e-9, 1.3e-9, "density of tissue", "range", "recalled"),
    Parameter("rho_b c_b", 3.78, "MPa/K", 3.5, 4.0, "heat capacity of blood", "1050 kg/m³", "recalled"),
    Parameter("T_a", 310.15, "K", 309.15, 311.15, "temperature of the blood", "body temperature", "assumed"),
)  # fmt: skip
BONE_FLOW, SOFT_FLOW, DENSITY, BLOOD, BODY = (p.value for p in CARD)


def perfusion(flow: float) -> float:
    """Heat taken per volume and kelvin, mW/(mm³ K), of a flow in mL per 100 g and minute."""
    per_second = flow * 1e3 / (1e-4 * 60.0)
    return per_second * DENSITY * BLOOD
