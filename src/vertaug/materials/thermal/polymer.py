# SPDX-License-Identifier: BSD-3-Clause
"""Heat and shrinkage of acrylic cement as it polymerises, and how much a filler thins both.

Heat per volume of cement: Huiskes (1980), Acta Orthop Scand Suppl 185, and Perez et al. (2009); 57.7 kJ/mol of
monomer, a third of the mass, would give 184 J/g, so this is 71 % of it. Shrinkage: Gilbert, Hasenwinkel, Wixson,
Lautenschlager (2000), J Biomed Mater Res 52:210, 5.1 % mixed by hand and 6.7 % under vacuum. A radio-opaque filler
does not react: the cement around it, and with it heat and shrinkage per volume, is diluted by the filler's volume.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.thermal.tissues import CEMENT, ThermalTissue

__all__ = ["CARD", "FILLERS", "Polymer", "filled", "with_mineral"]

_HEAT = "Huiskes 1980, Acta Orthop Scand Suppl 185; Perez 2009"
_FILLER = "handbook values of the mineral"

CARD = (
    Parameter("H", 155.0, "mJ/mm^3", 120.0, 200.0, "heat of complete cure", _HEAT, "recalled"),
    Parameter("s", 0.051, "1", 0.0, 0.105, "shrinkage of volume by complete cure", "Gilbert 2000", "found"),
    Parameter("rho_p", 1.18e-9, "t/mm^3", 1.1e-9, 1.3e-9, "density without filler", "range", "recalled"),
    Parameter("rho_BaSO4", 4.5e-9, "t/mm^3", 4.3e-9, 4.5e-9, "density of barium sulphate", _FILLER, "recalled"),
    Parameter("c_BaSO4", 4.6e8, "mm^2/(s^2*K)", 4.3e8, 4.8e8, "its specific heat", _FILLER, "recalled"),
    Parameter("lambda_BaSO4", 1.3, "mW/(mm*K)", 0.9, 2.5, "its conductivity", _FILLER, "recalled"),
    Parameter("rho_ZrO2", 5.7e-9, "t/mm^3", 5.5e-9, 6.1e-9, "density of zirconia", _FILLER, "recalled"),
    Parameter("c_ZrO2", 4.5e8, "mm^2/(s^2*K)", 4.2e8, 5.0e8, "its specific heat", _FILLER, "recalled"),
    Parameter("lambda_ZrO2", 2.0, "mW/(mm*K)", 1.7, 2.7, "its conductivity", _FILLER, "recalled"),
)  # fmt: skip
HEAT, SHRINKAGE, DENSITY = (p.value for p in CARD[:3])
FILLERS = {
    name: tuple(p.value for p in CARD[start : start + 3])
    for name, start in (("barium_sulphate", 3), ("zirconia", 6))
}


@dataclass(frozen=True)
class Polymer:
    """Cement as heat sees it: `heat` mJ/mm³ and `shrinkage` of volume by complete cure, and its tissue."""

    heat: float = HEAT
    shrinkage: float = SHRINKAGE
    tissue: ThermalTissue = CEMENT


def with_mineral(filler: str, share: float, capacity: float, conductivity: float) -> ThermalTissue:
    """A mineral in a matrix of some ``capacity`` and ``conductivity``, of which it takes a ``share`` of the volume.

    Capacities add, conductivities mix geometrically.
    """
    density, specific, own = FILLERS[filler]
    rest = 1.0 - share
    return ThermalTissue(
        rest * capacity + share * density * specific, conductivity**rest * own**share
    )


def filled(filler: str, mass_share: float, plain: Polymer | None = None) -> Polymer:
    """Cement with a share of its mass as `filler` beyond what `plain` holds.

    Raises
    ------
    InputError
        An unknown filler, a share outside 0 to below 1.
    """
    plain = plain or Polymer()
    if filler not in FILLERS or not 0.0 <= mass_share < 1.0:
        raise InputError(
            "cement", "filler", f"{filler!r}, share {mass_share:g}", f"one of {', '.join(FILLERS)}; 0 to below 1",
            "name a filler and its share of the mass", "E-CURE-004",
        )  # fmt: skip
    room = mass_share / FILLERS[filler][0]
    share = room / (room + (1.0 - mass_share) / DENSITY)
    rest = 1.0 - share
    tissue = with_mineral(filler, share, plain.tissue.capacity, plain.tissue.conductivity)
    return Polymer(rest * plain.heat, rest * plain.shrinkage, tissue)
