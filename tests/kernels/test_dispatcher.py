# SPDX-License-Identifier: BSD-3-Clause
import gc
import os
import subprocess
import sys

import numpy as np
import pytest
from numba.core import event
from numba.core.codegen import JITCodeLibrary
from numba.core.errors import TypingError

from vertaug_kernels import _dispatcher, _jit, tensor
from vertaug_kernels._dispatcher import Kernel

ROWS = np.arange(12.0).reshape(4, 3)


@pytest.fixture
def uncached(monkeypatch):
    monkeypatch.setattr(_jit, "CACHE_DIR", None)


@pytest.fixture
def emitted(monkeypatch):
    """Names of the libraries that become machine code."""
    names, emit = [], JITCodeLibrary._finalize_specific

    def count(library):
        if library.name != "nrt":  # Numba's own, emitted once
            names.append(library.name)
        emit(library)

    monkeypatch.setattr(JITCodeLibrary, "_finalize_specific", count)
    return names


def family():
    """A parallel kernel and the private one that it calls."""

    @_jit.kernel
    def _total(row):
        total = 0.0
        for value in row:
            total += value
        return total

    @_jit.parallel_kernel
    def totals(rows, out):
        for i in _jit.prange(len(rows)):
            out[i] = _total(rows[i])

    return _total, totals


def test_this_numba_has_all_that_parts_need():
    assert _dispatcher.is_supported()
    assert isinstance(tensor.determinant3, Kernel)


def test_only_what_python_calls_becomes_machine_code(uncached, emitted):
    private, totals = family()
    out = np.empty(4)
    totals(ROWS, out)
    np.testing.assert_array_equal(out, [3.0, 12.0, 21.0, 30.0])
    assert [name.split(".")[-1] for name in emitted] == ["totals"]
    assert not private.signatures
    (part,) = private.part.overloads.values()
    assert part.library.get_pointer_to_function(part.fndesc.llvm_func_name) == 0
    assert part.library.get_pointer_to_function(part.fndesc.llvm_cpython_wrapper_name) == 0


def test_a_kernel_answers_python_after_kernels_have_called_it(uncached):
    private, totals = family()
    totals(ROWS, np.empty(4))
    assert private(ROWS[1]) == 12.0
    assert len(private.signatures) == len(private.part.signatures) == 1


def test_collector_runs_again_after_a_compilation_and_after_a_failed_one(uncached):
    private, _ = family()
    private(ROWS[0])
    assert gc.isenabled()
    with pytest.raises(TypingError):
        private("no array")
    assert gc.isenabled()


def test_collector_that_was_off_stays_off(uncached):
    gc.disable()
    try:
        family()[0](ROWS[0])
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_another_numba_compiles_in_its_own_way(uncached, monkeypatch):
    monkeypatch.setattr(_dispatcher, "NEEDED", ((JITCodeLibrary, ("not_there",)),))
    private, totals = family()
    assert not isinstance(private, Kernel)
    out = np.empty(4)
    totals(ROWS, out)
    np.testing.assert_array_equal(out, [3.0, 12.0, 21.0, 30.0])
    assert private(ROWS[2]) == 21.0


RUN = """
import numpy as np
from numba.core import event
from vertaug_kernels import geometry
seen = []
class Listener(event.Listener):
    def on_start(self, event): seen.append(event.data["dispatcher"].py_func.__name__)
    def on_end(self, event): pass
event.register("numba:compile", Listener())
points = np.array([[0., 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
out = np.empty(1)
geometry.shape_quality(points, np.array([[0, 1, 2, 3]], dtype=np.int32), out)
print(out[0], *seen)
"""


def test_a_new_process_takes_machine_code_from_the_cache_and_compiles_no_part(tmp_path):
    environment = os.environ | {"VERTAUG_CACHE_DIR": str(tmp_path)}
    cold, warm = (
        subprocess.run(
            [sys.executable, "-c", RUN], env=environment, capture_output=True, text=True, check=True
        ).stdout.split()
        for _ in range(2)
    )
    assert "shape_quality" in cold
    assert any(name.startswith("_") for name in cold)
    assert warm == cold[:1]


def test_an_index_out_of_bounds_in_a_part_is_told(tmp_path):
    code = """
import numpy as np
from vertaug_kernels._jit import kernel
@kernel
def _third(row):
    return row[3]
@kernel
def of(row):
    return _third(row) + 1.0
try:
    print(of(np.ones(2)))
except IndexError as error:
    print("told:", error)
"""
    script = tmp_path / "script.py"
    script.write_text(code)
    environment = os.environ | {"VERTAUG_CACHE_DIR": str(tmp_path), "NUMBA_BOUNDSCHECK": "1"}
    answer = subprocess.run(
        [sys.executable, script], env=environment, capture_output=True, text=True, check=False
    )
    assert answer.stdout.startswith("told:"), answer.stdout + answer.stderr


def test_events_of_compilation_name_parts_too(uncached):
    seen = []

    class Listener(event.Listener):
        def on_start(self, event):
            seen.append(event.data["dispatcher"].py_func.__name__)

        def on_end(self, event):
            pass

    with event.install_listener("numba:compile", Listener()):
        family()[1](ROWS, np.empty(4))
    assert seen == ["totals", "_total"]
