# SPDX-License-Identifier: BSD-3-Clause
"""The things that stand in several scenes: bone, balloons, openings, cannulas, cement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from vertaug.anatomy import Approach
from vertaug.viz._palette import BALLOONS, BONE, CANNULA, CEMENT, opening_colour, readable
from vertaug.viz._snapshot import CementGrid, Snapshot
from vertaug.viz._surface import Surface, contour, of_facets, tube

__all__ = [
    "balloons", "bone", "cannulas", "cement", "legend_of_balloons", "legend_of_cement",
    "legend_of_openings", "openings", "swatch",
]  # fmt: skip

CLEAR = 0.16


def swatch(colour: str, opacity: float = 1.0) -> Any:
    """A filled square for a legend."""
    from matplotlib.patches import Patch

    return Patch(facecolor=colour, alpha=opacity, edgecolor="none")


def bone(snapshot: Snapshot, opacity: float = CLEAR) -> Surface:
    """Outer surface of the bone, openings left out."""
    hidden = set(snapshot.cavities) | set(snapshot.openings)
    names = tuple(name for name in snapshot.mesh.facet_names if name not in hidden)
    return of_facets(snapshot.mesh, names, BONE, opacity)


def balloons(snapshot: Snapshot) -> list[Surface]:
    """The cavities, each in its colour."""
    pairs = zip(snapshot.cavities, _colours(snapshot), strict=True)
    return [of_facets(snapshot.mesh, (name,), colour) for name, colour in pairs]


def openings(snapshot: Snapshot) -> list[Surface]:
    """Patches of the surface through which cement can leave, each in its pathway's colour."""
    return [
        of_facets(snapshot.mesh, (name,), opening_colour(name), 0.6) for name in snapshot.openings
    ]


def cannulas(approaches: Iterable[Approach], length_out: float = 12.0) -> list[Surface]:
    """The cannulas, from ``length_out`` mm outside the bone to their tips."""
    drawn = []
    for approach in approaches:
        along = approach.tip - approach.entry
        outside = approach.entry - length_out * along / float((along @ along) ** 0.5)
        drawn.append(tube(outside, approach.tip, approach.channel_radius, CANNULA))
    return drawn


def cement(grid: CementGrid) -> list[Surface]:
    """Cement in the bone, and outside it in the colour of its pathway; nothing where none is."""
    found = [contour(grid.origin, grid.spacing, grid.in_bone, CEMENT)]
    for name, share in grid.leaked.items():
        found.append(contour(grid.origin, grid.spacing, share, opening_colour(name)))
    return [surface for surface in found if surface is not None]


def _colours(snapshot: Snapshot) -> list[str]:
    """A colour a cavity, in order, repeated after four."""
    return [BALLOONS[k % len(BALLOONS)] for k in range(len(snapshot.cavities))]


def legend_of_balloons(snapshot: Snapshot) -> list[tuple[str, Any]]:
    """Legend entries of the balloons, or of the cavities that they have left."""
    names = [
        name.replace("balloon", "cavity", 1) if snapshot.emptied else name
        for name in snapshot.cavities
    ]
    return [(readable(n), swatch(c)) for n, c in zip(names, _colours(snapshot), strict=True)]


def legend_of_openings(snapshot: Snapshot) -> list[tuple[str, Any]]:
    """Legend entries of the openings; those that differ by a number alone share one."""
    stems = [re.sub(r"_\d+$", "", name) for name in snapshot.openings]
    found = []
    for stem in dict.fromkeys(stems):
        count = stems.count(stem)
        kind, _, own = stem.partition("_")
        text = readable(f"{own}_{kind}{'s' if count > 1 else ''}") if own else readable(stem)
        found.append((text, swatch(opening_colour(stem))))
    return found


def legend_of_cement(grid: CementGrid) -> list[tuple[str, Any]]:
    """Legend entries of the cement, leaks with their volume in mL."""
    cell = grid.spacing**3 / 1000.0
    inside = float(grid.in_bone.sum()) * cell
    entries = [(f"Cement in bone, {inside:.2f} mL", swatch(CEMENT))]
    for name, share in grid.leaked.items():
        volume = float(share.sum()) * cell
        if volume > 5e-4:
            text = f"Leaked: {readable(name).lower()}, {volume:.2f} mL"
            entries.append((text, swatch(opening_colour(name))))
    return entries
