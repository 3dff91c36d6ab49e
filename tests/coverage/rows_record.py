"""Rows of the record: one history more of the law that the runs come from, held against them by `validate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np
import xarray as xr

from tredegar.observation.counterparts import COUNTERPARTS
from tredegar.observation.operators.history import History
from tredegar.observation.summaries import pooled, sums_for
from tredegar.observation.target_table import Target, targets
from tredegar.results import validate
from tredegar.results.record.validation import Finding, jackknifed

from .law import Row, Said

BURN_IN = 24
Histories = dict[str, np.ndarray]
"""Outcomes (history, month) and records of trusts (history, trust[, year]); what is not named is 0."""


def events(rng: np.random.Generator, count: int, trusts: int, months: int) -> Histories:
    """Reorganisations and changes of the minister, three and two years apart on average, from long before the start."""
    found = {}
    for name, mean, shape in (("reorganisation_started", 36.0, 5.4), ("minister_changed", 24.0, 2.0)):
        gaps = rng.gamma(shape, mean / shape, (count, int(4 * (months + 600) / mean)))
        starts = gaps.cumsum(axis=1) - 600.0
        happens = np.zeros((count, months))
        history, event = np.nonzero((starts >= 0.0) & (starts < months))
        happens[history, starts[history, event].astype(int)] = 1.0
        found[name] = happens
    return found


def trusts_that_persist(rng: np.random.Generator, count: int, trusts: int, months: int) -> Histories:
    """Access of trusts that differ for good and from year to year, more or less so in each history."""
    own = rng.gamma(9.0, 0.01, (count, 1, 1)) * rng.standard_normal((count, trusts, 1))
    passing = 0.04 * rng.standard_normal((count, trusts, months // 12))
    return {"trust_year_reported_access": 0.8 + own + passing}


def rates(rng: np.random.Generator, count: int, trusts: int, months: int) -> Histories:
    """Rates that are skewed over histories and share a course of years."""
    level = rng.lognormal(-4.0, 0.4, (count, 1))
    course = np.repeat(1.0 + 0.3 * rng.standard_normal((count, months // 12)), 12, axis=1)
    return {"manager_departures": level * course, "compliance_cost_share": 0.5 * level**2 * np.ones((count, months))}


LAWS: dict[str, tuple[Callable[..., Histories], tuple[str, ...]]] = {
    "events years apart": (events, ("V01", "V04", "V05")),
    "trusts that persist": (trusts_that_persist, ("V08", "V09", "V10", "V39")),
    "skewed rates": (rates, ("V23", "V30")),
}
"""Truth -> the law of its histories, and the targets that read it."""
SHAPES = {
    "39 histories of the record's length": (39, 40, 144, 1.0),
    "100 histories of the record's length": (100, 40, 144, 1.0),
    "40 histories, longer and of more trusts": (40, 60, 264, 0.5),
    "40 histories, half as long as the record": (40, 40, 144, 2.0),
}
"""Design -> histories, their trusts and months, and the months of the record for each of theirs after the burn-in."""


def sweep_of(histories: Histories, trusts: int, months: int) -> xr.Dataset:
    """Return the histories as an opened sweep of one point."""
    count = len(next(iter(histories.values())))
    dims = {2: ("point", "replicate", "month"), 3: ("point", "replicate", "trust", "year")}
    runs = {name: (dims[values.ndim], values[None]) for name, values in histories.items()}
    status = (("point", "replicate"), np.ones((1, count), dtype="u1"))
    settings = {"settings": json.dumps({"country": {"trusts": trusts}})}
    return xr.Dataset({**runs, "status": status}, {"month": np.arange(1, months + 1)}, settings)


def read_record(law: str, trusts: int, months: int, rng: np.random.Generator) -> dict[str, Target]:
    """Return the targets of a law with the values that one history more of it has, as `validate` reads them."""
    draw, names = LAWS[law]
    asked = {name: replace(targets()[name], months=0, units=0, window_of="sampling") for name in names}
    one = draw(rng, 1, trusts, months)
    twice = sweep_of({name: np.concatenate([values, values]) for name, values in one.items()}, trusts, months)
    found = validate(twice, BURN_IN + 1, asked)
    return {
        name: replace(target, value=read.value, months=months - BURN_IN, units=trusts)
        for (name, target), read in zip(asked.items(), found, strict=True)
    }


def _row(law: str, shape: str) -> Row:
    count, trusts, months, longer = SHAPES[shape]

    def trial(rng: np.random.Generator) -> Said:
        recorded = BURN_IN + int(longer * (months - BURN_IN))
        record = read_record(law, 40, recorded, rng)
        found = validate(sweep_of(LAWS[law][0](rng, count, trusts, months), trusts, months), BURN_IN + 1, record)
        return said(found)

    return Row(kind="the record among single histories", truth=law, design=shape, trial=trial, trials=200)


def said(found: list[Finding]) -> Said:
    """Return the bounds of single histories, and as truth the record that came from the same law."""
    read = [(one.value, one.low, one.high, one.target.value) for one in found]
    return Said(*np.array(read).T)


POOLED = {
    "events years apart": ("V01", "V02", "V04"),
    "trusts that persist": ("V08", "V09", "V10", "V39"),
    "skewed rates": ("V21", "V23", "V30"),
}
"""Truth -> the targets whose pooled value has an interval: of a median there is none."""
MANY = 40_000
"""Histories whose pooled value is taken for the truth, in parts."""


def trusts_at_risk(rng: np.random.Generator, count: int, trusts: int, months: int) -> Histories:
    """Rates, and departures of managers over trusts that fail, whose number is skewed over histories."""
    found = rates(rng, count, trusts, months)
    failing = rng.lognormal(-3.0, 0.6, (count, 1)) * np.ones((count, months))
    left = failing * rng.gamma(4.0, 0.015, (count, 1))
    return found | {"long_failing_share": failing, "departures_long_failing": left}


DRAWN: dict[str, Callable[..., Histories]] = {
    "events years apart": events,
    "trusts that persist": trusts_that_persist,
    "skewed rates": trusts_at_risk,
}


def drawn_sums(law: str, rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Return the sums (history, sum) of each target of a law, of so many histories of 40 trusts over ten years."""
    drawn = DRAWN[law](rng, count, 40, 120)
    panels = {name.removeprefix("trust_year_"): values for name, values in drawn.items() if values.ndim == 3}
    history = History({name: values for name, values in drawn.items() if values.ndim == 2}, panels, {})
    return {name: sums_for(replace(targets()[name], months=0, units=0), history) for name in POOLED[law]}


@cache
def pooled_truth(law: str) -> dict[str, float]:
    """Return the pooled value of each target of a law over very many histories."""
    parts = [drawn_sums(law, np.random.default_rng([20, part]), MANY // 40) for part in range(40)]
    whole = {name: np.concatenate([part[name] for part in parts]) for name in POOLED[law]}
    return {name: pooled(COUNTERPARTS[name], sums) for name, sums in whole.items()}


def _pooled_row(law: str, count: int) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        sums, truth = drawn_sums(law, rng, count), pooled_truth(law)
        found = [(*jackknifed(COUNTERPARTS[name], sums[name]), truth[name]) for name in POOLED[law]]
        return Said(*np.array(found).T)

    return Row(kind="pooled value of a target", truth=law, design=f"{count} histories", trial=trial, trials=400)


def rows() -> list[Row]:
    """Return the rows of the record."""
    among = [_row(law, shape) for law in LAWS for shape in SHAPES]
    return [*among, *(_pooled_row(law, count) for law in POOLED for count in (20, 40, 100))]
