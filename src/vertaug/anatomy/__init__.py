# SPDX-License-Identifier: BSD-3-Clause
"""Shapes from parameters, surfaces, meshes and scans, all as one `Vertebra`."""

from vertaug.anatomy._vertebra import (
    Approach,
    Endplate,
    Field,
    Frame,
    Gaps,
    HeightProfile,
    Landmarks,
    PedicleAxis,
    Vertebra,
)

__all__ = [
    "Approach",
    "Endplate",
    "Field",
    "Frame",
    "Gaps",
    "HeightProfile",
    "Landmarks",
    "PedicleAxis",
    "Vertebra",
]
