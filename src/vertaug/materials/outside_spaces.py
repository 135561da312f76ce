# SPDX-License-Identifier: BSD-3-Clause
"""How open the spaces around a vertebra are to cement, and the pressures in them.

No permeability of these tissues to fluids as thick as cement or marrow was read; those given are assumed from
what a space holds. Pressures: 5 to 10 mmHg in epidural and vertebral veins of a prone patient; the nucleus of an
intact disc stands at 0.1 to 0.3 MPa and lets nothing in (recalled). Other spaces are taken to be in balance with the
veins, so that nothing flows while nothing is injected.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Parameter

__all__ = ["CARD", "SpaceProperties", "properties_of"]

_LOOSE = "loose tissue taken about as open as trabecular bone"
_VEINS = "veins of a prone patient, 5 to 10 mmHg"
_BALANCE = "in balance with the veins: nothing flows at rest"
_EPIDURAL = "what the dura leaves of the canal, fat and veins"

CARD = (
    Parameter("k_canal", 1e-2, "mm^2", 1e-4, 1.0, "permeability of the canal", _LOOSE, "assumed"),
    Parameter("phi_canal", 0.35, "1", 0.1, 0.6, "room of the canal", _EPIDURAL, "assumed"),
    Parameter("p_canal", 1e-3, "MPa", 0.0, 2e-3, "pressure in the canal", _VEINS, "recalled"),
    Parameter(
        "k_foramen", 1e-2, "mm^2", 1e-4, 1.0, "permeability of foramina", _LOOSE, "assumed"
    ),
    Parameter(
        "phi_foramen", 0.5, "1", 0.2, 0.8, "room of a foramen", "fat around a root", "assumed"
    ),
    Parameter("p_foramen", 1e-3, "MPa", 0.0, 2e-3, "pressure in foramina", _VEINS, "recalled"),
    Parameter(
        "k_disc", 5e-3, "mm^2", 1e-5, 1.0, "permeability of a degenerated disc",
        "clefts of a degenerated disc, between tissue and none", "assumed",
    ),
    Parameter(
        "phi_disc", 0.2, "1", 0.02, 0.5, "room in a degenerated disc", "clefts and vacuum", "assumed"
    ),
    Parameter(
        "p_disc", 1e-3, "MPa", -1e-3, 5e-3, "pressure in a degenerated disc", _BALANCE, "assumed",
    ),
    Parameter(
        "k_paravertebral", 1e-2, "mm^2", 1e-4, 1.0, "permeability beside the body", _LOOSE, "assumed"
    ),
    Parameter(
        "phi_paravertebral", 0.5, "1", 0.2, 0.8, "room beside the body", "fat and muscle", "assumed"
    ),
    Parameter(
        "p_paravertebral", 1e-3, "MPa", 0.0, 2e-3, "pressure beside the body", _BALANCE, "assumed"
    ),
    Parameter("k_vein", 1.0, "mm^2", 0.1, 10.0, "permeability at a vein's end", "a lumen", "derived"),
    Parameter("phi_vein", 1.0, "1", 1.0, 1.0, "room at a vein's end", "a lumen", "derived"),
    Parameter("p_vein", 1e-3, "MPa", 0.0, 2e-3, "pressure in veins", _VEINS, "recalled"),
    Parameter(
        "k_needle_track", 0.3, "mm^2", 0.01, 1.0, "permeability of a needle's track",
        "r^2/8 of an open track of 3 mm", "derived",
    ),
    Parameter(
        "phi_needle_track", 1.0, "1", 0.3, 1.0, "room of a needle's track", "an open track", "assumed"
    ),
    Parameter(
        "p_needle_track", 1e-3, "MPa", 0.0, 2e-3, "pressure at the skin's end of a track", _BALANCE, "assumed"
    ),
)  # fmt: skip


@dataclass(frozen=True)
class SpaceProperties:
    """`permeability` mm² and `porosity` of a space, and its `pressure` far away, MPa, against the marrow's."""

    permeability: float
    porosity: float
    pressure: float


def properties_of(space: str) -> SpaceProperties:
    """Properties of ``canal``, ``foramen``, ``disc``, ``paravertebral``, ``vein`` or ``needle_track``.

    Raises
    ------
    KeyError
        for another name.
    """
    known = {parameter.symbol: parameter.value for parameter in CARD}
    return SpaceProperties(known[f"k_{space}"], known[f"phi_{space}"], known[f"p_{space}"])
