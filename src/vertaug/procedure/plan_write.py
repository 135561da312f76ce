# SPDX-License-Identifier: BSD-3-Clause
"""Writes a plan back as TOML, with every default and every unit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vertaug.procedure.plan import Plan

__all__ = ["resolved_toml", "toml_value"]


def toml_value(value: Any) -> str:
    """TOML text of a scalar or a list."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, (str, Path)):
        return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
    message = f"no TOML form for {type(value).__name__}"
    raise TypeError(message)


def _is_tables(value: Any) -> bool:
    """Whether ``value`` is written as an array of tables."""
    return isinstance(value, (list, tuple)) and bool(value) and isinstance(value[0], dict)


def _write(table: dict[str, Any], header: str, lines: list[str]) -> None:
    """Append the keys of ``table``, then the tables below it."""
    nested = {k: v for k, v in table.items() if isinstance(v, dict) or _is_tables(v)}
    lines += [f"{k} = {toml_value(v)}" for k, v in table.items() if k not in nested]
    for key, value in nested.items():
        name = f"{header}.{key}" if header else key
        repeated = not isinstance(value, dict)
        for item in value if repeated else [value]:
            lines += ["", f"[[{name}]]" if repeated else f"[{name}]"]
            _write(item, name, lines)


def resolved_toml(plan: Plan) -> str:
    """Return ``plan`` as TOML in which nothing is left to defaults."""
    lines = ["# Plan as resolved: every default is written."]
    _write(plan.model_dump(by_alias=True, exclude_none=True), "", lines)
    return "\n".join(lines) + "\n"
