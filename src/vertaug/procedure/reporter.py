# SPDX-License-Identifier: BSD-3-Clause
"""How a run tells what it does; the command line shows it, a script may ignore it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

__all__ = ["Named", "Reporter", "Silent"]


@runtime_checkable
class Reporter(Protocol):
    """Listener of a run."""

    def stage_started(self, name: str) -> None:
        """Tell that the stage ``name`` begins."""

    def step(self, name: str, fraction: float, message: str, values: Mapping[str, float]) -> None:
        """Tell that ``fraction`` (0 to 1) of stage ``name`` is done.

        ``values`` are numbers worth showing, by their name with unit: ``pressure_psi``,
        ``volume_mL``.
        """

    def stage_finished(self, name: str, seconds: float) -> None:
        """Tell that the stage took ``seconds`` of wall time; 0 where it was read back."""

    def warning(self, text: str) -> None:
        """Tell what the reader of the results must know."""


class Silent:
    """A reporter that says nothing."""

    def stage_started(self, name: str) -> None:
        """Ignore it."""

    def step(self, name: str, fraction: float, message: str, values: Mapping[str, float]) -> None:
        """Ignore it."""

    def stage_finished(self, name: str, seconds: float) -> None:
        """Ignore it."""

    def warning(self, text: str) -> None:
        """Ignore it."""


class Named:
    """Tells the steps of a stage under the stage's own ``name``."""

    def __init__(self, reporter: Reporter, name: str) -> None:
        self._reporter, self._name = reporter, name

    def stage_started(self, name: str) -> None:
        """Pass it on."""
        self._reporter.stage_started(name)

    def step(self, name: str, fraction: float, message: str, values: Mapping[str, float]) -> None:
        """Pass it on under the stage's name."""
        self._reporter.step(self._name, fraction, message, values)

    def stage_finished(self, name: str, seconds: float) -> None:
        """Pass it on."""
        self._reporter.stage_finished(name, seconds)

    def warning(self, text: str) -> None:
        """Pass it on."""
        self._reporter.warning(text)
