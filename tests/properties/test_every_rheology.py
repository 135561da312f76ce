# SPDX-License-Identifier: BSD-3-Clause
"""What every law of rheology in the list promises, for constants anywhere in its card."""

import dataclasses
import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from vertaug.cement import cannula
from vertaug.cement.cannula import TubeFluid, flow_rate, pressure_drop
from vertaug.errors import InputError
from vertaug.materials import rheology as folder
from vertaug.materials.card import Mark
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rheology.flow_curve import Warmth, ageing, of_ages
from vertaug.materials.rheology.ostwald_1925 import PowerLaw
from vertaug.materials.rheology.registry import RHEOLOGY
from vertaug_kernels import rheology

quick = settings(max_examples=30, deadline=None, derandomize=True)
every_law = pytest.mark.parametrize("name", RHEOLOGY)
RATES = 10.0 ** np.linspace(-3.0, 4.0, 57)
HIGH_CAP = 1e9


@st.composite
def laws(draw, name):
    card = RHEOLOGY[name].card
    share = draw(st.lists(st.floats(0.0, 1.0), min_size=len(card), max_size=len(card)))
    values = [p.low + u * (p.high - p.low) for p, u in zip(card, share, strict=True)]
    law = RHEOLOGY[name].builder(*values)
    try:
        law.columns()
    except InputError:
        assume(False)
    return law


def test_every_law_file_is_in_the_list():
    files = Path(folder.__file__).parent.glob("*.py")
    with_law = {p.stem for p in files if "ClassVar[int] = rheology." in p.read_text("utf-8")}
    listed = {law.builder.__module__.rpartition(".")[2] for law in RHEOLOGY.values()}
    assert with_law == listed
    assert {law.builder.code for law in RHEOLOGY.values()} == set(rheology.PARAMETERS)


@every_law
def test_card_is_complete_and_is_the_builders(name):
    card, builder = RHEOLOGY[name].card, RHEOLOGY[name].builder
    assert [f.default for f in dataclasses.fields(builder)] == [p.value for p in card]
    assert len({p.symbol for p in card}) == len(card)
    for p in card:
        assert p.low <= p.value <= p.high
        assert p.low < p.high
        assert p.mark in get_args(Mark)
        assert all(text.strip() for text in (p.symbol, p.unit, p.meaning, p.source))
    assert set(builder().columns()) == set(rheology.PARAMETERS[builder.code])
    for k in range(len(card)):
        values = [p.value for p in card]
        values[k] = math.nan
        with pytest.raises(InputError, match="E-MATERIAL"):
            builder(*values).columns()


@every_law
@quick
@given(data=st.data())
def test_viscosity_is_positive_falls_with_rate_and_stress_rises(name, data):
    law = data.draw(laws(name))
    if getattr(law, "index", 1.0) > 1.0:
        assume(False)
    curve = of_ages({0.0: law}, cap=HIGH_CAP)
    viscosity = curve.viscosity(RATES, cure=0.05)
    assert (viscosity > 0.0).all()
    assert (np.diff(viscosity) <= 1e-12 * viscosity[1:]).all()
    # beyond its range of use a power law is Newtonian: still rising
    assert (np.diff(viscosity * RATES) > -1e-12 * (viscosity * RATES)[1:]).all()


@every_law
@quick
@given(data=st.data())
def test_viscosity_has_a_limit_at_rest(name, data):
    curve = of_ages({0.0: data.draw(laws(name))}, cap=HIGH_CAP)
    rest, slow = (float(curve.viscosity(g)) for g in (0.0, 1e-100))
    assert slow == pytest.approx(rest, rel=1e-6)


@every_law
@quick
@given(data=st.data())
def test_the_curve_depends_on_rate_only_where_it_says(name, data):
    curve = of_ages({0.0: data.draw(laws(name))}, cap=HIGH_CAP)
    spread = np.ptp(curve.viscosity(RATES))
    assert (spread > 0.0) <= curve.depends_on_rate


@every_law
@quick
@given(data=st.data(), tau=st.floats(50.0, 500.0))
def test_ageing_grows_e_fold_up_to_the_cap(name, data, tau):
    law = data.draw(laws(name))
    curve = ageing(law, tau, cap=HIGH_CAP)
    rate = 0.0 if name.startswith("cross") else 3.0  # it thins earlier as it thickens
    known = float(of_ages({0.0: law}, cap=HIGH_CAP).viscosity(rate))
    assert float(curve.viscosity(rate, age=300.0)) == pytest.approx(known, rel=1e-9)
    later = float(curve.viscosity(rate, age=300.0 + tau))
    assert later == pytest.approx(known * math.e, rel=1e-9)
    assert curve.thickening_time == pytest.approx(tau, rel=1e-9)
    assert float(curve.viscosity(rate, age=1e6)) == HIGH_CAP


@every_law
@quick
@given(data=st.data(), rate=st.floats(1.0, 300.0))
def test_drop_in_a_tube_and_flow_invert_each_other(name, data, rate):
    fluid = of_ages({0.0: data.draw(laws(name))}, cap=HIGH_CAP).at(0.0, cure=0.05)
    drop = pressure_drop(fluid, 1.2, 120.0, rate)
    assert drop > 0.0
    assert flow_rate(fluid, 1.2, drop * 1.2 / 240.0) == pytest.approx(rate, rel=1e-9)
    assert pressure_drop(fluid, 1.2, 120.0, 1.1 * rate) > drop
    assert flow_rate(fluid, 1.2, 0.0) == pressure_drop(fluid, 1.2, 120.0, 0.0) == 0.0


@every_law
@quick
@given(data=st.data(), apparent=st.floats(0.1, 300.0))
def test_stress_integral_agrees_with_closed_forms(name, data, apparent):
    """Laws with a closed form against the quadrature that serves the others; sharp yield."""
    law = data.draw(laws(name))
    if hasattr(law, "sharpness"):
        law = dataclasses.replace(law, sharpness=1e4)
    if hasattr(law, "lowest"):
        law = dataclasses.replace(law, lowest=1e-12, highest=1e12)
    if name == "bingham":
        assume(law.yield_stress < 10.0 * law.viscosity * apparent)
    fluid = of_ages({0.0: law}, cap=HIGH_CAP).at(0.0)
    radius = 1.2
    flow = 0.25 * math.pi * radius**3 * apparent
    stress = cannula._integrated_stress(fluid, radius, flow)
    drop = pressure_drop(fluid, radius, 120.0, flow)
    tolerance = 2e-2 if hasattr(law, "sharpness") else 1e-9
    assert drop == pytest.approx(2.0 * 120.0 * stress / radius, rel=tolerance)


@pytest.mark.parametrize("name", [n for n in RHEOLOGY if n not in ("bingham", "herschel_bulkley")])
@quick
@given(data=st.data(), apparent=st.floats(0.02, 300.0))
def test_bed_is_a_bundle_of_tubes(name, data, apparent):
    """Stress at the wall of a tube over its apparent rate; the local index serves laws without closed form."""
    law = data.draw(laws(name))
    if hasattr(law, "lowest"):
        law = dataclasses.replace(law, lowest=1e-9, highest=1e9)
    curve = of_ages({0.0: law}, cap=HIGH_CAP)
    out, one = np.zeros(1), np.ones(1)
    warm = curve.reference * one
    curve.in_bed(np.zeros(1, np.int64), apparent * one, one, 0 * one, 0 * one, warm, out)
    radius = 1.2
    drop = pressure_drop(curve.at(0.0), radius, 1.0, 0.25 * math.pi * radius**3 * apparent)
    exact = 0.5 * drop * radius / apparent
    closed = name in ("newtonian", "power_law", "castro_macosko")
    assert out[0] == pytest.approx(exact, rel=1e-9 if closed else 0.03)


def test_a_yield_stress_holds_a_bed_below_its_threshold():
    """10 Pa at k = 1e-8 m² and porosity 0.9: 6.708e4 Pa/m, whatever the flow."""
    assert bed.threshold_gradient(1e-5, 1e-2, 0.9) == pytest.approx(6.708e4 * 1e-9, rel=1e-4)
    law = RHEOLOGY["bingham"].builder(1e-12, 1e-5, 1e6)
    curve = of_ages({0.0: law}, cap=HIGH_CAP)
    length = bed.shear_length(np.array([1e-2]), np.array([0.9]))
    one, out = np.ones(1), np.zeros(1)
    for speed in (1e-4, 1e-2, 1.0):
        state = (speed * one, length, 0 * one, 0 * one, 300 * one)
        curve.in_bed(np.zeros(1, np.int64), *state, out)
        gradient = out[0] * speed / 1e-2
        assert gradient == pytest.approx(6.708e4 * 1e-9, rel=1e-3)


def test_power_law_in_a_bed_is_that_of_christopher_and_middleman():
    law = PowerLaw(200e-6, 0.6)
    length = bed.shear_length(np.array([1e-2]), np.array([0.9]))
    one, out = np.ones(1), np.zeros(1)
    curve = of_ages({0.0: law})
    curve.in_bed(np.zeros(1, np.int64), one, length, 0 * one, 0 * one, 300 * one, out)
    assert out[0] == pytest.approx(86.21688e-6, rel=1e-6)
    assert out[0] == pytest.approx(bed.apparent_viscosity(200e-6, 0.6, 1.0 / length)[0], rel=1e-12)


def test_the_index_follows_the_age():
    curve = of_ages({0.0: PowerLaw(1e-4, 0.9), 600.0: PowerLaw(4e-4, 0.4)})
    for age, index in ((0.0, 0.9), (300.0, 0.65), (600.0, 0.4), (900.0, 0.4)):
        low, high = curve.viscosity([1.0, 10.0], age=age)
        assert math.log10(high / low) == pytest.approx(index - 1.0, abs=1e-12)
    assert float(curve.viscosity(1.0, age=300.0)) == pytest.approx(2e-4, rel=1e-12)


@pytest.mark.parametrize("age", [-10.0, 0.0, 130.0, 400.0, 600.0, 1e4])
@pytest.mark.parametrize("name", RHEOLOGY)
def test_constants_of_a_moment_are_those_of_the_kernels(name, age):
    law = RHEOLOGY[name].builder()
    scale = dataclasses.fields(law)[0].name
    thick = dataclasses.replace(law, **{scale: 5.0 * getattr(law, scale)})
    for curve in (
        of_ages({0.0: law, 200.0: law, 600.0: thick}, cap=HIGH_CAP, warmth=Warmth(2000.0)),
        of_ages({0.0: law}, cap=HIGH_CAP),
        ageing(law, 130.0, cap=HIGH_CAP),
    ):
        fluid = curve.at(age, 0.0, 305.0)
        constants = fluid.constants()
        again = dataclasses.replace(law, **{scale: constants["scale"]})
        if name == "bingham" or name == "herschel_bulkley":
            plug = constants["yield_over_scale"] * constants["scale"]
            again = dataclasses.replace(again, yield_stress=plug)
        known = float(of_ages({0.0: again}, cap=HIGH_CAP).viscosity(3.0))
        assert fluid.viscosity(3.0) == pytest.approx(known, rel=1e-12)


def test_no_liquid_in_a_tube_is_thicker_than_its_cap():
    thick = of_ages({0.0: PowerLaw(1.0, 0.5)}, cap=1e-2).at(0.0)
    assert pressure_drop(thick, 1.2, 120.0, 1.0) == pressure_drop(TubeFluid(1e-2), 1.2, 120.0, 1.0)
    assert flow_rate(thick, 1.2, 1e-3) == flow_rate(TubeFluid(1e-2), 1.2, 1e-3)


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: of_ages({}), "ages"),
        (lambda: of_ages([(10.0, PowerLaw()), (0.0, PowerLaw())]), "ages"),
        (lambda: of_ages({0.0: PowerLaw(), 1.0: RHEOLOGY["cross"].builder()}), "law"),
        (lambda: of_ages({0.0: PowerLaw()}, cap=0.0), "cap"),
        (lambda: of_ages({0.0: PowerLaw()}, warmth=Warmth(math.inf)), "warmth"),
        (lambda: ageing(PowerLaw(), 0.0), "tau"),
        (lambda: PowerLaw(index=3.0).columns(), "index"),
        (lambda: PowerLaw(lowest=10.0, highest=1.0).columns(), "highest"),
        (lambda: RHEOLOGY["cross"].builder(index=1.0).columns(), "index"),
        (lambda: RHEOLOGY["carreau_yasuda"].builder(floor=1.0).columns(), "floor"),
        (lambda: RHEOLOGY["castro_macosko"].builder(growth=-9.0).columns(), "growth"),
        (lambda: RHEOLOGY["bingham"].builder(yield_stress=-1.0).columns(), "yield_stress"),
    ],
)
def test_impossible_liquids_are_refused(make, field):
    with pytest.raises(InputError) as refusal:
        make()
    assert field in refusal.value.field
    assert refusal.value.expected
