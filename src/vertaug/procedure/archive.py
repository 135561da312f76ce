# SPDX-License-Identifier: BSD-3-Clause
"""States of the solid as flat arrays for checkpoints, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh
from vertaug.state import (
    BoneHistory,
    CementHistory,
    FibreHistory,
    HingeHistory,
    RigState,
    ShellHistory,
    State,
)

__all__ = ["pack_state", "unpack_state"]

Arrays = dict[str, NDArray[Any]]

_MESH = ("points", "cells", "cell_region", "facets", "facet_set")
_BONE = ("volume", "ratio", "metric", "plastic", "density", "damage", "opened", "axes")
_SHELL = ("facets", "volume", "metric", "plastic", "parameters")
_FIBRE = ("facets", "volume", "direction", "strain", "parameters")
_HINGE = ("nodes", "rest", "parameters")
_CEMENT = (
    "fraction", "filling", "cure", "alone", "cells", "volume", "ratio", "metric", "plastic", "parameters",
)  # fmt: skip
_NUMBERS = ("outer_volume", "cavity_volume", "remeshes", "transfer_error")
_PARTS = {"bone": _BONE, "shell": _SHELL, "fibre": _FIBRE, "hinge": _HINGE}
_RIG_NODES, _RIG_ARRAYS = "rig.nodes.", "rig.arrays."


def pack_state(state: State) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and facts (JSON) that hold all of ``state``, bit by bit."""
    arrays: Arrays = {f"mesh.{name}": getattr(state.mesh, name) for name in _MESH}
    for part, names in _PARTS.items():
        arrays.update({f"{part}.{name}": getattr(getattr(state, part), name) for name in names})
    if state.cement is not None:
        arrays.update({f"cement.{name}": getattr(state.cement, name) for name in _CEMENT})
    arrays["reference"], arrays["rig.points"] = state.reference, state.rig.points
    arrays.update({_RIG_NODES + name: array for name, array in state.rig.nodes.items()})
    arrays.update({_RIG_ARRAYS + name: array for name, array in state.rig.arrays.items()})
    facts: dict[str, Any] = {name: getattr(state, name) for name in _NUMBERS}
    facts["rig"] = state.rig.kind
    facts["region_names"] = list(state.mesh.region_names)
    facts["facet_names"] = list(state.mesh.facet_names)
    return arrays, facts


def _rig(arrays: Arrays, kind: str) -> RigState:
    """Rig that `pack_state` took apart."""
    nodes, others = (
        {k.removeprefix(p): np.ascontiguousarray(a) for k, a in arrays.items() if k.startswith(p)}
        for p in (_RIG_NODES, _RIG_ARRAYS)
    )
    return RigState(kind, np.ascontiguousarray(arrays["rig.points"]), nodes, others)


def unpack_state(arrays: Arrays, facts: dict[str, Any]) -> State:
    """State that `pack_state` took apart."""
    mesh = Mesh(
        **{name: np.ascontiguousarray(arrays[f"mesh.{name}"]) for name in _MESH},
        region_names=tuple(facts["region_names"]),
        facet_names=tuple(facts["facet_names"]),
    )
    parts = {
        part: {name: np.ascontiguousarray(arrays[f"{part}.{name}"]) for name in names}
        for part, names in _PARTS.items()
    }
    cement = {name: arrays[f"cement.{name}"] for name in _CEMENT if f"cement.{name}" in arrays}
    return State(
        mesh=mesh,
        reference=np.ascontiguousarray(arrays["reference"]),
        bone=BoneHistory(**parts["bone"]),
        shell=ShellHistory(**parts["shell"]),
        fibre=FibreHistory(**parts["fibre"]),
        hinge=HingeHistory(**parts["hinge"]),
        rig=_rig(arrays, facts["rig"]),
        outer_volume=float(facts["outer_volume"]),
        cavity_volume=float(facts["cavity_volume"]),
        remeshes=int(facts["remeshes"]),
        transfer_error=float(facts["transfer_error"]),
        cement=CementHistory(**cement) if cement else None,
    )
