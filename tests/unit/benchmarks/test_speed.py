# SPDX-License-Identifier: BSD-3-Clause
"""Helpers of the speed benchmarks: jobs in processes, counts of bytes, fits, loads, decks."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"
NAMES = (
    "harness", "floor", "cavity", "j2_problem", "j2_cavity", "peers.decks", "peers.j2_point", "run",
)  # fmt: skip


@pytest.fixture(scope="module")
def bench():
    """Modules of the benchmarks, as their scripts import each other."""
    before = set(sys.modules)
    sys.path.insert(0, str(FOLDER))
    try:
        found = {name.split(".")[-1]: importlib.import_module(name) for name in NAMES}
        yield SimpleNamespace(**found)
    finally:
        sys.path.remove(str(FOLDER))
        for name in set(sys.modules) - before:
            if name.split(".")[0] in {n.split(".")[0] for n in NAMES}:
                del sys.modules[name]


@pytest.mark.parametrize("power", [0.5, 1.0, 1.2])
def test_the_exponent_of_a_power_is_found(bench, power):
    sizes = [3e4, 1e5, 1e6]
    assert bench.harness.exponent(sizes, [2.5 * s**power for s in sizes]) == pytest.approx(power)


def test_an_exponent_needs_two_sizes(bench):
    with pytest.raises(ValueError, match="two sizes"):
        bench.harness.exponent([1e5, 1e5], [1.0, 2.0])


def test_bytes_add_up_by_kind_of_pass(bench):
    each = bench.floor.JobBytes(10, 20, 30, 40, 50, 60, 70, 80)
    counts = bench.floor.JobCounts(1, 2, 3, 4, 5, 6, 7, 8)
    parts = bench.floor.job_bytes(each, counts)
    assert parts["total"] == pytest.approx(1e-9 * sum(10 * k * k for k in range(1, 9)))
    assert parts["tangent"] == pytest.approx(250e-9)


def test_least_seconds_need_a_bandwidth(bench):
    assert bench.floor.seconds(30.0, 20.0) == pytest.approx(1.5)
    with pytest.raises(ValueError, match="bandwidth"):
        bench.floor.seconds(1.0, 0.0)


def level(n, n_lower):
    """Arrays of a level of 3x3 blocks, no more than what is counted."""
    return SimpleNamespace(
        lower_ptr=np.zeros(n + 1, np.int32), columns=np.zeros(n_lower, np.uint32),
        blocks=np.zeros((n_lower, 3, 3), np.float32), inverse=np.zeros((n, 3, 3), np.float32),
        totals=np.zeros((n, 3, 3), np.float32), size=3, rows=SimpleNamespace(n_rows=n),
    )  # fmt: skip


def test_a_cycle_reads_each_matrix_twice(bench):
    one = SimpleNamespace(
        levels=[level(100, 900)], transfers=[], coarse_inverse=None, unknowns=(300,)
    )
    matrix, inverse, vector = 4 * 101 + 40 * 900, 36 * 100, 4 * 300
    cycle = 2 * (matrix + inverse) + 8 * vector
    assert bench.floor.cycle_bytes(one) == cycle
    vectors = 14 * vector + 2 * 8 * 300
    expected = cycle + matrix + 36 * 100 + vectors
    assert bench.floor.iteration_bytes(one, None, single=True) == expected


def test_double_precision_reads_the_whole_matrix(bench):
    one = SimpleNamespace(
        levels=[level(100, 900)], transfers=[], coarse_inverse=None, unknowns=(300,)
    )
    pattern = SimpleNamespace(
        n_blocks=1900, indptr=np.zeros(101, np.int32), indices=np.zeros(1900, np.int32)
    )
    single = bench.floor.iteration_bytes(one, pattern, single=True)
    double = bench.floor.iteration_bytes(one, pattern, single=False)
    assert double - single > 72 * 1900 - (40 * 900 + 36 * 100)


def test_a_dense_level_and_transfers_are_counted(bench):
    transfer = SimpleNamespace(
        pattern=(np.zeros(101, np.int32), np.zeros(150, np.int32)), blocks=np.zeros((150, 3, 6), np.float32),
        columns=np.zeros((150, 3, 6), np.float32),
        children=(np.zeros(11, np.int32), np.zeros(150, np.int32), np.zeros(150, np.int32)),
    )  # fmt: skip
    plain = SimpleNamespace(
        levels=[level(100, 900)], transfers=[], coarse_inverse=None, unknowns=(300,)
    )
    deep = SimpleNamespace(
        levels=plain.levels, transfers=[transfer], coarse_inverse=np.zeros((60, 60), np.float32), unknowns=(300, 60)
    )  # fmt: skip
    extra = 4 * (101 + 150 + 11 + 150) + 2 * 72 * 150 + 3 * 1200 + 2 * 240 + 4 * 3600
    assert bench.floor.cycle_bytes(deep) - bench.floor.cycle_bytes(plain) == extra


def test_pressure_on_the_cavity_balances_its_projection(bench):
    points, cells = bench.cavity.cavity("tet10", 4, 4)
    nodes, forces = bench.j2_problem.pressure_forces(points, cells)
    corners = points[np.unique(cells[:, :4])]
    rim = corners[(np.abs(np.linalg.norm(corners, axis=1) - 8.0) < 1e-9) & (corners[:, 2] == 0.0)]
    rim = rim[np.argsort(rim[:, 0])]
    shadow = 0.5 * np.abs(np.sum(rim[1:, 0] * rim[:-1, 1] - rim[:-1, 0] * rim[1:, 1]))
    np.testing.assert_allclose(forces.sum(axis=0), shadow, rtol=1e-12)
    assert np.abs(np.linalg.norm(points[nodes], axis=1) - 8.0).max() < 0.5


@pytest.mark.parametrize("unknowns", [37_000, 108_000, 275_000])
def test_meshes_have_about_the_size_asked_for(bench, unknowns):
    around, along = bench.j2_problem.divisions(unknowns)
    assert 152.0 * around**2 * along == pytest.approx(unknowns, rel=0.08)


def test_a_peer_that_is_not_there_is_named_with_where_it_was_looked_for(bench, tmp_path):
    program = tmp_path / "febio4"
    options = SimpleNamespace(febio=str(program), peer_python=sys.executable)
    assert bench.j2_cavity.find("febio", options) is None
    assert str(program) in bench.j2_cavity.absence("febio", options)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert bench.j2_cavity.find("febio", options) == str(program)
    assert "--febio" in bench.j2_cavity.absence("febio", SimpleNamespace(febio=""))
    assert "KratosMultiphysics" in bench.j2_cavity.absence("kratos-inexact", options)


def test_the_law_given_to_peers_is_ours(bench):
    from vertaug.materials.j2 import J2
    from vertaug_kernels import laws

    constants = bench.j2_problem.CONSTANTS
    rng = np.random.default_rng(0)
    half = rng.normal(0.0, 0.01, (20, 3, 3))
    strain = 0.5 * (half + half.transpose(0, 2, 1))
    kappa = rng.uniform(0.0, 0.05, 20)
    stress, tangent, _, grown = bench.j2_point.respond(
        strain.transpose(1, 2, 0), np.zeros((3, 3, 20)), kappa, constants
    )
    row = J2(**constants, rise=0.0, rate=0.0).row()
    size = np.sqrt(2.0)
    where, factor = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1)), (1, 1, 1, size, size, size)
    for p in range(20):
        mandel = np.array([f * strain[p][ij] for ij, f in zip(where, factor, strict=True)])
        out, c, elastic = np.zeros(6), np.zeros((6, 6)), np.zeros(6)
        _, growth = laws.respond_tensor(laws.J2_TENSOR, mandel, 1.0, kappa[p], row, out, c, elastic)
        theirs = [f * stress[i, j, p] for (i, j), f in zip(where, factor, strict=True)]
        np.testing.assert_allclose(theirs, out, atol=1e-10)
        assert grown[p] - kappa[p] == pytest.approx(growth, abs=1e-14)
        full = [
            [f * g * tangent[(*ij, *kl, p)] for kl, g in zip(where, factor, strict=True)]
            for ij, f in zip(where, factor, strict=True)
        ]
        np.testing.assert_allclose(full, c, atol=1e-8)


@pytest.fixture
def problem(bench, tmp_path):
    """The smallest problem, as written for all codes."""
    file = tmp_path / "problem.npz"
    bench.j2_problem.write_problem(file, 2, 2)
    with np.load(file) as arrays:
        return dict(arrays)


def test_the_deck_for_calculix_keeps_fields_short(bench, problem, tmp_path):
    file = tmp_path / "job.inp"
    bench.decks.calculix_deck(file, problem, bench.j2_problem.CONSTANTS, 10)
    lines = file.read_text().splitlines()
    assert max(len(field) for line in lines for field in line.split(",")) <= 20 + len(" INC=100")
    first = lines.index("*CLOAD") + 1
    last = lines.index("*NODE PRINT, NSET=VERTEX, FREQUENCY=1000")
    total = sum(float(line.split(",")[2]) for line in lines[first:last])
    assert total == pytest.approx(problem["forces"].sum(), rel=1e-8)


def test_the_output_of_calculix_is_read(bench, tmp_path):
    (tmp_path / "job.dat").write_text("\n displacements\n\n        7  2.5E-01  0.0E+00  1.0E-03\n")
    (tmp_path / "job.sta").write_text(
        " STEP INC ATT ITRS TOT STEP INC\n 1 1 1 3 0.1 0.1 0.1\n 1 2 1 4 .2 .2 .1\n"
    )
    found = bench.decks.calculix_result(tmp_path, "job", 6)
    assert found["u"] == 0.25
    assert found["newton"] == 7


def test_the_deck_for_febio_is_whole(bench, problem, tmp_path):
    import xml.etree.ElementTree as tree

    file = tmp_path / "job.feb"
    bench.decks.febio_deck(file, problem, bench.j2_problem.CONSTANTS, 10)
    root = tree.parse(file).getroot()
    assert len(root.find("Mesh/Nodes")) == len(problem["points"])
    assert len(root.find("Mesh/Elements")) == len(problem["cells"])
    forces = [[float(v) for v in node.text.split(",")] for node in root.find("MeshData/NodeData")]
    np.testing.assert_allclose(forces, problem["forces"], rtol=1e-12)


SCRIPT = """
import sys, time
sys.path.insert(0, {folder!r})
import harness
def work(job):
    if job["how"] == "fail":
        raise ValueError("no good")
    if job["how"] == "sleep":
        time.sleep(60.0)
    block = bytearray(80_000_000)
    return {{"seconds": 0.5, "size": len(block), "threads": __import__("os").environ["OMP_NUM_THREADS"]}}
harness.answer(work)
"""


@pytest.fixture
def script(tmp_path):
    file = tmp_path / "job.py"
    file.write_text(SCRIPT.format(folder=str(FOLDER)))
    return file


def test_a_job_answers_with_its_memory(bench, script):
    ended = bench.harness.run_job(script, {"how": "well"}, 2, 30.0, ours=False)
    assert ended.error == ""
    assert ended.result == {"seconds": 0.5, "size": 80_000_000, "threads": "2"}
    assert 0.08 < ended.gigabytes < 0.3
    assert ended.seconds > 0.0


def test_a_job_that_fails_says_why(bench, script):
    ended = bench.harness.run_job(script, {"how": "fail"}, 1, 30.0, ours=False)
    assert ended.result is None
    assert "no good" in ended.error


def test_a_job_is_stopped_at_its_limit(bench, script):
    ended = bench.harness.run_job(script, {"how": "sleep"}, 1, 1.0, ours=False)
    assert ended.result is None
    assert ended.error == "> 1 s, stopped"


def test_the_fastest_run_counts_and_failures_end_it(bench):
    times = iter([2.0, 1.0, 3.0])

    def run():
        return bench.harness.Outcome({"seconds": next(times)}, 0.0, 0.0, 0.0, "")

    assert bench.harness.fastest(run).result["seconds"] == 1.0
    bad = bench.harness.Outcome(None, 0.0, 0.0, 0.0, "exit status 1")
    assert bench.harness.fastest(lambda: bad) is bad


def test_a_clock_counts_what_is_called(bench):
    owner = SimpleNamespace(double=lambda x: 2 * x)
    clock = bench.harness.Clock()
    clock.watch(owner, "double", "doubling")
    assert owner.double(4) == 8
    assert clock.calls == {"doubling": 1}
    assert clock.seconds["doubling"] >= 0.0


def test_tables_show_what_is_missing(bench):
    text = bench.harness.table(("a", "b"), [(1.23456, None), ("x", True)])
    assert text.splitlines() == ["| a | b |", "|---|---|", "| 1.23 | – |", "| x | yes |"]


def test_the_page_keeps_partial_results(bench, tmp_path):
    about = bench.run.surroundings(0.2)
    ended = {"seconds": 3.0, "cpu_seconds": 2.0, "error": "exit status 1: broken"}
    run = {"about": about, "command": "python benchmarks/scaling.py", "ended": ended}
    bench.harness.kept(tmp_path / "scaling.json", {"run": run, "table": "| a |"})
    text = bench.run.page(tmp_path)
    assert "**Failed: exit status 1: broken**" in text
    assert "| a |" in text
    assert "Cold compilation" not in text
