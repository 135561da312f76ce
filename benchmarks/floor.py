# SPDX-License-Identifier: BSD-3-Clause
"""Bytes that the solid core must move through memory, counted from the arrays it really keeps.

A pass counts each array it reads once and each array it writes once (twice where it adds to what is
there), however often it comes back to an entry: whatever is used again is taken to be still in the
cache. Nothing is counted for instructions, for the filling of a cache line that is then overwritten
(STREAM leaves that out too), or for Python. Divided by the bandwidth measured in the same run this
is the least time the same arrays could be worked through; small meshes, whose arrays stay in the
last cache, may even be below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

__all__ = ["JobBytes", "JobCounts", "cell_bytes", "cycle_bytes", "iteration_bytes", "job_bytes"]


@dataclass(frozen=True)
class JobBytes:
    """Bytes of one pass of each kind.

    Attributes
    ----------
    iteration : of conjugate gradients, with its multigrid cycle
    solve : what a solve moves besides: newest values into the first level, residual in double
    setup : coarse matrices of a hierarchy whose groups are known
    rest : tangent of all cells at rest, kept
    tangent : energy, forces and tangent of all cells: the kept matrix, and what cells that flow add to it
    forces : energy and forces of all cells
    energy : energy of all cells, for the line search
    history : history of all points after a step
    """

    iteration: int
    solve: int
    setup: int
    rest: int
    tangent: int
    forces: int
    energy: int
    history: int


@dataclass(frozen=True)
class JobCounts:
    """How often a job made each pass of `JobBytes`."""

    iteration: int
    solve: int
    setup: int
    rest: int
    tangent: int
    forces: int
    energy: int
    history: int


def job_bytes(each: JobBytes, counts: JobCounts) -> dict[str, float]:
    """Gigabytes (1e9) by kind of pass, and their sum as ``total``."""
    parts = {
        item.name: 1e-9 * getattr(each, item.name) * getattr(counts, item.name)
        for item in fields(each)
    }
    return parts | {"total": sum(parts.values())}


def _of(arrays: Iterable[Any]) -> int:
    return sum(int(array.nbytes) for array in arrays)


def _matrix(level: Any) -> int:
    """Lower half of a level's matrix, as a sweep or a product reads it."""
    return _of((level.lower_ptr, level.columns, level.blocks))


def cycle_bytes(hierarchy: Any) -> int:
    """One V(1,1) cycle: two sweeps a level, two transfers below it, the dense level.

    A sweep down reads matrix, inverse diagonal and right-hand side, writes solution and residual; a
    sweep up copies the right-hand side over the residual, then reads matrix, inverse diagonal and
    residual and adds to the solution.
    """
    total = 0
    for level in hierarchy.levels:
        vector = 4 * level.size * level.rows.n_rows
        total += 2 * (_matrix(level) + level.inverse.nbytes) + (3 + 5) * vector
    for depth, transfer in enumerate(hierarchy.transfers):
        fine = 4 * int(hierarchy.unknowns[depth])
        coarse = 4 * int(hierarchy.unknowns[depth + 1])
        if hasattr(transfer, "ends"):
            free = fine + coarse  # of four numbers a node that are kept, three count
            total += _of(transfer.children) + transfer.ends.nbytes + 2 * free
        else:
            total += _of(transfer.children[:2]) + _of(transfer.pattern)
            total += transfer.columns.nbytes + transfer.blocks.nbytes
        total += (1 + 2) * fine + (1 + 1) * coarse
    if hierarchy.coarse_inverse is not None:
        total += hierarchy.coarse_inverse.nbytes
    return total


def iteration_bytes(hierarchy: Any, pattern: Any, *, single: bool) -> int:
    """One iteration of conjugate gradients on the first level, in single or in double precision.

    Vectors besides those of the product: inner product of direction and product (2 read), step (2
    read, solution in double and residual read and written), inner products with the preconditioned
    residual (3 read), new direction (1 read, 1 read and written).
    """
    top = hierarchy.levels[0]
    n, wide = int(hierarchy.unknowns[0]), 4 if single else 8
    if single:
        product = _matrix(top) + top.totals.nbytes
    else:
        product = 72 * pattern.n_blocks + pattern.indptr.nbytes + pattern.indices.nbytes + 8 * n
    vectors = (2 + 2 + 2 + 2 + 3 + 3) * n * wide + 2 * n * 8
    change = 0 if single else 2 * n * (4 + 8) + 2 * 4 * (n // 3)
    return product + vectors + change + cycle_bytes(hierarchy)


def solve_bytes(hierarchy: Any, pattern: Any) -> int:
    """What one solve moves besides its iterations: see `JobBytes`."""
    top = hierarchy.levels[0]
    rows = top.rows
    values = 72 * pattern.n_blocks
    take = values + _of((rows.source, rows.place, top.free)) + _of((top.blocks, top.totals))
    take += 3 * 2 * top.inverse.nbytes + top.inverse.nbytes
    residual = values + pattern.indices.nbytes + 4 * 8 * int(hierarchy.unknowns[0])
    return take + residual


def setup_bytes(hierarchy: Any, pattern: Any) -> int:
    """Coarse matrices in double precision from the finest down, on groups that are known."""
    total, above = 0, 72 * pattern.n_blocks
    for transfer in hierarchy.transfers:
        coarse_blocks = transfer.coarse[1].size
        if hasattr(transfer, "ends"):
            below = 72 * coarse_blocks
            total += above + _of(transfer.children) + transfer.ends.nbytes + below
        else:
            below = 288 * coarse_blocks
            product = 8 * 6 * transfer.blocks.shape[1] * transfer.product[1].size
            total += above + 2 * transfer.blocks.nbytes + 2 * product + below
        above = below
    return total


def cell_bytes(item: Any, pattern: Any, order: Any, flowing: float) -> dict[str, int]:
    """Bytes of a pass over the cells of a solid item, by the names of `JobBytes`.

    All passes read the state of all points. Forces of cells are written, then read and summed at the nodes. A
    tangent also reads the kept matrix, writes a new one and adds to the share of it that the share ``flowing``
    of the cells reaches (one read, one write); the tangent at rest clears all of it and adds to it.
    """
    state = _of(
        (item.cells, item.origin, item.origin, item.gradients, item.volume, item.metric, item.ratio, item.kappa,
         item.law, item.parameters, item.axes)
    )  # fmt: skip
    n, k = item.cells.shape
    energies, nodes = 8 * n, item.origin.nbytes
    gather = 2 * 4 * n * k + 4 * pattern.n_nodes + 4 * nodes
    forces = state + energies + 2 * 24 * n * k + gather
    blocks, added = 72 * pattern.n_blocks, 2 * 72 * pattern.n_blocks + order.places.nbytes
    written = 8 * item.volume.size * (9 + 1 + 1 + 9)
    return {
        "rest": forces + order.order.nbytes + blocks + added,
        "tangent": forces + order.order.nbytes + 2 * blocks + round(flowing * added),
        "forces": forces,
        "energy": state + energies,
        "history": state + written,
    }


def seconds(gigabytes: float, bandwidth: float) -> float:
    """Least time in seconds at a bandwidth in GB/s."""
    if not np.isfinite(bandwidth) or bandwidth <= 0.0:
        raise ValueError(f"no bandwidth: {bandwidth}")
    return gigabytes / bandwidth
