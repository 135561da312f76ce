# SPDX-License-Identifier: BSD-3-Clause
"""A row of cells in which cement drives tissue and tissue drives marrow: volumes, fronts, ways."""

import numpy as np
import pytest

from vertaug_kernels import third_phase, transport

CELLS, HOLD = 60, 0.6


class Row:
    """Cells of unit pores, unit flow to the right, an outlet at the end; a way of some capacity on one face."""

    def __init__(self, tissue: slice, capacity: float | None = None, gate: int = 30) -> None:
        shape = (CELLS + 2, 3, 3)
        names = ("anchor", "outer", "pressure", "pore", "source", "before", "saturation", "flowing")
        self.field = {name: np.zeros(shape) for name in names}
        self.faces = tuple(np.zeros(shape) for _ in range(3))
        self.gates = tuple(np.full(shape, -1, dtype=np.int32) for _ in range(3))
        self.faces[0][1:CELLS, 1, 1] = 1.0
        self.field["anchor"][CELLS, 1, 1] = 1.0
        self.field["pressure"][1:-1, 1, 1] = np.arange(CELLS, 0, -1)
        self.field["pore"][1:-1, 1, 1] = 1.0
        self.tissue_before, self.tissue, self.passing = (np.zeros(shape) for _ in range(3))
        self.given = np.zeros(shape)
        self.tissue_before[1:-1, 1, 1][tissue] = 1.0
        ways = 0 if capacity is None else 1
        self.capacity, self.bone_low = np.full(ways, capacity or 0.0), np.ones(ways, dtype=np.uint8)
        self.plugs = [np.zeros(ways) for _ in range(6)]
        if ways:
            self.gates[0][gate, 1, 1] = 0
        self.left = np.zeros(2)

    def turn(self) -> None:
        """Let all flow to the left, out at the first cell."""
        self.field["pressure"][1:-1, 1, 1] = np.arange(1, CELLS + 1)
        self.field["source"][:] = 0.0
        self.field["anchor"][:] = 0.0
        self.field["anchor"][1, 1, 1] = 1.0

    def step(self, step: float) -> None:
        f = self.field
        cement_before, cement, crossed, own_before, own, own_crossed = self.plugs
        pressure = f["pressure"].ravel()
        cells = np.flatnonzero(f["pore"] > 0.0)
        order = cells[np.argsort(-pressure[cells], kind="stable")]
        place = (
            order,
            self.faces,
            self.gates,
            self.bone_low,
            f["anchor"],
            f["outer"],
            f["pressure"],
        )
        f["flowing"][:] = 0.0
        self.passing[:] = 0.0
        left, lost = transport.sweep(
            *place, f["pore"], f["source"], f["before"], self.capacity, cement_before, step, HOLD,
            f["saturation"], f["flowing"], cement, crossed,
        )  # fmt: skip
        own_left, own_lost = third_phase.follow(
            *place, f["pore"], (f["saturation"], f["flowing"], cement_before), self.capacity, self.given,
            self.tissue_before, own_before, step, HOLD, self.tissue, self.passing, own, own_crossed,
        )  # fmt: skip
        assert (lost, own_lost) == (0.0, 0.0)
        self.left += [left, own_left]
        f["before"][:] = f["saturation"]
        self.tissue_before[:] = self.tissue
        cement_before[:], own_before[:] = cement, own

    def lines(self) -> tuple[np.ndarray, np.ndarray]:
        return self.field["saturation"][1:-1, 1, 1], self.tissue[1:-1, 1, 1]


def _bounded(row: Row) -> None:
    cement, tissue = row.lines()
    assert min(cement.min(), tissue.min()) >= 0.0
    assert (cement + tissue).max() <= 1.0 + 1e-14


@pytest.mark.parametrize("step", [0.1, 1.0, 4.0])
def test_cement_drives_tissue_and_tissue_drives_marrow(step: float) -> None:
    """A slab of tissue moves ahead of cement as a piston: whole to rounding, its ends at their places."""
    row = Row(slice(5, 17))
    row.field["source"][1, 1, 1] = 1.0
    steps = round(20.0 / step)
    for _ in range(steps):
        row.step(step)
        _bounded(row)
    cement, tissue = row.lines()
    assert cement.sum() == pytest.approx(20.0, rel=1e-12)
    assert tissue.sum() == pytest.approx(12.0, rel=1e-12)
    # the marrow of five cells stays between cement and tissue
    places = np.arange(CELLS) + 0.5
    assert cement @ places / 20.0 == pytest.approx(10.0, abs=0.3 + 0.1 * step)
    assert tissue @ places / 12.0 == pytest.approx(31.0, abs=0.3 + 0.1 * step)
    smeared = ((tissue > 0.02) & (tissue < 0.98)).sum()
    assert smeared <= 8 + 3 * step


def test_marrow_drives_tissue_as_a_piston_and_does_not_pass_it() -> None:
    """Marrow that comes in behind tissue pushes it out: little of it stays, and none is overtaken."""
    row = Row(slice(20, 32))
    row.faces[0][0, 1, 1] = 1.0
    row.field["pressure"][0, 1, 1] = CELLS + 1.0
    for _ in range(60):
        row.step(0.25)
        _bounded(row)
    _, tissue = row.lines()
    assert tissue.sum() == pytest.approx(12.0, rel=1e-12)
    assert tissue @ (np.arange(CELLS) + 0.5) / 12.0 == pytest.approx(41.0, abs=0.4)
    assert ((tissue > 0.02) & (tissue < 0.98)).sum() <= 6
    for _ in range(200):
        row.step(0.25)
    assert row.left[1] == pytest.approx(12.0, rel=1e-9)


def test_a_way_holds_tissue_between_cement_and_marrow() -> None:
    row = Row(slice(24, 30), capacity=4.0)
    row.field["source"][1, 1, 1] = 1.0
    cement, own = row.plugs[1], row.plugs[4]
    for n in range(130):
        row.step(0.25)
        total = row.tissue.sum() + own[0] + row.left[1]
        assert total == pytest.approx(6.0, rel=1e-12)
        assert row.field["saturation"].sum() + cement[0] == pytest.approx(0.25 * (n + 1), rel=1e-12)
        assert cement[0] + own[0] <= 4.0 + 1e-12
        beyond = row.lines()[1][30:].sum()
        assert beyond == 0.0 or own[0] + cement[0] == pytest.approx(4.0, rel=1e-12)
    assert row.lines()[1][30:].sum() > 2.0
    held = float(own[0])
    assert held > 0.0
    # turned, the way gives back its cement, which is next to the bone, and then its tissue
    plug, whole = float(cement[0]), float(row.tissue.sum()) + held
    row.turn()
    row.step(0.5 * plug)
    assert row.plugs[2][0] < 0.0
    assert row.plugs[5][0] == 0.0
    row.step(0.5 * plug + 0.25)
    assert row.plugs[5][0] == pytest.approx(-0.25, rel=1e-9)
    assert row.tissue.sum() + own[0] == pytest.approx(whole, rel=1e-12)


def test_tissue_that_cells_give_off_leaves_them() -> None:
    row = Row(slice(10, 20))
    row.given[11:21, 1, 1] = 0.05
    for k in range(1, CELLS + 1):
        # what ten cells give off flows on: none before them, half beyond them
        row.faces[0][k, 1, 1] = 0.05 * min(max(k - 10, 0), 10) if k < CELLS else 0.0
    row.field["anchor"][CELLS, 1, 1] = 0.5
    for _ in range(40):
        row.step(0.5)
        _bounded(row)
    assert row.tissue.sum() == pytest.approx(10.0 + 20.0 * 0.5, rel=1e-12)
    np.testing.assert_allclose(row.lines()[1][10:20], 1.0, rtol=1e-12)
