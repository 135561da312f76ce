# SPDX-License-Identifier: BSD-3-Clause
"""How many threads parallel kernels use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numba

__all__ = ["few_threads"]


@contextmanager
def few_threads(most: int) -> Iterator[None]:
    """Run parallel kernels on at most `most` threads inside a ``with`` block.

    Loops of some tenths of a millisecond lose more by waiting for a second thread on a busy
    machine than they gain from it. Results do not depend on it.
    """
    before = numba.get_num_threads()
    numba.set_num_threads(max(1, min(most, before)))
    try:
        yield
    finally:
        numba.set_num_threads(before)
