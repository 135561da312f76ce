# SPDX-License-Identifier: BSD-3-Clause
"""Seconds this process has spent compiling kernels, told by Numba's own events."""

from __future__ import annotations

import time
from typing import Any

from numba.core import event

__all__ = ["compile_seconds"]


class _Clock(event.Listener):
    """Adds up outermost compilations; those nested in another are part of it."""

    def __init__(self) -> None:
        self.depth = 0
        self.begun = 0.0
        self.total = 0.0

    def on_start(self, event: Any) -> None:
        """Note when the outermost compilation begins."""
        if self.depth == 0:
            self.begun = time.perf_counter()
        self.depth += 1

    def on_end(self, event: Any) -> None:
        """Add what it took when it ends."""
        self.depth -= 1
        if self.depth == 0:
            self.total += time.perf_counter() - self.begun


_CLOCK = _Clock()
event.register("numba:compile", _CLOCK)


def compile_seconds() -> float:
    """Wall time (s) of all compilations in this process since this module was imported."""
    return _CLOCK.total
