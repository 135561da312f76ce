# SPDX-License-Identifier: BSD-3-Clause
"""Run control on small bodies: sizes, stations, failures that change nothing, limit loads, NaN."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.solid.cells import SMALL
from vertaug.solid.controls import DisplacementControl, LoadControl, MeasureControl, VolumeControl
from vertaug.solid.diagnosis import Names
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.stepping import PathOptions, follow
from vertaug.solid.support import nodal_areas
from vertaug.verification.meshes import grid
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

YOUNG, POISSON = 200.0, 0.3


def cube(cases, strength=1e9):
    """Unit cube of tetrahedra on its bottom, free to slide; nodes of its top."""
    points, cells = cases.grid(2)
    item = cases.SolidItem.at_rest(
        points, cells, laws.CRUSHABLE, cases.row(YOUNG, POISSON, strength)
    )
    fixed = np.zeros(points.shape, dtype=bool)
    fixed[points[:, 2] < 1e-9, 2] = True
    fixed[np.abs(points).max(axis=1) < 1e-9] = True
    fixed[(points[:, 1] < 1e-9) & (points[:, 0] > 1 - 1e-9) & (points[:, 2] < 1e-9), 1] = True
    return points, item, fixed, np.flatnonzero(points[:, 2] > 1.0 - 1e-9).astype(np.int32)


def shares(points, top):
    """Share of the unit top area that each of its nodes carries."""
    _, cells = grid(2)
    faces = cells[:, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]].reshape(-1, 3)
    _, area = nodal_areas(points, faces[np.isin(faces, top).all(axis=1)])
    return area


def pull(cases, points, top):
    """Dead load on the top for a factor in N."""
    along = np.zeros((len(top), 3))
    along[:, 2] = shares(points, top)
    return LoadControl(lambda factor: (cases.NodalLoad(top, factor * along),), "F")


def lift(points, top):
    """Motion of the top for a target in mm."""
    moved = np.zeros(points.shape, dtype=bool)
    moved[top, 2] = True
    return DisplacementControl(moved, lambda target: points + target * np.array([0.0, 0.0, 1.0]))


OPTIONS = PathOptions(first=0.05, smallest=1e-3, largest=0.5)


def test_stations_are_hit_and_steps_grow(cases):
    points, item, fixed, top = cube(cases)
    result = follow(points, [item], lift(points, top), (0.1, 0.3), fixed, OPTIONS)
    targets = [step.target for step in result.steps]
    assert result.ended == "end"
    assert targets[-1] == 0.3
    assert 0.1 in targets
    sizes = np.diff([0.0, *targets])
    assert sizes.max() > 1.4 * sizes[0]
    assert all(step.converged and step.residuals[-1] <= 1e-8 for step in result.steps)
    assert result.points[top, 2] == pytest.approx(1.3, abs=1e-14)
    strain = math.log(1.3)
    area = np.ptp(result.points[top, 0]) * np.ptp(result.points[top, 1])
    stretch = math.exp(strain * (1.0 - 2.0 * POISSON))
    assert result.factor / area * stretch == pytest.approx(YOUNG * strain, rel=1e-6)


def test_controls_agree(cases):
    """The same equilibrium by load, by displacement, by the conjugate measure."""
    points, item, fixed, top = cube(cases)
    options = replace(OPTIONS, first=10.0, largest=20.0)
    by_load = follow(points, [item], pull(cases, points, top), (20.0,), fixed, options)
    reached = float(shares(points, top) @ by_load.points[top, 2])
    direction = np.zeros((len(top), 3))
    direction[:, 2] = shares(points, top)
    measure = MeasureControl(top, direction, 1e8)
    by_measure = follow(points, [item], measure, (reached,), fixed, OPTIONS, start=1.0)
    assert by_measure.factor == pytest.approx(20.0, rel=1e-5)
    np.testing.assert_allclose(by_measure.points, by_load.points, atol=1e-6)


def arrays_of(points, items):
    """Bytes of every array of a run."""
    found = [points.tobytes()]
    for item in items:
        found += [v.tobytes() for v in vars(item).values() if isinstance(v, np.ndarray)]
    return found


def test_a_failed_step_changes_nothing_and_says_why(cases):
    points, item, fixed, top = cube(cases, strength=2.0)
    options = replace(OPTIONS, newton=NewtonOptions(tolerance=1e-8, max_iterations=6))
    kept = []
    before = arrays_of(points, [item])

    def progress(step, stage):
        kept.append((stage, arrays_of(stage.points, stage.items)))

    names = Names(nodes={"top": top}, cells={"all": np.arange(len(item.cells))})
    result = follow(
        points, [item], lift(points, top), (-0.05, -3.0), fixed, options,
        names=names, progress=progress,
    )  # fmt: skip
    assert result.ended == "smallest step"
    assert arrays_of(points, [item]) == before
    stage, bits = kept[-1]
    assert arrays_of(stage.points, stage.items) == bits
    assert arrays_of(result.points, result.items) == bits
    last = result.steps[-1]
    assert not last.converged
    assert last.energy.external == 0.0
    assert last.factor == result.factor
    assert last.cuts
    assert [cut.size for cut in last.cuts] == sorted((c.size for c in last.cuts), reverse=True)
    assert last.cuts[0].cells[0].regions == ("all",)
    assert "det f" in result.limited_by
    assert "node" in result.limited_by
    assert all(math.isfinite(place.value) for cut in last.cuts for place in cut.nodes)


def test_cut_steps_say_so_and_the_run_goes_on(cases):
    points, item, fixed, top = cube(cases, strength=2.0)
    options = PathOptions(
        first=0.6, smallest=1e-3, largest=0.6,
        newton=NewtonOptions(tolerance=1e-8, max_iterations=7),
    )  # fmt: skip
    result = follow(points, [item], lift(points, top), (-0.6,), fixed, options)
    assert result.ended == "end"
    cut = [step for step in result.steps if step.cuts]
    assert cut
    assert cut[0].limited_by.startswith("cut: ")
    assert result.points[top, 2] == pytest.approx(0.4, abs=1e-14)


def test_a_bar_at_its_limit_load(cases):
    """Perfect plasticity at small strain: load control ends at F = Y A, displacement control goes on."""
    points, cells = cases.grid(2)
    _, _, fixed, top = cube(cases)
    item = cases.SolidItem.at_rest(
        points, cells, laws.CRUSHABLE, cases.row(YOUNG, POISSON, 2.0), kinematics=SMALL
    )
    options = PathOptions(first=0.9, smallest=1e-3, largest=1.0)
    result = follow(points, [item], pull(cases, points, top), (5.0,), fixed, options)
    assert result.ended == "limit"
    assert result.limit is not None
    assert result.limit[0] <= 2.0 * (1.0 + 1e-6)
    assert result.limit[0] == pytest.approx(2.0, abs=4e-3)
    assert result.limit[1] > 2.0 * (1.0 - 1e-6)
    assert f"limit load reached at F = {result.factor:.6g}" in result.limited_by
    on = follow(points, [item], lift(points, top), (0.1,), fixed, OPTIONS)
    assert on.ended == "end"
    assert on.factor == pytest.approx(2.0, rel=1e-6)


@pytest.mark.parametrize("where", ["points", "metric", "parameters"])
def test_no_number_in_is_refused(cases, where):
    points, item, fixed, top = cube(cases)
    if where == "points":
        points = points.copy()
        points[3, 1] = math.nan
    else:
        broken = getattr(item, where).copy()
        broken.flat[5] = math.nan
        item = replace(item, **{where: broken})
    with pytest.raises(InputError, match=f"{where}[^$]*no numbers"):
        follow(points, [item], pull(cases, points, top), (1.0,), fixed, OPTIONS)


def test_no_number_on_the_way_ends_the_run(cases):
    """Loads that are no numbers at some target fail like any step: the rest of the run is kept."""
    points, item, fixed, top = cube(cases)
    good = pull(cases, points, top)

    class Unchecked(cases.NodalLoad):
        def __post_init__(self):
            """Let numbers that are not finite through."""

    def loads(factor):
        (load,) = good.loads(factor)
        return (Unchecked(load.nodes, load.forces * (1.0 if factor < 5.0 else math.nan)),)

    bad = LoadControl(loads, "F")
    options = PathOptions(first=2.0, smallest=0.5, largest=4.0)
    result = follow(points, [item], bad, (10.0,), fixed, options)
    assert result.ended == "smallest step"
    assert 4.0 <= result.target < 5.0
    assert np.isfinite(result.points).all()


def test_stop_rule(cases):
    points, item, fixed, top = cube(cases)
    result = follow(
        points, [item], lift(points, top), (0.4,), fixed, OPTIONS,
        stop=lambda step, stage: "strong enough" if stage.factor > 20.0 else "",
    )  # fmt: skip
    assert (result.ended, result.limited_by) == ("stop rule", "strong enough")
    assert 0.0 < result.target < 0.4


@pytest.mark.parametrize("sizes", [(1.0, 2.0, 3.0), (0.0, 0.0, 1.0), (2.0, 1.0, 1.0)])
def test_sizes_that_make_no_sense(sizes):
    first, smallest, largest = sizes
    with pytest.raises(InputError, match="smallest <= first <= largest"):
        PathOptions(first=first, smallest=smallest, largest=largest)


def test_volume_control_holds_the_volume(cases):
    body = cases.ball(cases.sphere(2), np.linspace(5.0, 8.0, 3))
    item = body.item(laws.NEO_HOOKE, np.array([0.0, 0.0, 3.0, 1.1]))
    control = VolumeControl(body.inner, 1e4)
    first = control.items(1.0, 0.0)[0].volume(body.points)
    options = PathOptions(first=0.1 * first, smallest=1e-3 * first, largest=0.5 * first)
    result = follow(
        body.points, [item], control, (2.0 * first,), body.fixed(), options, start=first
    )
    held = control.items(1.0, 0.0)[0].volume(result.points)
    assert result.ended == "end"
    assert held == pytest.approx(2.0 * first, rel=1e-5)
    assert result.factor == pytest.approx(
        cases.cavity_pressure(body, item, result.points), rel=0.01
    )
