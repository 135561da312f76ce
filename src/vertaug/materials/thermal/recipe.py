# SPDX-License-Identifier: BSD-3-Clause
"""Heat of a cement from what its leaflet says is in it.

Only monomer gives heat: 57.7 kJ/mol or 576 J/g when it polymerises. It is all in the liquid; powder is polymer and a
radio-opaque mineral, neither of which reacts. So a mineral that stands in place of polymer does not cool a cement;
less liquid does. The share of the monomer that gives its heat is such that Simplex P (18.8 g of liquid, 97.4 % of
it monomer, to 40 g of powder with 10 % barium sulphate; recalled) comes to the 155 J/mL of `polymer`; 75 to 85 % were
found to react (Warner, Shim, Gilbert 2004), some of the heat is lost before anyone measures it.

Capacity of the polymer: Pavlinov, Rabinovich, Okladnov, Arzhakov (1967), in the NIST Chemistry WebBook,
0.265 + 0.00139 T cal/(g K), T in °C, from 20 to 90 °C; taken is its mean from 37 to 105 °C, where glass melts.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.thermal.polymer import DENSITY, FILLERS, SHRINKAGE, Polymer, with_mineral
from vertaug.materials.thermal.tissues import CEMENT

__all__ = ["CARD", "REACTED", "Recipe", "polymer_of"]

CARD = (
    Parameter("h_m", 5.763e11, "mm^2/s^2", 5.4e11, 6.0e11, "heat of polymerisation over the monomer's mass",
              "57.7 kJ/mol, handbook value", "recalled"),
    Parameter("x", 0.695, "1", 0.6, 0.95, "share of the monomer that gives its heat in complete cure",
              "155 J/mL over the recipe of Simplex P", "derived"),
    Parameter("c_p", 1.522e9, "mm^2/(s^2*K)", 1.26e9, 1.72e9, "specific heat of the polymer, mean from 37 to 105 °C",
              "Pavlinov 1967; 1260 J/(kg K) at 25 °C, 1720 at 105", "derived"),
)  # fmt: skip
MONOMER_HEAT, REACTED, SPECIFIC_HEAT = (p.value for p in CARD)


@dataclass(frozen=True)
class Recipe:
    """What is mixed: `liquid` and `powder`, t, shares of `monomer` in the one and of `mineral` in the other, by mass.

    `filler` names the mineral, one of `FILLERS`; `reacted` is the share of the monomer that gives its heat.

    Raises
    ------
    InputError
        A mass or share that cannot be, an unknown mineral.
    """

    liquid: float
    powder: float
    monomer: float = 1.0
    filler: str = "barium_sulphate"
    mineral: float = 0.0
    reacted: float = REACTED

    def __post_init__(self) -> None:
        shares = 0.0 < self.monomer <= 1.0 and 0.0 <= self.mineral < 1.0
        masses = self.liquid > 0.0 and self.powder > 0.0
        if not (masses and shares and 0.0 < self.reacted <= 1.0 and self.filler in FILLERS):
            raise InputError(
                "cement", "recipe", repr(self),
                f"masses above 0, shares up to 1, one of {', '.join(FILLERS)}", "correct the recipe", "E-CURE-010",
            )  # fmt: skip

    @property
    def volume(self) -> float:
        """Volume of the cured cement, mm³."""
        mineral = self.mineral * self.powder
        return (self.liquid + self.powder - mineral) / DENSITY + mineral / FILLERS[self.filler][0]

    @property
    def density(self) -> float:
        """Density of the cured cement, t/mm³."""
        return (self.liquid + self.powder) / self.volume

    @property
    def monomer_density(self) -> float:
        """Mass of monomer over the volume of the cured cement, t/mm³."""
        return self.monomer * self.liquid / self.volume


def polymer_of(recipe: Recipe) -> Polymer:
    """Heat, capacity and conductivity of a cement of some recipe; its shrinkage is that of any."""
    share = recipe.mineral * recipe.powder / FILLERS[recipe.filler][0] / recipe.volume
    tissue = with_mineral(recipe.filler, share, DENSITY * SPECIFIC_HEAT, CEMENT.conductivity)
    return Polymer(recipe.reacted * MONOMER_HEAT * recipe.monomer_density, SHRINKAGE, tissue)
