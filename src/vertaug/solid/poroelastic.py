# SPDX-License-Identifier: BSD-3-Clause
"""A porous elastic solid full of fluid: Biot's equations at small strain on 10-node tetrahedra.

Displacements are quadratic and pressures linear in each cell (Taylor-Hood), so that the pressure is
free of checkerboards however incompressible solid and fluid are. The unknowns u (mm) and p (MPa)
satisfy, with the drained moduli, Biot's coefficient α, the storage 1/M and the mobility k/μ,

    div(2 G dev ε(u) + K tr ε(u) 1 - α p 1) + f = 0
    d/dt (α tr ε(u) + p/M) = div(k/μ grad p) + s
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vertaug.errors import InputError
from vertaug.solid.poroelastic_mesh import boundary_facets, facet_volume
from vertaug_kernels import poroelastic as kernels

__all__ = ["Fields", "PorousBody", "PorousMaterial"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class PorousMaterial:
    """Isotropic, linear, porous and elastic.

    Attributes
    ----------
    bulk, shear : drained moduli, MPa
    mobility : permeability over viscosity, mm²/(MPa s)
    biot : Biot's coefficient α; 1 where the solid constituent does not compress
    storage : 1/M, change of fluid content with pressure at held volume, 1/MPa; 0 where neither
        constituent compresses
    """

    bulk: float
    shear: float
    mobility: float
    biot: float = 1.0
    storage: float = 0.0

    def __post_init__(self) -> None:
        for name, low, high in (
            ("bulk", 0.0, np.inf), ("shear", 0.0, np.inf), ("mobility", 0.0, np.inf), ("biot", 0.0, 1.0),
        ):  # fmt: skip
            value = getattr(self, name)
            if not (np.isfinite(value) and low < value <= high):
                raise _refused(name, f"{value!r}", f"a number above {low:g}, at most {high:g}")
        if not (np.isfinite(self.storage) and self.storage >= 0.0):
            raise _refused("storage", f"{self.storage!r}", "a number that is not negative")

    @classmethod
    def of(
        cls, young: float, poisson: float, mobility: float, biot: float = 1.0, storage: float = 0.0
    ) -> PorousMaterial:
        """Material of Young's modulus (MPa) and Poisson's ratio of the drained solid."""
        bulk, shear = young / (3.0 * (1.0 - 2.0 * poisson)), young / (2.0 * (1.0 + poisson))
        return cls(bulk, shear, mobility, biot, storage)

    @property
    def oedometric(self) -> float:
        """Drained modulus K + 4G/3 under strain along one axis, MPa."""
        return self.bulk + 4.0 * self.shear / 3.0

    @property
    def diffusivity(self) -> float:
        """Coefficient of consolidation, mm²/s."""
        return self.mobility / (self.storage + self.biot**2 / self.oedometric)

    def smallest_step(self, size: float) -> float:
        """Step (s) h²/(6c) below which the pressure beside a drained face oscillates.

        ``size`` h is the longest edge (mm) of the cells there. With the edge of a cube that is cut
        into tetrahedra, which is shorter by √3, the pressure still overshoots by 12 %.
        """
        return size**2 / (6.0 * self.diffusivity)


@dataclass(frozen=True)
class Fields:
    """At the centroids of the cells.

    `strain` (n, 3, 3), `stress` (n, 3, 3) total, MPa, `pressure` (n,) MPa, `flux` (n, 3) mm/s.
    """

    strain: Float
    stress: Float
    pressure: Float
    flux: Float


def _reference(barycentric: Float) -> Float:
    gradients = np.empty((len(barycentric), 10, 3))
    for point, out in zip(barycentric, gradients, strict=True):
        kernels.reference_gradients(point, out)
    return gradients


def _rule() -> tuple[Float, Float]:
    """Corners and centroids of the facets: exact to degree 3, weights (8,) sum to one sixth."""
    barycentric = np.vstack([np.eye(4), (1.0 - np.eye(4)) / 3.0])
    return barycentric, np.repeat([1.0 / 240.0, 9.0 / 240.0], 4)


@dataclass(frozen=True)
class PorousBody:
    """The body at rest and its matrices.

    Attributes
    ----------
    points : (n, 3) mm
    cells : (n_cells, 10), corners, then the middles of edges 01, 12, 20, 03, 13, 23
    materials : one, or as many as `region` names
    region : (n_cells,) index into `materials`
    vertices : (m,) nodes that carry a pressure, ascending
    facets : (n_facets, 6) boundary, normals out
    stiffness : (3n, 3n) N/mm
    coupling : (3n, m) mm², α times the divergence
    storage : (m, m) mm³/MPa
    flow : (m, m) mm³/(MPa s)
    """

    points: Float
    cells: Int
    materials: tuple[PorousMaterial, ...]
    region: Int | None = None
    vertices: Int = field(init=False)
    facets: Int = field(init=False)
    stiffness: Any = field(init=False, repr=False)
    coupling: Any = field(init=False, repr=False)
    storage: Any = field(init=False, repr=False)
    flow: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.cells.ndim != 2 or self.cells.shape[1] != 10:
            raise _refused("cells", f"shape {self.cells.shape}", "10 nodes a cell")
        if not np.isfinite(self.points).all():
            raise _refused("points", "values that are not finite", "finite coordinates")
        self._set("vertices", np.unique(self.cells[:, :4]).astype(np.int32))
        self._set("facets", boundary_facets(self.cells))
        matrices = self._cell_matrices()
        rows = (3 * self.cells[:, :, None] + np.arange(3)).reshape(len(self.cells), 30)
        columns = np.searchsorted(self.vertices, self.cells[:, :4])
        n, m = 3 * len(self.points), len(self.vertices)
        biot, storage = self._values("biot")[:, None, None], self._values("storage")[:, None, None]
        self._set("stiffness", _assemble(matrices[0], rows, rows, (n, n)))
        self._set("coupling", _assemble(biot * matrices[1], rows, columns, (n, m)))
        self._set("storage", _assemble(storage * matrices[2], columns, columns, (m, m)))
        self._set("flow", _assemble(matrices[3], columns, columns, (m, m)))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    def _values(self, name: str) -> Float:
        """One property of every cell, (n_cells,)."""
        values = np.array([getattr(material, name) for material in self.materials], dtype=float)
        region = np.zeros(len(self.cells), np.int32) if self.region is None else self.region
        return np.ascontiguousarray(values[region])

    def _mobility(self) -> Float:
        return np.ascontiguousarray(self._values("mobility")[:, None, None] * np.eye(3))

    def _cell_matrices(self) -> tuple[Float, Float, Float, Float]:
        n = len(self.cells)
        barycentric, weights = _rule()
        volume, stiffness = np.zeros(n), np.zeros((n, 30, 30))
        coupling, mass, flow = np.zeros((n, 30, 4)), np.zeros((n, 4, 4)), np.zeros((n, 4, 4))
        kernels.cell_matrices(
            self.points, self.cells, barycentric, weights, _reference(barycentric),
            self._values("bulk"), self._values("shear"), self._mobility(),
            volume, stiffness, coupling, mass, flow,
        )  # fmt: skip
        folded = np.flatnonzero(~(volume > 0.0))
        if folded.size:
            found = f"{folded.size} folded or inverted cells, the first is {folded[0]}"
            raise _refused("cells", found, "a positive Jacobian everywhere in each cell")
        return stiffness, coupling, mass, flow

    def volume_change(self, displacement: Float) -> float:
        """Volume (mm³) by which the boundary encloses more than at rest, to first order."""
        return facet_volume(self.points, self.facets, displacement)

    def fields(self, displacement: Float, pressure: Float) -> Fields:
        """Strain, total stress, pressure and Darcy flux at the centroids.

        ``displacement`` (n, 3) mm, ``pressure`` (m,) MPa of the vertices.
        """
        n = len(self.cells)
        centre = np.full((1, 4), 0.25)
        strain, middle, flux = np.zeros((n, 3, 3)), np.zeros(n), np.zeros((n, 3))
        vertices = np.searchsorted(self.vertices, self.cells[:, :4]).astype(np.int32)
        kernels.cell_fields(
            self.points, self.cells, vertices, centre[0], _reference(centre)[0], displacement,
            pressure, self._mobility(), strain, middle, flux,
        )  # fmt: skip
        trace = np.trace(strain, axis1=1, axis2=2)
        bulk, shear = self._values("bulk"), self._values("shear")
        mean = (bulk - 2.0 * shear / 3.0) * trace - self._values("biot") * middle
        stress = 2.0 * shear[:, None, None] * strain + mean[:, None, None] * np.eye(3)
        return Fields(strain, stress, middle, flux)


def _assemble(values: Float, rows: NDArray[Any], columns: NDArray[Any], shape: Any) -> Any:
    """Sum cell matrices (n, r, c) into a sparse matrix."""
    n, r, c = values.shape
    i = np.broadcast_to(rows[:, :, None], (n, r, c)).ravel()
    j = np.broadcast_to(columns[:, None, :], (n, r, c)).ravel()
    return sparse.csr_array(sparse.coo_array((values.ravel(), (i, j)), shape=shape))


def _refused(name: str, found: str, expected: str) -> InputError:
    return InputError("porous body", name, found, expected, f"correct {name}", code="E-SOLID-020")
