# SPDX-License-Identifier: BSD-3-Clause
import io

from rich.console import Console

from vertaug.cli.progress import ProgressReporter
from vertaug.cli.tables import result_tables
from vertaug.procedure.reporter import Reporter, Silent

SUMMARY = {
    "stages": [
        {
            "name": "access",
            "heights_mm": {"anterior": 18.0, "middle": 20.0, "posterior": 25.0},
            "wedge_deg": None,
        }
    ],
    "restoration": {
        place: {"gain_mm": 2.0, "of_lost_percent": None, "ratio_percent": 81.25}
        for place in ("anterior", "middle", "posterior")
    },
    "balloons": [
        {
            "name": "left",
            "volume_mL": 2.5,
            "pressure_psi": 181.0,
            "plateau_psi": None,
            "stop": "volume",
        }
    ],
    "cement": {
        "injected_mL": 5.0,
        "in_bone_mL": 4.9,
        "fill_fraction": 0.21,
        "leaked_mL": {"basivertebral": 0.1},
        "first_leak_s": {"basivertebral": 31.0},
    },
    "balances": {"cement": 1e-12, "cavity_identity": None, "bone_mass": 1e-4, "reactions": 1e-8},
}


def drive(reporter):
    with reporter:
        reporter.stage_started("inflate")
        reporter.step("inflate", 0.5, "step 12", {"pressure_psi": 141.2, "volume_mL": 1.5})
        reporter.stage_finished("inflate", 12.0)
        reporter.warning("the mesh is coarse")


def written(terminal, quiet=False):
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=terminal, width=120, color_system=None)
    lines = []
    drive(ProgressReporter(console, quiet, lines.append))
    return stream.getvalue(), lines


def test_reporters_have_the_protocol():
    assert isinstance(Silent(), Reporter)
    assert isinstance(ProgressReporter(Console()), Reporter)


def test_terminal_shows_step_pressure_and_volume():
    text, _ = written(True)
    assert "inflate" in text
    assert "100 %" in text
    assert "the mesh is coarse" in text


def test_no_terminal_gets_lines_without_bars():
    text, _ = written(False)
    assert text == "inflate: done, 12.0 s\nwarning: the mesh is coarse\n"


def test_quiet_says_nothing_but_logs():
    text, lines = written(False, quiet=True)
    assert text == ""
    assert "stage inflate 50 % step 12  pressure (psi) 141  volume (mL) 1.5" in lines


def test_result_tables_hold_the_numbers():
    stream = io.StringIO()
    console = Console(file=stream, width=120)
    for table in result_tables(SUMMARY):
        console.print(table)
    for word in (
        "18.00",
        "81.2",
        "181",
        "volume",
        "4.90 mL",
        "21.0 %",
        "first after 31.0 s",
        "1.0e-04",
    ):
        assert word in stream.getvalue(), word
