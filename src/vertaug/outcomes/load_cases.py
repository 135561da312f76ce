# SPDX-License-Identifier: BSD-3-Clause
"""Loads of daily life on a vertebra: an axial force and a moment for each case, for the lumbar spine.

Ranges after Remus et al. (2021), PLoS ONE 16:e0250456: a follower load of 500 to 1175 N with moments of 5.5 to
7.8 N m. Which belongs to which case is recalled from Rohlmann et al. (2009), J Biomech 42:890, and Dreischarf et al.
(2014), J Biomech 47:1757.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Parameter

__all__ = ["CARD", "CASES", "LoadCase"]

_SPLIT = "split among cases: Rohlmann 2009, Dreischarf 2014; range: Remus 2021"


def _force(case: str, value: float) -> Parameter:
    return Parameter(
        f"F_{case}", value, "N", 300.0, 1500.0, f"axial force, {case}", _SPLIT, "recalled"
    )


def _moment(case: str, value: float) -> Parameter:
    return Parameter(f"M_{case}", value, "N m", 0.0, 10.0, f"moment, {case}", _SPLIT, "recalled")


CARD = (
    _force("standing", 500.0),
    _force("flexion", 1175.0), _moment("flexion", 7.5),
    _force("extension", 500.0), _moment("extension", 7.5),
    _force("lateral", 700.0), _moment("lateral", 7.8),
    _force("rotation", 720.0), _moment("rotation", 5.5),
)  # fmt: skip
_VALUE = {parameter.symbol: parameter.value for parameter in CARD}
_NM = 1e3


@dataclass(frozen=True)
class LoadCase:
    """Compressive axial `force` N; moments N mm that bend `forwards`, to the `left`, and turn by `torque`."""

    force: float
    forwards: float = 0.0
    left: float = 0.0
    torque: float = 0.0


CASES: dict[str, LoadCase] = {
    "standing": LoadCase(_VALUE["F_standing"]),
    "flexion": LoadCase(_VALUE["F_flexion"], forwards=_NM * _VALUE["M_flexion"]),
    "extension": LoadCase(_VALUE["F_extension"], forwards=-_NM * _VALUE["M_extension"]),
    "lateral": LoadCase(_VALUE["F_lateral"], left=_NM * _VALUE["M_lateral"]),
    "rotation": LoadCase(_VALUE["F_rotation"], torque=_NM * _VALUE["M_rotation"]),
}
"""Cases by name."""
