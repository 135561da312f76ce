# SPDX-License-Identifier: BSD-3-Clause
"""A small ball of cement that cures in bone."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vertaug.curing.body import HeatBody
from vertaug.curing.curing import Curing
from vertaug.curing.damage import Damage
from vertaug.curing.options import CuringOptions
from vertaug.curing.surface import SIDES, Anchors, Convection, Fixed, Flux
from vertaug.errors import InputError
from vertaug.materials.cure import kamal_1973, stanczyk_2004

pytestmark = pytest.mark.usefixtures("one_thread")
BODY = 310.15
FREE = {"temperature_step": np.inf, "conduction_error": np.inf}


def ball(n, radius=3.0, spacing=1.0, perfusion=2e-3):
    """Cement in the middle of bone."""
    middle = (np.indices((n, n, n)) + 0.5 - 0.5 * n) * spacing
    cement = np.linalg.norm(middle, axis=0) < radius
    body = HeatBody(
        spacing, np.where(cement, 0.25, 0.4), np.where(cement, 1.8, 2.4), np.where(cement, 140.0, 0.0),
        np.where(cement, 0.0, perfusion), BODY,
    )  # fmt: skip
    return body, cement


def curing(n=10, options=None, **kwargs):
    body, cement = ball(n)
    start = np.where(cement, 300.0, BODY)
    sides = {"x-": Fixed(BODY), "x+": Convection(0.01, BODY), "y-": Flux(0.02)}
    return Curing(
        body,
        stanczyk_2004.kinetics(0.01, **stanczyk_2004.PAPER),
        start,
        sides=sides,
        options=options,
        damage=Damage(start),
        **kwargs,
    )


def test_heat_balances_and_every_part_takes_its_share():
    run = curing()
    run.advance(400.0)
    balance = run.record.balance()
    assert balance.error < 1e-12
    cement = run.body.reaction > 0.0
    gained = ((run.degree - 0.01) * run.body.reaction)[cement].sum()
    assert balance.released == pytest.approx(gained, rel=1e-12)
    assert balance.blood < 0.0
    assert balance.surface != 0.0
    before = np.where(cement, 300.0, BODY)
    assert balance.stored == pytest.approx(
        ((run.temperature - before) * run.body.capacity).sum(), rel=1e-10
    )


def test_a_wrong_heat_would_be_seen():
    run = curing()
    run.advance(50.0)
    run.record.stored += 1e-3 * run.record.balance().turned_over
    assert run.record.balance().error == pytest.approx(1e-3, rel=1e-6)


def test_second_order_in_time():
    """From a temperature without jumps; a jump costs the first steps part of their order."""
    body, _ = ball(8)
    ends = []
    for step in (4.0, 2.0, 1.0, 0.125):
        options = CuringOptions(longest_step=step, cure_error=1e-10, **FREE)
        run = Curing(
            body,
            stanczyk_2004.kinetics(0.01),
            BODY,
            sides={"x-": Convection(0.01, BODY)},
            options=options,
        )
        run.advance(96.0)
        ends.append(run.temperature.copy())
    errors = [np.abs(end - ends[-1]).max() for end in ends[:-1]]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.8), (errors, orders)


def test_default_steps_are_accurate():
    fine = CuringOptions(longest_step=0.5, temperature_step=0.2, conduction_error=0.01)
    runs = [curing(12), curing(12, fine)]
    for run in runs:
        run.advance(500.0)
    peaks = [run.damage.peak for run in runs]
    assert np.abs(peaks[0] - peaks[1]).max() < 0.1
    assert peaks[1].max() > BODY + 10.0
    assert len(runs[0].record.time) < 0.2 * len(runs[1].record.time)


def test_steps_do_not_change_with_the_calls():
    runs = [curing(8), curing(8)]
    runs[0].advance(60.0)
    for _ in range(6):
        runs[1].advance(10.0)
    assert np.abs(runs[0].temperature - runs[1].temperature).max() < 0.02
    assert runs[1].record.balance().error < 1e-12


@settings(max_examples=20, deadline=None)
@given(
    start=st.floats(1e-3, 0.3),
    warm=st.floats(290.0, 320.0),
    law=st.sampled_from(["stanczyk", "kamal"]),
)
def test_cure_rises_and_stays_below_one(start, warm, law):
    body, _ = ball(5, 1.6)
    kinetics = (
        stanczyk_2004.kinetics(start) if law == "stanczyk" else kamal_1973.kinetics(start=start)
    )
    run = Curing(body, kinetics, warm)
    before = run.degree.copy()
    for _ in range(4):
        run.advance(60.0)
        assert np.all(run.degree >= before)
        assert run.degree.max() <= 1.0
        before = run.degree.copy()


FIELDS = arrays.arrays(np.float64, (5, 6, 4), elements=st.floats(290.0, 370.0))


@settings(max_examples=25, deadline=None)
@given(
    field=FIELDS, conductivity=arrays.arrays(np.float64, (5, 6, 4), elements=st.floats(0.1, 1.0))
)
def test_heat_is_kept_and_no_extreme_appears(field, conductivity):
    quiet = HeatBody(
        0.7, conductivity, np.full(field.shape, 2.0), np.zeros(field.shape), np.zeros(field.shape)
    )
    run = Curing(
        quiet, stanczyk_2004.kinetics(), field, options=CuringOptions(conduction_error=1e-2)
    )
    run.advance(3.0)
    assert run.temperature.sum() == pytest.approx(field.sum(), rel=1e-13)
    assert run.temperature.min() >= field.min() - 1e-2
    assert run.temperature.max() <= field.max() + 1e-2


@settings(max_examples=25, deadline=None)
@given(field=FIELDS)
def test_no_extreme_at_all_in_short_steps(field):
    """Half of what three stages can reach: the step is then a mean of neighbours."""
    quiet = HeatBody(
        1.0,
        np.full(field.shape, 0.5),
        np.full(field.shape, 2.0),
        np.zeros(field.shape),
        np.zeros(field.shape),
    )
    sides = {side: Fixed(310.0) for side in SIDES}
    run = Curing(quiet, stanczyk_2004.kinetics(), field, sides=sides)
    run.options = CuringOptions(longest_step=run.conduction.euler_step, **FREE)
    run._guess = run.conduction.euler_step
    low, high = min(310.0, field.min()), max(310.0, field.max())
    for _ in range(5):
        run.advance(run.conduction.euler_step)
        assert run.temperature.min() >= low - 1e-10
        assert run.temperature.max() <= high + 1e-10


def test_blood_cools_as_its_rate_says():
    shape = (2, 2, 2)
    body = HeatBody(
        1.0, np.full(shape, 0.4), np.full(shape, 2.0), np.zeros(shape), np.full(shape, 0.02), BODY
    )
    run = Curing(
        body, stanczyk_2004.kinetics(), BODY + 10.0, options=CuringOptions(longest_step=1.0)
    )
    run.advance(100.0)
    assert run.temperature == pytest.approx(BODY + 10.0 * np.exp(-0.02 / 2.0 * 100.0), abs=1e-4)


def test_named_cells_are_joined_to_a_temperature_in_time():
    shape = (1, 1, 1)
    body = HeatBody(1.0, np.full(shape, 1.0), np.full(shape, 2.0), np.zeros(shape), np.zeros(shape))
    rim = Anchors(np.array([[0, 0, 0]]), np.array([0.1]), np.array([0.0]), lambda t: 300.0 + t)
    run = Curing(
        body,
        stanczyk_2004.kinetics(),
        300.0,
        anchors=[rim],
        options=CuringOptions(longest_step=0.05),
    )
    run.advance(40.0)
    rate = 0.05
    assert run.temperature[0, 0, 0] == pytest.approx(
        300.0 + 40.0 - (1.0 - np.exp(-rate * 40.0)) / rate, abs=1e-4
    )


def test_cement_that_moved_is_carried_on():
    run = curing(8)
    run.advance(20.0)
    body, _ = ball(8, radius=2.0)
    warm, degree = run.temperature + 1.0, run.degree.copy()
    volume = body.spacing**3
    gained = volume * (
        (body.capacity * (warm - BODY)).sum() - (run.body.capacity * (run.temperature - BODY)).sum()
    )
    run.carry_on(body, warm, degree, [2.0 * gained, -gained])
    assert run.record.carried == pytest.approx(gained, rel=1e-12)
    assert not run.degree[body.reaction == 0.0].any()
    run.advance(20.0)
    assert run.record.balance().error < 1e-12


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"sides": {"w": Flux(1.0)}}, "E-CURE-006"),
        ({"sides": {"x+": Convection(-1.0, 300.0)}}, "E-CURE-007"),
    ],
)
def test_bad_sides_are_refused(change, code):
    body, _ = ball(4)
    with pytest.raises(InputError) as caught:
        Curing(body, stanczyk_2004.kinetics(), BODY, **change)
    assert caught.value.code == code


def test_cells_without_tissue_are_refused():
    body, _ = ball(4)
    body.capacity[0, 0, 0] = 0.0
    with pytest.raises(InputError) as caught:
        Curing(body, stanczyk_2004.kinetics(), BODY)
    assert caught.value.code == "E-CURE-008"


_DIGEST = """
import hashlib, sys, numpy as np
sys.path.insert(0, {folder!r})
import numba
numba.set_num_threads({threads})
from test_curing import curing
run = curing(16)
run.advance(60.0)
fields = (run.temperature, run.degree, run.damage.minutes, run.damage.omega)
print(hashlib.sha256(b"".join(np.ascontiguousarray(f).tobytes() for f in fields)).hexdigest())
"""


def test_threads_give_the_same_bits():
    folder = str(Path(__file__).parent)
    found = set()
    for threads in (1, 2, 4):
        answer = subprocess.run(
            [sys.executable, "-c", _DIGEST.format(folder=folder, threads=threads)], capture_output=True, text=True,
            check=True, env=os.environ | {"NUMBA_NUM_THREADS": "4"},
        )  # fmt: skip
        found.add(answer.stdout.strip())
    assert len(found) == 1


_LONG = """
import sys
sys.path.insert(0, {folder!r})
from test_curing import curing
curing(6).advance(1.0)
run = curing(100)
print("ready", flush=True)
try:
    run.advance(600.0)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def test_an_interrupt_is_answered_within_a_second(seconds_to_stop):
    assert seconds_to_stop(_LONG.format(folder=str(Path(__file__).parent))) < 1.0
