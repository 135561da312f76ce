# SPDX-License-Identifier: BSD-3-Clause
"""A vertebral body without its arch, as it is put into a testing machine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Vertebra
from vertaug.anatomy.naming import name_facets
from vertaug.mesh import Mesh, SignedDistance
from vertaug.mesh.generate import MeshSize, generate_mesh
from vertaug.solid.model import SolidModel, first_state
from vertaug.state import State

__all__ = ["body_alone", "body_height", "sound_specimen"]


def body_alone(vertebra: Vertebra) -> Vertebra:
    """Return ``vertebra`` sawn through behind the posterior wall of its body."""
    grid = vertebra.distance
    behind = grid.coordinates()[..., 1] - vertebra.landmarks.posterior_wall
    values = np.maximum(grid.values, behind).astype(np.float32)
    return replace(vertebra, distance=SignedDistance(grid.origin, grid.spacing, values))


def body_height(mesh: Mesh) -> float:
    """Mean distance (mm) of the endplates along the axis, each weighted by its projected area."""
    means = []
    for name in ("endplate_superior", "endplate_inferior"):
        corners = mesh.points[mesh.facets[mesh.facets_of(name)]]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        means.append(np.average(corners[:, :, 2].mean(axis=1), weights=np.abs(normal[:, 2])))
    return float(means[0] - means[1])


def sound_specimen(vertebra: Vertebra, model: SolidModel, size: float) -> State:
    """Stress-free, undamaged body of ``vertebra`` in tetrahedra of edge length ``size`` mm."""
    body = body_alone(vertebra)
    mesh = generate_mesh(body.distance, {}, MeshSize(bulk=size, cavity=size, far=size))
    mesh = name_facets(mesh, body)
    nothing: NDArray[np.float64] = np.zeros(mesh.n_cells)
    return first_state(
        mesh, model, vertebra.density(mesh.centroids()), nothing, np.zeros(len(mesh.facets))
    )
