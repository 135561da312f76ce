# SPDX-License-Identifier: BSD-3-Clause
"""The summary of a run; its names are a contract, stated in ``summary.schema.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from vertaug import __version__
from vertaug.outcomes import Heights, Restoration

__all__ = [
    "SCHEMA",
    "Balances",
    "BalloonSummary",
    "CementSummary",
    "EnergySummary",
    "MeshSummary",
    "StageSummary",
    "Summary",
    "summary_schema",
]

SCHEMA = 1


@dataclass(frozen=True)
class StageSummary:
    """Shape of the body at the end of a stage: heights in mm, wedge angle in degrees.

    `name` is the stage's own, `kind` what it does. `shape` are further measures of the body, `restoration` is from
    the last state before the treatment (None for that and those before it), `surroundings` what these have taken
    (None where they are no specimen's).
    """

    name: str
    heights: Heights
    wedge_deg: float
    kind: str
    shape: Mapping[str, Any] = field(default_factory=dict)
    restoration: Restoration | None = None
    surroundings: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class BalloonSummary:
    """One balloon: volume and pressure at the stop, plateau, and the rule that stopped it.

    `lift_N` is the upward force on the `contact_mm2` of bone above it, `contact_MPa` the one over the other.
    """

    name: str
    volume_mL: float
    pressure_psi: float
    plateau_psi: float | None
    stop: str
    lift_N: float = 0.0
    contact_mm2: float = 0.0
    contact_MPa: float = 0.0


@dataclass(frozen=True)
class CementSummary:
    """Cement in mL and fractions; leaked volume and time (s) of first leak by pathway and by space.

    What is booked by a space lies there or went on through it beyond the grid (`beyond_grid_mL`). Of each pathway's
    cement `leaked_by_pathway_and_space_mL` tells where it lies, or that it is ``in_vessels``.

    `stopped` is why the injection ended, `in_vessels_mL` the leaked cement that stands in vessels,
    `marrow_expelled_mL` by pathway, `intravertebral_kPa` the highest pressure at each probe.
    """

    injected_mL: float
    in_bone_mL: float
    fill_fraction: float
    leaked_mL: Mapping[str, float]
    first_leak_s: Mapping[str, float | None]
    stopped: str = "schedule"
    in_cleft_mL: float = 0.0
    leaked_by_space_mL: Mapping[str, float] = field(default_factory=dict)
    first_leak_by_space_s: Mapping[str, float | None] = field(default_factory=dict)
    leaked_by_pathway_and_space_mL: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    beyond_grid_mL: float = 0.0
    in_vessels_mL: float = 0.0
    marrow_expelled_mL: Mapping[str, float] = field(default_factory=dict)
    intravertebral_kPa: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Balances:
    """Relative errors of what must be kept; None where the stage was not run."""

    cement: float | None
    cavity_identity: float | None
    bone_mass: float | None
    reactions: float | None
    energy: float | None
    heat: float | None = None
    cement_in_solid: float | None = None


@dataclass(frozen=True)
class EnergySummary:
    """Energies of fractures, kept loads, inflation and deflation together, mJ, and the share of the step's viscosity.

    `external` work is what was `stored`, `dissipated`, `artificial`, went into `contact` or was work of forces that
    strengths renewed between steps took away (`lag`), up to an error that stands among the balances; `transfer` is
    the jump of the stored energy by remeshing.
    """

    external_mJ: float
    stored_mJ: float
    dissipated_mJ: float
    artificial_mJ: float
    contact_mJ: float
    lag_mJ: float
    transfer_mJ: float
    artificial_share: float


@dataclass(frozen=True)
class MeshSummary:
    """Mesh at the end of the run; the smallest shape quality over the whole run."""

    nodes: int
    cells: int
    min_quality: float
    remeshes: int


@dataclass(frozen=True)
class Summary:
    """Results of a run.

    `cement`, `restoration` and `energy` are None where their stages were not run. `stage_seconds` are wall
    times by stage; `extra` are further top-level entries (hashes, platform, landmarks).
    """

    stages: tuple[StageSummary, ...]
    restoration: Restoration | None
    balloons: tuple[BalloonSummary, ...]
    cement: CementSummary | None
    balances: Balances
    mesh: MeshSummary
    total_seconds: float
    compile_seconds: float
    stage_seconds: Mapping[str, float]
    warnings: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    energy: EnergySummary | None = None

    def to_dict(self) -> dict[str, Any]:
        """Contents of ``summary.json``; numbers that are not finite become None."""
        known = {
            "schema": SCHEMA,
            "version": __version__,
            "stages": [_stage(stage) for stage in self.stages],
            "restoration": None if self.restoration is None else self.restoration.to_dict(),
            "balloons": [vars(balloon) for balloon in self.balloons],
            "cement": None if self.cement is None else vars(self.cement),
            "balances": vars(self.balances),
            "energy": None if self.energy is None else vars(self.energy),
            "mesh": vars(self.mesh),
            "timings_s": {
                "total": self.total_seconds,
                "compile": self.compile_seconds,
                **self.stage_seconds,
            },
            "warnings": list(self.warnings),
        }
        clash = sorted(set(known) & set(self.extra))
        if clash:
            message = f"extra entries {clash} would hide results"
            raise ValueError(message)
        cleaned: dict[str, Any] = _plain({**known, **self.extra})
        return cleaned


def _stage(stage: StageSummary) -> dict[str, Any]:
    return {
        "name": stage.name,
        "kind": stage.kind,
        "heights_mm": stage.heights.to_dict(),
        "wedge_deg": stage.wedge_deg,
        **stage.shape,
        "restoration": None if stage.restoration is None else stage.restoration.to_dict(),
        "surroundings": stage.surroundings,
    }


def _plain(value: Any) -> Any:
    """Return ``value`` in what JSON knows: NumPy types unpacked, numbers not finite as None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, (bool, int, str, type(None))) else str(value)


def summary_schema() -> dict[str, Any]:
    """JSON Schema of ``summary.json``."""
    file = resources.files("vertaug.procedure").joinpath("summary.schema.json")
    schema: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return schema
