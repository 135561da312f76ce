# SPDX-License-Identifier: BSD-3-Clause
"""The list of every law of the solid core, by name; a test proves it complete."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from vertaug.materials import (
    crushable_closing,
    crushable_cut_off,
    deshpande_fleck_2000,
    drucker_prager,
    fabric_closing,
    hencky,
    j2,
    mohr_coulomb,
    mooney_rivlin,
    neo_hooke,
    orthotropic,
    schwiedrzik_2013,
    shifted_ellipse,
)
from vertaug.materials.card import Parameter
from vertaug.materials.rows import Material
from vertaug_kernels import laws

__all__ = ["LAWS", "Law"]


@dataclass(frozen=True)
class Law:
    """One law: its kernel ``code``, kernel file, card and builder, and what it promises.

    `builder` takes the card's constants in the card's order, each with the card's value as default.
    `stress` is the measure yield is written in (Cauchy where the kinematics are of small strain).
    `frozen` says what is held at its value of the step's start, empty where the step is fully implicit.
    """

    code: int
    kernel: str
    card: tuple[Parameter, ...]
    builder: Callable[..., Material]
    paper: str
    frozen: str = ""
    elastic: bool = False
    stress: Literal["Kirchhoff", "Cauchy"] = "Kirchhoff"

    @property
    def family(self) -> Literal["isotropic", "tensor"]:
        """Whether it works in principal strains or in Mandel vectors of the material axes."""
        return "tensor" if self.code >= laws.FIRST_TENSOR else "isotropic"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the columns from `laws.FIRST_COLUMN` on."""
        return laws.PARAMETERS[self.code]

    @property
    def symmetric(self) -> bool:
        """Whether flow is associated, so that the stress is the energy's derivative, for any constants."""
        return self.code not in laws.UNSYMMETRIC


LAWS: dict[str, Law] = {
    "hencky": Law(laws.HENCKY, "hencky", hencky.CARD, hencky.Hencky, "Hencky 1928", elastic=True),
    "neo_hooke": Law(
        laws.NEO_HOOKE, "neo_hooke", neo_hooke.CARD, neo_hooke.NeoHooke, "Simo & Pister 1984", elastic=True
    ),
    "mooney_rivlin": Law(
        laws.MOONEY_RIVLIN, "mooney_rivlin", mooney_rivlin.CARD, mooney_rivlin.MooneyRivlin, "Mooney 1940",
        elastic=True,
    ),
    "j2": Law(laws.J2, "j2", j2.CARD, j2.J2, "von Mises 1913, Voce 1948"),
    "mohr_coulomb": Law(
        laws.MOHR_COULOMB, "mohr_coulomb", mohr_coulomb.CARD, mohr_coulomb.MohrCoulomb, "Coulomb 1776"
    ),
    "drucker_prager": Law(
        laws.DRUCKER_PRAGER, "drucker_prager", drucker_prager.CARD, drucker_prager.DruckerPrager,
        "Drucker & Prager 1952, DiMaggio & Sandler 1971", "crush pressure",
    ),
    "crushable_foam": Law(
        laws.CRUSHABLE, "crushable", deshpande_fleck_2000.LAW_CARD, deshpande_fleck_2000.CrushableFoam,
        "Deshpande & Fleck 2000",
    ),
    "crushable_cut_off": Law(
        laws.CUT_OFF, "cut_off", crushable_cut_off.CARD, crushable_cut_off.CrushableCutOff,
        "Deshpande & Fleck 2000 with Rankine's cut-off",
    ),
    "crushable_closing": Law(
        laws.CLOSING, "cut_off", crushable_closing.CARD, crushable_closing.CrushableClosing,
        "Deshpande & Fleck 2000, Del Piero 1989",
    ),
    "shifted_ellipse": Law(
        laws.SHIFTED_ELLIPSE, "shifted_ellipse", shifted_ellipse.CARD, shifted_ellipse.ShiftedEllipse,
        "Deshpande & Fleck 2000, volumetric hardening", "crush pressure",
    ),
    "orthotropic": Law(
        laws.ORTHOTROPIC, "orthotropic", orthotropic.CARD, orthotropic.Orthotropic, "Hooke's law", elastic=True
    ),
    "j2_tensor": Law(laws.J2_TENSOR, "j2", j2.CARD, j2.J2, "von Mises 1913, Voce 1948"),
    "fabric_quadric": Law(
        laws.FABRIC_QUADRIC, "fabric_quadric", schwiedrzik_2013.CARD, schwiedrzik_2013.FabricQuadric,
        "Schwiedrzik, Wolfram, Zysset 2013", "strength and damage",
    ),
    "fabric_closing": Law(
        laws.FABRIC_CLOSING, "fabric_closing", fabric_closing.CARD, fabric_closing.FabricClosing,
        "Deshpande & Fleck 2000, Del Piero 1989, in stresses scaled by fabric",
    ),
}  # fmt: skip
"""Every law by its name in plans and reports."""
