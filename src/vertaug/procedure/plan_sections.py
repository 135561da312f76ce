# SPDX-License-Identifier: BSD-3-Clause
"""The parts of a plan beside anatomy and balloons: bone, load, openings, cement, numerics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from vertaug.materials.density import StiffnessName, StrengthName
from vertaug.procedure.plan_anatomy import Level, Position, Site
from vertaug.procedure.plan_fields import Physical, Section, declared, required
from vertaug.procedure.plan_flow import Stop
from vertaug.units import (
    COMPLIANCE,
    FLOW,
    FORCE,
    HEAT,
    LENGTH,
    PERFUSION,
    PRESSURE,
    STIFFNESS,
    TEMPERATURE,
    TIME,
    VISCOSITY,
    VOLUME,
)

__all__ = [
    "Bone",
    "Boundary",
    "Cement",
    "Cure",
    "Defect",
    "Flow",
    "Header",
    "Injection",
    "MeshSizes",
    "Numerics",
    "Output",
    "Vein",
]

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Header(Section):
    """What this plan is."""

    schema_version: Literal[1] = declared(1, "version of the plan's format", alias="schema")
    title: str = declared("kyphoplasty", "title of the report")


class Bone(Section):
    """Bone, cortex and endplates."""

    law: Literal["crushable_foam", "fabric_foam"] = declared(
        "crushable_foam",
        "trabecular bone: density hardening, tension cut-off and damage; fabric_foam is 1.8 times as strong and 3.2 "
        "times as stiff along the spine as across, crushable_foam the same in all directions",
        "moduli 3.2: Aiyangar 2014, recalled",
    )
    stiffness_law: StiffnessName = declared(
        "kopperdahl_2002",
        "density law of Young's modulus; the K2HPO4-equivalent density is converted to its measure",
        "Kopperdahl 2002, fitted to vertebrae from 50 to 250 mg/cm^3",
    )
    strength_law: StrengthName = declared(
        "kopperdahl_2002",
        "density law of the strength; yield_strain takes 0.8 % of the modulus",
        "Kopperdahl 2002, fitted to vertebrae from 50 to 250 mg/cm^3",
    )
    modulus_factor: float = declared(1.0, "factor on the density law's modulus", ge=0.05, le=20.0)
    strength_factor: float = declared(1.0, "factor on the density law's strength", ge=0.05, le=20.0)
    poisson: float = declared(0.25, "Poisson's ratio of trabecular bone", ge=0.0, le=0.45)
    tension_ratio: float = declared(
        0.53,
        "hydrostatic tensile over compressive strength",
        "derived from the fabric-based yield quadric",
        ge=0.02,
        le=1.0,
    )
    cortex_thickness: Annotated[float, Physical(LENGTH, "0.05 mm", "3 mm")] = declared(
        "0.35 mm", "thickness of the cortex", "Silva 1994; measured range 0.09 to 0.86 mm"
    )
    endplate_thickness: Annotated[float, Physical(LENGTH, "0.05 mm", "3 mm")] = declared(
        "0.5 mm", "thickness of the endplates", "Edwards 2001: 0.4 to 0.8 mm"
    )
    cortex_modulus: Annotated[float, Physical(PRESSURE, "10 MPa", "25000 MPa")] = declared(
        "2000 MPa", "effective modulus of the porous shell", "CT-based models: 0.5 to 5 GPa"
    )
    cortex_strength: Annotated[float, Physical(PRESSURE, "1 MPa", "250 MPa")] = declared(
        "30 MPa", "yield stress of the porous shell", "uncalibrated"
    )
    endplate_modulus: Annotated[float, Physical(PRESSURE, "10 MPa", "25000 MPa")] = declared(
        "1000 MPa", "effective modulus of the endplates", "engineering value of FE models"
    )
    endplate_strength: Annotated[float, Physical(PRESSURE, "1 MPa", "250 MPa")] = declared(
        "20 MPa", "yield stress of the endplates", "uncalibrated"
    )


class Boundary(Section):
    """What holds and loads the vertebra."""

    situation: Literal["specimen", "segment", "column"] = declared(
        "specimen",
        "one vertebra between two discs on platens, as in cadaver tests; between its two neighbours, with discs, "
        "ligaments and facets; or these within a column of rigid vertebrae, the lowest of which is held",
    )
    column_top: Level = declared("T10", "uppermost vertebra of a column")
    column_bottom: Literal[Level, "S1"] = declared("S1", "lowest vertebra of a column")
    axial_load: Annotated[float, Physical(FORCE, "0 N", "2000 N")] = declared(
        "110 N",
        "residual axial load of all stages that neither give nor follow another one; in a segment or a column a "
        "follower load",
        "cadaver tests: 100 to 110 N",
    )
    platen: Literal["sliding", "guided"] = declared(
        "guided",
        "the upper platen tilts freely; its joint is held in a frame, or it slides as under a weight",
    )
    disc_stiffness: Annotated[float, Physical(STIFFNESS, "20 N/mm", "20000 N/mm")] = declared(
        "800 N/mm", "axial stiffness of each disc, spread over its endplate", "uncalibrated"
    )
    disc_shear_stiffness: Annotated[float, Physical(STIFFNESS, "2 N/mm", "5000 N/mm")] = declared(
        "200 N/mm", "stiffness of each disc against sliding", "uncalibrated"
    )
    discs: Literal["sound", "degenerated"] = declared(
        "sound",
        "of a segment or a column: a fluid nucleus, or a solid one that carries less pressure",
    )
    disc_loss: float = declared(
        0.0,
        "of a segment or a column: share of the discs' height that degeneration has taken",
        ge=0.0,
        le=0.5,
    )
    age: float = declared(
        70.0, "of a segment or a column: years; lumbar discs' heights follow it", ge=20.0, le=100.0
    )
    neighbour_size: Annotated[float, Physical(LENGTH, "3 mm", "8 mm")] = declared(
        "5 mm", "of a segment or a column: edge length of the neighbours' cells"
    )


class Vein(Section):
    """A vessel through which cement and marrow can leave."""

    name: Name = required("name, such as basivertebral")
    pathway: Literal["basivertebral", "segmental_vein"] = declared(
        "basivertebral",
        "basivertebral leads to what lies behind the body (type B), segmental_vein into "
        "the circulation (type S)",
    )
    site: Site = declared("posterior", "side of the body where it opens")
    height: float = declared(
        0.55, "height of its mouth: 0 at the inferior, 1 at the superior endplate", ge=0.0, le=1.0
    )
    position: Position = declared(None, "its mouth in the vertebral frame; overrides site, height")
    radius: Annotated[float, Physical(LENGTH, "0.1 mm", "5 mm")] = declared(
        "1.5 mm", "radius of the opening", "uncalibrated"
    )
    length: Annotated[float, Physical(LENGTH, "0 mm", "60 mm")] = declared(
        "8 mm", "length of the vessel outside", "uncalibrated"
    )
    inside: Annotated[float | None, Physical(LENGTH, "0 mm", "40 mm", optional=True)] = declared(
        None, "how far it reaches into the bone; by default a basivertebral one 17 % of the body's depth",
        "Tzika 2021: 12 to 22 %",
    )  # fmt: skip
    outlet_pressure: Annotated[float, Physical(PRESSURE, "-5 kPa", "20 kPa")] = declared(
        "1 kPa", "pressure at its far end, against the marrow's"
    )


class Defect(Section):
    """A hole in the cortex or an endplate."""

    name: Name = required("name, such as anterolateral")
    pathway: Literal["cortical_defect", "disc", "canal", "foramen"] = declared(
        "cortical_defect",
        "what a leak through it is called; where the cement then lies is the anatomy's",
    )
    site: Site = declared("anterolateral_left", "where on the body it lies")
    height: float = declared(
        0.5, "height: 0 at the inferior, 1 at the superior endplate", ge=0.0, le=1.0
    )
    position: Position = declared(None, "place in the vertebral frame; overrides site and height")
    radius: Annotated[float, Physical(LENGTH, "0.1 mm", "8 mm")] = declared(
        "1.5 mm", "radius of the hole", "breaches: 0.5 to 4 mm wide"
    )
    outlet_pressure: Annotated[
        float | None, Physical(PRESSURE, "-5 kPa", "200 kPa", optional=True)
    ] = declared(None, "pressure outside; that of the space it leads to, if not given")


class Injection(Section):
    """One injection through one cannula."""

    cannula: Name = required(
        "name of a cannula, or of the balloon whose cannula and cavity are used"
    )
    volume: Annotated[float, Physical(VOLUME, "0.1 mL", "10 mL")] = declared(
        "2.5 mL", "volume of cement"
    )
    rate: Annotated[float, Physical(FLOW, "0.1 mL/min", "30 mL/min")] = declared(
        "3 mL/min", "rate of the piston", "rate of the experiments"
    )
    pause: Annotated[float, Physical(TIME, "0 s", "600 s")] = declared(
        "0 s", "pause before this injection"
    )
    retract: Annotated[float, Physical(LENGTH, "0 mm", "40 mm")] = declared(
        "0 mm", "how far the tip is drawn back before it"
    )
    with_previous: bool = declared(False, "begin together with the injection before, no pause")
    remove: bool = declared(
        False, "take the cannula out after it; cement may follow along the track that it leaves"
    )


class Cement(Section):
    """Cement, its cannula, and the injections in their order."""

    viscosity_class: Literal["low", "medium", "high"] = declared(
        "medium", "class of viscosity", "engineering values, uncalibrated", alias="class"
    )
    product: Path | None = declared(
        None, "product file in TOML with a measured curve; takes the place of the class"
    )
    start_age: Annotated[float, Physical(TIME, "0.5 min", "30 min")] = declared(
        "6 min", "time from mixing to the first injection"
    )
    room_temperature: Annotated[float, Physical(TEMPERATURE, "4 degC", "40 degC")] = declared(
        "23 degC", "temperature of mixing and syringe"
    )
    body_temperature: Annotated[float, Physical(TEMPERATURE, "15 degC", "42 degC")] = declared(
        "37 degC", "temperature of the bone"
    )
    gauge: Literal[8, 10, 11, 13, 15] = declared(
        10, "gauge of the cannula", "regular wall: 3.43, 2.69, 2.39, 1.80, 1.37 mm inside"
    )
    cannula_length: Annotated[float, Physical(LENGTH, "30 mm", "300 mm")] = declared(
        "125 mm", "length of the cannula"
    )
    pressure_limit: Annotated[float, Physical(PRESSURE, "0.1 MPa", "30 MPa")] = declared(
        "6 MPa", "highest pressure at the syringe; then the flow falls", "1 mL syringe by hand"
    )
    compliance: Annotated[float, Physical(COMPLIANCE, "0 mL/MPa", "10 mL/MPa")] = declared(
        "0 mL/MPa", "volume that syringe and hose take up under pressure"
    )
    marrow_viscosity: Annotated[float, Physical(VISCOSITY, "0.001 Pa*s", "10 Pa*s")] = declared(
        "0.1 Pa*s", "viscosity of the marrow"
    )
    stop: Stop = declared({}, "when the injections end before their schedule")
    injection: tuple[Injection, ...] = declared((), "the injections in their order")


class Cure(Section):
    """How the cement cures, through injection and the stage cure."""

    duration: Annotated[float, Physical(TIME, "10 s", "60 min")] = declared(
        "15 min", "time that is followed after the injection"
    )
    fresh_cure: float | None = declared(
        None,
        "degree of cure of fresh cement, which sets the time of hardening; the product's by default",
        "0.001, assumed",
        gt=0.0,
        le=0.1,
    )
    heat: Annotated[float | None, Physical(HEAT, "1 J/mL", "500 J/mL", optional=True)] = declared(
        None, "heat of complete cure; the product's by default", "155 J/mL, Huiskes 1980, recalled"
    )
    shrinkage: float | None = declared(
        None,
        "loss of volume by complete cure; the product's by default",
        "0.051, Gilbert 2000",
        ge=0.0,
        le=0.3,
    )
    bone_flow: Annotated[float, Physical(PERFUSION, "0 mL/(g*min)", "0.5 mL/(g*min)")] = declared(
        "0.03 mL/(g*min)",
        "blood that flows through bone; none where cement fills it",
        "old vertebrae 0.01 to 0.05, young 0.05 to 0.2; recalled",
    )
    soft_flow: Annotated[float, Physical(PERFUSION, "0 mL/(g*min)", "0.5 mL/(g*min)")] = declared(
        "0.03 mL/(g*min)", "blood that flows through the tissue around", "muscle; recalled"
    )
    filler: Literal["none", "barium_sulphate", "zirconia"] = declared(
        "none", "radio-opaque filler beyond what cement usually holds: it thins the heat"
    )
    filler_share: float = declared(0.0, "share of the filler in the mass", ge=0.0, lt=0.8)
    modulus: Annotated[float, Physical(PRESSURE, "500 MPa", "4000 MPa")] = declared(
        "1937 MPa", "Young's modulus of cured cement", "1937 ± 478 MPa, of low modulus 954"
    )
    poisson: float = declared(0.33, "its Poisson ratio", "usual value for PMMA", ge=0.2, le=0.45)
    compressive_strength: Annotated[float, Physical(PRESSURE, "40 MPa", "200 MPa")] = declared(
        "85 MPa", "its compressive strength", "Lewis 1997"
    )
    tensile_strength: Annotated[float, Physical(PRESSURE, "10 MPa", "80 MPa")] = declared(
        "35 MPa", "its tensile strength, below the compressive one", "Lewis 1997"
    )
    set_shrinkage: float = declared(
        0.0, "share of its volume that cement loses after it has begun to carry", ge=0.0, le=0.1
    )


class MeshSizes(Section):
    """Sizes of the tetrahedral mesh."""

    size: Annotated[float, Physical(LENGTH, "0.8 mm", "6 mm")] = declared(
        "2.8 mm", "edge length far from the cavities"
    )
    cavity_size: Annotated[float, Physical(LENGTH, "0.3 mm", "3 mm")] = declared(
        "1.2 mm", "edge length at the cavities"
    )


class Flow(Section):
    """The grid on which cement and marrow flow."""

    spacing: Annotated[float, Physical(LENGTH, "0.25 mm", "3 mm")] = declared(
        "0.75 mm", "spacing of the grid"
    )
    margin: Annotated[float, Physical(LENGTH, "2 mm", "40 mm")] = declared(
        "8 mm", "how far the grid reaches past the bone"
    )
    permeability_factor: float = declared(1.0, "factor on the permeability law", ge=0.01, le=100.0)
    inflation_states: int = declared(
        4, "states of an inflation at which the marrow's pressure is solved for", ge=0, le=100
    )
    saturation_step: float = declared(
        0.5, "largest change of a cell's filling in one time step", ge=0.01, le=1.0
    )
    heat: bool = declared(True, "follow temperature and cure of the cement while it flows")


class Numerics(Section):
    """How finely and how exactly it is computed."""

    volume_step: float = declared(
        0.08, "growth of the cavity in one step of inflation", ge=0.005, le=0.25
    )
    deflation_steps: int = declared(8, "steps of deflation", ge=1, le=200)
    newton_tolerance: float = declared(
        1e-4,
        "residual force over the largest applied one in a step; each stage ends at 1e-9",
        ge=1e-14,
        le=1e-3,
    )
    newton_limit: int = declared(40, "iterations in one step before it is cut", ge=3, le=500)
    remesh_quality: float = declared(
        0.22, "new mesh when 2 % of the cells have a lower shape quality", ge=0.01, le=0.5
    )


class Output(Section):
    """What is written."""

    pictures: bool = declared(True, "render views of bone, cavity and cement")
    fields: bool = declared(True, "write fields for ParaView")
