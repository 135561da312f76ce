# SPDX-License-Identifier: BSD-3-Clause
"""Bone with cement in its pores or in layers: moduli in closed form, and stresses after setting under load."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["SetUnderLoad", "interpenetrating", "layers"]


def interpenetrating(first: float, second: float, share: float) -> float:
    """Self-consistent modulus of two phases of Poisson ratio 0.2, the second with volume ``share``.

    With 0.2 the mixture has 0.2 too, and Hill's two equations become (1-f)(E₁-E)/(E₁+E) + f(E₂-E)/(E₂+E) = 0.
    """
    lead = (1.0 - 2.0 * share) * (first - second)
    return 0.5 * (lead + math.sqrt(lead * lead + 4.0 * first * second))


def layers(first: float, second: float, share: float) -> float:
    """Modulus across layers of which the second fills ``share``; exact without lateral strain mismatch."""
    return 1.0 / ((1.0 - share) / first + share / second)


@dataclass(frozen=True)
class SetUnderLoad:
    """A column of modulus `bone` under `stress` in which cement that adds `added` sets, and which is let go.

    Moduli and stress in MPa, compression negative. Once unloaded bone keeps part of its strain, held by the cement.
    """

    bone: float
    added: float
    stress: float

    @property
    def strain(self) -> float:
        """Strain by which the column comes back."""
        return -self.stress / (self.bone + self.added)

    @property
    def bone_stress(self) -> float:
        """Stress left in the bone, on the whole section."""
        return self.stress + self.bone * self.strain

    @property
    def cement_stress(self) -> float:
        """Stress of the cement, on the whole section."""
        return self.added * self.strain
