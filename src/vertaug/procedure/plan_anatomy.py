# SPDX-License-Identifier: BSD-3-Clause
"""The anatomy part of a plan: four sources, one table each, and what they have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vertaug.procedure.plan_fields import (
    CONTRADICTION,
    Physical,
    PhysicalVector,
    Section,
    declared,
    plan_error,
    required,
)
from vertaug.units import ANGLE, DENSITY, LENGTH

__all__ = [
    "Anatomy",
    "Band",
    "Calibration",
    "Cleft",
    "CtAnatomy",
    "Deformity",
    "Dimensions",
    "Level",
    "MeshAnatomy",
    "ParametricAnatomy",
    "ReferenceHeights",
    "Site",
    "SurfaceAnatomy",
    "Tumour",
]

Level = Literal[
    "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5"
]
Site = Literal[
    "anterior",
    "anterolateral_left",
    "anterolateral_right",
    "lateral_left",
    "lateral_right",
    "posterior",
    "endplate_superior",
    "endplate_inferior",
]
Axes = Annotated[str, Field(pattern="^(auto|[LRAPSI]{3})$")]
LengthUnit = Literal["mm", "cm", "m", "um"]
Position = Annotated[
    tuple[float, float, float] | None, PhysicalVector(Physical(LENGTH, "-120 mm", "120 mm"))
]
_SIZE = Physical(LENGTH, "2 mm", "90 mm", optional=True)
_DENSITY = Physical(DENSITY, "5 mg/cm^3", "400 mg/cm^3")


class Dimensions(Section):
    """Explicit sizes of a parametric vertebra; what is not given follows from level and scale."""

    superior_width: Annotated[float | None, _SIZE] = declared(
        None, "width of the superior endplate, left to right"
    )
    superior_depth: Annotated[float | None, _SIZE] = declared(
        None, "depth of the superior endplate, front to back"
    )
    inferior_width: Annotated[float | None, _SIZE] = declared(
        None, "width of the inferior endplate"
    )
    inferior_depth: Annotated[float | None, _SIZE] = declared(
        None, "depth of the inferior endplate"
    )
    anterior_height: Annotated[float | None, _SIZE] = declared(
        None, "intact height of the body at its anterior margin"
    )
    posterior_height: Annotated[float | None, _SIZE] = declared(
        None, "intact height of the body at its posterior margin"
    )
    waist: float | None = declared(
        None, "width of the body at mid-height as a fraction of the endplates'", ge=0.6, le=1.0
    )
    superior_concavity: Annotated[float | None, Physical(LENGTH, "0 mm", "6 mm", optional=True)] = (
        declared(None, "depth of the superior endplate's bowl")
    )
    inferior_concavity: Annotated[float | None, Physical(LENGTH, "0 mm", "6 mm", optional=True)] = (
        declared(None, "depth of the inferior endplate's bowl")
    )
    pedicle_width: Annotated[float | None, _SIZE] = declared(
        None, "outer width of the pedicles at their isthmus"
    )
    pedicle_height: Annotated[float | None, _SIZE] = declared(None, "outer height of the pedicles")
    pedicle_medial_angle: Annotated[
        float | None, Physical(ANGLE, "-20 deg", "60 deg", optional=True)
    ] = declared(None, "turn of the pedicle axis to the midline, followed forward")
    pedicle_caudal_angle: Annotated[
        float | None, Physical(ANGLE, "-20 deg", "60 deg", optional=True)
    ] = declared(None, "turn of the pedicle axis downward, followed forward")
    canal_width: Annotated[float | None, _SIZE] = declared(None, "width of the spinal canal")
    canal_depth: Annotated[float | None, _SIZE] = declared(None, "depth of the spinal canal")


class Deformity(Section):
    """The fracture's shape, applied to an intact vertebra."""

    kind: Literal["none", "wedge", "biconcave", "crush"] = declared(
        "none", "wedge lowers the front, biconcave the middle, crush all of the body"
    )
    genant: int = declared(
        0, "semiquantitative grade; sets the loss of height", "Genant 1993", ge=0, le=3
    )
    anterior_height: Annotated[float | None, _SIZE] = declared(
        None, "height left at the anterior margin; overrides the grade"
    )
    middle_height: Annotated[float | None, _SIZE] = declared(
        None, "height left in the middle; overrides the grade"
    )
    posterior_height: Annotated[float | None, _SIZE] = declared(
        None, "height left at the posterior margin; overrides the grade"
    )

    @model_validator(mode="after")
    def _agree(self) -> Deformity:
        """Check that a grade has a kind and a kind a grade or heights."""
        heights = (self.anterior_height, self.middle_height, self.posterior_height)
        given = self.genant > 0 or any(height is not None for height in heights)
        if self.kind == "none" and given:
            raise plan_error(
                CONTRADICTION,
                '"none" together with a grade or heights',
                "a kind of deformity for that grade",
                'write kind = "wedge", "biconcave" or "crush"',
                "kind",
            )
        if self.kind != "none" and not given:
            raise plan_error(
                CONTRADICTION,
                f'kind "{self.kind}" without a grade or heights',
                "how much height is lost",
                "add genant = 2, or anterior_height and its like",
                "genant",
            )
        return self


class Band(Section):
    """The crushed band of a fracture: damaged bone across the body."""

    height: Annotated[float, Physical(LENGTH, "1 mm", "25 mm")] = declared(
        "8 mm", "height of the band"
    )
    centre: float = declared(
        0.6, "height of its middle: 0 at the inferior, 1 at the superior endplate", ge=0.0, le=1.0
    )
    damage: float = declared(
        0.53,
        "damage in the band, 0 intact to 1",
        "stiffness falls by 53 % in a 25 % crush, Wegrzyn 2011",
        ge=0.0,
        le=0.95,
    )


class Cleft(Section):
    """A void in the body (intravertebral cleft), an ellipsoid."""

    centre: Position = declared(None, "centre in the vertebral frame; by default below the front")
    width: Annotated[float, Physical(LENGTH, "2 mm", "45 mm")] = declared("14 mm", "left to right")
    depth: Annotated[float, Physical(LENGTH, "2 mm", "35 mm")] = declared("8 mm", "front to back")
    height: Annotated[float, Physical(LENGTH, "1 mm", "15 mm")] = declared("3 mm", "up and down")


class Tumour(Section):
    """A lytic lesion filled with soft tumour: an ellipsoid, or a label of the segmentation."""

    centre: Position = declared(
        None, "centre in the vertebral frame; by default the middle of the body"
    )
    width: Annotated[float, Physical(LENGTH, "2 mm", "60 mm")] = declared("16 mm", "left to right")
    depth: Annotated[float, Physical(LENGTH, "2 mm", "60 mm")] = declared("16 mm", "front to back")
    height: Annotated[float, Physical(LENGTH, "2 mm", "40 mm")] = declared("14 mm", "up and down")
    label: int | tuple[int, ...] | None = declared(
        None,
        "label (or labels) of the lesion in the segmentation; takes the place of the ellipsoid",
    )
    bone_left: float | None = declared(
        None,
        "share of the bone that is left in it; by default 0.1, with a CT image what that shows",
        "assumed",
        ge=0.0,
        le=1.0,
    )
    breach: Site | None = declared(
        None, "side on which it has broken the cortex or endplate; none if not given"
    )
    breach_radius: Annotated[float, Physical(LENGTH, "0.5 mm", "12 mm")] = declared(
        "3 mm", "radius of that hole", "assumed"
    )


class Fracture(Section):
    """What a shape cannot tell of a fracture that is found in it."""

    mobility: float | None = declared(
        None,
        "how loose it is: 0 healed (no damage), 0.5 all of its damage, beyond that a cleft too, 1 to 3 mm thick; "
        "by default 0.5, with a warning",
        "assumed",
        ge=0.0,
        le=1.0,
    )


class ReferenceHeights(Section):
    """Heights of the same body before its fracture, where they are known."""

    anterior: Annotated[float, Physical(LENGTH, "8 mm", "45 mm")] = required("anterior height")
    middle: Annotated[float, Physical(LENGTH, "8 mm", "45 mm")] = required("middle height")
    posterior: Annotated[float, Physical(LENGTH, "8 mm", "45 mm")] = required("posterior height")


class _Common(Section):
    """What every source takes."""

    level: Level = declared("L1", "level of the vertebra")
    band: Band | None = declared(None, "crushed band of the fracture")
    cleft: Cleft | None = declared(None, "void in the body, or made in its tumour")
    tumour: Tumour | None = declared(None, "lytic lesion filled with tumour")
    reference: ReferenceHeights | None = declared(
        None, "heights before the fracture; overrides what the source itself tells"
    )

    @model_validator(mode="after")
    def _label_has_an_image(self) -> _Common:
        """Only a segmentation has labels."""
        if self.tumour is not None and self.tumour.label is not None and not _has_labels(self):
            raise plan_error(
                CONTRADICTION,
                "a label of a tumour without a segmentation",
                'source = "ct", or an ellipsoid',
                "give centre, width, depth and height in its place",
                "tumour.label",
            )
        return self


def _has_labels(anatomy: _Common) -> bool:
    """Whether the anatomy comes from a segmentation."""
    return isinstance(anatomy, CtAnatomy)


class ParametricAnatomy(_Common):
    """A vertebra from morphometry."""

    source: Literal["parametric"] = declared("parametric", "where the vertebra comes from")
    scale: float = declared(1.0, "scale on all sizes of the level's mean", ge=0.6, le=1.5)
    density: Annotated[float, _DENSITY] = declared(
        "75 mg/cm^3", "mineral density of the trabecular bone, K2HPO4-equivalent"
    )
    dimensions: Dimensions = declared({}, "explicit sizes")
    deformity: Deformity = declared({}, "shape of the fracture")


class SurfaceAnatomy(_Common):
    """A closed triangle surface."""

    fracture: Fracture = declared({}, "what the shape cannot tell of its fracture")
    source: Literal["surface"] = declared("surface", "where the vertebra comes from")
    file: Path = required("closed triangle surface: STL, OBJ, PLY, VTP ...")
    units: LengthUnit = declared("mm", "unit of the file's coordinates")
    axes: Axes = declared("auto", "where the file's axes point to, such as LPS; auto finds it")
    density: Annotated[float, _DENSITY] = declared(
        "75 mg/cm^3", "mineral density of the trabecular bone, K2HPO4-equivalent"
    )


class MeshAnatomy(_Common):
    """A tetrahedral volume mesh."""

    fracture: Fracture = declared({}, "what the shape cannot tell of its fracture")
    source: Literal["mesh"] = declared("mesh", "where the vertebra comes from")
    file: Path = required("tetrahedral mesh: VTU, VTK, MSH, INP ...")
    units: LengthUnit = declared("mm", "unit of the file's coordinates")
    axes: Axes = declared("auto", "where the file's axes point to, such as LPS; auto finds it")
    density: Annotated[float, _DENSITY] = declared(
        "75 mg/cm^3", "mineral density where the mesh carries none"
    )
    density_array: str | None = declared(
        None, "name of the cell data that hold mineral density in mg/cm^3"
    )


class Calibration(Section):
    """Line from Hounsfield units to mineral density."""

    slope: Annotated[float, Physical(DENSITY, "0.1 mg/cm^3", "3 mg/cm^3")] = declared(
        "1 mg/cm^3", "density per Hounsfield unit"
    )
    intercept: Annotated[float, Physical(DENSITY, "-300 mg/cm^3", "300 mg/cm^3")] = declared(
        "0 mg/cm^3", "density at 0 HU"
    )
    phantom: Literal["K2HPO4", "HA", "calibrated"] = declared(
        "K2HPO4", "what slope and intercept give; calibrated means that the image holds mg/cm^3"
    )


class CtAnatomy(_Common):
    """A CT image and its segmentation, or the segmentation alone with a density."""

    fracture: Fracture = declared({}, "what the shape cannot tell of its fracture")
    source: Literal["ct"] = declared("ct", "where the vertebra comes from")
    image: Path | None = declared(None, "CT image: NIfTI file or folder of a DICOM series")
    segmentation: Path = required("label image on the same grid: NIfTI")
    label: int | tuple[int, ...] = required("label (or labels) of the vertebra to treat")
    calibration: Calibration | None = declared(
        None, "Hounsfield units to mineral density; by default a generic line, with a warning"
    )
    density: Annotated[
        float | None, Physical(DENSITY, "5 mg/cm^3", "400 mg/cm^3", optional=True)
    ] = declared(None, "mineral density where there is no image")
    neighbours: Literal["auto", "none"] | tuple[int, ...] = declared(
        "auto", "labels of intact neighbours as height reference; auto finds them"
    )
    axes: Literal["auto", "LPS"] = declared(
        "auto", "auto finds the anatomical axes; LPS takes the scanner's"
    )

    @model_validator(mode="after")
    def _density_known(self) -> CtAnatomy:
        """Density comes from the image or from the plan."""
        if self.image is None and self.density is None:
            raise plan_error(
                CONTRADICTION,
                "neither image nor density",
                "one of them, to know how strong the bone is",
                'add image = "ct.nii.gz", or density = "75 mg/cm^3"',
                "density",
            )
        return self


Anatomy = ParametricAnatomy | SurfaceAnatomy | MeshAnatomy | CtAnatomy
