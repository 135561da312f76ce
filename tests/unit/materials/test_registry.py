# SPDX-License-Identifier: BSD-3-Clause
"""The list of laws is complete, and so is every card; builders refuse what is no material."""

import ast
import dataclasses
import math
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

import vertaug_kernels
from vertaug.errors import InputError
from vertaug.materials import densification, rows
from vertaug.materials.card import Mark
from vertaug.materials.densification import Densification
from vertaug.materials.density import STIFFNESS_LAWS
from vertaug.materials.drucker_prager import DruckerPrager
from vertaug.materials.mohr_coulomb import MohrCoulomb
from vertaug.materials.mooney_rivlin import NUCLEUS as MOONEY_NUCLEUS
from vertaug.materials.mooney_rivlin import MooneyRivlin
from vertaug.materials.neo_hooke import NUCLEUS, NeoHooke
from vertaug.materials.orthotropic import Orthotropic
from vertaug.materials.registry import LAWS
from vertaug.materials.rows import NO_LOCK, Locking, stack_rows
from vertaug.materials.schwiedrzik_2013 import FabricQuadric
from vertaug.materials.shifted_ellipse import ShiftedEllipse
from vertaug_kernels import laws

every_law = pytest.mark.parametrize("name", LAWS)
KERNELS = Path(vertaug_kernels.__file__).parent
PARTS = {"locking"}
"""What `laws` imports beside laws: terms that every law can carry."""


def test_every_code_of_the_kernels_is_in_the_list_once():
    codes = [law.code for law in LAWS.values()]
    assert sorted(codes) == sorted(laws.PARAMETERS)
    named = {
        value for key, value in vars(laws).items()
        if key.isupper() and isinstance(value, int) and key not in ("FIRST_TENSOR", "FIRST_COLUMN")
    }  # fmt: skip
    assert named == set(codes)
    assert set(laws.UNSYMMETRIC) <= named


def test_every_law_file_of_the_kernels_is_in_the_list():
    tree = ast.parse((KERNELS / "laws.py").read_text(encoding="utf-8"))
    modules = {
        node.module.split(".")[1] for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and "." in node.module
    }  # fmt: skip
    assert modules - {"_jit"} - PARTS == {law.kernel for law in LAWS.values()}


def test_every_code_reaches_a_kernel_of_its_own():
    """A code that the dispatch forgets would fall through to its family's elastic law."""
    answers = {}
    for name, law in LAWS.items():
        n = 6 if law.family == "tensor" else 3
        stress, tangent, elastic = np.empty(n), np.empty((n, n)), np.empty(n)
        row = np.zeros(64)
        row[2:] = np.linspace(1.0, 0.1, 62)
        entry = laws.respond_tensor if n == 6 else laws.respond
        strain = np.array([0.3, -0.5, 0.1, 0.2, 0.1, 0.1][:n])
        answers[name] = (
            n,
            *entry(law.code, strain, math.exp(-0.1), 0.01, row, stress, tangent, elastic),
        )
    assert len(set(answers.values())) == len(answers)


def test_every_module_with_a_law_in_it_is_in_the_list():
    built = {law.builder.__module__.rpartition(".")[2] for law in LAWS.values()}
    folder = Path(rows.__file__).parent
    with_law = {
        p.stem for p in folder.glob("*.py") if "law_row(laws." in p.read_text(encoding="utf-8")
    }
    assert with_law == built


@every_law
def test_builder_and_card_agree(name):
    law = LAWS[name]
    fields = [f for f in dataclasses.fields(law.builder) if f.name != "densification"]
    assert [f.default for f in fields] == [p.value for p in law.card]
    row = law.builder().row()
    assert row.shape == (laws.FIRST_COLUMN + len(law.parameters),)
    assert np.all(np.isfinite(row))
    np.testing.assert_array_equal(row[: laws.FIRST_COLUMN], 0.0)
    np.testing.assert_array_equal(law.builder().row(Locking(0.3, 9.0))[:2], [0.3, 9.0])
    assert law.paper
    assert law.stress in ("Kirchhoff", "Cauchy")
    assert law.stress in (
        law.builder.__module__ and __import__(law.builder.__module__, fromlist=["_"]).__doc__
    )


CARDS = {name: law.card for name, law in LAWS.items()} | {
    "locking": rows.LOCK_CARD, "densification": densification.CARD,
}  # fmt: skip


@pytest.mark.parametrize("name", CARDS)
def test_cards_are_complete(name):
    symbols = [p.symbol for p in CARDS[name]]
    assert len(set(symbols)) == len(symbols) > 0
    for p in CARDS[name]:
        assert p.low <= p.value <= p.high
        assert p.low < p.high
        assert p.mark in get_args(Mark)
        for text in (p.symbol, p.unit, p.meaning, p.source):
            assert text.strip()


@every_law
def test_builders_refuse_what_is_no_number(name):
    card = LAWS[name].card
    for k in range(len(card)):
        values = [p.value for p in card]
        values[k] = math.nan
        with pytest.raises(InputError, match=r"E-MATERIAL"):
            LAWS[name].builder(*values).row()


@pytest.mark.parametrize(
    ("build", "field"),
    [
        (lambda: NeoHooke(-1.0).row(), "young"),
        (lambda: NeoHooke(1.0, 0.5).row(), "poisson"),
        (lambda: MooneyRivlin(0.1, -0.2).row(), "second"),
        (lambda: MooneyRivlin(0.1, 0.1, 0.5).row(), "poisson"),
        (lambda: MohrCoulomb(friction=20.0, dilation=25.0).row(), "dilation"),
        (lambda: MohrCoulomb(friction=95.0).row(), "friction"),
        (lambda: MohrCoulomb.from_strengths(100.0, 0.2, 1.0, 2.0), "compression"),
        (lambda: DruckerPrager(dilation=0.5).row(), "dilation"),
        (lambda: DruckerPrager(cut_off=9.0).row(), "cut_off"),
        (lambda: DruckerPrager(crush=0.1).row(), "crush"),
        (lambda: LAWS["crushable_foam"].builder(uniaxial_over_hydrostatic=3.0).row(), "uniaxial"),
        (lambda: LAWS["crushable_cut_off"].builder(tension_ratio=1.0).row(), "tension_ratio"),
        (lambda: LAWS["j2"].builder(hardening=-1.0).row(), "hardening"),
        (lambda: ShiftedEllipse(uniaxial_ratio=3.0).row(), "uniaxial_ratio"),
        (lambda: Orthotropic(poisson13=0.9).row(), "poisson"),
        (lambda: Orthotropic(shear12=0.0).row(), "shear12"),
        (lambda: FabricQuadric(interaction=0.49).row(), "interaction"),
        (lambda: FabricQuadric(bone_volume_fraction=0.7).row(), "bone_volume_fraction"),
        (lambda: FabricQuadric(damage_limit=1.0).row(), "damage_limit"),
        (lambda: Densification(exponent=1.0).columns(0.1), "exponent"),
        (lambda: Locking(1.0, 1.0), "ratio"),
    ],
)  # fmt: skip
def test_builders_refuse_impossible_materials(build, field):
    with pytest.raises(InputError) as refusal:
        build()
    assert field in refusal.value.field
    assert refusal.value.expected
    assert refusal.value.fix


def test_a_row_needs_every_name():
    with pytest.raises(KeyError, match="shear"):
        rows.law_row(laws.HENCKY, NO_LOCK, {"bulk": 1.0})


def test_rows_of_different_laws_stand_in_one_array():
    stacked = stack_rows([NeoHooke().row(), MooneyRivlin().row()])
    assert stacked.shape == (2, 5)
    assert stacked[0, 4] == 0.0


def test_discs_are_nearly_incompressible_where_the_tables_say_so():
    for disc in (NUCLEUS, MOONEY_NUCLEUS):
        row = disc.row()
        shear = row[3] if len(row) == 4 else 2.0 * (row[3] + row[4])
        assert row[2] / shear == pytest.approx(2.0 * 1.499 / (3.0 * 0.002), rel=1e-9)


def compliance_of(row):
    c = np.array([[row[2], row[7], row[6]], [row[7], row[3], row[5]], [row[6], row[5], row[4]]])
    return np.linalg.inv(c)


@pytest.mark.parametrize(
    "law",
    [law for law in STIFFNESS_LAWS.values() if law.orthotropy is not None],
    ids=lambda law: law.name,
)
def test_published_orthotropy_comes_back_from_the_stiffness(law):
    row = Orthotropic.of_ratios(300.0, law.orthotropy).row()
    expected = law.orthotropy.compliance() / 300.0
    np.testing.assert_allclose(compliance_of(row), expected[:3, :3], rtol=1e-10, atol=1e-16)
    np.testing.assert_allclose(row[8:11], 0.5 / np.diag(expected)[3:], rtol=1e-12)


def test_transverse_isotropy_turns_about_its_axis():
    row = Orthotropic.transverse(100.0, 300.0, 0.3, 0.25, 60.0).row()
    s = compliance_of(row)
    assert -s[2, 0] / s[2, 2] == pytest.approx(0.25)
    assert row[10] == pytest.approx((row[2] - row[7]) / 2.0)
