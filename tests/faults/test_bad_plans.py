# SPDX-License-Identifier: BSD-3-Clause
"""Every plan a user can get wrong, through the command: message, exit code, nothing lost."""

import pytest
from typer.testing import CliRunner

from vertaug.cli import app

RUNNER = CliRunner()
PLAN = """
[anatomy]
source = "parametric"
level = "L1"
{anatomy}
[[balloon]]
name = "left"
side = "left"
{balloon}
[[vein]]
name = "basivertebral"
{vein}
[cement]
{cement}
[[cement.injection]]
cannula = "left"
[mesh]
{mesh}
"""
SECTIONS = ("anatomy", "balloon", "vein", "cement", "mesh")


def text_of(section, line):
    return PLAN.format(**{name: line if name == section else "" for name in SECTIONS})


def refused(tmp_path, text, command="check", out=None):
    """Standard error of a command that must refuse the plan ``text``."""
    file = tmp_path / "plan.toml"
    file.write_text(text)
    before = sorted(tmp_path.rglob("*"))
    arguments = [command, str(file), *(["--out", str(out)] if out else [])]
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    for word in ("found ", "expected ", "fix "):
        assert word in result.stderr
    assert file.read_text() == text
    assert sorted(tmp_path.rglob("*")) == before
    return result.stderr


CASES = [
    ("anatomy", 'levl = "L1"', ["anatomy.levl", 'did you mean "level"']),
    ("balloon", 'lenght = "15 mm"', ["balloon.left.lenght", 'did you mean "length"']),
    ("cement", 'viscosity = "low"', ["cement.viscosity", "class"]),
    ("balloon", 'length = "15 psi"', ["balloon.left.length", "a pressure", "a length", '"15 mm"']),
    ("balloon", 'pressure_limit = "400 mm"', ["pressure_limit", "a length", '"400 psi"']),
    ("balloon", "length = 15", ["balloon.left.length", "bare number 15", '"15 mm"']),
    ("balloon", 'length = "15"', ["without a unit", '"15 mm"']),
    ("balloon", 'length = "-15 mm"', ["balloon.left.length", "between 5 mm and 30 mm"]),
    ("balloon", 'length = "15 m"', ["balloon.left.length", 'did you mean "15 mm"']),
    ("balloon", 'volume = "3 L"', ["balloon.left.volume", 'did you mean "3 mL"']),
    ("balloon", 'volume = "nan mL"', ["balloon.left.volume", "finite"]),
    ("mesh", 'size = "0 mm"', ["mesh.size", "between"]),
    ("vein", 'radius = "1.5 parsnips"', ["vein.basivertebral.radius", "not known"]),
    ("anatomy", "scale = 40.0", ["anatomy.scale", "1.5"]),
    ("anatomy", 'level = "L9"', ["line 4", "Cannot overwrite"]),
    ("anatomy", "deformity = { genant = 2 }", ["anatomy.deformity.kind", "wedge"]),
    ("mesh", "size = 2.5 mm", ["line 18", "TOML"]),
    ("balloon", 'pressure_limit = "400 pis"', ["not known", 'did you mean "400 psi"?']),
    ("balloon", 'volume = "2,5 mL"', ["balloon.left.volume", '"2.5 mL"']),
    ("balloon", "order = 2.5", ["balloon.left.order", "a whole number, 1 to 9"]),
    ("cement", 'class = "High"', ['one of "low", "medium", "high"', 'did you mean "high"?']),
    ("cement", "product = 3", ["cement.product", "the name of a file"]),
    ("cement", "stop = 3", ["cement.stop", "a table", "write [cement.stop]"]),
    ("cement", "gauge = 12", ["one of 8, 10, 11, 13, 15"]),
    ("anatomy", "band = { centre = 60 }", ["anatomy.band.centre", "a number, 0 to 1"]),
    ("anatomy", 'scale = "1.1 mm"', ["anatomy.scale", "a plain number, 0.6 to 1.5", "no unit"]),
    ("anatomy", "[balloon]", ["Cannot", "write [[balloon]] over each"]),
    (
        "balloon",
        'length = "30 mm"',
        ["balloon.left.length", "holds 5.1 mL", "greatest volume, 4 mL"],
    ),
    ("mesh", '[procedure]\nstages = "access"', ["procedure.stages", 'write ["access"]']),
    ("mesh", "[outlets]\nusual = 3", ["outlets.usual", "true or false"]),
    ("mesh", '[outlets]\nusual = "no"', ["outlets.usual", "true or false", "without quotes"]),
    ("mesh", "[output]\npictures = 0", ["output.pictures", "true or false"]),
    ("mesh", "[plan]\ntitle = 3", ["plan.title", 'write "3"']),
    (
        "mesh",
        '[[procedure.stage]]\nkind = "fracture"\ndeepth = "3 mm"',
        ["procedure.stage[0].deepth", "anterior_loss", 'did you mean "depth"?'],
    ),
]


@pytest.mark.parametrize(("section", "line", "words"), CASES)
def test_error_names_file_field_found_expected_and_fix(tmp_path, section, line, words):
    text = text_of(section, line)
    message = refused(tmp_path, text)
    assert f"{tmp_path / 'plan.toml'}, line" in message
    for word in words:
        if not word.startswith("line"):
            assert word in message, message


def test_sound_plan_is_accepted(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(text_of("mesh", 'size = "3 mm"'))
    result = RUNNER.invoke(app, ["check", str(file)])
    assert result.exit_code == 0, result.stderr


@pytest.mark.parametrize("command", ["check", "run", "mesh"])
def test_missing_plan(tmp_path, command):
    arguments = [command, str(tmp_path / "no.toml")]
    if command != "check":
        arguments += ["--out", str(tmp_path / "out")]
    result = RUNNER.invoke(app, arguments)
    assert result.exit_code == 2
    assert "no such file" in result.stderr
    assert "vertaug new" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[anatomy\n", b""])
def test_file_that_is_no_plan(tmp_path, content):
    file = tmp_path / "plan.toml"
    file.write_bytes(content)
    result = RUNNER.invoke(app, ["check", str(file)])
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert "fix " in result.stderr


def test_balloon_that_does_not_fit(tmp_path):
    text = text_of("balloon", 'length = "30 mm"\ngreatest_volume = "8 mL"').replace(
        'level = "L1"', 'level = "T4"\nscale = 0.8'
    )
    message = refused(tmp_path, text)
    assert "balloon.left.length" in message
    assert "E-ACCESS-003" in message
    assert f"{tmp_path / 'plan.toml'}, field" in message


def test_channel_that_leaves_the_bone(tmp_path):
    places = 'entry = ["40 mm", "30 mm", "0 mm"]\ntarget = ["-10 mm", "-10 mm", "0 mm"]'
    message = refused(tmp_path, text_of("balloon", places))
    assert "balloon.left" in message
    assert "bone" in message


@pytest.mark.parametrize(
    ("section", "lines", "words"),
    [
        (
            "balloon",
            'entry = ["18 mm", "40 mm", "5 mm"]\ntarget = ["80 mm", "-8 mm", "0 mm"]',
            ["balloon.left.target", "outside of the bone", "vertebral frame"],
        ),
        (
            "vein",
            'position = ["60 mm", "60 mm", "60 mm"]',
            ["vein.basivertebral.position", "out of"],
        ),
        (
            "mesh",
            '[[cannula]]\nname = "third"\ntip = ["0 mm", "-60 mm", "0 mm"]',
            ["cannula.third.tip", "out of the bone"],
        ),
        (
            "mesh",
            '[[cannula]]\nname = "third"\ntip = ["0 mm", "0 mm", "0 mm"]\nentry = ["0 mm", "50 mm", "0 mm"]',
            ["cannula.third.entry", "reaches into the spinal canal"],
        ),
        (
            "mesh",
            '[anatomy.reference]\nanterior = "10 mm"\nmiddle = "10 mm"\nposterior = "10 mm"',
            ["anatomy.reference", "all below the present"],
        ),
        (
            "mesh",
            '[anatomy.deformity]\nkind = "crush"\ngenant = 3\n[anatomy.cleft]\nheight = "15 mm"',
            ["anatomy.cleft.height", "below the surface"],
        ),
    ],
)
def test_place_or_size_that_the_vertebra_has_not(tmp_path, section, lines, words):
    message = refused(tmp_path, text_of(section, lines))
    for word in words:
        assert word in message, message


def test_balloons_large_for_their_vertebra_are_told(tmp_path):
    file = tmp_path / "plan.toml"
    other = '[[balloon]]\nname = "right"\nside = "right"'
    file.write_text(text_of("mesh", other).replace('level = "L1"', 'level = "T4"'))
    result = RUNNER.invoke(app, ["check", str(file)])
    assert result.exit_code == 0, result.stderr
    assert "balloons of 8.0 mL" in result.stdout


def test_entry_without_target(tmp_path):
    message = refused(tmp_path, text_of("balloon", 'entry = ["20 mm", "30 mm", "0 mm"]'))
    assert "balloon.left.target" in message


def test_foreign_folder_is_left_alone(tmp_path):
    home = tmp_path / "thesis"
    home.mkdir()
    (home / "thesis.tex").write_text("years of work")
    for command in ("mesh", "run"):
        message = refused(tmp_path, text_of("mesh", ""), command, home)
        assert "thesis.tex" in message
    assert (home / "thesis.tex").read_text() == "years of work"


def test_folder_of_another_plan_is_left_alone(tmp_path):
    from vertaug.procedure.folder import RunFolder
    from vertaug.procedure.plan import demo_plan

    with RunFolder(tmp_path / "run", demo_plan()) as folder:
        folder.write("summary.json", "{}")
    message = refused(tmp_path, text_of("mesh", ""), "run", tmp_path / "run")
    assert "E-RUN-012" in message
    assert (tmp_path / "run" / "summary.json").read_text() == "{}"


@pytest.mark.parametrize("command", ["mesh", "run"])
def test_folder_with_the_plan_itself_is_left_alone(tmp_path, command):
    message = refused(tmp_path, text_of("mesh", ""), command, tmp_path)
    assert "plan.toml" in message
    assert "E-RUN-010" in message
