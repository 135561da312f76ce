# SPDX-License-Identifier: BSD-3-Clause
"""The list of every law of rheology, by name; a test proves it complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vertaug.materials.card import Parameter
from vertaug.materials.rheology import (
    bingham_1922,
    castro_macosko_1980,
    cross_1965,
    herschel_bulkley_1926,
    newton_1687,
    ostwald_1925,
    williams_1955,
    yasuda_1981,
)
from vertaug.materials.rheology.flow_curve import Law

__all__ = ["RHEOLOGY", "Rheology"]


@dataclass(frozen=True)
class Rheology:
    """One law: its card and its builder, which takes the card's constants in the card's order.

    `numerical` names constants of the builder that are choices of method; a product may leave them out.
    """

    card: tuple[Parameter, ...]
    builder: Callable[..., Law]
    numerical: tuple[str, ...] = ()


_RANGE = ("lowest", "highest")

RHEOLOGY: dict[str, Rheology] = {
    "newtonian": Rheology(newton_1687.CARD, newton_1687.Newtonian),
    "power_law": Rheology(ostwald_1925.CARD, ostwald_1925.PowerLaw, _RANGE),
    "carreau_yasuda": Rheology(
        yasuda_1981.CARD, yasuda_1981.CarreauYasuda, ("transition", "floor")
    ),
    "cross": Rheology(cross_1965.CARD, cross_1965.Cross),
    "cross_wlf": Rheology(williams_1955.CARD, williams_1955.CrossWLF),
    "castro_macosko": Rheology(castro_macosko_1980.CARD, castro_macosko_1980.CastroMacosko),
    "bingham": Rheology(bingham_1922.CARD, bingham_1922.Bingham, ("sharpness",)),
    "herschel_bulkley": Rheology(
        herschel_bulkley_1926.CARD, herschel_bulkley_1926.HerschelBulkley, ("sharpness", *_RANGE)
    ),
}
"""Every law by its name in product files and reports."""
