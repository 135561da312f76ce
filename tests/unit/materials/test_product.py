# SPDX-License-Identifier: BSD-3-Clause
"""Product files: the shipped classes, a user's own, and what is refused."""

import dataclasses
import math
from importlib import resources

import pytest

from vertaug.errors import InputError
from vertaug.materials.cure import kamal_1973, stanczyk_2004
from vertaug.materials.rheology.cement_classes import CLASSES, product_of_class
from vertaug.materials.rheology.product import load_product, read_product
from vertaug.materials.rheology.registry import RHEOLOGY
from vertaug.materials.rheology.setting import cure_with_age
from vertaug.materials.thermal.polymer import Polymer, filled
from vertaug.materials.thermal.recipe import Recipe, polymer_of
from vertaug.materials.thermal.tissues import ThermalTissue

OWN = """
name = "mine"
status = "calibrated"
source = "rheometer, 2024"
law = "power_law"
ages = [0.0, 300.0, 600.0]
[constants]
consistency = { value = [40.0, 160.0, 640.0], unit = "Pa*s^n", status = "calibrated", source = "rheometer" }
index = { value = [0.9, 0.6, 0.4], unit = "1", status = "calibrated", source = "rheometer", range = [0.3, 1.0] }
[ageing]
activation = { value = 44.4, unit = "kJ/mol", status = "found", source = "paper" }
reference = { value = 25.0, unit = "degC", status = "found", source = "rheometer" }
cap = { value = 50.0, unit = "kPa*s", status = "derived", source = "rheometer" }
"""


def test_shipped_files_are_the_classes():
    folder = resources.files("vertaug.materials.rheology").joinpath("products")
    files = {item.name for item in folder.iterdir() if item.name.endswith(".toml")}
    assert files == {f"{name}.toml" for name in CLASSES}


@pytest.mark.parametrize(
    ("name", "eta", "tau"), [("low", 20.0, 110.0), ("medium", 150.0, 130.0), ("high", 800.0, 200.0)]
)
def test_a_class_is_its_engineering_default(name, eta, tau):
    product = product_of_class(name)
    assert product.status == "uncalibrated"
    assert not product.curve.calibrated
    for age in (0.0, 300.0, 500.0):
        expected = eta * 1e-6 * math.exp((age - 300.0) / tau)
        assert float(product.curve.viscosity(10.0, age)) == pytest.approx(expected, rel=1e-12)
    thin = product.curve.viscosity([10.0, 100.0], 300.0)
    assert math.log10(thin[1] / thin[0]) == pytest.approx(-0.25, abs=1e-12)
    assert float(product.curve.viscosity(1.0, 1e5)) == pytest.approx(7.5e-2)
    assert product.curve.ageing_rate(310.15) == pytest.approx(
        math.exp(5341.0 * (1 / 296.15 - 1 / 310.15)), rel=1e-12
    )


SETTING = """
[kinetics]
law = "kamal_1973"
a_1 = { value = 250.0, unit = "1/s", status = "found", source = "calorimeter" }
e_2 = { value = 51.0, unit = "kJ/mol", status = "found", source = "calorimeter" }
[heat]
heat = { value = 120.0, unit = "J/mL", status = "found", source = "calorimeter" }
shrinkage = { value = 0.06, unit = "1", status = "found", source = "pycnometer" }
density = { value = 1250.0, unit = "kg/m^3", status = "found", source = "pycnometer" }
conductivity = { value = 0.2, unit = "W/(m*K)", status = "found", source = "hot wire" }
filler = "zirconia"
filler_share = { value = 0.2, unit = "1", status = "found", source = "label" }
"""


def test_cure_and_heat_of_a_product_are_read_with_their_units():
    plain = read_product(OWN, "plain.toml").reaction
    assert plain.kinetics == stanczyk_2004.kinetics()
    assert plain.polymer == Polymer()
    assert plain.given == {}
    product = read_product(OWN + SETTING, "own.toml")
    found = product.reaction
    assert found.kinetics == kamal_1973.kinetics(a_1=250.0, e_2=51000.0)
    tissue = ThermalTissue(1250e-12 * 1460e6, 0.2)
    expected = filled("zirconia", 0.2, Polymer(120.0, 0.06, tissue))
    assert found.polymer.heat == pytest.approx(expected.heat)
    assert found.polymer.tissue.capacity == pytest.approx(expected.tissue.capacity)
    assert {"a_1", "e_2", "heat", "shrinkage", "density"} <= {row.symbol for row in product.card}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('law = "kamal_1973"', 'law = "kamal"', "kinetics.law"),
        ("a_1 = {", "a1 = {", "kinetics.a1"),
        ('value = 51.0, unit = "kJ/mol"', 'value = 51.0, unit = "kJ"', "kinetics.e_2.unit"),
        ("value = 250.0", "value = -250.0", "kinetics"),
        ('unit = "J/mL"', 'unit = "J/g"', "heat.heat.unit"),
        ("value = 0.06", "value = 6.0", "heat.shrinkage"),
        ("value = 1250.0", "value = 1.25", "heat.density"),
        ('filler = "zirconia"', 'filler = "chalk"', "heat.filler"),
        ('filler = "zirconia"\n', "", "heat.filler"),
        ('status = "found", source = "hot wire"', 'status = "assumed", source = "hot wire"', "status"),
    ],
)  # fmt: skip
def test_wrong_cure_and_heat_are_refused_where_they_stand(old, new, field):
    with pytest.raises(InputError) as refusal:
        read_product((OWN + SETTING).replace(old, new), "own.toml")
    assert refusal.value.field == field
    assert refusal.value.where == "own.toml"
    assert refusal.value.expected
    assert refusal.value.fix


RECIPE = """
[recipe]
liquid = { value = 9.0, unit = "g", status = "found", source = "leaflet" }
powder = { value = 20.0, unit = "g", status = "found", source = "leaflet" }
monomer = { value = 0.991, unit = "1", status = "found", source = "leaflet" }
filler = "barium_sulphate"
mineral = { value = 0.3, unit = "1", status = "found", source = "leaflet" }
"""


def test_a_leaflet_gives_heat_and_measured_numbers_go_first():
    recipe = Recipe(9e-6, 20e-6, 0.991, "barium_sulphate", 0.3)
    expected = polymer_of(recipe)
    product = read_product(OWN + RECIPE, "own.toml")
    made = product.reaction.polymer
    assert made.heat == pytest.approx(expected.heat)
    assert made.tissue == expected.tissue
    assert {"liquid", "powder", "monomer", "mineral"} <= {row.symbol for row in product.card}
    heat = '[heat]\nheat = { value = 120.0, unit = "J/mL", status = "found", source = "calorimeter" }\n'
    own = read_product(OWN + RECIPE + heat, "own.toml").reaction.polymer
    assert own.heat == 120.0
    assert own.tissue == expected.tissue
    warm = heat.replace("heat =", "specific_heat =", 1).replace("J/mL", "J/(kg*K)")
    own = read_product(OWN + RECIPE + warm, "own.toml").reaction.polymer
    assert own.tissue.capacity == pytest.approx(120e6 * recipe.density)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("liquid = {", "fluid = {", "recipe.fluid"),
        ('9.0, unit = "g"', '9.0, unit = "mL"', "recipe.liquid.unit"),
        ("value = 0.991", "value = 1.991", "recipe"),
        ('filler = "barium_sulphate"\n', "", "recipe.filler"),
        ('filler = "barium_sulphate"', 'filler = "chalk"', "recipe.filler"),
        (RECIPE, RECIPE + SETTING[SETTING.index("[heat]"):], "heat.filler"),
        ('"found", source = "leaflet" }\npowder', '"assumed", source = "leaflet" }\npowder', "status"),
        (RECIPE, "[recipe]\n", "recipe.liquid"),
    ],
)  # fmt: skip
def test_wrong_recipes_are_refused_where_they_stand(old, new, field):
    text = OWN + RECIPE
    assert old in text
    with pytest.raises(InputError) as refusal:
        read_product(text.replace(old, new), "own.toml")
    assert refusal.value.field == field
    assert refusal.value.where == "own.toml"


def test_a_law_of_cure_follows_the_products_own_kinetics():
    text = """
name = "resin"
status = "uncalibrated"
source = "test"
law = "castro_macosko"
[constants]
uncured = { value = 100.0, unit = "Pa*s", status = "assumed", source = "test" }
gel = { value = 0.5, unit = "1", status = "assumed", source = "test" }
exponent = { value = 1.5, unit = "1", status = "assumed", source = "test" }
growth = { value = 1.0, unit = "1", status = "assumed", source = "test" }
[kinetics]
start = { value = 0.02, unit = "1", status = "assumed", source = "test" }
energy = { value = 60.0, unit = "kJ/mol", status = "assumed", source = "test" }
"""
    product = read_product(text, "resin.toml")
    kinetics = stanczyk_2004.kinetics(0.02, energy=60000.0)
    assert product.curve.cures == cure_with_age(kinetics, 296.15)
    assert product.curve.activation == pytest.approx(60000.0 / 8.314)


def test_every_number_of_a_class_has_a_row():
    for name in CLASSES:
        card = product_of_class(name).card
        assert {"K", "n", "tau", "cap", "activation"} <= {p.symbol for p in card}
        for p in card:
            assert p.low <= p.value <= p.high
            assert p.source


def test_a_table_of_ages_in_the_users_units(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(OWN)
    product = load_product(file)
    assert product.curve.calibrated
    assert float(product.curve.viscosity(1.0, 450.0)) == pytest.approx(320e-6, rel=1e-12)
    slow, fast = product.curve.viscosity([1.0, 10.0], 450.0)
    assert math.log10(fast / slow) == pytest.approx(-0.5, abs=1e-12)
    assert product.curve.reference == pytest.approx(298.15)
    assert product.curve.activation == pytest.approx(5340.1, rel=1e-4)
    assert product.curve.lines[0][1] == pytest.approx(0.05)
    assert [p.symbol for p in product.card[:3]] == ["K at 0 s", "K at 300 s", "K at 600 s"]
    assert product.card[0].mark == "calibrated"


@pytest.mark.parametrize("name", RHEOLOGY)
def test_every_law_can_be_written_as_a_product(name):
    """All constants of the card, and none but those that are not choices of method."""
    law = RHEOLOGY[name]
    names = [field.name for field in dataclasses.fields(law.builder)]
    assert set(law.numerical) <= set(names)
    for chosen in (names, [n for n in names if n not in law.numerical]):
        text = f'name = "x"\nstatus = "uncalibrated"\nsource = "y"\nlaw = "{name}"\n[constants]\n'
        for field, p in zip(names, law.card, strict=True):
            if field in chosen:
                text += (
                    f'{field} = {{ value = {p.value!r}, unit = "{p.unit}", '
                    f'status = "{p.mark}", source = "card" }}\n'
                )
        product = read_product(text, "x.toml")
        expected = law.builder()
        assert product.curve.code == expected.code
        assert product.curve.lines[0][4:] == tuple(expected.columns().values())


def edited(old, new):
    assert old in OWN
    return OWN.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "field", "found", "code"),
    [
        ("name = ", "product", "Invalid", 1),
        ('title = "x"', "title", "unknown", 2),
        (edited("[ageing]", "[agein]"), "agein", "unknown", 2),
        (edited("index =", "indx ="), "constants.indx", "unknown", 2),
        (edited("range =", "rang ="), "constants.index.rang", "unknown", 2),
        (edited('name = "mine"', ""), "name", "nothing", 4),
        (edited('status = "calibrated"\nsource', 'status = "good"\nsource'), "status", "'good'", 4),
        (edited('"power_law"', '"power"'), "law", "'power'", 4),
        (edited('unit = "Pa*s^n"', 'unit = "Pa*s"'), "constants.consistency.unit", "'Pa*s'", 4),
        (edited(', status = "calibrated", source = "rheometer" }', " }"), "constants.consistency.status",
         "nothing", 4),
        (edited("40.0, 160.0, 640.0", "40.0, nan, 640.0"), "constants.consistency.value", "nan", 5),
        (edited("40.0, 160.0, 640.0", '40.0, "x", 640.0'), "constants.consistency.value", "'x'", 5),
        (edited("44.4", "true"), "ageing.activation.value", "True", 5),
        (edited("[0.3, 1.0]", "[0.5, 1.0]"), "constants.index", "0.4", 5),
        (edited("[0.3, 1.0]", "[1.0, 0.3]"), "constants.index.range", "[1.0, 0.3]", 5),
        (edited("0.9, 0.6, 0.4", "0.9, 0.6"), "constants.index.value", "2 numbers", 6),
        (edited("ages = [0.0, 300.0, 600.0]", ""), "constants.consistency.value", "3 numbers", 6),
        (edited("index = { value = [0.9, 0.6, 0.4]", "lowest = { value = 0.01").replace('unit = "1"', 'unit = "1/s"')
         .replace(", range = [0.3, 1.0]", ""), "constants.index", "nothing", 7),
        (edited('index = { value = [0.9, 0.6, 0.4], unit = "1", status = "calibrated"',
                'index = { value = 0.6, unit = "1", status = "recalled"'), "status", "index is recalled", 8),
        (edited("ages = [0.0, 300.0, 600.0]", "ages = [0.0, 600.0, 300.0]"), "ages", "600", 9),
        (edited("0.9, 0.6, 0.4", "0.9, 0.6, 4.0").replace("1.0]", "9.0]"), "constants.index", "4", 9),
        (edited("value = 50.0", "value = -50.0"), "ageing.cap", "-0.05", 9),
        (edited("[ageing]", '[ageing]\ntau = { value = 1, unit = "s", status = "found", source = "x" }'),
         "ageing.tau", "beside ages", 10),
        (edited("[constants]", 'constants = 3\n[other]'), "other", "unknown", 2),
        ('name = "x"\nsource = "y"\nstatus = "uncalibrated"\nlaw = "cross"\nconstants = 3', "constants", "3", 3),
    ],
)  # fmt: skip
def test_bad_products_are_refused_with_file_and_field(text, field, found, code):
    with pytest.raises(InputError) as refusal:
        read_product(text, "mine.toml")
    error = refusal.value
    assert (error.where, error.field, error.code) == ("mine.toml", field, f"E-PRODUCT-{code:03d}")
    assert found in error.found
    assert error.expected
    assert error.fix


REACTING = """
name = "resin"
status = "uncalibrated"
source = "none"
law = "castro_macosko"
[constants]
uncured = { value = 100.0, unit = "Pa*s", status = "recalled", source = "none" }
gel = { value = 0.5, unit = "1", status = "recalled", source = "none" }
exponent = { value = 1.5, unit = "1", status = "recalled", source = "none" }
growth = { value = 1.0, unit = "1", status = "recalled", source = "none" }
"""
CURE = 'cure = { value = [0.0, 0.25], unit = "1", status = "found", source = "x" }\n'


def test_a_law_of_cure_has_a_degree_of_cure_with_or_without_one_in_the_file():
    product = read_product(REACTING, "x.toml")
    assert product.curve.cures[0] == (0.0, 1e-3)
    assert float(product.curve.viscosity(1.0, 3600.0)) == 7.5e-2
    assert product.curve.activation == pytest.approx(stanczyk_2004.ACTIVATION)
    assert "c_0" in {p.symbol for p in product.card}
    own = read_product("ages = [0.0, 600.0]\n" + REACTING + "[ageing]\n" + CURE, "x.toml")
    assert own.curve.cures == ((0.0, 0.0), (600.0, 0.25))
    assert float(own.curve.viscosity(1.0, 600.0)) == pytest.approx(1e-4 * 2**1.75, rel=1e-12)
    assert "cure at 600 s" in {p.symbol for p in own.card}


@pytest.mark.parametrize(
    ("text", "field", "code"),
    [
        (REACTING.replace("uncalibrated", "calibrated").replace("recalled", "found"), "status", 8),
        ("ages = [0.0, 600.0]\n" + REACTING + "[ageing]\n" + CURE.replace("0.25", "1.25"), "ageing.cure", 5),
        (OWN.replace("[ageing]", "[ageing]\n" + CURE.replace("0.25", "0.2, 0.3")), "ageing.cure", 5),
    ],
)  # fmt: skip
def test_degrees_of_cure_that_cannot_be_are_refused(text, field, code):
    with pytest.raises(InputError) as refusal:
        read_product(text, "x.toml")
    assert (refusal.value.field, refusal.value.code) == (field, f"E-PRODUCT-{code:03d}")


def test_a_near_name_is_suggested():
    with pytest.raises(InputError, match='did you mean "index"') as refusal:
        read_product(edited("index =", "indx ="), "mine.toml")
    assert refusal.value.exit_code == 2


def test_files_that_cannot_be_read(tmp_path):
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00name")
    for path, found in (
        (tmp_path / "none.toml", "no such"),
        (tmp_path, "folder"),
        (binary, "no text"),
    ):
        with pytest.raises(InputError, match="E-PRODUCT-001") as refusal:
            load_product(path)
        assert found in refusal.value.found
        assert refusal.value.where == str(path)
