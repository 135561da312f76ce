# SPDX-License-Identifier: BSD-3-Clause
"""Several plans run one after another, and what differs between their results."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import Plan
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_plan
from vertaug.report._rows import NONE, number, title
from vertaug.report.page import write_report
from vertaug.report.pictures import draw_pictures

__all__ = ["compare", "differences", "run_all", "told"]

Summary = Mapping[str, Any]


def run_all(plans: Mapping[str, Plan], out: Path | str) -> dict[str, dict[str, Any]]:
    """Run each plan in a folder of its name under ``out``, with pictures and report; return the summaries.

    What was finished before is read back.

    Raises
    ------
    VertaugError : a plan cannot be run
    """
    found = {}
    for name, plan in plans.items():
        with RunFolder(Path(out) / name, plan) as folder:
            found[name] = run_plan(plan, folder, Silent()).to_dict()
            draw_pictures(folder)
        write_report(folder.root)
    return found


def compare(plans: Mapping[str, Plan], out: Path | str) -> dict[str, dict[str, Any]]:
    """Run the plans as `run_all` does, print what differs, and return the summaries."""
    summaries = run_all(plans, out)
    sys.stdout.write(told(summaries) + "\n")
    return summaries


def differences(summaries: Mapping[str, Summary]) -> list[list[str]]:
    """Rows of a label and one text a run; the first names the runs.

    Of several runs those in which all agree are left out, of a single one those that it does not have.
    """
    names = list(summaries)
    rows = [
        [label, *(take(summaries[name]) for name in names)] for label, take in _measures(summaries)
    ]
    alone = len(names) == 1
    return [
        ["", *names],
        *(row for row in rows if (row[1] != NONE if alone else len(set(row[1:])) > 1)),
    ]


def told(summaries: Mapping[str, Summary]) -> str:
    """Differences as text in columns."""
    rows = differences(summaries)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        ).rstrip()
        for row in rows
    )


def _measures(summaries: Mapping[str, Summary]) -> list[tuple[str, Callable[[Summary], str]]]:
    """Labels, and what writes each measure of a summary."""
    kinds = list(
        dict.fromkeys(s["kind"] for summary in summaries.values() for s in summary["stages"])
    )
    leaks = list(
        dict.fromkeys(
            name
            for summary in summaries.values()
            for name in (summary["cement"] or {}).get("leaked_mL", {})
        )
    )
    return [
        *((f"anterior height after {kind}", _height(kind)) for kind in kinds if kind != "load"),
        ("anterior height gained", lambda s: number(_gain(s).get("gain_mm"), 2, "mm", sign=True)),
        ("of what was lost", lambda s: number(_gain(s).get("of_lost_percent"), 0, "%")),
        ("lost again on deflation", lambda s: number(_back(s).get("lost_mm"), 2, "mm")),
        ("wedge at the end", lambda s: number(s["stages"][-1]["wedge_deg"], 1) + "°"),
        ("volume in the balloons", lambda s: number(_balloons(s, "volume_mL", sum), 2, "mL")),
        ("highest balloon pressure", lambda s: number(_balloons(s, "pressure_psi", max), 0, "psi")),
        ("lift of the balloons", lambda s: number(_balloons(s, "lift_N", sum), 0, "N")),
        ("angle to the midline", _angle),
        ("cannula to canal", _canal),
        ("cement in bone", lambda s: number((s["cement"] or {}).get("in_bone_mL"), 2, "mL")),
        ("leaked", lambda s: number(_leaked(s), 3, "mL")),
        *((f"leaked by {title(name).lower()}", _leak(name)) for name in leaks),
        ("warmest place in the canal", _canal_heat),
    ]  # fmt: skip


def _height(kind: str) -> Callable[[Summary], str]:
    def text(summary: Summary) -> str:
        found = [s["heights_mm"]["anterior"] for s in summary["stages"] if s["kind"] == kind]
        return number(found[-1], 2, "mm") if found else NONE

    return text


def _gain(summary: Summary) -> Summary:
    found: Summary = (summary["restoration"] or {}).get("anterior", {})
    return found


def _back(summary: Summary) -> Summary:
    found: Summary = summary.get("springback", {}).get("anterior", {})
    return found


def _balloons(summary: Summary, key: str, of: Callable[[list[float]], float]) -> float | None:
    values = [balloon[key] for balloon in summary["balloons"]]
    return of(values) if values else None


def _angle(summary: Summary) -> str:
    return (
        ", ".join(number(way["medial_deg"], 0) + "°" for way in summary.get("access", [])) or NONE
    )


def _canal(summary: Summary) -> str:
    gaps = [way["canal_mm"] for way in summary.get("access", []) if "canal_mm" in way]
    return number(min(gaps), 1, "mm") if gaps else NONE


def _leaked(summary: Summary) -> float | None:
    cement = summary["cement"]
    return sum(cement["leaked_mL"].values()) if cement else None


def _leak(name: str) -> Callable[[Summary], str]:
    return lambda s: number((s["cement"] or {}).get("leaked_mL", {}).get(name), 3, "mL")


def _canal_heat(summary: Summary) -> str:
    place = summary.get("temperature", {}).get("places", {}).get("canal", {})
    return number(place.get("peak_C"), 1, "°C")
