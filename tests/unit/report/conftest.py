# SPDX-License-Identifier: BSD-3-Clause
"""A run folder to report on."""

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("report_run", Path(__file__).with_name("_run.py"))
_RUN = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_RUN)


@pytest.fixture
def make_run():
    """The module that writes run folders."""
    return _RUN


@pytest.fixture
def run_folder(tmp_path):
    return _RUN.write(tmp_path / "run")
