"""An array that refuses what CuPy refuses, and what CuPy would do differently from NumPy.

The array engine is one code for NumPy and CuPy. Run on ``StrictArray`` it shows, without a GPU, that it mixes no device
arrays with NumPy's, never makes the host wait for the device, and uses only operations that round alike everywhere.
The values are held in NumPy and computed with it, so that the bits can be compared.

Refused: implicit conversion to NumPy; NumPy arrays as operands, indices or values; truth, ``int``, ``float``, iteration
and masks (each a hidden wait); sums and products of floats (their order differs); functions that round differently or
treat NaN and signed zeros differently; conversions of floats that do not fit the integer; int64 mixed with uint64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np


class Refused(TypeError):
    """CuPy would raise here, wait for the device, or give other bits."""


ELEMENTWISE = {
    *("add", "subtract", "multiply", "divide", "sqrt", "floor", "absolute", "negative", "isfinite"),
    *("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"),
    *("logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or", "bitwise_xor", "invert"),
    *("left_shift", "right_shift"),
}
"""Ufuncs that give the same bits on the CPU and the GPU."""


def operand(value: Any) -> Any:
    """The NumPy value behind an operand that CuPy accepts; refuses NumPy arrays and sequences."""
    if isinstance(value, StrictArray):
        return value.held
    if isinstance(value, bool | int | float | np.generic):
        return value
    raise Refused(f"unsupported type {type(value)} beside a device array")


def _members(values: Iterable[Any]) -> list[Any]:
    members = list(values)
    for value in members:
        if not isinstance(value, StrictArray):
            raise Refused(f"only device arrays can be joined, got {type(value)}")
    return [value.held for value in members]


def _whole_numbers(array: Any, name: str) -> Any:
    held = operand(array)
    if held.dtype.kind == "f":
        raise Refused(f"np.{name} of floats depends on the order of the elements")
    return held


def _sum(array: Any, *, axis: int, dtype: Any, keepdims: bool = False) -> Any:
    return np.sum(_whole_numbers(array, "sum"), axis=axis, dtype=dtype, keepdims=keepdims)


def _cumsum(array: Any, *, axis: int) -> Any:
    return np.cumsum(_whole_numbers(array, "cumsum"), axis=axis)


def _all(array: Any, *, axis: int, keepdims: bool = False) -> Any:
    return np.all(operand(array), axis=axis, keepdims=keepdims)


def _any(array: Any, *, axis: int, keepdims: bool = False) -> Any:
    return np.any(operand(array), axis=axis, keepdims=keepdims)


def _max(array: Any, *, axis: int) -> Any:
    held = operand(array)
    if held.dtype.kind == "f" and np.signbit(held).any():
        raise Refused("np.max of signed values: which of 0.0 and -0.0 comes out is not the same everywhere")
    return np.max(held, axis=axis)


def _where(condition: Any, chosen: Any, otherwise: Any) -> Any:
    if not isinstance(condition, StrictArray):
        raise Refused(f"'{type(condition).__name__}' object has no attribute 'astype'")
    if condition.dtype != np.bool_:
        raise Refused("a condition must be of bool")
    return np.where(condition.held, operand(chosen), operand(otherwise))


def _sort(array: Any, *, axis: int) -> Any:
    return np.sort(operand(array), axis=axis)


def _argsort(array: Any, *, axis: int, kind: str) -> Any:
    if kind != "stable":
        raise Refused("CuPy sorts stably or not at all")
    return np.argsort(operand(array), axis=axis, kind="stable")


def _take_along_axis(array: Any, indices: Any, axis: int) -> Any:
    held, places = operand(array), _whole_numbers(indices, "take_along_axis")
    if places.size and not 0 <= places.min() <= places.max() < held.shape[axis]:
        raise Refused("an index out of bounds is wrapped silently on the GPU")
    return np.take_along_axis(held, places, axis=axis)


def _concatenate(arrays: Iterable[Any], *, axis: int) -> Any:
    return np.concatenate(_members(arrays), axis=axis)


def _broadcast_to(array: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(operand(array), shape)


def _zeros_like(array: Any) -> Any:
    return np.zeros_like(operand(array))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__[1:]: function
    for function in (
        *(_sum, _cumsum, _all, _any, _max, _where, _sort, _argsort, _take_along_axis, _concatenate),
        *(_broadcast_to, _zeros_like),
    )
}
"""Functions that dispatch to CuPy and give the same bits there, each with the arguments that are safe."""


def _in_integers(held: Any, dtype: np.dtype[Any]) -> None:
    """Refuse floats that do not fit: the CPU gives the least integer, a GPU the nearest one, NaN is undefined."""
    limits = np.iinfo(dtype)
    if not bool(np.all((held >= float(limits.min)) & (held < float(limits.max)))):
        raise Refused(f"a float does not fit {dtype}")


class StrictArray(np.lib.mixins.NDArrayOperatorsMixin):
    """A device array; ``held`` is the NumPy array behind it, for the tests alone."""

    __slots__ = ("held",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, held: Any) -> None:
        self.held = np.asarray(held)

    dtype = property(lambda self: self.held.dtype)
    shape = property(lambda self: self.held.shape)
    ndim = property(lambda self: self.held.ndim)
    size = property(lambda self: self.held.size)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        if ufunc.__name__ not in ELEMENTWISE or method != "__call__" or options:
            raise Refused(f"np.{ufunc.__name__} ({method}) is not known to give the same bits on every machine")
        values = [operand(value) for value in inputs]
        kinds = {value.dtype.kind for value in values if hasattr(value, "dtype")}
        if kinds >= {"i", "u"}:
            raise Refused("int64 with uint64 becomes float64")
        if ufunc.__name__ == "floor" and kinds != {"f"}:
            raise Refused("floor of whole numbers differs between versions of NumPy")
        if ufunc.__name__.endswith("_shift") and not np.all(values[1] < 64):
            raise Refused("a shift by the width of the word or more")
        if out is None:
            return StrictArray(ufunc(*values))
        (target,) = out
        ufunc(*values, out=target.held if isinstance(target, StrictArray) else operand(target))
        return target

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function.__name__ not in FUNCTIONS:
            raise Refused(f"np.{function.__name__} is not in the safe subset")
        return StrictArray(FUNCTIONS[function.__name__](*args, **kwargs))

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise Refused("implicit conversion to a NumPy array is not allowed")

    def _wait(self, *_: Any) -> Any:
        raise Refused("this makes the host wait for the device")

    __bool__ = __int__ = __float__ = __index__ = __complex__ = __iter__ = __contains__ = item = tolist = _wait

    def __pow__(self, _: Any) -> Any:
        raise Refused("powers round differently")

    __rpow__ = __matmul__ = __rmatmul__ = __mod__ = __divmod__ = __pow__

    def __len__(self) -> int:
        return len(self.held)

    def astype(self, dtype: Any) -> StrictArray:
        """Convert, if CPU and GPU agree on the result."""
        wanted = np.dtype(dtype)
        if self.held.dtype.kind == "f" and wanted.kind in "iu":
            _in_integers(self.held, wanted)
        return StrictArray(self.held.astype(wanted))

    def reshape(self, *shape: Any) -> StrictArray:
        """The same elements in another shape."""
        return StrictArray(self.held.reshape(*shape))

    @staticmethod
    def _index(key: Any) -> Any:
        for part in key if isinstance(key, tuple) else (key,):
            if not isinstance(part, slice | int | type(None) | type(...)) or isinstance(part, bool):
                raise Refused(f"an index of {type(part)}: a wait for the device, or a NumPy array")
        return key

    def __getitem__(self, key: Any) -> StrictArray:
        return StrictArray(self.held[self._index(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.held[self._index(key)] = operand(value)


class StrictNamespace:
    """The part of CuPy's namespace that makes arrays: ``xp`` of the array engine."""

    uint64, int64, float64 = np.uint64, np.int64, np.float64

    @staticmethod
    def asarray(array: Any, dtype: Any = None) -> StrictArray:
        """Copy an array to the device."""
        made = np.array(operand(array) if isinstance(array, StrictArray) else array, dtype=dtype)
        if made.dtype.kind not in "biuf":
            raise Refused(f"a device has no arrays of {made.dtype}")
        return StrictArray(made)

    @staticmethod
    def arange(*limits: int, dtype: Any) -> StrictArray:
        """Whole numbers in order."""
        return StrictArray(np.arange(*limits, dtype=dtype))

    @staticmethod
    def full(shape: Any, value: Any, dtype: Any) -> StrictArray:
        """One value everywhere."""
        return StrictArray(np.full(shape, operand(value), dtype=dtype))

    @staticmethod
    def zeros(shape: Any, dtype: Any) -> StrictArray:
        """Zeros."""
        return StrictArray(np.zeros(shape, dtype=dtype))

    @staticmethod
    def ones(shape: Any, dtype: Any) -> StrictArray:
        """Ones."""
        return StrictArray(np.ones(shape, dtype=dtype))

    @staticmethod
    def ones_like(array: StrictArray) -> StrictArray:
        """Ones of the shape and type of another device array."""
        if not isinstance(array, StrictArray):
            raise Refused(f"expected a device array, got {type(array)}")
        return StrictArray(np.ones_like(array.held))

    @staticmethod
    def empty(shape: Any, dtype: Any) -> StrictArray:
        """Memory whose content must not matter: filled with NaN or the largest integer."""
        kind = np.dtype(dtype)
        return StrictArray(np.full(shape, np.nan if kind.kind == "f" else np.iinfo(kind).max, dtype=kind))

    @staticmethod
    def zeros_like(array: StrictArray) -> StrictArray:
        """Zeros of the shape and type of another device array."""
        if not isinstance(array, StrictArray):
            raise Refused(f"expected a device array, got {type(array)}")
        return StrictArray(np.zeros_like(array.held))


STRICT = StrictNamespace()


def to_host(array: StrictArray) -> Any:
    """Copy a device array to the host: the only way back."""
    if not isinstance(array, StrictArray):
        raise Refused(f"expected a device array, got {type(array)}")
    return array.held.copy()
