# SPDX-License-Identifier: BSD-3-Clause
"""What a run found, for readers: one HTML page, one table for the terminal."""

from vertaug.report.page import write_report
from vertaug.report.table import results_table

__all__ = ["results_table", "write_report"]
