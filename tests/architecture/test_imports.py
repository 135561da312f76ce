# SPDX-License-Identifier: BSD-3-Clause
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("vtk", "vtkmodules", "pyvista", "matplotlib", "numba", "pint", "mmgpy", "nibabel", "scipy")


def loaded(statement):
    """Top-level modules in a fresh interpreter after ``statement``."""
    code = f"import sys\n{statement}\nprint(*sorted({{m.split('.')[0] for m in sys.modules}}))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(answer.stdout.splitlines()[-1].split())


def test_layers_are_kept():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize("statement", ["import vertaug", "import vertaug.cli"])
def test_importing_loads_nothing_heavy(statement):
    assert not loaded(statement) & set(HEAVY)


def test_reading_a_plan_loads_no_compiler_and_no_pictures():
    modules = loaded("from vertaug.procedure.plan import demo_plan; demo_plan()")
    assert not modules & {"numba", "vtkmodules", "pyvista", "matplotlib", "mmgpy", "nibabel"}
