# SPDX-License-Identifier: BSD-3-Clause
"""Viscosity, speed, transport and voxel kernels against NumPy and by hand."""

import numpy as np
import pytest

from vertaug_kernels import flow, transport, voxel


def test_front_viscosity_and_speed() -> None:
    rng = np.random.default_rng(1)
    share, thick, pressure = (rng.random((4, 5, 6)) for _ in range(3))
    out = np.zeros_like(share)
    flow.front_viscosity(share, thick, 0.1, out)
    np.testing.assert_allclose(out, share * thick + (1.0 - share) * 0.1, rtol=1e-14)
    face = np.ones((4, 5, 6))
    speed = np.zeros_like(face)
    flow.speeds(face, face, face, pressure, 2.0, speed)
    slope = [(np.roll(pressure, 1, axis) - np.roll(pressure, -1, axis)) / 8.0 for axis in range(3)]
    inner = (slice(1, -1),) * 3
    np.testing.assert_allclose(speed[inner], np.linalg.norm(slope, axis=0)[inner], rtol=1e-12)


def test_conductance_is_half_cells_in_series() -> None:
    permeability = np.array([1.0, 2.0, 5.0, 4.0]).reshape(4, 1, 1) * np.ones((4, 3, 3))
    viscosity = np.array([1.0, 3.0, 2.0, 1.0]).reshape(4, 1, 1) * np.ones((4, 3, 3))
    passable = np.ones((4, 3, 3), dtype=np.uint8)
    out = np.zeros((4, 3, 3))
    flow.conductances(permeability, viscosity, passable, 0, 0.5, out)
    assert out[1, 1, 1] == pytest.approx(0.5 / (0.5 * 3.0 / 2.0 + 0.5 * 2.0 / 5.0), rel=1e-14)
    passable[:] = 0
    flow.conductances(permeability, viscosity, passable, 0, 0.5, out)
    assert out[1, 1, 1] == 0.0


def _row(cells: int) -> dict[str, np.ndarray]:
    """A row of cells with unit conductance, unit flow to the right, an outlet at its end."""
    shape = (cells + 2, 3, 3)
    names = ("tx", "ty", "tz", "anchor", "outer", "pressure", "pore", "source", "before")
    field = {name: np.zeros(shape) for name in names}
    field |= {name: np.zeros(shape) for name in ("saturation", "flowing")}
    field |= {f"gate_{axis}": np.full(shape, -1, dtype=np.int32) for axis in "xyz"}
    field["tx"][1:cells, 1, 1] = 1.0
    field["anchor"][cells, 1, 1] = 1.0
    field["pressure"][1:-1, 1, 1] = np.arange(cells, 0, -1)
    field["pore"][1:-1, 1, 1] = 1.0
    field["source"][1, 1, 1] = 1.0
    return field


class Row:
    """The row of `_row` with ways on some of its faces, and what its cement is made of."""

    def __init__(self, cells: int, capacity: tuple[float, ...] = (), portions: int = 1) -> None:
        self.field = _row(cells)
        ways = len(capacity)
        self.capacity, self.bone_low = np.array(capacity), np.ones(ways, dtype=np.uint8)
        self.filled_before, self.filled, self.crossed = (np.zeros(ways) for _ in range(3))
        shape = (*self.field["pore"].shape, portions)
        self.held, self.leaving = np.zeros(shape), np.zeros(shape)
        self.marks, self.leaving_marks = np.zeros((*shape, 2)), np.zeros((*shape, 2))
        self.way_held, self.way_marks = np.zeros((ways, portions)), np.zeros((ways, portions, 2))

    def order(self) -> np.ndarray:
        pressure = self.field["pressure"].ravel()
        cells = np.flatnonzero(self.field["pore"] > 0.0)
        return cells[np.argsort(-pressure[cells], kind="stable")]

    def step(self, step: float, portion: int = 0, age: float = 0.0) -> tuple[float, float]:
        """One sweep and what it carries; cement left the grid and found no room, mm³."""
        f = self.field
        faces = (f["tx"], f["ty"], f["tz"])
        gates = (f["gate_x"], f["gate_y"], f["gate_z"])
        place = (self.order(), faces, gates, self.bone_low, f["anchor"], f["outer"], f["pressure"])
        f["flowing"][:] = 0.0
        out = transport.sweep(
            *place, f["pore"], f["source"], f["before"], self.capacity, self.filled_before,
            step, 0.6, f["saturation"], f["flowing"], self.filled, self.crossed,
        )  # fmt: skip
        self.held[..., portion] += step * f["source"]
        self.marks[..., portion, 0] += step * f["source"] * age
        self.marks[..., portion, 1] += step * f["source"] * (0.1 + 0.2 * portion)
        transport.carry(
            *place, f["flowing"], self.capacity, self.filled_before, step, self.held, self.marks,
            self.leaving, self.leaving_marks, self.way_held, self.way_marks,
        )  # fmt: skip
        f["before"][:] = f["saturation"]
        self.filled_before[:] = self.filled
        return out


@pytest.mark.parametrize("step", [0.1, 1.0, 7.0])
def test_sweep_conserves_keeps_bounds_and_is_a_sharp_front(step: float) -> None:
    row = Row(40)
    steps = round(21.0 / step)
    for _ in range(steps):
        assert row.step(step) == (0.0, 0.0)
    line = row.field["saturation"][1:-1, 1, 1]
    assert line.sum() == pytest.approx(steps * step, rel=1e-12)
    assert line.min() >= 0.0
    assert line.max() <= 1.0
    smeared = ((line > 0.02) & (line < 0.98)).sum()
    assert smeared <= 4 + 2 * step


def _plain_sweep(field: dict[str, np.ndarray], order: np.ndarray, step: float) -> np.ndarray:
    """Saturation after a sweep, every cell visited; no ways."""
    pressure, shape = field["pressure"].ravel(), field["pore"].shape
    strides = (shape[1] * shape[2], shape[2], 1)
    saturation, flowing = np.zeros(pressure.size), np.zeros(pressure.size)
    for cell in order:
        entering, leaving = step * field["source"].ravel()[cell], 0.0
        for axis, stride in zip("xyz", strides, strict=True):
            face = field[f"t{axis}"].ravel()
            for other, there in ((cell - stride, cell - stride), (cell + stride, cell)):
                flow = face[there] * (pressure[cell] - pressure[other])
                leaving += max(flow, 0.0)
                entering += step * max(-flow, 0.0) * flowing[other]
        leaving += max(field["anchor"].ravel()[cell] * pressure[cell], 0.0)
        pore = field["pore"].ravel()[cell]
        saturation[cell], flowing[cell] = transport.cell_share(
            pore, field["before"].ravel()[cell], entering, leaving, step, 0.6
        )
    return np.minimum(saturation, 1.0).reshape(shape)


def test_cells_that_are_passed_over_would_have_stayed_without_cement() -> None:
    """A random network of flow with cement near one corner, against a sweep through every cell."""
    rng = np.random.default_rng(4)
    row = Row(1)
    shape = (12, 9, 7)
    inside = np.pad(np.ones([n - 2 for n in shape], dtype=bool), 1)
    for name in row.field:
        kind = row.field[name].dtype
        row.field[name] = np.full(shape, -1, dtype=kind) if name[:4] == "gate" else np.zeros(shape)
    for axis, name in enumerate(("tx", "ty", "tz")):
        row.field[name] = np.where(inside & np.roll(inside, -1, axis), rng.random(shape), 0.0)
    place = np.stack(np.indices(shape), axis=-1)
    row.field["pressure"] = np.where(inside, 40.0 - place.sum(axis=-1) - rng.random(shape), 0.0)
    row.field["pore"] = np.where(inside, 0.5 + rng.random(shape), 0.0)
    row.field["anchor"][10, 7, 5] = 1.0
    row.field["source"][2, 2, 2] = 1.0
    row.field["before"][1, 1, 1] = 0.7
    row.held, row.leaving = np.zeros((*shape, 1)), np.zeros((*shape, 1))
    row.marks, row.leaving_marks = np.zeros((*shape, 1, 2)), np.zeros((*shape, 1, 2))
    row.held[..., 0] = row.field["before"] * row.field["pore"]
    for _ in range(6):
        expected = _plain_sweep(row.field, row.order(), 0.4)
        row.step(0.4)
        np.testing.assert_array_equal(row.field["saturation"], expected)
    assert 10 < (expected > 0.0).sum() < 0.5 * inside.sum()
    np.testing.assert_allclose(row.held[..., 0], expected * row.field["pore"], atol=1e-12)


def test_portions_keep_their_order_and_their_ages() -> None:
    """Three portions one after another along a row: each stays behind the one before, whole to rounding."""
    row = Row(60, portions=3)
    for portion, age in enumerate((30.0, 20.0, 10.0)):
        for _ in range(30):
            row.step(0.5, portion, age)
    held = row.held[1:-1, 1, 1]
    np.testing.assert_allclose(held.sum(axis=0), 15.0, rtol=1e-12)
    np.testing.assert_allclose(
        held.sum(axis=1), (row.field["pore"] * row.field["saturation"])[1:-1, 1, 1], atol=1e-12
    )
    age, cure = np.moveaxis(row.marks[1:-1, 1, 1], -1, 0)
    np.testing.assert_allclose(age, held * [30.0, 20.0, 10.0], atol=1e-11)
    np.testing.assert_allclose(cure, held * [0.1, 0.3, 0.5], atol=1e-13)
    # a boundary between portions lies in one cell, cells of the front beside it apart
    mixed = (held > 1e-9).sum(axis=1) > 1
    assert mixed.sum() <= 4
    middle = (held * np.arange(60)[:, None]).sum(axis=0) / held.sum(axis=0)
    assert middle[0] - middle[1] == pytest.approx(15.0, abs=0.6)
    assert middle[1] - middle[2] == pytest.approx(15.0, abs=0.6)


def test_a_way_fills_before_it_lets_cement_out_and_gives_back_the_last_first() -> None:
    row = Row(6, capacity=(4.0,), portions=2)
    row.field["gate_x"][3, 1, 1] = 0
    for n in range(14):
        row.step(0.5, portion=int(n >= 9))
        outside = row.field["saturation"][4:7, 1, 1].sum()
        assert (outside > 0.0) == (row.filled[0] == 4.0 and row.crossed[0] > 0.0 and outside > 0.0)
        total = row.field["saturation"][1:4, 1, 1].sum() + row.filled[0] + outside
        assert total == pytest.approx(0.5 * (n + 1), rel=1e-12)
        np.testing.assert_allclose(row.way_held.sum(), row.filled[0], atol=1e-12)
    assert row.filled[0] == pytest.approx(4.0)
    young = row.way_held[0, 1]
    # turn the flow: what came into the tube last comes back first, then marrow
    row.field["pressure"][1:-1, 1, 1] = np.arange(1, 7)
    row.field["source"][:] = 0.0
    row.field["anchor"][:] = 0.0
    row.field["anchor"][1, 1, 1] = 1.0
    row.step(0.25)
    assert row.crossed[0] == pytest.approx(-0.25, rel=1e-12)
    assert row.way_held[0, 1] == pytest.approx(max(young - 0.25, 0.0), abs=1e-12)
    assert row.filled[0] == pytest.approx(3.75 + 0.25 * row.field["flowing"][4, 1, 1], rel=1e-12)


def test_front_capacity_counts_cells_ahead() -> None:
    field = _row(10)
    share = np.zeros_like(field["pore"])
    share[1:4, 1, 1] = 1.0
    faces = (field["tx"], field["ty"], field["tz"])
    assert transport.front_capacity(share, field["pore"], *faces) == 1.0


def test_samples_find_the_tetrahedron_and_fill_a_closed_surface() -> None:
    points = np.array([[0, 0, 0], [3, 0, 0], [0, 3, 0], [0, 0, 3]], dtype=float)
    cells = np.array([[0, 1, 2, 3]], dtype=np.int32)
    facets = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]], dtype=np.int32)
    step, origin = 0.1, np.full(3, -0.45)
    owner = np.full((40, 40, 40), -1, dtype=np.int32)
    inside = np.zeros((40, 40, 40), dtype=np.uint8)
    voxel.own_samples(points, cells, origin, step, owner)
    voxel.fill_surface(points, facets, origin, step, inside)
    x = origin[0] + step * np.indices((40, 40, 40))
    exact = (x > 0.0).all(axis=0) & (x.sum(axis=0) < 3.0)
    edge = np.abs(x.sum(axis=0) - 3.0) < 1e-9
    assert np.array_equal((owner == 0)[~edge], exact[~edge])
    assert np.array_equal((inside == 1)[~edge], exact[~edge])


def test_fill_surface_breaks_ties_on_shared_edges() -> None:
    corners = np.array([[x, y, z] for x in (0, 2) for y in (0, 2) for z in (0, 2)], dtype=float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    facets = [f for a, b, c, d in quads for f in ((a, b, c), (a, c, d))]
    inside = np.zeros((7, 5, 5), dtype=np.uint8)
    origin = np.array([-0.5, -1.0, -1.0])
    voxel.fill_surface(corners, np.array(facets, dtype=np.int32), origin, 1.0, inside)
    assert inside[3:].sum() == 0
    assert inside[1:3].sum() == 2 * 4


def test_sample_means() -> None:
    owner = np.array([[[0, 1], [-1, 1]], [[2, 2], [0, -1]]], dtype=np.int32)
    value, chosen = np.array([1.0, 2.0, 4.0]), np.array([1, 1, 0], dtype=np.uint8)
    share, mean = np.zeros((1, 1, 1)), np.zeros((1, 1, 1))
    voxel.sample_means(owner, value, chosen, 2, share, mean)
    assert share[0, 0, 0] == pytest.approx(0.5)
    assert mean[0, 0, 0] == pytest.approx(1.5)


def test_opening_conductance_is_a_series() -> None:
    cells, got = np.zeros((1, 3), dtype=np.int32), np.zeros(1)
    bone, inside, beyond = (np.array([value]) for value in (1.0, 2.0, 3.0))
    flow.opening_conductances(cells, cells, bone, inside, beyond, np.full((1, 1, 1), 0.5), got)
    assert got[0] == pytest.approx(1.0 / (0.5 + 2.0 + 1.5), rel=1e-14)
