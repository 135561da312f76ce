# SPDX-License-Identifier: BSD-3-Clause
"""Small work arrays on the stack, for kernels: their size is a number in the source.

A heap array costs an allocation and counted references, more than the arithmetic on a few numbers. A stack array
lives until the function that asked for it returns, so it must not be returned. Its values are not set.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

__all__ = ["stack_indices", "stack_matrices", "stack_matrix", "stack_singles", "stack_vector"]


def _sizes(shape: tuple[Any, ...]) -> list[int]:
    """Lengths of the axes; they must be literal."""
    if not all(isinstance(length, types.IntegerLiteral) for length in shape):
        raise TypingError(f"the size of a stack array must be a number, not {shape}")
    return [length.literal_value for length in shape]


def _array_on_stack(dtype: Any, shape: tuple[Any, ...]) -> tuple[Any, Any]:
    """Signature and code generator of an array of literal ``shape``."""
    sizes = _sizes(shape)
    array_type = types.Array(dtype, len(sizes), "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del signature, arguments
        itemsize = context.get_abi_sizeof(context.get_data_type(dtype))
        count = int(np.prod(sizes))
        element = context.get_data_type(dtype)
        memory = cgutils.alloca_once(builder, ir.ArrayType(element, count))
        memory.align = 64
        strides = [itemsize * int(np.prod(sizes[axis + 1 :])) for axis in range(len(sizes))]
        array = make_array(array_type)(context, builder)
        populate_array(
            array,
            data=builder.bitcast(memory, element.as_pointer()),
            shape=[context.get_constant(types.intp, size) for size in sizes],
            strides=[context.get_constant(types.intp, stride) for stride in strides],
            itemsize=context.get_constant(types.intp, itemsize),
            meminfo=None,
        )
        return array._getvalue()

    return array_type(*shape), generate


@intrinsic(prefer_literal=True)
def stack_vector(typing_context: Any, size: Any) -> Any:
    """Array (size,) of float64 on the stack."""
    del typing_context
    return _array_on_stack(types.float64, (size,))


@intrinsic(prefer_literal=True)
def stack_matrix(typing_context: Any, rows: Any, columns: Any) -> Any:
    """Array (rows, columns) of float64 on the stack."""
    del typing_context
    return _array_on_stack(types.float64, (rows, columns))


@intrinsic(prefer_literal=True)
def stack_indices(typing_context: Any, size: Any) -> Any:
    """Array (size,) of int64 on the stack."""
    del typing_context
    return _array_on_stack(types.int64, (size,))


@intrinsic(prefer_literal=True)
def stack_singles(typing_context: Any, size: Any) -> Any:
    """Array (size,) of float32 on the stack."""
    del typing_context
    return _array_on_stack(types.float32, (size,))


@intrinsic(prefer_literal=True)
def stack_matrices(typing_context: Any, count: Any, rows: Any, columns: Any) -> Any:
    """Array (count, rows, columns) of float64 on the stack."""
    del typing_context
    return _array_on_stack(types.float64, (count, rows, columns))
