# SPDX-License-Identifier: BSD-3-Clause
"""Colours, one meaning each, from Okabe and Ito's set that colour-blind readers can tell apart."""

from __future__ import annotations

__all__ = ["BALLOONS", "BONE", "CANNULA", "CEMENT", "INK", "opening_colour", "readable"]

BONE = "#d8c6a2"
INK = "#22262b"
CANNULA = "#3f4a57"
CEMENT = "#8a8f98"
BALLOONS = ("#0072b2", "#56b4e9", "#004c78", "#9ad0f0")

_PATHWAYS = {
    "basivertebral": "#d55e00",
    "segmental_vein": "#e69f00",
    "cortical_defect": "#cc79a7",
    "disc": "#009e73",
    "needle_tract": "#7b5ba6",
    "foramen": "#a6761d",
    "canal": "#b2182b",
}
_OTHER = "#e69f00"


def opening_colour(name: str) -> str:
    """Colour of a pathway, or of an opening named ``vein_<x>`` or ``defect_<x>``."""
    if name in _PATHWAYS:
        return _PATHWAYS[name]
    if name.startswith("defect"):
        return _PATHWAYS["cortical_defect"]
    for pathway, colour in _PATHWAYS.items():
        if pathway.split("_")[0] in name:
            return colour
    return _OTHER


def readable(name: str) -> str:
    """``balloon_left`` to ``Balloon left``."""
    text = name.replace("_", " ").strip()
    return text[:1].upper() + text[1:]
