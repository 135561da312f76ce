# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity of every law of rheology at a point and in a porous bed: codes, columns, loops.

A law's constants stand in a table, one line for each equivalent age, in rising order; between two ages they are
interpolated, before the first and after the last they stay. Columns 0 to 3 are `HEAD` for every law: the age (s), the
highest viscosity (MPa s), how strongly heat thins the scale (B in ``exp(B (1/T - 1/T_0))``, K) and T_0 (K). From
`FIRST_COLUMN` on each law has the names of `PARAMETERS`; the first is its scale of viscosity (MPa s, or MPa s^n),
which is interpolated geometrically, so that exponential ageing is exact.

Rates are in 1/s, stresses in MPa, viscosities in MPa s.
"""

from __future__ import annotations

import math

from vertaug_kernels._jit import inlined_kernel, kernel, parallel_kernel, prange

NEWTONIAN = 0
POWER_LAW = 1
CARREAU_YASUDA = 2
CROSS = 3
CASTRO_MACOSKO = 4
HERSCHEL_BULKLEY = 5
CROSS_WLF = 6

HEAD = ("age", "cap", "warmth", "reference")
FIRST_COLUMN = len(HEAD)
PARAMETERS = {
    NEWTONIAN: ("scale",),
    POWER_LAW: ("scale", "index", "lowest", "highest"),
    CARREAU_YASUDA: ("scale", "index", "log_time", "transition", "floor"),
    CROSS: ("scale", "index", "log_stress"),
    CASTRO_MACOSKO: ("scale", "gel", "exponent", "growth"),
    HERSCHEL_BULKLEY: ("scale", "index", "lowest", "highest", "yield_over_scale", "sharpness"),
    CROSS_WLF: ("scale", "index", "log_stress", "first", "second", "standard"),
}
"""Names of a law's columns from `FIRST_COLUMN` on."""

_CAP, _WARMTH, _REFERENCE, _SCALE = 1, 2, 3, 4
STIFFEST = 80.0
"""Largest logarithm by which cold stiffens a liquid of free volume: 35 decades, beyond any cap."""


@inlined_kernel
def _place(table, age):
    """Line of a table at or before an age, and the weight of the next."""
    last = table.shape[0] - 1
    if last == 0 or age <= table[0, 0]:
        return 0, 0.0
    if age >= table[last, 0]:
        return last - 1, 1.0
    line = 0
    while age > table[line + 1, 0]:
        line += 1
    return line, (age - table[line, 0]) / (table[line + 1, 0] - table[line, 0])


@inlined_kernel
def _at(table, line, weight, column):
    """Interpolated entry of a table."""
    value = table[line, column]
    if weight > 0.0:
        value += weight * (table[line + 1, column] - value)
    return value


@inlined_kernel
def _scale(table, line, weight, temperature):
    """Scale of viscosity at an age and a temperature, K."""
    scale = table[line, _SCALE]
    if weight > 0.0:
        scale *= (table[line + 1, _SCALE] / scale) ** weight
    warmth = _at(table, line, weight, _WARMTH)
    if warmth != 0.0:
        scale *= math.exp(warmth * (1.0 / temperature - 1.0 / _at(table, line, weight, _REFERENCE)))
    return scale


@kernel
def free_volume_shift(temperature, first, second, standard):
    """Logarithm of the viscosity over that at `standard`, K (Williams, Landel, Ferry 1955)."""
    above = temperature - standard
    if above <= -second:
        return STIFFEST
    return min(STIFFEST, -first * above / (second + above))


@inlined_kernel
def _flowing(law, table, line, weight, rate, cure, temperature):
    """Viscosity without yield stress, not capped, and the local index d ln stress / d ln rate."""
    scale = _scale(table, line, weight, temperature)
    if law in (POWER_LAW, HERSCHEL_BULKLEY):
        index = _at(table, line, weight, _SCALE + 1)
        lowest, highest = (
            _at(table, line, weight, _SCALE + 2),
            _at(table, line, weight, _SCALE + 3),
        )
        return scale * min(max(rate, lowest), highest) ** (index - 1.0), index
    if law == CARREAU_YASUDA:
        index, bend = (
            _at(table, line, weight, _SCALE + 1),
            _at(table, line, weight, _SCALE + 3),
        )
        floor = _at(table, line, weight, _SCALE + 4)
        reach = (math.exp(_at(table, line, weight, _SCALE + 2)) * rate) ** bend
        thinned = (1.0 - floor) * (1.0 + reach) ** ((index - 1.0) / bend)
        slope = (index - 1.0) * reach / (1.0 + reach) * thinned / (floor + thinned)
        return scale * (floor + thinned), 1.0 + slope
    if law in (CROSS, CROSS_WLF):
        if law == CROSS_WLF:
            first, second = (
                _at(table, line, weight, _SCALE + 3),
                _at(table, line, weight, _SCALE + 4),
            )
            standard = _at(table, line, weight, _SCALE + 5)
            scale *= math.exp(free_volume_shift(temperature, first, second, standard))
        index = _at(table, line, weight, _SCALE + 1)
        stress = math.exp(_at(table, line, weight, _SCALE + 2))
        reach = (scale * rate / stress) ** (1.0 - index)
        return scale / (1.0 + reach), 1.0 - (1.0 - index) * reach / (1.0 + reach)
    if law == CASTRO_MACOSKO:
        gel = _at(table, line, weight, _SCALE + 1)
        if cure >= gel:
            return math.inf, 1.0
        power = _at(table, line, weight, _SCALE + 2) + _at(table, line, weight, _SCALE + 3) * cure
        return scale * (gel / (gel - cure)) ** power, 1.0
    return scale, 1.0


@inlined_kernel
def _yielding(law, table, line, weight, rate, temperature):
    """Viscosity that a yield stress adds, rounded off at low rates (Papanastasiou 1987)."""
    if law != HERSCHEL_BULKLEY:
        return 0.0
    plug = _at(table, line, weight, _SCALE + 4) * _scale(table, line, weight, temperature)
    sharpness = _at(table, line, weight, _SCALE + 5)
    if sharpness * rate < 1e-12:
        return plug * sharpness
    return -plug * math.expm1(-sharpness * rate) / rate


@kernel
def viscosity(law, table, rate, age, cure, temperature):
    """Viscosity in simple shear at a rate, an equivalent age (s), a degree of cure and a temperature (K)."""
    line, weight = _place(table, age)
    flowing, _ = _flowing(law, table, line, weight, rate, cure, temperature)
    plug = _yielding(law, table, line, weight, rate, temperature)
    return min(_at(table, line, weight, _CAP), flowing + plug)


@kernel
def bed_viscosity(law, table, yield_share, rate, age, cure, temperature):
    """Apparent viscosity in a porous bed at the bed's Newtonian `rate` C u / sqrt(k phi).

    The bed's pores are tubes: stress at their wall over `rate`. At the wall the rate is (3 n + 1) / 4 n times as
    high, n the law's local index: exact for a power law (Christopher & Middleman 1965) and within some per cent else.
    A yield stress adds a threshold to the pressure gradient, which makes it `yield_share` of its own viscosity.
    """
    line, weight = _place(table, age)
    flowing, index = _flowing(law, table, line, weight, rate, cure, temperature)
    steeper = (3.0 * index + 1.0) / (4.0 * index)
    if law in (POWER_LAW, HERSCHEL_BULKLEY):
        flowing *= steeper**index
    elif index != 1.0:
        flowing, _ = _flowing(law, table, line, weight, steeper * rate, cure, temperature)
        flowing *= steeper
    plug = yield_share * _yielding(law, table, line, weight, rate, temperature)
    return min(_at(table, line, weight, _CAP), flowing + plug)


@kernel
def viscosities(law, table, rate, age, cure, temperature, out):
    """`viscosity` for arrays (n,) of rates and states."""
    for n in range(rate.shape[0]):
        out[n] = viscosity(law, table, rate[n], age[n], cure[n], temperature[n])


@parallel_kernel
def bed_viscosities(
    law, table, yield_share, cells, speed, shear_length, age, cure, temperature, out
):
    """`bed_viscosity` in some `cells` (m,) of fields (n,): the rate is `speed` over `shear_length`.

    Each cell has its own age, s, degree of cure and temperature, K; other cells of `out` are left.
    """
    for m in prange(cells.shape[0]):
        n = cells[m]
        rate = speed[n] / shear_length[n]
        out[n] = bed_viscosity(law, table, yield_share, rate, age[n], cure[n], temperature[n])
