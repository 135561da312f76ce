# SPDX-License-Identifier: BSD-3-Clause
"""A simulated lytic lesion raises the pressure at the posterior wall.

Reidy et al. (2003), Spine 28:1534. Ten cadaveric vertebrae intact and seven (4 lumbar, 3 thoracic) in which a core
of cancellous bone in the middle of the body had been replaced by soft tumour tissue took Simplex P through one
pedicle at 3 mL/min. The highest pressure at the posterior wall was 6.83 kPa in intact, 39.66 kPa in lytic vertebrae.

Here one body (an elliptic column of 42 x 32 x 26 mm, bone of 10 %) stands for both, with the usual openings, marrow
of a cold specimen (1.9 Pa s, Bryant 1989) and cement of the medium class for six minutes. 4.5 mL, 18 % of the body,
go in beside the middle. The core is a cylinder of a fifth of the body from its front to its back, emptied of bone;
what the abstract does not tell of it (size, direction, how near the wall) is assumed. Tumour has its card's
constants: none is fitted.

Why the pressure rises: cement drives out its own volume whatever it drives. In the intact body most of the
marrow leaves by the basivertebral foramen at a kilopascal. A core that reaches the wall stands before the
foramen; marrow does not pass tumour, and all of it has to leave by the narrow segmental veins: a ratio of 12.5 (8.6
with a yield stress of 0.2 kPa, 19 with 5 kPa). A lesion that sound bone parts from wall and foramen raises the
pressure at the wall by 45 %. The measured ratio of 5.8 lies between the two, and how near the wall the cores came
is not in the abstract; neither is within a factor of 2 (docs/effects.md).
"""

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.lesion import lay_tumour
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.cement.tumour import Tumour
from vertaug.materials.rheology import bryant_1988, cement_classes
from vertaug.materials.rheology.tumour import TumourTissue
from vertaug.verification.meshes import cut_cubes

pytestmark = pytest.mark.published

HALF = np.array([21.0, 16.0, 13.0])
INTACT_KPA, LYTIC_KPA = 6.83, 39.66
ROOM = 296.15
FIFTH = 0.2


def body(lesion: str) -> DeformedSolid:
    """The body without a lesion, with a ``core`` from front to back, or one ``inside`` sound bone."""
    size, number = 2.0, np.array([24, 20, 14])
    stride = np.array([(number[1] + 1) * (number[2] + 1), number[2] + 1, 1])
    axes = [np.arange(n + 1) for n in number]
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    cubes = lattice[(lattice < number).all(axis=1)]
    middle = size * (cubes + 0.5 - number / 2.0)
    column = np.hypot(middle[:, 0] / HALF[0], middle[:, 1] / HALF[1]) < 1.0
    cubes = cubes[column & (np.abs(middle[:, 2]) < HALF[2])]
    cells = cut_cubes(cubes, stride)
    points = size * (lattice - number / 2.0)
    place = points[cells].mean(axis=1)
    apart = (
        np.hypot(place[:, 0], place[:, 2]) if lesion == "core" else np.linalg.norm(place, axis=1)
    )
    nearest = np.argsort(apart, kind="stable")
    hit = np.zeros(len(cells), dtype=bool)
    if lesion:
        hit[nearest[: round(FIFTH * len(cells))]] = True
    names = ("trabecular", "tumour")
    fraction = np.where(hit, 0.01, 0.1)
    ratio = np.ones(len(cells))
    return DeformedSolid(points, cells, ratio, fraction, hit.astype(np.int32), names)


def sites() -> list[OpeningSite]:
    """The basivertebral foramen and six segmental veins, sizes as by default."""

    def site(name: str, pathway: str, space: str, turn: float, radius: float, length: float):
        t = np.radians(turn)
        at = np.array([[HALF[0] * np.cos(t), HALF[1] * np.sin(t), 0.0]])
        return OpeningSite(name, pathway, space, 0.0, at, radius, length)

    veins = [
        site(f"vein_{n}", "segmental_vein", "vein", turn, 0.5, 10.0)
        for n, turn in enumerate((20.0, -20.0, 160.0, 200.0, -70.0, -110.0))
    ]
    return [site("basivertebral", "basivertebral", "canal", 90.0, 1.5, 8.0), *veins]


def injected(lesion: str) -> InjectionResult:
    """4.5 mL at 3 mL/min beside the middle of the body."""
    solid = body(lesion)
    grid, _ = lay_grid(solid, sites(), GridOptions(spacing=1.5))
    tumour = lay_tumour(solid, grid)
    cells = np.argwhere(grid.kind == 1)
    wall = np.array([0.0, HALF[1] - 2.0, 0.0])
    near = np.argsort(np.linalg.norm(grid.centres(cells) - wall, axis=1), kind="stable")[:8]
    middle = np.argsort(np.linalg.norm(grid.centres(cells), axis=1), kind="stable")[:8]
    cement = Cement(
        "medium", cement_classes.curve_of_class("medium"), 360.0, bryant_1988.COLD, ROOM, ROOM
    )
    return inject(
        grid, cement, [Cannula("pedicle", (5.0, -4.0, 0.0), 11, 125.0)], [Push("pedicle", 4500.0, 50.0)],
        InjectionOptions(pressure_limit=10.0), probes={"wall": cells[near], "middle": cells[middle]},
        tumour=None if tumour is None else Tumour(tumour.saturation),
    )  # fmt: skip


@pytest.fixture(scope="module")
def results() -> dict[str, InjectionResult]:
    return {lesion: injected(lesion) for lesion in ("", "core", "inside")}


def peak(result: InjectionResult, place: str = "wall") -> float:
    """Highest pressure, kPa."""
    return 1e3 * float(result.history.probes[place].max())


def test_the_measured_ratio_lies_between_a_core_at_the_wall_and_one_within_the_bone(
    results: dict[str, InjectionResult],
) -> None:
    core, inside = (peak(results[name]) / peak(results[""]) for name in ("core", "inside"))
    measured = LYTIC_KPA / INTACT_KPA
    assert 1.2 < inside < measured < core < 2.5 * measured


def test_a_core_of_tumour_raises_the_pressure_as_measured(
    results: dict[str, InjectionResult],
) -> None:
    ratio = peak(results["core"]) / peak(results[""])
    measured = LYTIC_KPA / INTACT_KPA
    assert 0.5 * measured < ratio < 2.0 * measured


def test_the_core_stops_the_foramen(results: dict[str, InjectionResult]) -> None:
    """What went by the basivertebral foramen goes by the segmental veins: nine tenths of all that goes."""
    intact, core = results[""].expelled, results["core"].expelled
    assert intact["basivertebral"] > intact["segmental_vein"]
    assert core["basivertebral"] < 0.1 * intact["basivertebral"]
    assert core["segmental_vein"] > 0.9 * results["core"].injected


def test_absolute_pressures_are_of_the_order_measured(results: dict[str, InjectionResult]) -> None:
    """Both fall short, by about the same factor: marrow and openings of the specimens are not known."""
    assert 0.1 * INTACT_KPA < peak(results[""]) < INTACT_KPA
    assert 0.1 * LYTIC_KPA < peak(results["core"]) < LYTIC_KPA


def test_a_lesion_within_sound_bone_raises_the_pressure_in_itself(
    results: dict[str, InjectionResult],
) -> None:
    """By more than its yield stress, whatever marrow adds to both."""
    early = [float(results[name].history.probes["middle"][0]) for name in ("", "inside")]
    assert early[1] > early[0] + TumourTissue().yield_stress
    assert peak(results["inside"]) < 2.0 * peak(results[""])


def test_tumour_stays_whole(results: dict[str, InjectionResult]) -> None:
    for name in ("core", "inside"):
        tumour = results[name].tumour
        assert tumour is not None
        assert tumour.balance_error < 1e-10
        assert tumour.left + sum(tumour.pressed_out.values()) == pytest.approx(tumour.start)
