# SPDX-License-Identifier: BSD-3-Clause
"""The run folder: one plan, one run at a time, everything in it written whole.

============================ =============================================================
file                         what
============================ =============================================================
``plan.toml``                the plan as resolved
``summary.json``             results, as in ``summary.schema.json``
``curves/*.csv``             pressure against volume, injection and leakage against time
``fields/*.vtu``, ``*.pvd``  fields for ParaView
``checkpoint/<stage>.npz``   finished stages, which are never computed again
``run.log``                  what happened, with times
============================ =============================================================
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from vertaug import __version__
from vertaug.errors import InputError, ResourceError
from vertaug.procedure.checkpoint import Checkpoints, atomic_write
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_model import files_of

__all__ = ["RunFolder", "input_digest"]

_LOCK = ".lock"
_MARK = "checkpoint/input.sha256"
"""File that tells a run folder from any other; it holds the digest of the run's input."""


def input_digest(plan: Plan) -> str:
    """SHA-256 over the version, the resolved plan and the content of every file it names."""
    digest = hashlib.sha256(f"{__version__}\n{plan.resolved_toml()}".encode())
    for key, path in files_of(plan):
        for file in _files(path):
            digest.update(f"{key}\n{file.name}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(path: Path) -> list[Path]:
    """Return the file itself, or the files of a folder in order."""
    return sorted(item for item in path.iterdir() if item.is_file()) if path.is_dir() else [path]


class RunFolder:
    """A locked run folder; use it in a ``with`` statement.

    Opening it a second time with the same plan resumes the run. `resumed` tells which it was.

    Raises
    ------
    InputError
        The folder holds other files or another plan, or another run uses it.
    ResourceError
        The folder cannot be written.
    """

    def __init__(self, root: Path | str, plan: Plan) -> None:
        self.root = Path(root)
        self.plan = plan
        self.resumed = False
        self.digest = input_digest(plan)
        self.checkpoints = Checkpoints(self.root / "checkpoint", self.digest)
        self._lock: int | None = None

    def __enter__(self) -> RunFolder:
        _refuse_foreign(self.root)
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self._take_lock()
        except (PermissionError, NotADirectoryError) as error:
            text = f"{type(error).__name__}: {error.strerror}"
            what = f"run folder {self.root}"
            raise ResourceError(
                what, "a folder that can be written", text, "choose another"
            ) from error
        try:
            self._claim()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release()

    def path(self, *parts: str) -> Path:
        """Path below the folder; its parent is made."""
        path = self.root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, data: bytes | str) -> None:
        """Write ``name`` (relative, such as ``curves/inflation.csv``) whole or not at all."""
        atomic_write(self.root / name, data)

    def write_summary(self, summary: dict[str, Any]) -> None:
        """Write ``summary.json``; a number that is not finite is an error."""
        self.write("summary.json", json.dumps(summary, indent=2, allow_nan=False) + "\n")

    def log(self, text: str) -> None:
        """Append a line with the time to ``run.log``."""
        with (self.root / "run.log").open("a", encoding="utf-8") as stream:
            stream.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {text}\n")

    def _take_lock(self) -> None:
        """Lock the folder for this process; the lock goes with the process, however it ends."""
        lock = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(lock, 32).decode(errors="replace").strip() or "unknown"
            os.close(lock)
            if error.errno not in (errno.EAGAIN, errno.EACCES):
                raise
            raise InputError(
                str(self.root), "--out", f"another run is using it (process {holder})",
                "a folder of its own for each run", "wait for that run, or choose another folder",
                "E-RUN-011",
            ) from error  # fmt: skip
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())
        self._lock = lock

    def _claim(self) -> None:
        """Write the plan into a new folder, or see that a used one holds the same."""
        resolved = self.plan.resolved_toml()
        file = self.root / "plan.toml"
        if not file.exists():
            self.write(_MARK, self.digest + "\n")
            atomic_write(file, resolved)
            return
        self.resumed = True
        if file.read_text(encoding="utf-8") != resolved:
            raise _other_plan(self.root, "a run of a different plan", _difference(file, resolved))
        known = self.root / _MARK
        if known.exists() and known.read_text(encoding="utf-8").strip() != self.digest:
            what = "a run of this plan with other input files, or by another version"
            raise _other_plan(self.root, what, "")

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _refuse_foreign(root: Path) -> None:
    """Raise `InputError` for a file, or a folder whose content is not a run's."""
    if root.exists() and not root.is_dir():
        raise InputError(
            str(root), "--out", "a file", "a folder", "choose another name", "E-RUN-010"
        )
    if not root.is_dir() or (root / _MARK).is_file():
        return
    others = sorted(item.name for item in root.iterdir() if item.name != _LOCK)
    if others:
        found = f"a folder that holds other files: {', '.join(others[:5])}"
        expected = "a new or empty folder, or one of a run to resume"
        raise InputError(str(root), "--out", found, expected, "choose another folder", "E-RUN-010")


def _other_plan(root: Path, found: str, detail: str) -> InputError:
    """Error for a folder that belongs to another run."""
    fix = "choose another folder, or delete this one to start again"
    expected = "the plan the folder was made with, to resume it"
    return InputError(str(root), "--out", found + detail, expected, fix, "E-RUN-012")


def _difference(file: Path, resolved: str) -> str:
    """First line in which two resolved plans differ."""
    old, new = file.read_text(encoding="utf-8").splitlines(), resolved.splitlines()
    for before, now in zip(old, new, strict=False):
        if before != now:
            return f' (there "{before}", here "{now}")'
    return ""
