# SPDX-License-Identifier: BSD-3-Clause
"""Conversion between measures of density: there and back, any way round, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vertaug.errors import InputError
from vertaug.materials.density import MEASURES, conversion_warnings, convert, line

quick = settings(max_examples=150, deadline=None, derandomize=True)
measures = st.sampled_from(list(MEASURES))
# Real bone as its ash, mg/cm³: above what both phantoms call nothing, below full mineralisation.
ashes = st.lists(st.floats(80.0, 1200.0), min_size=1, max_size=5).map(np.array)


@quick
@given(ashes, measures, measures)
def test_there_and_back(ash, first, second):
    density = convert(ash, "ash", first)
    there = convert(density, first, second)
    np.testing.assert_allclose(convert(there, second, first), density, rtol=1e-11, atol=1e-11)


@quick
@given(ashes, measures, measures, measures)
def test_any_way_round_is_the_same(ash, first, second, third):
    density = convert(ash, "ash", first)
    detour = convert(convert(density, first, second), second, third)
    np.testing.assert_allclose(detour, convert(density, first, third), rtol=1e-11, atol=1e-9)


@quick
@given(ashes, measures, measures)
def test_denser_stays_denser(ash, first, second):
    ordered = np.sort(ash)
    assert np.all(np.diff(convert(convert(ordered, "ash", first), first, second)) >= 0.0)
    assert line(first, second).slope > 0.0


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (100.0, "phosphate", "ash", 174.3),
        (93.6885, "phosphate", "ash", 166.6),
        (100.0, "hydroxyapatite", "ash", 166.6),
        (100.0, "hydroxyapatite", "phosphate", 93.6885),
        (166.6, "ash", "apparent", 277.667),
        (0.1, "fraction", "apparent", 200.0),
        (0.1, "fraction", "ash", 120.0),
        (80.0, "phosphate", "apparent", 249.833),
    ],
)
def test_published_lines(value, source, target, expected):
    assert convert(np.array([value]), source, target)[0] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "source", "target"),
    [
        (np.nan, "ash", "phosphate"),
        (np.inf, "phosphate", "ash"),
        (-5.0, "phosphate", "ash"),
        (30.0, "ash", "phosphate"),
        (1.2, "fraction", "apparent"),
        (2500.0, "apparent", "fraction"),
        (1100.0, "phosphate", "fraction"),
    ],
)
def test_what_no_bone_has_is_refused(value, source, target):
    with pytest.raises(InputError, match="E-DENSITY-002") as caught:
        convert(np.array([100.0 if source != "fraction" else 0.1, value]), source, target)
    assert "found" in str(caught.value)
    assert "expected  0 to" in str(caught.value)


def test_an_unknown_measure_is_refused():
    with pytest.raises(InputError, match="E-DENSITY-001"):
        convert(np.array([100.0]), "hounsfield", "ash")
    with pytest.raises(InputError, match="E-DENSITY-001"):
        line("ash", "bmd")


def test_outside_the_fitted_range_is_said():
    density = np.array([100.0, 1100.0])
    assert conversion_warnings(density[:1], "phosphate", "apparent") == ()
    (text,) = conversion_warnings(density, "phosphate", "apparent")
    assert "50.0 %" in text
    assert "1100" in text
    assert "0 to 1000" in text
    assert conversion_warnings(density, "phosphate", "phosphate") == ()
