# SPDX-License-Identifier: BSD-3-Clause
"""Change of bone's stiffness at given stress: what damage does, and what minutes of rest do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vertaug.materials.bone import BoneLaw
from vertaug.solid.model import SolidModel
from vertaug.solid.opening import split
from vertaug.solid.regional_average import RegionalAverage
from vertaug.state import State

__all__ = ["at_rate", "changed_stiffness"]


def at_rate(state: State, model: SolidModel, law: BoneLaw) -> tuple[State, SolidModel]:
    """Return ``state`` as ``law`` sees it, of bone that has rested or is at test rate again, and its model."""
    return changed_stiffness(state, model.law, law), replace(model, law=law)


def changed_stiffness(state: State, before: BoneLaw, after: BoneLaw) -> State:
    """Return ``state`` as the law ``after`` sees it: the same stresses in the same shape.

    What the elastic strain gains comes from the strain held for permanent: from `before` at test rate to
    `after` rested, it is the part that will come back within minutes once the load is off. Open cracks
    stay as they are.
    """
    bone, mesh = state.bone, state.mesh
    average = RegionalAverage.of(
        state.reference, mesh.cells, bone.volume, mesh.cell_region, before.damage_length
    )
    rows = before.parameters(
        bone.density, bone.ratio, bone.damage, average(bone.damage), average(bone.opened)
    )
    law = np.full(mesh.n_cells, before.code, dtype=np.int32)
    factor = before.stiffness_left(bone.damage) / after.stiffness_left(bone.damage)
    metric = split(bone.metric, law, rows, bone.axes).metric(factor)
    return replace(state, bone=replace(bone, metric=metric))
