# SPDX-License-Identifier: BSD-3-Clause
"""Displacement through a random medium against a reservoir simulator, OPM Flow, on the same grid.

Run ``python benchmarks/displacement.py [--sizes 20,40,60,100] [--fields DIR] [--flow PATH] [--flow-limit SECONDS]
[--json FILE]``. The simulator took 11 s of one processor at 20³ and 240 at 40³: about half an hour may be
expected at 60³, four hours at 100³.

A cube of 200 m, porosity 0.2, permeability over four decades, is filled from its middle by 160 m³ a day of a
fluid of 1000 cP that drives out one of 1 cP; six faces stand at one pressure, relative permeabilities are linear.
Fields are drawn here, or read from ``DIR/permeability_N.npz`` (mD, under its first name). Both codes use one
thread, and seconds are of the processor: of the whole process for the simulator, without compilation for ours.
Errors are sums of absolute differences of saturation over the sum of saturations, against our own solution with
steps much closer than those in the table; the simulator's error holds its compressibility of 1e-6/bar too. "At its
error" is our time where the errors of both are the same, on a straight line through logarithms.

Floor of a pressure solve: each iteration passes eight half sweeps (three faces, inverse diagonal, right side and two
values, 40 bytes a cell of one colour), residual and correction (50), all that 8/7 times for the coarse grids, and
in double precision the vectors of conjugate gradients (136); at the speed of the triad.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import harness
from peers import opm

SIZES = "20,40,60,100"
OURS = (3.2e-3, 8e-4, 2e-4, 5e-5)
CLOSER = 8.0
BYTES = 8.0 / 7.0 * (8 * 20.0 + 50.0) + 136.0
"""Of one iteration, per cell."""


def _ours(job: dict[str, Any]) -> dict[str, Any]:
    """Displace with each of the wanted steps; saturations go to files."""
    import numpy as np

    from vertaug.cement.displacement import FluidPair, Steps, displace
    from vertaug.cement.displacement_grid import PorousBlock

    case = opm.BlockCase(np.load(job["field"]))
    n = case.permeability.shape[0]
    block = PorousBlock(
        case.permeability * opm.MILLIDARCY, case.porosity, (1e3 * case.edge / n,) * 3
    )
    fluids = FluidPair((1e-9 * case.viscosities[0], 1e-9 * case.viscosities[1]), most=case.most)
    source, seconds = np.zeros(case.permeability.shape), opm.DAY * case.days
    source[(n // 2,) * 3] = 1e9 * case.rate / opm.DAY
    displace(block, fluids, source, 1e-4 * seconds)
    rows = []
    for number, misplaced in enumerate(job["misplaced"]):
        begin = time.process_time()
        result = displace(block, fluids, source, seconds, Steps(misplaced))
        spent, history = time.process_time() - begin, result.history
        np.save(Path(job["folder"]) / f"ours_{number}.npy", result.saturation)
        rows.append({
            "misplaced": misplaced, "seconds": spent, "steps": len(history.solves), "solves": sum(history.solves),
            "iterations": sum(history.iterations), "balance": result.balance_error,
            "pressure": 10.0 * float(result.pressure[(n // 2,) * 3]),
        })  # fmt: skip
    return {"rows": rows} | _one_solve(block)


def _one_solve(block: Any, times: int = 5) -> dict[str, Any]:
    """Time of a pressure solve to 1e-6 from nothing, the fastest of some."""
    import numpy as np

    from vertaug.cement.displacement_grid import BlockGrid
    from vertaug.cement.multigrid import Hierarchy, Operator

    grid = BlockGrid(block)
    hierarchy, source = Hierarchy(grid.place), np.zeros(grid.pore.shape)
    source[tuple(n // 2 for n in source.shape)] = 1.0
    hierarchy.update(Operator(*grid.faces, grid.anchor))
    spent = []
    for _ in range(times):
        pressure, begin = np.zeros_like(source), time.perf_counter()
        report = hierarchy.solve(source, pressure, 1e-6)
        spent.append(time.perf_counter() - begin)
    return {"solve_seconds": min(spent), "solve_iterations": report.iterations}


def _draw(n: int, fields: Path | None) -> Any:
    """Permeability of a size, mD."""
    import numpy as np

    from vertaug.verification.problems.displacement import lognormal

    given = fields / f"permeability_{n}.npz" if fields else None
    if given is not None and given.is_file():
        with np.load(given) as stored:
            return stored[stored.files[0]].astype(np.float64)
    return 1e8 * lognormal(n, 1, 0.05, 4.0)


def _simulated(program: str, folder: Path, permeability: Any, limit: float) -> dict[str, Any]:
    """Run the simulator; its saturation, pressure at the source and processor seconds."""
    import numpy as np

    n = permeability.shape[0]
    opm.write_deck(folder / "BLOCK.DATA", opm.BlockCase(permeability))
    command = [program, folder / "BLOCK.DATA", f"--output-dir={folder}"]
    ended = harness.run_command(command, 1, limit, ours=False, folder=folder)
    if ended.error:
        return {"error": ended.error, "seconds": ended.cpu_seconds}
    saturation, pressure = opm.read_end(folder / "BLOCK.UNRST", n)
    np.save(folder / "simulated.npy", saturation)
    return {
        "error": "", "seconds": ended.cpu_seconds, "gigabytes": ended.gigabytes,
        "pressure": float(pressure[(n // 2,) * 3]),
    }  # fmt: skip


def at_error(rows: list[dict[str, Any]], error: float) -> float:
    """Our seconds at an error, on the line through the logarithms of the two rows nearest to it."""
    known = sorted(rows, key=lambda row: abs(math.log(row["error"] / error)))[:2]
    (x0, y0), (x1, y1) = ((math.log(row["error"]), math.log(row["seconds"])) for row in known)
    return math.exp(y0 + (y1 - y0) * (math.log(error) - x0) / (x1 - x0))


def measure(n: int, options: argparse.Namespace, rates: dict[str, float]) -> dict[str, Any]:
    """Everything for one size."""
    import numpy as np

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        permeability = _draw(n, options.fields)
        np.save(folder / "field.npy", permeability)
        misplaced = [*OURS, OURS[-1] / CLOSER]
        job = {"field": str(folder / "field.npy"), "folder": name, "misplaced": misplaced}
        ended = harness.run_job(Path(__file__).resolve(), job, 1, options.limit)
        if ended.result is None:
            return {"size": n, "error": ended.error}
        ours = ended.result
        result = {"size": n, "error": "", "rows": ours["rows"], "gigabytes": ended.gigabytes}
        if options.flow:
            result["flow"] = _simulated(options.flow, folder, permeability, options.flow_limit)
        best = np.load(folder / f"ours_{len(misplaced) - 1}.npy")
        for number, row in enumerate(ours["rows"][:-1]):
            row["error"] = _apart(np.load(folder / f"ours_{number}.npy"), best)
        if result.get("flow", {}).get("error") == "":
            flow = result["flow"]
            flow["off"] = _apart(np.load(folder / "simulated.npy"), best)
            flow["pressure_off"] = flow["pressure"] / ours["rows"][-1]["pressure"] - 1.0
            flow["ours"] = at_error(ours["rows"][:-1], flow["off"])
    cells = float(n**3)
    floor = BYTES * ours["solve_iterations"] / (1e9 * rates["triad_1"])
    return result | {
        "solve_ns": 1e9 * ours["solve_seconds"] / cells, "solve_iterations": ours["solve_iterations"],
        "floor_ns": 1e9 * floor,
    }  # fmt: skip


def _apart(first: Any, second: Any) -> float:
    """Sum of absolute differences over the sum of the second."""
    return float(abs(first - second).sum() / second.sum())


def tables(results: dict[str, Any]) -> str:
    """Both tables."""
    rows, solves = [], []
    for item in results["rows"]:
        if item["error"]:
            rows.append((f"{item['size']}³", "ours", None, None, None, None, item["error"]))
            continue
        for row in item["rows"]:
            label = f"ours, {row['misplaced']:.1e}"
            rows.append(
                (f"{item['size']}³", label, row["steps"], row["seconds"], row.get("error"), row["balance"], "")
            )  # fmt: skip
        flow = item.get("flow")
        if flow:
            note = flow["error"]
            if "ours" in flow:
                ratio, off = flow["seconds"] / flow["ours"], flow["pressure_off"]
                note = f"{ratio:.1f} times ours at its error; pressure off by {off:.1e}"
            rows.append(
                (f"{item['size']}³", "OPM Flow", None, flow["seconds"], flow.get("off"), None, note)
            )
        solves.append((
            f"{item['size']}³", item["solve_iterations"], item["solve_ns"], item["floor_ns"],
            item["solve_ns"] / item["floor_ns"],
        ))  # fmt: skip
    heads = ("cells", "code", "steps", "CPU s", "error of saturation", "volume lost", "")
    text = [
        harness.table(heads, rows),
        "",
        "A pressure solve to 1e-6 from nothing, one thread:",
        "",
    ]
    heads = ("cells", "iterations", "ns a cell", "floor, ns a cell", "over the floor")
    return "\n".join([*text, harness.table(heads, solves)])


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--fields", type=Path)
    parser.add_argument(
        "--flow", default="", help="path of OPM Flow where it is not on the search path"
    )
    parser.add_argument(
        "--flow-limit", type=float, default=8.0 * 3600.0, help="seconds for one run of it"
    )
    parser.add_argument(
        "--limit", type=float, default=2.0 * 3600.0, help="seconds for our runs of one size"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    options.flow = opm.find_flow(options.flow)
    results: dict[str, Any] = {"rows": [], "machine": harness.machine_rates()}
    for size in map(int, options.sizes.split(",")):
        results["rows"].append(measure(size, options, results["machine"]))
        harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(row["error"] for row in results["rows"]):
        sys.exit(1)


if __name__ == "__main__":
    harness.answer(_ours) or main()
