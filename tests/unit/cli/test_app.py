# SPDX-License-Identifier: BSD-3-Clause
import pytest
import typer
from typer.testing import CliRunner

from vertaug import __version__
from vertaug.cli import app
from vertaug.cli.guard import guarded
from vertaug.errors import InputError, NotConvergedError, ResourceError

RUNNER = CliRunner()


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_shows_the_way(arguments):
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 0
    for word in ("demo", "new", "check", "mesh", "run", "Exit codes", "not for treating patients"):
        assert word in result.stdout


@pytest.mark.parametrize("command", ["demo", "new", "check", "mesh", "run", "verify"])
def test_help_of_each_command_has_an_example(command):
    result = RUNNER.invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert f"Example: vertaug {command}" in result.stdout


def test_version():
    assert RUNNER.invoke(app, ["--version"]).stdout == f"vertaug {__version__}\n"


def test_new_plan_is_written_and_valid(tmp_path):
    file = tmp_path / "plan.toml"
    assert RUNNER.invoke(app, ["new", str(file)]).exit_code == 0
    result = RUNNER.invoke(app, ["check", str(file)])
    assert result.exit_code == 0, result.stderr
    for word in ("tetrahedra", "memory", "time on two cores", "L1, parametric"):
        assert word in result.stdout


def test_new_plan_never_overwrites(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text("mine")
    result = RUNNER.invoke(app, ["new", str(file)])
    assert result.exit_code == 2
    assert "E-FILE-001" in result.stderr
    assert file.read_text() == "mine"


def test_check_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    RUNNER.invoke(app, ["new", "plan.toml"])
    RUNNER.invoke(app, ["check", "plan.toml"])
    assert [item.name for item in tmp_path.iterdir()] == ["plan.toml"]


def test_missing_option_is_bad_input():
    assert RUNNER.invoke(app, ["run", "plan.toml"]).exit_code == 2


INPUT = InputError("plan.toml", "mesh.size", "a", "b", "c", "E-PLAN-005")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (INPUT, 2),
        (NotConvergedError("inflate", 12, "the step became too small"), 3),
        (ResourceError("disk full", "1 GB", "0", "free some"), 4),
        (MemoryError(), 4),
        (KeyboardInterrupt(), 5),
        (RuntimeError("a defect"), 70),
    ],
)
def test_exit_codes(tmp_path, capsys, error, code):
    with pytest.raises(typer.Exit) as caught, guarded("vertaug run p --out d", tmp_path):
        raise error
    assert caught.value.exit_code == code
    text = capsys.readouterr().err
    assert "Traceback" not in text
    if code == 5:
        assert "To go on: vertaug run p --out d" in text
    if code == 70:
        assert "a defect" in (tmp_path / "error.log").read_text()
        assert "Traceback" in (tmp_path / "error.log").read_text()
