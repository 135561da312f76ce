# SPDX-License-Identifier: BSD-3-Clause
"""Where marrow and cement can leave a vertebra: veins and defects, placed on its surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Endplate, Landmarks, Vertebra
from vertaug.errors import InputError

__all__ = ["SITES", "Opening", "default_openings", "place_opening"]

Float = NDArray[np.float64]
Kind = Literal["defect", "vein"]

SITES: dict[str, tuple[float, float]] = {
    "anterior": (0.0, -1.0),
    "anterolateral_left": (0.75, -0.66),
    "anterolateral_right": (-0.75, -0.66),
    "lateral_left": (1.0, 0.0),
    "lateral_right": (-1.0, 0.0),
    "posterior": (0.0, 1.0),
}
"""Direction (x, y) from the body's axis to each side of the wall."""
BASIVERTEBRAL = (1.5, 8.0)
"""Radius and length of the basivertebral opening, mm; recalled, uncalibrated."""
BASIVERTEBRAL_DEPTH = 0.17
"""How far the basivertebral vein's canal reaches into the body over the body's depth: 0.12 to 0.22 (Tzika 2021)."""
SEGMENTAL = (0.5, 10.0)
"""Radius and length of a segmental vein, mm; recalled, uncalibrated."""
BREACH = 1.5
"""Radius of a cortical defect, mm; breaches are 0.5 to 4 mm wide (recalled)."""
SEGMENTAL_SITES = (
    "lateral_left",
    "lateral_right",
    "anterolateral_left",
    "anterolateral_right",
    "anterior",
    "anterior",
)
_CLEAR = 5.0
"""Distance of a usual vein from an opening that a plan names, mm: they need facets of their own."""
_OTHER_HEIGHTS = (0.3, 0.7, 0.2, 0.8)
SEGMENTAL_HEIGHTS = (0.5, 0.5, 0.5, 0.5, 0.35, 0.65)


@dataclass(frozen=True)
class Opening:
    """A hole through the shell.

    Parameters
    ----------
    name : facets get it behind ``defect_`` or ``vein_``
    kind : hole in the bone, or mouth of a vein
    pathway : where what leaves arrives, such as ``basivertebral`` or ``disc``
    centre : (3,) on the surface, vertebral frame, mm
    radius, length : of the hole, mm
    inside : how far a vein of that radius reaches into the bone, mm
    """

    name: str
    kind: Kind
    pathway: str
    centre: Float
    radius: float
    length: float = 0.0
    inside: float = 0.0

    @property
    def facet_name(self) -> str:
        """Name of its facets."""
        return f"{self.kind}_{self.name}"


def place_opening(vertebra: Vertebra, site: str, height: float = 0.5) -> Float:
    """Point (3,) on the body's surface, mm, vertebral frame.

    `site` is a side of the wall (see `SITES`), ``endplate_superior`` or ``endplate_inferior``;
    `height` goes from 0 at the inferior to 1 at the superior endplate. On an endplate the point
    lies ahead of its middle, where fractures open.

    Raises
    ------
    InputError
        E-OPEN-001, unknown site; E-OPEN-002, no surface in that direction.
    """
    marks = vertebra.landmarks
    axis_y = 0.5 * (marks.anterior_wall + marks.posterior_wall)
    if site in SITES:
        start = np.array([0.0, axis_y, _height_at(marks, axis_y, height)])
        direction = np.array([*SITES[site], 0.0])
        return _surface(vertebra, start, direction / np.linalg.norm(direction), site)
    if site in {"endplate_superior", "endplate_inferior"}:
        y = marks.anterior_wall + 0.35 * (marks.posterior_wall - marks.anterior_wall)
        start = np.array([0.0, y, _height_at(marks, y, 0.5)])
        up = 1.0 if site == "endplate_superior" else -1.0
        return _surface(vertebra, start, np.array([0.0, 0.0, up]), site)
    raise _error(
        "site",
        repr(site),
        "one of " + ", ".join([*SITES, "endplate_superior", "endplate_inferior"]),
        "name one of these sites, or give position",
        "E-OPEN-001",
    )


def default_openings(
    vertebra: Vertebra,
    *,
    basivertebral: bool = True,
    segmental: int = 0,
    defects: Sequence[tuple[str, str, float]] = (),
    taken: Sequence[Float] = (),
) -> tuple[Opening, ...]:
    """Basivertebral foramen, up to six segmental veins, and defects as (name, site, height).

    Sizes are engineering values, uncalibrated. The basivertebral foramen lies in the midline of the
    posterior wall a little above mid-height, as at T10 to L4 (Tzika 2021). A segmental vein whose place is `taken`,
    points (3,), lies higher or lower at the same side.
    """
    openings: list[Opening] = []
    if basivertebral:
        place = place_opening(vertebra, "posterior", 0.55)
        inside = BASIVERTEBRAL_DEPTH * vertebra.landmarks.depth
        shape = (*BASIVERTEBRAL, inside)
        openings.append(Opening("basivertebral", "vein", "basivertebral", place, *shape))
    pairs = zip(SEGMENTAL_SITES, SEGMENTAL_HEIGHTS, strict=True)
    for index, (site, height) in enumerate(list(pairs)[:segmental], start=1):
        place = _free_place(vertebra, site, height, taken)
        openings.append(Opening(f"segmental_{index}", "vein", "segmental_vein", place, *SEGMENTAL))
    for name, site, height in defects:
        pathway = "disc" if site.startswith("endplate") else "cortical_defect"
        place = place_opening(vertebra, site, height)
        openings.append(Opening(name, "defect", pathway, place, BREACH))
    return tuple(openings)


def _free_place(vertebra: Vertebra, site: str, height: float, taken: Sequence[Float]) -> Float:
    """Place at a side nearest to a height that keeps clear of what is taken; the clearest, if none does."""
    best, room = np.zeros(3), -1.0
    for other in (height, *sorted(_OTHER_HEIGHTS, key=lambda h: (abs(h - height), h))):
        place = place_opening(vertebra, site, other)
        apart = min((float(np.linalg.norm(place - point)) for point in taken), default=np.inf)
        if apart > room:
            best, room = place, apart
        if room >= _CLEAR:
            break
    return best


def _height_at(marks: Landmarks, y: float, share: float) -> float:
    bottom, top = (_plane_z(plate, y) for plate in (marks.inferior, marks.superior))
    return bottom + share * (top - bottom)


def _plane_z(plate: Endplate, y: float) -> float:
    """Height z of an endplate's plane at x = 0 and ``y``, mm."""
    n, c = plate.normal, plate.centre
    return float(c[2] - (n[1] * (y - c[1]) - n[0] * c[0]) / n[2])


def _surface(vertebra: Vertebra, start: Float, direction: Float, site: str) -> Float:
    reach = np.arange(0.0, 60.0, 0.2)
    depth = vertebra.distance.at(start + reach[:, None] * direction)
    leaves = np.flatnonzero((depth[:-1] < 0.0) & (depth[1:] >= 0.0))
    if len(leaves) == 0:
        raise _error(
            "position",
            f"no bone surface towards {site}",
            "a point on the body's surface",
            "give the position of the opening",
            "E-OPEN-002",
        )
    first = int(leaves[0])
    part = depth[first] / (depth[first] - depth[first + 1])
    return np.asarray(start + (reach[first] + 0.2 * part) * direction)


def _error(key: str, found: str, expected: str, fix: str, code: str) -> InputError:
    return InputError("plan", f"opening.{key}", found, expected, fix, code)
