# SPDX-License-Identifier: BSD-3-Clause
"""A small vertebra to draw."""

import importlib.util
import sys
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("viz_shapes", Path(__file__).with_name("_shapes.py"))
_SHAPES = importlib.util.module_from_spec(_SPEC)
sys.modules["viz_shapes"] = _SHAPES
_SPEC.loader.exec_module(_SHAPES)


@pytest.fixture(scope="session")
def shapes():
    """The module that makes the shapes."""
    return _SHAPES


@pytest.fixture(scope="session")
def before():
    return _SHAPES.snapshot("access", radius=2.2, lift=1.0, spacing=2.2, compacted=False)


@pytest.fixture(scope="session")
def after():
    return _SHAPES.snapshot("inflate", radius=6.5, lift=1.08, spacing=2.0)
