# SPDX-License-Identifier: BSD-3-Clause
"""What pydantic says of a wrong value, in the words of a plan: what was expected, and the fix."""

from __future__ import annotations

import difflib
import re
from typing import Any

from vertaug.procedure.plan_model import Entry
from vertaug.procedure.plan_write import toml_value

__all__ = ["wrong_value"]

_NAME = "a name of small letters, digits and _ that begins with a letter"


def wrong_value(
    kind: str, value: Any, message: str, entry: Entry | None, header: str
) -> tuple[str, str]:
    """Return what was expected and the fix.

    ``kind`` and ``message`` are pydantic's, ``value`` what the plan gives for the key ``entry``; ``header`` is the
    line over a table there.
    """
    if kind == "literal_error" and entry is not None:
        return _choice(value, entry.choices)
    if kind == "string_pattern_mismatch":
        return _NAME, f'write "{_as_name(str(value))}"'
    if kind in _RANGES and entry is not None and entry.allowed:
        return f"a number, {entry.allowed}", "give a value in that range"
    if kind == "tuple_type" and entry is not None:
        return _list(value, entry, header)
    if kind in ("model_type", "model_attributes_type") and entry is not None:
        return "a table", f"write {header} on a line of its own, and its keys below it"
    for start, (expected, fix) in _TYPES.items():
        if kind.startswith(start):
            return f"{expected}{_of(entry)}", fix
    if kind == "string_type":
        return "text in quotes", f'write "{value}"'
    return message.removeprefix("Input should be "), "correct the value"


_RANGES = ("less_than", "less_than_equal", "greater_than", "greater_than_equal", "finite_number")
_TYPES = {
    "bool_": ("true or false", "write true or false, without quotes"),
    "int_": ("a whole number", "write a whole number, without quotes and unit"),
    "float_": ("a plain number", "write the number alone: it has no unit"),
    "path_": ("the name of a file", "write the name in quotes"),
    "too_short": ("at least one entry", "add one, or leave the key out"),
}


def _of(entry: Entry | None) -> str:
    """Range of a key, to go on with after its kind."""
    return f", {entry.allowed}" if entry is not None and entry.allowed else ""


def _choice(value: Any, choices: tuple[Any, ...]) -> tuple[str, str]:
    """Phrases for a value that is none of the ``choices``."""
    words = {str(choice).lower(): choice for choice in choices}
    near = difflib.get_close_matches(str(value).lower(), list(words), n=1, cutoff=0.7)
    fix = f"did you mean {toml_value(words[near[0]])}?" if near else "choose one of these"
    shown = ", ".join(toml_value(choice) for choice in choices)
    return shown if len(choices) == 1 else f"one of {shown}", fix


def _list(value: Any, entry: Entry, header: str) -> tuple[str, str]:
    """Phrases for what should be a list, or tables of which there may be several."""
    if entry.kind == "tables":
        return (
            "tables under two brackets, since there may be several",
            f"write {header} over each of them",
        )
    shown = toml_value([value]) if isinstance(value, (str, int, float)) else "[...]"
    return "a list in square brackets", f"write {shown}"


def _as_name(text: str) -> str:
    """``text`` as a name may be written."""
    name = re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")
    return name if name[:1].isalpha() else f"n{name}"
