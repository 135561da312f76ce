# SPDX-License-Identifier: BSD-3-Clause
"""Targets and what was found, as lines, JSON and a document."""

from __future__ import annotations

import importlib
import json
import math
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from vertaug import __version__
from vertaug.procedure.checkpoint import atomic_write
from vertaug.validation.convergence import study_lines
from vertaug.validation.parameters import Frozen
from vertaug.validation.running import Outcome, Run
from vertaug.validation.targets import Target

__all__ = ["RUN_FILE", "Row", "markdown", "reasons", "records", "rows", "table", "write_report"]

Reasons = Mapping[tuple[str, str], str]

RUN_FILE = "validation_run.json"


@dataclass(frozen=True)
class Row:
    """A target with what was found for it: `value` is None where nothing was, `why` then says why."""

    target: Target
    value: float | None
    why: str = ""

    @property
    def in_band(self) -> bool | None:
        """Whether the value lies in its band, None where there is none."""
        return None if self.value is None else self.target.holds(self.value)

    @property
    def verdict(self) -> str:
        """One word."""
        return {None: "not run", True: "in band", False: "MISSED"}[self.in_band]


def rows(targets: Sequence[Target], outcomes: Sequence[Outcome]) -> list[Row]:
    """Rows of the experiments that were run, in the order of the targets."""
    known = {outcome.experiment.id: outcome for outcome in outcomes}
    return [_row(target, known[target.id]) for target in targets if target.id in known]


def _row(target: Target, outcome: Outcome) -> Row:
    """Row of one target."""
    value = outcome.values.get(target.quantity)
    if value is not None and math.isfinite(value):
        return Row(target, float(value))
    why = outcome.failure or outcome.lacking or outcome.unable.get(target.quantity, "")
    return Row(target, None, why or "its experiment does not tell it")


def records(found: Sequence[Row]) -> list[dict[str, Any]]:
    """Content of ``validation.json``."""
    return [
        {
            "id": row.target.id, "source": row.target.source, "quantity": row.target.quantity,
            "target": row.target.target, "band": list(row.target.band), "value": row.value,
            "in_band": row.in_band, "role": row.target.role,
        }
        for row in found
    ]  # fmt: skip


def reasons() -> Reasons:
    """Why targets are missed, by id and quantity."""
    text = (
        resources.files("vertaug.validation").joinpath("reasons.toml").read_text(encoding="utf-8")
    )
    return {
        (row["id"], row["quantity"]): row["reason"] for row in tomllib.loads(text).get("reason", [])
    }


def _number(value: float | None) -> str:
    """A number of a table."""
    return "–" if value is None else f"{value:.4g}"


def table(found: Sequence[Row]) -> list[str]:
    """Lines of a table for a terminal."""
    cells = [
        (r.target.id, r.target.quantity, _number(r.target.target), r.target.band_text, _number(r.value), r.verdict,
         r.target.role, r.why)
        for r in found
    ]  # fmt: skip
    heads = ("id", "quantity", "target", "band", "ours", "", "role", "")
    widths = [max(len(row[i]) for row in [heads, *cells]) for i in range(7)]
    lines = []
    for row in [heads, *cells]:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True))
        lines.append(line.rstrip())
    return lines


def _section(role: str, found: Sequence[Row]) -> list[str]:
    """Table of one role."""
    own = [row for row in found if row.target.role == role]
    held = sum(row.in_band is True for row in own)
    run = sum(row.value is not None for row in own)
    title = {"calibration": "Calibration", "validation": "Validation"}[role]
    told = {
        "calibration": "Numbers that a constant was fitted to or chosen in sight of: the law can do it.",
        "validation": "Numbers that nothing was fitted to.",
    }[role]
    lines = [
        f"## {title}", "", f"{told} {held} of {run} in their bands, {len(own) - run} not run.", "",
        "| id | quantity | source | mark | target | band | ours | |", "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in own:
        t = row.target
        mark = {True: "in band", False: "**missed**", None: "not run"}[row.in_band]
        cells = (
            t.id,
            t.quantity,
            t.source,
            t.mark,
            _number(t.target),
            t.band_text,
            _number(row.value),
            mark,
        )
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _misses(found: Sequence[Row], why: Reasons) -> Iterator[str]:
    """Lines on what was missed and what was not run."""
    missed = [row for row in found if row.in_band is False]
    if missed:
        yield from ("## Why targets are missed", "")
        for row in missed:
            text = why.get((row.target.id, row.target.quantity), "No reason is known yet.")
            yield f"- **{row.target.id}, {row.target.quantity}** ({_number(row.value)}): {text}"
        yield ""
    absent: dict[tuple[str, str], list[str]] = {}
    for row in found:
        if row.value is None:
            absent.setdefault((row.target.id, row.why), []).append(row.target.quantity)
    if absent:
        yield from ("## What was not run", "")
        for (name, reason), quantities in absent.items():
            yield f"- **{name}**: {reason} ({'; '.join(quantities)})."
        yield ""


def _plain(value: Any) -> str:
    """A fact as text, numbers to four digits."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return "(" + ", ".join(_plain(item) for item in value) + ")"
    return str(value)


def _facts(facts: Mapping[str, Any]) -> Iterator[str]:
    """Further numbers of an experiment, those that are no long curves."""
    for key, value in facts.items():
        text = _plain(value)
        if len(text) <= 400:
            yield f"- {key}: {text}"


def _convergence(studies: Sequence[Outcome]) -> Iterator[str]:
    """Tables of the studies of convergence, where they were run."""
    if not studies:
        return
    yield from ("## Convergence of the demonstration", "", CONVERGENCE, "")
    yield from study_lines({outcome.experiment.id: outcome.values for outcome in studies})
    yield ""
    for outcome in studies:
        if outcome.failure:
            yield f"- {outcome.experiment.title}: {outcome.failure}"
    yield ""


CONVERGENCE = """\
The demonstration with its mesh, its cavities' mesh and the grid of its cement refined together, and with other steps
of its inflation and injection on a mesh with edges times 1.3. The demonstration leaks nothing: leaked is what the
same vertebra lets out without balloons, its upper endplate breached, when 5 mL are injected on each side. Index: the
band in which the limit should lie (Celik 2008), the observed order held between 0.5 and 2; where values oscillate or
diverge the larger difference and an order of 0.5 are taken."""


def _runs(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Table of what the experiments were run with."""
    groups: dict[Run, list[str]] = {}
    for outcome in outcomes:
        if outcome.run is not None:
            groups.setdefault(outcome.run, []).append(outcome.experiment.id)
    if groups:
        yield from (RUNS, "", "| meshes | engine | parameters | experiments |", "|---|---|---|---|")
        for run, names in groups.items():
            cells = (run.level, f"`{run.engine}`", f"`{run.parameters}`", ", ".join(names))
            yield "| " + " | ".join(cells) + " |"
        yield ""


RUNS = """\
Each experiment with what it was run with; `engine` is the digest of the sources of engine and kernels, experiments
left out (`vertaug.validation.running.code_digest`)."""


def _protocols(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What every experiment took from its paper and what it assumes, from its module."""
    yield from ("## Experiments", "")
    for outcome in outcomes:
        item = outcome.experiment
        yield from (f"### {item.id}: {item.title}", "")
        if item.module:
            text = importlib.import_module(item.path).__doc__ or ""
            yield from ("\n".join(text.strip().splitlines()[1:]).strip(), "")
            if outcome.seconds:
                yield from (
                    f"{outcome.processor_seconds:.0f} s of processor time. Further numbers:",
                    "",
                )
                yield from (*_facts(outcome.facts), "")
        else:
            yield from (f"Cannot be run: {item.lacking}.", "")


INTRODUCTION = """\
Published experiments, repeated by `vertaug validate` with one set of parameters that was frozen beforehand
(`src/vertaug/validation/parameters.toml`); an experiment adds only what its specimens were and how they were treated.
No parameter is changed for one experiment. Marks: found, read in the source (mostly its abstract); recalled, known
from it and not read again.

```sh
vertaug validate --out runs/validation                 # all of them; started again it goes on
vertaug validate --only V1,V4 --level coarse --out runs/validation
vertaug validate --only V4 --level coarse --record docs # run again: its rows alone change in that record
vertaug validate --freeze "why"                        # after a constant has changed
```
"""


def markdown(
    found: Sequence[Row],
    outcomes: Sequence[Outcome],
    frozen: Frozen,
    why: Reasons,
    studies: Sequence[Outcome] = (),
) -> str:
    """The document of a validation."""
    told = f"Parameters now `{frozen.digest[:12]}`: {frozen.reason.rstrip('.')}."
    lines = [
        "# Validation",
        "",
        f"Written by `vertaug validate`, vertaug {__version__}. {told}",
        "",
        INTRODUCTION,
        *_runs((*outcomes, *studies)),
    ]
    for role in ("calibration", "validation"):
        lines += _section(role, found)
    lines += [*_misses(found, why), *_convergence(studies), *_protocols(outcomes)]
    return "\n".join(lines).rstrip() + "\n"


def write_report(
    found: Sequence[Row],
    outcomes: Sequence[Outcome],
    frozen: Frozen,
    folder: Path,
    studies: Sequence[Outcome] = (),
) -> Path:
    """Write ``validation.json``, ``validation_run.json`` and ``validation.md`` into ``folder``; returns the first."""
    folder.mkdir(parents=True, exist_ok=True)

    def put(name: str, data: Any) -> Path:
        text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        atomic_write(folder / name, text)
        return folder / name

    put(
        RUN_FILE,
        {
            "vertaug": __version__, "parameters_sha256": frozen.digest, "frozen_for": frozen.reason,
            "experiments": [
                {"id": o.experiment.id, "seconds": o.seconds, "processor_seconds": o.processor_seconds,
                 "run": None if o.run is None else asdict(o.run), "failure": o.failure, "lacking": o.lacking,
                 "values": dict(o.values), "unable": dict(o.unable), "facts": dict(o.facts)}
                for o in (*outcomes, *studies)
            ],
        },
    )  # fmt: skip
    atomic_write(folder / "validation.md", markdown(found, outcomes, frozen, reasons(), studies))
    return put("validation.json", records(found))
