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
from vertaug.materials.thermal import polymer, tissues
from vertaug.materials.thermal.polymer import FILLERS, Polymer, filled
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


def _polymer(where: str, found: object) -> tuple[Polymer, dict[str, Quantity]]:
    """What `[heat]` says of the cured cement."""
    data = table(where, "heat", found, (*_HEAT, "filler"))
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

    def value(key: str, usual: float) -> float:
        return given[key].values[0] if key in given else usual

    density, specific, conductivity = (item.value for item in tissues.CEMENT_CARD)
    tissue = ThermalTissue(
        value("density", density) * value("specific_heat", specific),
        value("conductivity", conductivity),
    )
    plain = Polymer(value("heat", polymer.HEAT), value("shrinkage", polymer.SHRINKAGE), tissue)
    if ("filler" in data) != ("filler_share" in data):
        missing = "filler_share" if "filler" in data else "filler"
        raise refuse(
            where, f"heat.{missing}", "nothing", "filler and filler_share together", "add it", 7
        )
    if "filler" not in data:
        return plain, given
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
    made, heats = _polymer(where, data.get("heat", {}))
    rows = [
        row(key, KINETICS[kinetics.name].units[key], "cure", item) for key, item in rates.items()
    ]
    rows += [row(key, _HEAT[key][0], "heat of the cement", item) for key, item in heats.items()]
    given = {f"kinetics.{key}": item for key, item in rates.items()}
    given |= {f"heat.{key}": item for key, item in heats.items()}
    return Reaction(kinetics, made, tuple(rows), given)
