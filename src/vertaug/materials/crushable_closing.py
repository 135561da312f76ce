# SPDX-License-Identifier: BSD-3-Clause
"""Crushable foam with tension cut-off whose cracks close again: the default law of bone.

Strengths are those of `crushable_cut_off`, in Kirchhoff stress. What opens at the cut-off T is no plastic strain but
an opening: it is kept, along its axes, as part of the strain that the law is handed, so compression is carried only
where it has closed, as in masonry that takes no tension (Del Piero 1989, Meccanica 24:150, recalled). The ellipse
crushes what carries. With T constant this is elastic: what T took comes back as the crack closes. Where T has fallen
meanwhile, as bone's does (`bone`), the difference is lost and the crack closes by itself against next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.crushable_cut_off import CARD, CrushableCutOff
from vertaug.materials.rows import NO_LOCK, Locking, law_row
from vertaug_kernels import laws

__all__ = ["CARD", "CrushableClosing"]


@dataclass(frozen=True)
class CrushableClosing(CrushableCutOff):
    """Constants as of the law whose openings stay; ``tension_ratio`` is the cut-off over ``strength``."""

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        return law_row(laws.CLOSING, lock, self.columns("crushable_closing"))
