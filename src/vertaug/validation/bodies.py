# SPDX-License-Identifier: BSD-3-Clause
"""Bodies in a testing machine: bone and shells of a plan by default, and one loading to failure."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.procedure.case import solid_model
from vertaug.procedure.plan import plan_from_dict
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.machine import MachineRig
from vertaug.solid.model import SolidModel, empty_cavities
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.rig import ground_force
from vertaug.state import State

__all__ = ["bone_and_shells", "loaded", "strength"]

Float = NDArray[np.float64]

_NEWTON = NewtonOptions(tolerance=1e-5, max_iterations=80)
STRENGTH_DEPTH = 2.0
"""Way (mm) up to which the largest force counts as strength, as in the cohort's nonlinear model."""

_DEPTHS = np.concatenate(
    [np.arange(1, 5) * 0.05, np.arange(3, 7) * 0.1, [0.8, 1.0, 1.25, 1.5, 1.75], [STRENGTH_DEPTH]]
)


@cache
def bone_and_shells() -> SolidModel:
    """Bone, cortex and endplates as a plan has them by default."""
    plan = plan_from_dict(
        {"anatomy": {"source": "parametric"}, "procedure": {"stages": ["access"]}}
    )
    points = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    facet = np.array([[0, 1, 2]], dtype=np.int32)
    return solid_model(plan, points, [facet])


def loaded(
    state: State, model: SolidModel, depths: Float, until: float = np.inf
) -> tuple[Float, State]:
    """Drive the upper platen down to ``depths`` (n,) mm: displacement (mm) and force (N) (k, 2), and the state.

    It ends before where the force is over ``until`` N. The platen keeps its tilt; ``model`` is potted.

    Raises
    ------
    NotConvergedError
        A step fails.
    """
    machine = Equilibrium(state, model, MachineRig(model.surroundings.lever))
    empty = empty_cavities(state.mesh)
    origin = float(state.rig.points[0, 0])
    rows = [(0.0, ground_force(state.rig, state.mesh.points))]
    for number, depth in enumerate(depths):
        step = machine.step(state, empty, origin - float(depth), _NEWTON)
        if not step.newton.converged:
            raise NotConvergedError("loading", number, step.newton.reason)
        state = step.state
        rows.append((float(depth), ground_force(state.rig, state.mesh.points)))
        if rows[-1][1] > until:
            break
    return np.array(rows), state


def strength(state: State, model: SolidModel) -> tuple[float, Float]:
    """Largest force (N) up to a way of 2 mm, and the curve (n, 2) of mm and N."""
    curve, _ = loaded(state, model, _DEPTHS)
    return float(curve[:, 1].max()), curve
