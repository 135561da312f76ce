# SPDX-License-Identifier: BSD-3-Clause
"""A cement and the marrow it displaces: one mixing time, hence one age everywhere."""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.rheology import bryant_1988, cement_classes
from vertaug.materials.rheology.flow_curve import FlowCurve, Fluid

__all__ = ["Cement", "cement_of_class"]


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

    def equivalent_age(self, time: float, *, in_body: bool) -> float:
        """Equivalent age, s, of cement `time` s after the start; in the body or still outside it."""
        before = self.age_at_start * self.curve.ageing_rate(self.room)
        return before + time * self.curve.ageing_rate(self.body if in_body else self.room)

    def in_tube(self, time: float) -> Fluid:
        """The fluid in the cannula, which is taken to stay at room temperature."""
        return self.curve.at(self.equivalent_age(time, in_body=False), temperature=self.room)

    def warnings(self) -> tuple[str, ...]:
        """What the reader of results must know about the viscosity."""
        if self.curve.calibrated:
            return ()
        return (
            f"cement {self.name}: its viscosity curve is uncalibrated; pressures and leakage scale with it",
        )


def cement_of_class(name: str, age_at_start: float = 300.0) -> Cement:
    """Cement of viscosity class `name` (low, medium, high), injected `age_at_start` s after mixing."""
    return Cement(name, cement_classes.curve_of_class(name), age_at_start)
