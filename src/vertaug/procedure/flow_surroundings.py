# SPDX-License-Identifier: BSD-3-Clause
"""Canal, discs and other spaces around a plan's vertebra, as the flow grid wants them."""

from __future__ import annotations

import numpy as np

from vertaug.anatomy import Vertebra
from vertaug.anatomy.disc_height import disc_heights
from vertaug.cement.from_solid import GridReport, lay_grid
from vertaug.cement.surroundings import CanalSpace, DiscSpace, Surroundings
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.outside_spaces import SpaceProperties
from vertaug.procedure.case import Case
from vertaug.procedure.flow_setup import grid_options, opening_sites, solid_view
from vertaug.procedure.plan_spaces import Spaces
from vertaug.state import State

__all__ = ["plan_grid", "plan_surroundings"]

_NARROWEST, _WIDEST = 4.0, 13.0
"""Radius of a canal that is believed, mm: what else an arch encloses is none."""


def plan_grid(case: Case, state: State) -> tuple[FlowGrid, GridReport]:
    """The grid that flow in this state has, and what its laying kept."""
    around = plan_surroundings(case, state)
    return lay_grid(solid_view(state), opening_sites(case, state), grid_options(case), around)


def plan_surroundings(case: Case, state: State) -> Surroundings:
    """Spaces around the vertebra where its endplates are now, with the plan's properties."""
    spaces = case.plan.spaces
    mesh, above_and_below = state.mesh, disc_heights(case.vertebra.name)
    discs = []
    for name, sign, usual in zip(("superior", "inferior"), (1, -1), above_and_below, strict=True):
        given = spaces.disc_superior if sign > 0 else spaces.disc_inferior
        corners = mesh.points[mesh.facets[mesh.facets_of(f"endplate_{name}")]]
        height = usual if given.height is None else given.height
        closed = given.condition == "intact"
        discs.append(DiscSpace(f"disc_{name}", corners, sign, height, closed))
    return Surroundings(np.eye(3), _canal(case.vertebra), tuple(discs), _given(spaces))


def _canal(vertebra: Vertebra) -> CanalSpace:
    """The canal between body and arch: as wide as the largest ball in its middle."""
    marks = vertebra.landmarks
    centre = np.asarray(marks.canal, dtype=np.float64)
    radius = float(np.clip(vertebra.distance.at(centre[None])[0], _NARROWEST, _WIDEST))
    return CanalSpace(centre, radius, max(float(centre[1]) - marks.posterior_wall, 0.0))


def _given(spaces: Spaces) -> dict[str, SpaceProperties]:
    """Properties of every space: the plan's, else the table's."""
    usual, found = Surroundings(), {}
    for name in type(spaces).model_fields:
        item, table = getattr(spaces, name), usual.properties(name)
        found[name] = SpaceProperties(
            table.permeability if item.permeability is None else item.permeability,
            table.porosity if item.porosity is None else item.porosity,
            table.pressure if item.pressure is None else item.pressure,
        )
    return found
