"""The complete source of the CUDA engine: prelude, layout, printed rules and schedule, and its hash."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from ...model.rules.outcomes import percentile_bin, percentile_value
from .memory_layout import layout_of_model, layout_source
from .print_c import FunctionPrinter, one_value

OPTIONS = ("--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true")
"""IEEE arithmetic as written: no contraction, no flushing of subnormals, division and root rounded correctly."""


@cache
def kernel_source() -> str:
    """Return the CUDA C++ source of the engine."""
    model = layout_of_model().model
    prelude, world, schedule = (
        (files(__package__) / f"{name}.cuh").read_text(encoding="utf-8") for name in ("prelude", "world", "schedule")
    )
    bins = (one_value(model, percentile_bin, "share"), one_value(model, percentile_value, "bin_number"))
    pieces = (FunctionPrinter(model, piece).text() for piece in model.pieces)
    return "\n".join((prelude, layout_source(), world, *bins, *pieces, schedule))


@cache
def kernel_hash() -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of the source and the options that decide its arithmetic."""
    return hashlib.sha256("\n".join((*OPTIONS, kernel_source())).encode()).hexdigest()
