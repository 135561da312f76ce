# SPDX-License-Identifier: BSD-3-Clause
"""Channels cut out of a body that has a history: what stays keeps it, what lay in them is taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Capsule, Mesh, MeshSize, containing_cells
from vertaug.mesh.hollow import hollowed
from vertaug.solid.remeshing import on_new_mesh
from vertaug.state import State

__all__ = ["Hollowed", "hollowed_state"]

Float = NDArray[np.float64]

_LAYERS = 12
"""Samples along a ray from the middle of a channel to its wall."""


@dataclass(frozen=True)
class Hollowed:
    """A `state` with channels, out of equilibrium; the `volume` (mm³, at J = 1) and `mass` (µg) that went."""

    state: State
    volume: float
    mass: float


def hollowed_state(state: State, cavities: Mapping[str, Capsule], size: MeshSize) -> Hollowed:
    """Cut ``cavities`` (capsules by the names of their facets) out of the body of ``state``.

    The outer surface, its names, its membranes and the rig stay as they are. History is carried to the new cells;
    mass and initial volume of all together are what they were, less those of the bone in the channels, which
    is taken out as by a drill: it is not pressed into the bone around. Forces balance again after a step.

    Raises
    ------
    InputError : a cavity reaches the surface or another cavity
    NotConvergedError : the mesher failed
    """
    new = hollowed(state.mesh, cavities, size)
    volume, mass = _taken(state, new, cavities)
    bone = state.bone
    carried = on_new_mesh(state, new, float(bone.volume.sum()) - volume, bone.mass - mass)
    kept = replace(carried, cavity_volume=state.cavity_volume + volume)
    return Hollowed(kept, volume, mass)


def _taken(state: State, new: Mesh, cavities: Mapping[str, Capsule]) -> tuple[float, float]:
    """Initial volume (mm³) and mass (µg) of the bone inside the cavities' facets.

    Each facet makes a cone with the middle of its capsule; samples lie along the cone's axis, at the middles of
    layers of equal volume.
    """
    share = np.cbrt((np.arange(_LAYERS) + 0.5) / _LAYERS)[:, None, None]
    volume = mass = 0.0
    for name, capsule in cavities.items():
        corner = new.points[new.facets[new.facets_of(name)]]
        middle = 0.5 * (np.asarray(capsule.start) + np.asarray(capsule.end))
        cone = -np.linalg.det(corner - middle) / 6.0
        places = middle + share * (corner.mean(axis=1) - middle)
        cell = containing_cells(state.mesh, places.reshape(-1, 3)).reshape(_LAYERS, -1)
        inverse = 1.0 / state.bone.ratio[cell]
        volume += float((inverse.mean(axis=0) * cone).sum())
        mass += float(((state.bone.density[cell] * inverse).mean(axis=0) * cone).sum())
    return volume, mass
