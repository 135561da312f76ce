# SPDX-License-Identifier: BSD-3-Clause
"""Cutting tetrahedra along the zero of a function given at their corners."""

from __future__ import annotations

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_indices

__all__ = ["split_cells"]


@kernel
def _corner_edge(first, second):
    """Local edge number of two local corners; edges in the order 01 02 03 12 13 23."""
    low = min(first, second)
    high = max(first, second)
    if low == 0:
        return high - 1
    if low == 1:
        return high + 1
    return 5


@kernel
def _put(out, row, a, b, c, d):
    """Write one tetrahedron and return the next row."""
    out[row, 0] = a
    out[row, 1] = b
    out[row, 2] = c
    out[row, 3] = d
    return row + 1


@kernel
def _put_pyramid(out, row, apex, a, b, c, d):
    """Split a pyramid over the quadrilateral a b c d along the diagonal of the lowest index."""
    if min(a, c) < min(b, d):
        row = _put(out, row, a, b, c, apex)
        return _put(out, row, a, c, d, apex)
    row = _put(out, row, a, b, d, apex)
    return _put(out, row, b, c, d, apex)


@kernel
def _put_prism(out, row, a, b, c, d, e, f):
    """Split the prism a b c - d e f (d over a); diagonals start at the lowest index of a side.

    The lowest index of all belongs to two sides, so both their diagonals meet there: what remains
    is one tetrahedron on the opposite triangle and a pyramid over the opposite side.
    """
    lowest = min(min(min(a, b), c), min(min(d, e), f))
    if lowest in (d, e, f):
        a, b, c, d, e, f = d, e, f, a, b, c
    if lowest == b:
        a, b, c, d, e, f = b, c, a, e, f, d
    elif lowest == c:
        a, b, c, d, e, f = c, a, b, f, d, e
    row = _put(out, row, a, d, e, f)
    return _put_pyramid(out, row, a, b, c, f, e)


@kernel
def split_cells(cells, sign, edge_point, out):
    """Keep the negative side of every tetrahedron; corners of sign 0 lie on the cut itself.

    Faces shared by two cells are cut alike: every quadrilateral is split along the diagonal
    through its lowest point index, so the result conforms. Orientation is not kept.

    Parameters
    ----------
    cells : (n, 4) int32 point indices
    sign : (n_points,) int8, -1 kept, 0 on the cut, +1 dropped
    edge_point : (n, 6) int32 index of the cut point on each edge (01 02 03 12 13 23), -1 if none
    out : (3 n, 4) int32, filled from the top

    Returns
    -------
    number of tetrahedra written
    """
    row = 0
    kept = stack_indices(4)
    dropped = stack_indices(4)
    zero = stack_indices(4)
    for i in range(cells.shape[0]):
        n_kept = 0
        n_dropped = 0
        n_zero = 0
        for k in range(4):
            s = sign[cells[i, k]]
            if s < 0:
                kept[n_kept] = k
                n_kept += 1
            elif s > 0:
                dropped[n_dropped] = k
                n_dropped += 1
            else:
                zero[n_zero] = k
                n_zero += 1
        if n_kept == 0:
            continue
        if n_dropped == 0:
            row = _put(out, row, cells[i, 0], cells[i, 1], cells[i, 2], cells[i, 3])
        elif n_kept == 1:
            a = kept[0]
            other = stack_indices(3)
            for k in range(n_dropped):
                other[k] = edge_point[i, _corner_edge(a, dropped[k])]
            for k in range(n_zero):
                other[n_dropped + k] = cells[i, zero[k]]
            row = _put(out, row, cells[i, a], other[0], other[1], other[2])
        elif n_kept == 3:
            a, b, c = kept[0], kept[1], kept[2]
            p = dropped[0]
            row = _put_prism(
                out, row, cells[i, a], cells[i, b], cells[i, c],
                edge_point[i, _corner_edge(a, p)],
                edge_point[i, _corner_edge(b, p)],
                edge_point[i, _corner_edge(c, p)],
            )  # fmt: skip
        elif n_dropped == 1:
            a, b = kept[0], kept[1]
            p = dropped[0]
            row = _put_pyramid(
                out, row, cells[i, zero[0]], cells[i, a], cells[i, b],
                edge_point[i, _corner_edge(b, p)],
                edge_point[i, _corner_edge(a, p)],
            )  # fmt: skip
        else:
            a, b = kept[0], kept[1]
            p, q = dropped[0], dropped[1]
            row = _put_prism(
                out, row,
                cells[i, a], edge_point[i, _corner_edge(a, p)], edge_point[i, _corner_edge(a, q)],
                cells[i, b], edge_point[i, _corner_edge(b, p)], edge_point[i, _corner_edge(b, q)],
            )  # fmt: skip
    return row
