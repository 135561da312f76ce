# SPDX-License-Identifier: BSD-3-Clause
"""A cube of linear-elastic tetrahedra, to have systems to solve."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from vertaug.solid.linear import BlockPattern, build_pattern

POISSON = 0.3


@dataclass(frozen=True)
class System:
    points: NDArray[np.float64]
    cells: NDArray[np.int32]
    pattern: BlockPattern
    blocks: NDArray[np.float64]
    fixed: NDArray[np.bool_]
    rhs: NDArray[np.float64]

    def constrained(self) -> NDArray[np.float64]:
        blocks = self.blocks.copy()
        self.pattern.constrain(blocks, self.fixed)
        return blocks

    def scipy(self, blocks: NDArray[np.float64]) -> sparse.csc_matrix:
        shape = (3 * self.pattern.n_nodes,) * 2
        return sparse.bsr_matrix(
            (blocks, self.pattern.indices, self.pattern.indptr), shape=shape
        ).tocsc()


def grid(n: int) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Unit cube of ``6 n³`` tetrahedra."""
    axis = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    number = np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    corner = {
        c: number[c[0] : n + c[0], c[1] : n + c[1], c[2] : n + c[2]].ravel()
        for c in itertools.product((0, 1), repeat=3)
    }
    parts = []
    for path in itertools.permutations(range(3)):
        step = np.zeros(3, int)
        nodes = [corner[(0, 0, 0)]]
        for direction in path:
            step[direction] = 1
            nodes.append(corner[tuple(step)])
        parts.append(np.stack(nodes, axis=1))
    return points, np.concatenate(parts).astype(np.int32)


def stiffness(
    points: NDArray[np.float64], cells: NDArray[np.int32], modulus: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Element matrices (n, 12, 12)."""
    edges = points[cells][:, 1:] - points[cells][:, :1]
    volume = np.abs(np.linalg.det(edges)) / 6.0
    inverse = np.linalg.inv(edges)
    grads = np.concatenate([-inverse.sum(2)[:, None], inverse.transpose(0, 2, 1)], axis=1)
    first = modulus * POISSON / ((1 + POISSON) * (1 - 2 * POISSON)) * volume
    second = modulus / (2 * (1 + POISSON)) * volume
    matrix = np.einsum("e,eai,ebj->eaibj", first, grads, grads)
    matrix += np.einsum("e,eaj,ebi->eaibj", second, grads, grads)
    matrix += np.einsum("e,eak,ebk,ij->eaibj", second, grads, grads, np.eye(3))
    return np.ascontiguousarray(matrix.reshape(len(cells), 12, 12))


def make_system(n: int, contrast: float = 1e4, stretch: float = 1.0, seed: int = 3) -> System:
    """Cube held at z = 0, moduli spread over `contrast`, stretched along x."""
    rng = np.random.default_rng(seed)
    points, cells = grid(n)
    points = points * np.array([stretch, 1.0, 1.0])
    modulus = contrast ** rng.uniform(0.0, 1.0, len(cells))
    pattern = build_pattern(len(points), cells)
    blocks = pattern.assemble_matrix(stiffness(points, cells, modulus))
    fixed = np.repeat(points[:, 2:] < 1e-9, 3, axis=1)
    rhs = rng.normal(size=points.shape)
    rhs[fixed] = 0.0
    return System(points, cells, pattern, blocks, fixed, rhs)
