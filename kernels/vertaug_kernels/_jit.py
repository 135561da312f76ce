# SPDX-License-Identifier: BSD-3-Clause
"""The one place where Numba is configured.

Numba's disk cache is keyed on the file a kernel is written in, not on the files it calls, so a
change in a called file can silently run old machine code. Every kernel is therefore cached in a
folder named by a digest of all kernel sources, the Numba version and the bounds-check switch.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba import config, njit, prange

from vertaug_kernels._dispatcher import Kernel, is_supported

# Threads of GNU OpenMP spin for milliseconds after each loop, which costs a crowded machine more than the loop;
# some tens of microseconds bridge the gap between two loops as well. Read when the first loop runs.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")

__all__ = [
    "CACHE_DIR", "allocating_kernel", "inlined_kernel", "kernel", "parallel_kernel", "prange",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])

_FLAGS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": {"contract"}}
_KEEP_DAYS = 30.0


def _digest() -> str:
    """Name of the cache folder: 16 hexadecimal digits over everything that shapes the code."""
    parts = f"{numba.__version__}|{sys.version}|{os.environ.get('NUMBA_BOUNDSCHECK', '')}"
    digest = hashlib.sha256(parts.encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_root() -> Path:
    """Folder that holds the digests: VERTAUG_CACHE_DIR, else the user's cache folder."""
    chosen = os.environ.get("VERTAUG_CACHE_DIR")
    if chosen:
        return Path(chosen)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "vertaug" / "kernels"


def _drop_old(root: Path, keep: Path) -> None:
    """Remove digests that have not been used for a month."""
    limit = time.time() - _KEEP_DAYS * 86400.0
    for folder in root.iterdir():
        if folder != keep and folder.is_dir() and folder.stat().st_mtime < limit:
            shutil.rmtree(folder, ignore_errors=True)


def _open_cache() -> str | None:
    """Make the cache folder; None where no folder can be written (then nothing is cached)."""
    try:
        root = _cache_root()
        folder = root / _digest()
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        _drop_old(root, folder)
    except (OSError, RuntimeError):
        return None
    return str(folder) if os.access(folder, os.W_OK) else None


CACHE_DIR: str | None = _open_cache()


def _compile(func: F, **flags: bool) -> F:
    """Wrap ``func`` for compilation on first call, with the package-wide cache."""
    options = _FLAGS | flags
    cached = CACHE_DIR is not None
    saved = config.CACHE_DIR  # type: ignore[attr-defined]
    try:
        if cached:
            config.CACHE_DIR = CACHE_DIR  # type: ignore[attr-defined]
        if config.DISABLE_JIT or not is_supported():  # type: ignore[attr-defined]
            plain: F = njit(cache=cached, **options)(func)
            return plain
        wrapped = Kernel(func, None, options)
        if cached:
            wrapped.enable_caching()
        return cast(F, wrapped)
    finally:
        config.CACHE_DIR = saved  # type: ignore[attr-defined]


def kernel(func: F) -> F:
    """Compile a serial kernel or a point function that makes no array but on the stack.

    Numba then counts no references to its arrays, which it does at every slice: the cell loop took 2.5 times as
    long with them.
    """
    return _compile(func, _nrt=False)


def inlined_kernel(func: F) -> F:
    """Compile a kernel that becomes part of its callers: few call it, and handing over its arrays costs much."""
    return _compile(func, _nrt=False, forceinline=True)


def allocating_kernel(func: F) -> F:
    """Compile a serial kernel that makes arrays whose size only its arguments tell."""
    return _compile(func, _nrt=True)


def parallel_kernel(func: F) -> F:
    """Compile a loop over `prange`; each iteration must write rows of its own."""
    return _compile(func, _nrt=True, parallel=True)
