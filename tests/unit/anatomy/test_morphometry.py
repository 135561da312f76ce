# SPDX-License-Identifier: BSD-3-Clause
"""The table of mean dimensions."""

import pytest

from vertaug.anatomy.morphometry import levels, mean_dimensions, provenance
from vertaug.errors import InputError


def test_levels_run_from_t4_to_l5():
    assert levels()[0] == "T4"
    assert levels()[-1] == "L5"
    assert len(levels()) == 14


@pytest.mark.parametrize("level", levels())
def test_dimensions_are_positive_and_in_proportion(level):
    size = mean_dimensions(level)
    assert 20.0 < size.superior_depth < size.superior_width + 0.1 < 52.0
    assert size.pedicle_width <= size.pedicle_height
    assert size.canal_width >= size.canal_depth
    assert 0.9 < size.anterior_height / size.posterior_height < 1.2


def test_every_column_has_mark_and_source():
    for mark, source in provenance().values():
        assert mark in {"found", "recalled", "recalled-low", "derived"}
        assert source


def test_scaling_keeps_angles_and_ratios():
    size = mean_dimensions("L1")
    small = size.scaled(0.9)
    assert small.superior_width == pytest.approx(0.9 * 41.2)
    assert small.pedicle_medial_angle == size.pedicle_medial_angle
    assert small.waist == size.waist


def test_unknown_level_is_an_input_error():
    with pytest.raises(InputError, match="E-ANAT-001") as caught:
        mean_dimensions("C2")
    assert caught.value.field == "anatomy.level"
