# SPDX-License-Identifier: BSD-3-Clause
"""Curves on disk: names of columns, units, and nothing left behind by a failed write."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.outcomes import (
    InflationRow,
    InjectionCurve,
    read_curve,
    write_inflation_curve,
    write_injection_curve,
)


def injection(n=3, leaked=3):
    line = np.linspace(0.0, 1.0, n)
    return InjectionCurve(
        time=100 * line,
        injected=5000 * line,
        syringe_pressure=0.8 * line,
        tip_pressure=0.3 * line,
        in_bone=4900 * line,
        leaked={"basivertebral": np.linspace(0.0, 100.0, leaked)},
    )


def test_inflation_is_written_in_clinical_units(tmp_path):
    path = tmp_path / "curves" / "inflation.csv"
    rows = [
        InflationRow(0, "inflate", "balloon_left", 60.0, 0.0),
        InflationRow(1, "inflate", "balloon_left", 2000.0, 2.758, (20.0, 21.5, 26.0), 7),
    ]
    write_inflation_curve(path, rows)
    first, last = read_curve(path)
    assert list(first) == [
        "step", "stage", "balloon", "volume_mL", "pressure_psi",
        "anterior_mm", "middle_mm", "posterior_mm", "newton_iterations",
    ]  # fmt: skip
    assert (first["anterior_mm"], first["newton_iterations"]) == ("", "")
    assert float(last["volume_mL"]) == 2.0
    assert float(last["pressure_psi"]) == pytest.approx(400.0, abs=0.02)
    assert (last["middle_mm"], last["newton_iterations"]) == ("21.5", "7")


def test_injection_has_a_column_by_pathway(tmp_path):
    path = tmp_path / "injection.csv"
    write_injection_curve(path, injection())
    rows = read_curve(path)
    assert list(rows[0])[-1] == "leaked_basivertebral_mL"
    assert [float(row["t_s"]) for row in rows] == [0.0, 50.0, 100.0]
    assert float(rows[-1]["injected_mL"]) == 5.0
    assert float(rows[-1]["syringe_pressure_MPa"]) == 0.8
    assert float(rows[-1]["leaked_basivertebral_mL"]) == 0.1


def test_injection_has_a_column_by_space(tmp_path):
    path = tmp_path / "injection.csv"
    spaces = {"canal": np.array([0.0, 40.0, 90.0]), "vein": np.array([0.0, 0.0, 10.0])}
    write_injection_curve(path, replace(injection(), spaces=spaces))
    rows = read_curve(path)
    assert list(rows[0])[-2:] == ["in_canal_mL", "in_vein_mL"]
    assert [float(row["in_canal_mL"]) for row in rows] == [0.0, 0.04, 0.09]


def test_a_failed_write_keeps_the_old_curve(tmp_path):
    path = tmp_path / "injection.csv"
    write_injection_curve(path, injection())
    before = path.read_bytes()
    with pytest.raises(ValueError, match="zip"):
        write_injection_curve(path, injection(leaked=2))
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["injection.csv"]
