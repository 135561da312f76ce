# SPDX-License-Identifier: BSD-3-Clause
"""Equivalent minutes at 43 °C.

Sapareto, Dewey (1984), Int J Radiat Oncol Biol Phys 10:787: ``CEM43 = integral of R^(43 - T) dt``, R = 0.5 from 43 °C
on and 0.25 below. 47 °C for a minute gives 16. The rates stand in `vertaug_kernels.damage`. Fitted to soft
tissue and cells; 16 minutes are
the damage of bone after one minute at 47 °C (Eriksson, Albrektsson 1983, J Prosthet Dent 50:101).
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["BONE", "CARD", "SOFT_TISSUE"]

CARD = (
    Parameter("CEM_bone", 16.0, "min", 16.0, 240.0, "dose that damages bone", "47 °C for one minute", "found"),
    Parameter("CEM_soft", 240.0, "min", 10.0, 240.0, "dose that kills soft tissue", "Pearce 2010, Crit Rev Biomed "
              "Eng 38:1; nerve 10 to 60", "recalled"),
)  # fmt: skip
BONE, SOFT_TISSUE = (p.value for p in CARD)
