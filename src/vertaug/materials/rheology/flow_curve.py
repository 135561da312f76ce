# SPDX-License-Identifier: BSD-3-Clause
"""The one interface of rheology: viscosity from shear rate, equivalent age, degree of cure and temperature.

A law's dataclass gives its constants at one age (`Law.columns`); `of_ages` puts those of several ages into a
`FlowCurve`, `ageing` one set that thickens exponentially. The porous bed, the cannula and the solver's loops all read
the same table.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vertaug.errors import InputError
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rheology import nicholas_2007
from vertaug_kernels import rheology

__all__ = ["FlowCurve", "Fluid", "Law", "Warmth", "ageing", "of_ages"]

Float = NDArray[np.float64]

_HEADROOM = 10.0 * math.log(10.0)
"""How far a scale that ages grows beyond the cap, in logarithms: no law thins by ten decades."""


class Law(Protocol):
    """What every law's dataclass can do."""

    code: ClassVar[int]

    def columns(self) -> dict[str, float]:
        """Constants by the names of `rheology.PARAMETERS`; refuses impossible ones."""
        ...


@dataclass(frozen=True)
class Warmth:
    """How heat thins a liquid beside ageing: its scale goes as ``exp(activation (1/T - 1/reference))``, K."""

    activation: float = 0.0
    reference: float = nicholas_2007.REFERENCE


@dataclass(frozen=True)
class Fluid:
    """Cement at one moment: its curve at an equivalent `age` (s), `cure` and `temperature` (K)."""

    curve: FlowCurve
    age: float
    cure: float
    temperature: float

    def viscosity(self, rate: float) -> float:
        """Viscosity, MPa s, in simple shear at a rate in 1/s."""
        state = (self.age, self.cure, self.temperature)
        return float(rheology.viscosity(self.curve.code, self.curve.table, rate, *state))

    def constants(self) -> dict[str, float]:
        """The law's columns at this age, its scale (MPa s^n) at this temperature, its cap."""
        lines, at = self.curve.lines, rheology.FIRST_COLUMN
        # in plain numbers: a limit at the syringe asks for this some hundred times a step
        later = min(max(bisect_right(lines, self.age, key=itemgetter(0)), 1), len(lines) - 1)
        here, there = lines[max(later - 1, 0)], lines[later]
        span = there[0] - here[0]
        weight = min(max((self.age - here[0]) / span, 0.0), 1.0) if span > 0.0 else 0.0
        names = (*rheology.HEAD, *rheology.PARAMETERS[self.curve.code])
        values = (a + weight * (b - a) for a, b in zip(here, there, strict=True))
        found = dict(zip(names, values, strict=True))
        warm = found["warmth"] * (1.0 / self.temperature - 1.0 / found["reference"])
        if self.curve.code == rheology.CROSS_WLF:
            wlf = (found["first"], found["second"], found["standard"])
            warm += float(rheology.free_volume_shift(self.temperature, *wlf))
        scale: float = here[at] * (there[at] / here[at]) ** weight * math.exp(warm)
        return found | {"scale": scale}


@dataclass(frozen=True)
class FlowCurve:
    """A law of rheology and its constants as it ages; made by `of_ages` and `ageing`.

    `code` is the kernels' law, `lines` one a rising age as in `vertaug_kernels.rheology`; `calibrated` tells
    whether a measured curve stands behind it. Its ages are times at `reference`, K, which heat hastens with the
    temperature of `activation`, K. `cures` are pairs of an age and the degree of cure then, for a law that follows it
    and where no reaction is computed.
    """

    code: int
    lines: tuple[tuple[float, ...], ...]
    calibrated: bool = False
    activation: float = nicholas_2007.ACTIVATION
    reference: float = nicholas_2007.REFERENCE
    cures: tuple[tuple[float, float], ...] = ()

    @property
    def depends_on_cure(self) -> bool:
        """Whether the viscosity changes with the degree of cure."""
        return self.code == rheology.CASTRO_MACOSKO

    def cure_at(self, age: ArrayLike) -> Float:
        """Degree of cure at an equivalent age, s, by `cures`; zero without."""
        when = np.asarray(age, dtype=np.float64)
        if not self.cures:
            return np.zeros(when.shape)
        ages, degrees = zip(*self.cures, strict=True)
        return np.asarray(np.interp(when, ages, degrees), dtype=np.float64)

    @cached_property
    def table(self) -> Float:
        """The lines as an array for the kernels."""
        return np.array(self.lines, dtype=np.float64)

    @cached_property
    def depends_on_rate(self) -> bool:
        """Whether the viscosity changes with the shear rate at any age."""
        if self.code == rheology.POWER_LAW:
            return bool((self.table[:, rheology.FIRST_COLUMN + 1] != 1.0).any())
        return self.code not in (rheology.NEWTONIAN, rheology.CASTRO_MACOSKO)

    @cached_property
    def thickening_time(self) -> float:
        """Shortest time, s of equivalent age, in which the cement grows e-fold thicker; infinite if it never does."""
        grown = [(self.table[:, 0], np.log(self.table[:, rheology.FIRST_COLUMN]))]
        if self.depends_on_cure and self.cures:
            ages = np.array([age for age, _ in self.cures])
            grown.append((ages, np.log(self.viscosity(1.0, ages))))
        fastest = max(float((np.diff(y) / np.diff(x)).max(initial=0.0)) for x, y in grown)
        return 1.0 / fastest if fastest > 0.0 else math.inf

    def ageing_rate(self, temperature: float) -> float:
        """Seconds of equivalent age gained per second at `temperature`, K."""
        return nicholas_2007.ageing_rate(temperature, self.activation, self.reference)

    def ageing_rates(self, temperature: Float) -> Float:
        """`ageing_rate` of a field."""
        return np.exp(self.activation * (1.0 / self.reference - 1.0 / temperature))

    def at(
        self,
        age: float,
        cure: float | None = None,
        temperature: float = nicholas_2007.REFERENCE,
    ) -> Fluid:
        """The liquid at one moment; its degree of cure is that of its age where none is given."""
        return Fluid(self, age, float(self.cure_at(age)) if cure is None else cure, temperature)

    def viscosity(
        self,
        rate: ArrayLike,
        age: ArrayLike = 0.0,
        cure: ArrayLike | None = None,
        temperature: ArrayLike = nicholas_2007.REFERENCE,
    ) -> Float:
        """Viscosity, MPa s, in simple shear; arrays that broadcast: 1/s, s, 1, K. Without `cure` that of the age."""
        degree = self.cure_at(age) if cure is None else cure
        state = np.broadcast_arrays(rate, age, degree, temperature)
        g, t, alpha, heat = (np.array(item, dtype=np.float64).ravel() for item in state)
        out = np.zeros(g.shape)
        rheology.viscosities(self.code, self.table, g, t, alpha, heat, out)
        return out.reshape(state[0].shape)

    def in_bed(
        self,
        cells: NDArray[np.int64],
        speed: Float,
        shear_length: Float,
        age: Float,
        cure: Float,
        temperature: Float,
        out: Float,
    ) -> None:
        """Apparent viscosity, MPa s, of the flat `cells` (m,) of contiguous fields, into `out`.

        `speed` is Darcy's, mm/s, `shear_length` (mm) from `christopher_middleman_1965`; `age` in s of equivalent
        age, `cure` from 0 to 1, `temperature` in K. All of one shape; cells not named are left.
        """
        fields = [item.reshape(-1) for item in (speed, shear_length, age, cure, temperature, out)]
        if not np.shares_memory(fields[-1], out):
            raise ValueError("the output must be contiguous")
        rheology.bed_viscosities(self.code, self.table, bed.YIELD_SHARE, cells, *fields)


def _line(law: Law, age: float, cap: float, warmth: Warmth) -> tuple[float, ...]:
    """One line of a table."""
    columns = law.columns()
    names = rheology.PARAMETERS[law.code]
    if set(columns) != set(names):
        raise KeyError(f"law {law.code}: {sorted(set(columns) ^ set(names))}")
    head = (age, cap, warmth.activation, warmth.reference)
    return (*head, *(columns[name] for name in names))


def _refuse(field: str, found: str, expected: str) -> InputError:
    return InputError(
        "material", f"rheology.{field}", found, expected, f"correct {field}", "E-MATERIAL-001"
    )


def of_ages(
    ages: Mapping[float, Law] | Sequence[tuple[float, Law]],
    *,
    cap: float = nicholas_2007.CURED,
    warmth: Warmth | None = None,
    calibrated: bool = False,
) -> FlowCurve:
    """Curve of a law whose constants are known at some rising equivalent ages, s; straight lines between them.

    The scale of viscosity is interpolated geometrically. No viscosity is above `cap`, MPa s.

    Raises
    ------
    InputError
        Ages that do not rise, laws of two kinds, constants that the law refuses.
    """
    pairs = list(ages.items()) if isinstance(ages, Mapping) else list(ages)
    times = [age for age, _ in pairs]
    rising = all(a < b for a, b in pairwise(times))
    if not pairs or not rising or not all(math.isfinite(t) for t in times):
        raise _refuse("ages", f"{times}", "one age or more, rising, s")
    if len({law.code for _, law in pairs}) > 1:
        raise _refuse("law", "several laws", "one law at all ages")
    if not cap > 0.0:
        raise _refuse("cap", f"{cap:g}", "a positive viscosity")
    heat = warmth or Warmth()
    if not (math.isfinite(heat.activation) and heat.reference > 0.0):
        raise _refuse("warmth", f"{heat}", "a finite activation and a temperature above 0 K")
    lines = tuple(_line(law, age, cap, heat) for age, law in pairs)
    return FlowCurve(pairs[0][1].code, lines, calibrated)


def ageing(
    law: Law,
    tau: float,
    *,
    known_at: float = 300.0,
    cap: float = nicholas_2007.CURED,
    warmth: Warmth | None = None,
    calibrated: bool = False,
) -> FlowCurve:
    """Curve of a law known at one age whose scale grows e-fold in `tau` s, from mixing to the cap.

    Raises
    ------
    InputError
        A time that is not positive, constants that the law refuses.
    """
    if not tau > 0.0:
        raise _refuse("tau", f"{tau:g}", "a positive time")
    curve = of_ages([(0.0, law)], cap=cap, warmth=warmth, calibrated=calibrated)
    if math.isinf(tau):
        return curve
    at = rheology.FIRST_COLUMN
    line = list(curve.lines[0])
    fresh = line[at] * math.exp(-known_at / tau)
    spans = max(math.log(cap / fresh) + _HEADROOM, 1.0)
    lines = [(0.0, fresh), (spans * tau, fresh * math.exp(spans))]
    return FlowCurve(
        curve.code,
        tuple((age, *line[1:at], scale, *line[at + 1 :]) for age, scale in lines),
        calibrated,
    )
