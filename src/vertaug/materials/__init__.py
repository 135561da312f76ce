# SPDX-License-Identifier: BSD-3-Clause
"""Laws of bone, cement and implants: one published law a file, with its parameter card."""
