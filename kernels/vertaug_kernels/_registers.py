# SPDX-License-Identifier: BSD-3-Clause
"""Blocks of 3x3 and vectors of nodes, in single precision, in the vector registers of the processor.

A block of 3x3 numbers lies in the first nine of sixteen lanes, row after row, as in the memory; a node's vector in
the first three of four. One multiplication then does a whole block. Lanes stand for places, so that every sum has
an order of its own that no compiler changes. Vectors of nodes are kept four numbers apart: they are then read
and written whole, and a number just written is at hand for the next read.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.datamodel import models
from numba.extending import intrinsic, register_model
from numba.np.arrayobj import make_array

__all__ = [
    "BLOCK",
    "NODE",
    "add",
    "by_columns",
    "by_rows",
    "keep_eight",
    "minus",
    "multiply",
    "narrowed",
    "no_block",
    "read_block",
    "read_eight",
    "read_node",
    "same_node",
    "sum_columns",
    "sum_rows",
    "times_added",
    "write_eight",
    "write_node",
]  # fmt: skip

BLOCK, NODE = 9, 4
"""Numbers from one block to the next and from one node to the next."""
_WIDE, _SHORT = 16, 4
_SINGLE = ir.FloatType()
_PLACE = ir.IntType(32)


class _Lanes(types.Type):
    """Type of a vector of ``count`` numbers of single or double precision."""

    def __init__(self, count: int, element: Any) -> None:
        self.vector = ir.VectorType(element, count)
        super().__init__(name=f"lanes({self.vector})")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    """A register."""

    def __init__(self, manager: Any, lanes: _Lanes) -> None:
        super().__init__(manager, lanes, lanes.vector)


_block, _node = _Lanes(_WIDE, _SINGLE), _Lanes(_SHORT, _SINGLE)
_eight, _eight_singles = _Lanes(8, ir.DoubleType()), _Lanes(8, _SINGLE)


def _pointer(
    context: Any, builder: Any, array_type: Any, array: Any, first: Any, lanes: _Lanes
) -> Any:
    """Address of a vector of ``lanes`` from the flat place ``first`` of an array on."""
    data = make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [first]), lanes.vector.as_pointer())


def _shuffled(builder: Any, vector: Any, places: list[int], count: int) -> Any:
    """The lanes at ``places``; the others of ``count`` have no meaning."""
    every = places + [0] * (count - len(places))
    mask = ir.Constant(
        ir.VectorType(_PLACE, count), [ir.Constant(_PLACE, place) for place in every]
    )
    return builder.shuffle_vector(vector, vector, mask)


def _reading(lanes: _Lanes, apart: int) -> Any:
    def read(typing_context: Any, array: Any, index: Any) -> Any:
        del typing_context

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            first = context.cast(builder, arguments[1], signature.args[1], types.intp)
            first = builder.mul(first, context.get_constant(types.intp, apart))
            address = _pointer(context, builder, signature.args[0], arguments[0], first, lanes)
            return builder.load(address, align=4)

        return lanes(array, index), generate

    return read


# What each does. read_block(array, k), read_node(array, k), write_node(array, k, node): block or node k of a flat
# array; a block is read with the seven numbers after it, which must be there. no_block(): zeros; same_node(value):
# four times one number. add, minus, multiply: lane by lane; times_added(total, a, b): total + a b.
# by_columns(node), by_rows(node): node[j] or node[i] at place i, j of a block. sum_columns(block), sum_rows(block):
# sums over the columns of each row, over the rows of each column, as nodes whose fourth number is zero.
# read_eight(array, k), write_eight(array, k, eight): the first eight numbers of block k, in double and in single
# precision; keep_eight writes in double.
read_block: Any = intrinsic(_reading(_block, BLOCK))
read_node: Any = intrinsic(_reading(_node, NODE))
read_eight: Any = intrinsic(_reading(_eight, BLOCK))


def _writing(lanes: _Lanes, apart: int) -> Any:
    def write(typing_context: Any, array: Any, index: Any, vector: Any) -> Any:
        del typing_context, vector

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            first = context.cast(builder, arguments[1], signature.args[1], types.intp)
            first = builder.mul(first, context.get_constant(types.intp, apart))
            address = _pointer(context, builder, signature.args[0], arguments[0], first, lanes)
            builder.store(arguments[2], address, align=4)
            return context.get_dummy_value()

        return types.void(array, index, lanes), generate

    return write


write_node: Any = intrinsic(_writing(_node, NODE))
write_eight: Any = intrinsic(_writing(_eight_singles, BLOCK))
keep_eight: Any = intrinsic(_writing(_eight, BLOCK))


@intrinsic
def narrowed(typing_context: Any, eight: Any) -> Any:
    """Eight numbers of double precision in single precision."""
    del typing_context

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.fptrunc(arguments[0], _eight_singles.vector)

    return _eight_singles(eight), generate


@intrinsic
def no_block(typing_context: Any) -> Any:
    """Sixteen zeros."""
    del typing_context

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, builder, signature, arguments
        return ir.Constant(ir.VectorType(_SINGLE, _WIDE), [0.0] * _WIDE)

    return _block(), generate


@intrinsic
def same_node(typing_context: Any, value: Any) -> Any:
    """Four times one number."""
    del typing_context

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        number = context.cast(builder, arguments[0], signature.args[0], types.float32)
        lanes = ir.Constant(ir.VectorType(_SINGLE, _SHORT), [0.0] * _SHORT)
        for place in range(_SHORT):
            lanes = builder.insert_element(lanes, number, ir.Constant(_PLACE, place))
        return lanes

    return _node(value), generate


def _pairing(name: str) -> Any:
    def combine(typing_context: Any, first: Any, second: Any) -> Any:
        del typing_context

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            del context, signature
            return getattr(builder, name)(*arguments, flags=("contract",))

        return first(first, second), generate

    return combine


add: Any = intrinsic(_pairing("fadd"))
minus: Any = intrinsic(_pairing("fsub"))
multiply: Any = intrinsic(_pairing("fmul"))


@intrinsic
def times_added(typing_context: Any, total: Any, first: Any, second: Any) -> Any:
    """``total + first * second``."""
    del typing_context

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        product = builder.fmul(arguments[1], arguments[2], flags=("contract",))
        return builder.fadd(arguments[0], product, flags=("contract",))

    return total(total, first, second), generate


def _spreading(places: list[int]) -> Any:
    def spread(typing_context: Any, vector: Any) -> Any:
        del typing_context

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            del context, signature
            return _shuffled(builder, arguments[0], places, _WIDE)

        return _block(vector), generate

    return spread


by_columns: Any = intrinsic(_spreading([0, 1, 2] * 3))
by_rows: Any = intrinsic(_spreading([0, 0, 0, 1, 1, 1, 2, 2, 2]))


def _summing(first: list[int], second: list[int], third: list[int]) -> Any:
    def total(typing_context: Any, vector: Any) -> Any:
        del typing_context

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            del context, signature
            parts = [
                _shuffled(builder, arguments[0], part, _SHORT) for part in (first, second, third)
            ]
            flags = ("contract",)
            whole = builder.fadd(
                builder.fadd(parts[0], parts[1], flags=flags), parts[2], flags=flags
            )
            fourth = ir.Constant(_PLACE, 3)
            return builder.insert_element(whole, ir.Constant(_SINGLE, 0.0), fourth)

        return _node(vector), generate

    return total


sum_columns: Any = intrinsic(_summing([0, 3, 6], [1, 4, 7], [2, 5, 8]))
sum_rows: Any = intrinsic(_summing([0, 1, 2], [3, 4, 5], [6, 7, 8]))
