# SPDX-License-Identifier: BSD-3-Clause
"""Where the cement went: how much filled the body, how much left it, by which pathway, when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.outcomes.pressure import to_mL

__all__ = ["LEAST_LEAK_MM3", "CementOutcome", "cement_outcome", "fill_fraction", "first_leak"]

Float = NDArray[np.float64]

LEAST_LEAK_MM3 = 1.0
"""Volume (mm³) that must have left through a pathway before it counts as leaking: a 1 mm drop,
about what CT shows."""


@dataclass(frozen=True)
class CementOutcome:
    """Cement at the end of injection.

    `injected_mL`, `in_bone_mL`; `fill_fraction` of the body's volume; `leaked_mL` by pathway
    (every pathway that could leak, 0 where it did not); `first_leak_s` only for those that did.
    """

    injected_mL: float
    in_bone_mL: float
    fill_fraction: float
    leaked_mL: dict[str, float]
    first_leak_s: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """As in ``summary.json``."""
        return asdict(self)


def fill_fraction(in_bone: float, body: float) -> float:
    """Cement inside the body over the volume of the body (cavities counted in), both in mm³.

    This is the fraction clinical papers relate to stiffness and leakage (typically 0.1 to 0.3).
    """
    if not body > 0.0:
        message = f"the volume of the body must be positive, got {body} mm³"
        raise ValueError(message)
    return in_bone / body


def first_leak(time: Float, leaked: Float, least: float = LEAST_LEAK_MM3) -> float | None:
    """Time (s) at which the volume leaked through a pathway reaches ``least``; None if never.

    Parameters
    ----------
    time : (n,) s, ascending
    leaked : (n,) cumulative volume, mm³
    least : mm³; the time is interpolated linearly between the two samples about it
    """
    time = np.asarray(time, dtype=np.float64)
    leaked = np.asarray(leaked, dtype=np.float64)
    reached = np.flatnonzero(leaked >= least)
    if len(reached) == 0:
        return None
    index = int(reached[0])
    if index == 0:
        return float(time[0])
    share = (least - leaked[index - 1]) / (leaked[index] - leaked[index - 1])
    return float(time[index - 1] + share * (time[index] - time[index - 1]))


def cement_outcome(
    time: Float,
    injected: Float,
    in_bone: Float,
    leaked: Mapping[str, Float],
    body: float,
) -> CementOutcome:
    """Summarise an injection.

    Parameters
    ----------
    time : (n,) s, ascending
    injected, in_bone : (n,) cumulative cement injected and present in the body, mm³
    leaked : (n,) cumulative leaked volume in mm³, by pathway
    body : volume of the vertebral body with its cavities, mm³
    """
    times = {name: first_leak(time, volume) for name, volume in leaked.items()}
    return CementOutcome(
        injected_mL=to_mL(injected[-1]),
        in_bone_mL=to_mL(in_bone[-1]),
        fill_fraction=fill_fraction(float(in_bone[-1]), body),
        leaked_mL={name: to_mL(volume[-1]) for name, volume in leaked.items()},
        first_leak_s={name: at for name, at in times.items() if at is not None},
    )
