# SPDX-License-Identifier: BSD-3-Clause
"""How fast cement cures: published kinetics with their cards."""
