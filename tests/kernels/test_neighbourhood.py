# SPDX-License-Identifier: BSD-3-Clause
"""Sparse weights between near places against all pairs in plain NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from vertaug.solid.regional_average import RegionalAverage
from vertaug_kernels import neighbourhood


@pytest.mark.parametrize(("length", "side"), [(0.3, 0.3), (0.3, 0.45), (2.0, 2.0)])
def test_rows_are_those_of_all_pairs(length: float, side: float) -> None:
    draw = np.random.default_rng(7)
    m = 400
    centre, held, kind = draw.random((m, 3)), draw.uniform(0.5, 2.0, m), draw.integers(0, 2, m)
    box = np.floor(centre / side).astype(np.int32)
    boxes = box.max(axis=0) + 1
    key = np.ravel_multi_index(tuple(box.T), tuple(boxes))
    order = np.argsort(key, kind="stable").astype(np.int32)
    starts = np.searchsorted(key[order], np.arange(boxes.prod() + 1))
    about = (centre, held, kind, box, boxes, order, starts, length)
    count = np.empty(m, dtype=np.int64)
    for rows in ((0, 150), (150, m)):
        neighbourhood.count_near(rows, *about, (np.empty(0, np.int32), np.empty(0)), count)
    pointers = np.concatenate([[0], np.cumsum(count)])
    columns, values = np.empty(pointers[-1], dtype=np.int32), np.empty(pointers[-1])
    for rows in ((0, 150), (150, m)):
        neighbourhood.near_weights(rows, *about, pointers, columns, values)
    square = ((centre[:, None] - centre) ** 2).sum(axis=2) / length**2
    expected = np.where(
        (square < 1.0) & (kind[:, None] == kind),
        (1.0 - square) ** 2 * held[:, None] * held, 0.0,
    )  # fmt: skip
    found = csr_array((values, columns, pointers), shape=(m, m)).toarray()
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(count, (expected > 0.0).sum(axis=1))


def test_scaled_rows_sum_to_what_is_wanted() -> None:
    draw = np.random.default_rng(5)
    dense = np.where(draw.random((30, 30)) < 0.3, draw.random((30, 30)), 0.0) + np.eye(30)
    scale, wanted = draw.random(30), draw.random(30)
    expected = scale[:, None] * dense * scale
    expected += np.diag(wanted - expected.sum(axis=1))
    matrix = csr_array(dense)
    neighbourhood.scale_rows(matrix.indptr, matrix.indices, scale, wanted, matrix.data)
    np.testing.assert_allclose(matrix.toarray(), expected, rtol=1e-13, atol=1e-15)


def test_one_place_keeps_its_value() -> None:
    corners = np.array([[0.0, 0, 0], [0.1, 0, 0], [0, 0.1, 0], [0, 0, 0.1]])
    cells = np.array([[0, 1, 2, 3]], dtype=np.int32)
    average = RegionalAverage.of(corners, cells, np.array([1e-3 / 6]), np.zeros(1, np.int32), 2.0)
    np.testing.assert_allclose(average(np.array([3.0])), [3.0], rtol=1e-14)
