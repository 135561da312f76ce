# SPDX-License-Identifier: BSD-3-Clause
"""The upper body moves forwards over a kyphotic vertebra, and the erector spinae must hold it.

A lever: the upper body's weight acts in front of the vertebra, the erector spinae behind it. A wedge tips what is
above it forwards about the vertebra, so that the weight's lever grows; a share of that may be taken back in other
levels and in the hips. What presses on the vertebra and its neighbours is weight, muscle and the load of local
muscles.

Held against Rohlmann et al. (2006), Eur Spine J 15:1255, who found +200 % (no reduction) and +55 % (nearly full
reduction) in the erector spinae, and +60 % and +20 % in the disc's pressure. The angles of their wedges are not in
what was read; where they give the published muscle forces, this lever gives +51 % and +14 % of compression.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from vertaug.materials.card import Parameter

__all__ = ["CARD", "UpperBody", "UpperBodyLoad", "upper_body_load"]

_MODEL = "model of the lumbar spine by Rohlmann et al. 2006"

CARD = (
    Parameter("W", 260.0, "N", 200.0, 450.0, "weight of the upper body", _MODEL, "recalled"),
    Parameter("F_l", 200.0, "N", 0.0, 500.0, "load of the local muscles along the spine", _MODEL, "recalled"),
    Parameter("x_0", 30.0, "mm", 10.0, 60.0, "lever of the weight in front of the vertebra", _MODEL, "recalled"),
    Parameter("a", 50.0, "mm", 40.0, 65.0, "lever of the erector spinae behind it", "usual value", "recalled"),
    Parameter("h", 300.0, "mm", 150.0, 400.0, "centre of the upper body's mass above a vertebra about L1", "choice",
              "assumed"),
    Parameter("c", 0.55, "1", 0.0, 1.0, "share of the shift that is taken back where it is compensated",
              "Rohlmann et al. 2006: disc pressure +20 % and +7.5 % with compensation", "calibrated"),
)  # fmt: skip


@dataclass(frozen=True)
class UpperBody:
    """Constants of the lever: N, mm, and the share that compensation takes back."""

    weight: float = CARD[0].value
    local: float = CARD[1].value
    lever: float = CARD[2].value
    muscle_lever: float = CARD[3].value
    height: float = CARD[4].value
    compensation: float = CARD[5].value

    def loads(self, shift: float) -> tuple[float, float]:
        """Erector force and compression, N, with the weight ``shift`` mm farther in front than in an intact spine.

        Muscles do not push: the force is none where the weight is behind the vertebra.
        """
        muscle = max(self.weight * (self.lever + shift) / self.muscle_lever, 0.0)
        return muscle, self.weight + self.local + muscle


@dataclass(frozen=True)
class UpperBodyLoad:
    """Shift of the upper body forwards, mm; erector force and compression, N, and percent more than intact."""

    shift_mm: float
    erector_N: float
    erector_change_percent: float
    compression_N: float
    compression_change_percent: float

    def to_dict(self) -> dict[str, float]:
        """As in ``summary.json``."""
        return asdict(self)


def upper_body_load(
    kyphosis: float, *, compensated: bool = False, body: UpperBody | None = None
) -> UpperBodyLoad:
    """Load on a vertebra with ``kyphosis`` degrees more than in the intact spine (negative: less)."""
    body = body or UpperBody()
    shift = body.height * math.sin(math.radians(kyphosis))
    if compensated:
        shift *= 1.0 - body.compensation
    muscle, compression = body.loads(shift)
    intact, before = body.loads(0.0)
    return UpperBodyLoad(
        shift, muscle, 100.0 * (muscle / intact - 1.0), compression, 100.0 * (compression / before - 1.0)
    )  # fmt: skip
