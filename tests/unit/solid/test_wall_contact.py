# SPDX-License-Identifier: BSD-3-Clause
"""Contact of cavity walls inside a run: free while nothing is near, a solver of its own where walls meet."""

import numpy as np

from vertaug.solid.contact import ContactOptions
from vertaug.solid.wall_contact import WallContact


def walls(gap):
    """Two facing walls of a cavity, two triangles each, as springless nodes."""
    square = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    points = np.vstack([square, square + np.array([0.1, 0.05, gap])])
    return points, np.array([[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6]], dtype=np.int32)


def test_steps_share_a_solver_until_walls_are_near():
    points, facets = walls(1.0)
    cells = np.arange(8, dtype=np.int32).reshape(2, 4)
    contact = WallContact(points, [cells], [facets], ContactOptions(0.1, 1.0))
    apart, solver = contact.at(points)
    assert apart[0].near == 0
    assert solver is contact.solver
    assert not apart[0].evaluate(points, with_matrix=True).forces.any()
    closing, _ = walls(0.05)
    touching, other = contact.at(closing)
    assert touching[0].near == 4
    assert touching[0].energy(closing) > 0.0
    assert other is not contact.solver
    assert other.pattern.n_blocks > solver.pattern.n_blocks
    assert contact.at(closing)[1] is other, "the same pairs keep their solver"
    assert contact.at(points)[1] is contact.solver


def test_without_options_or_cavities_there_is_no_contact():
    points, facets = walls(0.05)
    cells = np.arange(8, dtype=np.int32).reshape(2, 4)
    assert WallContact(points, [cells], [facets], None).at(points)[0] == []
    assert WallContact(points, [cells], [], ContactOptions(0.1, 1.0)).at(points)[0] == []
