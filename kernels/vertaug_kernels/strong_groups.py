# SPDX-License-Identifier: BSD-3-Clause
"""Group the cells of a network by their strong couplings, and couple the groups.

A network is an operator in rows: entries ``start[i]`` to ``start[i + 1]`` of `other` are the neighbours of row i,
those of `coupling` the conductances to them; `anchor` (n,) is each row's conductance to a given pressure. It is
symmetric. Rows are paired where each is about the strongest neighbour of the other, pairs are paired again, and
what finds no partner joins the group of its strongest neighbour, as pairwise aggregation does (Notay 2010,
Electron. Trans. Numer. Anal. 37, 123). Two rows join only if relaxation leaves them apart, so that open cells
that tight ones part keep values of their own.

Groups are coupled by what flows between their means, not by the sum of their faces: what enters a pair by one
member must pass on to the other. Without that a coarse network is too stiff, for cubes of eight equal cells by two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import allocating_kernel, inlined_kernel, kernel

__all__ = ["grid_rows", "join", "number_cells", "pair", "place_groups", "row_sums"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Byte = NDArray[np.int8]

FIRST, SECOND, FOLLOWER = 0, 1, 2
_NO_GROUP = -2
_FOLLOWS = 0.2
"""Share of a row's strongest coupling that its coupling to a group must have for it to follow it."""
_HELD = 0.8
"""Share of a row's diagonal in its anchor from which on it needs no group: relaxation alone finds it."""
_LEAST_SHARE = 1e-3
_TIE = 1.0 + 1e-7


@kernel
def number_cells(tx: Float, ty: Float, tz: Float, anchor: Float, first: int, number: Int) -> int:
    """Number the cells of a padded grid that have any coupling from `first` on, the others -1; returns the next."""
    nx, ny, nz = tx.shape
    number[:] = -1
    count = first
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                total = tx[i - 1, j, k] + tx[i, j, k] + ty[i, j - 1, k] + ty[i, j, k]
                total += tz[i, j, k - 1] + tz[i, j, k] + anchor[i, j, k]
                if total > 0.0:
                    number[i, j, k] = count
                    count += 1
    return count


@kernel
def _enter(at: int, row: int, value: float, other: Int, coupling: Float) -> int:
    """Write an entry where there is a coupling; returns the place of the next."""
    if value > 0.0 and row >= 0:
        other[at] = row
        coupling[at] = value
        return at + 1
    return at


@kernel
def grid_rows(
    tx: Float, ty: Float, tz: Float, anchor: Float, number: Int, first: int,
    start: Int, other: Int, coupling: Float, row_anchor: Float,
) -> int:  # fmt: skip
    """Fill the rows of a padded grid from entry `first` on; returns the end.

    `other` and `coupling` have room for six entries a row.
    """
    nx, ny, nz = tx.shape
    at = first
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                row = number[i, j, k]
                if row < 0:
                    continue
                start[row] = at
                row_anchor[row] = anchor[i, j, k]
                at = _enter(at, number[i, j, k + 1], tz[i, j, k], other, coupling)
                at = _enter(at, number[i, j, k - 1], tz[i, j, k - 1], other, coupling)
                at = _enter(at, number[i, j + 1, k], ty[i, j, k], other, coupling)
                at = _enter(at, number[i, j - 1, k], ty[i, j - 1, k], other, coupling)
                at = _enter(at, number[i + 1, j, k], tx[i, j, k], other, coupling)
                at = _enter(at, number[i - 1, j, k], tx[i - 1, j, k], other, coupling)
    return at


@kernel
def place_groups(number: Int, group: Int, at: int, owner: Int) -> None:
    """Put the group of each cell of a grid into `owner` (2, m), the places of `split_cycle`, from place `at` on."""
    nx, ny, nz = number.shape
    half = nz // 2 + 1
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                if number[i, j, k] >= 0:
                    place = at + (i * ny + j) * half + k // 2
                    owner[(i + j + k) % 2, place] = group[number[i, j, k]]


@kernel
def row_sums(start: Int, coupling: Float, anchor: Float, total: Float) -> None:
    """Fill `total` with the diagonal: all couplings of a row and its anchor."""
    for i in range(total.shape[0]):
        value = anchor[i]
        for p in range(start[i], start[i + 1]):
            value += coupling[p]
        total[i] = value


@kernel
def _apart(first: float, second: float, coupling: float, most: float) -> bool:
    """Whether relaxation leaves two rows of given diagonals apart: it takes at least 1 / `most` of a difference."""
    return first * second <= most * (first + second) * coupling


@kernel
def _strongest(start: Int, coupling: Float, best: Float) -> None:
    """Fill `best` with the strongest coupling of each row."""
    for i in range(best.shape[0]):
        best[i] = 0.0
        for p in range(start[i], start[i + 1]):
            best[i] = max(best[i], coupling[p])


@kernel
def _partner(
    i: int, start: Int, other: Int, coupling: Float, total: Float, best: Float,
    likeness: float, most: float, lead: Int,
) -> int:  # fmt: skip
    """The free row that row i is paired with, -1 where there is none."""
    partner, value = -1, 0.0
    for p in range(start[i], start[i + 1]):
        j = other[p]
        if lead[j] != -1 or coupling[p] <= value * _TIE:
            continue
        like = coupling[p] >= likeness * max(best[i], best[j])
        if like and _apart(total[i], total[j], coupling[p], most):
            partner, value = j, coupling[p]
    return partner


@kernel
def _leader(
    i: int, start: Int, other: Int, coupling: Float, total: Float, best: Float, size: Int,
    small: int, most: float, lead: Int, role: Byte,
) -> int:  # fmt: skip
    """The row whose group row i follows, -1 where there is none: its strongest neighbour in a pair or not small."""
    partner, value = -1, _FOLLOWS * best[i]
    for p in range(start[i], start[i + 1]):
        j, strength = other[p], coupling[p]
        alone = (lead[j] == -1) & (size[j] <= small)
        taken = (not alone) & (lead[j] != _NO_GROUP) & (role[j] != FOLLOWER)
        taken &= (strength > value * _TIE) & _apart(total[i], total[j], strength, most)
        partner = j if taken else partner
        value = strength if taken else value
    return partner


@kernel
def _number_groups(lead: Int, number: Int, group: Int) -> int:
    """Number groups by their first row; returns how many there are. `number` (n,) is work space."""
    number[:] = -1
    count = 0
    for i in range(lead.shape[0]):
        group[i] = -1
        if lead[i] == _NO_GROUP:
            continue
        own = lead[i] if lead[i] >= 0 else i
        if number[own] < 0:
            number[own] = count
            count += 1
        group[i] = number[own]
    return count


@kernel
def _set_aside(
    start: Int, other: Int, coupling: Float, group: Int, role: Byte, aside: Float
) -> None:
    """Fill `aside` with the resistance between a follower and the others of its group, else 0."""
    for i in range(aside.shape[0]):
        aside[i] = 0.0
        if role[i] != FOLLOWER:
            continue
        held = 0.0
        for p in range(start[i], start[i + 1]):
            if group[other[p]] == group[i] and role[other[p]] != FOLLOWER:
                held += coupling[p]
        aside[i] = 1.0 / held


@allocating_kernel
def pair(
    start: Int, other: Int, coupling: Float, anchor: Float, total: Float, size: Int,
    likeness: float, most: float, small: int, group: Int, role: Byte, aside: Float,
) -> int:  # fmt: skip
    """Pair the rows of a network; returns the number of groups.

    Parameters
    ----------
    total : (n,) sums of the diagonals of the finest rows in each row
    size : (n,) finest rows in each row; of those without a partner, rows of up to `small` join the group of their
        strongest neighbour
    likeness : share of the strongest coupling of either that a pair's coupling must have
    most : bound on the diagonals over the coupling, see `_apart`
    group, role : (n,) of each row, filled: its group, -1 where its anchor holds it; first or second of a pair, or
        a follower
    aside : (n,) filled: resistance between a follower and its group, else 0
    """
    n = group.shape[0]
    best = np.empty(n)
    _strongest(start, coupling, best)
    lead = np.empty(n, np.int32)
    for i in range(n):
        lead[i] = _NO_GROUP if anchor[i] > _HELD * total[i] else -1
    role[:] = FIRST
    for i in range(n):
        if lead[i] == -1:
            partner = _partner(i, start, other, coupling, total, best, likeness, most, lead)
            if partner >= 0:
                lead[i] = i
                lead[partner] = i
                role[partner] = SECOND
    for i in range(n):
        if lead[i] == -1 and size[i] <= small:
            leader = _leader(i, start, other, coupling, total, best, size, small, most, lead, role)
            if leader >= 0:
                lead[i] = lead[leader] if lead[leader] >= 0 else leader
                role[i] = FOLLOWER
    count = _number_groups(lead, np.empty(n, np.int32), group)
    _set_aside(start, other, coupling, group, role, aside)
    return count


@inlined_kernel
def _stiffness(
    total: float, first: float, second: float, share: float, inner: float
) -> tuple[float, float]:
    """Stiffness of a pair's difference and what it lets go of, whose ratio is the share of `total` that is lost.

    `total` reaches the pair, `first` and `second` of it its members. Their difference is the one of least energy;
    `share` is the first's part of the pair's diagonal, `inner` the coupling of the two. In a row of equal cells this
    gives half the coupling for two pairs in series. Groups that are no pairs have no `inner`.
    """
    rest = 1.0 - share
    a, b = first * rest, second * share
    stiffness = (a * rest + b * share) * total + (a + b) * inner
    pair = inner > 0.0 and stiffness > 0.0
    lost = min((a - b) * (a - b), (1.0 - _LEAST_SHARE) * stiffness)
    return stiffness if pair else 1.0, lost if pair else 0.0


@kernel
def _list_members(group: Int, begin: Int, member: Int) -> None:
    """List the rows of each group: those of group a are ``member[begin[a]]`` to ``member[begin[a + 1] - 1]``."""
    count = begin.shape[0] - 1
    begin[:] = 0
    for i in range(group.shape[0]):
        if group[i] >= 0:
            begin[group[i] + 1] += 1
    for a in range(count):
        begin[a + 1] += begin[a]
    for i in range(group.shape[0]):
        if group[i] >= 0:
            member[begin[group[i]]] = i
            begin[group[i]] += 1
    for a in range(count, 0, -1):
        begin[a] = begin[a - 1]
    begin[0] = 0


@kernel
def _weigh_pairs(
    start: Int,
    other: Int,
    coupling: Float,
    total: Float,
    group: Int,
    role: Byte,
    share: Float,
    inner: Float,
) -> None:
    """Fill the first's part of each pair's diagonal and the coupling of the two, 0 where a group is no pair."""
    inner[:] = 0.0
    for i in range(group.shape[0]):
        if role[i] != SECOND:
            continue
        for p in range(start[i], start[i + 1]):
            j = other[p]
            if group[j] == group[i] and role[j] == FIRST:
                inner[group[i]] = coupling[p]
                share[group[i]] = total[j] / (total[i] + total[j])


@inlined_kernel
def _gather(
    a: int, at: int, start: Int, other: Int, coupling: Float, group: Int, role: Byte, aside: Float,
    begin: Int, member: Int, place: Int, parts: Float, names: Int, out_anchor: Float,
) -> int:  # fmt: skip
    """Sum the couplings of group a to others by the roles at both ends; returns how many others there are.

    Rows of `parts` and `names` from the second on are the sums and the groups of the others; the first is group a
    itself and counts for nothing. `place` (m,) holds `at` and the row of each, `at` being more than all that groups
    before have left there. Rows are cleared and written whether new or not: which are new cannot be foreseen, and
    guesses of the processor that fail take longer.
    """
    place[a], count = at, 1
    parts[0] = 0.0
    parts[1] = 0.0
    for q in range(begin[a], begin[a + 1]):
        i = np.uint32(member[q])
        own = role[i]
        for p in range(np.uint32(start[i]), np.uint32(start[i + 1])):
            j = np.uint32(other[p])
            b, value = group[j], coupling[p]
            if b < 0:
                out_anchor[a] += value
                continue
            value /= 1.0 + value * (aside[i] + aside[j])
            known = place[np.uint32(b)] - at
            new = known < 0
            to = np.uint32(count if new else known)
            place[np.uint32(b)] = at + to
            names[to] = b
            parts[to, own] += value
            parts[to, 3 + role[j]] += value
            count += 1 if new else 0
            parts[np.uint32(count)] = 0.0
    return count - 1


@kernel
def _longest(start: Int, begin: Int, member: Int) -> int:
    """Largest number of entries of the rows of one group."""
    longest = 0
    for a in range(begin.shape[0] - 1):
        length = 0
        for q in range(begin[a], begin[a + 1]):
            length += start[member[q] + 1] - start[member[q]]
        longest = max(longest, length)
    return longest


@allocating_kernel
def join(
    start: Int, other: Int, coupling: Float, anchor: Float, total: Float, size: Int,
    group: Int, role: Byte, aside: Float,
    out_start: Int, out_other: Int, out_coupling: Float, out_anchor: Float, out_total: Float, out_size: Int,
) -> int:  # fmt: skip
    """Fill the network of the groups; returns its number of entries, at most that of the rows' own.

    `out_start` (m + 1), `out_anchor`, `out_total` and `out_size` (m,) zero; see `pair` for the rest.
    """
    n, count = group.shape[0], out_total.shape[0]
    begin, member = np.empty(count + 1, np.int32), np.empty(n, np.int32)
    _list_members(group, begin, member)
    for i in range(n):
        if group[i] >= 0:
            out_anchor[group[i]] += anchor[i]
            out_total[group[i]] += total[i]
            out_size[group[i]] += size[i]
    share, inner = np.empty(count), np.empty(count)
    _weigh_pairs(start, other, coupling, total, group, role, share, inner)
    longest = _longest(start, begin, member)
    parts, names = np.empty((longest + 2, 6)), np.empty(longest + 2, np.int32)
    place = np.full(count, -1, np.int32)
    at, mark = 0, 0
    for a in range(count):
        others = _gather(
            a, mark, start, other, coupling, group, role, aside, begin, member, place, parts, names, out_anchor,
        )  # fmt: skip
        mark += others + 1
        for n in range(1, others + 1):
            p, b = at + n - 1, names[n]
            whole = parts[n, FIRST] + parts[n, SECOND] + parts[n, FOLLOWER]
            out_other[p] = b
            here, lost = _stiffness(whole, parts[n, FIRST], parts[n, SECOND], share[a], inner[a])
            there, gone = _stiffness(
                whole, parts[n, 3 + FIRST], parts[n, 3 + SECOND], share[b], inner[b]
            )
            # what is left at either end, in series, without counting the coupling twice
            out_coupling[p] = whole * (here - lost) * (there - gone) / (here * there - lost * gone)
        at += others
        out_start[a + 1] = at
    return at
