# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark f: bodies of bone and cement that has set in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.bone import BoneLaw
from vertaug.materials.lewis_1997 import BoneCement
from vertaug.mesh import Mesh
from vertaug.outcomes import body_stiffness, interface_stress
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import Shells, SolidModel, Surroundings, first_state
from vertaug.solid.newton import TIGHT
from vertaug.solid.set_cement import cement_items, cement_stress, set_cement
from vertaug.state import CEMENT, State
from vertaug.verification.check import Check
from vertaug.verification.closed_forms.filled_bone import SetUnderLoad, interpenetrating, layers
from vertaug.verification.closed_forms.inclusion import MixtureBounds
from vertaug.verification.meshes import box
from vertaug.verification.problem import Bounds, Positive, benchmark

Float = NDArray[np.float64]
Shares = Annotated[tuple[float, ...], Bounds(0.0, 1.0 + 1e-9)]

SIDE, HEIGHT = 10.0, 20.0
NAMES = ("cortex", "endplate_inferior", "endplate_superior")
NO_SHELLS = Shells(
    cortex_modulus=1e-6, cortex_strength=1e-8, endplate_modulus=1e-6, endplate_strength=1e-8
)
"""Membranes that carry nothing."""
CURED = 0.95
SMALL = "strains up to 4e-4: terms of second order, and what membranes and the beds' shear hold"


def column(divisions: int, density: float, poisson: float) -> tuple[State, SolidModel]:
    """A stress-free column of bone along z between soft beds that hand on an even pressure.

    Without their shear a column under a dead load would slip and tilt.
    """
    body = box("tet4", (divisions, divisions, 2 * divisions))
    sides = [body.facets[name] for name in ("x0", "x1", "y0", "y1", "z0", "z1")]
    mesh = Mesh(
        points=body.points * np.array([SIDE, SIDE, HEIGHT]),
        cells=body.cells,
        cell_region=np.zeros(len(body.cells), dtype=np.int32),
        facets=np.concatenate(sides),
        facet_set=np.repeat([0, 0, 0, 0, 1, 2], [len(s) for s in sides]).astype(np.int32),
        region_names=("trabecular",),
        facet_names=NAMES,
    )
    model = SolidModel(
        law=BoneLaw(poisson=poisson), shells=NO_SHELLS, surroundings=Surroundings(0.0, 1.0, 1e-2, guided=True),
        contact=None,
    )  # fmt: skip
    zero = np.zeros(mesh.n_cells)
    state = first_state(
        mesh, model, np.full(mesh.n_cells, density), zero, np.zeros(len(mesh.facets))
    )
    return state, model


def modulus(state: State, model: SolidModel, load: float) -> float:
    """Young's modulus of a column from its stiffness between no load and a small one."""
    return body_stiffness(state, model, 0.0, load) * HEIGHT / SIDE**2


def cemented(state: State, model: SolidModel, filling: Float, cement: BoneCement) -> State:
    """The column with cured cement in its pores."""
    return set_cement(state, model, 0.9 * filling, filling, np.full(len(filling), CURED), cement)


@benchmark(
    "f4.filled_bone", "SOLID", "A column of bone with cement in its pores",
    "Its modulus is Hill's self-consistent one, between the bounds of Hashin and Shtrikman; full, that of cement.",
    quick={"divisions": 2},
)  # fmt: skip
def filled_bone(
    density: Positive = 100.0,
    young: Positive = 1937.0,
    fillings: Shares = (0.2, 0.5, 0.8, 1.0),
    load: Positive = 5.0,
    divisions: Annotated[int, Bounds(1, 12)] = 4,
) -> Iterator[Check]:
    """Load columns with more and more of their pores filled; both phases have the Poisson ratio 0.2."""
    cement = BoneCement(young, 0.2)
    state, model = column(divisions, density, 0.2)
    bare = float(model.law.modulus(np.array([density]))[0])
    yield Check("modulus of bone alone", bare, modulus(state, model, load), 2e-3, SMALL, "MPa")
    before = bare
    for share in fillings:
        found = modulus(
            cemented(state, model, np.full(state.mesh.n_cells, share), cement), model, load
        )
        exact = interpenetrating(bare, young, share)
        bounds = MixtureBounds(bare, 0.2, young, 0.2, share)
        yield Check(f"modulus at a filling of {share:g}", exact, found, 2e-3, SMALL, "MPa")
        for name, bound in (("at least", bounds.lower), ("at most", bounds.upper)):
            yield Check(
                f"{name} the bound of Hashin and Shtrikman at {share:g}", bound, found, 2e-3, SMALL, "MPa",
                kind="at least" if name == "at least" else "at most", regression=False,
            )  # fmt: skip
        yield Check(
            f"stiffer at {share:g} than before", before, found, 0.0, "more cement is stiffer", "MPa",
            kind="at least", regression=False,
        )  # fmt: skip
        before = found


@benchmark(
    "f5.cement_layer", "SOLID", "A layer of cement in a column of bone",
    "Without lateral strain its modulus is that of springs in series, and stress passes the interface unchanged.",
    quick={"divisions": 2},
)  # fmt: skip
def cement_layer(
    density: Positive = 100.0,
    young: Positive = 1937.0,
    load: Positive = 5.0,
    divisions: Annotated[int, Bounds(2, 12)] = 4,
) -> Iterator[Check]:
    """Make the middle half of a column cement alone; both have the Poisson ratio 0.

    Odd `divisions` have no plane there: one more sheet of cells on each side is cement. One has no bone left.
    """
    cement = BoneCement(young, 0.0)
    state, model = column(divisions, density, 0.0)
    bare = float(model.law.modulus(np.array([density]))[0])
    share = (divisions + divisions % 2) / (2 * divisions)
    middle = np.abs(state.mesh.centroids()[:, 2] - 0.5 * HEIGHT) < 0.5 * share * HEIGHT
    mesh = replace(
        state.mesh, cell_region=middle.astype(np.int32), region_names=("trabecular", CEMENT)
    )
    state = cemented(replace(state, mesh=mesh), model, middle.astype(np.float64), cement)
    exact = layers(bare, young, share)
    yield Check("modulus", exact, modulus(state, model, load), 2e-3, SMALL, "MPa")
    whole = Equilibrium(state, model)
    step = whole.step(state, [], load, TIGHT)
    step = whole.step(step.state, [], load, TIGHT, before=step.drive)
    wall = interface_stress(step.state, whole.stress(step.state))
    even = -load / SIDE**2
    yield Check("area of the interface", 2.0 * SIDE**2, float(wall.area.sum()), 1e-4, SMALL, "mm^2")
    yield Check(
        "normal traction, mean",
        even,
        float(wall.area @ wall.pull / wall.area.sum()),
        1e-3,
        SMALL,
        "MPa",
    )
    worst = float(np.abs(wall.pull / even - 1.0).max())
    yield Check("normal traction, worst facet", 0.0, worst, 5e-3, SMALL, regression=False)
    yield Check("jump across it", 0.0, wall.jump, 5e-3, SMALL, regression=False)


@benchmark(
    "f6.set_under_load", "SOLID", "Cement that sets in bone under load",
    "It sets without stress and nothing moves; once the load is gone it holds a part of the bone's strain.",
    quick={"divisions": 2},
)  # fmt: skip
def set_under_load(
    density: Positive = 100.0,
    young: Positive = 1937.0,
    filling: Annotated[float, Bounds(0.05, 1.0 + 1e-9)] = 0.6,
    load: Positive = 5.0,
    divisions: Annotated[int, Bounds(1, 12)] = 4,
) -> Iterator[Check]:
    """Load a column of bone, let cement set in its pores, unload it."""
    cement = BoneCement(young, 0.2)
    state, model = column(divisions, density, 0.2)
    bare = float(model.law.modulus(np.array([density]))[0])
    whole = Equilibrium(state, model)
    loaded = whole.step(state, [], load, TIGHT)
    for _ in range(3):
        loaded = whole.step(loaded.state, [], load, TIGHT, before=loaded.drive)
    body = cemented(loaded.state, model, np.full(state.mesh.n_cells, filling), cement)
    size = load / SIDE**2
    fresh = float(np.abs(cement_stress(body)).max()) / size
    yield Check(
        "stress of cement as it sets, of the bone's",
        0.0,
        fresh,
        1e-9,
        "no strain yet",
        regression=False,
    )
    whole = Equilibrium(body, model)
    still = whole.step(body, [], load, TIGHT, before=loaded.drive)
    moved = float(np.abs(still.way).max()) / HEIGHT
    yield Check(
        "way of the body as it sets, of its height",
        0.0,
        moved,
        1e-9,
        "the same forces",
        regression=False,
    )
    free = whole.step(still.state, [], 0.0, TIGHT, before=still.drive)
    gap = abs(free.energy.error) / abs(free.energy.stored)
    free = whole.step(free.state, [], 0.0, TIGHT, before=free.drive)
    exact = SetUnderLoad(bare, interpenetrating(bare, young, filling) - bare, -size)
    held = cement_stress(free.state)[:, 2, 2]
    rest = whole.stress(free.state)[:, 2, 2] - held
    volume = free.state.mesh.volumes()
    for name, reference, found in (
        ("bone", exact.bone_stress, rest), ("cement", exact.cement_stress, held)
    ):  # fmt: skip
        mean = float(volume @ found / volume.sum())
        yield Check(f"stress of {name} without load", reference, mean, 3e-3, SMALL, "MPa")
    stored = sum(item.energy(free.state.mesh.points) for item in cement_items(free.state))
    work = 0.5 * exact.cement_stress * exact.strain * SIDE**2 * HEIGHT
    yield Check("energy of the cement", work, stored, 5e-3, SMALL, "mJ")
    gap = abs(free.energy.error) / abs(free.energy.stored)
    yield Check(
        "energy that is found nowhere", 0.0, gap, 1e-4, "trapezoidal rule", regression=False
    )
