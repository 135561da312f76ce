# SPDX-License-Identifier: BSD-3-Clause
"""Finds the line of a key in a TOML file, for messages."""

from __future__ import annotations

import re

__all__ = ["Path", "line_of", "lines_of"]

Path = tuple[str | int, ...]
_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+))*)\s*="""
)


def _parts(dotted: str) -> list[str]:
    """Keys of a dotted key."""
    return [part.strip().strip("\"'") for part in dotted.split(".")]


def lines_of(text: str) -> dict[Path, int]:
    """Return the line number (from 1) of every table header and key in a TOML text.

    Keys of arrays of tables carry the index: ``("balloon", 1, "length")``.
    """
    counts: dict[Path, int] = {}
    lines: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _open_table(_parts(header[2]), header[1] == "[[", counts)
            lines.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if key:
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _open_table(parts: list[str], repeated: bool, counts: dict[Path, int]) -> Path:
    """Path of the table a header opens; ``counts`` holds how often each array was opened."""
    path: Path = ()
    for index, part in enumerate(parts):
        path = (*path, part)
        if repeated and index == len(parts) - 1:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path = (*path, counts[path] - 1)
    return path


def line_of(path: Path, lines: dict[Path, int]) -> int | None:
    """Line of ``path`` or of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None
