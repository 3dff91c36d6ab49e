"""Compiled code while the disk fails: the engine compiles anew, or works without what it cannot keep; nothing stops."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numba")

import numba

from tredegar.kernels.machine.code_cache import VARIABLE
from tredegar.kernels.numba_engine import cache as numba_cache

from .failing_calls import calls_below
from .failing_ways import WAYS, Call, Failing

pytestmark = pytest.mark.fuzz

SIGNATURE = numba.float64(numba.float64)
NAMES = (
    "EIO",
    "ENOSPC",
    "EIO though it was done",
    "a full disk",
    "a disk that is read-only from then on",
    "a dead disk",
)
TRIED = [way for way in WAYS if way.name in (*NAMES, "a dead disk")]


def doubled() -> Any:
    """Return a function that numba has not seen yet."""

    @numba.njit
    def double(x: float) -> float:
        return x * 2.0

    return double


def made_ready(folder: Path, target: Call | None, way: Failing | None) -> list[Call]:
    """Load or compile the function while a call of the file system fails; it must work."""
    function = doubled()
    with calls_below(folder, target, way) as calls:
        numba_cache.ready(function, SIGNATURE)
    assert function(21.0) == 42.0
    assert target is None or calls.failed == target
    return calls.seen


@pytest.mark.filterwarnings("ignore")
def test_compiled_code_is_there_whatever_call_fails_as_it_is_compiled_or_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numba_cache, "code_key", lambda book: "key")

    def at(name: str) -> Path:
        monkeypatch.setenv(VARIABLE, str(tmp_path / name))
        (tmp_path / name).mkdir(exist_ok=True)
        return tmp_path / name

    compiling = made_ready(at("first"), None, None)
    loading = made_ready(at("first"), None, None)
    assert any(call.operation == "write" for call in compiling) and not any(c.operation == "write" for c in loading)
    for number, target in enumerate(compiling):
        way = TRIED[number % len(TRIED)]
        if way.applies(target):
            made_ready(at(f"compiled{number}"), target, way)
            made_ready(at(f"compiled{number}"), None, None)
    for number, target in enumerate(loading):
        way = Failing("EIO", errno.EIO, lasting=(target.operation,) if number % 2 else ())
        made_ready(at("first"), target, way)
        made_ready(at("first"), None, None)
