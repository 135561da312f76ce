# SPDX-License-Identifier: BSD-3-Clause
"""Cross-sections of screws, rods and needles: stiffnesses of a beam and stresses from its resultants.

Shear coefficients are Cowper's (1966, J Appl Mech 33:335); the torsion of a rectangle is Saint-Venant's
series. Axis 1 runs along the beam, 2 along the width b (or any radius), 3 along the height h.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["Section", "circular_section", "rectangular_section"]

Float = NDArray[np.float64]
_PLACE = "solid.section"


@dataclass(frozen=True)
class Section:
    """Stiffnesses of a section.

    Parameters
    ----------
    area : mm²
    inertia_2, inertia_3 : mm⁴, second moments about axis 2 and axis 3
    torsion : mm⁴, torsion constant
    shear_2, shear_3 : shear coefficients, effective over whole area, for forces along axes 2 and 3
    young, shear_modulus : MPa
    reach_2, reach_3 : mm, largest distance of the material from the axis, along axes 2 and 3
    round : whether the section is a circle or a ring
    """

    area: float
    inertia_2: float
    inertia_3: float
    torsion: float
    shear_2: float
    shear_3: float
    young: float
    shear_modulus: float
    reach_2: float
    reach_3: float
    round: bool

    def force_stiffness(self) -> Float:
        """Axial and shear stiffnesses (3,), N."""
        shear = self.shear_modulus * self.area
        return np.array([self.young * self.area, self.shear_2 * shear, self.shear_3 * shear])

    def moment_stiffness(self) -> Float:
        """Torsional and bending stiffnesses (3,), N mm²."""
        return np.array(
            [
                self.shear_modulus * self.torsion,
                self.young * self.inertia_2,
                self.young * self.inertia_3,
            ]
        )

    def largest_stress(self, resultants: Float) -> Float:
        """Largest bending-and-axial stress (m,), MPa, from resultants (m, 6) N and N mm."""
        axial = np.abs(resultants[:, 0]) / self.area
        two, three = np.abs(resultants[:, 4]), np.abs(resultants[:, 5])
        if self.round:
            return np.asarray(axial + np.hypot(two, three) * self.reach_2 / self.inertia_2)
        bending = two * self.reach_3 / self.inertia_2 + three * self.reach_2 / self.inertia_3
        return np.asarray(axial + bending)


def _elastic(young: float, poisson: float) -> float:
    """Shear modulus (MPa), once the two constants are valid."""
    if not (math.isfinite(young) and young > 0.0):
        raise InputError(
            _PLACE, "young", f"{young}", "a modulus above 0 MPa", "give it in MPa", "E-PART-040"
        )
    if not -1.0 < poisson <= 0.5:
        raise InputError(
            _PLACE, "poisson", f"{poisson}", "a ratio above -1, at most 0.5", "correct it", "E-PART-040"
        )  # fmt: skip
    return young / (2.0 * (1.0 + poisson))


def circular_section(
    radius: float, young: float, poisson: float, inner_radius: float = 0.0
) -> Section:
    """Solid or hollow round section; radii in mm, ``young`` in MPa."""
    shear_modulus = _elastic(young, poisson)
    if not (math.isfinite(radius) and 0.0 <= inner_radius < radius):
        raise InputError(
            _PLACE, "radius, inner_radius", f"{radius}, {inner_radius}", "0 <= inner < outer, mm",
            "correct the radii", "E-PART-041",
        )  # fmt: skip
    area = math.pi * (radius**2 - inner_radius**2)
    inertia = 0.25 * math.pi * (radius**4 - inner_radius**4)
    m = (inner_radius / radius) ** 2
    top = 6.0 * (1.0 + poisson) * (1.0 + m) ** 2
    shear = top / ((7.0 + 6.0 * poisson) * (1.0 + m) ** 2 + (20.0 + 12.0 * poisson) * m)
    return Section(
        area, inertia, inertia, 2.0 * inertia, shear, shear, young, shear_modulus, radius, radius,
        round=True,
    )  # fmt: skip


def rectangular_section(width: float, height: float, young: float, poisson: float) -> Section:
    """Solid section ``width`` b along axis 2 by ``height`` h along axis 3, mm; ``young`` in MPa."""
    shear_modulus = _elastic(young, poisson)
    if not (0.0 < width < math.inf and 0.0 < height < math.inf):
        raise InputError(
            _PLACE, "width, height", f"{width}, {height}", "lengths above 0 mm", "correct them", "E-PART-041"
        )  # fmt: skip
    shear = 10.0 * (1.0 + poisson) / (12.0 + 11.0 * poisson)
    return Section(
        width * height, width * height**3 / 12.0, height * width**3 / 12.0,
        _rectangle_torsion(width, height), shear, shear, young, shear_modulus, 0.5 * width,
        0.5 * height, round=False,
    )  # fmt: skip


def _rectangle_torsion(width: float, height: float) -> float:
    """Torsion constant (mm⁴) of a rectangle."""
    long, short = max(width, height), min(width, height)
    series = sum(math.tanh(0.5 * n * math.pi * long / short) / n**5 for n in range(1, 40, 2))
    return long * short**3 / 3.0 * (1.0 - 192.0 * short / (math.pi**5 * long) * series)
