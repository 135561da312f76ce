# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import csv
import importlib.util
import signal
import subprocess
import sys
import time
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


@pytest.fixture
def seconds_to_stop() -> Callable[[str], float]:
    """Run code that prints a line, works on for long and prints ``stopped`` when interrupted; how long that took, s.

    Where the tests run in the background, interrupts are ignored and their children inherit that.
    """
    heard = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"

    def run(code: str) -> float:
        command = [sys.executable, "-c", f"{heard}{code}\nimport os\nos._exit(0)\n"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready"
            time.sleep(1.0)
            assert child.poll() is None
            asked = time.perf_counter()
            child.send_signal(signal.SIGINT)
            try:
                said, _ = child.communicate(timeout=60.0)
            except subprocess.TimeoutExpired:
                child.kill()
                pytest.fail("an interrupt was not answered within a minute")
            assert said.strip() == "stopped"
            return time.perf_counter() - asked

    return run


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
