# SPDX-License-Identifier: BSD-3-Clause
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vertaug import units
from vertaug.units import QuantityError, express, quantity


@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("15 mm", units.LENGTH, 15.0),
        ("1.5cm", units.LENGTH, 15.0),
        ("3 mL", units.VOLUME, 3000.0),
        ("3 mL/min", units.FLOW, 50.0),
        ("400 psi", units.PRESSURE, 2.7579029),
        ("2e6 Pa", units.PRESSURE, 2.0),
        ("110 N", units.FORCE, 110.0),
        ("0.45 N/mm", units.STIFFNESS, 0.45),
        ("450 N/m", units.STIFFNESS, 0.45),
        ("5 min", units.TIME, 300.0),
        ("23 degC", units.TEMPERATURE, 296.15),
        ("296.15 K", units.TEMPERATURE, 296.15),
        ("1 Pa*s", units.VISCOSITY, 1e-6),
        ("1e-8 m^2", units.PERMEABILITY, 1e-2),
        ("50 mg/cm^3", units.DENSITY, 50.0),
        ("0.05 g/cm^3", units.DENSITY, 50.0),
        ("180 deg", units.ANGLE, math.pi),
    ],
)
def test_quantity_is_read_in_internal_units(text, dimension, value):
    assert quantity(text, dimension) == pytest.approx(value, rel=1e-7)


@pytest.mark.parametrize(
    ("value", "code", "found"),
    [
        (15, "E-PLAN-004", "bare number 15"),
        ("15", "E-PLAN-004", "without a unit"),
        ("3 mL", "E-PLAN-003", "a volume"),
        ("3 furlongz", "E-PLAN-003", "not known"),
        ("fifteen mm", "E-PLAN-003", "fifteen"),
        (True, "E-PLAN-003", "True"),
        ("nan mm", "E-PLAN-005", "nan"),
        ("1e999 mm", "E-PLAN-005", "1e999"),
    ],
)
def test_what_is_no_length_is_refused(value, code, found):
    with pytest.raises(QuantityError) as caught:
        quantity(value, units.LENGTH)
    assert caught.value.code == code
    assert found in caught.value.found
    assert "15 mm" in caught.value.expected + caught.value.fix


@given(
    st.floats(min_value=-1e6, max_value=1e6, allow_nan=False),
    st.sampled_from(
        [
            (units.PRESSURE, "psi"),
            (units.FLOW, "mL/min"),
            (units.VOLUME, "mL"),
            (units.TEMPERATURE, "degC"),
            (units.VISCOSITY, "Pa*s"),
            (units.ANGLE, "deg"),
        ]
    ),
)
def test_expressed_value_is_read_back_exactly(value, kind):
    dimension, unit = kind
    assert quantity(express(value, dimension, unit), dimension) == value
