# SPDX-License-Identifier: BSD-3-Clause
"""Properties of runs, on random small bodies under random motions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vertaug.errors import InputError
from vertaug.solid.cells import SolidItem
from vertaug.solid.controls import DisplacementControl
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.stepping import PathOptions, follow
from vertaug.verification.meshes import grid
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

CHECK = settings(max_examples=12, derandomize=True, deadline=None)
NEWTON = NewtonOptions(tolerance=1e-8, max_iterations=40)
SEEDS = st.integers(0, 10_000)


def body(seed, strength):
    """A distorted cube of random stiffness and a random motion of its top and bottom."""
    random = np.random.default_rng(seed)
    points, cells = grid(2)
    inner = (np.abs(points - 0.5) < 0.4).all(axis=1)
    points = points + np.where(inner[:, None], random.uniform(-0.08, 0.08, points.shape), 0.0)
    moduli = random.uniform(50.0, 300.0, (len(cells), 1))
    rows = np.concatenate([np.zeros((len(cells), 2)), moduli, 0.5 * moduli], axis=1)
    extra = np.tile([strength, 0.5, 0.5], (len(cells), 1))
    item = SolidItem.at_rest(points, cells, laws.CRUSHABLE, np.concatenate([rows, extra], axis=1))
    moved = np.repeat((np.abs(points[:, 2] - 0.5) > 0.49)[:, None], 3, axis=1)
    gradient = random.uniform(-1.0, 1.0, (3, 3))
    control = DisplacementControl(moved, lambda target: points + target * points @ gradient)
    return points, item, control


def run(seed, strength, target, size, **changes):
    """Go to a target in steps of a size."""
    points, item, control = body(seed, strength)
    options = PathOptions(size, min(size, 1e-4), size, newton=NEWTON)
    none = np.zeros(points.shape, dtype=bool)
    return follow(points, [item], control, (target,), none, replace(options, **changes))


@CHECK
@given(SEEDS)
def test_elastic_steps_large_and_small_end_alike(seed):
    one, many = run(seed, 1e9, 0.1, 0.1), run(seed, 1e9, 0.1, 0.02)
    assert one.ended == many.ended == "end"
    np.testing.assert_allclose(one.points, many.points, atol=1e-6)


@CHECK
@given(SEEDS)
def test_plastic_steps_large_and_small_end_close(seed):
    """One step against five of flow along a straight path: backward Euler differs by its first order."""
    one, many = run(seed, 2.0, 0.05, 0.05), run(seed, 2.0, 0.05, 0.01)
    assert one.ended == many.ended == "end"
    assert np.abs(one.points - many.points).max() < 0.1 * 0.05
    assert one.factor == pytest.approx(many.factor, rel=0.1, abs=0.05)
    for step in (*one.steps, *many.steps):
        assert step.energy.dissipated >= -1e-10


@CHECK
@given(SEEDS, st.floats(0.5, 2.0))
def test_a_run_that_fails_keeps_its_last_equilibrium(seed, far):
    """Three Newton iterations do not do: whatever fails, what was reached stays, bit by bit."""
    newton = NewtonOptions(tolerance=1e-10, max_iterations=3)
    points, item, control = body(seed, 2.0)
    before = [points.tobytes(), *(v.tobytes() for v in vars(item).values() if isinstance(v, np.ndarray))]  # fmt: skip
    options = PathOptions(0.2, 0.02, 0.2, newton=newton)
    stages = []
    result = follow(
        points, [item], control, (far,), np.zeros(points.shape, dtype=bool), options,
        progress=lambda step, stage: stages.append((stage, stage.points.tobytes())),
    )  # fmt: skip
    after = [points.tobytes(), *(v.tobytes() for v in vars(item).values() if isinstance(v, np.ndarray))]  # fmt: skip
    assert before == after
    assert all(stage.points.tobytes() == bits for stage, bits in stages)
    if result.ended != "end":
        last = stages[-1][1] if stages else before[0]
        assert result.points.tobytes() == last
        assert result.steps[-1].cuts
        assert np.isfinite(result.points).all()


@CHECK
@given(SEEDS, st.integers(0, 26), st.sampled_from(["points", "metric", "volume", "ratio"]))
def test_no_number_anywhere_is_refused(seed, index, where):
    points, item, control = body(seed, 2.0)
    if where == "points":
        points = points.copy()
        points[index, seed % 3] = np.nan
    else:
        values = getattr(item, where).copy()
        values.flat[index] = np.nan
        item = replace(item, **{where: values})
    none = np.zeros(points.shape, dtype=bool)
    with pytest.raises(InputError, match="no numbers") as caught:
        follow(points, [item], control, (0.1,), none, PathOptions(0.1, 0.1, 0.1))
    assert where in caught.value.field
