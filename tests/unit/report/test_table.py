# SPDX-License-Identifier: BSD-3-Clause
"""The table in the terminal holds the results, and only those that are there."""

from io import StringIO

from rich.console import Console

from vertaug.report import results_table


def printed(summary):
    stream = StringIO()
    Console(file=stream, width=120, color_system=None).print(results_table(summary))
    return stream.getvalue()


def line(text, *words):
    return any(all(word in row for word in words) for row in text.splitlines())


def test_results_are_in_the_table(make_run):
    text = printed(make_run.summary())
    assert line(text, "Deflate", "20.02", "21.71", "26.38", "11.5°")
    assert line(text, "Anterior", "+1.60 mm", "24 %", "79.4 %", "0.59 mm")
    assert line(text, "Balloon right", "2.58 mL", "184 psi")
    assert line(text, "5.00 mL", "4.87 mL", "18.3 %")
    assert line(text, "Cortical defect", "0.031 mL", "71.2 s")
    assert line(text, "Pathway", "Canal", "Paravertebral", "In vessels", "Foramen left", "All")
    assert line(text, "Basivertebral", "0.061 mL", "0.027 mL", "0.010 mL", "0.098 mL")
    assert line(text, "Cortical defect", "0.031 mL", "–", "0.031 mL")
    assert line(text, "bone mass", "2.7e-03", "FAIL")
    assert line(text, "Stage", "Anterior", "Near rim", "Wedge", "Volume, mL")
    assert line(text, "Balloon", "Plateau", "Lift", "On area", "Stopped by")
    assert "warning" not in text


def test_fracture_and_heat_are_in_the_table(make_run):
    heights = {"anterior": 14.78, "middle": 13.59, "posterior": 17.53}
    broken = {
        "stage": "fracture", "stop": "failure", "peak_N": 961.9, "way_mm": 9.1, "anterior_loss_percent": 35.5,
        "heights_at_once_mm": heights,
    }  # fmt: skip
    canal = {"peak_C": 38.8, "above_45_s": 0.0, "above_50_s": 0.0, "cem43_min": 0.04}
    heat = {"peak_C": 98.7, "places": {"canal": canal | {"damaged_mL": 0.0}}}
    text = printed(make_run.summary() | {"fractures": [broken], "temperature": heat})
    assert line(text, "Fracture", "Failure", "962 N", "9.1 mm", "14.8 / 13.6 / 17.5 mm")
    assert line(text, "Canal", "38.8 °C", "0 s", "0.00 mL")
    assert "Heat" not in printed(make_run.summary())


def test_stages_that_were_not_run_have_no_table(make_run):
    text = printed(make_run.summary() | {"cement": None, "restoration": None, "balloons": []})
    assert "Height, mm" in text
    for absent in ("Cement", "Leakage", "Restoration", "Stopped by"):
        assert absent not in text
