# SPDX-License-Identifier: BSD-3-Clause
"""Run all speed benchmarks one after the other and write them up.

Run ``python benchmarks/run.py [--only j2_cavity,scaling] [--quick] [--peer-python PATH]
[--febio PATH] [--flow PATH] [--flow-limit SECONDS] [--situation specimen,segment] [--compiled]
[--out docs/benchmarks.md] [--keep DIR]`` on a machine that does nothing else. Each benchmark is a process of its own;
one that fails is reported and the others go on. Results are kept as JSON in a folder as they come, and the page is
written again after each, from all that are there: so a run that was broken off can be completed with ``--only``.
``--quick`` takes small sizes, to see that everything works.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import harness

HERE = Path(__file__).resolve().parent
TITLES = {
    "compile": "Cold compilation", "j2_cavity": "The J2 cavity job", "assembly": "Assembly of residual and tangent",
    "inflation_step": "A step of inflation", "scaling": "Growth of time and memory with size",
    "full_sequence": "A whole treatment", "curing": "Ten minutes of curing",
    "displacement": "Displacement against a reservoir simulator",
    "pressure": "Pressure solves in media of high contrast",
}  # fmt: skip
QUICK = {
    "compile": [], "j2_cavity": ["--sizes", "5000", "--limit", "120"],
    "assembly": ["--size", "20000", "--passes", "3"],
    "inflation_step": ["--size", "3.2", "--cavity-size", "1.5", "--steps", "2"], "scaling": ["--sizes", "8000,30000"],
    "full_sequence": ["--situation", "specimen", "--coarse"], "curing": ["--cells", "40", "--seconds", "60"],
    "displacement": ["--sizes", "12,16"], "pressure": ["--sizes", "12"],
}  # fmt: skip
TAKES_PEERS = ("j2_cavity", "assembly")


def processor() -> str:
    """Name of the processor, where the system says it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def memory_gigabytes() -> float:
    """Memory of the machine, 1e9 bytes."""
    return 1e-9 * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def surroundings(load: float) -> dict[str, Any]:
    """Machine, date and versions; ``load`` is that before the first benchmark, not the last one's own."""
    return {
        "date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": processor(), "cores": len(os.sched_getaffinity(0)), "memory_GB": memory_gigabytes(),
        "load": load, "system": platform.platform(terse=True), "python": platform.python_version(),
        "versions": harness.versions("numpy", "scipy", "numba", "llvmlite", "vertaug"),
    }  # fmt: skip


def page(folder: Path) -> str:
    """Page from all results in the folder."""
    text = [
        "# Speed", "",
        "Written by `python benchmarks/run.py` (`make bench`); do not edit. What each benchmark does and how its "
        "floor is counted stands at the head of its file in `benchmarks/`. Times are wall clock without compilation "
        "unless said otherwise; GB is the peak of a process.", "",
    ]  # fmt: skip
    for name, title in TITLES.items():
        file = folder / f"{name}.json"
        if not file.is_file():
            continue
        kept = json.loads(file.read_text())
        text += [f"## {title}", "", *_heading(kept["run"]), kept.get("table", "No results."), ""]
        machine = kept.get("machine")
        if machine:
            text += [
                "Memory measured in this run: triad {triad_1:.1f} GB/s on one thread, {triad_2:.1f} on two; reading "
                "{read_1:.1f} and {read_2:.1f}.".format(**machine), "",
            ]  # fmt: skip
    return "\n".join(text).rstrip() + "\n"


def _heading(run: dict[str, Any]) -> list[str]:
    about, ended = run["about"], run["ended"]
    packages = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    lines = [
        f"{about['date']}; {about['processor']}, {about['cores']} cores, {about['memory_GB']:.0f} GB; load before "
        f"{about['load']:.1f}; {about['system']}, Python {about['python']}, {packages}. `{run['command']}`: "
        f"{ended['seconds']:.0f} s, {ended['cpu_seconds']:.0f} CPU s.", "",
    ]  # fmt: skip
    if about["load"] > 0.5:
        lines += ["**The machine was busy with other work: take ratios and CPU seconds.**", ""]
    if ended["error"]:
        lines += [f"**Failed: {ended['error']}**", ""]
    return lines


def arguments(name: str, options: argparse.Namespace) -> list[str]:
    """Options of one benchmark."""
    given = list(QUICK[name]) if options.quick else []
    if name in TAKES_PEERS:
        given += ["--peer-python", options.peer_python]
    if name == "j2_cavity":
        given += ["--peers", options.peers] if options.peers else []
        given += ["--febio", options.febio] if options.febio else []
    if name == "full_sequence":
        given += ["--situation", options.situation] if options.situation else []
        given += ["--no-warm-up"] if options.compiled else []
    if name == "displacement":
        given += ["--flow", options.flow] if options.flow else []
        given += ["--flow-limit", f"{options.flow_limit:g}"] if options.flow_limit else []
    return given


def run_one(name: str, options: argparse.Namespace) -> bool:
    """Run one benchmark; whether it went well."""
    file = options.keep / f"{name}.json"
    fresh = options.keep / f"{name}.part.json"
    fresh.unlink(missing_ok=True)
    about, given = surroundings(options.load), arguments(name, options)
    print(f"{name} ...", flush=True)
    ended = harness.run_command(
        [sys.executable, HERE / f"{name}.py", *given, "--json", fresh], os.cpu_count() or 1, options.limit, ours=True
    )  # fmt: skip
    results = json.loads(fresh.read_text()) if fresh.is_file() else {}
    shown = [a for a in given if a not in ("--peer-python", options.peer_python)]
    results["run"] = {
        "about": about, "command": " ".join([f"python benchmarks/{name}.py", *shown]),
        "ended": {"seconds": ended.seconds, "cpu_seconds": ended.cpu_seconds, "error": ended.error},
    }  # fmt: skip
    harness.kept(file, results)
    fresh.unlink(missing_ok=True)
    (options.keep / f"{name}.log").write_text(ended.text)
    print(results.get("table") or ended.text[-2000:], flush=True)
    if ended.error:
        print(f"{name} failed: {ended.error}", flush=True)
    return not ended.error


def main() -> None:
    """Run what the options ask for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(TITLES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--peers", default="")
    parser.add_argument("--febio", default="")
    parser.add_argument("--flow", default="", help="path of OPM Flow")
    parser.add_argument("--situation", default="", help="of the whole treatment")
    parser.add_argument(
        "--compiled", action="store_true", help="all is compiled: no warm-up of the whole treatment"
    )
    parser.add_argument("--flow-limit", type=float, default=0.0, help="seconds for one run of it")
    parser.add_argument(
        "--limit", type=float, default=12.0 * 3600.0, help="seconds for one benchmark"
    )
    parser.add_argument("--keep", type=Path, default=harness.ROOT / "runs" / "benchmarks")
    parser.add_argument("--out", type=Path, default=harness.ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    options.load = os.getloadavg()[0]
    names = options.only.split(",")
    if set(names) - set(TITLES):
        parser.error(f"--only takes {', '.join(TITLES)}")
    harness.stop_on_request()
    options.keep = options.keep.resolve()
    options.keep.mkdir(parents=True, exist_ok=True)
    well = True
    for name in names:
        well = run_one(name, options) and well
        options.out.write_text(page(options.keep))
    print(f"written: {options.out}")
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
