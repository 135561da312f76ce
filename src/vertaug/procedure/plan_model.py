# SPDX-License-Identifier: BSD-3-Clause
"""Reads the declarations of a plan back: which keys a table has, and what each is."""

from __future__ import annotations

import typing
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from vertaug.procedure.plan_fields import Physical, PhysicalVector

__all__ = ["Entry", "entries", "section_at"]


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
    def is_position(self) -> bool:
        """Whether the value is three numbers."""
        marks = (*self.info.metadata, *_marks(self.info.annotation))
        return any(isinstance(mark, PhysicalVector) for mark in marks)

    @property
    def allowed(self) -> str:
        """Choices or range, as one phrase; empty where anything goes."""
        if self.physical is not None:
            return f"{self.physical.low} to {self.physical.high}"
        choices = _choices(self.info.annotation)
        if choices:
            return ", ".join(str(choice) for choice in choices)
        low = [mark.ge for mark in self.info.metadata if hasattr(mark, "ge")]
        high = [mark.le for mark in self.info.metadata if hasattr(mark, "le")]
        if low and high:
            return f"{low[0]:g} to {high[0]:g}"
        return f"at least {low[0]:g}" if low else ""


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
        if isinstance(part, type) or typing.get_origin(part) in (UnionType, typing.Union):
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


def section_at(
    root: type[BaseModel], path: tuple[str | int, ...], data: Any
) -> type[BaseModel] | None:
    """Table class at ``path``; the ``source`` in ``data`` chooses among several."""
    model: type[BaseModel] | None = root
    for part in path:
        data = _step(data, part)
        if isinstance(part, int):
            continue
        found = [entry for entry in entries(model) if entry.key == part] if model else []
        if not found or not found[0].models:
            return None
        model = _chosen(found[0].models, data)
    return model


def _step(data: Any, part: str | int) -> Any:
    """Value below ``part``; None where there is none."""
    if isinstance(part, int):
        return data[part] if isinstance(data, list) and part < len(data) else None
    return data.get(part) if isinstance(data, dict) else None


def _chosen(models: tuple[type[BaseModel], ...], data: Any) -> type[BaseModel] | None:
    """Return the table whose ``source`` is the one in ``data``."""
    if len(models) == 1:
        return models[0]
    source = data.get("source") if isinstance(data, dict) else None
    for model in models:
        if model.model_fields["source"].default == source:
            return model
    return None
