# SPDX-License-Identifier: BSD-3-Clause
"""Order of cells by flow, and flows made to balance, against plain NumPy and by hand."""

import numpy as np
import pytest

from vertaug_kernels import flow_order

SHAPE = (7, 6, 8)
SX, SY = SHAPE[1] * SHAPE[2], SHAPE[2]
STRIDES = (SX, SY, 1)


class Block:
    """Random conductances and pressures around a source: flows that do not balance."""

    def __init__(self, seed: int, noise: float) -> None:
        rng = np.random.default_rng(seed)
        inside = np.zeros(SHAPE, dtype=bool)
        inside[1:-1, 1:-1, 1:-1] = True
        self.cells = np.flatnonzero(inside.ravel())
        self.faces = []
        for axis in range(3):
            face = np.zeros(SHAPE)
            line, mask = np.moveaxis(face, axis, 0), np.moveaxis(inside, axis, 0)
            line[:-1] = rng.random(line[:-1].shape) * (mask[:-1] & mask[1:])
            self.faces.append(face.ravel())
        middle = np.array([3, 3, 4])[:, None, None, None]
        apart = np.linalg.norm(np.indices(SHAPE) - middle, axis=0)
        self.pressure = np.where(inside, 10.0 - apart + noise * rng.random(SHAPE), 0.0).ravel()
        self.anchor, self.outer, self.source = (np.zeros(SHAPE) for _ in range(3))
        self.anchor[1, 1:-1, 1:-1] = self.anchor[-2, 1:-1, 1:-1] = 1.0
        self.outer[1, 1:-1, 1:-1], self.outer[-2, 1:-1, 1:-1] = 1.0, 9.0
        self.source[3, 3, 4] = 2.0
        self.anchor, self.outer, self.source = (
            field.ravel() for field in (self.anchor, self.outer, self.source)
        )
        self.order = np.zeros_like(self.cells)

    def balance(self) -> int:
        waiting = np.zeros(self.pressure.size, dtype=np.int32)
        return flow_order.balance(
            self.cells, SX, SY, tuple(self.faces), self.anchor, self.outer, self.pressure, self.source,
            waiting, self.order,
        )  # fmt: skip

    def flows(self) -> list[tuple[int, int, float]]:
        """Cell, the one behind its face, and the flow between, where there is one."""
        found = []
        for face, stride in zip(self.faces, STRIDES, strict=True):
            for cell in np.flatnonzero(face):
                value = face[cell] * (self.pressure[cell] - self.pressure[cell + stride])
                found.append((int(cell), int(cell + stride), float(value)))
        return found


@pytest.mark.parametrize("noise", [0.1, 3.0])
@pytest.mark.parametrize("seed", range(4))
def test_every_cell_balances_and_comes_after_what_flows_into_it(seed: int, noise: float) -> None:
    """With much noise there are cells without a way out, into which nothing may flow afterwards."""
    block = Block(seed, noise)
    assert block.balance() == block.cells.size
    assert np.array_equal(np.sort(block.order), block.cells)
    place = np.zeros(block.pressure.size, dtype=int)
    place[block.order] = np.arange(block.cells.size)
    edge = block.anchor * (block.pressure - block.outer)
    entering = block.source + np.maximum(-edge, 0.0)
    leaving = np.maximum(edge, 0.0)
    for low, high, flow in block.flows():
        giver, taker = (low, high) if flow > 0.0 else (high, low)
        assert place[giver] < place[taker] or flow == 0.0
        leaving[giver] += abs(flow)
        entering[taker] += abs(flow)
    np.testing.assert_allclose(leaving, entering, rtol=1e-12, atol=1e-13)
    assert edge.sum() == pytest.approx(2.0, rel=1e-12)


def test_flows_that_balance_stay_as_they_are() -> None:
    block = Block(0, 0.1)
    block.balance()
    faces, anchor = [face.copy() for face in block.faces], block.anchor.copy()
    block.balance()
    for now, before in zip([*block.faces, block.anchor], [*faces, anchor], strict=True):
        np.testing.assert_allclose(now, before, rtol=1e-12)


def test_a_cell_that_nothing_leaves_is_closed_and_so_is_what_leads_only_there() -> None:
    """A row: source, outlet on its left; two cells on its right that lie lower than all, by error."""
    size = (7, 3, 3)
    tx, zero = np.zeros(size), np.zeros(size)
    tx[1:4, 1, 1] = 1.0
    pressure, source, anchor = np.zeros(size), np.zeros(size), np.zeros(size)
    pressure[1:5, 1, 1] = 1.0, 2.0, 1.9, 1.8
    source[2, 1, 1], anchor[1, 1, 1] = 1.0, 1.0
    cells = np.array([13, 22, 31, 40])
    waiting, order = np.zeros(63, dtype=np.int32), np.zeros_like(cells)
    faces = (tx.ravel(), zero.ravel(), zero.ravel().copy())
    fields = (anchor.ravel(), zero.ravel().copy(), pressure.ravel(), source.ravel())
    assert flow_order.balance(cells, 9, 3, faces, *fields, waiting, order) == 4
    np.testing.assert_array_equal(tx[1:4, 1, 1], [1.0, 0.0, 0.0])
    assert anchor[1, 1, 1] == 1.0
