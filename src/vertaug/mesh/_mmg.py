# SPDX-License-Identifier: BSD-3-Clause
"""The one place that talks to Mmg: arrays in, arrays out, silent, verified."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.errors import NotConvergedError
from vertaug.mesh.ordering import curve_order

__all__ = ["Labelled", "Local", "adapt"]

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGABRT)

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_OFF = 0
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Labelled:
    """Points (n, 3), cells (m, 4) and facets (k, 3) with one integer label a cell and a facet."""

    points: Float
    cells: Int
    cell_label: Int
    facets: Int
    facet_label: Int


@dataclass(frozen=True)
class Local:
    """Surface `deviation` and `shortest` edge (mm) on the facets of one `label`."""

    label: int
    deviation: float
    shortest: float


def adapt(
    mesh: Labelled,
    size: Float,
    *,
    deviation: float,
    gradation: float,
    fixed_labels: Sequence[int] = (),
    local: Sequence[Local] = (),
) -> Labelled:
    """Adapt a mesh to a size field with Mmg3d; near points and near cells of the result have near numbers.

    Parameters
    ----------
    mesh : cells of positive volume
    size : (n_points,) wanted edge length, mm
    deviation : largest distance between the old and the new surface, mm
    gradation : largest ratio of neighbouring edge lengths
    fixed_labels : facets of these labels keep their points and triangles
    local : limits for the facets of one label where they differ

    Raises
    ------
    NotConvergedError
        Mmg failed.
    """
    from mmgpy import MmgMesh3D

    work = MmgMesh3D()
    work.set_mesh_size(
        vertices=len(mesh.points), tetrahedra=len(mesh.cells), triangles=len(mesh.facets)
    )
    work.set_vertices(np.ascontiguousarray(mesh.points))
    work.set_tetrahedra(np.ascontiguousarray(mesh.cells), mesh.cell_label.astype(np.int64))
    work.set_triangles(np.ascontiguousarray(mesh.facets), mesh.facet_label.astype(np.int64))
    fixed = np.flatnonzero(np.isin(mesh.facet_label, fixed_labels)).astype(np.int32)
    if len(fixed):
        work.set_required_triangles(fixed)
        work.set_required_vertices(np.unique(mesh.facets[fixed]).astype(np.int32))
    work.set_field("metric", np.ascontiguousarray(size, dtype=np.float64).reshape(-1, 1))
    options: dict[str, Any] = {
        "verbose": -1,
        "hausd": deviation,
        "hgrad": gradation,
        "hgradreq": -1.0,
        "hmin": 0.3 * float(size.min()),
        "hmax": 1.5 * float(size.max()),
        "angle": _OFF,
    }
    if local:
        work.set_local_parameters(
            [
                {
                    "type": "triangle",
                    "ref": limits.label,
                    "hmin": limits.shortest,
                    "hmax": options["hmax"],
                    "hausd": limits.deviation,
                }
                for limits in local
            ]
        )
    try:
        with _signals_kept():
            work.remesh(**options)
    except (RuntimeError, ValueError) as error:
        raise NotConvergedError("mesh", 0, f"Mmg could not adapt the mesh: {error}") from error
    held = mesh.points[np.unique(mesh.facets[fixed])]
    return _restored(_in_order(_read_back(work)), held)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Put Python's signal handlers back, which Mmg resets: Ctrl-C would end the process at once."""
    main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in _SIGNALS} if main else {}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:
                signal.signal(number, handler)


def _restored(mesh: Labelled, held: Float) -> Labelled:
    """Undo the rounding of Mmg's scaling on the points that had to stay."""
    if len(held) == 0:
        return mesh
    gap, index = (np.asarray(part) for part in cKDTree(mesh.points).query(held))
    if gap.max() > _ROUNDING:
        raise NotConvergedError("mesh", 0, f"Mmg moved a fixed point by {gap.max():.2e} mm")
    points = mesh.points.copy()
    points[index] = held
    return replace(mesh, points=points)


def _read_back(work: object) -> Labelled:
    """Copy Mmg's mesh and drop points that no cell uses."""
    cells, cell_label = work.get_tetrahedra_with_refs()  # type: ignore[attr-defined]
    facets, facet_label = work.get_triangles_with_refs()  # type: ignore[attr-defined]
    points = np.array(work.get_vertices(), dtype=np.float64)  # type: ignore[attr-defined]
    if len(cells) == 0 or not np.all(np.isfinite(points)):
        raise NotConvergedError("mesh", 0, "Mmg returned an empty or non-finite mesh")
    used = np.unique(cells)
    index = np.full(len(points), -1, dtype=np.int32)
    index[used] = np.arange(len(used), dtype=np.int32)
    keep = np.all(index[facets] >= 0, axis=1)
    return Labelled(
        points=np.ascontiguousarray(points[used]),
        cells=index[cells],
        cell_label=np.array(cell_label, dtype=np.int32),
        facets=index[facets[keep]],
        facet_label=np.array(facet_label, dtype=np.int32)[keep],
    )


def _in_order(mesh: Labelled) -> Labelled:
    """Number points, cells and facets anew: Mmg's numbers jump about, and the cell loop took twice as long."""
    order = curve_order(mesh.points)
    index = np.empty_like(order)
    index[order] = np.arange(len(order), dtype=np.int32)
    points, cells, facets = mesh.points[order], index[mesh.cells], index[mesh.facets]
    along = curve_order(points[cells].mean(axis=1))
    across = curve_order(points[facets].mean(axis=1))
    return Labelled(
        points, cells[along], mesh.cell_label[along], facets[across], mesh.facet_label[across]
    )
