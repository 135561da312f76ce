# SPDX-License-Identifier: BSD-3-Clause
"""A multigrid cycle in single precision whose two colours lie apart, so that both pass through vector units.

A padded grid (nx, ny, nz) is kept as two halves, red where i + j + k is even and black where it is odd, each with
lines of ``half = nz // 2 + 1`` cells along z. In a line whose i + j is even, red holds k = 0, 2, 4 and black
1, 3, 5; in the others it is the other way. So neighbours along x and y have the same place in the other half, and
along z the same place and the one before or after. All levels lie one after the other in `fields` (13, total),
one row for each of the quantities below; faces are kept with their red cell. ``levels`` (n, 5) holds nx, ny, nz,
where a level starts in `fields` and where its lines start in `spans` (m, 2): of each line along z the first cell that
takes part and the one after the last, so that what a body leaves of its box costs nothing.

What lies beside the cells of a line has an inverse diagonal of zero, so whatever is read there does not count.
`relax_planes` is the threaded twin of `relax`: the same arithmetic in the same order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import inlined_kernel, kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_singles, stack_vector

__all__ = [
    "LONGEST", "MARGIN", "ROWS", "SWEEPS", "below", "level_size", "places", "prolong", "red_line", "relax",
    "relax_planes", "restrict", "split", "split_operator", "start",
]  # fmt: skip

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Int = NDArray[np.int64]

VALUE, RIGHT, INVERSE, DIAGONAL = 0, 2, 4, 6
X_LOW, X_HIGH, Y_LOW, Y_HIGH, Z_SAME, Z_OTHER = 7, 8, 9, 10, 11, 12
ROWS = 13
"""Value, right side and inverse diagonal of red and black, then of red the diagonal and six faces."""
_TRACE = np.float32(1e-24)
"""What is smaller counts as zero: processors are slow with numbers that single precision cannot hold in full."""
LONGEST = 2040
"""Cells of a line along z, ghosts included."""
SWEEPS = 2
"""Sweeps of relaxation before the coarse correction and after it."""
MARGIN = 64
"""Unused places before the first level and after the last: lines are read one place beyond."""


@kernel
def level_size(nx: int, ny: int, nz: int) -> int:
    """Places of one colour of a level."""
    return nx * ny * (nz // 2 + 1)


@inlined_kernel
def places(spans: Int, line: int) -> tuple[int, int]:
    """First place of a line, and the one after the last, in which a cell of either colour takes part."""
    return spans[line, 0] // 2, (spans[line, 1] + 1) // 2


@kernel
def split(field: Float, scale: float, row: int, at: int, spans: Int, fields: Single) -> None:
    """Put ``scale * field`` (nx, ny, nz) into two rows of `fields`, from place `at` on, where cells take part."""
    nx, ny, nz = field.shape
    half = nz // 2 + 1
    for i in range(nx):
        for j in range(ny):
            red, base = (i + j) % 2, at + (i * ny + j) * half
            first, last = spans[i * ny + j, 0], spans[i * ny + j, 1]
            for k in range(first + (first + red) % 2, last, 2):
                fields[row, base + k // 2] = scale * field[i, j, k]
            for k in range(first + (first + red + 1) % 2, last, 2):
                fields[row + 1, base + k // 2] = scale * field[i, j, k]


@kernel
def split_operator(
    tx: Float, ty: Float, tz: Float, anchor: Float, at: int, spans: Int, fields: Single
) -> None:
    """Put an operator (four fields of shape (nx, ny, nz)) into a level that starts at place `at`."""
    nx, ny, nz = tx.shape
    half = nz // 2 + 1
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            red, base = (i + j) % 2, at + (i * ny + j) * half
            for k in range(spans[i * ny + j, 0], spans[i * ny + j, 1]):
                place, colour = base + k // 2, (k + red) % 2
                total = tx[i - 1, j, k] + tx[i, j, k] + ty[i, j - 1, k] + ty[i, j, k]
                total += tz[i, j, k - 1] + tz[i, j, k] + anchor[i, j, k]
                fields[INVERSE + colour, place] = 1.0 / total if total > 0.0 else 0.0
                if colour == 0:
                    fields[DIAGONAL, place] = total
                    fields[X_LOW, place], fields[X_HIGH, place] = tx[i - 1, j, k], tx[i, j, k]
                    fields[Y_LOW, place], fields[Y_HIGH, place] = ty[i, j - 1, k], ty[i, j, k]
                    low, high = tz[i, j, k - 1], tz[i, j, k]
                    fields[Z_SAME, place] = high if red == 0 else low
                    fields[Z_OTHER, place] = low if red == 0 else high


@kernel
def red_line(
    fields: Single, base: int, plane: int, half: int, first: int, last: int, even: bool, row: Single
) -> None:
    """Fill `row`, `first` to before `last`, with right side plus what the neighbours of a line's red cells send."""
    at, across, line = np.uint64(base), np.uint64(plane), np.uint64(half)
    aside = np.uint64(base - 1) if even else np.uint64(base + 1)
    for n in range(first, last):
        m = np.uint64(n)
        c = at + m
        total = fields[RIGHT, c] + fields[X_LOW, c] * fields[VALUE + 1, c - across]
        total += fields[X_HIGH, c] * fields[VALUE + 1, c + across]
        total += fields[Y_LOW, c] * fields[VALUE + 1, c - line]
        total += fields[Y_HIGH, c] * fields[VALUE + 1, c + line]
        total += fields[Z_SAME, c] * fields[VALUE + 1, c]
        total += fields[Z_OTHER, c] * fields[VALUE + 1, aside + m]
        row[m] = total


@kernel
def _black_line(
    fields: Single, base: int, plane: int, half: int, first: int, last: int, even: bool, row: Single
) -> None:
    """The same for black cells; their faces lie with the red neighbours."""
    at, across, line = np.uint64(base), np.uint64(plane), np.uint64(half)
    aside = np.uint64(base + 1) if even else np.uint64(base - 1)
    for n in range(first, last):
        m = np.uint64(n)
        c = at + m
        total = fields[RIGHT + 1, c] + fields[X_HIGH, c - across] * fields[VALUE, c - across]
        total += fields[X_LOW, c + across] * fields[VALUE, c + across]
        total += fields[Y_HIGH, c - line] * fields[VALUE, c - line]
        total += fields[Y_LOW, c + line] * fields[VALUE, c + line]
        total += fields[Z_SAME, c] * fields[VALUE, c]
        total += fields[Z_OTHER, aside + m] * fields[VALUE, aside + m]
        row[m] = total


@kernel
def _relax_plane(i: int, levels: Int, spans: Int, level: int, colour: int, fields: Single) -> None:
    """Gauss-Seidel on the cells of one colour in plane i."""
    row = stack_singles(1024)  # type: ignore[call-arg, var-annotated]
    ny, half = levels[level, 1], levels[level, 2] // 2 + 1
    plane = ny * half
    for j in range(1, ny - 1):
        first, last = places(spans, levels[level, 4] + i * ny + j)
        base, even = levels[level, 3] + i * plane + j * half, (i + j) % 2 == 0
        if colour == 0:
            red_line(fields, base, plane, half, first, last, even, row)
        else:
            _black_line(fields, base, plane, half, first, last, even, row)
        at = np.uint64(base)
        for n in range(first, last):
            m = np.uint64(n)
            value = row[m] * fields[INVERSE + colour, at + m]
            fields[VALUE + colour, at + m] = value if abs(value) > _TRACE else np.float32(0.0)


@kernel
def relax(levels: Int, spans: Int, level: int, first: int, sweeps: int, fields: Single) -> None:
    """Red-black sweeps of Gauss-Seidel on a level, each beginning with colour `first`.

    Half a sweep follows the one before it by a plane, so that planes between stay in the cache; the sums are those
    of half a sweep after the other.
    """
    halves, end = 2 * sweeps, levels[level, 0] - 1
    for front in range(1, end + halves - 1):
        for half in range(max(0, front - end + 1), min(halves, front)):
            _relax_plane(front - half, levels, spans, level, (first + half) % 2, fields)


@parallel_kernel
def relax_planes(levels: Int, spans: Int, level: int, colour: int, fields: Single) -> None:
    """One half of a sweep of `relax`, threaded over planes."""
    for i in prange(1, levels[level, 0] - 1):
        _relax_plane(i, levels, spans, level, colour, fields)


@kernel
def start(levels: Int, level: int, fields: Single) -> None:
    """Set the value of a level to zero."""
    begin = levels[level, 3]
    end = begin + level_size(levels[level, 0], levels[level, 1], levels[level, 2])
    fields[VALUE : VALUE + 2, begin:end] = 0.0


@kernel
def restrict(
    levels: Int, spans: Int, fine: int, lines: int, coarse: int, masked: bool, mask: Single, fields: Single
) -> None:  # fmt: skip
    """Sum the residual over the cells of each coarse cell: that of red, as black was relaxed last.

    Spans of the fine level are those from line `lines` on.
    """
    row = stack_singles(1024)  # type: ignore[call-arg, var-annotated]
    total = stack_singles(1024)
    ny, half, begin = levels[fine, 1], levels[fine, 2] // 2 + 1, levels[fine, 3]
    coarse_ny, coarse_nz = levels[coarse, 1], levels[coarse, 2]
    coarse_half, plane = coarse_nz // 2 + 1, ny * half
    for coarse_i in range(1, levels[coarse, 0] - 1):
        for coarse_j in range(1, coarse_ny - 1):
            if spans[levels[coarse, 4] + coarse_i * coarse_ny + coarse_j, 1] == 0:
                continue
            total[:coarse_nz] = np.float32(0.0)
            for i in range(2 * coarse_i - 1, min(2 * coarse_i + 1, levels[fine, 0] - 1)):
                for j in range(2 * coarse_j - 1, min(2 * coarse_j + 1, ny - 1)):
                    base, odd = begin + i * plane + j * half, (i + j) % 2
                    first, last = places(spans, lines + i * ny + j)
                    red_line(fields, base, plane, half, first, last, odd == 0, row)
                    at, inside = np.uint64(base), np.uint64(base - begin)
                    for n in range(first, last):
                        m = np.uint64(n)
                        row[m] -= fields[VALUE, at + m] * fields[DIAGONAL, at + m]
                    if masked:
                        for n in range(first, last):
                            m = np.uint64(n)
                            row[m] *= mask[0, inside + m]
                    for n in range(first, min(coarse_nz - odd, last)):
                        total[n + odd] += row[n]
            base, odd = (
                levels[coarse, 3] + (coarse_i * coarse_ny + coarse_j) * coarse_half,
                (coarse_i + coarse_j) % 2,
            )
            for k in range(1, coarse_nz - 1):
                fields[RIGHT + (k + odd) % 2, base + k // 2] = total[k]


@kernel
def prolong(
    levels: Int, spans: Int, coarse: int, fine: int, lines: int, masked: bool, mask: Single, fields: Single
) -> None:  # fmt: skip
    """Add the value of each coarse cell to its fine cells, whose spans are those from line `lines` on."""
    line = stack_singles(1026)  # type: ignore[call-arg, var-annotated]
    ny, half, begin = levels[fine, 1], levels[fine, 2] // 2 + 1, levels[fine, 3]
    coarse_ny, coarse_nz = levels[coarse, 1], levels[coarse, 2]
    coarse_half, plane = coarse_nz // 2 + 1, ny * half
    for coarse_i in range(1, levels[coarse, 0] - 1):
        for coarse_j in range(1, coarse_ny - 1):
            if spans[levels[coarse, 4] + coarse_i * coarse_ny + coarse_j, 1] == 0:
                continue
            base, odd = (
                levels[coarse, 3] + (coarse_i * coarse_ny + coarse_j) * coarse_half,
                (coarse_i + coarse_j) % 2,
            )
            line[: half + 1] = np.float32(0.0)
            for k in range(1, coarse_nz - 1):
                line[k] = fields[VALUE + (k + odd) % 2, base + k // 2]
            for i in range(2 * coarse_i - 1, min(2 * coarse_i + 1, levels[fine, 0] - 1)):
                for j in range(2 * coarse_j - 1, min(2 * coarse_j + 1, ny - 1)):
                    base, odd = begin + i * plane + j * half, (i + j) % 2
                    first, last = places(spans, lines + i * ny + j)
                    at, inside = np.uint64(base), np.uint64(base - begin)
                    for colour in range(2):
                        skip = np.uint64(odd if colour == 0 else 1 - odd)
                        if masked:
                            for n in range(first, last):
                                m = np.uint64(n)
                                fields[VALUE + colour, at + m] += (
                                    mask[colour, inside + m] * line[m + skip]
                                )
                        else:
                            for n in range(first, last):
                                m = np.uint64(n)
                                fields[VALUE + colour, at + m] += line[m + skip]


@kernel
def _solve_coarsest(levels: Int, level: int, factor: Float, fields: Single) -> None:
    """Solve a level of at most 64 cells with the Cholesky factor of its operator."""
    flat = stack_vector(64)  # type: ignore[call-arg, var-annotated]
    ny, nz, count = levels[level, 1], levels[level, 2], factor.shape[0]
    half = nz // 2 + 1
    for n in range(count):
        k, line = n % (nz - 2) + 1, n // (nz - 2)
        i, j = line // (ny - 2) + 1, line % (ny - 2) + 1
        place = levels[level, 3] + (i * ny + j) * half + k // 2
        flat[n] = fields[RIGHT + (i + j + k) % 2, place]
    for i in range(count):
        for k in range(i):
            flat[i] -= factor[i, k] * flat[k]
        flat[i] /= factor[i, i]
    for i in range(count - 1, -1, -1):
        for k in range(i + 1, count):
            flat[i] -= factor[k, i] * flat[k]
        flat[i] /= factor[i, i]
    for n in range(count):
        k, line = n % (nz - 2) + 1, n // (nz - 2)
        i, j = line // (ny - 2) + 1, line % (ny - 2) + 1
        place = levels[level, 3] + (i * ny + j) * half + k // 2
        fields[VALUE + (i + j + k) % 2, place] = flat[n]


@kernel
def below(
    levels: Int, spans: Int, parts: Int, masks: Single, factors: Float, fields: Single
) -> None:
    """Add the coarse correction of every part to the value of the finest level, level 0.

    Parameters
    ----------
    parts : (p, 3) first and last coarse level of each part of the finest grid, and where its own lines on
        that grid start in `spans`
    masks : (p, 2, m) 1 on the cells of each part, by colour; factors (p, n, n) of their coarsest operators
    """
    for part in range(parts.shape[0]):
        restrict(levels, spans, 0, parts[part, 2], parts[part, 0], True, masks[part], fields)
    for part in range(parts.shape[0]):
        first, last, mask = parts[part, 0], parts[part, 1], masks[part]
        for level in range(first, last):
            start(levels, level, fields)
            relax(levels, spans, level, 0, SWEEPS, fields)
            restrict(levels, spans, level, levels[level, 4], level + 1, False, mask, fields)
        _solve_coarsest(levels, last, factors[part], fields)
        for level in range(last - 1, first - 1, -1):
            prolong(levels, spans, level + 1, level, levels[level, 4], False, mask, fields)
            relax(levels, spans, level, 1, SWEEPS, fields)
        prolong(levels, spans, first, 0, parts[part, 2], True, mask, fields)
