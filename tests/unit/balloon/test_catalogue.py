# SPDX-License-Identifier: BSD-3-Clause
"""Types of balloon: the catalogue that comes with vertaug, faulty ones, and plans that choose from it."""

from typing import get_args

import pytest

from vertaug.balloon.catalogue import KEYS, catalogue, read_catalogue
from vertaug.errors import InputError
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.plan_balloon import Balloon, TypeName, balloon_type
from vertaug.procedure.template import new_plan_text

TEXT = """
[one]
calibrated = true
""" + "\n".join(
    f'{key} = {{value = "{v}", range = ["{v}", "{v}"], mark = "found", source = "a test"}}'
    for key, v in zip(
        KEYS, ["12 mm", "3 mL", "20 bar", "3 bar", "4 bar", "13 mm", "3 mm", "9 bar"], strict=True
    )
)


def plan(**keys):
    return plan_from_dict(
        {
            "anatomy": {"source": "parametric", "level": "L1"},
            "balloon": [{"name": "left", "side": "left"} | keys],
            "procedure": {"stages": ["access", "inflate"]},
        }
    )


def test_every_row_loads_with_its_card():
    assert tuple(catalogue()) == get_args(TypeName)
    for length, kind in zip((10.0, 15.0, 20.0), catalogue().values(), strict=True):
        assert kind.value("length") == length
        assert kind.value("pressure_limit") == pytest.approx(2.758, abs=1e-3)
        assert not kind.calibrated
        assert {parameter.mark for parameter in kind.card} <= {"found", "recalled", "assumed"}
        assert all(parameter.source for parameter in kind.card)


def test_another_catalogue_is_read():
    kind = read_catalogue(TEXT)["one"]
    assert kind.calibrated
    assert kind.value("pressure_limit") == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('"12 mm"', '"12 mL"', "one.length"),
        ('value = "3 mL"', 'value = "9 mL"', "one.greatest_volume"),
        ('mark = "found"', 'mark = "heard"', "one.length.mark"),
        ("length =", "lenght =", "one"),
        ("calibrated = true", "", "one"),
    ],
)
def test_a_faulty_catalogue_is_refused_with_its_field(old, new, field):
    with pytest.raises(InputError) as caught:
        read_catalogue(TEXT.replace(old, new, 1), "mine.toml")
    assert caught.value.field == field
    assert caught.value.where == "mine.toml"


def test_a_plan_takes_from_the_type_what_it_does_not_give():
    first, other = plan().balloon[0], plan(type="generic_10", plateau_pressure="80 psi").balloon[0]
    assert (first.length, first.volume, first.type) == (15.0, 4000.0, "generic_15")
    assert (other.length, other.volume) == (10.0, 3000.0)
    changed = balloon_type(other)
    assert changed.value("plateau_pressure") == pytest.approx(0.5516, abs=1e-4)
    marks = {p.symbol: p.source for p in changed.card}
    assert [s for s, source in marks.items() if source == "given by the plan"] == ["p_p"]
    again = plan_from_dict(build_again(plan(type="generic_10")))
    assert again == plan(type="generic_10")


def build_again(made):
    import tomllib

    return tomllib.loads(made.resolved_toml())


def test_defaults_of_the_declarations_are_those_of_the_default_type():
    texts = catalogue()["generic_15"].texts
    assert {key: Balloon.model_fields[key].default for key in KEYS} == dict(texts)


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ({"volume": "5 mL"}, "balloon.left.volume"),
        ({"plateau_pressure": "40 psi"}, "balloon.left"),
        ({"type": "generic_12"}, "balloon.left.type"),
    ],
)
def test_what_no_such_balloon_can_do_is_refused(keys, field):
    with pytest.raises(InputError) as caught:
        plan(**keys)
    assert caught.value.field == field


def test_a_new_plan_lists_the_types():
    text = new_plan_text()
    assert all(kind.described in text for kind in catalogue().values())
