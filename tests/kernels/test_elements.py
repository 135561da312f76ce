# SPDX-License-Identifier: BSD-3-Clause
"""One loop for all elements: shape functions, tangents against differences, patches, tensor laws."""

import itertools
from dataclasses import replace

import numba
import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.materials.j2 import J2
from vertaug.solid.assembly import order_of
from vertaug.solid.cells import FINITE, SMALL, LockingWarning, SolidItem, shape_gradients
from vertaug.solid.elements import HEX8, KINDS, TET10, edge_nodes, kind_of
from vertaug.solid.linear import build_pattern
from vertaug.solid.patches import face_neighbours, patches_of
from vertaug_kernels import laws
from vertaug_kernels.principal import curvature, slope

pytestmark = pytest.mark.usefixtures("one_thread")

KINEMATICS = {"finite": FINITE, "small": SMALL}
PREPARED = {
    "hencky": (laws.HENCKY, {}),
    "foam": (laws.CRUSHABLE, {"strength": 2.0, "alpha": (1.0, 1.0)}),
    "orthotropic": (laws.ORTHOTROPIC, {}),
}
STIFFNESS = np.array([0.0, 0.0, 220.0, 180.0, 410.0, 70.0, 60.0, 55.0, 90.0, 75.0, 60.0])


def hexahedra(n):
    axis = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    number = np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    corners = HEX8.coordinates > 0
    cells = [number[i : n + i, j : n + j, k : n + k].ravel() for i, j, k in corners.astype(int)]
    return points, np.stack(cells, axis=1).astype(np.int32)


def quadratic(points, cells):
    pairs = np.sort(cells[:, TET10.edges[:, 1:]].reshape(-1, 2), axis=1)
    unique, inverse = np.unique(pairs, axis=0, return_inverse=True)
    mids = len(points) + inverse.reshape(-1, 6)
    return np.vstack([points, points[unique].mean(axis=1)]), np.hstack([cells, mids]).astype(
        np.int32
    )


def mesh(cases, kind):
    """Points, cells and patches of a small cube."""
    if kind == "hex8":
        return *hexahedra(2), None
    points, cells = cases.grid(1 if kind == "tet10" else 2)
    if kind == "tet10":
        return *quadratic(points, cells), None
    return points, cells, patches_of(cells) if kind == "patch" else None


def body(cases, kind, law, kinematics, seed=1):
    """A cube with random history: points, item and a random generator."""
    code, options = PREPARED[law]
    points, cells, patches = mesh(cases, kind)
    row = STIFFNESS if code >= laws.FIRST_TENSOR else cases.row(200.0, 0.3, **options)
    item = SolidItem.at_rest(points, cells, code, row, kinematics=kinematics, patches=patches)
    rng = np.random.default_rng(seed)
    m = len(item.volume)
    noise = 0.04 * rng.normal(size=(m, 3, 3))
    if kinematics == FINITE:
        stretch = np.eye(3) + noise
        item.metric[:] = stretch @ stretch.transpose(0, 2, 1)
        item.ratio[:] = np.sqrt(np.linalg.det(item.metric))
    else:
        item.metric[:] = noise + noise.transpose(0, 2, 1)
        item.ratio[:] = np.exp(np.trace(item.metric, axis1=1, axis2=2))
    turn = np.linalg.qr(rng.normal(size=(m, 3, 3)))[0]
    turn *= np.sign(np.linalg.det(turn))[:, None, None]
    if code >= laws.FIRST_TENSOR:
        item = replace(item, axes=np.ascontiguousarray(turn))
    return points, item, rng


def moved(points, rng):
    gradient = np.array([[1.1, 0.2, 0.0], [-0.1, 0.9, 0.1], [0.05, 0.1, 0.85]])
    return points @ gradient.T + 0.01 * rng.normal(size=points.shape)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_shape_functions_are_one_at_their_node_and_sum_to_one(kind):
    np.testing.assert_allclose(kind.values.sum(axis=1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(kind.derivatives.sum(axis=1), 0.0, atol=1e-14)
    np.testing.assert_allclose(kind.values @ kind.coordinates, kind.points, atol=1e-14)
    gradient = np.einsum("qaj,ai->qij", kind.derivatives, kind.coordinates)
    np.testing.assert_allclose(gradient, np.tile(np.eye(3), (kind.n_points, 1, 1)), atol=1e-14)
    assert kind_of(np.zeros((2, kind.n_nodes), np.int32)) is kind


def monomials(x, degree):
    powers = [
        (i, j, k) for i in range(degree + 1) for j in range(degree + 1) for k in range(degree + 1)
        if i + j + k <= degree
    ]  # fmt: skip
    return np.stack([x[:, 0] ** i * x[:, 1] ** j * x[:, 2] ** k for i, j, k in powers], axis=1)


def test_quadratic_tetrahedron_reproduces_and_integrates_quadratics():
    field = monomials(TET10.coordinates, 2)
    np.testing.assert_allclose(TET10.values @ field, monomials(TET10.points, 2), atol=1e-14)
    x = TET10.points[:, 0]
    assert TET10.weights.sum() == pytest.approx(1.0 / 6.0, rel=1e-14)
    assert TET10.weights @ x**2 == pytest.approx(1.0 / 60.0, rel=1e-13)
    assert TET10.weights @ (x * TET10.points[:, 1]) == pytest.approx(1.0 / 120.0, rel=1e-13)


@pytest.mark.parametrize("kind", ["tet4", "tet10", "hex8"])
def test_gradients_of_a_distorted_mesh_reproduce_linear_fields(cases, kind):
    points, cells, _ = mesh(cases, kind)
    points = moved(points, np.random.default_rng(0))
    gradients, volume = shape_gradients(points, cells, KINDS[kind])
    per_cell = np.repeat(points[cells], KINDS[kind].n_points, axis=0)
    identity = np.einsum("mai,maj->mij", per_cell, gradients)
    np.testing.assert_allclose(identity, np.tile(np.eye(3), (len(volume), 1, 1)), atol=1e-12)
    assert volume.min() > 0.0


def test_an_unknown_element_is_refused():
    with pytest.raises(InputError) as caught:
        kind_of(np.zeros((3, 7), np.int32))
    assert caught.value.code == "E-MESH-031"


@pytest.mark.parametrize("kinematics", KINEMATICS)
@pytest.mark.parametrize("law", PREPARED)
@pytest.mark.parametrize("kind", ["tet4", "patch", "tet10", "hex8"])
def test_forces_and_tangents_are_derivatives(cases, kind, law, kinematics):
    points, item, rng = body(cases, kind, law, KINEMATICS[kinematics])
    if kinematics == "finite":
        item = replace(item, viscosity=0.5)
    at = moved(points, rng)
    along = rng.normal(size=points.shape)
    force, h = cases.forces_of(item, at), 1e-6
    energy = (item.energy(at + h * along) - item.energy(at - h * along)) / (2.0 * h)
    assert energy == pytest.approx((force * along).sum(), rel=1e-6)
    product = cases.tangent_times(item, at, along)
    error = product - cases.difference_tangent(item, at, along, h)
    assert np.linalg.norm(error) <= 1e-6 * np.linalg.norm(product)
    part = item.evaluate(at, with_matrix=True)
    turned = part.matrices.transpose(0, 2, 1)
    np.testing.assert_allclose(part.matrices, turned, atol=1e-12 * np.abs(turned).max())
    assert part.energy == item.energy(at)
    np.testing.assert_allclose(force.sum(axis=0), 0.0, atol=1e-11 * np.abs(force).max())
    if law == "foam":
        assert item.history(at).growth.min() > 0.0


@pytest.mark.parametrize("kind", ["patch", "hex8"])
@pytest.mark.parametrize("kinematics", KINEMATICS)
def test_points_of_an_averaged_cell_change_volume_alike(cases, kind, kinematics):
    points, item, rng = body(cases, kind, "hencky", KINEMATICS[kinematics])
    start = np.eye(3) if kinematics == "finite" else np.zeros((3, 3))
    item.metric[:] = start
    metric = item.after(moved(points, rng)).metric
    change = np.linalg.det(metric) if kinematics == "finite" else np.trace(metric, axis1=1, axis2=2)
    q = len(item.volume) // len(item.cells)
    there = (item.volume > 0.0).reshape(-1, q)
    for cell, mask in zip(change.reshape(-1, q), there, strict=True):
        np.testing.assert_allclose(cell[mask], cell[mask][0], rtol=1e-10)


def test_a_tensor_law_that_is_isotropic_is_the_isotropic_law(cases):
    points, cells, _ = mesh(cases, "hex8")
    bulk, shear = cases.moduli(200.0, 0.3)
    first, second = bulk + 4.0 * shear / 3.0, bulk - 2.0 * shear / 3.0
    row = np.array([0.0, 0.0, *3 * [first], *3 * [second], *3 * [shear]])
    turned = np.tile(cases.rotation(2), (8 * len(cells), 1, 1))
    for kinematics in (FINITE, SMALL):
        plain = SolidItem.at_rest(
            points, cells, laws.HENCKY, cases.row(200.0, 0.3), kinematics=kinematics
        )
        tensor = SolidItem.at_rest(
            points, cells, laws.ORTHOTROPIC, row, kinematics=kinematics, axes=turned
        )
        at = moved(points, np.random.default_rng(3))
        one, other = (item.evaluate(at, with_matrix=True) for item in (plain, tensor))
        assert other.energy == pytest.approx(one.energy, rel=1e-12)
        np.testing.assert_allclose(other.forces, one.forces, atol=1e-11 * np.abs(one.forces).max())
        np.testing.assert_allclose(
            other.matrices, one.matrices, atol=1e-11 * np.abs(one.matrices).max()
        )
        np.testing.assert_allclose(tensor.history(at).metric, plain.history(at).metric, atol=1e-12)


def test_material_axes_turn_with_the_body(cases):
    """Step, turn by 50 degrees, step: stress and axes are those without the turn, turned."""
    points, item, rng = body(cases, "tet4", "orthotropic", FINITE)
    q = cases.rotation(4)
    straight = item.after(moved(points, rng))
    turned = straight.after(straight.origin @ q.T)
    second = np.array([[1.05, 0.1, 0.0], [0.0, 1.0, 0.05], [0.0, 0.0, 0.9]])
    one = straight.history(straight.origin @ second.T)
    other = turned.history(straight.origin @ (q @ second).T)
    np.testing.assert_allclose(other.stress, q @ one.stress @ q.T, atol=1e-9)
    np.testing.assert_allclose(other.axes, q @ one.axes, atol=1e-10)
    np.testing.assert_allclose(
        one.axes.transpose(0, 2, 1) @ one.axes,
        np.tile(np.eye(3), (len(one.axes), 1, 1)),
        atol=1e-10,
    )


def test_small_strain_is_the_limit_of_finite_strain(cases):
    points, cells, _ = mesh(cases, "tet10")
    noise = 1e-6 * np.random.default_rng(5).normal(size=points.shape)
    forces = [
        cases.forces_of(
            SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(200.0, 0.3), kinematics=kinematics),
            points + noise,
        )
        for kinematics in (FINITE, SMALL)
    ]  # fmt: skip
    np.testing.assert_allclose(forces[0], forces[1], atol=3e-5 * np.abs(forces[1]).max())


def test_small_strain_steps_add_up(cases):
    """Elastic: two steps give the forces of one, though the second starts from moved points."""
    points, item, rng = body(cases, "hex8", "hencky", SMALL)
    middle, end = moved(points, rng), moved(points, rng)
    direct = cases.forces_of(item, end)
    np.testing.assert_allclose(
        cases.forces_of(item.after(middle), end), direct, atol=1e-11 * np.abs(direct).max()
    )


def test_patches_hold_every_tetrahedron_once_and_are_compact(cases):
    _, cells = cases.grid(4)
    patches = patches_of(cells)
    members = patches.members[patches.members >= 0]
    np.testing.assert_array_equal(np.sort(members), np.arange(len(cells)))
    sizes = (patches.members >= 0).sum(axis=1)
    assert 20.0 <= sizes.mean() <= 30.0
    assert sizes.min() >= 12
    widths = [len(np.unique(row)) for row in patches.nodes]
    assert np.mean(widths) <= 24.0
    held = np.take_along_axis(
        patches.nodes[:, None], patches.local.reshape(len(patches.nodes), 1, -1), axis=2
    ).reshape(patches.local.shape)
    place = patches.members >= 0
    np.testing.assert_array_equal(held[place], cells[patches.members[place]])


def test_patches_stay_inside_their_region(cases):
    points, cells = cases.grid(4)
    region = (points[cells].mean(axis=1)[:, 0] > 0.5).astype(np.int32)
    for row in patches_of(cells, region=region).members:
        assert len(np.unique(region[row[row >= 0]])) == 1


def test_patch_results_are_given_by_tetrahedron(cases):
    points, cells, patches = mesh(cases, "patch")
    item = SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(200.0, 0.3), patches=patches)
    gradient = np.diag([1.1, 0.95, 0.9])
    plain = SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(200.0, 0.3))
    at = points @ gradient + 0.01 * np.random.default_rng(1).normal(size=points.shape)
    np.testing.assert_allclose(item.history(at).ratio, plain.history(at).ratio, rtol=1e-12)
    assert item.energy(points @ gradient) == pytest.approx(
        plain.energy(points @ gradient), rel=1e-12
    )


def test_face_neighbours_share_three_nodes(cases):
    _, cells = cases.grid(2)
    beside = face_neighbours(cells)
    for cell, row in enumerate(beside):
        for opposite, other in enumerate(row):
            if other >= 0:
                shared = set(cells[cell]) & set(cells[other])
                assert shared == set(cells[cell]) - {cells[cell, opposite]}
    assert (beside < 0).sum() == 6 * 2 * 4


@pytest.mark.parametrize("kind", ["patch", "tet10", "hex8"])
def test_an_inverted_cell_and_no_number_have_no_finite_energy(cases, kind):
    points, item, _ = body(cases, kind, "hencky", FINITE)
    mirrored = points * np.array([-1.0, 1.0, 1.0])
    assert item.energy(mirrored) == np.inf
    assert item.evaluate(mirrored, with_matrix=True).energy == np.inf
    broken = points.copy()
    broken[2, 1] = np.nan
    assert not np.isfinite(item.energy(broken))
    assert not np.isfinite(item.evaluate(broken, with_matrix=True).energy)


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
@pytest.mark.parametrize("kind", ["patch", "hex8"])
def test_bits_do_not_depend_on_the_number_of_threads(cases, kind):
    points, cells = hexahedra(5) if kind == "hex8" else cases.grid(5)
    patches = patches_of(cells) if kind == "patch" else None
    item = SolidItem.at_rest(
        points, cells, laws.CRUSHABLE, cases.row(200.0, 0.3, 2.0, (1.0, 3.0)), patches=patches
    )
    at = points @ np.diag([0.9, 0.95, 0.8]) + 0.002 * np.random.default_rng(1).normal(
        size=points.shape
    )
    before, seen = numba.get_num_threads(), []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        part = item.evaluate(at, with_matrix=True)
        seen.append([part.energy, part.forces, part.matrices, *item.history(at)])
    numba.set_num_threads(before)
    assert all(np.array_equal(a, b) for a, b in zip(*seen, strict=True))


def test_divided_differences_of_the_logarithm_at_close_numbers():
    """Against 50-digit values: ½ ln at (x, x + h, x + 2h), x = 1.3."""
    import decimal

    decimal.getcontext().prec = 50
    for gap in ("0.3", "1e-3", "3e-4", "1e-4", "1e-6", "1e-9"):
        x, h = decimal.Decimal("1.3"), decimal.Decimal(gap)
        value = [decimal.Decimal("0.5") * (x + k * h).ln() for k in range(3)]
        first = (value[1] - value[0]) / h
        second = ((value[2] - value[1]) / h - first) / (2 * h)
        a, b, c = 1.3, 1.3 + float(h), 1.3 + 2.0 * float(h)
        assert slope(a, b) == pytest.approx(float(first), rel=1e-9)
        assert curvature(c, a, b) == pytest.approx(float(second), rel=3e-7)
        assert curvature(a, a, a) == pytest.approx(-0.25 / 1.3**2, rel=1e-12)


@pytest.mark.parametrize("kind", ["tet4", "patch", "tet10", "hex8"])
def test_tangents_added_to_the_matrix_are_those_of_the_cells(cases, kind):
    points, item, rng = body(cases, kind, "foam", FINITE)
    pattern = build_pattern(len(points), item.connectivity)
    order = order_of(pattern, 0, item.connectivity, points)
    assert order is order_of(pattern, 0, item.connectivity, points)
    at = moved(points, rng)
    part = item.evaluate(at, with_matrix=True)
    blocks = np.zeros((pattern.n_blocks, 3, 3))
    own = item.assemble(at, order, blocks)
    expected = pattern.assemble_matrix(part.matrices)
    np.testing.assert_allclose(blocks, expected, atol=1e-13 * np.abs(expected).max())
    assert own.energy == part.energy
    np.testing.assert_array_equal(own.forces, part.forces)


@pytest.mark.parametrize("law", [laws.J2, laws.J2_TENSOR])
@pytest.mark.parametrize("kind", ["tet10", "hex8"])
def test_cells_that_flow_are_added_to_the_kept_tangent_of_all_at_rest(cases, kind, law):
    points, cells, _ = mesh(cases, kind)
    metal = J2(300.0, 0.3, 3.0, 20.0, 1.0, 30.0).row()
    item = SolidItem.at_rest(points, cells, law, metal, kinematics=SMALL)
    m = len(item.volume)
    item.law[: m // 5], item.law[m // 5 : m // 3] = laws.HENCKY, laws.CRUSHABLE
    item.parameters[m // 2 : m // 2 + 3, :2] = 0.99, 50.0  # these lock
    item.kappa[:] = np.linspace(0.0, 0.01, m)
    rng = np.random.default_rng(3)
    at = points + 0.006 * points[:, :1] ** 2 * rng.normal(size=points.shape)
    growth = item.history(at).growth[item.law == law]
    assert 0.1 < (growth > 0.0).mean() < 0.9
    pattern = build_pattern(len(points), cells)
    order = order_of(pattern, 0, cells, points)
    blocks = np.zeros((2, pattern.n_blocks, 3, 3))
    for k in range(2):
        item.assemble(at, order, blocks[k])
    exact = pattern.assemble_matrix(item.evaluate(at, with_matrix=True).matrices)
    np.testing.assert_allclose(blocks[0], exact, atol=1e-12 * np.abs(exact).max())
    np.testing.assert_array_equal(*blocks)


def test_the_kept_tangent_is_made_anew_for_other_parameters(cases):
    points, cells, _ = mesh(cases, "tet10")
    pattern = build_pattern(len(points), cells)
    order = order_of(pattern, 0, cells, points)
    seen = []
    for modulus in (300.0, 600.0, 300.0):
        item = SolidItem.at_rest(
            points,
            cells,
            laws.J2_TENSOR,
            J2(modulus, 0.3, 3.0, 0.0, 0.0, 0.0).row(),
            kinematics=SMALL,
        )
        seen.append(np.zeros((pattern.n_blocks, 3, 3)))
        item.assemble(points, order, seen[-1])
    np.testing.assert_allclose(seen[1], 2.0 * seen[0], atol=1e-9)
    np.testing.assert_array_equal(seen[2], seen[0])


@pytest.mark.parametrize("kind", ["tet4", "hex8"])
def test_chunks_of_one_colour_share_no_node(cases, kind):
    points, cells = hexahedra(9) if kind == "hex8" else cases.grid(7)
    pattern = build_pattern(len(points), cells)
    order = order_of(pattern, 0, cells, points)
    np.testing.assert_array_equal(np.sort(order.order), np.arange(len(cells)))
    assert len(order.colour_ptr) > 3
    for first, last in itertools.pairwise(order.colour_ptr):
        chunks = [order.order[order.chunk * c : order.chunk * (c + 1)] for c in range(first, last)]
        nodes = [np.unique(cells[chunk]) for chunk in chunks]
        assert sum(map(len, nodes)) == len(np.unique(np.concatenate(nodes)))


@pytest.mark.skipif(numba.config.NUMBA_NUM_THREADS < 2, reason="one thread only")
@pytest.mark.parametrize("kinematics", [FINITE, SMALL])
def test_bits_of_the_matrix_do_not_depend_on_the_number_of_threads(cases, kinematics):
    points, cells = cases.grid(7)
    row = J2(300.0, 0.3, 3.0, 0.0, 0.0, 0.0).row()
    item = SolidItem.at_rest(points, cells, laws.J2, row, kinematics=kinematics, averaged=False)
    pattern = build_pattern(len(points), cells)
    order = order_of(pattern, 0, cells, points)
    at = points @ np.diag([0.9, 0.95, 0.8]) + 0.002 * np.random.default_rng(1).normal(
        size=points.shape
    )
    before, seen = numba.get_num_threads(), []
    for threads in (1, 2):
        numba.set_num_threads(threads)
        seen.append(np.zeros((pattern.n_blocks, 3, 3)))
        item.assemble(at, order, seen[-1])
    numba.set_num_threads(before)
    assert np.array_equal(*seen)


def test_plain_linear_tetrahedra_warn_where_they_lock(cases):
    points, cells, _ = mesh(cases, "tet4")
    locking = J2(300.0, 0.3, 3.0, 0.0, 0.0, 0.0).row()
    with pytest.warns(LockingWarning, match="patches"):
        SolidItem.at_rest(points, cells, laws.J2, locking)
    with pytest.warns(LockingWarning, match="patches"):
        SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(200.0, 0.4999))
    SolidItem.at_rest(points, cells, laws.J2, locking, averaged=False)
    SolidItem.at_rest(points, cells, laws.J2, locking, patches=patches_of(cells))
    SolidItem.at_rest(points, cells, laws.HENCKY, cases.row(200.0, 0.3))
    SolidItem.at_rest(*hexahedra(1), laws.J2, locking)


def test_mid_nodes_lie_between_their_ends(cases):
    points, cells, _ = mesh(cases, "tet10")
    edges = edge_nodes(cells)
    assert len(np.unique(edges[:, 0])) == len(edges) == len(points) - len(np.unique(cells[:, :4]))
    np.testing.assert_allclose(points[edges[:, 0]], points[edges[:, 1:]].mean(axis=1), atol=1e-14)
    assert edge_nodes(hexahedra(1)[1]).shape == (0, 3)
