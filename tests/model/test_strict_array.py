"""The strict array refuses what it promises to refuse; otherwise its verdict on the engine would be worth nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from .strict_array import STRICT, Refused, StrictArray, to_host

FLOATS = np.array([[0.5, -1.0, 2.0], [3.0, 0.0, -0.0]])


def device() -> StrictArray:
    return STRICT.asarray(FLOATS)


def whole() -> StrictArray:
    return STRICT.arange(6, dtype=np.int64).reshape(2, 3)


REFUSALS: dict[str, Callable[[], object]] = {
    "NumPy array added": lambda: device() + FLOATS,
    "added to a NumPy array": lambda: FLOATS + device(),
    "NumPy array chosen": lambda: np.where(device() > 0.0, device(), FLOATS),
    "NumPy condition": lambda: np.where(FLOATS > 0.0, device(), device()),
    "Python condition": lambda: np.where(True, device(), device()),
    "NumPy array compared": lambda: device() < FLOATS,
    "NumPy array as an index": lambda: device()[np.array([0])],
    "NumPy array joined": lambda: np.concatenate((device(), FLOATS), axis=1),
    "NumPy array assigned": lambda: device().__setitem__(0, FLOATS[0]),
    "NumPy result of the wrong kind": lambda: np.add(device(), device(), out=np.zeros((2, 3))),
    "implicit conversion": lambda: np.asarray(device()),
    "truth": lambda: bool(device()[0, 0] > 0.0),
    "short cut of and": lambda: (device() > 0.0) and (device() < 1.0),
    "int": lambda: int(whole()[0, 0]),
    "float": lambda: float(device()[0, 0]),
    "use as an index": lambda: [1, 2, 3][whole()[0, 0]],
    "iteration": lambda: list(device()),
    "membership": lambda: 0.5 in device(),
    "item": lambda: device().item(),
    "mask as an index": lambda: device()[device() > 0.0],
    "array as an index": lambda: device()[whole()],
    "sum of floats": lambda: np.sum(device(), axis=1, dtype=np.float64),
    "running sum of floats": lambda: np.cumsum(device(), axis=1),
    "sum without a type": lambda: np.sum(whole(), axis=1),
    "product": lambda: device() @ device(),
    "power": lambda: device() ** 2,
    "exponential": lambda: np.exp(device()),
    "logarithm": lambda: np.log(device()),
    "maximum": lambda: np.maximum(device(), 0.0),
    "minimum": lambda: np.minimum(device(), 0.0),
    "clip": lambda: np.clip(device(), 0.0, 1.0),
    "mean": lambda: np.mean(device(), axis=1),
    "reduction of a ufunc": lambda: np.add.reduce(device()),
    "scatter": lambda: np.add.at(device(), 0, 1.0),
    "remainder": lambda: device() % 1.0,
    "interpolation": lambda: np.interp(device(), [0, 1], [0, 1]),
    "float beyond int64": lambda: (device() * 1e30).astype(np.int64),
    "NaN to an integer": lambda: (device() * np.nan).astype(np.int64),
    "negative float to uint64": lambda: device().astype(np.uint64),
    "int64 with uint64": lambda: whole() + whole().astype(np.uint64),
    "shift by the width": lambda: whole() >> 64,
    "floor of whole numbers": lambda: np.floor(whole()),
    "index out of bounds": lambda: np.take_along_axis(device(), whole(), axis=1),
    "unstable sort": lambda: np.argsort(whole(), axis=1, kind="quicksort"),
    "NumPy creation": lambda: np.zeros((2, 3)) + device(),
    "array of objects": lambda: STRICT.asarray([None]),
    "NumPy array as the model of zeros": lambda: STRICT.zeros_like(FLOATS),
    "NumPy array brought to the host": lambda: to_host(FLOATS),
    "unknown maker of arrays": lambda: STRICT.linspace(0, 1, 3),
}


@pytest.mark.parametrize("what", REFUSALS)
def test_it_refuses(what: str) -> None:
    with pytest.raises((Refused, TypeError, AttributeError)):
        REFUSALS[what]()


def test_what_it_allows_gives_numpys_bits() -> None:
    there, here = device(), FLOATS
    pairs = [
        (there * 2.0 - 1.0 / (1.0 + there * there), here * 2.0 - 1.0 / (1.0 + here * here)),
        (np.sqrt(np.abs(there)), np.sqrt(np.abs(here))),
        (np.where(there > 0.0, there, -there), np.where(here > 0.0, here, -here)),
        (np.where(there > 0.0, 1.0, 0.0), np.where(here > 0.0, 1.0, 0.0)),
        (np.floor(there * 3.0).astype(np.int64), np.floor(here * 3.0).astype(np.int64)),
        (np.sum(there > 0.0, axis=0, dtype=np.int64), np.sum(here > 0.0, axis=0, dtype=np.int64)),
        (np.float64(2.0) * there, np.float64(2.0) * here),
        (there[:, None, 1:], here[:, None, 1:]),
    ]
    for strict, plain in pairs:
        assert isinstance(strict, StrictArray)
        assert to_host(strict).dtype == plain.dtype
        assert to_host(strict).tobytes() == np.ascontiguousarray(plain).tobytes()


def test_fresh_memory_holds_no_usable_values() -> None:
    assert np.isnan(to_host(STRICT.empty((2,), np.float64))).all()
