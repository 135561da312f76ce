# SPDX-License-Identifier: BSD-3-Clause
"""Height restoration in the three ways papers state it, which must not be mixed.

===================== ================================== ======================================
name                  formula                            used by
===================== ================================== ======================================
``gain_mm``           H_post − H_pre                     Liu et al., J Korean Neurosurg Soc
                                                         2014;55(6)
``of_lost_percent``   (H_post − H_pre) / (H_0 − H_pre)   Belkoff et al., Spine 2001;26:151
``ratio_percent``     H_post / H_0                       "% of initial height", BMC
                                                         Musculoskelet Disord 2020,
                                                         doi 10.1186/s12891-020-03899-7
===================== ================================== ======================================

H_0 is the height before the fracture. Where less than 0.3 mm, or than one standard deviation of H_0, was lost the
second measure divides by noise, and is None. It may exceed 100 % (over-correction) or be negative (further loss).

Example: 26 mm before the fracture, 18 mm after it, 22 mm after the procedure: 4 mm won, 50 % of
what was lost, 84.6 % of the intact height.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from vertaug.outcomes.heights import THIRDS, Heights

__all__ = ["LEAST_LOSS_MM", "Restoration", "RestoredHeight", "restoration", "restored_height"]

LEAST_LOSS_MM = 0.3
"""Loss (mm) under which a height counts as not lost: about the error of a radiograph."""


@dataclass(frozen=True)
class RestoredHeight:
    """Restoration at one place: `gain_mm`; the two relative measures in percent, or None."""

    gain_mm: float
    of_lost_percent: float | None
    ratio_percent: float | None


@dataclass(frozen=True)
class Restoration:
    """Restoration at the anterior, middle and posterior thirds."""

    anterior: RestoredHeight
    middle: RestoredHeight
    posterior: RestoredHeight

    def to_dict(self) -> dict[str, dict[str, float | None]]:
        """As in ``summary.json``: by place, then by measure."""
        return asdict(self)


def restored_height(
    before: float, after: float, intact: float | None, doubt: float = 0.0
) -> RestoredHeight:
    """Three measures from the heights (mm) before and after the procedure and before the fracture.

    Parameters
    ----------
    before, after : height before and after the procedure, mm
    intact : height before the fracture, mm; None where nothing tells it
    doubt : its relative standard deviation
    """
    gain = after - before
    if intact is None:
        return RestoredHeight(gain, None, None)
    lost = intact - before
    of_lost = 100.0 * gain / lost if lost >= max(LEAST_LOSS_MM, doubt * intact) else None
    return RestoredHeight(gain, of_lost, 100.0 * after / intact)


def restoration(
    before: Heights, after: Heights, intact: Heights | None, doubt: float = 0.0
) -> Restoration:
    """Apply `restored_height` to each of the three places; heights in mm."""
    return Restoration(
        **{
            third: restored_height(
                getattr(before, third),
                getattr(after, third),
                None if intact is None else getattr(intact, third),
                doubt,
            )
            for third in THIRDS
        }
    )
