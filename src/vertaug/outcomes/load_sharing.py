# SPDX-License-Identifier: BSD-3-Clause
"""How cortex and core share the load of a body: axial force through cuts across it.

A cut parts the nodes above a height from those below. What items hold together above it is the sum of
their forces on the nodes above, which is the force through the cut exactly, whatever cells it goes through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.energy_balance import nodal_forces
from vertaug.solid.item import Item

__all__ = ["LoadSharing", "load_sharing"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class LoadSharing:
    """Compressive axial forces (n,) N through cuts at the heights `z` (n,) mm, of `shell` and `core`."""

    z: Float
    shell: Float
    core: Float

    @property
    def shares(self) -> Float:
        """Share (n,) of the whole force that the shell bears; NaN where there is none."""
        whole = self.shell + self.core
        return np.divide(self.shell, whole, out=np.full_like(whole, np.nan), where=whole != 0.0)

    @property
    def shell_share(self) -> float | None:
        """Share of the shell, mean over the cuts by force; None without force."""
        whole = float((self.shell + self.core).sum())
        return float(self.shell.sum()) / whole if whole != 0.0 else None


def load_sharing(
    shell: Sequence[Item], core: Sequence[Item], points: Float, heights: Float
) -> LoadSharing:
    """Share the force through cuts at ``heights`` (n,) mm between ``shell`` and ``core``.

    Parameters
    ----------
    shell, core : items in equilibrium at ``points``; together all that holds the body
    points : (n_nodes, 3) mm, z along the load
    heights : of the cuts, mm
    """
    above = points[None, :, 2] > np.asarray(heights)[:, None]
    forces = (nodal_forces(items, points)[:, 2] for items in (shell, core))
    # a compressed body loses energy as its upper part goes up: the gradient there is less than nothing
    of_shell, of_core = (-(above @ force) for force in forces)
    return LoadSharing(np.asarray(heights, dtype=np.float64), of_shell, of_core)
