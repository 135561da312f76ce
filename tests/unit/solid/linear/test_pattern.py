# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.solid.linear import build_pattern


def test_assembly_of_two_kinds_is_the_dense_sum(elasticity):
    points, cells = elasticity.grid(2)
    facets = np.array([[0, 26, 5], [3, 4, 26]], np.int32)
    pattern = build_pattern(len(points) + 1, cells, facets)
    rng = np.random.default_rng(0)
    n = len(points) + 1
    kinds = [(cells, rng.normal(size=(len(cells), 12, 12))), (facets, rng.normal(size=(2, 9, 9)))]
    dense = np.zeros((3 * n, 3 * n))
    vector = np.zeros(3 * n)
    for elements, matrices in kinds:
        for nodes, matrix in zip(elements, matrices, strict=True):
            unknowns = (3 * nodes[:, None] + np.arange(3)).ravel()
            dense[np.ix_(unknowns, unknowns)] += matrix
            vector[unknowns] += matrix[0]
    blocks = pattern.assemble_matrix(kinds[0][1], kinds[1][1])
    x = rng.normal(size=(n, 3))
    np.testing.assert_allclose(pattern.multiply(blocks, x).ravel(), dense @ x.ravel(), atol=1e-12)
    rows = [np.ascontiguousarray(matrices[:, 0]) for _, matrices in kinds]
    np.testing.assert_allclose(pattern.assemble_vector(*rows).ravel(), vector, atol=1e-12)
    columns = [
        pattern.indices[a:b] for a, b in np.lib.stride_tricks.sliding_window_view(pattern.indptr, 2)
    ]
    assert all((np.diff(row) > 0).all() for row in columns)
    np.testing.assert_array_equal(pattern.indices[pattern.diagonal], np.arange(n))


def test_memory_of_a_matrix_serves_again_once_nobody_holds_it(elasticity):
    _, cells = elasticity.grid(2)
    pattern = build_pattern(27, cells)
    first = pattern.assemble_matrix(None)
    address = first.ctypes.data
    first[:] = 1.0
    row = first[0]
    del first
    second = pattern.assemble_matrix(None)
    assert second.ctypes.data != address
    assert (row == 1.0).all()
    del row
    third = pattern.assemble_matrix(None)
    assert third.ctypes.data == address
    assert not third.any()
    assert not np.shares_memory(second, third)


def test_map_points_at_the_blocks_of_an_element(elasticity):
    _, cells = elasticity.grid(3)
    pattern = build_pattern(64, cells)
    rows = np.repeat(np.arange(64), np.diff(pattern.indptr))
    found = pattern.maps[0].block_of
    np.testing.assert_array_equal(rows[found], np.repeat(cells[:, :, None], 4, axis=2))
    np.testing.assert_array_equal(pattern.indices[found], np.repeat(cells[:, None], 4, axis=1))


def test_node_outside_is_refused():
    with pytest.raises(InputError, match="E-MESH-020"):
        build_pattern(3, np.array([[0, 1, 3]], np.int32))
