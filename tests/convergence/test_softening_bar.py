# SPDX-License-Identifier: BSD-3-Clause
"""A softening bar in compression: with averaged damage its band and its work do not depend on the cells."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.materials.bone import BoneLaw
from vertaug.mesh import Mesh
from vertaug.outcomes import crush_test, potted
from vertaug.solid.model import Shells, SolidModel, first_state
from vertaug.verification.meshes import box

pytestmark = pytest.mark.usefixtures("one_thread")

LENGTH, SIDE = 20.0, 4.0
NAMES = ("cortex", "endplate_inferior", "endplate_superior")
NOTHING = Shells(cortex_modulus=1.0, cortex_strength=1e-3, endplate_modulus=1.0, endplate_strength=1e-3)  # fmt: skip


def bar(divisions):
    """A bar along z, its ends named as endplates."""
    body = box("tet4", (divisions, divisions, 5 * divisions))
    sides = [body.facets[name] for name in ("x0", "x1", "y0", "y1", "z0", "z1")]
    return Mesh(
        points=body.points * np.array([SIDE, SIDE, LENGTH]),
        cells=body.cells,
        cell_region=np.zeros(len(body.cells), dtype=np.int32),
        facets=np.concatenate(sides),
        facet_set=np.repeat([0, 0, 0, 0, 1, 2], [len(s) for s in sides]).astype(np.int32),
        region_names=("trabecular",),
        facet_names=NAMES,
    )


def crushed(divisions, length):
    """Work (mJ) of a crush by 3 %, width (mm) of the band and largest strain in it; one row of cells is weak.

    The bone loses much strength with damage; ``length`` mm is that of the average.
    """
    law = replace(BoneLaw(), strength_loss=0.6, damage_length=length)
    model = potted(SolidModel(law=law, shells=NOTHING))
    mesh = bar(divisions)
    row = SIDE / divisions
    weak = np.abs(mesh.centroids()[:, 2] - 0.5 * (LENGTH - row)) < 0.5 * row
    state = first_state(
        mesh, model, np.where(weak, 95.0, 100.0), np.zeros(mesh.n_cells), np.zeros(len(mesh.facets))
    )
    result = crush_test(state, model, 0.03 * LENGTH, steps=12, reload=0.1)
    curve, strain, volume = result.first, result.state.bone.plastic, result.state.bone.volume
    width = (strain @ volume) ** 2 / (strain**2 @ volume) / SIDE**2
    return float(np.trapezoid(curve[:, 1], curve[:, 0])), float(width), float(strain.max())


def test_bands_do_not_shrink_with_the_cells_once_damage_is_averaged():
    """Without a length half the cell strains twice as much; with one work and width stay, and strain nearly."""
    local = [crushed(divisions, 0.0) for divisions in (2, 4)]
    work, width, strain = zip(*(crushed(divisions, 4.0) for divisions in (2, 4)), strict=True)
    assert local[1][1] < 0.85 * local[0][1]
    assert local[1][2] > 1.5 * local[0][2]
    assert work[1] == pytest.approx(work[0], rel=0.01)
    assert width[1] == pytest.approx(width[0], rel=0.12)
    assert strain[1] == pytest.approx(strain[0], rel=0.2)
    assert work[1] > local[1][0]
