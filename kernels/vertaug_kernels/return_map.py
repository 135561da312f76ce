# SPDX-License-Identifier: BSD-3-Clause
"""Closest-point projection onto an ellipse whose two axes are elastic eigendirections."""

import math

from vertaug_kernels._jit import kernel


@kernel
def return_two_part(x, y, kx, ky, radius):
    """Plastic multiplier γ ≥ 0 with x²/(1 + kx γ)² + y²/(1 + ky γ)² = radius².

    ``x``, ``y`` are the trial stresses, ``kx``, ``ky`` elastic times flow moduli, all in consistent
    units. One over the root of the left side is concave and nearly straight, so Newton on it climbs
    from zero to the root in a few steps however far the trial is.
    """
    excess = x * x + y * y - radius * radius
    if excess <= 0.0:
        return 0.0
    gamma = 0.0
    for _ in range(100):
        a = 1.0 / (1.0 + kx * gamma)
        b = 1.0 / (1.0 + ky * gamma)
        norm = math.sqrt(x * x * a * a + y * y * b * b)
        slope = -(x * x * kx * a**3 + y * y * ky * b**3) / norm
        step = (radius - norm) / slope
        if radius > 0.0:
            step *= norm / radius
        gamma += step
        if abs(step) <= 1e-15 * gamma:
            break
    return gamma
