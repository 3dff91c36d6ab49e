"""Operators give the same on a store and on files that are made from the same runs.

Yearly records and courses are read from the store of a sweep; months of trusts, which no store holds, from the Mesa
model of the same run, whose years are the store's, to the 32 bits of a store. Attendances are decimals: nothing is
rounded.
"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from tredegar.model.agents.health_service import HealthService
from tredegar.model.parameters import Parameters
from tredegar.observation.counterparts import COUNTERPARTS, PROVIDERS
from tredegar.observation.files.record_table import observe
from tredegar.observation.operators.history import History
from tredegar.observation.operators.reports import bins_about
from tredegar.results import open_sweep
from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec

from .made_files import write_all_types, write_by_type, write_events, write_successions

TRUSTS, CLINICIANS, SEED, YEARS = 20, 2, 11, 5
BITS = {"rel": 1e-6}
"""What 32 bits of a store leave of a number."""
SETTING = {"size_spread": 0.4, "minister_tenure": 12.0, "provider_chance": 1.0}
LONG, WHOLE_PROVIDERS = 360, 46
"""Trusts of the long run: a share of them is a whole number of the record's 230 providers."""


def swept(folder, months, trusts):
    """Return the sweep of a run at each of two points, opened."""
    spec = Spec(
        name="one",
        months=months,
        replicates=1,
        seed=SEED,
        country={"trusts": trusts, "clinicians": CLINICIANS},
        design={"method": "grid"},
        fixed=SETTING,
        vary={"solidarity": {"values": [0.5, 0.6]}},
        record={"trusts": True},
    )
    complete_sweep(spec, folder / "runs.zarr", workers=0, engine="numpy")
    return open_sweep(folder / "runs.zarr")


def history_of(sweep: xr.Dataset) -> History:
    """Return the history of the first point of a store, whose run is that of no. 0."""

    def read(name):
        return sweep[name].values[0].astype(np.float64)

    courses = {name: read(name) for name in ("reorganisation_started", "minister_changed", "trusts_reorganised")}
    return History(courses, {"reported_access": read("trust_year_reported_access")}, {"size": read("trust_size")})


@pytest.fixture(scope="module")
def trust_months(tmp_path_factory):
    """Published access by trust and month of the run, as Mesa has it; and the store's history."""
    history = history_of(swept(tmp_path_factory.mktemp("trusts"), 12 * YEARS, TRUSTS))
    setting = Parameters(**SETTING, solidarity=0.5)
    model = HealthService(setting, trusts=TRUSTS, clinicians=CLINICIANS, seed=SEED, run=0)
    seen = []
    for _ in range(12 * YEARS):
        model.run_for(1)
        seen.append([trust.reported for trust in model.trusts])
    return np.array(seen).T, history


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """The store's history of a long run, for what happens rarely."""
    return history_of(swept(tmp_path_factory.mktemp("events"), LONG, WHOLE_PROVIDERS))


def observed(folder):
    """Return target -> value of the files of the folder."""
    return {one.target.name: one.value for one in observe(folder).targets if not one.reason}


def value_of(name, history):
    """Return what the operator of a target gives for one history of the model."""
    return float(COUNTERPARTS[name].observe(history)[0])


def test_the_months_of_trusts_are_those_of_the_store(trust_months):
    access, history = trust_months
    by_year = access.reshape(TRUSTS, YEARS, 12).mean(axis=2)
    assert history.panels["reported_access"][0] == pytest.approx(by_year, **BITS)


def test_targets_of_trusts_are_the_same_on_the_store_and_on_files(trust_months, tmp_path):
    access, history = trust_months
    sizes = history.units["size"][0]
    write_by_type(tmp_path, access[:, :36], np.repeat(1e6 * sizes[:, None], 36, axis=1))
    found = observed(tmp_path)
    three = history.cut(months=36)
    one = History({}, {"reported_access": three.panels["reported_access"][:, :, 1:2]}, {})
    for name, part in {"V08": one, "V09": three, "V10": three, "V38": three, "V39": three}.items():
        assert found[name] == pytest.approx(value_of(name, part), **BITS), name


def test_the_four_year_target_is_the_same_where_months_of_all_years_are_there(trust_months, tmp_path):
    access, history = trust_months
    write_all_types(tmp_path, access, np.full(access.shape, 1e6))
    assert observed(tmp_path)["V11"] == pytest.approx(value_of("V11", history), **BITS)


@pytest.mark.parametrize(("name", "courses", "target"), [("V12", "reports", 0.95), ("V13", "placebo", 0.87)])
def test_bunching_is_the_same_for_courses_of_the_run_and_for_files(trust_months, tmp_path, name, courses, target):
    access, _ = trust_months
    moved = np.clip(access[:, :36] - np.median(access[:, :36]) + target, 0.0, 1.0)  # months on both sides of the limit
    write_by_type(tmp_path, moved, np.full(moved.shape, 1e6))
    seen = {f"{courses}_{place}": found.mean(axis=0)[None] for place, found in bins_about(moved, target).items()}
    expected = value_of(name, History(seen, {}, {}))
    assert np.isfinite(expected) and observed(tmp_path)[name] == pytest.approx(expected, **BITS)


def test_targets_of_events_are_the_same_on_the_store_and_on_files(events, tmp_path):
    both = ("reorganisation_started", "minister_changed")
    started, changed = (np.flatnonzero(events.courses[name][0]) for name in both)
    assert len(started) > 2 < len(changed)
    write_events(tmp_path, started, changed)
    found = observed(tmp_path)
    months_of = dict(zip(both, (started, changed), strict=True))
    for name, course in dict(zip(("V01", "V02", "V04", "V05"), np.repeat(both, 2), strict=True)).items():
        months = months_of[course]
        first = months[0] + (name in ("V01", "V04"))  # the record begins with an event: what falls to those after it
        part = History({course: events.courses[course][:, first : months[-1] + 1]}, {}, {})
        assert found[name] == pytest.approx(value_of(name, part), **BITS), name


def test_successions_are_the_same_however_many_providers_a_month_takes_in(events, tmp_path):
    shares = events.courses["trusts_reorganised"][0]
    taken_in = {int(month): round(PROVIDERS * shares[month]) for month in np.flatnonzero(shares)}
    assert 0 < min(taken_in.values()) < max(taken_in.values()) <= PROVIDERS  # some alone, some together
    write_successions(tmp_path, taken_in)
    years = slice(12 * (min(taken_in) // 12), 12 * (max(taken_in) // 12 + 1))
    part = History({"trusts_reorganised": events.courses["trusts_reorganised"][:, years]}, {}, {})
    for name in ("V06", "V07"):
        assert observed(tmp_path)[name] == pytest.approx(value_of(name, part), **BITS), name
