# SPDX-License-Identifier: BSD-3-Clause
"""Pictures: there, small, and showing what they should, told by their pixels."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from vertaug.viz import (
    draw_run,
    read_index,
    scene_before_after,
    scene_cement,
    scene_density_section,
    scene_set_cement,
    scene_vertebra,
)
from vertaug.viz._parts import legend_of_balloons, legend_of_openings

BLUE, ORANGE = (0, 114, 178), (213, 94, 0)


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), dtype=float)


def share_of_hue(image, colour, within=0.12):
    """Share of pixels of a colour's direction in RGB, whatever the light, white left out."""
    grey = image.mean(axis=2, keepdims=True)
    chroma = image - grey
    target = np.array(colour, float) - np.mean(colour)
    length = np.linalg.norm(chroma, axis=2)
    near = (chroma @ target) / (np.maximum(length, 1e-9) * np.linalg.norm(target)) > 1 - within
    return float((near & (length > 40)).mean())


@pytest.fixture
def landmarks_picture(tmp_path, shapes, before):
    return scene_vertebra(tmp_path, before, shapes.landmarks(), shapes.approaches())


def test_vertebra_shows_bone_openings_and_landmarks(landmarks_picture):
    image = pixels(landmarks_picture.path)
    assert image.shape[1] == 1200
    assert landmarks_picture.path.stat().st_size < 300_000
    assert (image == 255).all(axis=2).mean() > 0.4
    assert share_of_hue(image, ORANGE) > 5e-4
    assert share_of_hue(image, (43, 140, 90)) > 5e-4
    assert share_of_hue(image, (178, 24, 43)) > 5e-4
    assert "endplate planes" in landmarks_picture.caption


def test_balloon_is_larger_after_than_before(tmp_path, before, after):
    picture = scene_before_after(tmp_path, before, after)
    image = pixels(picture.path)[:-90]
    half = image.shape[1] // 2
    left, right = share_of_hue(image[:, :half], BLUE), share_of_hue(image[:, half:], BLUE)
    assert picture.path.name == "inflate_before_after.png"
    assert right > 3 * left > 0


def test_rim_is_dark_only_where_bone_is_compacted(tmp_path, before, after):
    def dark(snapshot):
        image = pixels(scene_density_section(tmp_path, snapshot).path)[60:-110]
        red, green, blue = np.moveaxis(image, 2, 0)
        return float(((red > green + 60) & (blue > green + 20)).mean())

    assert dark(after) > 0.003
    assert dark(before) == 0.0


def test_cement_and_leak_are_seen_in_their_colours(tmp_path, shapes, after):
    grid = shapes.cement()
    green = (0, 158, 115)
    dry = type(grid)(grid.origin, grid.spacing, grid.in_bone, {"disc": 0.0 * grid.in_bone})
    leaky = type(grid)(
        grid.origin, grid.spacing, grid.in_bone, {"disc": grid.leaked["basivertebral"]}
    )
    without = pixels(scene_cement(tmp_path, after, dry, name="dry").path)
    image = pixels(scene_cement(tmp_path, after, leaky, shapes.approaches()).path)
    grey = (np.ptp(without, axis=2) < 14) & (without.mean(2) > 90) & (without.mean(2) < 190)
    assert grey.mean() > 0.02
    assert share_of_hue(without, green) == 0.0
    assert share_of_hue(image[:-60], green) > 1e-4


def with_cement(snapshot):
    """The right half of the bone with full pores, a slice of it cement alone."""
    mesh = snapshot.mesh
    x = mesh.centroids()[:, 0]
    alone = (x < -4.0) & (x > -9.0)
    region = np.where(alone, len(mesh.region_names), mesh.cell_region).astype(np.int32)
    named = replace(mesh, cell_region=region, region_names=(*mesh.region_names, "cement"))
    return replace(snapshot, mesh=named, filling=(x < -4.0).astype(float))


def test_set_cement_is_seen_where_it_is(tmp_path, after):
    picture = scene_set_cement(tmp_path, with_cement(after))
    image = pixels(picture.path)[60:-110]
    assert picture.kind == "set_cement"
    assert share_of_hue(image, (59, 110, 165)) > 0.01
    near_black = np.abs(image.astype(int) - np.array([34, 52, 77])).max(axis=2) < 12
    assert near_black.mean() > 0.01
    with pytest.raises(ValueError, match="no cement has set"):
        scene_set_cement(tmp_path, after)


def test_a_run_with_set_cement_shows_it_in_place_of_the_density(tmp_path, before, after):
    kinds = [picture.kind for picture in draw_run(tmp_path, [before, with_cement(after)])]
    assert kinds == ["landmarks", "before_after", "set_cement"]


def test_a_run_is_drawn_and_indexed(tmp_path, shapes, before, after):
    pictures = draw_run(
        tmp_path, [before, after], shapes.landmarks(), shapes.approaches(),
        {after.stage: shapes.cement(1.0)},
    )  # fmt: skip
    assert [picture.kind for picture in pictures] == [
        "landmarks", "before_after", "density", "cement"
    ]  # fmt: skip
    assert read_index(tmp_path) == pictures
    assert all(picture.path.stat().st_size < 300_000 for picture in pictures)
    pictures[0].path.unlink()
    assert len(read_index(tmp_path)) == 3
    assert read_index(tmp_path / "nowhere") == ()


def test_nothing_to_draw_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least one snapshot"):
        draw_run(tmp_path, [])


def test_an_injection_alone_draws_no_bone_again(tmp_path, before, after):
    same = replace(after, stage="inject", emptied=True)
    stages = [picture.stage for picture in draw_run(tmp_path, [before, after, same])]
    assert after.stage in stages
    assert "inject" not in stages


def test_legend_tells_cavities_from_balloons_and_like_openings_once(after):
    full = [label for label, _ in legend_of_balloons(after)]
    empty = [label for label, _ in legend_of_balloons(replace(after, emptied=True))]
    assert full[0].startswith("Balloon")
    assert empty == [label.replace("Balloon", "Cavity") for label in full]
    mesh = after.mesh
    names = ("vein_segmental_1", "vein_segmental_2")
    few = replace(
        mesh,
        facet_names=(*mesh.facet_names, *names),
        facet_set=np.r_[
            np.arange(2) + len(mesh.facet_names), np.asarray(mesh.facet_set)[2:]
        ].astype(np.int32),
    )
    labels = [label for label, _ in legend_of_openings(replace(after, mesh=few))]
    assert labels.count("Segmental veins") == 1
    assert "Basivertebral vein" in labels
