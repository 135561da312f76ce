# SPDX-License-Identifier: BSD-3-Clause
"""Cure and heat: how the cement sets, how warm the vertebra gets, what that damages."""
