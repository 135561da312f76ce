# SPDX-License-Identifier: BSD-3-Clause
"""What never changes in a run of the solid: laws, surroundings, numerics; and the first state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.bone import BoneLaw
from vertaug.materials.wolfram_2011 import accumulated_strain
from vertaug.mesh import Mesh
from vertaug.mesh.surface import enclosed_volume
from vertaug.solid.bending import hinges_of
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.contact import ContactOptions
from vertaug.solid.material_map import CellLaw
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.rig import LoadedRig, rig_of, specimen_rig_state
from vertaug.solid.segment_rig import SEGMENT, SegmentRig
from vertaug.solid.shell import horizontal_directions, membrane_parameters
from vertaug.state import BoneHistory, FibreHistory, RigState, ShellHistory, State

__all__ = ["CAVITY_PREFIX", "ENDPLATES", "Shells", "SolidModel", "Surroundings", "first_state"]

Float = NDArray[np.float64]

CAVITY_PREFIX = "balloon_"
ENDPLATES = ("endplate_superior", "endplate_inferior")


@dataclass(frozen=True)
class Shells:
    """Cortex and endplates as membranes.

    Thickness in mm, modulus and strength in MPa (effective, of a porous shell: assumed within the
    published 0.2-0.6 mm and 0.5-12 GPa). Of a fractured cortex `damaged_share` is kept in all directions;
    the rest holds horizontally only, along its crack: it opens freely but keeps the body's girth.
    """

    cortex_thickness: float = 0.35
    cortex_modulus: float = 4000.0
    cortex_strength: float = 40.0
    endplate_thickness: float = 0.4
    endplate_modulus: float = 1000.0
    endplate_strength: float = 15.0
    poisson: float = 0.3
    damaged_share: float = 0.02


@dataclass(frozen=True)
class Surroundings:
    """Discs and load of the `specimen` situation; of a `segment` the load alone.

    `axial_load` N on the upper platen, or along the segment; `disc_axial`, `disc_shear` N/mm³, stiffness of a
    disc per area (about E/h = 4 MPa/8 mm and a third of it: assumed); `lever` mm scales the platen's tilts;
    it slides unless it is `guided`. The moments `forwards` and `left`, N mm, bend it, or the top of a segment, to the
    front and to the left.
    """

    axial_load: float = 110.0
    disc_axial: float = 0.5
    disc_shear: float = 0.15
    lever: float = 15.0
    guided: bool = True
    forwards: float = 0.0
    left: float = 0.0

    def rig(self, data: RigState) -> LoadedRig:
        """Return the rig that the ``data`` of a state describe."""
        if data.kind == SEGMENT:
            return SegmentRig().under(self.forwards, self.left, 0.0)
        return rig_of(data, self.lever, guided=self.guided, forwards=self.forwards, left=self.left)


WALLS = ContactOptions(reach=0.08, stiffness=0.5)
"""Contact of cavity walls: a tenth of their facets' edges, and the pressure of bone that closes in."""


@dataclass(frozen=True)
class SolidModel:
    """Laws, surroundings and numerics of one run.

    `step_viscosity` MPa resists the strain of each single step; it keeps the tangent of cracked and
    crushing bone regular and its stress, viscosity times step strain, vanishes with the step.
    `contact` keeps the walls of cavities from passing through each other; None lets them. `regions` gives the law
    of the regions whose names begin with a key; all others are the bone of `law`.
    """

    law: BoneLaw = field(default_factory=BoneLaw)
    shells: Shells = field(default_factory=Shells)
    surroundings: Surroundings = field(default_factory=Surroundings)
    newton: NewtonOptions = field(default_factory=NewtonOptions)
    step_viscosity: float = 0.5
    contact: ContactOptions | None = WALLS
    regions: Mapping[str, CellLaw] = field(default_factory=dict)


def _shell_histories(
    mesh: Mesh, shells: Shells, damage: Float
) -> tuple[ShellHistory, FibreHistory]:
    """Membranes on every outer facet, fibres on cracked ones; ``damage`` (n_facets,) 0 to 1."""
    endplate = np.isin(
        mesh.facet_set, [mesh.facet_names.index(n) for n in ENDPLATES if n in mesh.facet_names]
    )
    cavity = np.array([name.startswith(CAVITY_PREFIX) for name in mesh.facet_names])
    opening = np.array([name.startswith("defect_") for name in mesh.facet_names])
    chosen = np.flatnonzero(~cavity[mesh.facet_set] & ~opening[mesh.facet_set])
    facets, endplate, damage = mesh.facets[chosen], endplate[chosen], damage[chosen]
    corner = mesh.points[facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = 0.5 * np.linalg.norm(normal, axis=1)
    share = shells.damaged_share + (1.0 - shells.damaged_share) * (1.0 - damage)
    thickness = np.where(endplate, shells.endplate_thickness, shells.cortex_thickness)
    modulus = np.where(endplate, shells.endplate_modulus, shells.cortex_modulus)
    strength = np.where(endplate, shells.endplate_strength, shells.cortex_strength)
    cracked = np.flatnonzero((share < 0.999) & ~endplate)
    lost = (1.0 - share[cracked])[:, None]
    fibre = FibreHistory(
        facets=np.ascontiguousarray(facets[cracked]),
        volume=(area * thickness)[cracked],
        direction=horizontal_directions(mesh.points, facets[cracked]),
        strain=np.zeros(len(cracked)),
        parameters=lost * np.stack([modulus[cracked], strength[cracked]], axis=1),
    )
    shell = ShellHistory(
        facets=np.ascontiguousarray(facets),
        volume=area * thickness,
        metric=np.tile(np.eye(2), (len(facets), 1, 1)),
        plastic=np.zeros(len(facets)),
        parameters=membrane_parameters(modulus * share, shells.poisson, strength * share),
    )
    return shell, fibre


def cavity_facets(mesh: Mesh) -> dict[str, NDArray[np.int32]]:
    """Facets (m, 3) of every cavity, by name."""
    names = [name for name in mesh.facet_names if name.startswith(CAVITY_PREFIX)]
    return {name: np.ascontiguousarray(mesh.facets[mesh.facets_of(name)]) for name in names}


def empty_cavities(mesh: Mesh) -> list[CavityItem]:
    """Every cavity with no pressure in it."""
    return [CavityItem(facets, pressure_energy(0.0)) for facets in cavity_facets(mesh).values()]


def outer_facets(mesh: Mesh) -> NDArray[np.int32]:
    """Facets (m, 3) of the outer surface."""
    cavity = np.array([name.startswith(CAVITY_PREFIX) for name in mesh.facet_names])
    return np.ascontiguousarray(mesh.facets[~cavity[mesh.facet_set]])


def first_state(
    mesh: Mesh, model: SolidModel, density: Float, damage: Float, facet_damage: Float
) -> State:
    """Stress-free state on a named mesh.

    ``density`` (n_cells,) mg/cm³, ``damage`` (n_cells,) 0 to the law's critical damage,
    ``facet_damage`` (n_facets,) the same on the facets.
    """
    n = mesh.n_cells
    critical = model.law.critical_damage
    capped = np.clip(damage, 0.0, 0.999 * critical)
    volume = mesh.volumes()
    bone = BoneHistory(
        volume=volume,
        ratio=np.ones(n),
        metric=np.tile(np.eye(3), (n, 1, 1)),
        plastic=accumulated_strain(capped),
        density=np.asarray(density, dtype=np.float64),
        damage=capped,
        opened=np.zeros(n),
        axes=np.tile(np.eye(3), (n, 1, 1)),
    )
    shell, fibre = _shell_histories(
        mesh, model.shells, np.clip(facet_damage / model.law.cracked, 0.0, 1.0)
    )
    cavities = sum(-enclosed_volume(mesh.points, f) for f in cavity_facets(mesh).values())
    around = model.surroundings
    return State(
        mesh=mesh,
        reference=mesh.points.copy(),
        bone=bone,
        shell=shell,
        fibre=fibre,
        hinge=hinges_of(mesh.points, shell),
        rig=specimen_rig_state(mesh, ENDPLATES, around.disc_axial, around.disc_shear),
        outer_volume=float(volume.sum()) + cavities,
        cavity_volume=cavities,
    )
