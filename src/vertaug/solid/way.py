# SPDX-License-Identifier: BSD-3-Clause
"""Where nodes went in the last step, as a guess of where they go in the next one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh
from vertaug.mesh.transfer import interpolated

__all__ = ["Way"]

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Way:
    """Motion of the last step: `motion` (n_nodes + k, 3) mm, the rig's last, for `amount` of its target."""

    motion: Float
    amount: float

    def ahead(self, amount: float) -> Float | None:
        """Motion if all goes on as before up to a target that is ``amount`` further; None for the other direction."""
        share = amount / self.amount if self.amount != 0.0 else 0.0
        return share * self.motion if share > 0.0 else None

    def largest(self, nodes: NDArray[np.integer]) -> float:
        """Farthest way (mm) of any of ``nodes`` (k,)."""
        return float(np.linalg.norm(self.motion[nodes], axis=1).max())

    def on(self, old: Mesh, new: Mesh) -> Way:
        """Return the same motion at the nodes of a ``new`` mesh of the same body, linear in the ``old`` cells."""
        moved = interpolated(old, self.motion, new.points)
        return replace(self, motion=np.concatenate([moved, self.motion[old.n_points :]]))
