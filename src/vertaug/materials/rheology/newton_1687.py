# SPDX-License-Identifier: BSD-3-Clause
"""Liquid whose viscosity does not depend on the shear rate: stress = mu g.

Newton (1687), Principia, book 2, section 9. Early acrylic cement at body rates comes near it; with `ageing` it is the
law of cement that thickens with time alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rows import require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "Newtonian"]

CARD = (
    Parameter("mu", 1e-4, "MPa*s", 5e-6, 3e-3, "viscosity of cement as it is injected",
              "order of vertebroplasty cements at 10 1/s", "recalled"),
)  # fmt: skip


@dataclass(frozen=True)
class Newtonian:
    """Constant of a Newtonian liquid."""

    code: ClassVar[int] = rheology.NEWTONIAN
    viscosity: float = CARD[0].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        require_positive("newtonian", viscosity=self.viscosity)
        return {"scale": self.viscosity}
