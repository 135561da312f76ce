# SPDX-License-Identifier: BSD-3-Clause
"""The segment or the column that a plan asks for: idealised vertebrae of the vertebra's size around it."""

from __future__ import annotations

from dataclasses import replace

from vertaug.anatomy import Vertebra
from vertaug.anatomy.curvature import column_names, disc_spaces
from vertaug.anatomy.morphometry import mean_dimensions
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.spine import Spine, build_spine
from vertaug.mesh import Mesh
from vertaug.procedure.plan import Plan
from vertaug.solid.model import SolidModel
from vertaug.solid.segment import SegmentOptions, segment_state
from vertaug.solid.segment_column import in_column
from vertaug.state import RigState

__all__ = ["S1_ENDPLATE", "column_levels", "plan_segment"]

_SPACING = 1.0
_SACRUM = "S1"
S1_ENDPLATE = (50.0, 34.0)
"""Width and depth (mm) of the upper endplate of S1 (recalled)."""


def plan_segment(plan: Plan, vertebra: Vertebra, mesh: Mesh, model: SolidModel) -> RigState:
    """Data of the segment or the column around the ``mesh`` of a plan's ``vertebra``, at rest.

    All other vertebrae are mean ones of their levels, as wide against the mean as the treated one is; the
    trabecular density of its neighbours is the mean of its body's. The sacrum is what lies above it of an L5 whose
    upper endplate is as wide as that of S1.

    Raises
    ------
    InputError : the discs do not fit between the endplates
    """
    boundary, name = plan.boundary, plan.anatomy.level
    chain = column_levels(plan)
    at = chain.index(name)
    mean = mean_dimensions(name)
    scale = vertebra.landmarks.width / (0.5 * (mean.superior_width + mean.inferior_width))
    body = mesh.centroids()[:, 1] < vertebra.landmarks.posterior_wall
    density = float(vertebra.density(mesh.centroids()[body]).mean())
    shapes = [vertebra if level == name else _shape(level, scale, density) for level in chain]
    spaces = disc_spaces(chain, age=boundary.age, loss=boundary.disc_loss)
    spaces = tuple(replace(space, height=scale * space.height) for space in spaces)
    spine = build_spine(shapes, spaces, at)
    worn, shells = boundary.discs == "degenerated", model.shells
    options = SegmentOptions(
        size=boundary.neighbour_size,
        degenerated=(worn, worn),
        cortex=(shells.cortex_thickness, shells.cortex_modulus),
        endplate=(shells.endplate_thickness, shells.endplate_modulus),
        poisson=model.law.poisson,
    )
    near = Spine(spine.placed[at - 1 : at + 2], spine.discs[at - 1 : at + 1])
    segment = segment_state(mesh, near, model.law, options)
    if len(chain) == 3:
        return segment
    first = column_names().index(chain[0])
    return in_column(segment, spine, at, first, options)


def column_levels(plan: Plan) -> tuple[str, ...]:
    """Levels of a plan's segment or column, from the top down; a segment's are the level and its neighbours."""
    known, boundary = column_names(), plan.boundary
    at = known.index(plan.anatomy.level)
    first, last = at - 1, at + 1
    if boundary.situation == "column":
        first, last = (known.index(end) for end in (boundary.column_top, boundary.column_bottom))
    return known[first : last + 1]


def _shape(level: str, scale: float, density: float) -> Vertebra:
    """Mean vertebra of a level; in place of the sacrum's first one an L5 as wide as its endplate."""
    if level != _SACRUM:
        return ParametricVertebra(level, scale=scale, density=density).build(_SPACING)
    mean = mean_dimensions("L5")
    wide, deep = S1_ENDPLATE[0] / mean.superior_width, S1_ENDPLATE[1] / mean.superior_depth
    sizes = {
        "superior_width": wide * mean.superior_width, "inferior_width": wide * mean.inferior_width,
        "superior_depth": deep * mean.superior_depth, "inferior_depth": deep * mean.inferior_depth,
    }  # fmt: skip
    sizes = {name: scale * value for name, value in sizes.items()}
    shape = ParametricVertebra("L5", scale=scale, density=density, dimensions=sizes).build(_SPACING)
    return replace(shape, name=_SACRUM)
