# SPDX-License-Identifier: BSD-3-Clause
"""What a published table says of one ligament: area, one or two moduli, the strain between them."""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Parameter

__all__ = ["NAMES", "LigamentConstants", "flat_card"]

NAMES = {
    "ALL": "anterior longitudinal",
    "PLL": "posterior longitudinal",
    "LF": "flavum",
    "CL": "capsular",
    "ITL": "intertransverse",
    "ISL": "interspinous",
    "SSL": "supraspinous",
}


@dataclass(frozen=True)
class LigamentConstants:
    """A ligament of a level: `area` mm², `modulus` MPa up to the strain `knee`, `second` MPa beyond.

    `knee` and `second` are None where the table has one modulus.
    """

    area: Parameter
    modulus: Parameter
    knee: Parameter | None = None
    second: Parameter | None = None


def flat_card(table: dict[str, LigamentConstants]) -> tuple[Parameter, ...]:
    """All parameters of a table, ligament by ligament."""
    rows = [(c.area, c.modulus, c.knee, c.second) for c in table.values()]
    return tuple(parameter for row in rows for parameter in row if parameter is not None)
