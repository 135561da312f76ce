# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from vertaug.solid.linear.norm import euclidean_norm


@pytest.mark.parametrize("shape", [(0,), (1,), (7,), (1001, 3)])
def test_norm_of_any_shape(shape):
    vector = np.random.default_rng(1).normal(size=shape)
    assert euclidean_norm(vector) == pytest.approx(np.sqrt((vector**2).sum()), rel=1e-13)
    assert euclidean_norm(vector.T) == pytest.approx(euclidean_norm(vector), rel=1e-13)


def test_norm_of_what_is_not_finite_is_not_finite():
    assert np.isnan(euclidean_norm(np.array([1.0, np.nan])))
    assert euclidean_norm(np.array([1.0, np.inf, 2.0])) == np.inf
