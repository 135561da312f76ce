# SPDX-License-Identifier: BSD-3-Clause
"""What the surroundings of a specimen have taken: compression and energy of its discs, tilts of its platen."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.rig import SpecimenRig
from vertaug.solid.support import GroundBed, PlatenDisc
from vertaug.state import State

__all__ = ["DiscTaken", "SurroundingsTaken", "specimen_surroundings"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class DiscTaken:
    """One disc: mean and largest compression mm, energy it stores mJ, share of its area that is drawn apart."""

    compression_mm: float
    largest_mm: float
    energy_mJ: float
    drawn_share: float


@dataclass(frozen=True)
class SurroundingsTaken:
    """Both discs, and the platen: how far it went down (mm) and its tilts forwards and to the left (degrees)."""

    superior: DiscTaken
    inferior: DiscTaken
    platen_down_mm: float
    platen_forwards_deg: float
    platen_left_deg: float

    def to_dict(self) -> dict[str, object]:
        """As in ``summary.json``."""
        return asdict(self)


def _disc(compression: Float, stiffness: Float, energy: float) -> DiscTaken:
    """Disc from the compressions (m,) mm of its springs and their axial ``stiffness`` (m,), in proportion to area."""
    share = stiffness / stiffness.sum()
    drawn = float(share[compression < 0.0].sum())
    return DiscTaken(float(share @ compression), float(compression.max()), energy, drawn)


def specimen_surroundings(state: State, lever: float) -> SurroundingsTaken | None:
    """Read the discs of a specimen; None for a body in another rig.

    ``lever`` mm scales the platen's tilts, as in the model's surroundings.
    """
    data = state.rig
    if data.kind != "specimen":
        return None
    first, points = state.mesh.n_points, np.vstack([state.mesh.points, data.points])
    found = {}
    for item in SpecimenRig(lever).springs(data, first):
        if isinstance(item, PlatenDisc):
            found["superior"] = _disc(
                item.stretch(points)[:, 2], item.stiffness[:, 2], item.energy(points)
            )
        elif isinstance(item, GroundBed):
            gap = item.rest[:, 2] - points[item.nodes, 2]
            found["inferior"] = _disc(gap, item.stiffness[:, 2], item.energy(points))
    down, forwards, left = data.points[0]
    angles = np.degrees(np.array([forwards, left]) / lever)
    return SurroundingsTaken(
        found["superior"], found["inferior"], -float(down), float(angles[0]), float(angles[1])
    )
