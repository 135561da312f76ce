# SPDX-License-Identifier: BSD-3-Clause
"""Orders of rows in which chunks do not touch each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as scipy_sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

from vertaug_kernels import coarsen

__all__ = ["order_rows", "widest_row"]

Ints = NDArray[np.int32]

_ROWS_PER_CHUNK = 3000
_MOST_CHUNKS = 16


def widest_row(indptr: Ints) -> int:
    """Most blocks an ordinary row may have; wider ones (a rigid platen) are treated alone."""
    widths = np.diff(indptr)
    return max(100, int(6.0 * widths.mean())) if widths.size else 100


def order_rows(indptr: Ints, indices: Ints) -> tuple[Ints, Ints]:
    """Order rows: chunks of neighbouring rows first, rows between chunks last.

    The number of chunks depends on the number of rows alone, never on the number of threads.

    Parameters
    ----------
    indptr, indices : symmetric block pattern

    Returns
    -------
    order : (n_rows,) int32, old row at each new place
    chunk_ptr : (n_chunks + 1,) int32, new rows of each chunk; the last rows belong to none
    """
    n_rows = indptr.size - 1
    band = _band_order(indptr, indices)
    n_chunks = min(_MOST_CHUNKS, max(1, n_rows // _ROWS_PER_CHUNK))
    if n_chunks == 1:
        return band, np.array([0, n_rows], np.int32)
    chunk = np.empty(n_rows, np.int32)
    chunk[band] = np.arange(n_rows, dtype=np.int64) * n_chunks // n_rows
    separator = np.empty(n_rows, np.bool_)
    coarsen.separate_chunks(indptr, indices, chunk, widest_row(indptr), separator)
    key = np.where(separator, n_chunks, chunk)[band]
    order = band[np.argsort(key, kind="stable")]
    counts = np.bincount(key, minlength=n_chunks + 1)[:n_chunks]
    return order, np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _band_order(indptr: Ints, indices: Ints) -> Ints:
    """Reverse Cuthill-McKee order, wide rows left out of the graph."""
    n_rows = indptr.size - 1
    widths = np.diff(indptr)
    wide = widths > widest_row(indptr)
    rows = np.repeat(np.arange(n_rows), widths)
    keep = ~(wide[rows] | wide[indices])
    pointers = np.concatenate([[0], np.cumsum(np.bincount(rows[keep], minlength=n_rows))])
    graph = scipy_sparse.csr_matrix(
        (np.ones(int(keep.sum()), np.int8), indices[keep], pointers.astype(np.int32)),
        shape=(n_rows, n_rows),
    )
    return np.asarray(reverse_cuthill_mckee(graph, symmetric_mode=True), dtype=np.int32)
