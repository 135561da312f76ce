# SPDX-License-Identifier: BSD-3-Clause
"""Finished stages on disk: written whole, checked by digest when read, never unpickled."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import ResourceError

__all__ = ["Checkpoints", "atomic_write"]

Arrays = dict[str, NDArray[Any]]
_FACTS = "__facts__"
_FORMAT = 11
"""Raised whenever stages store something else than before."""


def atomic_write(path: Path, data: bytes | str) -> None:
    """Write ``data`` to ``path`` so that a kill leaves the old file or the new one, never a part.

    Raises
    ------
    ResourceError
        The disk is full.
    """
    content = data.encode() if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            what = "disk full"
            needed = f"{len(content) / 1e6:.1f} MB for {path}"
            raise ResourceError(what, needed, "less", "free some space, run again") from error
        raise


class Checkpoints:
    """The finished stages of one run, in ``folder``.

    A manifest holds the digest of each file, of the inputs all of them were made from, and their format. What
    does not match is not used, and `warnings` says so.
    """

    def __init__(self, folder: Path, input_digest: str) -> None:
        self.folder = folder
        self.input_digest = input_digest
        self.warnings: list[str] = []

    def save(
        self, stage: str, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
    ) -> None:
        """Store ``arrays`` and ``facts`` (anything JSON can hold) as the result of ``stage``."""
        text = json.dumps(dict(facts)).encode()
        buffer = io.BytesIO()
        packed: Arrays = {**arrays, _FACTS: np.frombuffer(text, dtype=np.uint8)}
        np.savez(buffer, allow_pickle=False, **packed)
        data = buffer.getvalue()
        atomic_write(self._file(stage), data)
        manifest = self._manifest()
        origin = {"format": _FORMAT, "input": self.input_digest}
        if any(manifest.get(key) != value for key, value in origin.items()):
            manifest = dict(origin)  # stages of another origin must not pass for its later ones
        manifest.setdefault("stages", {})[stage] = hashlib.sha256(data).hexdigest()
        atomic_write(self.folder / "manifest.json", json.dumps(manifest, indent=1) + "\n")

    def load(self, stage: str) -> tuple[Arrays, dict[str, Any]] | None:
        """Return arrays and facts of a finished stage, None where it must be computed (again)."""
        manifest = self._manifest()
        digest = manifest.get("stages", {}).get(stage)
        if digest is None or not self._file(stage).is_file():
            return None
        if manifest.get("format") != _FORMAT:
            self._warn(stage, "was written by another version of vertaug")
            return None
        if manifest.get("input") != self.input_digest:
            self._warn(stage, "was made from other input")
            return None
        data = self._file(stage).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            self._warn(stage, "is damaged")
            return None
        return self._unpack(stage, data)

    def finished(self, stages: Sequence[str]) -> tuple[str, ...]:
        """Leading part of ``stages`` that is on disk and sound; what follows must be computed."""
        done: list[str] = []
        for stage in stages:
            if self.load(stage) is None:
                break
            done.append(stage)
        return tuple(done)

    def _unpack(self, stage: str, data: bytes) -> tuple[Arrays, dict[str, Any]] | None:
        """Arrays and facts of a file's bytes."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            facts = json.loads(arrays.pop(_FACTS).tobytes())
        except (ValueError, KeyError, zipfile.BadZipFile):
            self._warn(stage, "cannot be read")
            return None
        return arrays, facts

    def _file(self, stage: str) -> Path:
        return self.folder / f"{stage}.npz"

    def _warn(self, stage: str, what: str) -> None:
        text = f"checkpoint of stage {stage} {what}; the stage is computed again"
        if text not in self.warnings:
            self.warnings.append(text)

    def _manifest(self) -> dict[str, Any]:
        """Manifest on disk; empty where there is none or it is damaged."""
        try:
            manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return manifest if isinstance(manifest, dict) else {}
