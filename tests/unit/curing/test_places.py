# SPDX-License-Identifier: BSD-3-Clause
"""Mixing of tissues, places, shrinkage, transport and the cards of curing."""

import math

import numpy as np
import pytest

from vertaug.curing.body import Blood, heat_body
from vertaug.curing.damage import Damage
from vertaug.curing.moving import carry_temperature
from vertaug.curing.places import grid_places, place_heat
from vertaug.curing.shrinkage import lost_volume, stretch
from vertaug.curing.stages import reach, stages, stages_for
from vertaug.errors import InputError
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.grid.moved import Moved
from vertaug.materials.cure import kamal_1973, stanczyk_2004
from vertaug.materials.damage import henriques_1947, sapareto_dewey_1984
from vertaug.materials.damage.henriques_1947 import HENRIQUES, QUOTED, Arrhenius
from vertaug.materials.thermal import blood, polymer, recipe, tissues
from vertaug.materials.thermal.polymer import Polymer, filled
from vertaug.materials.thermal.recipe import Recipe, polymer_of
from vertaug.materials.thermal.tissues import BONE, CEMENT, MARROW, SOFT_TISSUE


@pytest.fixture
def grid():
    """A row: sealed, bone, bone, cavity, outside in two spaces."""
    kind = np.array([Kind.SEALED, Kind.BONE, Kind.BONE, Kind.CAVITY, Kind.EXTERIOR, Kind.EXTERIOR])
    shape = (6, 1, 1)
    return FlowGrid(
        origin=np.zeros(3), spacing=2.0, kind=kind.astype(np.uint8).reshape(shape),
        compartment=np.array([-1, -1, -1, -1, 0, 1], dtype=np.int16).reshape(shape),
        porosity=np.array([0.0, 0.8, 0.9, 1.05, 0.5, 0.5]).reshape(shape),
        permeability=np.ones((3, *shape)), outlet=np.zeros(shape, dtype=bool), openings=(),
        compartments=(Compartment("canal", 0.0), Compartment("vein", 0.0)),
    )  # fmt: skip


SHARE = np.array([0.0, 0.0, 0.75, 1.0, 0.0, 0.6]).reshape(6, 1, 1)


def test_cells_are_mixed_from_their_tissues(grid):
    cement = SHARE * grid.porosity
    body = heat_body(grid, cement, Polymer(), Blood(3.0, 4.0))
    capacity, conductivity = body.capacity.ravel(), body.conductivity.ravel()
    assert capacity[0] == SOFT_TISSUE.capacity
    assert capacity[4] == pytest.approx(0.5 * SOFT_TISSUE.capacity + 0.5 * MARROW.capacity)
    assert capacity[1] == pytest.approx(0.2 * BONE.capacity + 0.8 * MARROW.capacity)
    parts = 0.1 * BONE.capacity + 0.9 * (0.75 * CEMENT.capacity + 0.25 * MARROW.capacity)
    assert capacity[2] == pytest.approx(parts)
    leaked = 0.5 * SOFT_TISSUE.capacity + 0.5 * (0.6 * CEMENT.capacity + 0.4 * MARROW.capacity)
    assert capacity[5] == pytest.approx(leaked)
    geometric = BONE.conductivity**0.1 * CEMENT.conductivity**0.675 * MARROW.conductivity**0.225
    assert conductivity[2] == pytest.approx(geometric)
    assert conductivity[1] == pytest.approx(BONE.conductivity**0.2 * MARROW.conductivity**0.8)
    # pores above one, as a grid may have that matches volumes: all of them count, as they do in the flow
    assert capacity[3] == pytest.approx(1.05 * CEMENT.capacity)
    assert conductivity[3] == pytest.approx(CEMENT.conductivity)
    heat = 155.0 * np.array([0.0, 0.0, 0.9 * 0.75, 1.05, 0.0, 0.5 * 0.6])
    np.testing.assert_allclose(body.reaction.ravel(), heat, rtol=1e-14)
    flow = body.perfusion.ravel()
    assert flow[3] == 0.0
    assert flow[2] == pytest.approx(0.25 * blood.perfusion(3.0))
    assert flow[5] == pytest.approx(0.4 * blood.perfusion(4.0))
    assert flow[1] == blood.perfusion(3.0) == pytest.approx(2.079e-3, rel=1e-3)


def test_filler_dilutes_heat_and_shrinkage():
    plain = Polymer()
    assert filled("zirconia", 0.0) == plain
    opaque = filled("barium_sulphate", 0.3)
    share = 0.3 / 4.5 / (0.3 / 4.5 + 0.7 / 1.18)
    assert opaque.heat == pytest.approx((1.0 - share) * plain.heat)
    assert opaque.shrinkage == pytest.approx((1.0 - share) * plain.shrinkage)
    assert opaque.tissue.conductivity > plain.tissue.conductivity
    for name, part in (("chalk", 0.1), ("zirconia", 1.0)):
        with pytest.raises(InputError):
            filled(name, part)


SIMPLEX = Recipe(18.8e-6, 40e-6, 0.974, "barium_sulphate", 0.10)
HV_R = Recipe(9.0e-6, 20e-6, 0.991, "barium_sulphate", 0.30)
"""By its leaflet; the other one recalled."""


def test_a_mineral_in_place_of_polymer_does_not_cool_a_cement():
    assert polymer_of(SIMPLEX).heat == pytest.approx(Polymer().heat, rel=1e-3)
    assert HV_R.mineral > SIMPLEX.mineral
    assert HV_R.monomer_density == pytest.approx(0.428e-9, rel=2e-3)
    assert polymer_of(HV_R).heat == pytest.approx(171.5, rel=2e-3)
    rises = [made.heat / made.tissue.capacity for made in map(polymer_of, (SIMPLEX, HV_R))]
    assert rises == pytest.approx([86.0, 94.6], rel=5e-3)
    assert HV_R.density == pytest.approx(1.393e-9, rel=1e-3)


def test_capacity_of_the_polymer_is_a_mean_over_the_way_to_its_glass_transition():
    middle = 0.5 * (37.0 + 105.0)
    assert pytest.approx(4.184e9 * (0.265 + 0.00139 * middle), rel=1e-3) == recipe.SPECIFIC_HEAT


def test_mineral_added_to_a_mixed_cement_is_the_filler_of_old():
    """6.8 g of barium sulphate more in the same liquid and polymer."""
    more = polymer_of(Recipe(18.8e-6, 46.8e-6, 0.974, "barium_sulphate", 10.8 / 46.8))
    share = 6.8e-6 / 4.5e-9 / (SIMPLEX.volume + 6.8e-6 / 4.5e-9)
    assert more.heat == pytest.approx((1.0 - share) * polymer_of(SIMPLEX).heat)


@pytest.mark.parametrize(
    "wrong",
    [{"liquid": 0.0}, {"powder": -1.0}, {"monomer": 1.1}, {"mineral": 1.0}, {"filler": "chalk"}, {"reacted": 0.0}],
)  # fmt: skip
def test_wrong_recipes_are_refused(wrong):
    with pytest.raises(InputError):
        Recipe(**({"liquid": 1e-6, "powder": 2e-6} | wrong))


def test_places_and_the_worst_in_them(grid):
    places = grid_places(grid, SHARE)
    assert {name: np.flatnonzero(mask).tolist() for name, mask in places.items()} == {
        "bone": [1], "interface": [1], "canal": [4],
    }  # fmt: skip
    start = np.full(grid.shape, 310.15)
    damage = Damage(start)
    after = start.copy()
    after[1], after[4] = 320.25, 312.0
    damage.add(after, after, 60.0)
    found = place_heat(damage, places | {"none": np.zeros(grid.shape, dtype=bool)}, grid.spacing)
    assert set(found) == set(places)
    assert found["interface"].minutes == pytest.approx(2.0**4.1)
    assert found["interface"].damaged == found["interface"].volume == 8.0
    assert found["interface"].above == (60.0, 0.0)
    assert found["canal"].peak == 312.0
    assert found["canal"].minutes == 0.0


def test_shrinkage():
    degree = np.array([0.0, 0.5, 1.0])
    assert stretch(degree, Polymer()).tolist() == pytest.approx(
        [1.0, 0.9745 ** (1 / 3), 0.949 ** (1 / 3)]
    )
    assert lost_volume(np.array([10.0, 20.0, 30.0]), degree, Polymer()) == pytest.approx(
        0.051 * 40.0
    )


def test_transport_of_heat_fills_a_row():
    """Warm cement enters a row of cells at its end; what each holds is the mean of what came."""
    shape = (6, 3, 3)
    line = (slice(1, 5), 1, 1)
    names = ("tx", "ty", "tz", "anchor", "outer", "pressure", "pore", "source", "flowing", "none")
    fields = {name: np.zeros(shape) for name in names}
    fields["tx"][1:4, 1, 1], fields["anchor"][4, 1, 1] = 1.0, 1.0
    fields["pressure"][line] = [4.0, 3.0, 2.0, 1.0]
    fields["pore"][line] = fields["flowing"][line] = 1.0
    fields["source"][1, 1, 1] = 1.0
    order, gates = np.flatnonzero(fields["pore"].ravel()), np.full(shape, -1, dtype=np.int32)
    moved = Moved(
        0.0, 1.0, order, (fields["tx"], fields["ty"], fields["tz"]), (gates, gates, gates), np.zeros(0),
        fields["anchor"], fields["outer"], fields["pressure"], fields["flowing"], fields["source"],
        (), fields["pore"], fields["none"],
    )  # fmt: skip
    warm = np.zeros(shape)
    warm[line] = 300.0
    capacity = fields["pore"] * CEMENT.capacity
    out, carried = carry_temperature(
        moved, warm, capacity, CEMENT, MARROW, np.full(shape, 310.0), 300.0
    )
    expected = 300.0 + 10.0 * 0.5 ** np.arange(1, 5)
    np.testing.assert_allclose(out[line], expected, rtol=1e-13)
    assert carried.injected == pytest.approx(CEMENT.capacity * 310.0, rel=1e-12)
    assert ((out - warm) * capacity).sum() == pytest.approx(sum(carried), rel=1e-10)


@pytest.mark.parametrize("count", [3, 5, 9, 17])
def test_stages_are_consistent_and_stable(count):
    made = stages(count)
    assert made.weights.sum() == pytest.approx(1.0, abs=1e-14)
    assert stages_for(reach(count)) == count
    z = np.linspace(-2.0 * reach(count), 0.0, 4001)
    old, new = np.zeros_like(z), made.first * z
    for mu, nu, conduct, push in made.factors:
        old, new = new, mu * new + nu * old + conduct * z * new + push * z
    assert np.abs(1.0 + new).max() <= 1.0 + 1e-12
    small = np.array([-1e-3, -2e-3])
    old, new = np.zeros_like(small), made.first * small
    for mu, nu, conduct, push in made.factors:
        old, new = new, mu * new + nu * old + conduct * small * new + push * small
    gap = new - np.expm1(small)
    assert math.log2(gap[1] / gap[0]) == pytest.approx(3.0, abs=0.01)


def test_fresh_cement_without_cure_must_be_able_to_start():
    with pytest.raises(InputError) as caught:
        stanczyk_2004.kinetics(start=0.0)
    assert caught.value.code == "E-CURE-002"
    with pytest.raises(InputError):
        kamal_1973.kinetics(a_1=0.0)
    assert kamal_1973.kinetics(a_1=0.0, start=0.01).start == 0.01
    with pytest.raises(InputError):
        stanczyk_2004.kinetics(start=1.0)
    with pytest.raises(InputError):
        kamal_1973.kinetics(m=0.0)


def test_arrhenius_pairs():
    assert HENRIQUES.time(320.15) == pytest.approx(1773.0, rel=1e-2)
    assert QUOTED.time(320.15) == pytest.approx(9436.0, rel=1e-2)
    with pytest.raises(InputError):
        Arrhenius(1.0, 0.0)


MODULES = (
    stanczyk_2004, kamal_1973, henriques_1947, sapareto_dewey_1984, blood, polymer, recipe, tissues,
)  # fmt: skip


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_cards_are_complete(module):
    symbols = [row.symbol for row in module.CARD]
    assert len(set(symbols)) == len(symbols)
    for row in module.CARD:
        assert row.low <= row.value <= row.high
        assert row.unit
        assert row.meaning
        assert row.source
