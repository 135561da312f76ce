# SPDX-License-Identifier: BSD-3-Clause
"""Later cement stays inside earlier cement.

Zderic et al. (2016), J Orthop Translat 8:40: four coloured portions of 1 mL, injected one after the other into
aluminium foam, did not mix.
"""

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import cement_of_class
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.result import InjectionResult
from vertaug.verification.problems.injection import ball

pytestmark = pytest.mark.published

SHELLS, VOLUME = 4, 500.0
PERMEABILITY, POROSITY, RIM = 5e-3, 0.8, 16.0


@pytest.fixture(scope="module")
def result() -> InjectionResult:
    """Four portions of 0.5 mL each through one cannula in the middle of a ball of bone."""
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 125.0)
    pushes = [Push("centre", VOLUME, 50.0) for _ in range(SHELLS)]
    grid = ball(20, RIM, PERMEABILITY, POROSITY)
    return inject(grid, cement_of_class("medium", 360.0), [tip], pushes)


def test_portions_are_whole(result: InjectionResult) -> None:
    volumes = result.portions[1:].sum(axis=(1, 2, 3))
    np.testing.assert_allclose(volumes, VOLUME, rtol=1e-10)
    np.testing.assert_allclose(
        result.portions.sum(axis=0), result.saturation * result.pore_volume, atol=1e-9
    )


def test_each_portion_lies_inside_the_one_before_in_every_direction(
    result: InjectionResult,
) -> None:
    """Mean radii in 26 cones fall from portion to portion, each near that of its own spherical shell."""
    grid = result.grid
    index = np.argwhere(result.saturation > 0.0)
    offset = grid.centres(index)
    radius = np.linalg.norm(offset, axis=1)
    ways = np.stack(np.meshgrid(*[[-1.0, 0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)
    ways = ways[np.abs(ways).sum(axis=1) > 0.0]
    ways /= np.linalg.norm(ways, axis=1)[:, None]
    cone = np.argmax(offset @ ways.T, axis=1)
    held = result.portions[1:][:, *index.T]
    edges = np.cbrt(1.194**3 + 3.0 * VOLUME * np.arange(SHELLS, -1, -1) / (4.0 * np.pi * POROSITY))
    mean = 0.75 * (edges[:-1] ** 4 - edges[1:] ** 4) / (edges[:-1] ** 3 - edges[1:] ** 3)
    for n in range(len(ways)):
        here = cone == n
        found = (held[:, here] * radius[here]).sum(axis=1) / held[:, here].sum(axis=1)
        assert (np.diff(found) < 0.0).all()
        np.testing.assert_allclose(found, mean, rtol=0.08)


def test_shells_stay_sharp(result: InjectionResult) -> None:
    """Cement in cells that hold more than one portion is what shells cut by cells of that size hold."""
    held = result.portions[1:]
    several = (held > 0.01 * held.sum(axis=0)).sum(axis=0) > 1
    mixed = held[:, several].sum() / held.sum()
    edges = np.cbrt(3.0 * VOLUME * np.arange(1, SHELLS) / (4.0 * np.pi * POROSITY))
    crossed = 4.0 * np.pi * (edges**2).sum() * result.grid.spacing * POROSITY / (SHELLS * VOLUME)
    assert mixed < crossed
    for first in range(SHELLS - 2):
        later = (held[first + 2 :] > 0.0).any(axis=0)
        assert held[first][later].sum() < 1e-9 * VOLUME


def test_cement_at_the_tip_is_younger_than_at_the_front(result: InjectionResult) -> None:
    """Cement ages at body heat from the moment it leaves the cannula, not from the first one's."""
    cement = cement_of_class("medium", 360.0)
    time = float(result.history.time[-1])
    fresh = cement.age_in_cannula(time)
    oldest = cement.age_in_cannula(0.0) + cement.ageing_in_body * time
    middle = result.age[tuple(n // 2 for n in result.grid.shape)]
    assert fresh < middle < fresh + 0.1 * (oldest - fresh)
    assert result.age.max() <= oldest * (1.0 + 1e-9)
    assert result.age.max() > oldest - 0.2 * (oldest - fresh)
