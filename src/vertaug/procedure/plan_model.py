# SPDX-License-Identifier: BSD-3-Clause
"""Reads the declarations of a plan back: which keys a table has, and what each is."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from vertaug.procedure.plan_fields import Physical, PhysicalVector

__all__ = ["Entry", "entries", "files_of", "named_files", "section_at", "tag_of"]


@dataclass(frozen=True)
class Entry:
    """One key of a table: its name in the file, its attribute, and the tables below it, if any."""

    key: str
    attribute: str
    info: FieldInfo
    kind: Literal["value", "table", "tables"]
    models: tuple[type[BaseModel], ...]

    @property
    def is_required(self) -> bool:
        """Whether a plan must give the key."""
        return self.info.is_required()

    @property
    def default(self) -> Any:
        """Default as declared (physical ones as text), None where there is none."""
        return None if self.info.default is PydanticUndefined else self.info.default

    @property
    def meaning(self) -> str:
        """One phrase."""
        return self.info.description or ""

    @property
    def source(self) -> str:
        """Where the default comes from, empty where it is a choice."""
        extra = self.info.json_schema_extra
        return str(extra.get("source", "")) if isinstance(extra, dict) else ""

    @property
    def physical(self) -> Physical | None:
        """Mark of a physical number (of a component for a position)."""
        for mark in (*self.info.metadata, *_marks(self.info.annotation)):
            if isinstance(mark, PhysicalVector):
                return mark.scalar
            if isinstance(mark, Physical):
                return mark
        return None

    @property
    def is_file(self) -> bool:
        """Whether the value is a file or a folder."""
        parts = (self.info.annotation, *typing.get_args(self.info.annotation))
        return any(part is Path for part in parts)

    @property
    def is_position(self) -> bool:
        """Whether the value is three numbers."""
        marks = (*self.info.metadata, *_marks(self.info.annotation))
        return any(isinstance(mark, PhysicalVector) for mark in marks)

    @property
    def allowed(self) -> str:
        """Choices or range, as one phrase; empty where anything goes."""
        if self.physical is not None:
            return f"{self.physical.low} to {self.physical.high}"
        if self.choices:
            return ", ".join(str(choice) for choice in self.choices)
        low, high = self._limit("ge", ""), self._limit("le", "")
        if low and high:
            return f"{low} to {high}"
        low = f"at least {low}" if low else self._limit("gt", "above ")
        high = f"at most {high}" if high else self._limit("lt", "below ")
        return ", ".join(part for part in (low, high) if part)

    @property
    def choices(self) -> tuple[Any, ...]:
        """Values of a key that has but some; empty where it has others."""
        return _choices(self.info.annotation)

    def _limit(self, name: str, word: str) -> str:
        """Limit of that ``name`` after a ``word``; empty where there is none."""
        found = [getattr(mark, name) for mark in self.info.metadata if hasattr(mark, name)]
        return f"{word}{found[0]:g}" if found else ""


def _marks(annotation: Any) -> tuple[Any, ...]:
    """Metadata inside an annotation such as ``Annotated[...] | None``."""
    found: tuple[Any, ...] = tuple(getattr(annotation, "__metadata__", ()))
    for part in typing.get_args(annotation):
        if not isinstance(part, (str, int)):
            found += _marks(part)
    return found


def _choices(annotation: Any) -> tuple[Any, ...]:
    """Members of a Literal, also of one inside a tuple or an optional."""
    if typing.get_origin(annotation) is Literal:
        return typing.get_args(annotation)
    found: tuple[Any, ...] = ()
    for part in typing.get_args(annotation):
        if typing.get_origin(part) is not None:
            found += _choices(part)
    return found


def _tables(annotation: Any) -> tuple[type[BaseModel], ...]:
    """Table classes inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return (annotation,)
    found: tuple[type[BaseModel], ...] = ()
    for part in typing.get_args(annotation):
        if isinstance(part, type) or typing.get_origin(part) in (
            UnionType,
            typing.Union,
            typing.Annotated,
        ):
            found += _tables(part)
    return found


def entries(model: type[BaseModel]) -> tuple[Entry, ...]:
    """Return the keys of a table, in the order of declaration."""
    found = []
    for attribute, info in model.model_fields.items():
        models = _tables(info.annotation)
        repeated = typing.get_origin(info.annotation) is tuple
        kind: Literal["value", "table", "tables"] = "value"
        if models:
            kind = "tables" if repeated else "table"
        found.append(Entry(info.alias or attribute, attribute, info, kind, models))
    return tuple(found)


def named_files(
    model: type[BaseModel], data: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield path and text of every file that the tables ``data`` of a ``model`` name, in the order declared."""
    if not isinstance(data, dict):
        return
    for entry in entries(model):
        value = data.get(entry.key)
        if entry.is_file and isinstance(value, (str, Path)):
            yield (*path, entry.key), str(value)
        for place, item in _tables_in(entry, value):
            below = _chosen(entry.models, item)
            if below is not None:
                yield from named_files(below, item, (*path, *place))


def _tables_in(entry: Entry, value: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield place and content of the table, or of each table, that stands at ``entry``."""
    if entry.kind == "table":
        yield (entry.key,), value
    elif entry.kind == "tables" and isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield (entry.key, index), item


def files_of(plan: BaseModel) -> tuple[tuple[str, Path], ...]:
    """Return key (dotted) and path of every file that a plan names, in the order declared."""
    found = named_files(type(plan), plan.model_dump(by_alias=True))
    return tuple((".".join(map(str, key)), Path(text)) for key, text in found)


def tag_of(model: type[BaseModel]) -> tuple[str, tuple[str, ...]]:
    """Key, and its values, by which one table class is told from the others it may stand for."""
    for key in ("source", "kind"):
        info = model.model_fields.get(key)
        if info is not None and typing.get_origin(info.annotation) is Literal:
            return key, typing.get_args(info.annotation)
    message = f"{model.__name__} has no key that tells it from others"
    raise TypeError(message)


def section_at(
    root: type[BaseModel], path: tuple[str | int, ...], data: Any
) -> type[BaseModel] | None:
    """Table class at ``path``; the tag in ``data`` (such as ``source``) chooses among several."""
    model: type[BaseModel] | None = root
    models: tuple[type[BaseModel], ...] = ()
    for part in path:
        data = _step(data, part)
        if isinstance(part, str):
            found = [entry for entry in entries(model) if entry.key == part] if model else []
            if not found or not found[0].models:
                return None
            models = found[0].models
        model = _chosen(models, data)
    return model


def _step(data: Any, part: str | int) -> Any:
    """Value below ``part``; None where there is none."""
    if isinstance(part, int):
        return data[part] if isinstance(data, list) and part < len(data) else None
    return data.get(part) if isinstance(data, dict) else None


def _chosen(models: tuple[type[BaseModel], ...], data: Any) -> type[BaseModel] | None:
    """Return the table whose tag is the one in ``data``."""
    if len(models) == 1:
        return models[0]
    for model in models:
        key, values = tag_of(model)
        if isinstance(data, dict) and data.get(key) in values:
            return model
    return None
