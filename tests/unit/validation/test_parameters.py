# SPDX-License-Identifier: BSD-3-Clause
"""The frozen parameters."""

import pytest

from vertaug.errors import InputError
from vertaug.validation import parameters
from vertaug.validation.parameters import current_parameters, differences, freeze


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Freeze into a folder of its own."""
    monkeypatch.setattr(parameters, "_folder", lambda: tmp_path)
    return tmp_path


def test_the_engine_has_the_frozen_parameters():
    """Fails where a constant was changed and not frozen: vertaug validate --freeze "why"."""
    assert parameters.refuse_other_parameters().reason


def test_what_shapes_results_is_in_the_file():
    tables = current_parameters()
    assert tables["bone_law"]["tearing"] == tables["bone_card"]["e_o"]
    assert tables["plan_balloon"]["plateau_pressure"].endswith("psi")
    assert tables["density_laws"]["S_0"] == 37.4
    assert tables["solid"]["step_viscosity"] > 0.0


def test_a_file_without_its_digest_is_refused(elsewhere):
    freeze("first")
    file = elsewhere / "parameters.toml"
    file.write_text(file.read_text().replace('"tearing" = ', '"tearing" = 1'))
    with pytest.raises(InputError, match="E-VALID-002"):
        parameters.frozen_parameters()


def test_an_engine_with_other_constants_is_refused(elsewhere, monkeypatch):
    frozen = freeze("first")
    assert parameters.refuse_other_parameters().digest == frozen.digest
    tables = dict(frozen.tables) | {"machine": {"potting": 1.0}}
    monkeypatch.setattr(parameters, "current_parameters", lambda: tables)
    with pytest.raises(
        InputError, match=r"E-VALID-003[\s\S]*machine.potting: 300.0 frozen, 1.0 now"
    ):
        parameters.refuse_other_parameters()
    assert freeze("second").digest != frozen.digest
    assert parameters.refuse_other_parameters().reason == "second"


def test_differences_name_what_is_absent():
    assert differences({"a": {"x": 1}}, {"b": {"y": 2}}) == [
        "a.x: 1 frozen, absent now", "b.y: absent frozen, 2 now",
    ]  # fmt: skip
