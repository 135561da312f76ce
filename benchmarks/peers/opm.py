# SPDX-License-Identifier: BSD-3-Clause
"""A displacement as a deck of OPM Flow, and what its restart file says of the end.

Two things differ from the problem meant: the simulator fails at a compressibility of exactly zero, so both fluids
and the rock have 1e-6/bar; and gravity cannot be switched off, so densities are 1e-6 kg/m³.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["BlockCase", "find_flow", "read_end", "write_deck"]

Float = NDArray[np.float64]
MILLIDARCY = 9.869232667160130e-10
"""mm²."""
DAY = 86400.0
OUTSIDE = 200.0
"""Pressure outside, bar."""


@dataclass(frozen=True)
class BlockCase:
    """A cube filled from the cell in its middle, six faces held at one pressure.

    `permeability` mD (n, n, n), `edge` m, `rate` m³ a day for `days`, viscosities in cP of the fluid that
    displaces and of the other, linear relative permeabilities up to the saturation `most`.
    """

    permeability: Float
    edge: float = 200.0
    porosity: float = 0.2
    rate: float = 160.0
    days: float = 3000.0
    viscosities: tuple[float, float] = (1000.0, 1.0)
    most: float = 0.999


def find_flow(given: str = "") -> str:
    """Path of the simulator's program, "" where it is not installed."""
    return given or shutil.which("flow") or ""


def _numbers(values: Float) -> str:
    return "\n".join(
        " ".join(f"{v:.7g}" for v in values[at : at + 8]) for at in range(0, len(values), 8)
    )


def write_deck(file: Path, case: BlockCase, reports: int = 10) -> None:
    """Write the deck; the run reports `reports` times."""
    n = case.permeability.shape[0]
    cells, size, middle = n**3, case.edge / n, n // 2 + 1
    faces = "".join(
        f" {' '.join(str(end) for pair in ranges for end in pair)} {name} FREE /\n"
        for axis, letter in enumerate("XYZ")
        for at, name in ((1, letter + "-"), (n, letter))
        for ranges in [[(at, at) if other == axis else (1, n) for other in range(3)]]
    )
    thick, thin = case.viscosities
    well = f" 'I' {middle} {middle} {middle} {middle} OPEN 1* 985.42103 0.2 /"
    file.write_text(
        f"RUNSPEC\nDIMENS\n {n} {n} {n} /\nOIL\nWATER\nMETRIC\nTABDIMS\n/\nWELLDIMS\n 2 2 2 2 /\n"
        f"START\n 1 'JAN' 2020 /\nUNIFOUT\nGRID\n"
        f"DX\n {cells}*{size:.10g} /\nDY\n {cells}*{size:.10g} /\nDZ\n {cells}*{size:.10g} /\n"
        f"TOPS\n {n * n}*2000 /\nPORO\n {cells}*{case.porosity:.10g} /\n"
        f"PERMX\n{_numbers(case.permeability.ravel(order='F'))}\n/\nCOPY\n PERMX PERMY /\n PERMX PERMZ /\n/\n"
        f"BC\n{faces}/\nPROPS\nSWOF\n 0 0 1 0\n {case.most:.10g} 1 0 0\n 1 1 0 0\n/\n"
        f"PVTW\n {OUTSIDE:g} 1.0 1e-6 {thick:.10g} 0 /\nPVCDO\n {OUTSIDE:g} 1.0 1e-6 {thin:.10g} 0 /\n"
        f"ROCK\n {OUTSIDE:g} 1e-6 /\nDENSITY\n 1e-6 1e-6 1e-9 /\n"
        f"SOLUTION\nPRESSURE\n {cells}*{OUTSIDE:g} /\nSWAT\n {cells}*0 /\nRPTRST\n BASIC=2 /\nSUMMARY\nSCHEDULE\n"
        f"WELSPECS\n 'I' 'G' {middle} {middle} 1* WATER /\n/\nCOMPDAT\n{well}\n/\n"
        f"WCONINJE\n 'I' WATER OPEN RATE {case.rate:.10g} 1* 1e8 /\n/\n"
        f"TSTEP\n {reports}*{case.days / reports:.10g} /\nEND\n"
    )  # fmt: skip


def _records(file: Path) -> dict[str, NDArray[np.float32]]:
    """Last array of each name and real kind in a restart file (big-endian records of Fortran)."""
    data, at, found = file.read_bytes(), 0, {}
    sizes = {b"INTE": 4, b"REAL": 4, b"LOGI": 4, b"DOUB": 8, b"CHAR": 8, b"MESS": 0}
    while at < len(data):
        name = data[at + 4 : at + 12].decode().strip()
        count, kind = int.from_bytes(data[at + 12 : at + 16], "big"), data[at + 16 : at + 20]
        at += 24
        left, parts = count * sizes.get(kind, int(kind[1:]) if kind.startswith(b"C0") else 0), []
        while left > 0:
            length = int.from_bytes(data[at : at + 4], "big")
            parts.append(data[at + 4 : at + 4 + length])
            at, left = at + length + 8, left - length
        if kind in (b"REAL", b"DOUB"):
            found[name] = np.frombuffer(b"".join(parts), ">f4" if kind == b"REAL" else ">f8")
    return found


def read_end(file: Path, n: int) -> tuple[Float, Float]:
    """Saturation, and pressure above that outside, bar, at the end of a run; (n, n, n)."""
    arrays = _records(file)
    fields = [
        np.asarray(arrays[name], np.float64).reshape((n, n, n), order="F")
        for name in ("SWAT", "PRESSURE")
    ]
    return fields[0], fields[1] - OUTSIDE
