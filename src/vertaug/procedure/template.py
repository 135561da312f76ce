# SPDX-License-Identifier: BSD-3-Clause
"""A commented new plan and the reference of all keys, both from the plan's declarations."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from vertaug.balloon.catalogue import catalogue
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_load import demo_keys
from vertaug.procedure.plan_model import Entry, entries, tag_of
from vertaug.procedure.plan_write import toml_value
from vertaug.procedure.stage_rules import RULES, Condition

__all__ = ["SOURCES", "new_plan_text", "reference_page"]

SOURCES = ("parametric", "surface", "mesh", "ct")
_HEAD = """\
# A plan for vertaug. Every physical number is text with a unit, such as "15 mm".
# Lines that begin with "# key =" show defaults; remove the "# " to change them.
# Check it with: vertaug check PLAN      Run it with: vertaug run PLAN --out DIR
"""
_EXAMPLES: dict[str, Any] = {
    "file": "vertebra.stl",
    "image": "ct.nii.gz",
    "segmentation": "segmentation.nii.gz",
    "label": 20,
    "product": "cement.toml",
    "density": "75 mg/cm^3",
    "fresh_cure": 0.001,
    "heat": "155 J/mL",
    "shrinkage": 0.051,
    "kind": "access",
    "name": "drill",
}


def new_plan_text(source: str = "parametric") -> str:
    """Return a commented plan for an anatomy ``source``: the demonstration's procedure.

    Files it names are examples; all other values are valid.
    """
    data = demo_keys()
    if source != "parametric":
        data["anatomy"] = {"source": source, "level": "L1"}
    if source == "ct":
        data["anatomy"]["image"] = _EXAMPLES["image"]
    lines = [_HEAD.rstrip()]
    for entry in entries(Plan):
        lines += _block(entry, data.get(entry.key), entry.key, source)
    return "\n".join(lines) + "\n"


def _block(entry: Entry, given: Any, header: str, source: str) -> Iterator[str]:
    """Yield lines of one table (or each of an array of tables) and of what is below it."""
    model = _model(entry, source)
    for item in given if isinstance(given, list) else [given or {}]:
        shown = entry.kind == "table" or bool(given)
        title = f"[[{header}]]" if entry.kind == "tables" else f"[{header}]"
        active = shown and not (entry.default is None and given is None and not entry.is_required)
        prefix = "" if active else "# "
        yield ""
        yield f"# {entry.meaning}"
        yield from _notes(header)
        yield prefix + title
        for inner in entries(model):
            if inner.kind == "value":
                yield _line(inner, item, prefix)
        for inner in entries(model):
            if inner.kind != "value" and (active or inner.kind == "table"):
                yield from _block(inner, item.get(inner.key), f"{header}.{inner.key}", source)


def _notes(header: str) -> Iterator[str]:
    """Lines that tell what a table may choose from."""
    if header == "balloon":
        yield from (f"#   {kind.described}" for kind in catalogue().values())


def _model(entry: Entry, source: str) -> type[BaseModel]:
    """Return the table class; for the anatomy that of ``source``."""
    if len(entry.models) == 1:
        return entry.models[0]
    if tag_of(entry.models[0])[0] == "source":
        return entry.models[SOURCES.index(source)]
    return entry.models[-1]


def _line(entry: Entry, given: dict[str, Any], prefix: str) -> str:
    """One key with its value and meaning; commented out where the plan need not give it."""
    value = given.get(entry.key, entry.default)
    active = entry.key in given or entry.is_required
    if value is None:
        value = ["0 mm", "0 mm", "0 mm"] if entry.is_position else _example(entry)
    mark = prefix if active else "# "
    note = f"{entry.meaning} ({entry.allowed})" if entry.allowed else entry.meaning
    return f"{mark}{entry.key} = {toml_value(value)}  # {note}"


def _example(entry: Entry) -> Any:
    """Return a value that shows how a key without default is written."""
    if entry.key in _EXAMPLES:
        return _EXAMPLES[entry.key]
    if entry.physical is not None:
        return entry.physical.high
    return 0.85 if entry.key == "waist" else 1


def reference_page() -> str:
    """Return the reference of all keys in Markdown, the contents of ``docs/plan.md``."""
    lines = ["# The plan", "", *textwrap.dedent(_INTRODUCTION).strip().splitlines(), ""]
    for entry in entries(Plan):
        for model in entry.models:
            title = f"[[{entry.key}]]" if entry.kind == "tables" else f"[{entry.key}]"
            if len(entry.models) > 1:
                title += _told_by(model)
            lines += _section(title, entry.key, model, entry.meaning)
    lines += _order_of_stages()
    return "\n".join(lines).rstrip() + "\n"


_INTRODUCTION = """
One TOML file describes one procedure. Every physical number is text with a unit, such as
`"400 psi"`; any unit of the right dimension is taken. An unknown key is an error. Files are taken
from the plan's own folder. Positions are in the vertebral frame: origin in the body's centre, the
three numbers to the left, to the back, and upward. This page is made from the declarations in the
code: `python -m vertaug.procedure.template > docs/plan.md`.
"""


def _section(title: str, path: str, model: type[BaseModel], meaning: str) -> list[str]:
    """Lines of one table and of the tables below it."""
    lines = [f"## `{title}`", "", meaning[:1].upper() + meaning[1:] + ".", ""]
    lines += ["| key | default | allowed | meaning | source |", "|---|---|---|---|---|"]
    inner = entries(model)
    lines += [_row(entry) for entry in inner if entry.kind == "value"] + [""]
    for entry in inner:
        for below in entry.models:
            name = f"{path}.{entry.key}"
            below_title = f"[[{name}]]" if entry.kind == "tables" else f"[{name}]"
            if len(entry.models) > 1:
                below_title += _told_by(below)
            lines += _section(below_title, name, below, entry.meaning)
    return lines


def _told_by(model: type[BaseModel]) -> str:
    """What tells a table from others of its name, to go on with after its title."""
    key, words = tag_of(model)
    return f" with {key} = " + ", ".join(f'"{word}"' for word in words)


def _row(entry: Entry) -> str:
    """Table row of one key."""
    written = "" if entry.default is None else f"`{toml_value(entry.default)}`"
    default = "required" if entry.is_required else written
    cells = (f"`{entry.key}`", default, entry.allowed, entry.meaning, entry.source)
    return "| " + " | ".join(cells) + " |"


def _order_of_stages() -> list[str]:
    """Lines that say where each kind of stage may stand."""

    def listed(conditions: Iterable[Condition]) -> str:
        return ", ".join(condition.value for condition in conditions)

    meaning = "What must be there before a stage, what must not, and what it leaves behind or ends."
    lines = ["## Order of stages", "", meaning, ""]
    lines += ["| kind | needs | not with | makes | ends |", "|---|---|---|---|---|"]
    for kind, rule in RULES.items():
        cells = (listed(rule.needs), listed(rule.bars), listed(rule.makes), listed(rule.ends))
        lines.append(f"| `{kind}` | " + " | ".join(cells) + " |")
    return lines


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference_page())
