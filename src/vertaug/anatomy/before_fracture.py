# SPDX-License-Identifier: BSD-3-Clause
"""What a fractured body was like where no neighbour tells: mean heights of its level, scaled to its endplates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vertaug.anatomy._vertebra import HeightProfile, Landmarks
from vertaug.anatomy.morphometry import levels, mean_dimensions
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.profile import heights, mean_profile

__all__ = ["SCATTER", "as_at_level", "expected_profile"]

SCATTER = 0.15
"""Relative standard deviation of heights among bodies of one level, width and depth (assumed). Four intact lumbar
bodies in scans are 16 to 27 % higher than the table's mean of that size, whose specimens were small."""


def expected_profile(
    level: str, profile: HeightProfile, landmarks: Landmarks
) -> HeightProfile | None:
    """Profile that a body of this level and size had, on the y of ``profile``; None for an unknown level.

    Width and depth change least in a fracture, so that they give the size. No third was lower before a fracture than
    it is after, so that the third that has kept most raises the rest.
    """
    if level not in levels():
        return None
    body = ParametricVertebra(level).body
    scale = (landmarks.width / body.width * landmarks.depth / body.depth) ** 0.5
    mean = mean_profile(profile, (ParametricVertebra(level, scale=scale).profile(intact=True),))
    kept = max(1.0, *np.divide(heights(profile), heights(mean)))
    return replace(mean, superior=kept * mean.superior, inferior=kept * mean.inferior)


def as_at_level(profile: HeightProfile, level: str, steps: int) -> HeightProfile:
    """Profile of one neighbour, ``steps`` levels below (above, where negative), as high as at ``level``.

    Heights grow by 2 to 7 % a level; two neighbours, one on either side, need no such factor. Beyond the table's ends
    nothing is changed.
    """
    known = levels()
    index = known.index(level) + steps if level in known else -1
    if not 0 <= index < len(known):
        return profile
    factor = (
        mean_dimensions(level).posterior_height / mean_dimensions(known[index]).posterior_height
    )
    return replace(profile, superior=factor * profile.superior, inferior=factor * profile.inferior)
