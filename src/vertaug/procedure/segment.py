# SPDX-License-Identifier: BSD-3-Clause
"""The segment that a plan asks for: idealised neighbours of the vertebra's size around it."""

from __future__ import annotations

from dataclasses import replace

from vertaug.anatomy import Vertebra
from vertaug.anatomy.curvature import disc_spaces
from vertaug.anatomy.morphometry import levels, mean_dimensions
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.spine import build_spine
from vertaug.mesh import Mesh
from vertaug.procedure.plan import Plan
from vertaug.solid.model import SolidModel
from vertaug.solid.segment import SegmentOptions, segment_state
from vertaug.state import RigState

__all__ = ["plan_segment"]

_SPACING = 1.0


def plan_segment(plan: Plan, vertebra: Vertebra, mesh: Mesh, model: SolidModel) -> RigState:
    """Data of the segment around the ``mesh`` of a plan's ``vertebra``, at rest.

    Neighbours are mean vertebrae of their levels, as wide against the mean as the treated one is; their trabecular
    density is the mean of its body's.

    Raises
    ------
    InputError : the discs do not fit between the endplates
    """
    known, name, boundary = levels(), plan.anatomy.level, plan.boundary
    at = known.index(name)
    mean = mean_dimensions(name)
    scale = vertebra.landmarks.width / (0.5 * (mean.superior_width + mean.inferior_width))
    body = mesh.centroids()[:, 1] < vertebra.landmarks.posterior_wall
    density = float(vertebra.density(mesh.centroids()[body]).mean())
    shapes = [
        ParametricVertebra(known[k], scale=scale, density=density).build(_SPACING)
        for k in (at - 1, at + 1)
    ]
    chain = known[at - 1 : at + 2]
    spaces = disc_spaces(chain, age=boundary.age, loss=boundary.disc_loss)
    spaces = tuple(replace(space, height=scale * space.height) for space in spaces)
    spine = build_spine([shapes[0], vertebra, shapes[1]], spaces, 1)
    worn, shells = boundary.discs == "degenerated", model.shells
    options = SegmentOptions(
        size=boundary.neighbour_size,
        degenerated=(worn, worn),
        cortex=(shells.cortex_thickness, shells.cortex_modulus),
        endplate=(shells.endplate_thickness, shells.endplate_modulus),
        poisson=model.law.poisson,
    )
    return segment_state(mesh, spine, model.law, options)
