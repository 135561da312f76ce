# SPDX-License-Identifier: BSD-3-Clause
"""Reads plans and turns everything that is wrong with one into errors a user can act on."""

from __future__ import annotations

import copy
import difflib
import re
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from vertaug.errors import InputError, InputErrors
from vertaug.procedure import plan_lines
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_model import Entry, entries, named_files, section_at, tag_of
from vertaug.procedure.plan_phrases import wrong_value

__all__ = ["build_plan", "demo_keys", "read_demo", "read_plan"]

KeyPath = tuple[str | int, ...]


def read_plan(path: Path) -> Plan:
    """Return the plan in the TOML file ``path``."""
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        fix = f"check the name, or write a plan with: vertaug new {path}"
        raise InputError(str(path), "plan", found, "a plan in TOML", fix, "E-PLAN-008")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            str(path), "plan", f"no text: {error.reason}", "UTF-8 text", "save it as UTF-8",
            "E-PLAN-007",
        ) from error  # fmt: skip
    return _parse(text, str(path), path.resolve().parent)


def read_demo() -> Plan:
    """Return the plan that comes with the package."""
    return _parse(_demo_text(), "demo.toml", Path.cwd())


def demo_keys() -> dict[str, Any]:
    """Return its keys and values as they are written, to make another plan of."""
    return tomllib.loads(_demo_text())


def _demo_text() -> str:
    return resources.files("vertaug.procedure").joinpath("demo.toml").read_text(encoding="utf-8")


def _parse(text: str, where: str, base: Path) -> Plan:
    """Plan of a TOML text."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, where) from error
    return build_plan(data, where, base, plan_lines.lines_of(text))


def _syntax_error(message: str, text: str, where: str) -> InputError:
    """Error for a text that is no TOML; names the line and shows it."""
    match = re.search(r"at line (\d+)", message)
    line = int(match[1]) if match else len(text.splitlines())
    shown = (text.splitlines() or [""])[min(line, len(text.splitlines()) or 1) - 1].strip()
    phrase = re.sub(r"\s*\(at .*\)$", "", message)
    expected, fix = 'TOML, such as length = "15 mm"', "correct this line"
    header = re.match(r"\[+\s*([\w.]+)\s*\]+", shown)
    if "overwrite" in phrase or "twice" in phrase or "immutable" in phrase:
        expected, fix = "each key once", "remove one of the two"
        if header is not None and header[1] in _REPEATED:
            expected = "two brackets around the name of a table that may be there several times"
            fix = f"write [[{header[1]}]] over each of them"
    return InputError(
        f"{where}, line {line}", "plan", f"{phrase}: {shown}", expected, fix, "E-PLAN-007"
    )


_REPEATED = ("balloon", "cannula", "vein", "defect", "cement.injection", "procedure.stage")
"""Tables that may be there several times."""


def build_plan(data: Mapping[str, Any], where: str, base: Path, lines: dict[KeyPath, int]) -> Plan:
    """Return the plan of nested tables; ``lines`` tells where each key stands in ``where``."""
    located = _Located(where, lines, data)
    resolved, errors = _with_files(data, base, located)
    try:
        plan = Plan.model_validate(resolved)
    except ValidationError as error:
        errors = [*located.translate(error), *errors]
    if errors:
        raise errors[0] if len(errors) == 1 else InputErrors(tuple(errors))
    return plan


def _with_files(
    data: Mapping[str, Any], base: Path, located: _Located
) -> tuple[dict[str, Any], list[InputError]]:
    """Tables with absolute files, and an error for each file that is not there."""
    changed = copy.deepcopy(dict(data))
    errors = []
    for path, value in named_files(Plan, data):
        file = (base / Path(value).expanduser()).resolve()
        table: Any = changed
        for part in path[:-1]:
            table = table[part]
        table[path[-1]] = str(file)
        if not file.exists():
            found, fix = (
                f"no such file: {file}",
                "correct the path; it is taken from the plan's folder",
            )
            errors.append(located.error(path, "E-PLAN-008", found, "a file that exists", fix))
    return changed, errors


class _Located:
    """Turns pydantic's findings into input errors with file, line and dotted field."""

    def __init__(self, where: str, lines: dict[KeyPath, int], data: Mapping[str, Any]) -> None:
        self.where = where
        self.lines = lines
        self.data = data

    def error(self, path: KeyPath, code: str, found: str, expected: str, fix: str) -> InputError:
        """Input error at ``path``."""
        line = plan_lines.line_of(path, self.lines)
        where = f"{self.where}, line {line}" if line else self.where
        return InputError(where, self.dotted(path), found, expected, fix, code)

    def dotted(self, path: KeyPath) -> str:
        """Field as a user would say it: ``balloon.left.length``, ``balloon[0].length``."""
        words: list[str] = []
        data: Any = self.data
        for part in path:
            data = _below(data, part)
            if isinstance(part, str):
                words.append(part)
            elif isinstance(data, dict) and isinstance(data.get("name"), str):
                words.append(data["name"])
            elif words:
                words[-1] += f"[{part}]"
        return ".".join(words) or "plan"

    def translate(self, error: ValidationError) -> list[InputError]:
        """One input error for each field pydantic complains about."""
        found: dict[KeyPath, InputError] = {}
        for item in error.errors(include_url=False):
            path, translated = self._translate_one(item)
            found.setdefault(path, translated)
        return list(found.values())

    def _translate_one(self, item: Any) -> tuple[KeyPath, InputError]:
        """Path and input error of one finding."""
        kind, path = item["type"], self._path(item["loc"], item["type"])
        context = item.get("ctx", {})
        if kind == "plan":
            path = (*path, *_field_path(context["field"]))
            phrases = (context["code"], context["found"], context["expected"], context["fix"])
        elif kind == "extra_forbidden":
            phrases = self._unknown_key(path)
        elif kind in ("missing", "union_tag_not_found"):
            path = (*path, _tag(context)) if kind != "missing" else path
            phrases = self._missing_key(path)
        elif kind == "union_tag_invalid":
            path = (*path, _tag(context))
            expected = f"one of {context['expected_tags']}"
            phrases = ("E-PLAN-006", repr(context["tag"]), expected, "choose one of these")
        else:
            entry, header = self._entry(path)
            phrases = (
                "E-PLAN-006", _shown(item["input"]), *wrong_value(kind, item["input"], item["msg"], entry, header),
            )  # fmt: skip
        return path, self.error(path, *phrases)

    def _path(self, location: tuple[str | int, ...], kind: str) -> KeyPath:
        """Pydantic's location without the tags it puts in for unions."""
        path: KeyPath = ()
        data: Any = self.data
        for index, part in enumerate(location):
            if not isinstance(data, (dict, list)):
                break
            inside = _below(data, part) is not None or (isinstance(data, dict) and part in data)
            last = index == len(location) - 1
            if inside or (last and kind == "missing"):
                path = (*path, part)
                data = _below(data, part)
        return path

    def _entry(self, path: KeyPath) -> tuple[Entry | None, str]:
        """Declaration of the key that ``path`` leads to, and the header of a table there."""
        keys = path[:-1] if isinstance(path[-1], int) else path
        model = section_at(Plan, keys[:-1], self.data)
        found = [entry for entry in entries(model) if entry.key == keys[-1]] if model else []
        if not found:
            return None, ""
        name = ".".join(part for part in keys if isinstance(part, str))
        return found[0], f"[[{name}]]" if found[0].kind == "tables" else f"[{name}]"

    def _unknown_key(self, path: KeyPath) -> tuple[str, str, str, str]:
        """Phrases for a key that the table does not have, with the nearest one that it has."""
        key = str(path[-1])
        model = section_at(Plan, path[:-1], self.data)
        keys = [entry.key for entry in entries(model)] if model else []
        near = difflib.get_close_matches(key, keys, n=1, cutoff=0.5)
        fix = f'did you mean "{near[0]}"?' if near else _elsewhere(key)
        return "E-PLAN-001", f'unknown key "{key}"', f"one of {', '.join(keys)}", fix

    def _missing_key(self, path: KeyPath) -> tuple[str, str, str, str]:
        """Phrases for a key that must be given."""
        model = section_at(Plan, path[:-1], self.data)
        meaning = (
            [entry.meaning for entry in entries(model) if entry.key == path[-1]] if model else []
        )
        expected = meaning[0] if meaning else self._choices(path)
        fix = f'add "{path[-1]}"'
        if len(path) == 1:
            fix = f"add a table [{path[-1]}]; a commented plan comes from: vertaug new"
        return "E-PLAN-002", "nothing", expected, fix

    def _choices(self, path: KeyPath) -> str:
        """Tags of the tables that could stand where one without a tag does."""
        keys = [part for part in path[:-1] if isinstance(part, str)]
        model = section_at(Plan, tuple(keys[:-1]), self.data) or Plan
        found = [entry.models for entry in entries(model) if keys and entry.key == keys[-1]]
        return "one of " + ", ".join(
            word for item in (found[0] if found else ()) for word in tag_of(item)[1]
        )


def _tag(context: Mapping[str, Any]) -> str:
    """Key that tells tables apart, as pydantic names it."""
    return str(context["discriminator"]).strip("'")


def _below(data: Any, part: str | int) -> Any:
    """Value below ``part``; None where there is none."""
    if isinstance(part, int):
        return data[part] if isinstance(data, list) and part < len(data) else None
    return data.get(part) if isinstance(data, dict) else None


def _field_path(field: str) -> KeyPath:
    """Path of a dotted field with indices in brackets."""
    parts = re.findall(r"[a-z_]+|\d+", field)
    return tuple(int(part) if part.isdigit() else part for part in parts)


def _elsewhere(key: str) -> str:
    """Fix for a key that is near to none here: the table it belongs to, if there is one."""
    for entry in entries(Plan):
        for model in entry.models:
            if key in [inner.key for inner in entries(model)]:
                return f"it belongs to [{entry.key}]"
    return "remove it; a new commented plan comes from: vertaug new"


def _shown(value: Any) -> str:
    """Return ``value`` as a phrase of bounded length."""
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
