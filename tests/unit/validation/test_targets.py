# SPDX-License-Identifier: BSD-3-Clause
"""Targets as data."""

import pytest

from vertaug.errors import InputError
from vertaug.validation.registry import EXPERIMENTS
from vertaug.validation.report import reasons
from vertaug.validation.targets import all_targets, chosen_ids, read_targets

ROW = """
[[target]]
id = "V9"
quantity = "gain, mm"
source = "someone"
mark = "found"
target = 2.0
band = [{band}]
role = "validation"
"""


def test_every_experiment_has_targets_and_every_target_an_experiment():
    targets = all_targets()
    assert tuple(dict.fromkeys(t.id for t in targets)) == tuple(e.id for e in EXPERIMENTS)
    assert {t.role for t in targets} == {"calibration", "validation"}
    assert {t.mark for t in targets} <= {"found", "recalled", "derived", "assumed"}
    for item in EXPERIMENTS:
        assert bool(item.module) != bool(item.lacking), item.id


def test_reasons_belong_to_targets():
    assert set(reasons()) <= {(t.id, t.quantity) for t in all_targets()}


@pytest.mark.parametrize(
    ("band", "inside", "outside"), [("1, 3", 3.0, 3.01), ('1, ""', 99.0, 0.9), ('"", 3', -9.0, 3.1)]
)
def test_bands(band, inside, outside):
    (target,) = read_targets(ROW.format(band=band))
    assert target.holds(inside)
    assert not target.holds(outside)


@pytest.mark.parametrize("band", ["3, 4", "0, 1", '"", ""'])
def test_bands_that_cannot_be(band):
    with pytest.raises(ValueError, match="V9, gain"):
        read_targets(ROW.format(band=band))


def test_a_quantity_stands_once():
    with pytest.raises(ValueError, match="twice"):
        read_targets(2 * ROW.format(band="1, 3"))


def test_ids_are_chosen_in_their_order():
    targets = all_targets()
    assert chosen_ids(["v4,V1", "V2"], targets) == ("V1", "V2", "V4")
    assert len(chosen_ids([], targets)) == len(EXPERIMENTS)
    with pytest.raises(InputError, match="E-VALID-001"):
        chosen_ids(["V99"], targets)
