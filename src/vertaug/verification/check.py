# SPDX-License-Identifier: BSD-3-Clause
"""One quantity of a benchmark: what it should be, what came out, and whether that will do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Check", "Entry", "Evidence", "judge", "observed_order", "study"]

Evidence = Literal["ANALYTIC", "EXTERNAL", "CROSS-CODE", "REGRESSION-ONLY", "EXPERIMENT", "NONE"]
Kind = Literal["within", "at least", "at most"]

REGRESSION_TOLERANCE = 1e-6
"""Relative; other machines and thread counts differ by about 1e-9, a change of the code by more."""


@dataclass(frozen=True)
class Check:
    """A quantity a problem has computed.

    Parameters
    ----------
    quantity : name, unique in the problem
    reference, computed : the two values, in `unit`
    tolerance : largest error allowed; the error is |computed - reference| over `scale`
    why : reason for the tolerance, one phrase
    unit : of the values, empty for ratios
    scale : what errors are measured against; |reference| if not given, 1 if that is zero
    kind : `within`, or a bound that `computed` must keep
    order, least_order : observed order of convergence, and the least that will do
    evidence : kind of the reference, where it is not that of the problem
    regression : whether a stored value guards this one (not for errors at round-off)
    study : what was computed on each mesh, `{"meshes": ..., "values": ...}`
    """

    quantity: str
    reference: float
    computed: float
    tolerance: float
    why: str
    unit: str = ""
    scale: float | None = None
    kind: Kind = "within"
    order: float | None = None
    least_order: float | None = None
    evidence: Evidence | None = None
    regression: bool = True
    study: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def error(self) -> float:
        """Error over its scale; 0 where a bound is kept."""
        scale = self.scale or abs(self.reference) or 1.0
        gap = (self.computed - self.reference) / scale
        if self.kind == "at least":
            gap = min(gap, 0.0)
        elif self.kind == "at most":
            gap = max(gap, 0.0)
        return abs(gap)


@dataclass(frozen=True)
class Entry:
    """A judged quantity, or a problem that ended without one; one row of the report.

    `message` says why an entry did not pass. `regression` is the stored value, None where there is
    none for these parameters.
    """

    id: str
    group: str
    check: Check
    evidence: Evidence
    passed: bool
    regression: float | None = None
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; what is not finite becomes null."""
        check = self.check
        return {
            "id": self.id,
            "group": self.group,
            "quantity": check.quantity,
            "unit": check.unit,
            "reference": _finite(check.reference),
            "computed": _finite(check.computed),
            "error": _finite(check.error),
            "tolerance": _finite(check.tolerance),
            "kind": check.kind,
            "order": _finite(check.order),
            "least_order": _finite(check.least_order),
            "passed": self.passed,
            "evidence": self.evidence,
            "why": check.why,
            "regression": _finite(self.regression),
            "study": {key: [_finite(v) for v in row] for key, row in check.study.items()},
            "message": self.message,
        }


def _finite(value: float | None) -> float | None:
    """The same number as a plain float, None where JSON has no word for it."""
    return None if value is None or not math.isfinite(value) else float(value)


def judge(
    problem: str, group: str, evidence: Evidence, check: Check, regression: float | None
) -> Entry:
    """Decide whether a quantity passes: error, order and stored value must all be right."""
    reasons = []
    if not check.error <= check.tolerance:
        reasons.append(f"error {check.error:.2e} over the tolerance {check.tolerance:.2e}")
    least = -math.inf if check.least_order is None else check.least_order
    if check.order is not None and not check.order >= least:
        reasons.append(f"order {check.order:.2f} below {least:.2f}")
    if regression is not None and check.regression:
        drift = abs(check.computed - regression)
        scale = max(abs(regression), 1e-6 * (check.scale or abs(check.reference) or 1.0))
        if not drift <= REGRESSION_TOLERANCE * scale:
            reasons.append(f"drifted by {drift / scale:.1e} from the stored {regression:.9g}")
    return Entry(
        problem, group, check, check.evidence or evidence, not reasons,
        regression if check.regression else None, "; ".join(reasons),
    )  # fmt: skip


def observed_order(meshes: Sequence[float], errors: Sequence[float]) -> float | None:
    """Order from the two finest meshes (divisions per length); None from fewer than two that differ."""
    if len(errors) < 2 or meshes[-1] == meshes[-2] or not min(map(abs, errors[-2:])) > 0.0:
        return None
    return math.log(abs(errors[-2] / errors[-1])) / math.log(meshes[-1] / meshes[-2])


def settling_order(meshes: Sequence[float], values: Sequence[float]) -> float | None:
    """Order at which values of the three finest meshes settle, whatever their limit; None without three.

    Meshes (divisions per length) must be finer by one ratio each time, as nested ones are; None otherwise.
    """
    if len(values) < 3:
        return None
    coarse, middle, fine = meshes[-3:]
    before, after = values[-2] - values[-3], values[-1] - values[-2]
    if (
        not math.isclose(middle / coarse, fine / middle, rel_tol=1e-9)
        or before == 0.0
        or after == 0.0
    ):
        return None
    return math.log(abs(before / after)) / math.log(fine / middle)


def extrapolated(meshes: Sequence[float], values: Sequence[float], order: float) -> float:
    """Limit of the two finest meshes whose errors fall with the given order (Richardson)."""
    if len(values) < 2:
        return values[-1]
    ratio = math.pow(meshes[-1] / meshes[-2], order)
    return (ratio * values[-1] - values[-2]) / (ratio - 1.0)


def study(
    quantity: str,
    reference: float,
    meshes: Sequence[float],
    values: Sequence[float],
    *,
    order: float,
    slack: float,
    tolerance: float,
    standard: float,
    why: str,
    unit: str = "",
    floor: float = 0.0,
    scale: float | None = None,
    limit: bool = False,
    evidence: Evidence | None = None,
    regression: bool = True,
) -> Check:
    """Judge the finest of several meshes, and the order at which they converge.

    `tolerance` holds on the mesh with `standard` divisions; on coarser ones it grows with the
    mesh size to the power `order`, on finer ones it stays. The observed order must reach
    `order - slack`, unless the error is already under `floor`, where what the reference leaves out
    is larger than the mesh's error. `scale` is what errors are measured against, |reference| if not given.
    With `limit` the value judged is that of Richardson's extrapolation.
    """
    measure = scale or abs(reference) or 1.0
    errors = [(value - reference) / measure for value in values]
    found = observed_order(meshes, errors)
    known = found is not None and abs(errors[-1]) > max(floor, 1e-11)
    allowed = tolerance * max(1.0, standard / meshes[-1]) ** order
    return Check(
        quantity,
        reference,
        extrapolated(meshes, values, order) if limit else values[-1],
        allowed,
        why,
        unit,
        scale,
        order=found if known else None,
        least_order=order - slack if known else None,
        evidence=evidence,
        regression=regression,
        study={"meshes": list(meshes), "values": list(values)},
    )
