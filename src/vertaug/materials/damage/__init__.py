# SPDX-License-Identifier: BSD-3-Clause
"""How heat kills tissue: published measures with their cards."""
