# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def elasticity() -> ModuleType:
    path = Path(__file__).with_name("elasticity.py")
    spec = importlib.util.spec_from_file_location("linear_elasticity", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
