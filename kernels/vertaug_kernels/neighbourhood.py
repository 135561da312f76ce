# SPDX-License-Identifier: BSD-3-Clause
"""Weights between places within a length of each other, as rows of a sparse matrix.

Places are sorted by boxes no smaller than the length, so that a row finds its neighbours in 27 boxes around its own;
``starts`` counts the places before each box (nx, ny, nz), the last axis fastest.
"""

from vertaug_kernels._jit import inlined_kernel, parallel_kernel, prange


@inlined_kernel
def _row(place, centre, held, kind, box, boxes, order, starts, length, at, out_column, out_value):
    """Write the row of one place from ``at`` on, where there is room for any; returns how many entries it has."""
    count = 0
    nx, ny, nz = boxes[0], boxes[1], boxes[2]
    low, high = max(box[place, 2] - 1, 0), min(box[place, 2] + 1, nz - 1)
    for x in range(max(box[place, 0] - 1, 0), min(box[place, 0] + 2, nx)):
        for y in range(max(box[place, 1] - 1, 0), min(box[place, 1] + 2, ny)):
            line = (x * ny + y) * nz
            for position in range(starts[line + low], starts[line + high + 1]):
                other = order[position]
                square = 0.0
                for i in range(3):
                    square += (centre[other, i] - centre[place, i]) ** 2
                share = 1.0 - square / (length * length)
                if kind[other] != kind[place] or not share > 0.0:
                    continue
                if out_value.size > 0:
                    out_column[at + count] = other
                    out_value[at + count] = share * share * held[place] * held[other]
                count += 1
    return count


@parallel_kernel
def count_near(rows, centre, held, kind, box, boxes, order, starts, length, none, out_count):
    """Entries (m,) of some rows of `near_weights`; ``none`` is an empty pair of columns and values."""
    for place in prange(rows[0], rows[1]):
        out_count[place] = _row(
            place, centre, held, kind, box, boxes, order, starts, length, 0, none[0], none[1]
        )


@parallel_kernel
def near_weights(
    rows, centre, held, kind, box, boxes, order, starts, length, pointers, out_column, out_value
):
    """Rows of the weights (1 - r²/length²)² held held' between places (m,) of one kind, their own among them.

    Parameters
    ----------
    rows : first row and the one after the last
    centre : (m, 3) mm; ``held`` (m,) mm³; ``kind`` (m,)
    box : (m, 3) int32 box of each place among ``boxes`` (3,), each with sides of ``length`` (mm) or more
    order : (m,) int32 places by box; ``starts`` (nx ny nz + 1,)
    pointers : (m + 1,) first entry of each row
    """
    for place in prange(rows[0], rows[1]):
        _row(
            place,
            centre,
            held,
            kind,
            box,
            boxes,
            order,
            starts,
            length,
            pointers[place],
            out_column,
            out_value,
        )


@parallel_kernel
def scale_rows(pointers, columns, scale, wanted, values):
    """Scale a matrix from both sides by ``scale`` (m,); the diagonal takes what its rows lack of ``wanted`` (m,)."""
    for row in prange(scale.size):
        total = 0.0
        own = pointers[row]
        for position in range(pointers[row], pointers[row + 1]):
            column = columns[position]
            values[position] *= scale[row] * scale[column]
            total += values[position]
            if column == row:
                own = position
        values[own] += wanted[row] - total
