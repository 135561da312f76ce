# SPDX-License-Identifier: BSD-3-Clause
"""The vertebral frame of a bone given as a signed distance in any position."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.optimize import minimize

from vertaug.anatomy._vertebra import Frame
from vertaug.anatomy.canal_axis import Silhouette, find_canal_axis, silhouette, solid_points
from vertaug.anatomy.section import body_columns, sagittal_section
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance

__all__ = ["endplate_plane", "find_frame", "in_frame"]

Float = NDArray[np.float64]
SEARCH_STEP = 1.2
ROUNDS = 4


def find_frame(
    distance: SignedDistance,
    hint_axes: Float | None = None,
    axes: Float | None = None,
    superior: Float | None = None,
    where: str = "vertebra",
) -> Frame:
    """Vertebral frame of a bone.

    The canal tells up from sideways, the body's wide shadow front from back, the lower-lying arch
    up from down, mirror symmetry the mid-plane, and the bisector of the two endplates the superior
    axis.

    Parameters
    ----------
    distance : the bone in source coordinates, mm; a step of 1.0 to 1.5 mm is enough
    hint_axes : (3, 3) rough rows x (left), y (posterior), z (superior) in source coordinates, right
        to about 45 degrees; the unit matrix for patient LPS. None: found from the shape
    axes : (3, 3) exact rows; only the origin is searched then
    superior : (3,) superior axis to keep, from neighbours, where the endplates are crushed
    where : file named in errors

    Raises
    ------
    InputError
        The shape does not tell its directions (a body without arch and no hint).
    """
    points = solid_points(distance, SEARCH_STEP)
    if len(points) < 500:
        raise _ambiguous(where, f"{len(points)} samples of bone")
    if axes is not None:
        return _centred(distance, Frame(_middle_of_body(points, axes[2]), _orthonormal(axes)))
    frame = _first_frame(points, hint_axes, superior, where)
    for turn in range(ROUNDS):
        frame = _mirrored(distance, points, frame, fixed_superior=superior is not None)
        if superior is None:
            frame = _levelled(distance, frame)
        frame = _centred(distance, frame)
        if turn == 0 and superior is None:
            frame = _mirrored(distance, points, frame, fixed_superior=False)
    if hint_axes is None and superior is None:
        frame = _upright(points, frame)
    return frame


def _ambiguous(where: str, found: str) -> InputError:
    return InputError(
        where, "anatomy.axes", found, "a vertebra with canal and arch, or given axes",
        "give `axes`: the left, posterior and superior directions in the file's coordinates",
        "E-SHAPE-001",
    )  # fmt: skip


def _orthonormal(axes: Float) -> Float:
    """Right-handed rows nearest the third, then the first, of ``axes`` (3, 3)."""
    up = np.asarray(axes[2], dtype=np.float64) / np.linalg.norm(axes[2])
    left = axes[0] - (axes[0] @ up) * up
    left = left / np.linalg.norm(left)
    return np.array([left, np.cross(up, left), up])


def _middle_of_body(points: Float, up: Float) -> Float:
    """Centre of the body: the widest part of the shadow, at the mean height there."""
    view = silhouette(points, up)
    flat = (points - view.body) @ view.axes[:2].T
    near = np.linalg.norm(flat, axis=1) < 0.7 * view.body_radius
    height = float(((points[near] - view.body) @ view.axes[2]).mean())
    return np.asarray(view.body + height * view.axes[2])


def _first_frame(
    points: Float, hint_axes: Float | None, superior: Float | None, where: str
) -> Frame:
    hint = superior if superior is not None else None if hint_axes is None else hint_axes[2]
    view = find_canal_axis(points, hint)
    if view is None and hint is None:
        raise _ambiguous(where, "a shape without a canal to look through")
    up = np.asarray(hint) if view is None or superior is not None else view.axes[2]
    centre = _middle_of_body(points, up)
    back = _posterior(points, centre, up, hint_axes)
    return Frame(centre, _orthonormal(np.array([np.cross(back, up), back, up])))


def _upright(points: Float, frame: Frame) -> Frame:
    """Frame turned so that the pedicles lie above the spinous process."""
    local = frame.to_vertebral(points)
    wall = 0.5 * np.ptp(
        local[(np.linalg.norm(local[:, ::2], axis=1) < 4.0) & (np.abs(local[:, 1]) < 24.0), 1]
    )
    behind = local[:, 1] - wall
    pedicles = local[(behind > 1.0) & (behind < 7.0), 2]
    spinous = local[(local[:, 1] > 0.5 * local[:, 1].max()) & (np.abs(local[:, 0]) < 4.0), 2]
    if len(pedicles) == 0 or len(spinous) == 0 or pedicles.mean() >= spinous.mean():
        return frame
    return Frame(frame.origin, frame.axes * np.array([[-1.0], [1.0], [-1.0]]))


def _posterior(points: Float, centre: Float, up: Float, hint_axes: Float | None) -> Float:
    """Direction from the body to the bulk of the bone outside its wide part."""
    view: Silhouette = silhouette(points, up)
    flat = (points - centre) - np.outer((points - centre) @ view.axes[2], view.axes[2])
    outside = flat[np.linalg.norm(flat, axis=1) > 1.4 * view.body_radius]
    if len(outside) < 0.08 * len(points):
        if hint_axes is None:
            raise _ambiguous("vertebra", "a body without arch")
        return np.asarray(hint_axes[1], dtype=np.float64)
    mean = outside.mean(axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def in_frame(distance: SignedDistance, frame: Frame, spacing: float) -> SignedDistance:
    """``distance`` (source coordinates) sampled in ``frame`` at ``spacing`` mm."""
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in distance.values.shape])).reshape(3, -1).T
    solid = np.argwhere(distance.values < 0.0)
    if len(solid):
        low, high = solid.min(0), solid.max(0)
        corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    box = frame.to_vertebral(distance.origin + distance.spacing * corners)
    lower = np.floor((box.min(0) - 6.0) / spacing) * spacing
    count = np.ceil((box.max(0) + 6.0 - lower) / spacing).astype(int) + 1
    grid = SignedDistance(lower, spacing, np.zeros(tuple(count), dtype=np.float32))
    source = frame.to_source(grid.coordinates().reshape(-1, 3))
    index = (source - distance.origin).T / distance.spacing
    values = map_coordinates(distance.values, index, order=1, mode="nearest")
    return SignedDistance(lower, spacing, values.reshape(tuple(count)))


def _mirrored(distance: SignedDistance, points: Float, frame: Frame, fixed_superior: bool) -> Frame:
    """Frame turned and shifted so that x = 0 is the plane of best mirror symmetry."""
    sample = frame.to_vertebral(points[:: max(1, len(points) // 4000)])

    def misfit(change: Float) -> float:
        turned = _turned(frame, change)
        local = turned.to_vertebral(frame.to_source(sample)) * np.array([-1.0, 1.0, 1.0])
        away = np.clip(distance.at(turned.to_source(local)), 0.0, 3.0)
        return float((away**2).mean())

    steps = np.array([0.1, 0.0 if fixed_superior else 0.1, 2.0])
    free = steps > 0.0
    simplex = np.vstack([np.zeros(free.sum()), np.diag(steps[free])])

    def expand(part: Float) -> Float:
        change = np.zeros(3)
        change[free] = part
        return change

    best = minimize(
        lambda part: misfit(expand(part)),
        np.zeros(free.sum()),
        method="Nelder-Mead",
        options={"initial_simplex": simplex, "maxfev": 120, "xatol": 2e-3, "fatol": 1e-4},
    )  # type: ignore[call-overload]
    return _turned(frame, expand(best.x))


def _turned(frame: Frame, change: Float) -> Frame:
    """Frame after a turn about z, a turn about y (rad) and a shift along x (mm)."""
    left, back, up = frame.axes
    new_left = left + np.tan(change[0]) * back + np.tan(change[1]) * up
    new_left /= np.linalg.norm(new_left)
    new_up = up - (up @ new_left) * new_left
    new_up /= np.linalg.norm(new_up)
    axes = np.array([new_left, np.cross(new_up, new_left), new_up])
    return Frame(frame.origin + change[2] * new_left, axes)


def endplate_plane(points: Float) -> tuple[Float, Float]:
    """Plane z = a + b x + c y through ``points`` (n, 3): centre (3,), normal (3,) with z above 0.

    Least squares, repeated with the points further off than twice the spread left out.
    """
    keep = np.ones(len(points), dtype=bool)
    solution: Float = np.zeros(3)
    for _ in range(4):
        part = points[keep]
        matrix = np.column_stack([np.ones(len(part)), part[:, :2]])
        solution = np.asarray(np.linalg.lstsq(matrix, part[:, 2], rcond=None)[0], dtype=np.float64)
        rest = points[:, 2] - np.column_stack([np.ones(len(points)), points[:, :2]]) @ solution
        keep = np.abs(rest) < max(2.0 * float(rest[keep].std()), 0.3)
    normal = np.array([-solution[1], -solution[2], 1.0])
    centre = points[:, :2].mean(axis=0)
    height = solution[0] + solution[1:] @ centre
    return np.append(centre, height), normal / np.linalg.norm(normal)


def _levelled(distance: SignedDistance, frame: Frame) -> Frame:
    """Frame whose superior axis is the bisector of the endplates."""
    local = in_frame(distance, frame, 1.0)
    section = sagittal_section(local)
    if section is None:
        return frame
    columns = body_columns(local, section)
    normals = [endplate_plane(columns.points(side))[1] for side in (True, False)]
    bisector = (normals[0] + normals[1]) @ frame.axes
    return Frame(frame.origin, _orthonormal(np.array([frame.axes[0], frame.axes[1], bisector])))


def _centred(distance: SignedDistance, frame: Frame) -> Frame:
    """Frame with its origin in the middle of the body of the mid-sagittal section."""
    section = sagittal_section(in_frame(distance, frame, 1.0))
    if section is None:
        return frame
    y = 0.5 * (section.anterior + section.posterior)
    z = section.z[np.nonzero(section.body[np.abs(section.y - y) < 4.0])[1]].mean()
    return Frame(frame.origin + np.array([0.0, y, z]) @ frame.axes, frame.axes)
