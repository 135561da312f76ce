# SPDX-License-Identifier: BSD-3-Clause
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_ci_entry_runs_make_test_and_is_executable():
    entry = ROOT / ".ci" / "run"
    assert os.access(entry, os.X_OK)
    subprocess.run(["bash", "-n", str(entry)], check=True)
    assert "make test" in entry.read_text()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", ["demo", "test", "test-all", "lint"])
def test_targets_exist(target):
    answer = subprocess.run(
        ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_old_python_is_refused_with_a_clear_message(tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" || exit 1\n')
    old.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    answer = subprocess.run(
        ["make", f"PYTHON={old}", "test"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert answer.returncode != 0
    assert "needs Python 3.11 or newer" in answer.stderr
    assert "3.9.2" in answer.stderr


def test_papers_of_the_project_are_there():
    for name in ("README.md", "CHANGELOG.md", "CITATION.cff", "LICENSE", "docs/decisions.md"):
        assert (ROOT / name).stat().st_size > 200, name
    assert "not for" in (ROOT / "README.md").read_text().lower()
