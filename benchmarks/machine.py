# SPDX-License-Identifier: BSD-3-Clause
"""What this machine can do at most: STREAM triad on one and on two threads.

Run ``python benchmarks/machine.py``. Other benchmarks print it beside their times, so that a time
can be read as a multiple of the seconds that reading its bytes takes.
"""

from __future__ import annotations

import os
import platform
import time
from dataclasses import dataclass

import numba
import numpy as np
import scipy

__all__ = ["Machine", "describe", "measure"]

_VALUES = 20_000_000


@dataclass(frozen=True)
class Machine:
    """Bandwidth of the memory, GB/s, and what was measured with.

    Attributes
    ----------
    one, two : STREAM triad on one and on two threads (the same where there is one core)
    read_one, read_two : reading alone, which is what a matrix product does
    cores : cores this process may use
    """

    one: float
    two: float
    read_one: float
    read_two: float
    cores: int

    def seconds(self, n_bytes: float, threads: int = 2) -> float:
        """Least time to read that many bytes."""
        best = max(self.one, self.read_one) if threads == 1 else max(self.two, self.read_two)
        return n_bytes / (best * 1e9)


@numba.njit(parallel=True)
def _triad(a, b, c):
    for i in numba.prange(a.size):
        a[i] = b[i] + 3.0 * c[i]


@numba.njit(parallel=True)
def _read(a, out):
    n = a.size // out.size
    for part in numba.prange(out.size):
        s0, s1, s2, s3, s4, s5, s6, s7 = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for i in range(part * n, (part + 1) * n - 7, 8):
            s0 += a[i]
            s1 += a[i + 1]
            s2 += a[i + 2]
            s3 += a[i + 3]
            s4 += a[i + 4]
            s5 += a[i + 5]
            s6 += a[i + 6]
            s7 += a[i + 7]
        out[part] = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7


def measure(repeats: int = 7) -> Machine:
    """Best of several runs; the first, which compiles, is not counted."""
    a, b, c = (np.full(_VALUES, value) for value in (0.0, 1.0, 2.0))
    sums = np.zeros(64)
    before = numba.get_num_threads()
    rates: dict[str, list[float]] = {}
    for threads in (1, min(2, before)):
        numba.set_num_threads(threads)
        triad, read = [], []
        for _ in range(repeats + 1):
            start = time.perf_counter()
            _triad(a, b, c)
            middle = time.perf_counter()
            _read(b, sums)
            triad.append(middle - start)
            read.append(time.perf_counter() - middle)
        rates.setdefault("triad", []).append(24e-9 * _VALUES / min(triad[1:]))
        rates.setdefault("read", []).append(8e-9 * _VALUES / min(read[1:]))
    numba.set_num_threads(before)
    return Machine(*rates["triad"], *rates["read"], len(os.sched_getaffinity(0)))


def describe(machine: Machine) -> str:
    """One paragraph on machine and libraries."""
    return (
        f"{platform.machine()}, {machine.cores} cores; triad {machine.one:.1f} GB/s on one thread, "
        f"{machine.two:.1f} on two; reading {machine.read_one:.1f} and {machine.read_two:.1f}; "
        f"Python {platform.python_version()}, numpy {np.__version__}, scipy {scipy.__version__}, "
        f"numba {numba.__version__}"
    )


if __name__ == "__main__":
    print(describe(measure()))
