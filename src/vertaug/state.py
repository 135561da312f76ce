# SPDX-License-Identifier: BSD-3-Clause
"""What changes in a run: the deformed mesh and the history its material carries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh

__all__ = [
    "CEMENT",
    "BoneHistory",
    "CementHistory",
    "FibreHistory",
    "HingeHistory",
    "RigState",
    "ShellHistory",
    "State",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

CEMENT = "cement"
"""Region of the cells that hold cement and nothing else."""


@dataclass(frozen=True)
class BoneHistory:
    """History of the solid cells; arrays of one entry a cell.

    =========== ============ ==================================================================
    field       shape        meaning
    =========== ============ ==================================================================
    volume      (n,)         initial volume, mm³ (the present one is `volume` · `ratio`)
    ratio       (n,)         volume ratio J since the procedure began
    metric      (n, 3, 3)    left Cauchy-Green tensor of the elastic strain and of open cracks
    plastic     (n,)         accumulated norm of the plastic strain, and of cracks as they first open
    density     (n,)         mineral density at J = 1, mg/cm³ K2HPO4-equivalent
    damage      (n,)         damage of the stiffness, 0 to 1
    opened      (n,)         largest norm of the cracks' logarithmic strain so far
    axes        (n, 3, 3)    axes of the fabric in columns, the third along the spine at first; they turn with the
                             rotation of each step where the law has a fabric
    =========== ============ ==================================================================
    """

    volume: Float
    ratio: Float
    metric: Float
    plastic: Float
    density: Float
    damage: Float
    opened: Float
    axes: Float

    @property
    def mass(self) -> float:
        """Bone mineral, µg (mg/cm³ times mm³)."""
        return float(self.density @ self.volume)


@dataclass(frozen=True)
class ShellHistory:
    """History of the cortex and endplate membranes; arrays of one entry a membrane facet.

    `facets` (m, 3) point indices, `volume` (m,) initial area times thickness in mm³,
    `metric` (m, 2, 2), `plastic` (m,), `parameters` (m, 3) as in the membrane kernel, MPa.
    """

    facets: Int
    volume: Float
    metric: Float
    plastic: Float
    parameters: Float


@dataclass(frozen=True)
class FibreHistory:
    """History of the cracked cortex, which holds along its crack only; one entry a facet.

    `facets` (k, 3) point indices, `volume` (k,) initial area times thickness in mm³, `direction`
    (k, 2) in the facet's axes, `strain` (k,) elastic, `parameters` (k, 2) modulus, strength, MPa.
    """

    facets: Int
    volume: Float
    direction: Float
    strain: Float
    parameters: Float


@dataclass(frozen=True)
class HingeHistory:
    """History of the membranes' bending; one entry an edge that two of their facets share.

    `nodes` (h, 4) point indices: the edge's ends and the facets' other corners; `rest` (h,) angle
    without moment; `parameters` (h, 2) stiffness and largest moment, N mm.
    """

    nodes: Int
    rest: Float
    parameters: Float


@dataclass(frozen=True)
class CementHistory:
    """Cement that has set in the solid.

    ============ ============ =================================================================
    field        shape        meaning
    ============ ============ =================================================================
    fraction     (n_cells,)   volume of cement over volume of the cell when it set
    filling      (n_cells,)   share of the cell's pores that it fills; 1 in cells of cement alone
    cure         (n_cells,)   its degree of cure, 0 where there is none
    alone        (m, w)       rows of the cement's law in the cells of the region `CEMENT`, in order
    cells        (k,)         cells of bone in whose pores cement carries beside the bone
    volume       (k,)         their volume when it set, mm³
    ratio        (k,)         volume ratio since
    metric       (k, 3, 3)    elastic left Cauchy-Green tensor of the cement in them
    plastic      (k,)         its accumulated plastic strain
    parameters   (k, w)       rows of the law of what it adds to the bone, MPa
    ============ ============ =================================================================

    Cement set without stress at the shape of that moment; bone kept the stress it had. Cells of cement
    alone have their history among those of the bone, with no density.
    """

    fraction: Float
    filling: Float
    cure: Float
    alone: Float
    cells: Int
    volume: Float
    ratio: Float
    metric: Float
    plastic: Float
    parameters: Float


@dataclass(frozen=True)
class RigState:
    """Data of what surrounds the body, in a rig of some `kind`.

    `points` (k, 3) are the rig's unknowns, which stand as nodes behind the mesh's; `nodes` the points of the
    mesh that it holds, (m,) by name, which a new mesh numbers anew; `arrays` all else, by name.
    """

    kind: str
    points: Float
    nodes: Mapping[str, Int]
    arrays: Mapping[str, Float]

    def renumbered(self, renumber: Callable[[Int], Int]) -> RigState:
        """Return the same data with the mesh's points (m,) numbered anew."""
        return replace(self, nodes={name: renumber(nodes) for name, nodes in self.nodes.items()})


@dataclass(frozen=True)
class State:
    """One converged configuration of the solid.

    Parameters
    ----------
    mesh : labelled mesh at the present coordinates
    reference : (n_points, 3) mm, where the mesh's points were when the procedure began
    bone, shell, fibre, hinge : history of cells, membranes, cracked cortex and the membranes' bending
    rig : what surrounds the body
    outer_volume, cavity_volume : inside of the outer surface, and of all cavities together, when
        the procedure began, mm³; what cement fills of the cavities is taken off
    remeshes : how often the mesh was renewed; `transfer_error` the largest relative error in bone
        mass of a transfer before it was corrected
    cement : that which has set, None before
    """

    mesh: Mesh
    reference: Float
    bone: BoneHistory
    shell: ShellHistory
    fibre: FibreHistory
    hinge: HingeHistory
    rig: RigState
    outer_volume: float
    cavity_volume: float
    remeshes: int = 0
    transfer_error: float = 0.0
    cement: CementHistory | None = None
