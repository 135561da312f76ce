# SPDX-License-Identifier: BSD-3-Clause
"""Bone as the solid core sees it: density in, one row of law parameters a cell out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials import deshpande_fleck_2000 as foam
from vertaug.materials import kopperdahl_2002, wolfram_2011
from vertaug.materials.card import Parameter

__all__ = ["CARD", "BoneLaw", "bone_fraction"]

Float = NDArray[np.float64]

CARD = (
    Parameter("nu", 0.25, "1", 0.1, 0.4, "Poisson ratio", "usual range of continuum models", "assumed"),
    Parameter("f_E", 0.61, "1", 0.4, 1.0, "isotropic over axial stiffness and strength: cube root of 1·0.48²",
              "transverse/axial 0.48 of Schwiedrzik 2013's fabric law at m = 0.87, 0.87, 1.26", "derived"),
    Parameter("f_S", 0.50, "1", 0.3, 1.0, "isotropic crush plateau over axial yield: f_E times plateau/yield 0.82",
              "plateau 0.7 of ultimate (Schwiedrzik 2013), yield 0.85 of ultimate (Kopperdahl 1998)", "derived"),
    Parameter("rho_s", 1000.0, "mg/cm³", 900.0, 1200.0, "mineral density of full bone: BV/TV = rho/rho_s",
              "grey-value relation, 1.0 to 1.2 g/cm³", "recalled"),
    Parameter("s_p", 2.0, "1", 1.1, 3.0, "locking volume ratio over BV/TV: fragments pack to half solid",
              "random packing", "assumed"),
    Parameter("D_t", 0.3, "1", 0.2, 0.85, "damage at which tensile strength is lost: a fractured band opens",
              "well below the 0.53 of bone crushed by 25 %, Wegrzyn 2011", "assumed"),
    Parameter("r_t", 0.7, "1", 0.02, 1.0, "tensile strength that cracked bone keeps, of the sound",
              "chosen so that part of the height returns under 110 N", "assumed"),
    Parameter("n_o", 4.0, "1", 0.0, 6.0, "fall of an opened cell's crush strength, Y ~ J^-n (Cauchy): gaps reclose",
              "1.39 of the density law is the least; a plane gap would have none left", "assumed"),
    Parameter("K_l", 50.0, "MPa", 10.0, 500.0, "stiffness of locked tissue", "numerical barrier", "assumed"),
    Parameter("rho_min", 10.0, "mg/cm³", 1.0, 30.0, "density below which bone counts as this", "marrow", "assumed"),
)  # fmt: skip


def bone_fraction(density: Float) -> Float:
    """Bone volume fraction (n,) of mineral density (n,) mg/cm³, between 0.01 and 0.95."""
    return np.asarray(np.clip(density / CARD[3].value, 0.01, 0.95), dtype=np.float64)


@dataclass(frozen=True)
class BoneLaw:
    """Crushable, damaging bone whose constants follow its density.

    `stiffness_factor` and `strength_factor` multiply the axial density law (isotropic equivalent);
    `tension_ratio` is tensile strength over hydrostatic compressive strength of sound bone; what is left
    of it falls to `residual_tension` of it at the damage `cracked`: a fractured band opens.
    """

    poisson: float = CARD[0].value
    stiffness_factor: float = CARD[1].value
    strength_factor: float = CARD[2].value
    uniaxial_over_hydrostatic: float = foam.CARD[0].value
    tension_ratio: float = foam.CARD[1].value
    packing: float = CARD[4].value
    cracked: float = CARD[5].value
    residual_tension: float = CARD[6].value
    reclosing: float = CARD[7].value
    lock_bulk: float = CARD[8].value
    minimum_density: float = CARD[9].value
    critical_damage: float = wolfram_2011.CRITICAL

    def parameters(self, density: Float, plastic_ratio: Float, damage: Float) -> Float:
        """Rows (n, 7) of the kernels' law `CUT_OFF`, in MPa.

        ``density`` (n,) at the initial volume, mg/cm³; ``plastic_ratio`` (n,) plastic part of the
        volume ratio, which hardens crushed cells and softens opened ones;
        ``damage`` (n,).
        """
        rho = np.maximum(density, self.minimum_density)
        modulus = self.stiffness_factor * kopperdahl_2002.modulus(rho) * (1.0 - damage)
        exponent = np.where(
            plastic_ratio < 1.0, 1.0 - kopperdahl_2002.STRENGTH_EXPONENT, 1.0 - self.reclosing
        )
        hardening = plastic_ratio**exponent
        sound_strength = self.strength_factor * kopperdahl_2002.crush_strength(rho)
        strength = sound_strength * hardening
        alpha = foam.ellipse_factor(self.uniaxial_over_hydrostatic)
        sound = np.clip(1.0 - damage / self.cracked, self.residual_tension, 1.0)
        rows = np.zeros((len(rho), 7))
        rows[:, 0] = np.clip(self.packing * bone_fraction(rho), 0.05, 0.7)
        rows[:, 1] = self.lock_bulk
        rows[:, 2] = modulus / (3.0 * (1.0 - 2.0 * self.poisson))
        rows[:, 3] = modulus / (2.0 * (1.0 + self.poisson))
        rows[:, 4] = strength
        rows[:, 5] = alpha
        hydrostatic = sound_strength * np.sqrt(1.0 + alpha * alpha / 9.0) / alpha
        rows[:, 6] = self.tension_ratio * hydrostatic * sound * np.maximum(plastic_ratio, 1.0)
        return rows
