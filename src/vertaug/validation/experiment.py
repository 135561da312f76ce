# SPDX-License-Identifier: BSD-3-Clause
"""What an experiment is given, what it finds, and how it is run."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from vertaug.procedure.checkpoint import atomic_write
from vertaug.procedure.plan_sections import MeshSizes

__all__ = ["LEVELS", "Experiment", "Findings", "Level", "Setting"]

Level = Literal["coarse", "default", "fine"]
LEVELS: dict[Level, float] = {"coarse": 1.3, "default": 1.0, "fine": 0.77}
"""Edge lengths of the meshes over those that a plan has by default."""
_SPECIMEN = 4.2
"""Edge length (mm) of whole bodies in a testing machine at the default level."""


@dataclass(frozen=True)
class Setting:
    """What an experiment is run with.

    `id` of the experiment, `level` of the meshes, folder `work` for what it keeps, folder `data` of real vertebrae if
    there is one, and the `facts` of the experiments that were run before it, by id.
    """

    id: str
    level: Level
    work: Path
    data: Path | None = None
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def remembered(self, name: str, found: Callable[[], Any]) -> Any:
        """Return what ``found`` gives (values that JSON knows), from the folder where it was found before."""
        file = self.work / f"{name}.json"
        if not file.is_file():
            atomic_write(file, json.dumps(found()) + "\n")
        return json.loads(file.read_text(encoding="utf-8"))

    @property
    def specimen(self) -> float:
        """Edge length of a body in a testing machine, mm."""
        return _SPECIMEN * LEVELS[self.level]

    @property
    def mesh(self) -> dict[str, str]:
        """Sizes of the mesh for a plan."""
        sizes = MeshSizes()
        scale = LEVELS[self.level]
        return {
            "size": f"{scale * sizes.size:.4g} mm",
            "cavity_size": f"{scale * sizes.cavity_size:.4g} mm",
        }


@dataclass(frozen=True)
class Findings:
    """What an experiment found.

    `values` by quantity of the targets; `unable` says for a quantity that could not be had why not; `facts` are
    further numbers worth telling, and what later experiments need.
    """

    values: Mapping[str, float] = field(default_factory=dict)
    unable: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Experiment:
    """One published experiment.

    `module` in this package has the function ``run(setting) -> Findings`` and says in its docstring what was taken
    from the paper and what was assumed; where there is none, `lacking` says what the engine lacks for it. It comes
    `after` others, whose facts it is given.
    """

    id: str
    title: str
    module: str = ""
    lacking: str = ""
    after: tuple[str, ...] = ()

    def function(self) -> Callable[[Setting], Findings]:
        """Return the function that runs it."""
        found: Callable[[Setting], Findings] = importlib.import_module(self.path).run
        return found

    @property
    def path(self) -> str:
        """Dotted name of its module."""
        return f"vertaug.validation.{self.module}"
