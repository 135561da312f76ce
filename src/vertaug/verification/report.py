# SPDX-License-Identifier: BSD-3-Clause
"""Writes `verification.md`, the same text for the same numbers, and `verification.json`."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vertaug import __version__
from vertaug.verification.check import Entry
from vertaug.verification.problem import GROUPS, shown
from vertaug.verification.running import Outcome

__all__ = ["Levels", "markdown", "records", "write_report"]

Levels = Mapping[str, Sequence[Outcome]]
"""What was run, by level; the last one is shown in full."""

ROUND_OFF = 1e-9
LIBRARIES = ("numpy", "scipy", "numba")


def _machine() -> dict[str, str]:
    """Machine and versions, for the JSON only."""
    found = {"python": platform.python_version(), "machine": platform.platform()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def records(outcomes: Iterable[Outcome], level: str) -> list[dict[str, object]]:
    """One dictionary for each entry, with what is needed to run it again."""
    machine = _machine()
    return [
        entry.to_dict()
        | {
            "title": outcome.problem.title,
            "requirement": outcome.problem.requirement,
            "parameters": dict(outcome.parameters),
            "level": level,
            "seconds": round(outcome.seconds, 3),
            "vertaug": __version__,
            "environment": machine,
        }
        for outcome in outcomes
        for entry in outcome.entries
    ]


def _number(value: float | None, digits: int = 6) -> str:
    """A number of a table; round-off is not worth its digits."""
    if value is None or not math.isfinite(value):
        return "–"
    return "0" if abs(value) < 1e-12 else f"{value:.{digits}g}"


def _small(value: float) -> str:
    """An error of a table."""
    if not math.isfinite(value):
        return "–"
    return f"< {ROUND_OFF:g}" if value < ROUND_OFF else f"{value:.2g}"


def _row(entry: Entry) -> str:
    """One line of a problem's table."""
    check = entry.check
    bound = {"within": "", "at least": "≥ ", "at most": "≤ "}[check.kind]
    order = "–" if check.order is None else f"{check.order:.2f}"
    if check.order is not None and check.least_order is not None:
        order += f" (≥ {check.least_order:.2f})"
    name = check.quantity + (f" ({check.unit})" if check.unit else "")
    computed = _number(check.computed, 6 if check.regression else 3)
    if check.reference == 0.0 and abs(check.computed) < ROUND_OFF:
        computed = "round-off"
    stored = "yes" if entry.regression is not None else "–"
    cells = (
        name, bound + _number(check.reference), computed,
        _small(check.error), _small(check.tolerance), order, stored,
        entry.evidence, "pass" if entry.passed else "**FAIL** " + entry.message,
    )  # fmt: skip
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


HEADER = (
    "| quantity | reference | computed | error | tolerance | order | stored | evidence | result |\n"
    "|---|---|---|---|---|---|---|---|---|"
)


def _named(parameters: Mapping[str, object]) -> str:
    """Parameters as text."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in parameters.items())


def _beside(level: str, outcome: Outcome, shown_in_full: Outcome) -> list[str]:
    """What came out at another level, in a line, and the rows that failed."""
    known = shown_in_full.parameters
    other = {name: value for name, value in outcome.parameters.items() if value != known[name]}
    good = sum(entry.passed for entry in outcome.entries)
    settings = f", {_named(other)}" if other else ", the same parameters"
    line = f"Level {level}{settings}: {good} of {len(outcome.entries)} passed."
    missed = [_row(entry) for entry in outcome.entries if not entry.passed]
    return [line, "", *([HEADER, *missed, ""] if missed else [])]


def _section(outcome: Outcome, others: Mapping[str, Outcome]) -> list[str]:
    """The document of one problem."""
    problem = outcome.problem
    values = _named(outcome.parameters)
    reasons: dict[str, list[str]] = {}
    for entry in outcome.entries:
        reasons.setdefault(entry.check.why, []).append(entry.check.quantity)
    lines = [
        f"### {problem.id}: {problem.title}", "", f"{problem.requirement}", "",
        f"Parameters: {values or 'none'}.", "", HEADER,
        *(_row(entry) for entry in outcome.entries), "",
    ]  # fmt: skip
    lines += [f"- {', '.join(names)}: {why}." for why, names in reasons.items()]
    lines.append("")
    for level, other in others.items():
        lines += _beside(level, other, outcome)
    return lines


INTRODUCTION = """\
Every benchmark compares a computed quantity with a reference, mostly a closed form, and with the value that
came out before (column *stored*: equal to 1e-6 of itself). The error is relative to the reference unless
its note says otherwise; the tolerance is for the meshes named. The order is the observed order of
convergence on the two finest meshes, and in brackets the least that passes. Evidence: ANALYTIC, a closed
form, a series or a quadrature; EXTERNAL, published by others; CROSS-CODE, an independent code of another
method; REGRESSION-ONLY, nothing but the stored value.

There are two levels: quick, coarse meshes and fewer cases, one minute, for every change of the code; and full,
all meshes named below, about a quarter of an hour on one core. Values of both are stored.

Run it again, also with other parameters and meshes:

```sh
vertaug verify --level both --out docs
vertaug verify --level quick
vertaug verify --only b.sphere --set b.sphere.poisson=0.45 --set b.sphere.meshes=4,8,16
```
"""


def _verdict(level: str, outcomes: Sequence[Outcome]) -> str:
    """One sentence on a level."""
    entries = [entry for outcome in outcomes for entry in outcome.entries]
    orders = [e for e in entries if e.check.order is not None and e.check.least_order is not None]
    passed = sum(entry.passed for entry in entries)
    return (
        f"Level {level}: {passed} of {len(entries)} checks passed in {len(outcomes)} problems, "
        f"{len(orders)} of them with an order of convergence."
    )


def _groups(levels: Levels) -> list[str]:
    """Table of groups and levels."""
    names = list(levels)
    heads = "".join(f" checks, {name} | passed |" for name in names)
    lines = [f"| group | problems |{heads}", "|---|---|" + "---|---|" * len(names)]
    for group in GROUPS:
        own = {
            level: [outcome for outcome in outcomes if outcome.problem.group == group]
            for level, outcomes in levels.items()
        }
        if own[names[-1]]:
            rows = [[e for outcome in own[name] for e in outcome.entries] for name in names]
            cells = "".join(f" {len(row)} | {sum(e.passed for e in row)} |" for row in rows)
            lines.append(f"| {group} | {len(own[names[-1]])} |{cells}")
    return lines


def markdown(levels: Levels) -> str:
    """The report as text; nothing in it depends on machine or time."""
    *others, main = levels
    verdicts = " ".join(_verdict(level, levels[level]) for level in (main, *others))
    lines = ["# Verification", ""]
    lines += [f"Written by `vertaug verify`, vertaug {__version__}. {verdicts}", "", INTRODUCTION]
    lines += _groups(levels)
    beside = {level: {outcome.problem.id: outcome for outcome in levels[level]} for level in others}
    for group in GROUPS:
        own = [outcome for outcome in levels[main] if outcome.problem.group == group]
        lines += ["", f"## {group}", ""] if own else []
        for outcome in own:
            name = outcome.problem.id
            lines += _section(outcome, {level: found[name] for level, found in beside.items()})
    return "\n".join(lines).rstrip() + "\n"


def write_report(levels: Levels, folder: Path) -> tuple[Path, Path]:
    """Write both files into ``folder``, made if absent; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    text, data = folder / "verification.md", folder / "verification.json"
    text.write_text(markdown(levels), encoding="utf-8")
    rows = [row for level, outcomes in levels.items() for row in records(outcomes, level)]
    content = json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False)
    data.write_text(content + "\n", encoding="utf-8")
    return text, data
