# SPDX-License-Identifier: BSD-3-Clause
"""The parts of a product file on cure and heat: how fast it reacts, and what that gives.

========================== =======================================================================================
key                        meaning
========================== =======================================================================================
``[kinetics]``             ``law``, a name in `KINETICS` (``stanczyk_2004`` where left out), and its constants by the
                           names of its function, each ``{value, unit, source, status, range}``; those left out
                           are the law's own
``[heat]``                 ``heat`` of complete cure, ``shrinkage`` of volume by it, ``density``, ``specific_heat``,
                           ``conductivity``; ``filler`` beyond these and its ``filler_share`` of the mass
``[recipe]``               what the leaflet says is mixed, from which heat, density, capacity and conductivity follow
                           where `[heat]` does not say them: masses of ``liquid`` and ``powder``, share of
                           ``monomer`` in the one, of ``mineral`` in the other and its name (``filler``), share of
                           the monomer that has ``reacted`` in complete cure
========================== =======================================================================================
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.cure import kamal_1973, stanczyk_2004
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.materials.rheology.quantities import Quantity, quantity, refuse, row, table, text_of
from vertaug.materials.thermal import tissues
from vertaug.materials.thermal.polymer import FILLERS, Polymer, filled
from vertaug.materials.thermal.recipe import Recipe, polymer_of
from vertaug.materials.thermal.tissues import ThermalTissue

__all__ = ["KINETICS", "Reaction", "read_reaction"]


@dataclass(frozen=True)
class _Law:
    """A law of cure: what makes it, units of its constants by name, and its card."""

    make: Callable[..., Kinetics]
    units: Mapping[str, str]
    card: tuple[Parameter, ...]


KINETICS = {
    "stanczyk_2004": _Law(
        stanczyk_2004.kinetics,
        {"start": "1", "limit": "1", "slope": "1/K", "factor": "1/s", "energy": "J/mol", "m": "1", "n": "1"},
        stanczyk_2004.CARD,
    ),
    "kamal_1973": _Law(
        kamal_1973.kinetics,
        {"a_1": "1/s", "e_1": "J/mol", "a_2": "1/s", "e_2": "J/mol", "m": "1", "n": "1", "start": "1"},
        kamal_1973.CARD,
    ),
}  # fmt: skip
"""Laws of cure by their name in product files."""

_HEAT = {
    "heat": ("mJ/mm^3", 0.0, 1000.0), "shrinkage": ("1", 0.0, 0.5), "density": ("t/mm^3", 1e-10, 1e-8),
    "specific_heat": ("mm^2/(s^2*K)", 1e8, 1e10), "conductivity": ("mW/(mm*K)", 1e-3, 100.0),
    "filler_share": ("1", 0.0, 0.8),
}  # fmt: skip
"""Keys of `[heat]` that are numbers: unit, lowest and highest value."""
_RECIPE = {"liquid": "t", "powder": "t", "monomer": "1", "mineral": "1", "reacted": "1"}
"""Keys of `[recipe]` that are numbers, with their units."""


@dataclass(frozen=True)
class Reaction:
    """Cure and heat of a cement: its `kinetics`, its `polymer`, the `card` of what the file gives.

    `given` are the numbers of the file by their field.
    """

    kinetics: Kinetics
    polymer: Polymer
    card: tuple[Parameter, ...]
    given: Mapping[str, Quantity]

    @property
    def activation(self) -> float:
        """Temperature, K, by which heat hastens the cure once it runs."""
        return self.kinetics.constants[1 if self.kinetics.name == "stanczyk_2004" else 3]


def _kinetics(where: str, found: object) -> tuple[Kinetics, dict[str, Quantity]]:
    """Law and constants of `[kinetics]`."""
    data: Any = found if isinstance(found, dict) else {}
    name = text_of(where, "kinetics.law", data.get("law", "stanczyk_2004"), tuple(KINETICS))
    law = KINETICS[name]
    table(where, "kinetics", found, ("law", *law.units))
    given = {
        key: quantity(where, f"kinetics.{key}", data[key], unit, 0)
        for key, unit in law.units.items()
        if key in data
    }
    try:
        kinetics = law.make(**{key: item.values[0] for key, item in given.items()})
    except InputError as error:
        raise dataclasses.replace(
            error, where=where, field="kinetics", code="E-PRODUCT-009"
        ) from error
    return kinetics, given


def _recipe(where: str, found: object) -> tuple[Recipe, dict[str, Quantity]]:
    """What `[recipe]` says is mixed."""
    data = table(where, "recipe", found, (*_RECIPE, "filler"))
    needed = {"liquid", "powder"} | (
        {"filler", "mineral"} if {"filler", "mineral"} & set(data) else set()
    )
    for key in sorted(needed - set(data)):
        raise refuse(
            where, f"recipe.{key}", "nothing", "liquid and powder, filler and mineral together", f"add {key}", 7
        )  # fmt: skip
    given = {
        key: quantity(where, f"recipe.{key}", data[key], unit, 0)
        for key, unit in _RECIPE.items()
        if key in data
    }
    filler = text_of(where, "recipe.filler", data.get("filler", "barium_sulphate"), tuple(FILLERS))
    try:
        recipe = Recipe(filler=filler, **{key: item.values[0] for key, item in given.items()})
    except InputError as error:
        raise dataclasses.replace(
            error, where=where, field="recipe", code="E-PRODUCT-009"
        ) from error
    return recipe, given


def _polymer(
    where: str, found: object, recipe: Recipe | None
) -> tuple[Polymer, dict[str, Quantity]]:
    """What `[heat]` says of the cured cement; where it says nothing, what follows from the recipe, or the usual."""
    data = table(where, "heat", found, (*_HEAT, "filler"))
    usual = Polymer() if recipe is None else polymer_of(recipe)
    given = {}
    for key, (unit, low, high) in _HEAT.items():
        if key not in data:
            continue
        given[key] = item = quantity(where, f"heat.{key}", data[key], unit, 0)
        if not low <= item.values[0] <= high:
            raise refuse(
                where, f"heat.{key}", f"{item.values[0]:g} {unit}", f"{low:g} to {high:g} {unit}",
                "correct the value or its unit", 11,
            )  # fmt: skip

    def value(key: str, otherwise: float) -> float:
        return given[key].values[0] if key in given else otherwise

    density = tissues.CEMENT_CARD[0].value if recipe is None else recipe.density
    measured = value("density", density) * value("specific_heat", usual.tissue.capacity / density)
    tissue = ThermalTissue(
        measured if {"density", "specific_heat"} & set(given) else usual.tissue.capacity,
        value("conductivity", usual.tissue.conductivity),
    )
    plain = Polymer(value("heat", usual.heat), value("shrinkage", usual.shrinkage), tissue)
    if ("filler" in data) != ("filler_share" in data):
        missing = "filler_share" if "filler" in data else "filler"
        raise refuse(
            where, f"heat.{missing}", "nothing", "filler and filler_share together", "add it", 7
        )
    if "filler" not in data:
        return plain, given
    if recipe is not None:
        raise refuse(
            where, "heat.filler", "beside recipe", "a recipe that holds all mineral, or filler",
            "put it into recipe.mineral", 10,
        )  # fmt: skip
    name = text_of(where, "heat.filler", data["filler"], tuple(FILLERS))
    return filled(name, value("filler_share", 0.0), plain), given


def read_reaction(where: str, data: Mapping[str, Any]) -> Reaction:
    """Cure and heat of a product's TOML data; what it leaves out is that of acrylic cement.

    Raises
    ------
    InputError
        An unknown key, a wrong unit, a number out of range, constants that the law refuses.
    """
    kinetics, rates = _kinetics(where, data.get("kinetics", {}))
    recipe, mixed = _recipe(where, data["recipe"]) if "recipe" in data else (None, {})
    made, heats = _polymer(where, data.get("heat", {}), recipe)
    rows = [
        row(key, KINETICS[kinetics.name].units[key], "cure", item) for key, item in rates.items()
    ]
    rows += [row(key, _RECIPE[key], "recipe of the cement", item) for key, item in mixed.items()]
    rows += [row(key, _HEAT[key][0], "heat of the cement", item) for key, item in heats.items()]
    given = {f"kinetics.{key}": item for key, item in rates.items()}
    given |= {f"recipe.{key}": item for key, item in mixed.items()}
    given |= {f"heat.{key}": item for key, item in heats.items()}
    return Reaction(kinetics, made, tuple(rows), given)
