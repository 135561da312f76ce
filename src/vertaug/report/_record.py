# SPDX-License-Identifier: BSD-3-Clause
"""Read back what a run left in its folder; ``docs/outputs.md`` states the names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vertaug.errors import InputError
from vertaug.outcomes import read_curve
from vertaug.viz import Picture, read_index

__all__ = ["Record", "read_record"]

_REQUIRED = ("schema", "version", "stages", "balances", "mesh", "timings_s", "warnings")


@dataclass(frozen=True)
class Record:
    """A run as it lies in its folder; what was not written is empty.

    `summary` is ``summary.json``; `inflation`, `injection`, `free` are rows of text by column;
    `plan` the resolved plan's text; `parameters` the cards of the laws used.
    """

    folder: Path
    summary: dict[str, Any]
    inflation: list[dict[str, str]]
    injection: list[dict[str, str]]
    free: list[dict[str, str]]
    pictures: tuple[Picture, ...]
    plan: str
    parameters: list[dict[str, Any]]


def read_record(folder: Path) -> Record:
    """Read the run in ``folder``.

    Raises
    ------
    InputError
        Where ``summary.json`` is missing, is not JSON, or lacks an entry of the contract.
    """
    return Record(
        folder=folder,
        summary=_summary(folder / "summary.json"),
        inflation=_curve(folder / "curves" / "inflation.csv"),
        injection=_curve(folder / "curves" / "injection.csv"),
        free=_curve(folder / "curves" / "free_inflation.csv"),
        pictures=read_index(folder / "pictures"),
        plan=_text(folder / "plan.toml"),
        parameters=json.loads(_text(folder / "parameters.json") or "[]"),
    )


def _summary(path: Path) -> dict[str, Any]:
    """Read and check the summary."""
    if not path.is_file():
        found, fix = "no such file", "give the folder of a run that has finished a stage"
        raise InputError(str(path), "summary.json", found, "the summary of a run", fix, "E-REP-001")
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        fix = "run the plan again into a new folder"
        raise InputError(str(path), "whole file", str(error), "JSON", fix, "E-REP-002") from error
    missing = [name for name in _REQUIRED if name not in summary] if summary else _REQUIRED
    if missing:
        found, fix = f"no {', '.join(missing)}", "run the plan again with this version"
        expected = "every entry of the summary's schema"
        raise InputError(str(path), missing[0], found, expected, fix, "E-REP-003")
    return dict(summary)


def _curve(path: Path) -> list[dict[str, str]]:
    """Rows of a curve; none where the stage was not run."""
    return read_curve(path) if path.is_file() else []


def _text(path: Path) -> str:
    """Content of a file; empty where there is none."""
    return path.read_text(encoding="utf-8") if path.is_file() else ""
