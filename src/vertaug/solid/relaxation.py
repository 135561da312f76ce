# SPDX-License-Identifier: BSD-3-Clause
"""Change of bone's stiffness at given stress: what damage does, and what minutes of rest do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.bone import BoneLaw
from vertaug.state import State

__all__ = ["changed_stiffness", "soften"]

Float = NDArray[np.float64]


def soften(metric: Float, factor: Float) -> Float:
    """Elastic tensors (n, 3, 3) whose logarithmic strain is multiplied by ``factor`` (n,).

    The stress stays as the stiffness falls, so the elastic strain rises.
    """
    values, vectors = np.linalg.eigh(metric)
    powered = values ** factor[:, None]
    return np.asarray(np.einsum("nik,nk,njk->nij", vectors, powered, vectors))


def changed_stiffness(state: State, before: BoneLaw, after: BoneLaw) -> State:
    """Return ``state`` as the law ``after`` sees it: the same stresses in the same shape.

    What the elastic strain gains comes from the strain held for permanent: from `before` at test rate to
    `after` relaxed, it is the part that will come back within minutes once the load is off.
    """
    bone = state.bone
    factor = before.stiffness_left(bone.damage) / after.stiffness_left(bone.damage)
    return replace(state, bone=replace(bone, metric=soften(bone.metric, factor)))
