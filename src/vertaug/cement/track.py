# SPDX-License-Identifier: BSD-3-Clause
"""The track that a cannula leaves: within the bone where it is drawn back, out of it once it is taken out.

Drawn back, it leaves a channel of its own width from where its mouth was to where it is now. Liquid runs along it as
through a tube, beside what passes the bone; its cells keep the pores that they had, which are nearly as wide. Taken
out, it leaves a vessel from its tip back to where it came in.

On the grid it is an opening between the cell at the tip and the one behind it, which stands for the skin's end of the
track; it is barred while the cannula is seated. Its length is that of the cannula within the bone: soft
tissue closes behind it. Cement fills it as it fills a vein.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula
from vertaug.cement.options import Push
from vertaug.cement.source import mouth
from vertaug.errors import InputError
from vertaug.grid.flow_grid import INSIDE, Compartment, FlowGrid, Kind, Opening
from vertaug.materials.outside_spaces import SpaceProperties

__all__ = ["PATHWAY", "SPACE", "Channel", "channel", "track_name", "with_tracks"]

Float = NDArray[np.float64]

SPACE, PATHWAY = "needle_track", "needle_tract"


def track_name(cannula: str) -> str:
    """Name of the opening that a cannula leaves."""
    return f"track_{cannula}"


@dataclass(frozen=True)
class Channel:
    """A channel through the bone along `cells` (m, 3), each a neighbour of the next; `radius` and `length` in mm."""

    cells: NDArray[np.intp]
    radius: float
    length: float

    @property
    def conductance(self) -> float:
        """Flow times viscosity over pressure from end to end, mm³: Hagen-Poiseuille."""
        return 0.125 * np.pi * self.radius**4 / self.length


def channel(grid: FlowGrid, cannula: Cannula, before: float, now: float) -> Channel | None:
    """What a cannula leaves that is drawn back from `before` to `now`, mm; None where that is within one cell."""
    start, end = (np.asarray(mouth(cannula, depth)) for depth in (before, now))
    place, goal = ((point - grid.origin) / grid.spacing for point in (start, end))
    way, cells = goal - place, [np.floor(place)]
    with np.errstate(divide="ignore", invalid="ignore"):
        # how far along the way the next face across each axis lies, and how far apart they are
        apart = np.where(way != 0.0, 1.0 / np.abs(way), np.inf)
        next_face = np.where(way > 0.0, cells[0] + 1.0 - place, place - cells[0]) * apart
    next_face[way == 0.0] = np.inf
    while next_face.min() < 1.0:
        axis = int(next_face.argmin())
        cells.append(cells[-1] + np.sign(way[axis]) * (np.arange(3) == axis))
        next_face[axis] += apart[axis]
    inside = [cell for cell in cells if ((cell >= 0) & (cell < grid.shape)).all()]
    if len(inside) < 2:
        return None
    length = float(np.linalg.norm(end - start))
    return Channel(np.array(inside, dtype=np.intp), cannula.outer_radius, length)


def _refuse(cannula: Cannula, field: str, found: str, expected: str, fix: str) -> InputError:
    return InputError(
        "plan", f"cannula.{cannula.name}.{field}", found, expected, fix, "E-CEMENT-015"
    )


def _ends(grid: FlowGrid, cannula: Cannula, depth: float) -> tuple[NDArray[np.int32], ...]:
    """Cell (1, 3) at the tip, and the one behind it along the axis nearest to the cannula's.

    Raises
    ------
    InputError
        no direction, or a tip that is not in bone with bone behind it.
    """
    if cannula.direction is None:
        raise _refuse(
            cannula, "entry", "nothing", "a direction along which it is taken out",
            "give a point of its axis behind the tip",
        )  # fmt: skip
    way = np.asarray(cannula.direction, dtype=np.float64)
    at = np.asarray(mouth(replace(cannula, opening="ball"), depth))
    home = grid.cell_at(at[None])
    axis = int(np.abs(way).argmax())
    behind = home.copy()
    behind[:, axis] -= 1 if way[axis] > 0.0 else -1
    for cell in (home[0], behind[0]):
        within = bool(((cell >= 0) & (cell < grid.shape)).all())
        if not within or grid.kind[tuple(cell)] not in INSIDE:
            raise _refuse(
                cannula, "tip", f"{at.round(1).tolist()} mm, not within bone", "a tip with bone behind it",
                "move the tip into the body, or leave the cannula in",
            )  # fmt: skip
    return home, behind


def with_tracks(
    grid: FlowGrid, cannulas: Sequence[Cannula], schedule: Sequence[Push], space: SpaceProperties
) -> FlowGrid:
    """The grid with a barred opening for each cannula that the schedule takes out, into a space of its own.

    Raises
    ------
    InputError
        a cannula whose direction or length within the bone is not known, or whose tip is not in bone.
    """
    taken_out = {entry.cannula for entry in schedule if entry.remove}
    if not taken_out:
        return grid
    kind, compartment = grid.kind.copy(), grid.compartment.copy()
    porosity, permeability = grid.porosity.copy(), grid.permeability.copy()
    outlet, behind_pressure = grid.outlet.copy(), grid.outer_pressure().copy()
    faces = np.zeros(permeability.shape, dtype=np.uint8)
    if grid.outlet_faces is None:
        faces[0] = outlet
    else:
        faces[:] = grid.outlet_faces
    number, openings = len(grid.compartments), list(grid.openings)
    for cannula in cannulas:
        if cannula.name not in taken_out:
            continue
        if cannula.within is None or not cannula.within > 0.0:
            raise _refuse(
                cannula, "entry", f"{cannula.within}", "the length of the cannula within the bone, mm",
                "give the point where it enters the bone",
            )  # fmt: skip
        depth = sum(entry.retract for entry in schedule if entry.cannula == cannula.name)
        home, behind = _ends(grid, cannula, depth)
        cell = tuple(behind[0])
        kind[cell], compartment[cell] = Kind.EXTERIOR, number
        porosity[cell], permeability[:, *cell] = space.porosity, space.permeability
        outlet[cell], behind_pressure[cell], faces[:, *cell] = True, space.pressure, 2
        length = max(cannula.within - depth, grid.spacing)
        openings.append(
            Opening(track_name(cannula.name), PATHWAY, cannula.outer_radius, length, home, behind)
        )
    return replace(
        grid, kind=kind, compartment=compartment, porosity=porosity, permeability=permeability,
        outlet=outlet, outlet_pressure=behind_pressure, outlet_faces=faces, openings=tuple(openings),
        compartments=(*grid.compartments, Compartment(SPACE, space.pressure)),
    )  # fmt: skip
