# SPDX-License-Identifier: BSD-3-Clause
"""What intervertebral discs are made of: ground and fibres of the annulus, gel and fluid of the nucleus.

Sound: table 1 of PMC3726285 (ground, gel, moduli of fibres, and areas for how they thin out inwards). It does
not say how many fibres there are; their volume over the annulus', 0.16, fixes that (Shirazi-Adl 1986). The
nucleus holds a fluid whose pressure is the intradiscal one (bulk modulus: IJSS markup 5781). Degenerated: table
of Sci Rep 2025 03377, where the nucleus is a solid and no fluid carries. Fibres only pull. The softer ground of
Sci Rep 2025 22755 (1.35 MPa) makes a disc alone bend 19 degrees forward at 7.5 N m, twice what such discs do.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Parameter
from vertaug.materials.neo_hooke import NeoHooke
from vertaug.materials.rows import Material
from vertaug_kernels import laws

__all__ = ["CARD", "DEGENERATED", "SOUND", "DiscTissue"]

_SET_A = "PMC3726285, table 1"
_MODULI = (550.0, 495.0, 413.0, 358.0)
_AREAS = (0.50, 0.39, 0.31, 0.24)

CARD = (
    *(
        Parameter(f"E_f{k}", value, "MPa", 300.0, 600.0, f"modulus of fibres, layers {2 * k + 1} and {2 * k + 2} "
                  "from outside", _SET_A, "found")
        for k, value in enumerate(_MODULI)
    ),
    *(
        Parameter(f"A_f{k}", value, "mm²", 0.2, 0.7, f"area of a fibre, layers {2 * k + 1} and {2 * k + 2}; only the "
                  "ratios count", _SET_A, "found")
        for k, value in enumerate(_AREAS)
    ),
    Parameter("v_f", 0.16, "1", 0.05, 0.25, "fibres over the annulus, by volume", "Shirazi-Adl 1986", "recalled"),
    Parameter("toe", 0.0, "1", 0.0, 0.1, "strain over which crimped fibres straighten",
              "the table has none", "assumed"),
    Parameter("E_a", 4.2, "MPa", 0.5, 20.0, "modulus of the annulus' ground", _SET_A, "found"),
    Parameter("nu_a", 0.45, "1", 0.3, 0.49, "its Poisson ratio", _SET_A, "found"),
    Parameter("E_n", 1.0, "MPa", 0.1, 2.0, "modulus of the nucleus' gel", _SET_A, "found"),
    Parameter("K_n", 1666.7, "MPa", 500.0, 2300.0, "bulk modulus of the nucleus' fluid", "IJSS markup 5781",
              "found"),
    Parameter("nu_g", 0.45, "1", 0.3, 0.49, "Poisson ratio of the gel, whose volume the fluid holds",
              "any below the fluid's", "assumed"),
    Parameter("E_nd", 2.0, "MPa", 0.5, 5.0, "modulus of a degenerated nucleus", "Sci Rep 2025 03377", "found"),
    Parameter("E_ad", 2.5, "MPa", 0.5, 6.0, "modulus of a degenerated annulus' ground",
              "Sci Rep 2025 03377", "found"),
    Parameter("nu_d", 0.45, "1", 0.3, 0.49, "Poisson ratio of both", "as that of the sound annulus", "assumed"),
)  # fmt: skip
_VALUE = {parameter.symbol: parameter.value for parameter in CARD}


@dataclass(frozen=True)
class DiscTissue:
    """Constants of one disc.

    `law` is the kernels' code of both `ground` and `gel`; `moduli` MPa and `areas` of fibres from outside
    inwards, of which only the areas' ratios count; `fibres` their volume over the annulus'; `toe` strain;
    `bulk` MPa of the fluid, 0 for none.
    """

    law: int
    ground: Material
    gel: Material
    bulk: float
    moduli: tuple[float, ...] = _MODULI
    areas: tuple[float, ...] = _AREAS
    fibres: float = _VALUE["v_f"]
    toe: float = _VALUE["toe"]


SOUND = DiscTissue(
    laws.NEO_HOOKE,
    NeoHooke(_VALUE["E_a"], _VALUE["nu_a"]),
    NeoHooke(_VALUE["E_n"], _VALUE["nu_g"]),
    _VALUE["K_n"],
)
DEGENERATED = DiscTissue(
    laws.NEO_HOOKE,
    NeoHooke(_VALUE["E_ad"], _VALUE["nu_d"]),
    NeoHooke(_VALUE["E_nd"], _VALUE["nu_d"]),
    0.0,
)
