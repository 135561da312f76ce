# SPDX-License-Identifier: BSD-3-Clause
"""Loads of daily life on a vertebra: an axial force and a moment for each case, for the lumbar spine and above.

Ranges after Remus et al. (2021), PLoS ONE 16:e0250456: a follower load of 500 to 1175 N with moments of 5.5 to
7.8 N m. Which belongs to which case is recalled from Rohlmann et al. (2009), J Biomech 42:890, and Dreischarf et al.
(2014), J Biomech 47:1757.

Published loads are those of the lumbar spine, one for all its levels. Above it they are taken in proportion to the
weight that a level bears: head, neck and arms, and the slices of the trunk down to it (Pearsall et al. 1996, Spine
21:2217, recalled). At T7 that is 0.70 of the lumbar load; pressures measured in thoracic discs (Polga et al. 2004,
Spine 29:1320, recalled: 1.0 MPa at T6/7 and 0.9 at T9/10 standing, against 0.5 in L4/5, whose area is two to three
times as large) give 0.6 to 1. No table of forces by level was found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from vertaug.materials.card import Parameter

__all__ = ["CARD", "CASES", "LoadCase", "level_share"]

_SPLIT = "split among cases: Rohlmann 2009, Dreischarf 2014; range: Remus 2021"


def _force(case: str, value: float) -> Parameter:
    return Parameter(
        f"F_{case}", value, "N", 300.0, 1500.0, f"axial force, {case}", _SPLIT, "recalled"
    )


def _moment(case: str, value: float) -> Parameter:
    return Parameter(f"M_{case}", value, "N m", 0.0, 10.0, f"moment, {case}", _SPLIT, "recalled")


_WEIGHT = "Pearsall et al. 1996, Spine 21:2217"
_SLICES = {
    "T1": 1.1, "T2": 1.1, "T3": 1.4, "T4": 1.3, "T5": 1.3, "T6": 1.3, "T7": 1.4, "T8": 1.5, "T9": 1.6, "T10": 2.0,
    "T11": 2.1, "T12": 2.5, "L1": 2.4,
}  # fmt: skip
"""Mass of the trunk's slices, percent of the body's."""


def _slice(level: str, value: float) -> Parameter:
    meaning = f"mass of the trunk's slice at {level}, of the body's"
    return Parameter(f"m_{level}", value, "%", 0.5, 4.0, meaning, _WEIGHT, "recalled")


CARD = (
    _force("standing", 500.0),
    _force("flexion", 1175.0), _moment("flexion", 7.5),
    _force("extension", 500.0), _moment("extension", 7.5),
    _force("lateral", 700.0), _moment("lateral", 7.8),
    _force("rotation", 720.0), _moment("rotation", 5.5),
    Parameter("m_head", 18.1, "%", 15.0, 21.0, "mass of head, neck and both arms, of the body's", _WEIGHT,
              "recalled"),
    *(_slice(level, value) for level, value in _SLICES.items()),
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

    def at(self, level: str) -> LoadCase:
        """Return the case at a ``level``: forces and moments in proportion to the weight that it bears."""
        share = level_share(level)
        return replace(
            self, force=share * self.force, forwards=share * self.forwards, left=share * self.left,
            torque=share * self.torque,
        )  # fmt: skip


def level_share(level: str) -> float:
    """Weight that a ``level`` bears over that on L1; 1 in the lumbar spine, whose published loads have no level."""
    if level not in _SLICES:
        return 1.0
    names = list(_SLICES)
    at, last = (
        _VALUE["m_head"] + sum(_VALUE[f"m_{name}"] for name in names[: names.index(end)])
        for end in (level, "L1")
    )
    return at / last


CASES: dict[str, LoadCase] = {
    "standing": LoadCase(_VALUE["F_standing"]),
    "flexion": LoadCase(_VALUE["F_flexion"], forwards=_NM * _VALUE["M_flexion"]),
    "extension": LoadCase(_VALUE["F_extension"], forwards=-_NM * _VALUE["M_extension"]),
    "lateral": LoadCase(_VALUE["F_lateral"], left=_NM * _VALUE["M_lateral"]),
    "rotation": LoadCase(_VALUE["F_rotation"], torque=_NM * _VALUE["M_rotation"]),
}
"""Cases by name."""
