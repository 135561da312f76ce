# SPDX-License-Identifier: BSD-3-Clause
"""A cement and the marrow it displaces: what it is like at an age, and how fast it ages where."""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.errors import InputError
from vertaug.materials.rheology import bryant_1988, cement_classes
from vertaug.materials.rheology.flow_curve import FlowCurve, Fluid

__all__ = ["SLOW_SHEAR", "Cement", "cement_of_class", "is_set"]

SLOW_SHEAR = 10.0
"""Rate of shear, 1/s, at which a viscosity tells whether cement has set: that of the classes' curves."""


@dataclass(frozen=True)
class Cement:
    """What is injected.

    Parameters
    ----------
    name : for reports
    curve : viscosity against shear rate, age, cure and temperature
    age_at_start : time since mixing when the injection begins, s
    marrow_viscosity : of the fluid displaced, MPa s
    room, body : temperatures before and after the start of the injection, K
    """

    name: str
    curve: FlowCurve
    age_at_start: float = 300.0
    marrow_viscosity: float = bryant_1988.IN_VIVO
    room: float = 296.15
    body: float = 310.15

    def __post_init__(self) -> None:
        if self.curve.depends_on_cure and not self.curve.cures:
            raise InputError(
                "cement", f"{self.name}.curve", "a law of the degree of cure that is told none",
                "the degree of cure against age", "give the curve its cures, as `cure_with_age` makes them",
                "E-CEMENT-013",
            )  # fmt: skip

    @property
    def ageing_in_body(self) -> float:
        """Seconds of equivalent age that cement in the body gains each second."""
        return self.curve.ageing_rate(self.body)

    def age_in_cannula(self, time: float) -> float:
        """Equivalent age, s, of cement still in a cannula of room temperature `time` s after the start."""
        return (self.age_at_start + time) * self.curve.ageing_rate(self.room)

    def in_cannula(self, time: float) -> Fluid:
        """The liquid in a cannula that stays at room temperature."""
        return self.curve.at(self.age_in_cannula(time), temperature=self.room)

    def warnings(self) -> tuple[str, ...]:
        """What the reader of results must know about the viscosity."""
        if self.curve.calibrated:
            return ()
        return (
            f"cement {self.name}: its viscosity curve is uncalibrated; pressures and leakage scale with it",
        )


def is_set(fluid: Fluid, viscosity: float) -> bool:
    """Whether cement is as stiff as `viscosity`, MPa s, or has reached its cap."""
    return fluid.viscosity(SLOW_SHEAR) >= min(viscosity, fluid.constants()["cap"])


def cement_of_class(name: str, age_at_start: float = 300.0) -> Cement:
    """Cement of viscosity class `name` (low, medium, high), injected `age_at_start` s after mixing."""
    return Cement(name, cement_classes.curve_of_class(name), age_at_start)
