# SPDX-License-Identifier: BSD-3-Clause
"""Axial stiffness of a vertebral body as it is now: a little more load, and how much its endplates come closer."""

from __future__ import annotations

from vertaug.errors import InputError, NotConvergedError
from vertaug.outcomes.endplates import endplate_distance
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, empty_cavities
from vertaug.solid.newton import TIGHT
from vertaug.state import State

__all__ = ["body_stiffness"]


def body_stiffness(
    state: State, model: SolidModel, load: float | None = None, more: float = 20.0
) -> float:
    """Tangent of axial load against the approach of the endplates, N/mm; the state is left as it is.

    The discs hand the load on, so it is spread as there; the approach is the mean over each endplate's area.

    Parameters
    ----------
    state : with empty cavities, or with cement in them
    load : N, that the body carries; by default the model's axial load
    more : N, by which it is raised; small, lest bone yields

    Raises
    ------
    InputError
        A load that is not raised.
    NotConvergedError
        A step fails.
    """
    if not more > 0.0:
        raise InputError(
            "body_stiffness", "more", f"{more:g} N", "above 0 N", "raise the load by some newtons", "E-OUTCOME-001",
        )  # fmt: skip
    start = model.surroundings.axial_load if load is None else load
    whole, drive, lengths = Equilibrium(state, model), None, []
    cavities = empty_cavities(state.mesh)
    for force in (start, start + more):
        for settling in range(2):  # the second lets go of the first one's viscosity
            step = whole.step(state, cavities, force, TIGHT, before=drive)
            if not step.newton.converged:
                raise NotConvergedError("body stiffness", settling, step.newton.reason)
            state, drive = step.state, step.drive
        lengths.append(endplate_distance(state.mesh))
    return more / (lengths[0] - lengths[1])
