# SPDX-License-Identifier: BSD-3-Clause
"""Pressure solves in media of high contrast with each kind of coarse cells: cubes, groups of cubes, groups of cells.

Run ``python benchmarks/pressure.py [--sizes 20,40,60,100] [--contrasts 1e3,1e5] [--json FILE]``. Each is a solve to
1e-6 from nothing, at most 200 iterations, on one thread. "Choice" is what the solver takes of itself for a first
operator, "first" what that operator costs, with the iterations on noise by which it chooses. Times are of
the processor, the least of three, in nanoseconds a cell; "update" is what a further operator costs, "solve" a solve.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import harness

SIZES, CONTRASTS = "20,40,60,100", "1e3,1e5"
KINDS = ("cubes", "groups of cubes", "groups")
TIMES = 3


def _least(work: Any, cells: int) -> float:
    """Least processor time of some runs, ns a cell."""
    spent = []
    for _ in range(TIMES):
        begin = time.process_time()
        work()
        spent.append(time.process_time() - begin)
    return 1e9 * min(spent) / cells


def _medium(name: str, size: int, contrast: float) -> dict[str, Any]:
    """All kinds in one medium."""
    import numpy as np

    from vertaug.cement.displacement_grid import BlockGrid, PorousBlock
    from vertaug.cement.multigrid import Coarse, Hierarchy, Operator
    from vertaug.verification.media import medium

    grid = BlockGrid(PorousBlock(medium(name, size, contrast), 0.5, (1.0,) * 3))
    operator, cells = Operator(*grid.faces, grid.anchor), size**3
    source, found = np.zeros(grid.pore.shape), {}
    source[tuple(n // 2 for n in source.shape)] = 1.0

    def given(coarse: Coarse) -> Hierarchy:
        """A hierarchy that takes a kind of coarse cells whatever it measures."""
        hierarchy = Hierarchy(grid.place)
        hierarchy._worse, hierarchy._slow = False, coarse
        hierarchy._paces = {Coarse.CUBES: np.inf}
        return hierarchy

    for coarse in Coarse:
        hierarchy, reports = given(coarse), []
        update = _least(lambda h=hierarchy: h.update(operator), cells)
        took = _least(
            lambda h=hierarchy, r=reports: r.append(h.solve(source, np.zeros_like(source), 1e-6)),
            cells,
        )
        found[coarse.value] = (reports[-1].iterations, update, took)
    fresh = [Hierarchy(grid.place) for _ in range(TIMES)]
    left = iter(fresh)
    first = _least(lambda: next(left).update(operator), cells)
    return {"name": name, "choice": fresh[0].coarse.value, "first": first, "kinds": found}


def _solves(job: dict[str, Any]) -> dict[str, Any]:
    """All media of one size and contrast."""
    from vertaug.verification.media import MEDIA

    return {"rows": [_medium(name, job["size"], job["contrast"]) for name in MEDIA]}


def tables(results: dict[str, Any]) -> str:
    """One row for each medium, size and contrast."""
    heads = ["cells", "contrast", "medium", "choice", "first"]
    for kind in KINDS:
        heads += [f"iterations with {kind}", "update", "solve"]
    rows = []
    for item in results["rows"]:
        label = (f"{item['size']}³", f"{item['contrast']:g}")
        if item["error"]:
            rows.append((*label, item["error"], "", None, *(None,) * 9))
        rows += [
            (
                *label,
                row["name"],
                row["choice"],
                row["first"],
                *(value for kind in KINDS for value in row["kinds"][kind]),
            )
            for row in item.get("rows", ())
        ]
    return harness.table(heads, rows)


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--contrasts", default=CONTRASTS)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    results: dict[str, Any] = {"rows": []}
    for size in map(int, options.sizes.split(",")):
        for contrast in map(float, options.contrasts.split(",")):
            job = {"size": size, "contrast": contrast}
            ended = harness.run_job(Path(__file__).resolve(), job, 1, 3600.0)
            results["rows"].append(job | {"error": ended.error} | (ended.result or {}))
            harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(row["error"] for row in results["rows"]):
        sys.exit(1)


if __name__ == "__main__":
    harness.answer(_solves) or main()
