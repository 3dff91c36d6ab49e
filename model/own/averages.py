"""Means of one's own outcomes: what trusts and seats add to exact sums, and how the country's value is read off them.

Trusts: mean by size. Seats: mean over those that are occupied, then over trusts by size. A condition: the share of
trusts, or of occupied seats, for which it holds. Everything else of the country is the value itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..arithmetic import as_float, larger, select, unfixed
from ..graph.functions import function_of, quotient
from ..schedule.month import Step, Tally
from .assembly import reads_of
from .records import OwnOutcome


def _sum(outcome: OwnOutcome, part: str = "") -> str:
    """Return the name of a sum of an outcome; no name of one's own has "__", so that no two are one."""
    return "__".join(filter(None, ("own", outcome.name, part)))


def _value_of(outcome: OwnOutcome, actor: str) -> tuple[tuple[str, ...], Callable[..., Any]]:
    """Return the records that an outcome reads, ``actor`` first, and the function of its value."""
    reads = reads_of(outcome.rows, actor)
    return reads, function_of(outcome.name, reads, outcome.rows, outcome.results, {}, single=True)


def _own(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """Mark ``function``: it works on floats, arrays and nodes as it stands."""
    marked: Any = function
    marked.own, marked.__name__, marked.__module__ = True, name, "own"
    return function


def seat_tallies(outcomes: Sequence[OwnOutcome]) -> tuple[Tally, ...]:
    """Return what seats add to their trust: the value, or the condition, where occupied; and that it is occupied."""
    return tuple(_seat_tally(each) for each in outcomes if each.level == "seat")


def _seat_tally(outcome: OwnOutcome) -> Tally:
    reads, value = _value_of(outcome, "seat")

    def tally(*records: Any) -> tuple[Any, Any]:
        seat, given = records[0], value(*records)
        return (seat.occupied & given if outcome.condition else select(seat.occupied, given, 0.0)), seat.occupied

    fields = _sum(outcome), _sum(outcome, "seats")
    return Tally(_own(tally, f"{outcome.name}_of_seats"), reads, fields, "trust", "totals")


def own_sums(outcomes: Sequence[OwnOutcome]) -> tuple[Tally, ...]:
    """Return what trusts add to the country."""
    made = {"trust": _trust_tally, "seat": _team_tally}
    return tuple(made[each.level](each) for each in outcomes if each.level in made)


def _trust_tally(outcome: OwnOutcome) -> Tally:
    reads, value = _value_of(outcome, "trust")

    def tally(*records: Any) -> tuple[Any]:
        trust, given = records[0], value(*records)
        # The size is that of every trust: what is one for the country, or a constant, is added by each of them.
        return ((trust.size > 0.0) & given if outcome.condition else trust.size * given,)

    return Tally(_own(tally, f"{outcome.name}_of_trusts"), reads, (_sum(outcome),), "country", "country_sums")


def _team_tally(outcome: OwnOutcome) -> Tally:
    def tally(trust: Any, totals: Any) -> tuple[Any, Any]:
        total, seats = getattr(totals, _sum(outcome)), getattr(totals, _sum(outcome, "seats"))
        filled = as_float(seats)
        mean = (as_float(total) if outcome.condition else unfixed(total)) / larger(1.0, filled)
        # A trust without anybody has no mean, and no weight.
        return select(filled > 0.5, trust.size * mean, 0.0), select(filled > 0.5, trust.size, 0.0)

    fields = _sum(outcome), _sum(outcome, "weight")
    return Tally(_own(tally, f"{outcome.name}_of_teams"), ("trust", "totals"), fields, "country", "country_sums")


def own_values(outcomes: Sequence[OwnOutcome]) -> tuple[Step, ...]:
    """Return the steps that read own outcomes off the country at the end of a month."""
    return tuple(_value_step(each) for each in outcomes)


def _value_step(outcome: OwnOutcome) -> Step:
    if outcome.level == "country":
        reads, given = _value_of(outcome, "centre")
        value = _own(lambda *records: _as_number(outcome, given(*records)), outcome.name)
        return Step(value, reads, (outcome.name,), single=True)
    read = _of_trusts if outcome.level == "trust" else _of_seats
    value = _own(lambda nation, country_sums, setting: read(outcome, country_sums, setting), outcome.name)
    return Step(value, ("nation", "country_sums", "setting"), (outcome.name,), single=True)


def _as_number(outcome: OwnOutcome, value: Any) -> Any:
    return select(value, 1.0, 0.0) if outcome.condition else value


def _of_trusts(outcome: OwnOutcome, country_sums: Any, setting: Any) -> Any:
    total = getattr(country_sums, _sum(outcome))
    return as_float(total) / setting.trusts if outcome.condition else quotient(unfixed(total), setting.weight)


def _of_seats(outcome: OwnOutcome, country_sums: Any, setting: Any) -> Any:
    total, weight = (getattr(country_sums, _sum(outcome, part)) for part in ("", "weight"))
    return unfixed(total) / larger(1e-9, unfixed(weight))
