# SPDX-License-Identifier: BSD-3-Clause
"""Writes a new plan, never over an old one."""

from __future__ import annotations

from pathlib import Path

from vertaug.errors import InputError
from vertaug.procedure.template import new_plan_text

__all__ = ["write_new_plan"]


def write_new_plan(path: Path, source: str) -> None:
    """Write a commented plan for an anatomy ``source`` to ``path``.

    Raises
    ------
    InputError
        The file exists, or its folder does not.
    """
    if path.exists():
        fix = "choose another name, or remove the file"
        raise InputError(str(path), "PATH", "a file that exists", "a new file", fix, "E-FILE-001")
    if not path.parent.is_dir():
        found = f"no folder {path.parent}"
        raise InputError(
            str(path), "PATH", found, "a folder that exists", "make the folder", "E-FILE-002"
        )
    path.write_text(new_plan_text(source), encoding="utf-8")
