# SPDX-License-Identifier: BSD-3-Clause
"""How good the cells of a mesh are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh._mesh import Mesh
from vertaug_kernels import geometry

__all__ = ["QualityTable", "minimum_dihedral", "quality_table", "shape_quality"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def _plain(points: Float, cells: Int) -> tuple[Float, Int]:
    return (
        np.ascontiguousarray(points, dtype=np.float64),
        np.ascontiguousarray(cells, dtype=np.int32),
    )


def shape_quality(points: Float, cells: Int) -> Float:
    """Mean-ratio quality of each cell, (n_cells,): 1 equilateral, 0 flat, negative inverted.

    ``12 (3 V)^(2/3) / sum of squared edges``; Liu and Joe, BIT 34 (1994) 268-287.
    """
    out = np.zeros(len(cells))
    geometry.shape_quality(*_plain(points, cells), out)
    return out


def minimum_dihedral(points: Float, cells: Int) -> Float:
    """Smallest dihedral angle of each cell, (n_cells,) degrees."""
    out = np.zeros(len(cells))
    geometry.minimum_dihedral(*_plain(points, cells), out)
    return np.degrees(out)


@dataclass(frozen=True)
class QualityTable:
    """What a reader wants to know of a mesh at a glance; volume in mm³, angle in degrees."""

    n_points: int
    n_cells: int
    n_inverted: int
    minimum_quality: float
    percentile_1_quality: float
    median_quality: float
    minimum_dihedral: float
    volume: float

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Label and formatted value of every entry."""
        return (
            ("points", f"{self.n_points}"),
            ("cells", f"{self.n_cells}"),
            ("inverted cells", f"{self.n_inverted}"),
            ("quality, minimum", f"{self.minimum_quality:.3f}"),
            ("quality, 1 % of cells below", f"{self.percentile_1_quality:.3f}"),
            ("quality, median", f"{self.median_quality:.3f}"),
            ("smallest dihedral angle", f"{self.minimum_dihedral:.1f} deg"),
            ("volume", f"{self.volume:.0f} mm³"),
        )


def quality_table(mesh: Mesh) -> QualityTable:
    """Summarise the quality of a mesh that has at least one cell."""
    quality = shape_quality(mesh.points, mesh.cells)
    return QualityTable(
        n_points=mesh.n_points,
        n_cells=mesh.n_cells,
        n_inverted=int(np.count_nonzero(quality <= 0.0)),
        minimum_quality=float(quality.min()),
        percentile_1_quality=float(np.percentile(quality, 1)),
        median_quality=float(np.median(quality)),
        minimum_dihedral=float(minimum_dihedral(mesh.points, mesh.cells).min()),
        volume=float(mesh.volumes().sum()),
    )
