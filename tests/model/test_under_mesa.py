"""The model as Mesa's own tools drive it: ``batch_run``, reporters of one's own, seeds, scenarios, pickling."""

from __future__ import annotations

import copy
import inspect
import pickle
import warnings
from typing import Any

import mesa
import numpy as np
import pytest
from mesa.batchrunner import batch_run

from tredegar.kernels import simulate
from tredegar.model import OUTCOMES, HealthService, Parameters
from tredegar.model.agents.people import Trust
from tredegar.model.settings import ParameterValues

MONTHS, SIZE = 9, {"trusts": 4, "clinicians": 3}
OF_3_5 = pytest.mark.skipif(
    tuple(map(int, mesa.__version__.split(".")[:2])) < (3, 5), reason="Mesa has scenarios from 3.5 on"
)


def run_in_batch(settings: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    """Let ``batch_run`` run the model for ``MONTHS`` months with these parameters."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The `iterations` keyword", DeprecationWarning)
        return batch_run(HealthService, {**SIZE, "months": MONTHS, **settings}, display_progress=False, **options)


def simulated(points: dict[str, Any], seed: int, replicates: int = 1) -> Any:
    return simulate(points, replicates, MONTHS, seed=seed, engine="numpy", dtype="float64", **SIZE)


def outcomes_of(row: dict[str, Any]) -> list[str]:
    return [row[name].hex() for name in OUTCOMES]


def test_batch_run_gives_what_simulate_gives() -> None:
    toughness = [0.0, 1.5]
    rows = run_in_batch({"target_toughness": toughness, "run": range(3), "rng": 3})
    out = simulated({"target_toughness": toughness}, 3, replicates=3)
    assert len(rows) == 6
    for row in rows:
        place = (toughness.index(row["target_toughness"]), row["run"], -1)
        assert outcomes_of(row) == [float(out[name][place]).hex() for name in OUTCOMES]


def test_a_lever_may_change_in_a_batch() -> None:
    (row,) = run_in_batch({"sanction_strength@5": [0.9], "rng": 3})
    out = simulated({"sanction_strength@5": [0.9]}, 3)
    assert outcomes_of(row) == [float(out[name][0, 0, -1]).hex() for name in OUTCOMES]


def test_iterations_without_a_seed_have_luck_of_their_own_which_the_model_names() -> None:
    settings = {"seed": None, "model_reporters": [{"seed": "seed"}]}
    rows = run_in_batch(settings, iterations=3)
    assert len({row["quality"] for row in rows}) == len({row["seed"] for row in rows}) == 3
    for row in rows:
        assert row["quality"] == simulated({}, row["seed"])["quality"][0, 0, -1]


def test_the_seeds_that_a_newer_batch_run_takes_are_those_of_the_runs() -> None:
    if "rng" not in inspect.signature(batch_run).parameters:
        pytest.skip("batch_run of this Mesa takes no seeds")
    rows = run_in_batch({}, rng=[3, 4], iterations=None)
    assert [row["quality"] for row in rows] == [simulated({}, seed)["quality"][0, 0, -1] for seed in (3, 4)]


@pytest.mark.parametrize("period", [-1, 1, 4])
def test_a_row_of_a_batch_has_model_and_agents_of_one_month(period: int) -> None:
    own = {
        "model_reporters": [{"month": "steps"}],
        "agent_reporters": [{"month of agent": lambda agent: agent.model.steps, "trust quality": quality_of}],
    }
    rows = run_in_batch({"rng": 3, **own}, data_collection_period=period)
    months = sorted({row["month"] for row in rows})
    assert months[-1] == MONTHS if period == -1 else months[0] == 1
    assert {row["month"] - row["month of agent"] for row in rows} == {0}
    agents = 1 + SIZE["trusts"] * (2 + SIZE["clinicians"])
    assert len(rows) == agents * len(months)
    assert len({row["trust quality"] for row in rows if row["month"] == months[-1]} - {None}) == SIZE["trusts"]


def quality_of(agent: Any) -> float | None:
    return agent.quality if isinstance(agent, Trust) else None


def test_reporters_of_ones_own_stand_beside_the_outcomes() -> None:
    own = {"challengers": lambda model: sum(bool(manager.challenges) for manager in model.managers)}
    model = HealthService(**SIZE, model_reporters=own, agenttype_reporters={Trust: {"queue": "queue"}})
    model.run_for(MONTHS)
    table = model.datacollector.get_model_vars_dataframe()
    assert list(table.columns) == [*OUTCOMES, "challengers"]
    assert table["challengers"].tolist() == [round(share * 4) for share in table["challenge_share"]]
    queues = model.datacollector.get_agenttype_vars_dataframe(Trust)["queue"]
    assert list(queues.index.get_level_values("Step").unique()) == list(range(1, MONTHS + 1))
    assert queues.loc[MONTHS].tolist() == [trust.queue for trust in model.trusts]


def test_a_subclass_may_bring_reporters() -> None:
    class Watched(HealthService):
        def __init__(self, **kwargs: Any) -> None:
            super().__init__(agent_reporters={"quality": quality_of}, **kwargs)

    rows = batch_run(Watched, {**SIZE, "months": 3, "rng": 3, "solidarity": [0.5]}, display_progress=False)
    assert len(rows) == 1 + SIZE["trusts"] * (2 + SIZE["clinicians"])


def test_a_model_with_an_end_stops_there() -> None:
    model = HealthService(**SIZE, months=5)
    model.run_model()
    assert (model.steps, model.running) == (5, False)


def test_parameters_by_name_count_over_parameters() -> None:
    named = HealthService(Parameters(solidarity=0.3, real_control=0.8), real_control=0.2, **SIZE)
    assert (named.p.solidarity, named.p.real_control) == (0.3, 0.2)
    assert vars(named.p) == vars(HealthService(Parameters(solidarity=0.3, real_control=0.2), **SIZE).p)


def test_a_change_by_name_is_a_change() -> None:
    changes = {5: {"solidarity": 1.0}}
    model = HealthService(**SIZE, changes=changes, **{"sanction_strength@5": 0.9, "solidarity@6": 0.5})
    assert model.changes == {5: {"solidarity": 1.0, "sanction_strength": 0.9}, 6: {"solidarity": 0.5}}
    assert changes == {5: {"solidarity": 1.0}}


def test_the_seed_may_be_called_rng_and_a_generator_gives_one() -> None:
    assert HealthService(**SIZE, rng=3).seed == HealthService(**SIZE, seed=None, rng=np.int64(3)).seed == 3
    drawn = [HealthService(**SIZE, rng=np.random.default_rng(1)).seed for _ in range(2)]
    assert drawn[0] == drawn[1] != HealthService(**SIZE, rng=np.random.SeedSequence(2)).seed
    assert HealthService(**SIZE, seed=None).seed != HealthService(**SIZE, seed=None).seed


@OF_3_5
def test_the_values_of_a_scenario_are_parameters() -> None:
    from mesa.experimental.scenarios import Scenario

    model = HealthService(**SIZE, scenario=Scenario(solidarity=0.25, real_control=0.1), real_control=0.9)
    assert (model.p.solidarity, model.p.real_control, model.seed) == (0.25, 0.9, 7)
    assert HealthService(**SIZE, scenario=Scenario(rng=3)).seed == 3


def test_a_model_is_copied_and_pickled_and_goes_on_alike() -> None:
    model = HealthService(**SIZE, seed=3)
    model.run_for(4)
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
    for each in (model, *copies):
        each.run_for(5)
    assert model.steps == MONTHS
    assert {tuple(outcomes_of(each.outcomes)) for each in (model, *copies)} == {tuple(outcomes_of(model.outcomes))}
    tables = [each.datacollector.get_model_vars_dataframe() for each in (model, *copies)]
    assert all(table.equals(tables[0]) for table in tables)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown parameter": ({"solidarty": 1.0}, "unknown parameter or argument 'solidarty'; did you mean 'solidarity'"),
    "unknown argument": ({"trust": 3}, "did you mean 'trusts'"),
    "value out of range": ({"solidarity": -1.0}, "'solidarity' must lie in 0 .. 100"),
    "malformed change": ({"solidarity@0": 1.0}, "'solidarity@0' is no change of a parameter: expected"),
    "change of a start value": ({"real_control@3": 1.0}, "cannot change"),
    "change given twice": ({"changes": {3: {"solidarity": 1.0}}, "solidarity@3": 1.0}, "'solidarity@3' is given twice"),
    "two seeds": ({"seed": 3, "rng": 4}, "seed and rng are two names of one thing, got seed = 3 and rng = 4"),
    "a seed of text": ({"rng": "3"}, "rng must be a whole number in 0 .. 4294967295, got '3'"),
    "a change after the end": ({"months": 6, "solidarity@7": 1.0}, "changes after the last month, which is 6"),
    "one among changes": ({"months": 6, "changes": {7: {"solidarity": 1.0}}}, "'solidarity@7' changes after the last"),
    "no month": ({"months": 0}, "months must be a whole number in 1 "),
    "a reporter of an outcome": ({"model_reporters": {"quality": "steps"}}, "'quality' is an outcome"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line(what: str) -> None:
    arguments, words = REFUSED[what]
    with pytest.raises(ValueError, match=words) as refusal:
        HealthService(**{**SIZE, **arguments})
    assert "\n" not in str(refusal.value)


def test_editors_complete_every_parameter_and_the_list_of_arguments_is_whole() -> None:
    from tredegar.model.agents.arguments import ARGUMENTS

    assert list(ParameterValues.__annotations__) == list(vars(HealthService(**SIZE).p))
    assert ("self", *ARGUMENTS, "kwargs") == tuple(inspect.signature(HealthService.__init__).parameters)
