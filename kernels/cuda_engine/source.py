"""The complete source of the CUDA engine: prelude, layout, printed rules and schedule, and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ...model.rules.outcomes import percentile_bin, percentile_value
from ...model.schedule.rulebook import BUILT_IN, RuleBook
from .memory_layout import layout_of_model, layout_source
from .print_c import FunctionPrinter, one_value

OPTIONS = ("--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true")
"""IEEE arithmetic as written: no contraction, no flushing of subnormals, division and root rounded correctly."""


def kernel_source(book: RuleBook = BUILT_IN) -> str:
    """Return the CUDA C++ source of the engine for the rules of ``book``."""
    return _source_of(book)


@cache
def _source_of(book: RuleBook) -> str:
    model = layout_of_model(book).model
    prelude, world, schedule = (
        where((files(__package__) / f"{name}.cuh").read_text(encoding="utf-8"), model.flags())
        for name in ("prelude", "world", "schedule")
    )
    bins = (one_value(model, percentile_bin, "share"), one_value(model, percentile_value, "bin_number"))
    pieces = (FunctionPrinter(model, piece).text() for piece in model.pieces)
    return "\n".join((prelude, layout_source(book), world, *bins, *pieces, schedule))


def where(text: str, flags: Mapping[str, bool]) -> str:
    """Return ``text`` with the lines between ``#if FLAG`` and ``#endif`` for the flags that hold, and without others.

    Not left to the compiler: what only own rules need is no part of the source, and of the hash, of the model as it is.

    >>> print(where(chr(10).join(["first", "#if SUMS", "sums", "#endif", "last"]), {"SUMS": False}))
    first
    last
    """
    kept, holds = [], True
    for line in text.splitlines(keepends=True):
        if line.startswith("#if "):
            holds = flags[line.removeprefix("#if ").strip()]
        elif line.startswith("#endif"):
            holds = True
        elif holds:
            kept.append(line)
    return "".join(kept)


@cache
def kernel_hash(book: RuleBook = BUILT_IN) -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of the source and the options that decide its arithmetic."""
    return hashlib.sha256("\n".join((*OPTIONS, kernel_source(book))).encode()).hexdigest()
