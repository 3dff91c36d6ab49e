"""The month in CUDA C: ``model.month.MONTH``, the outcomes and the start of a seat, traced rule by rule.

Every phase becomes one device function of straight-line code. It reads the quantities that it needs where they live
(``Country`` in shared memory, trusts and seats in global memory, constants in the argument), and writes back those
that another phase or the record of a run needs; all others live in registers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, get_type_hints

from ..model import draws, records, rules_outcomes, rules_start
from ..model.arithmetic import fixed
from ..model.month import MONTH, Phase, Tally
from ..model.outcomes import PERCENTILES
from .cuda_trace import CannotTrace, Kind, Symbol, Trace

COUNTRY_RECORDS = ("p", "setting", "centre", "nation", "country_sums")
"""One set of values per run."""
TRUST_RECORDS = ("trust", "manager", "council", "catchment", "totals", "council_sums", "catchment_sums", "place")
"""One set of values per trust; ``place`` holds the numbers of its council and its catchment."""
LUCK = {
    "country": draws.CENTRE_LUCK,
    "trust": draws.TRUST_LUCK,
    "seat": draws.SEAT_LUCK,
    "start": draws.START_SEAT_LUCK,
}
AGENT = {"country": "0u", "trust": "trust", "seat": "agent", "start": "agent"}
OUTCOME_RULES: tuple[Callable[..., Any], ...] = (
    rules_outcomes.service_outcomes,
    rules_outcomes.staff_outcomes,
    rules_outcomes.manager_outcomes,
    rules_outcomes.centre_outcomes,
)

Field = tuple[str, str]
_KINDS: dict[type, Kind] = {float: "double", bool: "bool", int: "i64"}
_CLASSES = {
    "setting": records.Setting, "centre": records.CentreState, "nation": records.NationState,
    "trust": records.TrustState, "manager": records.ManagerState, "seat": records.SeatState,
    "council": records.CouncilState, "catchment": records.CatchmentState,
}  # fmt: skip
_TYPES = {name: get_type_hints(record) for name, record in _CLASSES.items()}

GROUP_SUMS: dict[Field, str] = {
    (tally.into, name): tally.over
    for phase in MONTH
    for tally in phase.tallies
    if tally.over in ("council", "catchment")
    for name in tally.fields
}
"""Sums over councils and catchments that are made each month -> the kind of group; they live in shared memory."""


def kind_of(record: str, name: str) -> Kind:
    """Return the kind of a quantity, from the types of ``model.records``."""
    if record in ("p", "k", "now", "luck"):
        return "double"
    if record.endswith("sums") or record in ("totals", "place"):
        return "i64"
    if name not in _TYPES[record]:
        raise CannotTrace(f"record '{record}' has no quantity '{name}'")
    return _KINDS[_TYPES[record][name]]


@dataclass
class Piece:
    """One device function: what it reads, what it writes, and its statements."""

    name: str
    level: str
    loads: dict[Field, Symbol] = field(default_factory=dict)
    writes: dict[Field, Any] = field(default_factory=dict)
    code: Trace = field(default_factory=Trace)
    written_after: dict[Field, int] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)

    def record(self, name: str) -> TracedRecord:
        """Return the record ``name`` as a rule sees it."""
        return TracedRecord(self, name)

    def load(self, record: str, name: str) -> Any:
        """Return the quantity as it stands: what this piece wrote to it, or else what it finds in memory."""
        if (record, name) in self.writes:
            return self.writes[record, name]
        if (record, name) not in self.loads:
            kind = kind_of(record, name)
            loops = self.level in ("seat", "start") and record not in ("seat", "luck", "p")
            source = self._source(record, name, kind)
            where = self.code.before if loops else self.code.statements
            self.loads[record, name] = self.code.named(f"{record}_{name}", kind, source, where)
        return self.loads[record, name]

    def _source(self, record: str, name: str, kind: Kind) -> str:
        if record == "k":
            return f"w.args.constants.{name}"
        if record == "now":
            return "as_double((i64)w.country.month)"
        if record == "luck":
            return self._uniform(name)
        if record == "p" and self.level == "seat":
            return f"again(w.country.p_{name})"
        if record in COUNTRY_RECORDS:
            return f"w.country.{record}_{name}" + (" != 0" if kind == "bool" else "")
        if record == "seat":
            return "occupied[lane] != 0" if kind == "bool" else f"person[SEAT_{name} * WARP]"
        if (record, name) in GROUP_SUMS:
            group = self.load("place", GROUP_SUMS[record, name])
            return f"group_total(w, GROUP_{record}_{name}, {group.name})"
        if record not in TRUST_RECORDS:
            raise CannotTrace(f"record '{record}' is not known to the CUDA engine")
        read = f"own[TRUST_{record}_{name} * WARP]"
        return read if kind == "double" else f"whole({read})" + (" != 0" if kind == "bool" else "")

    def _uniform(self, name: str) -> str:
        for stream, words in LUCK[self.level].items():
            if name in words:
                block = f"words_{stream.name.lower()}"
                statement = f"const Words {block} = draw(w, {AGENT[self.level]}, {int(stream)}u);"
                if statement not in self.code.statements:
                    self.code.statements.append(statement)
                return f"uniform({block}.w{words.index(name)})"
        raise CannotTrace(f"no luck '{name}' is drawn at the level of a {self.level}")

    def write(self, record: str, name: str, value: Any) -> None:
        """Note what a rule writes, and where: it goes to memory there, so that it need not be held until the end."""
        self.writes[record, name] = value
        self.written_after[record, name] = len(self.code.statements)

    def follow(self, rule: Callable[..., Any], reads: Iterable[str]) -> Any:
        """Call ``rule`` on symbols and return what it returns."""
        self.code.note(f"{rule.__module__.rsplit('.', 1)[-1]}.{rule.__name__}")
        return rule(*[self.record(name) for name in reads])

    def tally(self, tally: Tally) -> None:
        """Add the statements that sum what one agent adds."""
        given = self.follow(tally.rule, tally.reads)
        for name, value in zip(tally.fields, given, strict=True):
            units: Any = fixed(value) if value.kind == "double" else value
            self.code.statements.append(self._sum(tally, name, units.name, value.kind == "bool"))

    def _sum(self, tally: Tally, name: str, units: str, counts: bool) -> str:
        if tally.over == "country":
            how = "count_country" if counts else "sum_country"
            return f"{how}(active, {units}, &w.country.{tally.into}_{name});"
        if tally.over == "trust":
            self.sums[name] = "u32" if counts else "i64"
            return f"{tally.into}_{name} += {units};"
        group = self.load("place", tally.over)
        return f"if (active) add_exact(group_cell(w, GROUP_{tally.into}_{name}, {group.name}), {units});"


class TracedRecord:
    """A record whose quantities are symbols of one piece of code."""

    __slots__ = ("_name", "_piece")

    def __init__(self, piece: Piece, name: str) -> None:
        self._piece, self._name = piece, name

    def __getattr__(self, name: str) -> Any:
        """Return a quantity as a symbol."""
        return self._piece.load(self._name, name)


def trace_phase(phase: Phase) -> Piece:
    """Return the piece of one phase of the month."""
    level = "trust" if phase.level in ("council", "catchment") else phase.level
    piece = Piece(phase.name, level)
    for step in phase.steps:
        result = piece.follow(step.rule, step.reads)
        for name, value in zip(step.writes, (result,) if step.single else result, strict=True):
            piece.write(step.actor, name, value)
    for tally in phase.tallies:
        piece.tally(tally)
    return piece


def trace_outcomes(rule: Callable[..., Any]) -> Piece:
    """Return the piece that computes one group of outcomes."""
    piece = Piece(rule.__name__, "country")
    hints = [name for name in get_type_hints(rule) if name != "return"]
    result = piece.follow(rule, hints)
    for name, value in zip(result._fields, result, strict=True):
        piece.code.statements.append(f"w.country.outcome[OUTCOME_{name}] = {value.name};")
    return piece


def trace_start() -> Piece:
    """Return the piece that fills a clinician's seat at month 0."""
    piece = Piece("start_seat", "start")
    result = piece.follow(rules_start.seat_start, ("luck", "p", "k"))
    for name, value in zip(result._fields, result, strict=True):
        piece.write("seat", name, value)
    return piece


@dataclass(frozen=True)
class TracedModel:
    """All pieces, and the quantities that are kept in memory, in the order in which they were met."""

    phases: tuple[Piece, ...]
    outcomes: tuple[Piece, ...]
    start: Piece
    kept: tuple[Field, ...]

    def kept_in(self, *names: str) -> tuple[Field, ...]:
        """Return the kept quantities of the records ``names``."""
        return tuple(place for place in self.kept if place[0] in names)


QUANTITIES = tuple(dict.fromkeys(name.rsplit("_", 1)[0] for name in PERCENTILES))
"""Quantities of a trust whose percentiles are recorded."""
# What is recorded per trust beside what the rules read: see kernels.recording.
_RECORDED: tuple[Field, ...] = (
    *(("trust", name) for name in QUANTITIES),
    ("trust", "access"), ("trust", "reported"), ("trust", "quality"), ("trust", "integration"), ("trust", "skill"),
    ("trust", "method"), ("trust", "local_optimum"), ("trust", "size"), ("trust", "trap"), ("manager", "challenges"),
    ("centre", "national_optimum"), ("p", "method_heterogeneity"),
)  # fmt: skip


def trace_model() -> TracedModel:
    """Trace every rule of the model.

    Raises CannotTrace for a rule that the CUDA engine cannot express exactly.
    """
    phases = tuple(trace_phase(phase) for phase in MONTH)
    outcomes = tuple(trace_outcomes(rule) for rule in OUTCOME_RULES)
    start = trace_start()
    places = [place for piece in (*phases, *outcomes, start) for place in piece.loads]
    places += [("place", over) for over in ("council", "catchment")]
    places += [(tally.into, name) for phase in MONTH for tally in phase.tallies for name in tally.fields]
    stays = (*COUNTRY_RECORDS, *TRUST_RECORDS, "seat")
    kept = dict.fromkeys(place for place in (*places, *_RECORDED) if place[0] in stays and place not in GROUP_SUMS)
    return TracedModel(phases, outcomes, start, tuple(kept))
