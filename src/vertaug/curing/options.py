# SPDX-License-Identifier: BSD-3-Clause
"""How finely curing is followed in time."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CuringOptions"]


@dataclass(frozen=True)
class CuringOptions:
    """Limits of a step.

    Parameters
    ----------
    longest_step : s
    temperature_step : K that the reaction may add to a cell in a step
    conduction_error : K, largest error that a step of conduction may be estimated to make
    cure_error : error of the cure over the cure, in each sub-step of a cell
    most_stages : of a step of conduction
    """

    longest_step: float = 10.0
    temperature_step: float = 2.0
    conduction_error: float = 0.5
    cure_error: float = 1e-6
    most_stages: int = 25
