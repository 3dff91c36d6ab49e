"""Sums of runs: the same bits in every batch and on every engine, and what follows from sums alone."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.kernels import simulate
from tredegar.kernels.batch.batch import Country, Record
from tredegar.kernels.batch.memory import Needs, passing_values, projected_bytes
from tredegar.kernels.batch.summing import LEAST_RUN, in_windows, widened
from tredegar.model.constants import CONSTANTS
from tredegar.observation.counterparts import COUNTERPARTS, COURSES
from tredegar.observation.operators.history import History
from tredegar.observation.summaries import (
    BURN_IN,
    PLACES,
    SUMS,
    about_sums,
    history_of_runs,
    lacking,
    left_out,
    observation_hash,
    places_in,
    pooled,
    resampled,
    singles,
    summaries_of,
    sums_for,
)
from tredegar.observation.target_table import targets

from .histories import random_history

SIZE = {"replicates": 3, "months": 120, "trusts": 12, "clinicians": 4, "streams": "independent"}
POINTS = {"real_control": [0.2, 0.8]}


def test_sums_are_named_once_and_lie_together() -> None:
    assert len(SUMS) == len({*SUMS}) == sum(len(one.sums) for one in COUNTERPARTS.values())
    history = random_history()
    whole = summaries_of(history)
    assert whole.shape == (6, len(SUMS))
    for name, place in PLACES.items():
        assert whole[:, place].tobytes() == np.ascontiguousarray(sums_for(targets()[name], history)).tobytes()
        assert places_in(SUMS, name) == list(range(place.start, place.stop))
    assert places_in(SUMS, "V15") is None and places_in(SUMS[:1], "V01") is None


@pytest.mark.parametrize("seed", range(3))
def test_sums_of_a_run_do_not_depend_on_those_beside_it(seed: int) -> None:
    history, draw = random_history(runs=13, units=31, seed=seed), np.random.default_rng(seed)
    whole = summaries_of(history)
    splits = [[np.array([run]) for run in range(13)], [np.arange(13)[::-1]], [np.array([4, 4, 0])],
              np.array_split(draw.permutation(13), 4)]  # fmt: skip
    for split in splits:
        apart = np.concatenate([summaries_of(history.choose(runs)) for runs in split])
        assert apart.tobytes() == whole[np.concatenate(split)].tobytes()
    turned = History(*({name: np.asfortranarray(values) for name, values in table.items()} for table in history))
    assert summaries_of(turned).tobytes() == whole.tobytes()


def test_sums_are_added_term_after_term() -> None:
    history = random_history(runs=2, months=181)
    by_hand = [0.0, 0.0]
    for month in range(181):
        by_hand = [total + history.courses["gaming_gap"][run, month] for run, total in enumerate(by_hand)]
    assert COUNTERPARTS["V16"].sums_of(history)[:, 0].tolist() == by_hand


def test_every_engine_makes_the_same_sums_whatever_else_is_recorded() -> None:
    first = simulate(POINTS, engine="numpy", summaries=True, outcomes=["quality"], **SIZE)["summaries"]
    assert first.shape == (2, 3, len(SUMS)) and first.dtype == np.float64
    for engine in ("numpy", "numba", "mesa"):
        bare = simulate(POINTS, engine=engine, outcomes=["quality", "manager_departures"], every=12, **SIZE)
        found = simulate(
            POINTS, engine=engine, outcomes=["quality", "manager_departures"], every=12, summaries=True, **SIZE
        )
        assert set(found) - set(bare) == {"summaries"}
        assert all(found[name].tobytes() == bare[name].tobytes() for name in bare)
        assert found["summaries"].tobytes() == first.tobytes()
    double = simulate(POINTS, engine="numpy", summaries=True, trust_records=True, dtype="float64", **SIZE)
    assert double["summaries"].tobytes() == first.tobytes() and double["trust_year_quality"].dtype == np.float64


def test_sums_are_those_of_stored_records() -> None:
    found = simulate(POINTS, engine="numpy", summaries=True, trust_records=True, **SIZE)
    runs = {name: values.reshape(6, *values.shape[2:]).astype(float) for name, values in found.items()}
    history = history_of_runs({name: runs[name] for name in COURSES}, runs)
    assert summaries_of(history).tobytes() == found["summaries"].tobytes()
    dataset = found.to_dataset()
    assert dataset["summaries"].dims == ("point", "replicate", "sum") and dataset["sum"].values.tolist() == list(SUMS)


def test_a_failed_run_has_no_sums_and_leaves_those_beside_it() -> None:
    noise = CONSTANTS["METHOD_NOISE"].value
    sound, with_failed = (
        simulate({"METHOD_NOISE": [noise, middle, noise]}, engine="numpy", summaries=True, **SIZE)
        for middle in (noise, 1e6)
    )
    assert not sound.failures and {run.point for run in with_failed.failures} == {1}
    others = sound["summaries"][[0, 2]]
    assert (
        np.isnan(with_failed["summaries"][1]).all() and with_failed["summaries"][[0, 2]].tobytes() == others.tobytes()
    )


def test_runs_without_full_years_after_the_burn_in_have_no_sums() -> None:
    assert LEAST_RUN == BURN_IN + 36 == 96
    with pytest.raises(ValueError, match=r"summaries need runs of 96 months or more \(60 of burn-in and 36 after it\)"):
        simulate(POINTS, summaries=True, months=95, trusts=3, clinicians=2)
    with pytest.raises(ValueError, match="summaries must be True or False"):
        simulate(POINTS, summaries="yes", months=12, trusts=3, clinicians=2)  # type: ignore[arg-type]


def test_windows_are_the_means_that_engines_give() -> None:
    bare = Record(("quality",), every=12)
    assert widened(bare) is bare and widened(Record(("quality",), 12, summaries=True)).trusts
    months = np.random.default_rng(0).uniform(size=(3, 24))
    by_hand = np.zeros((3, 2))
    for month in range(24):
        by_hand[:, month // 12] += months[:, month]
    assert in_windows(months, 12).tobytes() == (by_hand / 12.0).tobytes()
    assert in_windows(months, 1) is months


def test_what_is_recorded_for_sums_alone_counts_as_memory() -> None:
    country, record = Country(140, 40), Record(("quality",), every=12, summaries=True)
    passing = passing_values(country, 240, record)
    assert passing > 140 * 7 * 20 + len(COURSES) * 240 and passing_values(country, 240, Record(("quality",))) == 0
    with_sums, without = (Needs(10, country, 140, 240, one, 4) for one in (record, Record(("quality",), every=12)))
    assert with_sums.bytes_of_one - without.bytes_of_one == 8 * passing
    assert with_sums.bytes_of_all - without.bytes_of_all == 10 * 8 * len(SUMS)
    bare = projected_bytes(64, 140, 40, 240, 1, 12)
    assert projected_bytes(64, 140, 40, 240, 1, 12, passing) > bare


def test_values_and_their_error_follow_from_sums() -> None:
    operator, draw = COUNTERPARTS["V21"], np.random.default_rng(1)
    sums = draw.uniform(1.0, 2.0, (9, 2))
    assert pooled(operator, sums) == pytest.approx(sums[:, 0].sum() / sums[:, 1].sum())
    assert singles(operator, sums) == pytest.approx(sums[:, 0] / sums[:, 1])
    without = [pooled(operator, np.delete(sums, run, axis=0)) for run in range(9)]
    assert left_out(operator, sums) == pytest.approx(without)
    draws = draw.integers(0, 9, (5, 9))
    assert resampled(operator, sums, draws) == pytest.approx([pooled(operator, sums[one]) for one in draws])


def test_histories_begin_after_the_burn_in_and_say_what_they_lack() -> None:
    history = history_of_runs({"gaming_gap": np.ones((2, 96))}, {"trust_year_quality": np.ones((2, 3, 8))})
    assert history.months == 36 and history.panels["quality"].shape == (2, 3, 3) and history.number_of_units == 3
    assert lacking(COUNTERPARTS["V16"], history) == () and lacking(COUNTERPARTS["V19"], history) == ("trust_size",)
    assert lacking(COUNTERPARTS["V28"], history) == ("trust_year_safety",)
    with pytest.raises(KeyError):
        summaries_of(history)
    assert history.having(["gaming_gap"]).panels == {}


def test_what_sums_are_of_is_told_and_has_a_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    about = about_sums(672, 140)
    assert about["histories"] == {"burn_in": 60, "months": 612, "units": 140} and about["cuts"]["V08"] == [12, 130]
    anew = observation_hash.__wrapped__  # it is kept otherwise
    before = anew()
    for place, value in (
        ("summaries.BURN_IN", 48),
        ("operators.events.BUSIEST", 0.5),
        ("operators.reports.LATE", 0.5),
        ("operators.between_units.STILL_WORST", 0.3),
        ("operators.survey.RANGE", 0.401),
        ("operators.mortality.DEATHS", 2301.0),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(f"tredegar.observation.{place}", value)
            assert anew() != before, place
    assert anew() == before == observation_hash()
