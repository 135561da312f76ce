# SPDX-License-Identifier: BSD-3-Clause
"""Eight numbers that are worked on at once, one of each of eight cells, for kernels.

A processor's vector units do one operation on several numbers, but only where the compiler sees it. Here it is said:
a value of eight lanes is one LLVM vector, which becomes one register or several, whatever the processor has. Lanes
never meet, so a lane has the same bits whatever is in the others. Arrays of lanes have the shape (rows, `LANES`).
"""

from __future__ import annotations

import operator
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.core.datamodel import models
from numba.core.typing.templates import ConcreteTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, register_model

__all__ = [
    "LANES", "at_most", "gather_block", "put", "root", "scatter_block", "splat", "take", "turned",
]  # fmt: skip

LANES = 8
"""Cells that are worked on at once."""

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


class _Lanes(types.Type):
    """Numba's name for such a value."""

    def __init__(self) -> None:
        super().__init__(name=f"Lanes({LANES})")


_LANES = _Lanes()


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _VECTOR)


def _arithmetic(function: Any, instruction: str) -> None:
    """Let a Python operator work on lanes."""

    @infer_global(function)
    class _Template(ConcreteTemplate):
        cases = (signature(_LANES, _LANES, _LANES),)

    def generate(context: Any, builder: Any, _: Any, arguments: Any) -> Any:
        del context
        return getattr(builder, instruction)(*arguments)

    lower_builtin(function, _LANES, _LANES)(generate)


for _function, _instruction in (
    (operator.add, "fadd"), (operator.iadd, "fadd"), (operator.sub, "fsub"), (operator.isub, "fsub"),
    (operator.mul, "fmul"), (operator.truediv, "fdiv"),
):  # fmt: skip
    _arithmetic(_function, _instruction)


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    """Address of a row of lanes, or of eight numbers from an entry of a flat array on."""
    whole = context.make_array(array_type)(context, builder, value=array)
    scale = LANES if array_type.ndim == 2 else 1
    offset = builder.mul(index, ir.Constant(index.type, scale))
    entry = builder.gep(whole.data, [offset])
    return builder.bitcast(entry, _VECTOR.as_pointer())


@intrinsic
def take(typing_context: Any, array: Any, row: Any) -> Any:
    """Lanes in a row of an array (rows, LANES)."""
    del typing_context, row

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], *arguments)
        return builder.load(pointer, align=8)

    return _LANES(array, types.intp), generate


@intrinsic
def put(typing_context: Any, array: Any, row: Any, value: Any) -> Any:
    """Write lanes to a row of an array (rows, LANES)."""
    del typing_context, row, value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        pointer = _pointer(context, builder, signature.args[0], arguments[0], arguments[1])
        builder.store(arguments[2], pointer, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, _LANES), generate


@intrinsic
def splat(typing_context: Any, value: Any) -> Any:
    """One number in all lanes."""
    del typing_context, value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        first = builder.insert_element(
            ir.Constant(_VECTOR, ir.Undefined), arguments[0], ir.Constant(ir.IntType(32), 0)
        )
        return _shuffle(builder, first, first, [0] * LANES)

    return _LANES(types.float64), generate


@intrinsic
def root(typing_context: Any, value: Any) -> Any:
    """Square root of each lane."""
    del typing_context, value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_VECTOR, [_VECTOR]), f"llvm.sqrt.v{LANES}f64"
        )
        return builder.call(function, arguments)

    return _LANES(_LANES), generate


@intrinsic
def at_most(typing_context: Any, value: Any, bound: Any) -> Any:
    """Bit l is set where lane l of ``value`` is at most that of ``bound``; never where one is no number."""
    del typing_context, value, bound

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        flags = builder.fcmp_ordered("<=", *arguments)
        bits = builder.bitcast(flags, ir.IntType(LANES))
        return builder.zext(bits, ir.IntType(64))

    return types.int64(_LANES, _LANES), generate


@intrinsic
def turned(typing_context: Any, value: Any) -> Any:
    """The first eight entries of a 3×3 matrix as those of its transpose; the ninth is the same in both."""
    del typing_context, value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return _shuffle(builder, arguments[0], arguments[0], [0, 3, 6, 1, 4, 7, 2, 5])

    return _LANES(_LANES), generate


def _shuffle(builder: Any, one: Any, other: Any, places: list[int]) -> Any:
    """Lanes picked from two values."""
    mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), places)
    return builder.shuffle_vector(one, other, mask)


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Columns of eight values of eight lanes."""
    span = 1
    while span < LANES:
        low = [i if not i & span else LANES + i - span for i in range(LANES)]
        high = [i + span for i in low]
        turned = list(rows)
        for i in range(LANES):
            if not i & span:
                turned[i] = _shuffle(builder, rows[i], rows[i + span], low)
                turned[i + span] = _shuffle(builder, rows[i], rows[i + span], high)
        rows, span = turned, 2 * span
    return rows


def _row_pointers(context: Any, builder: Any, types_: Any, values: Any, column: Any) -> list[Any]:
    """Addresses of ``column`` in the rows of a flat array that begin at eight offsets."""
    starts = context.make_array(types_[1])(context, builder, value=values[1])
    pointers = []
    for lane in range(LANES):
        begin = builder.load(builder.gep(starts.data, [ir.Constant(ir.IntType(64), lane)]))
        place = builder.add(begin, column)
        pointers.append(_pointer(context, builder, types_[0], values[0], place))
    return pointers


@intrinsic
def gather_block(typing_context: Any, flat: Any, begins: Any, column: Any, out: Any) -> Any:
    """Rows ``column`` to ``column`` + 7 of ``out`` (rows, LANES), lane l from ``flat`` from ``begins[l]`` on."""
    del typing_context, column

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        column = arguments[2]
        pointers = _row_pointers(context, builder, signature.args, arguments, column)
        columns = _transposed(builder, [builder.load(at, align=8) for at in pointers])
        for place, value in enumerate(columns):
            row = builder.add(column, ir.Constant(column.type, place))
            at = _pointer(context, builder, signature.args[3], arguments[3], row)
            builder.store(value, at, align=8)
        return context.get_dummy_value()

    return types.void(flat, begins, types.intp, out), generate


@intrinsic
def scatter_block(typing_context: Any, lanes: Any, begins: Any, column: Any, flat: Any) -> Any:
    """The reverse: from rows of ``lanes`` (rows, LANES) to ``flat``."""
    del typing_context, column

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        column = arguments[2]
        rows = []
        for place in range(LANES):
            row = builder.add(column, ir.Constant(column.type, place))
            at = _pointer(context, builder, signature.args[0], arguments[0], row)
            rows.append(builder.load(at, align=8))
        types_ = (signature.args[3], signature.args[1])
        pointers = _row_pointers(context, builder, types_, (arguments[3], arguments[1]), column)
        for at, value in zip(pointers, _transposed(builder, rows), strict=True):
            builder.store(value, at, align=8)
        return context.get_dummy_value()

    return types.void(lanes, begins, types.intp, flat), generate
