# SPDX-License-Identifier: BSD-3-Clause
"""Darcy flow of two fluids on a regular grid: viscosities, conductances, speeds.

Fields carry one ghost layer (see `vertaug_kernels.multigrid`). Units: mm, MPa, s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel

__all__ = ["conductances", "front_viscosity", "opening_conductances", "speeds"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Byte = NDArray[np.uint8]


@kernel
def front_viscosity(saturation: Float, cement: Float, marrow: float, out: Float) -> None:
    """Viscosity of a cell crossed by the front, ``S mu_c + (1 - S) mu_m``: exact in one dimension."""
    nx, ny, nz = saturation.shape
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                share = saturation[i, j, k]
                out[i, j, k] = share * cement[i, j, k] + (1.0 - share) * marrow


@kernel
def conductances(
    permeability: Float, viscosity: Float, passable: Byte, axis: int, spacing: float, out: Float
) -> None:
    """Two-point conductance, mm³/(s MPa), of every face along `axis`: half cells in series.

    `permeability` (mm²) is the component along `axis`; `passable` is 1 for faces that let fluid
    through.
    """
    nx, ny, nz = permeability.shape
    di, dj, dk = 0, 0, 0
    if axis == 0:
        di = 1
    elif axis == 1:
        dj = 1
    else:
        dk = 1
    for i in range(nx - 1):
        for j in range(ny - 1):
            for k in range(nz - 1):
                out[i, j, k] = 0.0
                if passable[i, j, k] == 1:
                    here = viscosity[i, j, k] / permeability[i, j, k]
                    there = viscosity[i + di, j + dj, k + dk] / permeability[i + di, j + dj, k + dk]
                    out[i, j, k] = 2.0 * spacing / (here + there)


@kernel
def opening_conductances(
    inner: Int,
    outer: Int,
    inner_shape: Float,
    inside: Float,
    outer_shape: Float,
    viscosity: Float,
    out: Float,
) -> None:
    """Conductance, mm³/(s MPa), of each face of an opening: bone, hole and outside in series.

    `inner`, `outer` (n, 3) are padded cell indices; the two shape factors (n,) are resistance
    over viscosity, 1/mm³, and `inside` (n,) the resistance of hole and tube, MPa s/mm³.
    """
    for n in range(inner.shape[0]):
        near = viscosity[inner[n, 0], inner[n, 1], inner[n, 2]]
        far = viscosity[outer[n, 0], outer[n, 1], outer[n, 2]]
        out[n] = 1.0 / (near * inner_shape[n] + inside[n] + far * outer_shape[n])


@kernel
def speeds(tx: Float, ty: Float, tz: Float, pressure: Float, spacing: float, out: Float) -> None:
    """Darcy speed |q|, mm/s, in each cell: mean of opposite faces along each axis."""
    nx, ny, nz = pressure.shape
    scale = 0.5 / (spacing * spacing)
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                here = pressure[i, j, k]
                x = tx[i - 1, j, k] * (pressure[i - 1, j, k] - here)
                x += tx[i, j, k] * (here - pressure[i + 1, j, k])
                y = ty[i, j - 1, k] * (pressure[i, j - 1, k] - here)
                y += ty[i, j, k] * (here - pressure[i, j + 1, k])
                z = tz[i, j, k - 1] * (pressure[i, j, k - 1] - here)
                z += tz[i, j, k] * (here - pressure[i, j, k + 1])
                out[i, j, k] = scale * np.sqrt(x * x + y * y + z * z)
