"""The complete source of the CUDA engine: prelude, layout, traced rules and schedule, and its hash."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from ..model.rules_outcomes import percentile_bin, percentile_value
from .cuda_layout import layout, layout_source
from .cuda_rules import Piece, TracedModel, kind_of
from .cuda_trace import Symbol, Trace

OPTIONS = ("--std=c++17", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true")
"""IEEE arithmetic as written: no contraction, no flushing of subnormals, division and root rounded correctly."""


def _store(place: tuple[str, str], value: Symbol, piece: Piece) -> str:
    record, name = place
    kind = kind_of(*place)
    text = value.name if isinstance(value, Symbol) else Trace().text(value, kind)
    if record == "seat":
        if kind == "bool":
            return f"occupied[lane] = {text} ? 1 : 0;"
        store = f"person[SEAT_{name} * WARP] = {text};"
        # What is mostly left as it was is written only where it changes: that saves memory traffic.
        kept = piece.loads.get(place)
        if value.operation[:1] == ("select",) and value.operation[3] is kept and kept is not None:
            return f"if ({value.operation[1].name}) {store}"
        return store
    if record in ("p", "setting", "centre", "nation", "country_sums"):
        return f"w.country.{record}_{name} = {text};"
    return f"own[TRUST_{record}_{name} * WARP] = {text if kind == 'double' else f'keep({text})'};"


def piece_source(piece: Piece, model: TracedModel) -> str:
    """Return the device function of a piece."""
    loops = piece.level in ("seat", "start")
    stores = [
        (piece.written_after[place], _store(place, value, piece))
        for place, value in piece.writes.items()
        if place in model.kept
    ]
    before, lines = piece.code.body(stores)
    if piece.level == "country":
        return _function(f"DEV void {piece.name}(const World& w)", lines)
    own = "double* const own = trust_values(w, trust);"
    if not loops:
        return _function(f"DEV void {piece.name}(const World& w, const u32 trust, const bool active)", [own, *lines])
    sums = [f"{kind} totals_{name} = 0;" for name, kind in piece.sums.items()]
    stored = [f"own[TRUST_totals_{name} * WARP] = keep((i64)totals_{name});" for name in piece.sums]
    loop = [
        "const u32 lane = trust % WARP;",
        "double* person = w.args.seats + first_seat(w, trust) * (SEAT_VALUES * WARP) + lane;",
        "u8* occupied = w.args.occupied + first_seat(w, trust) * WARP;",
        "const u32 end = (trust + 1u) * w.args.clinicians;",
        "#pragma unroll 1",
        "for (u32 agent = trust * w.args.clinicians; agent < end; ++agent) {",
        *(f"  {line}" for line in lines),
        "  person += SEAT_VALUES * WARP;",
        "  occupied += WARP;",
        "}",
    ]
    return _function(f"DEV void {piece.name}(const World& w, const u32 trust)", [own, *before, *sums, *loop, *stored])


def _function(head: str, lines: list[str]) -> str:
    body = "\n".join(f"  {line}" if not line.startswith("#") else line for line in lines)
    return f"{head} {{\n{body}\n}}\n"


def _share_functions() -> str:
    texts = []
    for rule, name in ((percentile_bin, "share"), (percentile_value, "bin_number")):
        trace = Trace()
        result = rule(Symbol(trace, name, "double"))  # type: ignore[arg-type]
        lines = [*trace.statements, f"return {result.name};"]  # type: ignore[attr-defined]
        texts.append(_function(f"DEV double {rule.__name__}(const double {name})", lines))
    return "\n".join(texts)


@cache
def kernel_source() -> str:
    """Return the CUDA C++ source of the engine."""
    model = layout().model
    prelude, world, schedule = (
        (files(__package__) / f"cuda_{name}.cuh").read_text(encoding="utf-8")
        for name in ("prelude", "world", "schedule")
    )
    pieces = "\n".join(piece_source(piece, model) for piece in (*model.phases, *model.outcomes, model.start))
    return "\n".join((prelude, layout_source(), world, _share_functions(), pieces, schedule))


@cache
def kernel_hash() -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of the source and the options that decide its arithmetic."""
    return hashlib.sha256("\n".join((*OPTIONS, kernel_source())).encode()).hexdigest()
