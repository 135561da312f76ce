# SPDX-License-Identifier: BSD-3-Clause
"""Shows a run: one bar a stage on a terminal, one line a stage elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

__all__ = ["ProgressReporter"]


class ProgressReporter:
    """A `Reporter` that draws on ``console``; on no terminal it writes a line per stage.

    ``log`` receives every line as plain text. Used in a ``with`` statement.
    """

    def __init__(
        self, console: Console, quiet: bool = False, log: Callable[[str], None] | None = None
    ) -> None:
        self._console = console
        self._quiet = quiet
        self._log = log or (lambda text: None)
        self._tasks: dict[str, TaskID] = {}
        self._bars = Progress(
            TextColumn("{task.description:<8}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=quiet or not console.is_terminal,
        )

    def __enter__(self) -> ProgressReporter:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def stage_started(self, name: str) -> None:
        """Open a bar."""
        self._tasks[name] = self._bars.add_task(name, total=1.0, note="")
        self._log(f"stage {name} started")

    def step(self, name: str, fraction: float, message: str, values: Mapping[str, float]) -> None:
        """Move the bar and show message and values."""
        note = "  ".join(
            [message, *(f"{_words(key)} {number:.3g}" for key, number in values.items())]
        )
        self._log(f"stage {name} {100 * fraction:.0f} % {note}")
        if name not in self._tasks:
            self._tasks[name] = self._bars.add_task(name, total=1.0, note="")
        self._bars.update(self._tasks[name], completed=min(fraction, 1.0), note=note)

    def stage_finished(self, name: str, seconds: float) -> None:
        """Fill the bar."""
        text = f"{seconds:.1f} s" if seconds else "kept from before"
        self._log(f"stage {name} finished, {text}")
        if name in self._tasks:
            self._bars.update(self._tasks[name], completed=1.0, note=text)
        if not self._quiet and not self._console.is_terminal:
            self._console.print(f"{name}: done, {text}", highlight=False)

    def warning(self, text: str) -> None:
        """Print a warning."""
        self._log(f"warning: {text}")
        if not self._quiet:
            self._console.print(f"warning: {text}", style="yellow", markup=False, highlight=False)


def _words(key: str) -> str:
    """``pressure_psi`` as ``pressure (psi)``."""
    name, _, unit = key.rpartition("_")
    return f"{name.replace('_', ' ')} ({unit})" if name else unit
