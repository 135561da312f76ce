# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import sparse

from vertaug.solid.linear.ordering import order_rows


def lattice(sides, hub=False, gap=False):
    """Points of a grid and the pattern of its neighbours; a hub touches everything, a gap parts the grid in two."""
    points = np.stack(np.meshgrid(*map(np.arange, sides), indexing="ij"), axis=-1).reshape(-1, 3)
    numbers = np.arange(len(points)).reshape(sides)
    pairs = [
        np.stack([np.take(numbers, range(n - 1), axis), np.take(numbers, range(1, n), axis)]).reshape(2, -1)
        for axis, n in enumerate(sides)
    ]  # fmt: skip
    first, second = np.concatenate(pairs, axis=1)
    if gap:
        keep = (points[first, 0] < sides[0] // 2) == (points[second, 0] < sides[0] // 2)
        first, second = first[keep], second[keep]
    if hub:
        first, second = (
            np.append(first, np.arange(len(points) - 1)),
            np.append(second, np.full(len(points) - 1, len(points) - 1)),
        )
    graph = sparse.coo_matrix(
        (np.ones(first.size), (first, second)), shape=(len(points), len(points))
    )
    graph = (graph + graph.T + sparse.eye(len(points))).tocsr()
    graph.sort_indices()
    return points.astype(float), graph.indptr.astype(np.int32), graph.indices.astype(np.int32)


@pytest.mark.parametrize("case", [{}, {"hub": True}, {"gap": True}], ids=["grid", "hub", "gap"])
@pytest.mark.parametrize("sides", [(20, 15, 12), (25, 22, 20), (45, 40, 36)])
def test_chunks_of_a_stage_never_meet_and_share_the_work(sides, case):
    points, indptr, indices = lattice(sides, **case)
    ordering = order_rows(indptr, indices, points)
    n = len(points)
    np.testing.assert_array_equal(np.sort(ordering.order), np.arange(n))
    assert ordering.chunk_ptr[-1] == n
    assert ordering.stage_ptr[-1] == ordering.chunk_ptr.size - 1
    chunk = np.empty(n, np.int32)
    chunk[ordering.order] = np.repeat(
        np.arange(ordering.chunk_ptr.size - 1), np.diff(ordering.chunk_ptr)
    )
    stage = np.repeat(np.arange(ordering.stage_ptr.size - 1), np.diff(ordering.stage_ptr))[chunk]
    row = np.repeat(np.arange(n), np.diff(indptr))
    touching = (chunk[row] != chunk[indices]) & (stage[row] == stage[indices])
    assert not touching.any()
    earlier = stage[indices] < stage[row]
    shared = sparse.coo_matrix(
        (np.ones(earlier.sum()), (indices[earlier], chunk[row][earlier]))
    ).tocsr()
    shared.data[:] = 1.0
    for begin, end in itertools.pairwise(ordering.stage_ptr):
        assert np.asarray(shared[:, begin:end].sum(axis=1)).max(initial=0) <= 1, (
            "two chunks write to one row"
        )
    place = np.empty(n, np.int32)
    place[ordering.order] = np.arange(n)
    gathered = np.bincount(row, place[indices] <= place[row])[ordering.order]
    work = np.array([gathered[begin:end].sum() for begin, end in ordering.chunks])
    assert work.sum() == gathered.sum()
    two = 0.0
    for begin, end in itertools.pairwise(ordering.stage_ptr):
        middle = (begin + end + 1) // 2
        two += max(work[begin:middle].sum(), work[middle:end].sum())
    assert "hub" in case or work.sum() / two > 1.75
