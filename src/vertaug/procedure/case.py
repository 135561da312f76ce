# SPDX-License-Identifier: BSD-3-Clause
"""A plan made concrete: vertebra, channels, openings, and the models of bone and balloons."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Approach, Vertebra
from vertaug.anatomy.openings import Opening
from vertaug.anatomy.profile import heights
from vertaug.balloon.balloon import Balloon
from vertaug.balloon.catalogue import catalogue
from vertaug.balloon.device import DEVICES
from vertaug.balloon.inflate import InflationOptions
from vertaug.errors import InputError
from vertaug.materials.bone import FABRIC_BONE, BoneLaw
from vertaug.materials.rheology.product import Product
from vertaug.outcomes import BodyShape, Heights, body_shape
from vertaug.outcomes.segment import surroundings_facts
from vertaug.procedure.build import build_vertebra, plan_channels, plan_openings
from vertaug.procedure.places import check_places
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_balloon import balloon_wall
from vertaug.procedure.product import product_of
from vertaug.solid.model import ENDPLATES, Shells, SolidModel, Surroundings
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.ramped_rig import LastingLoad
from vertaug.solid.remeshing import RemeshRule
from vertaug.solid.support import nodal_areas
from vertaug.state import State

__all__ = ["Case", "bone_model", "make_case", "solid_model"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """What a run is about, rebuilt from its plan whenever it is resumed.

    `approaches` are those of the plan where access comes first; else there are none before that stage. `load` is that
    of a stage; None stands for the plan's boundary.
    """

    plan: Plan
    vertebra: Vertebra
    approaches: tuple[Approach, ...]
    openings: tuple[Opening, ...]
    product: Product
    warnings: tuple[str, ...]
    load: LastingLoad | None = None

    def body(self, state: State) -> BodyShape:
        """Shape of the body at a state, in the body's own frame."""
        return body_shape(state, self.vertebra.landmarks)

    def shape(self, state: State) -> tuple[Heights, float]:
        """Heights and wedge angle (degrees) of a state."""
        body = self.body(state)
        return body.heights, body.wedge

    def shape_facts(self, state: State) -> dict[str, Any]:
        """What every stage keeps of the body's shape, and of what its surroundings have taken."""
        body, mesh = self.body(state), state.mesh
        plates = [mesh.facets[mesh.facets_of(name)] for name in ENDPLATES]
        lever = solid_model(self.plan, mesh.points, plates).surroundings.lever
        taken = surroundings_facts(state, lever)
        angle = {"cobb_deg": taken.pop("cobb_deg")} if "cobb_deg" in taken else {}
        return {
            "heights": list(body.heights),
            "wedge": body.wedge,
            "shape": body.to_dict() | angle,
            **taken,
        }

    @property
    def intact(self) -> Heights | None:
        """Heights before the fracture, where something tells them."""
        reference = self.vertebra.reference
        return None if reference is None else Heights.of(heights(reference))

    @cached_property
    def balloons(self) -> tuple[Balloon, ...]:
        """Balloons in the order of the plan, as the inflation wants them."""
        return tuple(
            Balloon(
                cavity=f"balloon_{item.name}",
                volume=item.volume,
                pressure=item.pressure_limit,
                endplate_gap=item.endplate_gap,
                cortex_gap=item.cortex_gap,
                wall=balloon_wall(item),
                order=item.order,
                device=item.device,
                restored_height=item.restored_height or math.inf,
            )
            for item in self.plan.balloon
        )

    @property
    def inflation(self) -> InflationOptions:
        """Steps and remeshing that the plan asks for."""
        step = self.plan.numerics.volume_step
        return InflationOptions(volume_step=step, remesh=self.remesh, height=self._restored)

    @property
    def _restored(self) -> Callable[[State], float] | None:
        """What tells a state's anterior height over the intact one, where a balloon has a rule for it.

        Raises
        ------
        InputError : nothing tells the intact height
        """
        ruled, intact = [b.name for b in self.plan.balloon if b.restored_height], self.intact
        if not ruled:
            return None
        if intact is None:
            found, expected = "a vertebra whose intact height nothing tells", "a known one"
            fix = "leave restored_height out, or give neighbours that tell the height"
            field = f"balloon.{ruled[0]}.restored_height"
            raise InputError("plan", field, found, expected, fix, "E-PLAN-009")
        return lambda state: self.shape(state)[0].anterior / intact.anterior

    @property
    def remesh(self) -> RemeshRule:
        """When to remesh, and how finely."""
        mesh = self.plan.mesh
        return RemeshRule(
            low=self.plan.numerics.remesh_quality, fine=mesh.cavity_size, bulk=mesh.size
        )


def make_case(plan: Plan) -> Case:
    """Build what the plan describes, short of its mesh.

    Raises
    ------
    InputError : the plan's input cannot be used
    """
    product = product_of(plan.cement)
    vertebra = build_vertebra(plan)
    # Channels that are cut later are planned on the shape that the vertebra has by then.
    first = plan.procedure.kinds[0] == "access"
    approaches, warnings = plan_channels(plan, vertebra) if first else ((), ())
    openings = plan_openings(plan, vertebra)
    texts = (*vertebra.warnings, *warnings, *check_places(plan, vertebra), *_uncalibrated(plan))
    return Case(plan, vertebra, approaches, openings, product, texts)


def _uncalibrated(plan: Plan) -> tuple[str, ...]:
    """Warnings of balloons whose free curve nobody has measured."""
    kinds = dict.fromkeys(item.type for item in plan.balloon)
    devices = dict.fromkeys(item.device for item in plan.balloon if item.device in DEVICES)
    left = (
        f"a {name} is not calibrated: its strength and stiffness are assumed" for name in devices
    )
    return *left, *(
        f"balloon type {name} is not calibrated: its free inflation curve and greatest volume are recalled "
        "or assumed, and pressures inherit their uncertainty"
        for name in kinds
        if not catalogue()[name].calibrated
    )


def bone_model(plan: Plan) -> BoneLaw:
    """Law of trabecular bone that the plan asks for."""
    bone = plan.bone
    law = FABRIC_BONE if bone.law == "fabric_foam" else BoneLaw()
    return replace(
        law,
        stiffness_law=bone.stiffness_law,
        strength_law=bone.strength_law,
        poisson=bone.poisson,
        stiffness_factor=law.stiffness_factor * bone.modulus_factor,
        strength_factor=law.strength_factor * bone.strength_factor,
        tension_ratio=bone.tension_ratio,
    )


def solid_model(
    plan: Plan,
    points: Float,
    endplates: list[NDArray[np.int32]],
    load: LastingLoad | None = None,
) -> SolidModel:
    """Model of the solid under a ``load``, by default that of the plan's boundary.

    The discs' stiffnesses are spread over the ``endplates`` (m, 3) each.
    """
    bone, boundary = plan.bone, plan.boundary
    load = load or LastingLoad(boundary.axial_load)
    area = float(np.mean([nodal_areas(points, facets)[1].sum() for facets in endplates]))
    return SolidModel(
        law=bone_model(plan),
        shells=Shells(
            cortex_thickness=bone.cortex_thickness,
            cortex_modulus=bone.cortex_modulus,
            cortex_strength=bone.cortex_strength,
            endplate_thickness=bone.endplate_thickness,
            endplate_modulus=bone.endplate_modulus,
            endplate_strength=bone.endplate_strength,
        ),
        surroundings=Surroundings(
            axial_load=load.axial,
            forwards=load.forwards,
            left=load.left,
            disc_axial=boundary.disc_stiffness / area,
            disc_shear=boundary.disc_shear_stiffness / area,
            guided=boundary.platen == "guided",
        ),
        newton=NewtonOptions(
            tolerance=plan.numerics.newton_tolerance,
            max_iterations=plan.numerics.newton_limit,
        ),
    )
