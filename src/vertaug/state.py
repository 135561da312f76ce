# SPDX-License-Identifier: BSD-3-Clause
"""What changes in a run: the deformed mesh and the history its material carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh

__all__ = ["Bed", "BoneHistory", "FibreHistory", "HingeHistory", "ShellHistory", "State"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class BoneHistory:
    """History of the solid cells; arrays of one entry a cell.

    =========== ============ ==================================================================
    field       shape        meaning
    =========== ============ ==================================================================
    volume      (n,)         initial volume, mm³ (the present one is `volume` · `ratio`)
    ratio       (n,)         volume ratio J since the procedure began
    metric      (n, 3, 3)    elastic left Cauchy-Green tensor
    plastic     (n,)         accumulated norm of the plastic strain
    density     (n,)         mineral density at J = 1, mg/cm³ K2HPO4-equivalent
    damage      (n,)         damage of the stiffness, 0 to 1
    =========== ============ ==================================================================
    """

    volume: Float
    ratio: Float
    metric: Float
    plastic: Float
    density: Float
    damage: Float

    @property
    def mass(self) -> float:
        """Bone mineral, µg (mg/cm³ times mm³)."""
        return float(self.density @ self.volume)

    @property
    def plastic_ratio(self) -> Float:
        """Plastic part of the volume ratio, (n,)."""
        return np.asarray(self.ratio / np.sqrt(np.linalg.det(self.metric)), dtype=np.float64)


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
class Bed:
    """Springs of a disc: `nodes` (m,), `rest` (m, 3) mm, `stiffness` (m, 3) N/mm along x, y, z."""

    nodes: Int
    rest: Float
    stiffness: Float


@dataclass(frozen=True)
class State:
    """One converged configuration of the solid.

    Parameters
    ----------
    mesh : labelled mesh at the present coordinates
    reference : (n_points, 3) mm, where the mesh's points were when the procedure began
    bone, shell, fibre, hinge : history of cells, membranes, cracked cortex and the membranes' bending
    ground, platen_bed : discs below and above; `platen` (3,) the platen's axial position and its
        two tilts times the lever, mm
    outer_volume, cavity_volume : inside of the outer surface, and of all cavities together, when
        the procedure began, mm³
    remeshes : how often the mesh was renewed; `transfer_error` the largest relative error in bone
        mass of a transfer before it was corrected
    """

    mesh: Mesh
    reference: Float
    bone: BoneHistory
    shell: ShellHistory
    fibre: FibreHistory
    hinge: HingeHistory
    ground: Bed
    platen_bed: Bed
    platen: Float
    outer_volume: float
    cavity_volume: float
    remeshes: int = 0
    transfer_error: float = 0.0
