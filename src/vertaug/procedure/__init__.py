# SPDX-License-Identifier: BSD-3-Clause
"""The operation: plan, stages, run folder, summary."""
