# SPDX-License-Identifier: BSD-3-Clause
"""Tumour on the flow grid: laid from regions, moved by cement, pressed out, kept."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement, cement_of_class
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.lesion import lay_tumour
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.cement.tumour import Tumour, extrusion_drop
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.ostwald_1925 import PowerLaw
from vertaug.materials.rheology.tumour import TumourTissue
from vertaug.verification.problems.injection import ball

CEMENT = cement_of_class("medium", 360.0)
TIP = Cannula("tip", (0.0, 0.0, 0.0), 11, 125.0)
BEHIND = OpeningSite("breach", "cortical_defect", "canal", 0.0, np.array([[0.0, 15.0, 0.0]]), 3.0)
SOFT = TumourTissue(2e-4)


def lytic(solid: DeformedSolid, length: float, left: float = 0.02) -> DeformedSolid:
    """The solid with a lesion around its middle that reaches back to y = `length`, mm."""
    place = solid.points[solid.cells].mean(axis=1)
    y = np.clip(place[:, 1], 0.0, length)
    apart = np.linalg.norm(place - np.stack([0.0 * y, y, 0.0 * y], axis=1), axis=1)
    hit = apart < 6.0
    return replace(
        solid, region=hit.astype(np.int32), region_names=("trabecular", "tumour_lytic"),
        bone_fraction=np.where(hit, left, solid.bone_fraction),
    )  # fmt: skip


def run(grid: FlowGrid, tumour: Tumour | None, volume: float = 2500.0) -> InjectionResult:
    return inject(grid, CEMENT, [TIP], [Push("tip", volume, 50.0)], tumour=tumour)


@pytest.fixture(scope="module")
def breached(
    make_solid: Callable[..., DeformedSolid], sites: tuple[OpeningSite, ...]
) -> tuple[FlowGrid, InjectionResult, float]:
    """A lesion in dense bone that reaches a breach of the posterior wall; its pores' volume by the mesh."""
    solid = lytic(make_solid(cavity_radius=0.0, fraction=0.3), 20.0)
    grid, _ = lay_grid(solid, (BEHIND, *sites[1:]), GridOptions(spacing=1.5))
    lesion = lay_tumour(solid, grid)
    assert lesion is not None
    return grid, run(grid, Tumour(lesion.saturation, SOFT)), lesion.volume


def test_tumour_fills_the_pores_of_its_region(
    make_solid: Callable[..., DeformedSolid], sites: tuple[OpeningSite, ...]
) -> None:
    solid = make_solid(cavity_radius=0.0)
    grid, _ = lay_grid(solid, sites, GridOptions(spacing=1.0))
    assert lay_tumour(solid, grid) is None
    marked = lytic(solid, 0.0)
    grid, _ = lay_grid(marked, sites, GridOptions(spacing=1.0))
    lesion = lay_tumour(marked, grid)
    assert lesion is not None
    assert lesion.volume == pytest.approx(0.98 * 4.0 / 3.0 * np.pi * 6.0**3, rel=0.03)
    assert lesion.error < 0.03
    deep = np.linalg.norm(grid.centres(np.argwhere(grid.kind > 0)), axis=1)
    share = lesion.saturation[grid.kind > 0]
    assert (share[deep < 3.5] == 1.0).all()
    assert (share[deep > 9.0] == 0.0).all()


STORED_TIP, STORED_SQUARE = 0.060684872406175455, 696.0099157306552
"""What the injection of the next test gave without a third phase: pressure, MPa, sum of squares of shares."""


def test_no_tumour_leaves_every_bit() -> None:
    grid = ball(12, 16.0, 5e-3, 0.8)
    curve = of_ages({0.0: PowerLaw(2e-4, 0.7)}, calibrated=True)
    cement = Cement("test", curve, 0.0, 1.5e-7, body=nicholas_2007.REFERENCE)
    plain, zero = (
        inject(grid, cement, [TIP], [Push("tip", 1500.0, 50.0)], tumour=tumour)
        for tumour in (None, Tumour(np.zeros(grid.shape)))
    )
    assert plain.tumour is None
    for name in ("saturation", "pressure", "portions", "age"):
        assert np.array_equal(getattr(plain, name), getattr(zero, name))
    for name in ("tip", "marrow_out", "balance", "marrow_balance"):
        assert np.array_equal(getattr(plain.history, name), getattr(zero.history, name))
    assert plain.history.tip[-1] == pytest.approx(STORED_TIP, rel=1e-9)
    assert (plain.saturation**2).sum() == pytest.approx(STORED_SQUARE, rel=1e-9)


def test_volumes_of_all_three_are_kept(breached: tuple[FlowGrid, InjectionResult, float]) -> None:
    _, result, whole = breached
    tumour = result.tumour
    assert tumour is not None
    assert tumour.start == pytest.approx(whole, rel=0.12)
    assert tumour.balance_error < 1e-10
    assert result.balance_error < 1e-10
    assert np.abs(result.history.marrow_balance).max() < 1e-10
    out = sum(tumour.pressed_out.values())
    assert tumour.start - tumour.left == pytest.approx(out, rel=1e-9)
    outside = sum(tumour.in_spaces.values()) + tumour.in_vessels
    assert outside == pytest.approx(out, rel=1e-9)
    both = tumour.saturation + result.saturation
    assert both.max() <= 1.0 + 1e-12
    assert tumour.saturation.min() >= 0.0


def test_tumour_is_pressed_through_a_breach_and_not_into_small_veins(
    breached: tuple[FlowGrid, InjectionResult, float],
) -> None:
    """What cement drives out is its own volume: by the wide breach tumour, by veins marrow."""
    _, result, _ = breached
    tumour = result.tumour
    assert tumour is not None
    assert tumour.pressed_out["cortical_defect"] > 0.1 * result.injected
    assert tumour.pressed_out["segmental_vein"] < 1e-3 * result.injected
    assert result.expelled["segmental_vein"] > 0.3 * result.injected
    assert tumour.behind["canal"] > 5.0 * tumour.behind["paravertebral"]
    assert tumour.in_spaces["canal"] > 0.0
    assert np.all(np.diff(tumour.curves["cortical_defect"]) >= -1e-9)
    gone = sum(tumour.pressed_out.values()) + sum(result.expelled.values())
    gone += sum(result.leaked.values())
    assert gone == pytest.approx(result.injected, rel=1e-6)
    assert 0.5 < tumour.lesion_fill < 1.0


def test_tumour_within_bone_stays_there(
    make_solid: Callable[..., DeformedSolid], sites: tuple[OpeningSite, ...]
) -> None:
    """Without a way out of its own, tumour is driven into the pores around it, ahead of cement, and no farther."""
    solid = lytic(make_solid(cavity_radius=0.0), 0.0)
    grid, _ = lay_grid(solid, sites, GridOptions(spacing=1.5))
    lesion = lay_tumour(solid, grid)
    assert lesion is not None
    tumour = run(grid, Tumour(lesion.saturation), 1200.0).tumour
    assert tumour is not None
    assert sum(tumour.pressed_out.values()) < 1e-3 * tumour.start
    assert tumour.left == pytest.approx(tumour.start, rel=1e-3)
    assert (tumour.saturation[lesion.saturation == 0.0] > 0.3).any()


def test_a_higher_yield_stress_holds_tumour_back(
    breached: tuple[FlowGrid, InjectionResult, float],
) -> None:
    grid, soft, _ = breached
    assert soft.tumour is not None
    start = np.clip(soft.tumour.lesion.astype(np.float64), 0.0, 1.0)
    out, peak = [], []
    for yield_stress in (2e-4, 5e-3):
        result = run(grid, Tumour(start, TumourTissue(yield_stress)), 1000.0)
        assert result.tumour is not None
        out.append(result.tumour.pressed_out["cortical_defect"])
        peak.append(float(result.history.tip.max()))
    assert out[1] < 0.7 * out[0]
    assert peak[1] > 3.0 * peak[0]


def test_thresholds_of_extrusion() -> None:
    tissue = TumourTissue(1e-3, 1e-4, 5.0)
    assert extrusion_drop(tissue, 2.0, 8.0, 0.0) == pytest.approx(1e-3 * (2.0 * 8.0 / 2.0 + 5.0))
    rising = [extrusion_drop(tissue, 2.0, 8.0, rate) for rate in (0.0, 1e-6, 1.0, 10.0)]
    assert np.all(np.diff(rising) > 0.0)
    assert rising[1] == pytest.approx(rising[0], rel=1e-2)


@pytest.mark.parametrize("wrong", ["shape", "negative", "too much"])
def test_wrong_tumour_is_refused(
    make_solid: Callable[..., DeformedSolid], sites: tuple[OpeningSite, ...], wrong: str
) -> None:
    grid, _ = lay_grid(make_solid(cavity_radius=0.0), sites, GridOptions(spacing=2.5))
    shares = {
        "shape": np.zeros((2, 2, 2)),
        "negative": np.full(grid.shape, -0.1),
        "too much": np.full(grid.shape, 1.1),
    }
    with pytest.raises(InputError, match="E-CEMENT-020"):
        inject(
            grid, CEMENT, [TIP], [Push("tip", 100.0, 50.0)], InjectionOptions(), tumour=Tumour(shares[wrong]),
        )  # fmt: skip


@pytest.mark.parametrize(
    "field", [{"yield_stress": -1.0}, {"viscosity": 0.0}, {"entry": float("nan")}]
)
def test_wrong_tissue_is_refused(field: dict[str, float]) -> None:
    with pytest.raises(InputError, match="tumour"):
        TumourTissue(**field)
