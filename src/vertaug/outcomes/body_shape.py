# SPDX-License-Identifier: BSD-3-Clause
"""Shape of a vertebral body at one moment: heights, wedge, volume, all in the body's own frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from vertaug.anatomy import Landmarks
from vertaug.anatomy.profile import heights, profile_from_triangles, rim_heights, wedge_angle
from vertaug.outcomes.heights import Heights
from vertaug.outcomes.own_frame import own_points
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.model import ENDPLATES
from vertaug.state import State

__all__ = ["BodyShape", "body_shape", "body_volume"]


@dataclass(frozen=True)
class BodyShape:
    """Heights mm, wedge angle degrees (positive: lower in front), volume of the body mm³ with its cavities.

    `rim` are six heights near the rim, every 60° from the front on to the left, None where an endplate does not
    reach. `cobb` is the angle between the far endplates of the neighbours, degrees, None for a vertebra alone.
    """

    heights: Heights
    wedge: float
    rim: tuple[float | None, ...]
    volume: float
    cobb: float | None = None

    @property
    def mean_rim(self) -> float | None:
        """Mean of the heights near the rim, as Belkoff et al. (2001) took it; None unless all six are there."""
        known = [value for value in self.rim if value is not None]
        return float(np.mean(known)) if len(known) == len(self.rim) else None

    def to_dict(self) -> dict[str, Any]:
        """As among the stages of ``summary.json``."""
        return {
            "rim_heights_mm": list(self.rim), "mean_rim_mm": self.mean_rim,
            "volume_mL": 1e-3 * self.volume, "cobb_deg": self.cobb,
        }  # fmt: skip


def body_volume(state: State, landmarks: Landmarks) -> float:
    """Volume of the vertebral body with its cavities, mm³: what lay in front of its posterior wall at the start."""
    cells = state.mesh.cells
    front = state.reference[cells, 1].mean(axis=1) < landmarks.posterior_wall
    hollow = sum(cavity_volumes(state).values())
    return float(state.mesh.volumes()[front].sum()) + hollow


def body_shape(state: State, landmarks: Landmarks) -> BodyShape:
    """Measure the body of a state; a rigid motion changes nothing.

    Raises
    ------
    InputError
        An endplate does not reach the mid-sagittal plane.
    """
    mesh, points = state.mesh, own_points(state)
    upper, lower = (mesh.facets[mesh.facets_of(name)] for name in ENDPLATES)
    profile = profile_from_triangles(points, upper, lower, landmarks)
    rim = rim_heights(points, upper, lower, landmarks)
    return BodyShape(
        Heights.of(heights(profile)),
        wedge_angle(profile),
        tuple(float(value) if np.isfinite(value) else None for value in rim),
        body_volume(state, landmarks),
    )
