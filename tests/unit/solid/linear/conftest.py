# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def elasticity() -> ModuleType:
    return _load("linear_elasticity", Path(__file__).with_name("elasticity.py"))


@pytest.fixture(scope="session")
def cavity() -> ModuleType:
    root = Path(__file__).parents[4]
    return _load("cavity_meshes", root / "benchmarks" / "cavity.py")
