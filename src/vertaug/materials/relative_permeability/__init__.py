# SPDX-License-Identifier: BSD-3-Clause
"""How easily each of two fluids moves in a porous body that both share."""
