# SPDX-License-Identifier: BSD-3-Clause
"""Strength of a vertebra by the published voxel model: a hexahedron a voxel, with caps of resin.

The law of the spineFE benchmark (Kopperdahl 2002): E = 2980 ρ^1.05 and 37.4 ρ^1.39 MPa in tension and compression,
ρ in g/cm³ K2HPO4-equivalent, ν = 0.3, perfectly plastic by Mohr and Coulomb, which with equal strengths is
Tresca's; caps of 2500 MPa that do not yield. The lower cap's end is held along the axis, the upper's driven down,
both free sideways. Strains are small. Assumed: densities below 10 mg/cm³ count as that, each voxel has its own
density, and a hexahedron has one volume change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.materials.density import stiffness_law, strength_law
from vertaug.materials.rows import bulk_and_shear
from vertaug.mesh.voxels import voxel_mesh
from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.controls import DisplacementControl
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.stepping import PathOptions, follow
from vertaug_kernels import laws

__all__ = ["CAP", "YIELDING_TOLERANCE", "VoxelBody", "forces", "stiffness", "voxel_body"]

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

CAP = 2500.0
"""Young's modulus of the caps, MPa."""
YIELDING_TOLERANCE = 1e-4
"""Residual of a yielding body's equilibrium over its force, at which Newton's iteration ends."""
POISSON = 0.3
LEAST_DENSITY = 10.0
_NEVER = 1e6
"""Strength (MPa) of what does not yield."""


@dataclass(frozen=True)
class VoxelBody:
    """A body of cubes between two planes.

    `points` (k, 3) mm, `cells` (n, 8), `young` and `strength` (n,) MPa; `ends` masks (k,) of the nodes of the lower
    and the upper end; `height` mm of the bone between its caps.
    """

    points: Float
    cells: NDArray[np.int32]
    young: Float
    strength: Float
    ends: tuple[Bool, Bool]
    height: float

    @property
    def held(self) -> Bool:
        """Unknowns (k, 3) that are held against motion as a rigid body, beside the ends."""
        lower = np.flatnonzero(self.ends[0])
        xy = self.points[lower, :2] - self.points[lower, :2].mean(axis=0)
        middle = lower[np.argmin((xy**2).sum(axis=1))]
        aside = lower[np.argmax(xy[:, 0])]
        fixed = np.zeros(self.points.shape, dtype=np.bool_)
        fixed[middle, :2] = True
        fixed[aside, 1] = True
        return fixed

    def item(self, *, yields: bool) -> SolidItem:
        """The body at rest, as what can yield or as elastic alone."""
        code = laws.MOHR_COULOMB if yields else laws.HENCKY
        bulk, shear = (self.young * unit for unit in bulk_and_shear("voxel", 1.0, POISSON).values())
        columns = {"bulk": bulk, "shear": shear, "strength": self.strength}
        rows = np.zeros((len(self.cells), laws.FIRST_COLUMN + len(laws.PARAMETERS[code])))
        for place, name in enumerate(laws.PARAMETERS[code]):
            rows[:, laws.FIRST_COLUMN + place] = columns.get(name, 0.0)
        return SolidItem.at_rest(self.points, self.cells, code, rows, kinematics=SMALL)


def voxel_body(bone: Bool, caps: Bool, density: Float, spacing: float) -> VoxelBody:
    """Body of the voxels of ``bone`` and ``caps`` (masks) of ``density`` mg/cm³, cubes of ``spacing`` mm."""
    index = np.argwhere(bone | caps)
    points, cells = voxel_mesh(spacing * index.astype(np.float64), spacing)
    place = tuple(index.T)
    resin = caps[place]
    rho = np.maximum(density[place].astype(np.float64), LEAST_DENSITY)
    stiff = stiffness_law("kopperdahl_2002")
    young = np.where(resin, CAP, stiff.value(rho))
    strength = np.where(resin, _NEVER, strength_law("kopperdahl_2002", stiff).value(rho))
    between = np.zeros(len(points), dtype=np.bool_)
    between[cells[resin] if resin.any() else cells] = True
    z = points[:, 2]
    low, high = z[between].min(), z[between].max()
    ends = (between & (z <= low + 1e-6), between & (z >= high - 1e-6))
    columns = bone.any(axis=2) & caps.any(axis=2)
    depth = bone.sum(axis=2)[columns] if columns.any() else bone.sum(axis=2)[bone.any(axis=2)]
    return VoxelBody(points, cells, young, strength, ends, spacing * float(depth.mean()))


def _driven(
    body: VoxelBody, stations: Sequence[float], options: PathOptions, *, yields: bool
) -> Float:
    """Forces (N) at ways ``stations`` (mm) of the upper end.

    Raises
    ------
    NotConvergedError
        No equilibrium is found on the way.
    """
    lower, upper = body.ends
    moved = np.zeros(body.points.shape, dtype=np.bool_)
    moved[lower | upper, 2] = True
    down = np.zeros(body.points.shape)
    down[upper, 2] = -1.0
    control = DisplacementControl(moved, lambda way: body.points + way * down)
    found: dict[float, float] = {}

    def told(step: object, stage: object) -> None:
        found[float(stage.target)] = -float(stage.factor)  # type: ignore[attr-defined]

    result = follow(
        body.points,
        [body.item(yields=yields)],
        control,
        stations,
        body.held,
        options,
        progress=told,
    )
    if result.ended != "end":
        raise NotConvergedError("voxels", len(result.steps), result.limited_by, "nothing")
    return np.abs([found[float(station)] for station in stations])


def stiffness(body: VoxelBody) -> float:
    """Force for a way of the upper end, N/mm, of the elastic body."""
    options = PathOptions(0.01, 0.01, 0.01, newton=NewtonOptions(tolerance=1e-9))
    return float(_driven(body, (0.01,), options, yields=False)[0]) / 0.01


def forces(body: VoxelBody, stations: Sequence[float]) -> Float:
    """Forces (N) of the yielding body at ways ``stations`` (mm) of the upper end.

    Each is in equilibrium to ``YIELDING_TOLERANCE`` of itself.
    """
    newton = NewtonOptions(tolerance=YIELDING_TOLERANCE, max_iterations=60)
    options = PathOptions(0.05, 1e-4, 0.25, iterations=12, newton=newton)
    return _driven(body, stations, options, yields=True)
