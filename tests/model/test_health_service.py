"""The Mesa model as a user of Mesa meets it: agents, months, the data collector, and how it says what is wrong."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import pytest
from mesa import Model
from mesa.datacollection import DataCollector

from tredegar.kernels import simulate
from tredegar.model import OUTCOMES, HealthService, Parameters
from tredegar.model.agents.people import Clinician, Manager, Minister, RunFailed, Trust
from tredegar.model.agents.scalar import scalar_code
from tredegar.model.arithmetic import clip01, larger, negation, select, smaller
from tredegar.model.providers import Providers
from tredegar.model.schedule.rulebook import BUILT_IN, with_varied_constants

MONTHS = 14
EXCITED = Parameters(displacement_rate=0.1, removal_rate=0.05, solidarity=1.2, forced_reorganisation_month=3.0)


def country(**arguments: Any) -> HealthService:
    return HealthService(**{"parameters": EXCITED, "trusts": 6, "clinicians": 3, "seed": 3, "run": 2, **arguments})


def months_of(model: HealthService) -> list[dict[str, str]]:
    """Every outcome of every month, to the last bit."""
    lived = []
    for _ in range(MONTHS):
        model.run_for(1)
        lived.append({name: value.hex() for name, value in model.outcomes.items()})
    return lived


def test_it_is_a_mesa_model_of_agents() -> None:
    model = country()
    assert isinstance(model, Model)
    assert {kind: len(agents) for kind, agents in model.agents_by_type.items()} == {
        Minister: 1, Trust: 6, Manager: 6, Clinician: 18,
    }  # fmt: skip
    assert model.trusts[2].manager is model.managers[2]
    assert {clinician.trust for clinician in model.clinicians} == set(model.trusts)


def test_the_data_collector_has_every_outcome_of_every_month() -> None:
    model = country()
    model.run_for(MONTHS)
    assert isinstance(model.datacollector, DataCollector)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == list(OUTCOMES)
    points = {name: [getattr(EXCITED, name)] for name in ("displacement_rate", "removal_rate", "solidarity")}
    points |= {"forced_reorganisation_month": [3.0]}
    out = simulate(points, 1, MONTHS, 6, 3, 3, "numpy", runs=np.array([[2]]), dtype="float64")
    assert {name: table[name].to_numpy().tobytes() for name in table} == {n: v.tobytes() for n, v in out.items()}


def test_the_order_of_agents_does_not_matter() -> None:
    model = country()
    for kind in (Trust, Manager, Clinician):
        model.agents_by_type[kind].shuffle(inplace=True)
    assert months_of(model) == months_of(country())


def test_a_model_that_checks_every_rule_gives_the_same_bits() -> None:
    assert months_of(country(checked=True)) == months_of(country())


def test_a_model_that_checks_names_the_rule_that_was_given_no_number() -> None:
    model = country(checked=True)
    model.run_for(4)
    model.trusts[1].queue = math.nan
    with pytest.raises(RunFailed, match=r"^month 5: view of Manager \d+ was given queue = nan$"):
        model.run_for(1)


def test_a_model_that_checks_names_the_rule_that_made_no_number() -> None:
    model = country(checked=True)
    model.run_for(4)
    model.minister.demand_level = model.trusts[1].difficulty = 1e308
    with pytest.raises(RunFailed, match=r"^month 5: demand of Trust \d+ made demand = inf$"):
        model.run_for(1)


def test_a_number_that_no_exact_sum_holds_ends_the_run() -> None:
    for spoilt in (math.nan, math.inf, 1e12):
        model = country()
        model.run_for(2)
        model.trusts[1].difficulty = spoilt
        with pytest.raises(RunFailed, match="^month 3: tally_conditions would add a "):
            model.run_for(1)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no trust": ({"trusts": 0}, "trusts must be a whole number in 1 "),
    "half a clinician": ({"clinicians": 2.5}, "clinicians must be a whole number"),
    "true": ({"seed": True}, "seed must be a whole number"),
    "huge run": ({"run": 2**32}, "run must be a whole number in 0 .. 4294967295"),
    "unknown constant": ({"constants": {"NORM_ACCES": 1.0}}, "did you mean 'NORM_ACCESS'"),
    "unknown change": ({"changes": {3: {"solidarty": 1.0}}}, "did you mean 'solidarity'"),
    "change in month 0": ({"changes": {0: {"solidarity": 1.0}}}, "a whole number from 1 on, got 0"),
    "settings without names of their own": ({"parameters": {"solidarity": 1.0}}, "parameters must be Parameters"),
    "no such table": ({"providers": "nowhere.csv"}, "nowhere.csv"),
    "change of a start value": ({"changes": {3: {"real_control": 1.0}}}, "cannot change"),
    "a country without end": ({"trusts": 10**7}, "50,000,001 agents, and at most 2,000,000"),
    "a change in half a month": ({"changes": {1.5: {"solidarity": 1.0}}}, "a whole number from 1 on, got 1.5"),
    "a name of no text": ({"changes": {3: {7: 1.0}}}, "unknown parameter 7"),
    "change out of range": ({"changes": {3: {"solidarity": -1.0}}}, "must lie in 0 .. 100"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(what: str) -> None:
    arguments, words = REFUSED[what]
    with pytest.raises(ValueError, match=words) as refusal:
        country(**arguments)
    assert "\n" not in str(refusal.value)


INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint64]


@pytest.mark.parametrize("integer", INTEGERS, ids=lambda kind: kind.__name__)
def test_sizes_may_be_any_integer_of_numpy(integer: Any) -> None:
    """With sizes whose products such an integer does not hold."""
    sizes = {"trusts": 25, "clinicians": 11, "seed": 7, "run": 3}
    changes = {integer(2): {"solidarity": 1.5}}
    given = months_of(country(**{name: integer(value) for name, value in sizes.items()}, changes=changes))
    assert given == months_of(country(**sizes, changes={2: {"solidarity": 1.5}}))


def test_real_trusts_stand_in_the_order_of_their_codes() -> None:
    table = Providers(code=("R1", "R2"), name=("One", "Two"), size=(3.0, 1.0), council=("N", "S"), catchment=("N", "N"))
    model = country(providers=table)
    assert [(trust.size, trust.overlap) for trust in model.trusts] == [(1.5, 0.75), (0.5, 0.25)]


class Ends(NamedTuple):
    """What the operations that choose make of two numbers."""

    most: float
    least: float
    held: float
    chosen: float
    both: bool


def ends(a: float, b: float) -> Ends:
    """A rule that is made of choices."""
    both = negation(a < b) & (b > 0.0)
    return Ends(larger(a, b), smaller(a + 0.0, b), held=clip01(a * b), both=both, chosen=select(both, a, clip01(b)))


NUMBERS = (0.0, -0.0, 0.25, 1.0, 1.5, -3.0, math.inf, -math.inf, math.nan)


@pytest.mark.parametrize("a", NUMBERS)
@pytest.mark.parametrize("b", NUMBERS)
def test_scalar_code_chooses_as_the_operations_do(a: float, b: float) -> None:
    written_out = Ends(*scalar_code(ends)(a, b))
    assert [value.hex() for value in written_out[:4]] == [value.hex() for value in ends(a, b)[:4]]
    assert written_out.both is ends(a, b).both


def test_a_constant_that_is_varied_holds_for_the_whole_run() -> None:
    book = with_varied_constants(BUILT_IN, ["VOICE_BASE"])
    with pytest.raises(ValueError, match="'VOICE_BASE@3' cannot change: 'VOICE_BASE' is a constant"):
        HealthService(rules=book, trusts=2, clinicians=2, **{"VOICE_BASE@3": 0.4})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'VOICE_BASE@3' cannot change"):
        HealthService(rules=book, trusts=2, clinicians=2, changes={3: {"VOICE_BASE": 0.4}})
    named = HealthService(rules=book, trusts=2, clinicians=2, VOICE_BASE=0.4)  # type: ignore[call-arg]
    given = HealthService(trusts=2, clinicians=2, constants={"VOICE_BASE": 0.4})
    for country in (named, given):
        country.run_for(4)
    assert named.outcomes == given.outcomes
