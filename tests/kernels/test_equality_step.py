"""One step from a common state: a difference between engines is found at the rule that makes it.

First each rule alone: over a run of the array engine, every rule is called once more with the plain floats of every
agent, and must return the bits that the arrays hold. Then a month: the state of the array engine, in the middle of a
run, is put into the Mesa model, both advance, and every quantity of every record is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from tredegar.kernels.array_engine.engine import ArrayBatch
from tredegar.kernels.batch.batch import RunBatch
from tredegar.model.schedule.month import MONTH, Phase, Step

from ..support.cases import Case, batch_of, cases, one_run

pytest.importorskip("mesa", reason='the Mesa engine needs Mesa: pip install "tredegar[mesa]"')
from tredegar.kernels.mesa_engine import build_run
from tredegar.model.agents.health_service import HealthService

OF_THE_COUNTRY = ("centre", "nation", "country_sums")
OF_A_TRUST = ("trust", "manager", "totals", "council", "council_sums", "catchment", "catchment_sums")
Place = tuple[int, ...]


def plain(value: Any, place: Place) -> Any:
    """The value of one agent as a plain bool, int or float; ``place`` is (trust,) or (seat, trust), of run 0."""
    if not hasattr(value, "shape"):
        return value
    if value.ndim == 3:
        seat, trust = place
        return value[min(seat, value.shape[0] - 1), 0, min(trust, value.shape[2] - 1)].item()
    return value[0, min(place[-1], value.shape[1] - 1)].item()


def same(a: Any, b: Any) -> bool:
    """Whether two plain values are the same bits and of the same kind."""
    if isinstance(a, float) and isinstance(b, float):
        return a.hex() == b.hex()
    return type(a) is type(b) and a == b


def record_of_one(record: Any, place: Place) -> Any:
    """A record of arrays read for one agent, as plain values."""
    return SimpleNamespace(**{name: plain(value, place) for name, value in vars(record).items()})


class RuleByRule(ArrayBatch):
    """The array engine of one run; each rule's arrays are compared with the rule on every agent's plain floats."""

    def __init__(self, batch: RunBatch) -> None:
        super().__init__(batch, np)
        self.unlike: list[str] = []

    def _follow(self, phase: Phase, records: dict[str, Any]) -> None:
        for step in phase.steps:
            places = self._places(phase, records)
            alone = {place: self._alone(step, records, place) for place in places}
            super()._follow(Phase(phase.name, phase.level, (step,)), records)
            for place, values in alone.items():
                for name, value in zip(step.writes, values, strict=True):
                    found = plain(getattr(records[step.actor], name), place)
                    if not same(found, value):
                        self.unlike.append(
                            f"month {records['now'].month:.0f}, {phase.name}, {step.rule.__name__}, agent {place}, "
                            f"{name}: {found!r} in arrays, {value!r} alone"
                        )

    def _places(self, phase: Phase, records: dict[str, Any]) -> list[Place]:
        if phase.level == "country":
            return [(0,)]
        if phase.level == "seat":
            seats = records["seat"].talent.shape[0]
            return [(seat, trust) for seat in range(seats) for trust in range(self.batch.country.trusts)]
        return [(trust,) for trust in range(self.batch.country.trusts)]

    @staticmethod
    def _alone(step: Step, records: dict[str, Any], place: Place) -> tuple[Any, ...]:
        arguments = [records[name] if name == "k" else record_of_one(records[name], place) for name in step.reads]
        result = step.rule(*arguments)
        return (result,) if step.single else tuple(result)


@settings(max_examples=12)
@given(case=cases(most_months=8))
def test_every_rule_gives_a_float_the_bits_it_gives_an_array(case: Case) -> None:
    batch = batch_of(one_run(case, 0))
    engine = RuleByRule(batch)
    for month in range(1, batch.months + 1):
        engine.advance(month)
        assert engine.unlike == [], engine.unlike[0]


def agents(model: HealthService) -> Iterator[tuple[str, Place, Any]]:
    """The records of the Mesa model that hold state: name, agent, record."""
    of_the_country = model.managers[0]._records
    for name in OF_THE_COUNTRY:
        yield name, (0,), of_the_country[name]
    for number, manager in enumerate(model.managers):
        for name in OF_A_TRUST:
            yield name, (number,), manager._records[name]
    seats = len(model.clinicians) // len(model.trusts)
    for number, clinician in enumerate(model.clinicians):
        yield "seat", (number % seats, number // seats), clinician


def seat_arrays(engine: ArrayBatch) -> Any:
    """All seats of the array engine in one record of arrays (seat, run, trust)."""
    names = vars(engine.seats[0])
    return SimpleNamespace(**{n: np.concatenate([getattr(s, n) for s in engine.seats]) for n in names})


def put_into(model: HealthService, engine: ArrayBatch, month: int) -> None:
    """Give the Mesa model the state of the array engine after ``month``."""
    records = {**engine.records, "seat": seat_arrays(engine)}
    for name, place, record in agents(model):
        for quantity, value in vars(records[name]).items():
            setattr(record, quantity, plain(value, place))
    for name, value in vars(engine.records["p"]).items():
        setattr(model.p, name, plain(value, (0,)))
    model.steps = month


def first_difference(model: HealthService, engine: ArrayBatch, month: int) -> str | None:
    """Name the first quantity, in the order of a month, that differs after ``month``, the rule that writes it last."""
    records = {**engine.records, "seat": seat_arrays(engine)}
    holders: dict[str, list[tuple[Place, Any]]] = {}
    for name, place, record in agents(model):
        holders.setdefault(name, []).append((place, record))
    for phase in MONTH:
        written = [(step.rule.__name__, step.actor, name) for step in phase.steps for name in step.writes]
        written += [(tally.rule.__name__, tally.into, name) for tally in phase.tallies for name in tally.fields]
        for rule, actor, quantity in written:
            for place, record in holders[actor]:
                found = getattr(record, quantity)
                expected = plain(getattr(records[actor], quantity), place)
                if not same(found, expected):
                    where = f"month {month}, {phase.name}, {rule}, {actor} {place}, {quantity}"
                    return f"{where}: {found!r} in Mesa, {expected!r} in arrays"
    return None


def step_together(case: Case, common: int) -> str | None:
    """Run arrays for ``common`` months, put their state into Mesa, advance both by one and compare."""
    batch = batch_of(one_run(case, 0))
    engine, model = ArrayBatch(batch, np), build_run(batch, 0)
    for month in range(1, common + 1):
        engine.advance(month)
    put_into(model, engine, common)
    engine.advance(common + 1)
    model.step()
    return first_difference(model, engine, common + 1)


@settings(max_examples=15)
@given(case=cases(most_months=20))
def test_a_month_from_a_common_state_is_the_same_in_every_quantity(case: Case) -> None:
    common = case.months - 1
    if common > 0:
        assert step_together(case, common) is None


def test_every_quantity_of_every_record_is_compared() -> None:
    """What the array engine's records hold after a month is what `first_difference` walks, and start values."""
    engine = ArrayBatch(batch_of(Case()), np)
    before = {name: set(vars(record)) for name, record in engine.records.items() if name in OF_THE_COUNTRY + OF_A_TRUST}
    engine.advance(1)
    written = {f"{step.actor}.{name}" for phase in MONTH for step in phase.steps for name in step.writes}
    written |= {f"{tally.into}.{name}" for phase in MONTH for tally in phase.tallies for name in tally.fields}
    after = {f"{n}.{q}" for n in before for q in vars(engine.records[n])} - {
        f"{n}.{q}" for n in before for q in before[n]
    }
    assert after - written == set()


@pytest.mark.parametrize(("record", "quantity"), [("manager", "fear"), ("seat", "skill"), ("centre", "anxiety")])
def test_a_difference_is_named_by_month_rule_agent_and_quantity(record: str, quantity: str) -> None:
    batch = batch_of(Case(trusts=2, clinicians=2))
    engine, model = ArrayBatch(batch, np), build_run(batch, 0)
    for month in (1, 2, 3):
        engine.advance(month)
    put_into(model, engine, 3)
    spoilt = next(r for name, _, r in agents(model) if name == record)
    setattr(spoilt, quantity, float(np.nextafter(getattr(spoilt, quantity), 2.0)))
    engine.advance(4)
    model.step()
    found = first_difference(model, engine, 4)
    assert found is not None
    assert found.startswith("month 4, ")
    assert f", {quantity}: " in found
