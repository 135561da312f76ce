# SPDX-License-Identifier: BSD-3-Clause
"""Bone as the solid core sees it: density in, one row of law parameters a cell out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.materials import deshpande_fleck_2000 as foam
from vertaug.materials import wolfram_2011
from vertaug.materials.card import Parameter
from vertaug.materials.density import (
    DensityLaw,
    StiffnessName,
    StrengthName,
    conversion_warnings,
    les_1994,
    line,
    schileo_2008,
    stiffness_law,
    strength_law,
    tissue_density,
    yield_strain,
)
from vertaug_kernels import laws

__all__ = ["CARD", "FABRIC_BONE", "BoneLaw", "bone_fraction"]

Float = NDArray[np.float64]

CARD = (
    Parameter("nu", 0.25, "1", 0.1, 0.4, "Poisson ratio", "usual range of continuum models", "assumed"),
    Parameter("f_E", 0.61, "1", 0.4, 1.0, "of bone without axes: stiffness and strength over axial ones, ∛(1·0.48²)",
              "transverse/axial 0.48 of Schwiedrzik 2013's fabric law at m = 0.87, 0.87, 1.26", "derived"),
    Parameter("f_S", 0.50, "1", 0.3, 1.0, "of bone without axes: crush plateau over axial yield, f_E f_P",
              "plateau 0.7 of ultimate (Schwiedrzik 2013), yield 0.85 of ultimate (Kopperdahl 1998)", "derived"),
    Parameter("rho_s", 1000.0, "mg/cm³", 900.0, 1200.0, "mineral density of full bone: BV/TV = rho/rho_s",
              "grey-value relation, 1.0 to 1.2 g/cm³", "recalled"),
    Parameter("s_p", 2.0, "1", 1.1, 3.0, "locking volume ratio over BV/TV: fragments pack to half solid",
              "random packing", "assumed"),
    Parameter("D_t", 0.3, "1", 0.2, 0.85, "damage at which tensile strength is lost: a fractured band opens",
              "well below the 0.53 of bone crushed by 25 %, Wegrzyn 2011", "assumed"),
    Parameter("r_t", 0.7, "1", 0.02, 1.0, "tensile strength that crushed bone keeps, of the sound",
              "fragments interlock; chosen so that part of the height returns under 110 N", "assumed"),
    Parameter("n_o", 4.0, "1", 0.0, 6.0, "fall of an opened cell's crush strength, Y ~ J^-n (Cauchy)",
              "1.39 of the density law is the least", "assumed"),
    Parameter("K_l", 50.0, "MPa", 10.0, 500.0, "stiffness of locked tissue", "numerical barrier", "assumed"),
    Parameter("rho_min", 10.0, "mg/cm³", 1.0, 30.0, "density below which bone counts as this", "marrow", "assumed"),
    Parameter("psi", 6.0, "1", 0.0, 10.0, "delayed over instant compliance of bone at its largest damage",
              "calibrated: 31 % of a 25 % crush recover in 30 minutes, Wegrzyn 2011", "derived"),
    Parameter("s_D", 0.2, "1", 0.0, 0.6, "crush strength lost at the largest damage, of the sound",
              "calibrated: failure load falls by 11 % there; up to 0.6 in overload, Keaveny 1999", "derived"),
    Parameter("l_D", 2.0, "mm", 0.0, 5.0, "length within which damage weakens bone: average with (1 - r²/l²)²",
              "two or three trabecular spacings", "assumed"),
    Parameter("t_d", 260.0, "s", 60.0, 1800.0, "time constant in which delayed strain comes: 1 - e^(-t/t_d)",
              "90 % within ten minutes, cortical bone in tension, Joo 2007", "derived"),
    Parameter("e_o", 0.17, "1", 0.01, 1.0, "opening strain in which bone lets go: tension falls with e^(-e/e_o)",
              "calibrated: 11.7 ± 6.2 % of the height lost on deflation, Rotter 2010", "derived"),
    Parameter("r_o", 0.02, "1", 0.001, 1.0, "tensile strength that opened bone keeps: marrow and fibres, of before",
              "next to nothing", "assumed"),
    Parameter("E_min", 1.0, "MPa", 0.1, 5.0, "least modulus of any law; strength 0.8 % of it", "marrow", "assumed"),
    Parameter("f_P", 0.82, "1", 0.7, 1.0, "crush plateau over yield along the axis",
              "plateau 0.7 of ultimate (Schwiedrzik 2013), yield 0.85 of ultimate (Kopperdahl 1998)", "derived"),
    Parameter("s", 1.8, "1", 1.0, 2.5, "strength along the axis over that across; its square of moduli",
              "root of the moduli's ratio 3.2, Aiyangar 2014; of strengths 2.3 there", "recalled"),
    Parameter("k_s", 1.335, "1", 0.9, 2.0, "uniaxial over hydrostatic strength of the scaled law",
              "plastic Poisson ratio 0.365 of a crush along the axis, as without axes", "derived"),
)  # fmt: skip


def bone_fraction(density: Float) -> Float:
    """Bone volume fraction (n,) of mineral density (n,) mg/cm³, between 0.01 and 0.95."""
    return np.asarray(np.clip(density / CARD[3].value, 0.01, 0.95), dtype=np.float64)


@dataclass(frozen=True)
class BoneLaw:
    """Crushable, damaging bone whose constants follow its density.

    `stiffness_law` and `strength_law` name the density laws; the model's density is K2HPO4-equivalent
    and converted to the measure of each. `stiffness_factor` and `strength_factor` multiply what the laws give
    along the axis; a law of specimens of any direction is the mean over directions of such bone.
    `tension_ratio` is tensile strength over hydrostatic compressive strength of sound bone; what is left
    of it falls to `residual_tension` of it at the damage `cracked`, and from there to `torn_tension` as bone
    opens, over strains of `tearing`. What has opened carries no compression until it has closed again.
    Damage lowers the crush strength too, by `strength_loss` at its largest. Over minutes crushed bone creeps
    back, by `delayed_compliance` times its instant strain at the largest damage, sound bone not at all:
    `rested` is the share of it that has come, 0 at the rate of a test.
    `along` is the strength along the axis over that across it, and the root of the same ratio of stiffnesses
    (`fabric_closing`); `uniaxial_over_hydrostatic` and `poisson` are those of the scaled law. At 1, the default, bone
    has no axes and its strength is a mean over directions; `FABRIC_BONE` is the other choice.
    """

    stiffness_law: StiffnessName = "kopperdahl_2002"
    strength_law: StrengthName = "kopperdahl_2002"
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
    minimum_modulus: float = CARD[16].value
    critical_damage: float = wolfram_2011.CRITICAL
    delayed_compliance: float = CARD[10].value
    strength_loss: float = CARD[11].value
    damage_length: float = CARD[12].value
    recovery_time: float = CARD[13].value
    tearing: float = CARD[14].value
    torn_tension: float = CARD[15].value
    rested: float = 0.0
    along: float = 1.0

    @property
    def code(self) -> int:
        """The kernels' number of the law."""
        return laws.CLOSING if self.along == 1.0 else laws.FABRIC_CLOSING

    def _laws(self) -> tuple[DensityLaw, DensityLaw]:
        """Laws of stiffness and of strength."""
        stiffness = stiffness_law(self.stiffness_law)
        return stiffness, strength_law(self.strength_law, stiffness)

    def modulus(self, density: Float) -> Float:
        """Young's modulus (n,) MPa along the axis of sound bone of ``density`` (n,) mg/cm³."""
        law = self._laws()[0]
        value = self.stiffness_factor * self._share(law, 4.0 / 3.0) * _in_own_measure(law, density)
        return np.maximum(value, self.minimum_modulus)

    def crush_strength(self, density: Float) -> Float:
        """Crush plateau (n,) MPa along the axis of sound bone of ``density`` (n,) mg/cm³."""
        law = self._laws()[1]
        value = self.strength_factor * self._share(law, 2.0 / 3.0) * _in_own_measure(law, density)
        return np.maximum(value, yield_strain.COMPRESSION * self.minimum_modulus)

    def _share(self, law: DensityLaw, exponent: float) -> float:
        """Axial value over that of ``law``: 1, or the mean's over directions to the power of `along`."""
        if law.direction == "axial":
            return 1.0
        return 1.0 / CARD[1].value if self.along == 1.0 else self.along**exponent

    @property
    def _hydrostatic(self) -> float:
        """Hydrostatic crush strength over the strength across."""
        alpha = foam.ellipse_factor(self.uniaxial_over_hydrostatic)
        less = 1.0 - 1.0 / self.along
        mean = 1.0 - less / 3.0
        return math.sqrt((1.0 + alpha * alpha / 9.0) / (less * less + (alpha * mean) ** 2))

    def stiffness_left(self, damage: Float) -> Float:
        """Share (n,) of the sound stiffness that is left at ``damage`` (n,)."""
        delay = self.rested * self.delayed_compliance
        return np.asarray((1.0 - damage) / (1.0 + delay * damage / self.critical_damage))

    def after(self, seconds: float) -> BoneLaw:
        """Return the law of bone that has been left alone for ``seconds``."""
        return replace(self, rested=-math.expm1(-seconds / self.recovery_time))

    def warnings(self, density: Float) -> tuple[str, ...]:
        """What to know of ``density`` (n,) mg/cm³ outside the ranges of laws and conversions."""
        texts: list[str] = []
        for law in self._laws():
            texts += conversion_warnings(density, "phosphate", law.measure)
            texts += law.warnings(line("phosphate", law.measure)(density))
        return tuple(dict.fromkeys(texts))

    def cards(self) -> tuple[Parameter, ...]:
        """Cards of the density laws and, where their measure asks for it, of the conversions."""
        named = self._laws()
        modules = (les_1994, schileo_2008, tissue_density)
        converted = any(law.measure != "phosphate" for law in named)
        cards = [law.card for law in named] + [m.CARD for m in modules if converted]
        return tuple(dict.fromkeys(parameter for card in cards for parameter in card))

    def parameters(
        self,
        density: Float,
        ratio: Float,
        damage: Float,
        around: Float | None = None,
        opened: Float | None = None,
    ) -> Float:
        """Rows (n, 7) of the kernels' law `CLOSING`, or (n, 10) of `FABRIC_CLOSING`, in MPa.

        ``density`` (n,) at the initial volume, mg/cm³; ``ratio`` (n,) of the present volume to it,
        which hardens crushed cells and softens opened ones;
        ``damage`` (n,) lowers the stiffness; ``around`` (n,), its average over `damage_length`, the strengths;
        ``opened`` (n,), an average too, is the largest opening strain so far. Without them bone stands by
        itself, never opened.
        """
        weak = damage if around is None else around
        rho = np.maximum(density, self.minimum_density)
        modulus = self.modulus(rho) * self.stiffness_left(damage) / self.along**2
        sound_strength = self.crush_strength(rho) / self.along
        crushed = np.minimum(ratio, 1.0)
        wider = np.maximum(ratio, 1.0)
        strength = crushed * self.crush_strength(rho / crushed) * wider ** (1.0 - self.reclosing)
        strength /= self.along
        alpha = foam.ellipse_factor(self.uniaxial_over_hydrostatic)
        strength *= 1.0 - self.strength_loss * weak / self.critical_damage
        sound = np.clip(1.0 - weak / self.cracked, self.residual_tension, 1.0)
        if opened is not None:
            kept = self.torn_tension + (1.0 - self.torn_tension) * np.exp(-opened / self.tearing)
            sound = sound * kept
        rows = np.zeros((len(rho), laws.FIRST_COLUMN + len(laws.PARAMETERS[self.code])))
        rows[:, 0] = np.clip(self.packing * bone_fraction(rho), 0.05, 0.7)
        rows[:, 1] = self.lock_bulk
        rows[:, 2] = modulus / (3.0 * (1.0 - 2.0 * self.poisson))
        rows[:, 3] = modulus / (2.0 * (1.0 + self.poisson))
        rows[:, 4] = strength
        rows[:, 5] = alpha
        # The cut-off must lie inside the ellipse, also of a weak one. What has no mineral, as a cleft, only pushes.
        mineral = np.clip(density / self.minimum_density, self.torn_tension, 1.0)
        pulled = np.minimum(sound_strength * sound, strength) * mineral
        rows[:, 6] = self.tension_ratio * self._hydrostatic * pulled
        rows[:, 7:] = (1.0, 1.0, math.sqrt(self.along))[: rows.shape[1] - 7]
        return rows


def _in_own_measure(law: DensityLaw, density: Float) -> Float:
    """Value (n,) MPa of ``law`` for ``density`` (n,) mg/cm³ K2HPO4-equivalent."""
    return law.value(line("phosphate", law.measure)(density))


FABRIC_BONE = BoneLaw(
    stiffness_factor=1.0, strength_factor=CARD[17].value, along=CARD[18].value,
    uniaxial_over_hydrostatic=CARD[19].value,
)  # fmt: skip
"""Bone that is stronger and stiffer along its axis, by what cores of vertebrae show along and across."""
