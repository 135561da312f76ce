# SPDX-License-Identifier: BSD-3-Clause
"""The report says what the summary says, stands alone, and leaves out what is not there."""

import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from vertaug.errors import InputError
from vertaug.report import write_report
from vertaug.report._column import column_table
from vertaug.report._rows import kept_columns, number
from vertaug.viz import Picture, write_index

_VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Collects rows of tables, references, and checks that tags close."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.references, self.open, self._cell = [], [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in _VOID:
            self.open.append(tag)
        names = {"src", "href", "xlink:href", "srcset", "data", "action", "poster"}
        self.references += [value for name, value in attributes if name in names]
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = ""

    def handle_startendtag(self, tag, attributes):
        self.references += [v for n, v in attributes if n in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.rows[-1].append(self._cell.strip())
            self._cell = None

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data


def report(folder):
    text = write_report(folder).read_text(encoding="utf-8")
    return text, Page(text)


def add_picture(folder, name="inflate_density.png"):
    pictures = folder / "pictures"
    pictures.mkdir()
    Image.fromarray(np.full((4, 4, 3), 90, dtype=np.uint8)).save(pictures / name)
    write_index(pictures, [Picture(pictures / name, "Rim <dark>.", "inflate", "density")])


def test_rows_carry_the_numbers_of_the_summary(run_folder):
    rows = report(run_folder)[1].rows
    for row in (
        ["Access", "18.42", "20.10", "26.31", "21.40", "14.2°", "28.30"],
        ["Intact (reference)", "25.20", "24.60", "26.50", "–", "1.9°", "–"],
        ["Left", "transpedicular", "19°", "6°", "2.0 mm", "2.0 mm", "5.8 mm", "7.8 mm"],
        ["Anterior", "+1.60 mm", "24 %", "79.4 %", "0.59 mm", "3.2 %"],
        ["Posterior", "+0.07 mm", "–", "99.5 %", "0.02 mm", "0.1 %"],
        ["Balloon left", "2.61 mL", "214 psi", "188 psi", "221 N", "310 mm²", "endplate gap"],
        ["Deflate", "+1.60 mm", "24 %", "79.4 %", "0.30 mm", "0.20 mm", "21 mJ", "1.2°"],
        ["Load treated", "Flexion", "840 N *", "–", "3120 N/mm", "19.40 mm", "38 %", "3.10 MPa", "0.041 mm",
         "0.92 MPa"],
        ["Load strength", "To failure", "2110 N", "1980 N", "4100 N/mm", "19.10 mm", "52 %", "–", "–", "–"],
        ["Deflate", "+6.0°", "+31 mm", "+104 % (+47 %)", "+26 % (+12 %)", "T12 0.71 (0.64), L2 0.67 (0.60)"],
        ["Balloon left", "1.3 mm", "3.10 ×", "2.20 ×", "1.70 ×"],
        ["Basivertebral", "0.098 mL", "2.0 %", "48.6 s"],
        ["Disc", "0.000 mL", "0.0 %", "no leak"],
        ["cement injected = in bone + leaked", "3.1e-11", "1e-10", "pass"],
        ["bone mass through remeshing", "2.7e-03", "1e-03", "FAIL"],
        ["σ_y", "yield strength at 1 g/cm³", "37.4 MPa", "30 – 45", "Kopperdahl et al. 2002",
         "recalled"],
    ):  # fmt: skip
        assert row in rows


def test_page_says_limits_warnings_plan_and_the_failed_balance(run_folder):
    text = report(run_folder)[0]
    assert "Research use; not for treating patients." in text
    assert "The defect lies 0.4 mm from the balloon&#39;s wall." in text
    assert "A balance does not hold" in text
    assert "&lt;first lumbar&gt;" in text
    assert "74,120 tetrahedra" in text


def test_page_stands_alone_and_is_well_formed(run_folder):
    add_picture(run_folder)
    text, page = report(run_folder)
    assert page.open == []
    assert page.references
    assert all(value.startswith(("data:image/png;base64,", "#")) for value in page.references)
    assert not re.search(r"https?://|url\((?!#)|@import|<script|<link", text)
    assert "Rim &lt;dark&gt;." in text
    assert [entry.name for entry in run_folder.glob(".*")] == []


def test_identifiers_are_unique_and_every_reference_is_met(run_folder):
    text, page = report(run_folder)
    identifiers = re.findall(r'\sid="([^"]*)"', text)
    assert len(identifiers) == len(set(identifiers)) > 0
    used = {value[1:] for value in page.references if value.startswith("#")}
    used |= set(re.findall(r"url\(#([^)]*)\)", text))
    assert used <= set(identifiers)


def test_charts_show_curves_limit_and_plateau(run_folder):
    text = report(run_folder)[0]
    charts = re.findall(r"<svg.*?</svg>", text, flags=re.DOTALL)
    assert len(charts) == 3
    heights, inflation, injection = charts
    assert "Intact" in heights
    assert "plateau 188 psi" in inflation
    assert "pressure limit 400" in inflation
    assert "Basivertebral" in injection
    assert "Cannula tip" in injection
    assert "var(--ink)" in heights
    assert "#010203" not in text


def test_missing_parts_are_left_out_with_a_sentence(make_run, tmp_path):
    content = make_run.summary()
    content |= {"cement": None, "restoration": None, "balloons": [], "warnings": []}
    for name in ("reference", "springback", "rim", "balloon_limits"):
        del content[name]
    content["balances"] = dict.fromkeys(content["balances"])
    folder = tmp_path / "meshed"
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(content))
    text, page = report(folder)
    for sentence in (
        "No cement was injected in this run.",
        "No balloon was inflated in this run.",
        "No pictures were made in this run.",
        "The plan was not kept with this run.",
        "No parameter cards were written with this run.",
        "Nothing tells the height of this body before its fracture",
    ):
        assert sentence in text
    assert text.count("<svg") == 1
    assert ["reactions = applied loads", "–", "1e-06", "not run"] in page.rows
    assert "A balance does not hold" not in text


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "E-REP-001"), ("{", "E-REP-002"), ('{"schema": 1}', "E-REP-003")],
)
def test_folders_without_a_summary_are_refused(tmp_path, content, code):
    if content is not None:
        (tmp_path / "summary.json").write_text(content)
    with pytest.raises(InputError) as error:
        write_report(tmp_path)
    assert error.value.code == code
    assert not (tmp_path / "report.html").exists()


def test_a_tumour_has_a_table_of_its_own(run_folder):
    file = run_folder / "summary.json"
    summary = json.loads(file.read_text())
    summary["tumour"] = {
        "start_mL": 4.25, "left_mL": 3.5, "lesion_fill": 0.62, "pressed_out_mL": {"cortical_defect": 0.5},
        "in_spaces_mL": {"canal": 0.5}, "by_inflation_mL": {"cortical_defect": 0.25},
        "peak_kPa": {"posterior_wall": 12.34, "canal": 3.21}, "balance": 1e-15,
    }  # fmt: skip
    file.write_text(json.dumps(summary))
    rows = report(run_folder)[1].rows
    assert ["4.25 mL", "3.50 mL", "0.25 mL", "0.50 mL", "62 %", "12.3 kPa", "3.2 kPa"] in rows


def test_fracture_and_heat_are_told_with_their_units(make_run, tmp_path):
    content = make_run.summary() | {
        "fractures": [
            {
                "stage": "fracture", "stop": "anterior_loss", "peak_N": 961.9, "way_mm": 9.1,
                "anterior_loss_percent": 35.5,
                "heights_at_once_mm": {"anterior": 14.78, "middle": 13.59, "posterior": 17.53},
            }
        ],
        "temperature": {
            "peak_C": 98.7,
            "places": {
                "interface": {
                    "peak_C": 76.6, "above_45_s": 526.0, "above_50_s": 368.0, "cem43_min": 6.6e9, "damaged_mL": 1.9
                },
                "canal": {
                    "peak_C": 38.8, "above_45_s": 0.0, "above_50_s": 0.0, "cem43_min": 0.04, "damaged_mL": 0.0
                },
            },
        },
    }  # fmt: skip
    make_run.write(tmp_path, content)
    _, page = report(tmp_path)
    assert [
        "Fracture",
        "Anterior loss",
        "962 N",
        "9.1 mm",
        "36 %",
        "14.8 / 13.6 / 17.5 mm",
    ] in page.rows
    assert ["Cement", "98.7 °C", "–", "–", "–", "–"] in page.rows
    assert ["Interface", "76.6 °C", "526 s", "368 s", "over 1000 min", "1.90 mL"] in page.rows
    assert ["Canal", "38.8 °C", "0 s", "0 s", "0.0 min", "0.00 mL"] in page.rows


def test_columns_without_anything_are_left_out():
    head, rows = kept_columns(["a", "b", "c"], [["x", "–", "1"], ["y", "–", "–"]])
    assert head == ["a", "c"]
    assert rows == [["x", "1"], ["y", "–"]]


def test_no_angle_is_minus_nought():
    assert number(-0.34, 0) == "0"
    assert number(-0.004, 1, "mm", sign=True) == "+0.0 mm"


def test_a_column_tells_its_turns_and_the_discs_beyond_the_neighbours():
    """By stage and load; a segment, which has no further discs, has no such table."""
    taken = {
        "top_forwards_deg": 6.77, "top_left_deg": -0.04, "top_turned_deg": -0.23,
        "further_discs_MPa": {"T11/T12": 0.902, "L2/L3": -0.011},
    }  # fmt: skip
    heights = {"anterior": 20.0, "middle": 19.0, "posterior": 21.0}
    stages = [
        {"name": "fracture", "kind": "fracture", "heights_mm": heights, "surroundings": taken}
    ]
    loads = [{"stage": "standing", "surroundings": taken}, {"stage": "whole"}]
    head, rows = column_table({"stages": stages, "loads": loads})
    assert head == ["Stage", "Forwards", "To the left", "Turned left", "T11/T12", "L2/L3"]
    assert rows == [
        ["Fracture", "+6.8°", "+0.0°", "−0.2°", "0.90", "−0.01"],
        ["Under standing", "+6.8°", "+0.0°", "−0.2°", "0.90", "−0.01"],
    ]
    alone = {**stages[0], "surroundings": taken | {"further_discs_MPa": {}}}
    assert column_table({"stages": [alone], "loads": []}) == ([], [])
