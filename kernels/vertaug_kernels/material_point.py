# SPDX-License-Identifier: BSD-3-Clause
"""Answer of the material at one point: energy, Kirchhoff stress, spatial tangent, new history.

The trial elastic deformation of a step is f V with f the step's gradient and V² = ``metric`` the
elastic left Cauchy-Green tensor at its start. Isotropic laws see its principal logarithmic strains.
Tensor laws see ½ ln(V fᵀ f V), written in the material axes, which rest during the step and turn with the
rotation of f V at its end (logarithmic strain space: Miehe, Apel, Lambrecht 2002, Comput Methods Appl
Mech Eng 191:5383). At small strain ``metric`` holds the elastic strain itself,
and the volume ratio is the exponential of its trace, so that its logarithm adds up as at finite strain.
"""

import math

from vertaug_kernels._jit import inlined_kernel, kernel
from vertaug_kernels._stack import stack_matrices, stack_matrix, stack_vector
from vertaug_kernels.averaging import FINITE
from vertaug_kernels.laws import FIRST_TENSOR, respond, respond_tensor
from vertaug_kernels.principal import (
    FIRST,
    SECOND,
    curvatures,
    finite_shear,
    slope,
    small_shear,
    strain_rotation,
    turn_diagonal,
    turn_full,
    turn_stress,
)
from vertaug_kernels.tensor import determinant3, eigen_symmetric

SCRATCH = 10
"""Work arrays (3, 3) of a point: 0 trial, 1 principal axes, 2 squared stretches, strains and elastic strains,
3 principal stresses and shear moduli, 4 principal tangent; of tensor laws 5 F or V, 6 turned axes, 7 and 8 frames,
9 stress. Beside them come ``vectors6`` (9, 6): trial, elastic, stress, tangent, and ``frame`` (3, 6, 6)."""


@kernel
def push_forward(f, metric, out):
    """``out`` = f metric fᵀ for 3×3 arrays."""
    half = stack_matrix(3, 3)
    for i in range(3):
        for j in range(3):
            half[i, j] = f[i, 0] * metric[0, j] + f[i, 1] * metric[1, j] + f[i, 2] * metric[2, j]
    for i in range(3):
        for j in range(3):
            out[i, j] = half[i, 0] * f[j, 0] + half[i, 1] * f[j, 1] + half[i, 2] * f[j, 2]


@inlined_kernel
def trial_strains(kinematics, f, metric, scratch):
    """Principal trial strains into the scratch; False where the deformation is not admissible."""
    trial, vectors, square, strain = scratch[0], scratch[1], scratch[2, 0], scratch[2, 1]
    if kinematics == FINITE:
        push_forward(f, metric, trial)
        eigen_symmetric(trial, 3, square, vectors)
        for i in range(3):
            if not square[i] > 0.0:
                return False
            strain[i] = 0.5 * math.log(square[i])
        return True
    for i in range(3):
        for j in range(3):
            trial[i, j] = metric[i, j] + 0.5 * (f[i, j] + f[j, i])
        trial[i, i] -= 1.0
    eigen_symmetric(trial, 3, strain, vectors)
    return True


@inlined_kernel
def isotropic_point(
    kinematics, law, f, metric, ratio, kappa, parameters, with_matrix, scratch, frame,
    out_stress, out_tangent
):  # fmt: skip
    """Energy density and growth of kappa of an isotropic law; stress (3, 3), tangent (6, 6)."""
    vectors, square, strain, elastic = scratch[1], scratch[2, 0], scratch[2, 1], scratch[2, 2]
    stress, shear, tangent = scratch[3, 0], scratch[3, 1], scratch[4]
    if not trial_strains(kinematics, f, metric, scratch):
        return math.inf, 0.0
    energy, growth = respond(law, strain, ratio, kappa, parameters, stress, tangent, elastic)
    turn_stress(vectors, stress, out_stress)
    if with_matrix:
        for s in range(3):
            if kinematics == FINITE:
                shear[s] = finite_shear(square, stress, tangent, FIRST[s], SECOND[s])
            else:
                shear[s] = small_shear(strain, stress, tangent, FIRST[s], SECOND[s])
        if kinematics == FINITE:
            for i in range(3):
                tangent[i, i] -= 2.0 * stress[i]
        strain_rotation(vectors, frame[0])
        turn_diagonal(tangent, shear, frame[0], frame[1], out_tangent)
    return energy, growth


@kernel
def _to_axes(tensor, axes, out):
    """Mandel components (6,) of a symmetric tensor in the frame of ``axes`` (columns)."""
    root = math.sqrt(2.0)
    for s in range(6):
        a = s if s < 3 else FIRST[s - 3]
        b = s if s < 3 else SECOND[s - 3]
        total = 0.0
        for i in range(3):
            for j in range(3):
                total += axes[i, a] * tensor[i, j] * axes[j, b]
        out[s] = total if s < 3 else root * total


@kernel
def _from_axes(components, axes, out):
    """Symmetric tensor (3, 3) from Mandel components in the frame of ``axes``."""
    root = math.sqrt(0.5)
    for i in range(3):
        for j in range(3):
            total = 0.0
            for s in range(3):
                total += components[s] * axes[i, s] * axes[j, s]
                a = FIRST[s]
                b = SECOND[s]
                pair = axes[i, a] * axes[j, b] + axes[i, b] * axes[j, a]
                total += root * components[3 + s] * pair
            out[i, j] = total


@kernel
def _aligned(axes):
    """Whether the material axes are the global ones."""
    return axes[0, 0] == 1.0 and axes[1, 1] == 1.0 and axes[2, 2] == 1.0


@inlined_kernel
def _small_strain(f, metric, axes, work, out):
    """Trial strain in the material axes at small strain, Mandel (6,)."""
    for i in range(3):
        for j in range(3):
            work[i, j] = metric[i, j] + 0.5 * (f[i, j] + f[j, i])
        work[i, i] -= 1.0
    if _aligned(axes):
        root = math.sqrt(2.0)
        for s in range(3):
            out[s] = work[s, s]
            out[3 + s] = root * work[FIRST[s], SECOND[s]]
    else:
        _to_axes(work, axes, out)


@inlined_kernel
def _small_answer(stress, tangent, axes, with_matrix, frame, out_stress, out_tangent):
    """Stress (3, 3) and tangent (6, 6) in global axes from those in the material axes at small strain."""
    if with_matrix:
        _plain_tangent(tangent)
    if _aligned(axes):
        root = math.sqrt(0.5)
        for s in range(3):
            out_stress[s, s] = stress[s]
            out_stress[FIRST[s], SECOND[s]] = root * stress[3 + s]
            out_stress[SECOND[s], FIRST[s]] = root * stress[3 + s]
        if with_matrix:
            for a in range(6):
                for b in range(6):
                    out_tangent[a, b] = tangent[a, b]
        return
    _from_axes(stress, axes, out_stress)
    if with_matrix:
        strain_rotation(axes, frame[0])
        turn_full(tangent, frame[0], frame[1], out_tangent)


@kernel
def _plain_tangent(tangent):
    """Turn a Mandel tangent (6, 6) into one over (11, 22, 33, 2·23, 2·13, 2·12)."""
    root = math.sqrt(0.5)
    for a in range(6):
        for s in range(3, 6):
            tangent[a, s] *= root
            tangent[s, a] *= root


@kernel
def _relative(vectors, axes, out):
    """Frame ``vectors`` seen from ``axes``: vectorsᵀ axes (3, 3), columns the axes."""
    for i in range(3):
        for j in range(3):
            total = 0.0
            for k in range(3):
                total += vectors[k, i] * axes[k, j]
            out[i, j] = total


@kernel
def _stretch(metric, work, square, vectors, out):
    """Root (3, 3) of a metric; False where it is not positive definite."""
    for i in range(3):
        for j in range(3):
            work[i, j] = metric[i, j]
    eigen_symmetric(work, 3, square, vectors)
    for i in range(3):
        if not square[i] > 0.0:
            return False
        square[i] = math.sqrt(square[i])
    turn_stress(vectors, square, out)
    return True


@inlined_kernel
def trial_tensor(kinematics, f, metric, axes, scratch, vectors6):
    """Trial strain in the material axes, Mandel (6,) in vectors6[0]; False where not admissible.

    At finite strain also F = f V in scratch[5], principal axes and squared stretches of FᵀF in scratch.
    """
    trial, vectors, square, strain = scratch[0], scratch[1], scratch[2, 0], scratch[2, 1]
    elastic, root, whole = scratch[5], scratch[6], scratch[7]
    if kinematics != FINITE:
        _small_strain(f, metric, axes, trial, vectors6[0])
        return True
    if not _stretch(metric, whole, square, vectors, root):
        return False
    for i in range(3):
        for j in range(3):
            elastic[i, j] = f[i, 0] * root[0, j] + f[i, 1] * root[1, j] + f[i, 2] * root[2, j]
    for i in range(3):
        for j in range(3):
            trial[i, j] = (
                elastic[0, i] * elastic[0, j]
                + elastic[1, i] * elastic[1, j]
                + elastic[2, i] * elastic[2, j]
            )
    eigen_symmetric(trial, 3, square, vectors)
    for i in range(3):
        if not square[i] > 0.0:
            return False
        strain[i] = 0.5 * math.log(square[i])
    turn_stress(vectors, strain, whole)
    _to_axes(whole, axes, vectors6[0])
    return True


@kernel
def _spatial_axes(scratch, vectors6):
    """Principal axes after the deformation, F N / λ, into scratch[6]; stretches become square roots."""
    vectors, square = scratch[1], scratch[2, 0]
    elastic, turned = scratch[5], scratch[6]
    for a in range(3):
        stretch = math.sqrt(square[a])
        for i in range(3):
            total = 0.0
            for j in range(3):
                total += elastic[i, j] * vectors[j, a]
            turned[i, a] = total / stretch


@kernel
def _spatial_tangent(stress, square, tangent, out):
    """Tangent (6, 6) in the principal frame from that in logarithmic strain, stress (3, 3) there."""
    weight = stack_vector(6)
    bent = stack_matrices(3, 3, 3)
    curvatures(square, bent)
    for s in range(6):
        weight[s] = 1.0
        if s >= 3:
            x = square[FIRST[s - 3]]
            y = square[SECOND[s - 3]]
            weight[s] = 2.0 * math.sqrt(x * y) * slope(x, y)
    for a in range(6):
        for b in range(6):
            out[a, b] = weight[a] * tangent[a, b] * weight[b]
    for a in range(3):
        for b in range(3):
            for k in range(3):
                factor = 4.0 * stress[a, b] * math.sqrt(square[a] * square[b]) * square[k]
                low = min(a, b, k)
                high = max(a, b, k)
                factor *= bent[low, a + b + k - low - high, high]
                p = a if a == k else 6 - a - k
                q = b if b == k else 6 - b - k
                if p >= 3:
                    factor *= 0.5
                if q >= 3:
                    factor *= 0.5
                out[p, q] += factor
                out[q, p] += factor


@inlined_kernel
def tensor_point(
    kinematics, law, f, metric, axes, ratio, kappa, parameters, with_matrix, scratch, vectors6, frame,
    out_stress, out_tangent
):  # fmt: skip
    """Energy density and growth of kappa of a tensor law; stress (3, 3), tangent (6, 6)."""
    vectors, square = scratch[1], scratch[2, 0]
    stress, tangent = vectors6[2], vectors6[3:9]
    if not trial_tensor(kinematics, f, metric, axes, scratch, vectors6):
        return math.inf, 0.0
    energy, growth = respond_tensor(
        law, vectors6[0], ratio, kappa, parameters, stress, tangent, vectors6[1]
    )
    if kinematics != FINITE:
        _small_answer(stress, tangent, axes, with_matrix, frame, out_stress, out_tangent)
        return energy, growth
    _relative(vectors, axes, scratch[8])
    _from_axes(stress, scratch[8], scratch[9])
    _spatial_axes(scratch, vectors6)
    spatial = scratch[7]
    for i in range(3):
        for j in range(3):
            weight = 2.0 * math.sqrt(square[i] * square[j]) * slope(square[i], square[j])
            spatial[i, j] = weight * scratch[9][i, j]
    _congruent(scratch[6], spatial, out_stress)
    if with_matrix:
        _plain_tangent(tangent)
        strain_rotation(scratch[8], frame[0])
        turn_full(tangent, frame[0], frame[1], frame[2])
        _spatial_tangent(scratch[9], square, frame[2], tangent)
        strain_rotation(scratch[6], frame[0])
        turn_full(tangent, frame[0], frame[1], out_tangent)
    return energy, growth


@kernel
def _congruent(vectors, tensor, out):
    """``out`` = vectors tensor vectorsᵀ."""
    for i in range(3):
        for j in range(3):
            total = 0.0
            for a in range(3):
                for b in range(3):
                    total += vectors[i, a] * tensor[a, b] * vectors[j, b]
            out[i, j] = total


@kernel
def isotropic_history(kinematics, scratch, out_metric):
    """Metric (3, 3) after the step from the principal elastic strains that `isotropic_point` left."""
    vectors, elastic, value = scratch[1], scratch[2, 2], scratch[3, 1]
    for i in range(3):
        value[i] = math.exp(2.0 * elastic[i]) if kinematics == FINITE else elastic[i]
    turn_stress(vectors, value, out_metric)


@kernel
def tensor_history(kinematics, axes, scratch, vectors6, out_metric, out_axes):
    """Metric and axes (3, 3) after the step that `tensor_point` left in the scratch.

    At small strain the axes stay and are not written.
    """
    _from_axes(vectors6[1], axes, scratch[7])
    if kinematics != FINITE:
        for i in range(3):
            for j in range(3):
                out_metric[i, j] = scratch[7][i, j]
        return
    turn, value = scratch[8], scratch[3, 1]
    for i in range(3):
        for j in range(3):
            total = 0.0
            for a in range(3):
                total += scratch[6][i, a] * scratch[1][j, a]
            turn[i, j] = total
    eigen_symmetric(scratch[7], 3, value, scratch[9])
    for i in range(3):
        value[i] = math.exp(2.0 * value[i])
    turn_stress(scratch[9], value, scratch[7])
    _congruent(turn, scratch[7], out_metric)
    for i in range(3):
        for j in range(3):
            out_axes[i, j] = (
                turn[i, 0] * axes[0, j] + turn[i, 1] * axes[1, j] + turn[i, 2] * axes[2, j]
            )


@inlined_kernel
def point_response(
    kinematics, law, f, metric, axes, ratio, kappa, parameters, with_matrix, scratch, vectors6, frame,
    out_stress, out_tangent
):  # fmt: skip
    """Answer of either family; returns (energy density, growth of kappa).

    An inverted point gives infinite energy. ``ratio`` is J at the start of the step.
    """
    if kinematics == FINITE:
        change = determinant3(f)
        if not change > 0.0:
            return math.inf, 0.0
        present = ratio * change
    else:
        present = ratio * math.exp(f[0, 0] + f[1, 1] + f[2, 2] - 3.0)
    if law < FIRST_TENSOR:
        return isotropic_point(
            kinematics, law, f, metric, present, kappa, parameters, with_matrix, scratch, frame,
            out_stress, out_tangent,
        )  # fmt: skip
    return tensor_point(
        kinematics, law, f, metric, axes, present, kappa, parameters, with_matrix, scratch, vectors6,
        frame, out_stress, out_tangent,
    )  # fmt: skip
