"""Evidence of runs: the sums of each target, as a sweep wrote them or made here of its outcomes and records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ...observation.counterparts import COUNTERPARTS
from ...observation.operators.history import History
from ...observation.operators.ordered import Floats
from ...observation.summaries import (
    BURN_IN,
    LEAST_MONTHS,
    SIZE_RECORD,
    YEARLY_RECORD,
    cut_of,
    history_of_runs,
    lacking,
    observation_hash,
    places_in,
    sums_for,
)
from ...observation.target_table import Target
from ...store.format import DONE, OBSERVATION, SUMMARIES
from ..dataset import spec_of

FORMER_SUMS = "the sums in the store are of other definitions or cuts"


class RunSums(NamedTuple):
    """What runs show of the targets: ``sums`` name -> (run, sum), and why there are none of others.

    ``months`` and ``units`` are those of the histories, after the burn-in; 0 where not known.
    """

    sums: Mapping[str, Floats]
    absent: Mapping[str, str]
    months: int
    units: int


def read_evidence(sweep: xr.Dataset, from_month: int, wanted: Iterable[Target]) -> RunSums:
    """Return the sums of the targets ``wanted`` that have a counterpart, of the completed runs of an opened sweep.

    Sums that the sweep wrote are taken where they are of the same cut; the others are made, by the same functions, of
    monthly outcomes and records of trusts. Raises ValueError for fewer than 2 completed runs, for runs that are too
    short, and for a sweep in which no target can be seen.

    >>> from tredegar import simulate
    >>> from tredegar.observation.target_table import targets
    >>> small = {"replicates": 2, "months": 96, "trusts": 12, "clinicians": 5, "engine": "numpy"}
    >>> runs = simulate({"real_control": [0.5]}, outcomes=["quality"], summaries=True, **small).to_dataset()
    >>> found = read_evidence(runs, 61, [targets()["V08"]])
    >>> found.sums["V08"].shape, found.months, found.units
    ((2, 2), 36, 12)
    """
    done = (sweep["status"].values == DONE).ravel()
    if done.sum() < 2:
        raise ValueError(f"validation needs at least 2 completed runs, got {done.sum()}")
    asked = [target for target in wanted if target.name in COUNTERPARTS]
    found = _written(sweep, from_month, asked, done)
    others = [target for target in asked if target.name not in found]
    made, absent = _made(sweep, from_month, others, done) if others else ({}, {})
    if asked and not (found or made):
        lacks = next(iter(absent.values()))
        if SUMMARIES in sweep:
            raise ValueError(f"{FORMER_SUMS}" + ("" if lacks == FORMER_SUMS else f"; others cannot be made: {lacks}"))
        raise ValueError(
            "validation needs sums ([record] summaries = true), or monthly outcomes and the records of trusts"
            f" ([record] trusts = true): {lacks}"
        )
    return RunSums({**found, **made}, absent, *_size_of(sweep, from_month))


def _written(sweep: xr.Dataset, from_month: int, asked: list[Target], done: np.ndarray) -> dict[str, Floats]:
    """Return the sums that the sweep wrote of the targets ``asked``, where they are of these cuts."""
    if SUMMARIES not in sweep:
        return {}
    about = _about(sweep)
    if from_month != about["histories"]["burn_in"] + 1:
        if not _is_monthly(sweep) or SIZE_RECORD not in sweep:
            raise ValueError(
                f"the sums of this sweep leave out the first {about['histories']['burn_in']} months, so that from_month"
                f" must be {about['histories']['burn_in'] + 1}, got {from_month}"
            )
        return {}
    if sweep.attrs.get(OBSERVATION, observation_hash()) != observation_hash():
        return {}
    values = sweep[SUMMARIES].transpose("point", "replicate", "sum").values
    flat = values.reshape(-1, values.shape[2])[done]
    found = {}
    for target in asked:
        places = places_in(about["sums"], target.name)
        if places is not None and about["cuts"].get(target.name) == list(cut_of(target)):
            found[target.name] = flat[:, places]
    return found


def _about(sweep: xr.Dataset) -> dict[str, Any]:
    """Return what the sums of a sweep say of themselves."""
    said = sweep[SUMMARIES].attrs
    return {name: json.loads(said[name]) for name in ("sums", "cuts", "histories")}


def _made(
    sweep: xr.Dataset, from_month: int, asked: list[Target], done: np.ndarray
) -> tuple[dict[str, Floats], dict[str, str]]:
    """Return the sums of the targets ``asked`` made of outcomes and records, and what others lack."""
    if SUMMARIES in sweep and not _is_monthly(sweep):
        return {}, {target.name: FORMER_SUMS for target in asked}
    _check_months(sweep, from_month)
    history, found, absent = _history(sweep, from_month, asked, done), {}, {}
    for target in asked:
        operator = COUNTERPARTS[target.name]
        lacks = lacking(operator, history)
        if lacks:
            absent[target.name] = f"the sweep did not record {', '.join(lacks)}"
        else:
            found[target.name] = sums_for(target, history)
    return found, absent


def _history(sweep: xr.Dataset, from_month: int, asked: list[Target], done: np.ndarray) -> History:
    operators = [COUNTERPARTS[target.name] for target in asked]
    courses = {name for one in operators for name in one.courses}
    records = {f"{YEARLY_RECORD}{name}" for one in operators for name in one.panels} | {SIZE_RECORD}

    def flat(name: str) -> Floats:
        values = sweep[name].values.astype(np.float64)
        return values.reshape(-1, *values.shape[2:])[done]

    monthly, trusts = ({name: flat(name) for name in sorted(names & {*sweep}, key=str)} for names in (courses, records))
    return history_of_runs(monthly, trusts, from_month - 1)


def _is_monthly(sweep: xr.Dataset) -> bool:
    months = sweep["month"].values
    return bool(months[0] == 1 and (np.diff(months) == 1).all())


def _check_months(sweep: xr.Dataset, from_month: int) -> None:
    if not _is_monthly(sweep):
        raise ValueError("validation needs every month from the first (every = 1), or sums; this sweep has windows")
    least = from_month - 1 + LEAST_MONTHS
    if sweep.sizes["month"] < least:
        raise ValueError(f"validation needs at least {least} months, got {sweep.sizes['month']}")
    if (from_month - 1) % 12:
        raise ValueError(f"from_month must begin a year of a run (1, 13, 25 ...), got {from_month}")


def _size_of(sweep: xr.Dataset, from_month: int) -> tuple[int, int]:
    """Return months after the burn-in, and the number of trusts, of the runs of a sweep."""
    if SUMMARIES in sweep and from_month == BURN_IN + 1:
        histories = _about(sweep)["histories"]
        return int(histories["months"]), int(histories["units"])
    months = sweep.sizes["month"] - from_month + 1
    if "trust" in sweep.sizes:
        return months, sweep.sizes["trust"]
    try:
        return months, int(spec_of(sweep).get("country", {}).get("trusts", 0))
    except ValueError:
        return months, 0
