"""Differences between two arms of joined sweeps, run by run under shared random numbers, with intervals by point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ...datasets.attributes import json_attribute
from ...model.text.names import closest
from ...model.text.plain_text import brief
from ..dataset import chosen_outcomes
from ..intervals import LEVEL, Estimate, estimate_by_point, estimate_unpaired
from ..windows import window, window_mean
from .joining import JOINED

SHARED = "the same run of both arms has the same random numbers"


class _Pair(NamedTuple):
    """Two arms: their dimension, their labels, and why their random numbers are not shared ("" where they are)."""

    dim: str
    arm: Any
    against: Any
    why: str


def paired(
    joined: xr.Dataset,
    arm: Any,
    against: Any,
    outcomes: Iterable[str] | None = None,
    from_month: int | None = None,
    to_month: int | None = None,
    monthly: bool = False,
    level: float = LEVEL,
) -> xr.Dataset:
    """Return what ``arm`` changes against another arm of joined sweeps, for each outcome and point, with an interval.

    Each outcome (the main ones by default) becomes four variables: its name, the differences by run (point,
    replicate); ``_mean``, their mean over replicates, and ``_low`` and ``_high``, the interval of that mean at
    ``level`` (Student's t over replicates), each (point). ``pairs`` (point) counts the replicates whose runs are done
    in both arms; others are left out, and one pair has no interval (NaN). Runs are means over the window
    ``from_month .. to_month`` (default the second half); with ``monthly`` all variables keep ``month``, and the window
    is all of it by default. Float64, in memory, units of the outcomes.

    Differences by run need arms that share random numbers: the same seed, streams and country (:func:`join`). Where
    they do not, nothing cancels: there are no differences by run, the interval of the difference of means is
    Welch's, the attribute ``paired`` is 0 instead of 1, and ``reason`` says what differs.

    Raises ValueError for a Dataset that ``join`` did not make, for an arm that it does not have, and as
    ``window_mean`` does. Source of the intervals: Welch (1947), Biometrika 34, 28-35.

    >>> from tredegar.results.arms.joining import join
    >>> coords = {"point": [0], "replicate": [0, 1, 2], "month": [1]}
    >>> runs = xr.DataArray([[[0.50], [0.60], [0.70]]], dims=("point", "replicate", "month"))
    >>> sweep = xr.Dataset({"quality": runs}, coords, {"spec": "seed = 7"})
    >>> change = xr.DataArray([[[0.09], [0.10], [0.11]]], dims=("point", "replicate", "month"))
    >>> both = join({"a": sweep, "b": sweep.assign(quality=runs + change)})
    >>> found = paired(both, arm="b", against="a")
    >>> [round(float(found[f"quality_{part}"][0]), 3) for part in ("mean", "low", "high")]
    [0.1, 0.075, 0.125]
    """
    pair = _pair_of(joined, arm, against)
    if not isinstance(level, int | float) or not 0.0 < level < 1.0:
        raise ValueError(f"level must lie between 0 and 1, such as 0.95, got {brief(level)}")
    names = chosen_outcomes(joined, outcomes)
    ours, theirs = (
        _runs(joined.sel({pair.dim: label}, drop=True), names, (from_month, to_month), monthly)
        for label in (pair.arm, pair.against)
    )
    found = ours.drop_vars(names)
    for name in names:
        found = found.assign(_difference(ours[name], theirs[name], pair, level))
    done = ours[names[0]].notnull() & theirs[names[0]].notnull()
    both = done.all("month") if "month" in done.dims else done
    found["pairs"] = both.sum("replicate").assign_attrs(long_name="replicates that are done in both arms", units="1")
    found = found if not pair.why else found.drop_vars("replicate", errors="ignore")
    months = {key: ours.attrs[key] for key in ("from_month", "to_month")}
    about = {"arm": str(arm), "against": str(against), "paired": int(not pair.why), "reason": pair.why or SHARED}
    return found.assign_attrs({**months, **about, "level": level})


def _pair_of(joined: xr.Dataset, arm: Any, against: Any) -> _Pair:
    facts = json_attribute(joined.attrs, JOINED)
    dim = str(facts.get("dim", ""))
    if dim not in joined.dims:
        raise ValueError("the dataset has no arms; join sweeps first: join({'a': ds1, 'b': ds2}, dim='arm')")
    labels = joined[dim].values.tolist()
    for label in (arm, against):
        if label not in labels:
            raise ValueError(f"no arm {brief(label)}{closest(label, map(str, labels))}; there are {_listed(labels)}")
    if arm == against:
        raise ValueError(f"arm and against must be two arms, got {brief(arm)} twice")
    return _Pair(dim, arm, against, str(facts.get("streams_differ", "")))


def _listed(labels: list[Any]) -> str:
    return ", ".join(map(repr, labels))


def _runs(
    sweep: xr.Dataset, names: tuple[str, ...], months: tuple[int | None, int | None], monthly: bool
) -> xr.Dataset:
    """Return the runs of one arm, each (point, replicate), with ``monthly`` (point, replicate, month)."""
    if not monthly:
        return window_mean(sweep, names, *months)
    part = window(sweep, *months)[list(names)].astype(np.float64).compute()
    last = int(part["month"][-1])
    first = int(part["month"][0]) - (int(np.diff(sweep["month"]).min()) if sweep.sizes["month"] > 1 else 1) + 1
    return part.assign_attrs(from_month=first, to_month=last)


def _difference(ours: xr.DataArray, theirs: xr.DataArray, pair: _Pair, level: float) -> Mapping[str, xr.DataArray]:
    """Return the variables of one outcome, by name."""
    name, dims = str(ours.name), ("point", "replicate", *(["month"] if "month" in ours.dims else []))
    values = [each.transpose(*dims).values for each in (ours, theirs)]
    said = f"{name.replace('_', ' ')}, {pair.arm} minus {pair.against}"
    units = {"units": ours.attrs["units"]} if "units" in ours.attrs else {}
    if pair.why:
        guess = estimate_unpaired(values[0], values[1], level)
        by_run = {}
    else:
        change = values[0] - values[1]
        guess = estimate_by_point(change, level)
        by_run = {name: xr.DataArray(change, dims=dims, attrs={"long_name": said, **units})}
    return by_run | _bounds_of(name, guess, ("point", *dims[2:]), said, units, level)


def _bounds_of(
    name: str, guess: Estimate, dims: tuple[str, ...], said: str, units: dict[str, str], level: float
) -> dict[str, xr.DataArray]:
    words = (
        "mean difference in",
        f"lower end of the {level:.0%} interval of",
        f"upper end of the {level:.0%} interval of",
    )
    return {
        f"{name}_{part}": xr.DataArray(values, dims=dims, attrs={"long_name": f"{about} {said}", **units})
        for part, values, about in zip(("mean", "low", "high"), guess, words, strict=True)
    }
