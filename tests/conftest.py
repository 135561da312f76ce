# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import csv
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vertaug.solid.model import SolidModel
    from vertaug.state import State


@pytest.fixture(scope="session")
def cases() -> ModuleType:
    """Small solids and steps, `solid_cases.py` beside this file."""
    name = "vertaug_solid_cases"
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("solid_cases.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def loaded(cases: ModuleType) -> tuple[SolidModel, State]:
    """Model and state of a small block of bone with one cavity, under the axial load."""
    return cases.loaded_block()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Parallel kernels on one thread: on small solids a second one mostly waits."""
    from vertaug_kernels._threads import few_threads

    with few_threads(1):
        yield


@pytest.fixture(scope="session")
def reference_rows() -> Callable[[str], list[dict[str, str]]]:
    """Rows of a table of reference values; no part of the project, the test skips without them."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "verification" / "ref"

    def read(name: str) -> list[dict[str, str]]:
        file = folder / name
        if not file.is_file():
            pytest.skip(f"no table {name} in shared/verification beside the repository")
        lines = file.read_text(encoding="utf-8").splitlines()
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))

    return read
