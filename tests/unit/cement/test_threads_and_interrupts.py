# SPDX-License-Identifier: BSD-3-Clause
"""Flows have the same bits on any number of threads, and an interrupt ends them within a second."""

from collections.abc import Callable, Iterator

import numba
import numpy as np
import pytest

from vertaug.cement import multigrid
from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import cement_of_class
from vertaug.cement.displacement import FluidPair, Steps, displace
from vertaug.cement.displacement_grid import PorousBlock
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.tumour import Tumour
from vertaug.curing.flowing import Entering, FlowingHeat
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.thermal.polymer import Polymer

LONG_RUN = """
import numpy as np
from vertaug.cement.displacement import FluidPair, Steps, displace
from vertaug.cement.displacement_grid import PorousBlock
def run(n, time, steps):
    source = np.zeros((n, n, n))
    source[(n // 2,) * 3] = 1.0
    block = PorousBlock(np.full((n, n, n), 1e-3), 0.5, (1.0 / n,) * 3)
    displace(block, FluidPair((1e-4, 1e-7)), source, time, steps)
run(6, 0.01, Steps())
print("ready", flush=True)
try:
    run(60, 0.4, Steps(1e-9, 1e-12))
except KeyboardInterrupt:
    print("stopped", flush=True)
"""

LONG_INJECTION = """
import numpy as np
from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import cement_of_class
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.tumour import Tumour
from vertaug.curing.flowing import Entering, FlowingHeat
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.thermal.polymer import Polymer
from vertaug.verification.problems.fronts import ellipsoid
def run(n, volume):
    grid = ellipsoid(n, 16.0, 5e-3 * np.ones(3), 0.8)
    heat = FlowingHeat(grid, Polymer(), stanczyk_2004.kinetics(), Entering(296.15, 296.15, 300.0))
    share = np.zeros(grid.shape)
    share[n // 2, n // 3 : n, n // 3 : n] = 0.5
    tip = Cannula("left", (0.0, 0.0, 0.0), 11, 125.0)
    inject(
        grid, cement_of_class("low", 300.0), [tip], [Push("left", volume, 50.0)],
        tumour=Tumour(share * (grid.kind == 1)), warmth=heat,
    )
run(6, 20.0)
print("ready", flush=True)
try:
    run(44, 6000.0)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = numba.get_num_threads()
    yield
    numba.set_num_threads(before)


def _on_each(run: Callable[[], np.ndarray]) -> list[np.ndarray]:
    """Results on 1, 2 and 4 threads, as many as there are."""
    found = []
    for threads in (1, 2, 4):
        numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
        found.append(run())
    return found


@pytest.mark.parametrize("limit", [0, 1_000_000])
def test_displacement_has_the_same_bits(limit, monkeypatch) -> None:
    monkeypatch.setattr(multigrid, "_SERIAL_BELOW", limit)
    rng = np.random.default_rng(3)
    block = PorousBlock(1e-3 * np.exp(2.0 * rng.standard_normal((10, 9, 11))), 0.5, (1.0, 1.0, 1.0))
    source = np.zeros((10, 9, 11))
    source[5, 4, 5] = 100.0

    def run() -> np.ndarray:
        result = displace(block, FluidPair((1e-4, 1e-7)), source, 1.0, Steps(1e-3))
        return np.stack([result.saturation, result.pressure])

    first, *others = _on_each(run)
    assert all(np.array_equal(first, other) for other in others)


@pytest.mark.parametrize("limit", [0, 1_000_000])
def test_injection_has_the_same_bits(limit, make_solid, sites, monkeypatch) -> None:
    monkeypatch.setattr(multigrid, "_SERIAL_BELOW", limit)
    grid = lay_grid(make_solid(), sites, GridOptions(spacing=1.5, reach=6.0))[0]
    tip = Cannula("left", (3.0, 0.0, 0.0), 11, 125.0)

    def run() -> np.ndarray:
        result = inject(grid, cement_of_class("low", 300.0), [tip], [Push("left", 800.0, 100.0)])
        return np.stack([result.saturation, result.pressure])

    first, *others = _on_each(run)
    assert all(np.array_equal(first, other) for other in others)


def test_injection_with_heat_and_tumour_has_the_same_bits(make_solid, sites, monkeypatch) -> None:
    monkeypatch.setattr(multigrid, "_SERIAL_BELOW", 0)
    grid = lay_grid(make_solid(), sites, GridOptions(spacing=2.0, reach=6.0))[0]
    tip = Cannula("left", (3.0, 0.0, 0.0), 11, 125.0)
    place = np.moveaxis(grid.centres(np.argwhere(grid.kind >= 0)).reshape(*grid.shape, 3), -1, 0)
    share = np.where((grid.kind == 1) & (place[1] > 6.0), 0.9, 0.0)

    def run() -> np.ndarray:
        entering = Entering(296.15, 296.15, 300.0)
        heat = FlowingHeat(grid, Polymer(), stanczyk_2004.kinetics(), entering)
        result = inject(
            grid, cement_of_class("low", 300.0), [tip], [Push("left", 300.0, 100.0)],
            tumour=Tumour(share), warmth=heat,
        )  # fmt: skip
        assert result.tumour is not None
        assert result.tumour.saturation.max() > 0.5
        fields = (
            result.saturation,
            result.pressure,
            result.tumour.saturation,
            heat.run.temperature,
        )
        return np.stack([*fields, heat.run.degree])

    first, *others = _on_each(run)
    assert np.ptp(first[3]) > 1.0
    assert all(np.array_equal(first, other) for other in others)


def test_an_interrupt_ends_an_injection_with_heat_and_tumour_within_a_second(
    seconds_to_stop,
) -> None:
    assert seconds_to_stop(LONG_INJECTION) < 1.0


def test_an_interrupt_ends_a_displacement_within_a_second(seconds_to_stop) -> None:
    assert seconds_to_stop(LONG_RUN) < 1.0
