# SPDX-License-Identifier: BSD-3-Clause
import io

from rich.console import Console

from vertaug.cli.progress import ProgressReporter
from vertaug.procedure.reporter import Reporter, Silent


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
