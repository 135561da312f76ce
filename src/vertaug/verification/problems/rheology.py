# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark m for every law: the pressure that drives it through a tube, and through the pores of bone."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from vertaug.cement.cannula import TubeFluid, pressure_drop
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rheology.bingham_1922 import Bingham
from vertaug.materials.rheology.castro_macosko_1980 import CastroMacosko
from vertaug.materials.rheology.cross_1965 import Cross
from vertaug.materials.rheology.flow_curve import FlowCurve, Law, ageing, of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.rheology.nicholas_2007 import ageing_rate
from vertaug.materials.rheology.ostwald_1925 import PowerLaw
from vertaug.materials.rheology.yasuda_1981 import CarreauYasuda
from vertaug.verification.check import Check
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug_kernels import tube as integral

Index = Annotated[float, Bounds(0.1, 1.0)]
Share = Annotated[float, Bounds(0.0, 1.0)]
Temperature = Annotated[float, Bounds(273.0, 353.0)]


def _driven(viscosity: Callable[[float], float], radius: float, stress: float) -> float:
    """Flow (mm³/s) under a wall stress (MPa): speeds across the tube, by an adaptive rule over the radius."""

    def rate(r: float) -> float:
        wanted = stress * r / radius
        high = 1.0
        while viscosity(high) * high < wanted:
            high *= 4.0
        return float(brentq(lambda g: viscosity(g) * g - wanted, 0.0, high, xtol=1e-13, rtol=1e-13))

    # integral of 2 pi r v(r) = pi times the integral of r² times the rate
    return math.pi * float(quad(lambda r: r * r * rate(r), 0.0, radius, epsrel=1e-10)[0])


@benchmark(
    "m2.tube", "FLOW", "Carreau-Yasuda, Cross and Bingham cements in a cannula",
    "Laws without a closed form need the pressure of the integral of speeds across the tube.",
)  # fmt: skip
def tube(
    length: Positive = 120.0,
    radius: Positive = 1.2,
    rate: Positive = 100.0,
    at_rest: Positive = 3e-4,
    index: Index = 0.5,
    time: Positive = 0.2,
    transition: Positive = 2.0,
    floor: Annotated[float, Bounds(0.0, 0.9)] = 0.05,
    stress: Positive = 3e-3,
    plug: Positive = 1e-4,
    sharpness: Positive = 1e3,
) -> Iterator[Check]:
    """Compare the rate that a pressure drives with the rate it was computed for."""

    def carreau(g: float) -> float:
        bent = (1.0 + (time * g) ** transition) ** ((index - 1.0) / transition)
        return float(at_rest * (floor + (1.0 - floor) * bent))

    def cross(g: float) -> float:
        return float(at_rest / (1.0 + (at_rest * g / stress) ** (1.0 - index)))

    cases: dict[str, tuple[Law, Callable[[float], float]]] = {
        "Carreau-Yasuda": (CarreauYasuda(at_rest, index, time, transition, floor), carreau),
        "Cross": (Cross(at_rest, index, stress), cross),
    }
    for name, (law, viscosity) in cases.items():
        drop = pressure_drop(of_ages({0.0: law}, cap=1e6).at(0.0), radius, length, rate)
        found = _driven(viscosity, radius, 0.5 * drop * radius / length)
        yield Check(
            f"rate that the drop drives, {name}",
            rate,
            found,
            1e-6,
            "two rules of integration",
            "mm³/s",
        )
    curve = of_ages({0.0: Bingham(at_rest, plug, sharpness)}, cap=1e6)
    apparent = 4.0 * rate / (math.pi * radius**3)
    wall = float(integral.wall_rate(curve.code, curve.table, apparent, 0.0, 0.0, 300.0))
    drop = 2.0 * length / radius * float(curve.viscosity(wall)) * wall
    exact = pressure_drop(TubeFluid(at_rest, 1.0, plug), radius, length, rate)
    yield Check(
        "drop by the stress integral, Bingham rounded off", exact, drop, 0.01,
        "Buckingham and Reiner, whose yield is sharp", "MPa",
    )  # fmt: skip


@benchmark(
    "m3.bed", "FLOW", "Cements of every law in the pores of bone",
    "In bone a power law has its apparent viscosity, a yield stress its threshold, other laws those of a tube.",
)  # fmt: skip
def pores(
    speed: Positive = 1.0,
    permeability: Positive = 1e-2,
    porosity: Share = 0.9,
    consistency: Positive = 2e-4,
    index: Index = 0.6,
    plug: Positive = 1e-5,
    at_rest: Positive = 3e-4,
    time: Positive = 0.2,
    stress: Positive = 3e-3,
) -> Iterator[Check]:
    """One cell of bone through which cement flows at a Darcy speed."""
    length = bed.shear_length(np.array([permeability]), np.array([porosity]))
    apparent = float(speed / length[0])

    def found(curve: FlowCurve) -> float:
        one, out = np.ones(1), np.zeros(1)
        state = (speed * one, length, 0.0 * one, 0.0 * one, 300.0 * one)
        curve.in_bed(np.zeros(1, dtype=np.int64), *state, out)
        return float(out[0])

    power = of_ages({0.0: PowerLaw(consistency, index, 1e-9, 1e9)}, cap=1e6)
    known = consistency * ((3.0 * index + 1.0) / (4.0 * index)) ** index
    known *= (12.0 / math.sqrt(150.0) * speed / math.sqrt(permeability * porosity)) ** (index - 1.0)
    yield Check(
        "apparent viscosity, power law",
        known,
        found(power),
        1e-9,
        "Christopher and Middleman",
        "MPa s",
    )
    still = of_ages({0.0: Bingham(1e-15, plug, 1e9)}, cap=1e9)
    gradient = found(still) * speed / permeability
    exact = plug * math.sqrt(porosity / (2.0 * permeability))
    yield Check(
        "threshold gradient", exact, gradient, 1e-6, "2 tau_y over sqrt(8 k / phi)", "MPa/mm"
    )
    for name, law in (
        ("Carreau-Yasuda", CarreauYasuda(at_rest, index, time)),
        ("Cross", Cross(at_rest, min(index, 0.95), stress)),
    ):
        curve, radius = of_ages({0.0: law}, cap=1e6), 1.0
        drop = pressure_drop(curve.at(0.0), radius, 1.0, 0.25 * math.pi * radius**3 * apparent)
        yield Check(
            f"apparent viscosity, {name}", 0.5 * drop * radius / apparent, found(curve), 0.03,
            "the local index in place of the tube's integral", "MPa s",
        )  # fmt: skip


@benchmark(
    "m4.ageing", "FLOW", "Cement as it ages, cures and warms",
    "Viscosity follows the equivalent age, the index the age, and the degree of cure its gel point.",
)  # fmt: skip
def states(
    viscosity: Positive = 1.5e-4,
    tau: Positive = 130.0,
    seconds: Positive = 420.0,
    temperature: Temperature = 310.15,
    fresh: Index = 0.9,
    dough: Index = 0.4,
    gel: Share = 0.5,
    cure: Annotated[float, Bounds(0.0, 0.99)] = 0.25,
) -> Iterator[Check]:
    """Values of the laws at one age, temperature and degree of cure."""
    activation, reference = 5341.0, 296.15
    rate = math.exp(activation * (1.0 / reference - 1.0 / temperature))
    yield Check("seconds of age a second", rate, ageing_rate(temperature), 1e-12, "Arrhenius")
    curve = ageing(Newtonian(viscosity), tau, cap=1e9)
    known = viscosity * math.exp((rate * seconds - 300.0) / tau)
    age = seconds * curve.ageing_rate(temperature)
    found = float(curve.viscosity(1.0, age))
    yield Check("viscosity, Newtonian", known, found, 1e-9, "exponential ageing", "MPa s")
    bending = of_ages({0.0: PowerLaw(1e-4, fresh), 600.0: PowerLaw(1e-3, dough)})
    slow, fast = (float(bending.viscosity(g, 300.0)) for g in (1.0, 10.0))
    yield Check(
        "index half way",
        0.5 * (fresh + dough),
        1.0 + math.log10(fast / slow),
        1e-9,
        "a straight line",
    )
    law = CastroMacosko(viscosity, gel, 1.5, 1.0)
    thick = float(of_ages({0.0: law}, cap=1e9).viscosity(1.0, cure=cure))
    exact = viscosity * (gel / (gel - cure)) ** (1.5 + cure) if cure < gel else 1e9
    yield Check(
        "viscosity, Castro-Macosko", exact, thick, 1e-9, "the law; the cap beyond the gel", "MPa s"
    )
