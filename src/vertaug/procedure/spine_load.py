# SPDX-License-Identifier: BSD-3-Clause
"""What a vertebra's shape and strength mean for the spine: shift of the upper body, index of its neighbours."""

from __future__ import annotations

from typing import Any

from vertaug.anatomy.profile import wedge_angle
from vertaug.outcomes import CASES
from vertaug.outcomes.adjacent_fracture import BASIS, factor_of_risk, neighbours_of
from vertaug.outcomes.restoration import LEAST_LOSS_MM
from vertaug.outcomes.upper_body import upper_body_load
from vertaug.procedure.case import Case
from vertaug.procedure.stage import Results, StageResult

__all__ = ["intact_strength", "spine_summary"]


def spine_summary(case: Case, done: Results) -> dict[str, Any]:
    """Entries ``upper_body`` and ``adjacent_fracture`` of the summary, each where the run knows what it needs."""
    reference = case.vertebra.reference
    if reference is None:
        return {}
    first = next(iter(done.values()))
    # where the run begins with the whole vertebra, both angles are measured on meshes
    intact = float(first.facts["wedge"]) if _whole(case, first) else wedge_angle(reference)
    strength = intact_strength(case, done)
    shifts, indices = [], []
    for result in done.values():
        if result.kind == "load" and "energy" not in result.facts:
            continue  # it has left the vertebra as it was
        kyphosis = float(result.facts["wedge"]) - intact
        free, compensated = (upper_body_load(kyphosis, compensated=held) for held in (False, True))
        shifts.append(
            {
                "stage": result.name,
                "kyphosis_deg": kyphosis,
                "not_compensated": free.to_dict(),
                "compensated": compensated.to_dict(),
            }
        )
        if strength is not None:
            change = free.compression_change_percent, compensated.compression_change_percent
            indices += _indices(case, result, strength, change)
    found: dict[str, Any] = {"upper_body": shifts}
    if indices:
        found["adjacent_fracture"] = {"basis": BASIS, "strength_N": strength, "factors": indices}
    return found


def intact_strength(case: Case, done: Results) -> float | None:
    """Failure load (N) of the vertebra before it broke; None where it was not tested, or was broken from the start.

    It counts as whole while no stage has broken or treated it and no height is lower than the intact one by more than
    a radiograph shows.
    """
    for result in done.values():
        if not _whole(case, result):
            return None
        if result.kind == "load" and result.facts["load"].get("strength_N") is not None:
            return float(result.facts["load"]["strength_N"])
    return None


def _whole(case: Case, result: StageResult) -> bool:
    """Whether the stage neither breaks nor treats, and leaves no height lower than the intact one."""
    if case.intact is None or result.kind not in ("access", "load"):
        return False
    pairs = zip(result.facts["heights"], case.intact, strict=True)
    return all(now >= whole - LEAST_LOSS_MM for now, whole in pairs)


def _indices(
    case: Case, result: StageResult, strength: float, change: tuple[float, float]
) -> list[dict[str, Any]]:
    """Index of each neighbour after a stage, without compensation and with it."""
    level = case.vertebra.name
    rows = []
    for neighbour in neighbours_of(level):
        load = CASES["flexion"].at(neighbour).force
        free, compensated = (
            factor_of_risk((1.0 + 0.01 * more) * load, strength, level, neighbour)
            for more in change
        )
        rows.append(
            {
                "stage": result.name,
                "level": neighbour,
                "strength_N": free.strength,
                "not_compensated": free.value,
                "compensated": compensated.value,
            }
        )
    return rows
