"""Provenance of a store: what was asked, what ran where, and which runs failed and why, as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from ...model.text.log_lines import read_log
from ...store.format import FAILED
from ..dataset import design_of, fixed_parameters, label_of, levels_in, parameter_in, spec_of, value_said
from ..design import Design

SHOWN_FAILURES = 20
SHOWN_NAMES = 30
COUNTS = {"runs": "in all", "runs_done": "done", "runs_failed": "failed", "runs_missing": "missing"}
Rows = list[tuple[str, ...]]


class LoggedFailure(NamedTuple):
    """A failed run and the reason that the log gives."""

    point: int
    replicate: int
    reason: str


def log_events(sweep: xr.Dataset) -> Iterator[dict[str, Any]]:
    """Yield the events of the log of an opened sweep, as :func:`~tredegar.model.text.log_lines.read_log` says.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as store:
    ...     log = Path(store) / "log"
    ...     log.mkdir()
    ...     _ = (log / "1.jsonl").write_text('{"event": "begin", "batch": 0}')
    ...     list(log_events(xr.Dataset(attrs={"store": store})))
    [{'event': 'begin', 'batch': 0}]
    """
    return read_log(Path(sweep.attrs["store"]) / "log")


def varied_rows(sweep: xr.Dataset) -> Rows:
    """Return what was varied in an opened sweep, as rows: parameter, from, to, unit, meaning.

    A choice has its levels in place of its ends; what is no range of equally likely values says what it is.

    >>> attrs = {"sampler": '{"method": "sobol", "names": ["mandate_detail"], "bounds": [[0.0, 1.0]]}'}
    >>> runs = {"status": (("point", "replicate"), [[1], [1]])}
    >>> varied_rows(xr.Dataset(runs, {"mandate_detail": ("point", [0.2, 0.7])}, attrs))[0][:4]
    ('mandate detail', '0', '1', 'share')
    """
    design = design_of(sweep)
    rows: Rows = []
    for name in design.varied:
        row, labels = parameter_in(sweep, name), design.choices.get(name)
        low, high = design.bounds[name]
        unit, meaning = (row.unit, row.meaning) if row is not None else ("", "")
        if name in design.weighted:
            meaning += f"; drawn from: {design.weighted[name].words}"
        ends = (" or ".join(labels), "") if labels else (f"{low:g}", f"{high:g}")
        rows.append((label_of(name, unit=False), *ends, unit, meaning))
    return rows


def set_values(sweep: xr.Dataset, in_words: bool = False) -> list[str]:
    """Return what an opened sweep fixes, as "name = value", of a choice with the label of its level.

    ``in_words``: names as figures have them.

    >>> set_values(xr.Dataset(coords={"target_level": 0.9}))
    ['target_level = 0.9']
    """
    return [
        f"{label_of(name, unit=False) if in_words else name} = {value_said(value, levels_in(sweep, name))}"
        for name, value in fixed_parameters(sweep).items()
    ]


def ran(sweep: xr.Dataset) -> Rows:
    """Return what was run and where, as rows of two: the size of an opened sweep, its hashes, engines, hosts, versions.

    >>> attrs = dict.fromkeys(("runs", "runs_done"), 2) | dict.fromkeys(("runs_failed", "runs_missing"), 0)
    >>> attrs |= {"spec": "months = 12", "sampler": '{"method": "table", "names": [], "bounds": []}', "store": "none"}
    >>> runs = {"status": (("point", "replicate"), [[1, 1]])}
    >>> ran(xr.Dataset(runs, {"month": range(1, 13)}, attrs))[:2]
    [('design', 'table: 1 points, 2 replicates, common random numbers'),
     ('runs', '2 in all, 2 done, 0 failed, 0 missing')]
    """
    design, spec, facts = design_of(sweep), spec_of(sweep), sweep.attrs
    country = spec.get("country", {})
    engines, hosts, versions, seconds = _from_log(sweep)
    fixed = ", ".join(set_values(sweep))
    rows = [
        (
            "design",
            (
                f"{design.method}: {sweep.sizes['point']} points, {design.replicates} replicates, "
                f"{design.streams_in_words}"
            ),
        ),
        *_related(design),
        ("runs", ", ".join(f"{facts[key]} {word}" for key, word in COUNTS.items())),
        ("months", f"{spec.get('months', int(sweep.month[-1]))}"),
        ("trusts", f"{country.get('trusts', 'unknown')} of {country.get('clinicians', 'unknown')} clinicians"),
        ("fixed", fixed or "all other parameters at their defaults"),
        ("constants", ", ".join(f"{k} = {v:g}" for k, v in spec.get("constants", {}).items()) or "as in the model"),
        ("seed", f"{facts.get('seed', 'unknown')}"),
        ("engine", engines),
        ("computed on", hosts),
        ("time", f"{seconds:.0f} s of batches, summed over processes" if seconds else "unknown"),
        ("versions", versions),
        ("spec hash", str(facts.get("spec_hash", "unknown"))),
        ("rules hash", str(facts.get("rules_hash", "unknown"))),
        ("store format", str(facts.get("tredegar_store", "unknown"))),
    ]
    return [(name, text) for name, text in rows]


def _related(design: Design) -> Rows:
    """Return which parameters moved together and which were correlated, as rows; none where none was."""
    found: Rows = []
    if design.groups:
        groups = (f"{name}: {', '.join(members)}" for name, members in design.groups.items())
        found.append(("groups", "; ".join(groups)))
    if design.correlations:
        pairs = (f"{one} with {other} {value:g}" for (one, other), value in design.correlations.items())
        found.append(("rank correlations", ", ".join(pairs)))
    return found


def _from_log(sweep: xr.Dataset) -> tuple[str, str, str, float]:
    engines: Counter[str] = Counter()
    hosts, versions, seconds = set(), set(), 0.0
    for event in log_events(sweep):
        if event["event"] == "batch":
            engines[event["engine"]] += event["runs"]
            seconds += event["seconds"]
        elif event["event"] == "start":
            hosts.add(event["host"])
            versions |= {f"{package} {number}" for package, number in event.get("versions", {}).items()}
    runs = [f"{name} ({number} runs)" for name, number in engines.most_common()]
    return _listed(runs), _listed(sorted(hosts)), _listed(sorted(versions)), seconds


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more or "unknown"


def failures(sweep: xr.Dataset) -> list[LoggedFailure]:
    """Return the failed runs of an opened sweep in order, with the last reason in the log.

    That is "no reason in the log" where there is none.

    >>> status = xr.DataArray([[1, FAILED]], dims=("point", "replicate"))
    >>> failures(xr.Dataset({"status": status}, attrs={"store": "nowhere"}))
    [LoggedFailure(point=0, replicate=1, reason='no reason in the log')]
    """
    reasons = {
        (event["point"], event["replicate"]): event["reason"]
        for event in log_events(sweep)
        if event["event"] == "failure"
    }
    places = np.argwhere(sweep["status"].values == FAILED)
    return [LoggedFailure(int(p), int(r), reasons.get((int(p), int(r)), "no reason in the log")) for p, r in places]
