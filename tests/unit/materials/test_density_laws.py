# SPDX-License-Identifier: BSD-3-Clause
"""Every density law: registered, documented, rising, and at its published points."""

import importlib
import pkgutil
from typing import get_args

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.materials import density
from vertaug.materials.bone import BoneLaw
from vertaug.materials.card import card_table
from vertaug.materials.density import (
    MEASURES,
    STIFFNESS_LAWS,
    STRENGTH_LAWS,
    StiffnessName,
    StrengthName,
    conversion,
    keyak_1998,
    stiffness_law,
    strength_law,
    yield_strain,
)

FRAMEWORK = {"conversion", "law", "registry"}
MODULES = {
    name: importlib.import_module(f"{density.__name__}.{name}")
    for _, name, _ in pkgutil.iter_modules(density.__path__)
}
YIELD = strength_law("yield_strain", stiffness_law("kopperdahl_2002"))
ALL_LAWS = [*STIFFNESS_LAWS.values(), *STRENGTH_LAWS.values(), YIELD]


def identity(law):
    return f"{law.name}-{law.quantity}"


def test_every_file_of_a_law_is_registered():
    """What a file offers is what the registry has, and no file offers nothing."""
    offered = {(law.name, law.quantity) for m in MODULES.values() for law in getattr(m, "LAWS", ())}
    known = {
        (law.name, law.quantity) for law in (*STIFFNESS_LAWS.values(), *STRENGTH_LAWS.values())
    }
    assert offered == known
    conversions = {"les_1994", "schileo_2008", "tissue_density", "generic_120kvp", "yield_strain"}
    laws = {name for name, module in MODULES.items() if hasattr(module, "LAWS")}
    assert set(MODULES) == laws | conversions | FRAMEWORK
    assert laws == {law.name for law in ALL_LAWS} - {"yield_strain"}


def test_plans_name_exactly_the_laws_there_are():
    assert set(get_args(StiffnessName)) == set(STIFFNESS_LAWS)
    assert set(get_args(StrengthName)) == {*STRENGTH_LAWS, "yield_strain"}


@pytest.mark.parametrize("name", sorted(set(MODULES) - FRAMEWORK))
def test_cards_are_complete(name):
    module = MODULES[name]
    assert module.__doc__
    assert len(module.CARD) > 0
    for row in card_table(module.CARD):
        assert row["low"] <= row["value"] <= row["high"], row["symbol"]
        assert row["mark"] in ("found", "recalled", "derived", "assumed")
        assert row["symbol"]
        assert row["meaning"]
        assert row["unit"]
        assert row["source"]
    for law in getattr(module, "LAWS", ()):
        assert law.card is module.CARD
        assert law.name == name


@pytest.mark.parametrize("law", ALL_LAWS, ids=identity)
def test_measure_range_and_site_are_stated(law):
    assert law.measure in MEASURES
    assert 0.0 <= law.low < law.high <= MEASURES[law.measure][2]
    assert law.site.startswith("human")


@pytest.mark.parametrize("law", ALL_LAWS, ids=identity)
def test_denser_bone_is_stiffer_and_stronger_in_the_whole_range(law):
    value = law.value(np.linspace(law.low, law.high, 4001))
    assert np.all(value > 0.0)
    assert np.all(np.diff(value) > 0.0)
    assert np.all(law.value(np.array([-50.0, 0.0])) >= 0.0)


@pytest.mark.parametrize("law", ALL_LAWS, ids=identity)
def test_a_density_outside_the_range_is_said(law):
    inside = np.linspace(law.low, law.high, 5)
    assert law.warnings(inside) == ()
    (text,) = law.warnings(np.append(inside, 1.5 * law.high))
    assert law.name in text
    assert "16.7 %" in text
    assert f"{law.high:g}" in text


@pytest.mark.parametrize(
    ("name", "quantity", "at", "expected"),
    [
        ("kopperdahl_2002", "stiffness", 1000.0, 2980.0),
        ("kopperdahl_2002", "strength", 1000.0, 37.4),
        ("morgan_2003", "stiffness", 1000.0, 4730.0),
        ("morgan_2003", "stiffness", 180.0, 325.9),
        ("crawford_2003", "stiffness", 100.0, 288.3),
        ("crawford_2003", "stiffness", 10.0, 0.0),
        ("anisotropic_table", "stiffness", 1000.0, 4730.0),
        ("keller_1994", "stiffness", 1000.0, 10500.0),
        ("keyak_1998", "stiffness", 100.0, 213.9),
        ("keyak_1998", "stiffness", 400.0, 2591.8),
        ("keyak_1998", "stiffness", 1000.0, 10200.0),
        ("keyak_1998", "strength", 200.0, 6.648),
        ("keyak_1998", "strength", 1000.0, 114.0),
        ("rho_1995", "stiffness", 180.0, 698.2),
        ("morgan_keaveny_2001", "strength", 1000.0, 37.1),
        ("yield_strain", "strength", 100.0, 2.125),
    ],
)
def test_published_points(name, quantity, at, expected):
    """Values by hand from the printed formulae."""
    stiffness = stiffness_law(name if quantity == "stiffness" else "kopperdahl_2002")
    law = stiffness if quantity == "stiffness" else strength_law(name, stiffness)
    found = law.value(np.array([at]))[0]
    assert found == pytest.approx(expected, rel=5e-4)


@pytest.mark.parametrize(
    ("qct", "modulus", "strength"),
    [(180.0, 492.0, 3.45), (150.0, 407.0, 2.68), (100.0, 266.0, 1.52), (80.0, 210.0, 1.12),
     (50.0, 128.0, 0.58), (30.0, 75.0, 0.29)],
)  # fmt: skip
def test_table_of_classes_of_bone(qct, modulus, strength):
    """Healthy to very severely osteoporotic, as tabulated from Kopperdahl's law."""
    law = stiffness_law("kopperdahl_2002")
    assert law.value(np.array([qct]))[0] == pytest.approx(modulus, rel=5e-3)
    found = strength_law("kopperdahl_2002", law).value(np.array([qct]))[0]
    assert found == pytest.approx(strength, abs=6e-3)


def test_the_pieces_of_keyak_meet():
    """The printed pieces miss each other by less than 0.01 %; the law as used not at all."""
    for at, (left, right) in keyak_1998.joints().items():
        assert left == pytest.approx(right, rel=1e-4)
        for law in keyak_1998.LAWS:
            below, above = law.value(np.array([at * (1.0 - 1e-12), at * (1.0 + 1e-12)]))
            assert below == pytest.approx(above, rel=1e-10)


def test_yield_strains_are_in_the_measured_range():
    assert 0.0077 <= yield_strain.COMPRESSION <= 0.0084
    assert 0.0070 <= yield_strain.TENSION <= 0.0078


@pytest.mark.parametrize("name", ["crawford_2003", "anisotropic_table"])
def test_orthotropy_is_a_material(name):
    """Positive energy for any strain, and the moduli are those printed."""
    orthotropy = stiffness_law(name).orthotropy
    compliance = orthotropy.compliance()
    np.testing.assert_array_equal(compliance, compliance.T)
    assert np.linalg.eigvalsh(compliance).min() > 0.0
    np.testing.assert_allclose(1.0 / np.diag(compliance)[:3], [*orthotropy.moduli, 1.0])
    if name == "anisotropic_table":
        np.testing.assert_allclose(4730.0 / np.diag(compliance)[:3], [1357.0, 1987.0, 4730.0])
    else:
        # Strain along x under stress along z: the other Poisson ratio, 0.104 · E_z/E_x.
        assert -compliance[0, 2] == pytest.approx(0.104 / 0.333)


@pytest.mark.parametrize("stiffness", get_args(StiffnessName))
@pytest.mark.parametrize("strength", get_args(StrengthName))
def test_bone_takes_any_pair_of_laws(stiffness, strength):
    law = BoneLaw(stiffness_law=stiffness, strength_law=strength)
    rho = np.array([-20.0, 0.0, 10.0, 30.0, 80.0, 150.0, 400.0, 2000.0])
    rows = law.parameters(rho, np.full(8, 0.5), np.full(8, 0.3))
    assert np.all(np.isfinite(rows))
    assert np.all(rows > 0.0)
    own = stiffness_law(stiffness)
    converted = conversion.line("phosphate", own.measure)(rho[3:7])
    factor = law.stiffness_factor if own.direction == "axial" else 1.0
    np.testing.assert_allclose(law.modulus(rho[3:7]), factor * own.value(converted), rtol=1e-12)


def test_bone_says_where_its_laws_were_not_fitted():
    inside = BoneLaw().warnings(np.array([60.0, 200.0]))
    assert inside == ()
    texts = BoneLaw(stiffness_law="morgan_2003").warnings(np.array([80.0, 300.0]))
    assert any("morgan_2003" in text for text in texts)
    assert any("kopperdahl_2002" in text for text in texts)


def test_cards_of_bone_follow_its_laws():
    sources = {parameter.source for parameter in BoneLaw(stiffness_law="keyak_1998").cards()}
    assert any("Keyak" in source for source in sources)
    assert any("Les" in source for source in sources)
    assert not any("Les" in parameter.source for parameter in BoneLaw().cards())


def test_an_unknown_law_is_refused():
    with pytest.raises(InputError, match="E-DENSITY-003"):
        stiffness_law("kopperdal_2002")
    with pytest.raises(InputError, match="yield_strain"):
        strength_law("rho_1995", stiffness_law("rho_1995"))
