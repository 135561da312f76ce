# SPDX-License-Identifier: BSD-3-Clause
"""Injection from a point into homogeneous bone: what half the time step changes."""

import numpy as np

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.verification.problems.injection import ball


def test_halving_the_step_changes_little() -> None:
    cement = Cement("test", of_ages({0.0: Newtonian(2e-4)}, cap=1.0), 0.0, 1.5e-7)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    grid, pushes = ball(16, 20.0, 5e-3, 0.8), [Push("centre", 500.0, 100.0)]
    coarse = inject(grid, cement, [tip], pushes)
    fine = inject(grid, cement, [tip], pushes, InjectionOptions(front_step=0.25))
    changed = np.abs(coarse.cement_volume() - fine.cement_volume()).sum()
    assert changed < 0.06 * 500.0
