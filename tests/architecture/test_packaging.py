# SPDX-License-Identifier: BSD-3-Clause
import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import vertaug

ROOT = Path(__file__).resolve().parents[2]
DATA = (
    "vertaug/py.typed",
    "vertaug/procedure/demo.toml",
    "vertaug/procedure/summary.schema.json",
    "vertaug_kernels/py.typed",
    "vertaug_kernels/_jit.py",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Wheel and source distribution, made by the build backend itself."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return folder


def test_wheel_holds_both_packages_and_their_data(built):
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        entry = [name for name in names if name.endswith("entry_points.txt")]
        assert b"vertaug = vertaug.cli:main" in archive.read(entry[0])
    assert set(DATA) <= names
    assert not [name for name in names if name.startswith("tests")]
    packaged = {name for name in names if name.endswith(".py")}
    for base in ("src", "kernels"):
        sources = {str(p.relative_to(ROOT / base)) for p in (ROOT / base).rglob("*.py")}
        assert sources <= packaged


def test_source_distribution_can_be_tested(built):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.split("/", 1)[1] for name in tar.getnames() if "/" in name}
    assert {"Makefile", "pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md"} <= names
    assert any(name.startswith("tests/") for name in names)


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == vertaug.__version__
    assert f"version: {vertaug.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_schema_of_the_summary_is_versioned():
    file = ROOT / "src" / "vertaug" / "procedure" / "summary.schema.json"
    assert json.loads(file.read_text())["$id"] == "urn:vertaug:summary:1"
