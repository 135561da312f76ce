# SPDX-License-Identifier: BSD-3-Clause
"""A picture with its caption, and the index that the report reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["INDEX", "Picture", "read_index", "write_index"]

INDEX = "index.json"


@dataclass(frozen=True)
class Picture:
    """A picture on disk.

    `path` of the PNG; `caption`, a full sentence; `stage` it shows, empty for the whole run;
    `kind`: ``landmarks``, ``before_after``, ``density``, ``cement`` or ``set_cement``.
    """

    path: Path
    caption: str
    stage: str
    kind: str


def write_index(folder: Path, pictures: Iterable[Picture]) -> Path:
    """Write ``index.json`` in ``folder``, which holds the pictures, whole or not at all."""
    rows = [
        {"file": p.path.name, "caption": p.caption, "stage": p.stage, "kind": p.kind}
        for p in pictures
    ]
    path = folder / INDEX
    partial = folder / f".{INDEX}.partial"
    folder.mkdir(parents=True, exist_ok=True)
    partial.write_text(json.dumps(rows, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def read_index(folder: Path) -> tuple[Picture, ...]:
    """Pictures listed in ``folder``; empty where there is no index, without those that are gone."""
    path = folder / INDEX
    if not path.is_file():
        return ()
    rows = json.loads(path.read_text(encoding="utf-8"))
    found = (Picture(folder / r["file"], r["caption"], r["stage"], r["kind"]) for r in rows)
    return tuple(picture for picture in found if picture.path.is_file())
