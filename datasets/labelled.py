"""Labelled runs: the arrays of ``simulate`` as the Dataset that a store of the same runs opens to."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from .. import model
from ..model.constants import CONSTANTS
from ..model.groups.by_group import rows_by_group
from ..model.outcomes import TRUST_RECORDS
from ..model.parameters import base_of
from ..model.providers import Providers
from ..model.schedule.rulebook import BUILT_IN, RuleBook, with_varied_constants
from ..model.trust_groups import BY_GROUP, MEMBERSHIP
from ..store.format import BATCH_DIMENSIONS, DONE, FAILED, STATUS, SUMMARIES
from .attributes import OWN_RULES, as_plain, group_attributes, with_descriptions
from .call import Failure, SimulateCall


def label_runs(
    arrays: Mapping[str, NDArray[Any]],
    call: SimulateCall,
    engine: str,
    failures: Sequence[Failure] = (),
    start: str | None = None,
) -> xr.Dataset:
    """Return the ``arrays`` of a call as a Dataset: outcomes (point, replicate, month), records by trust and year.

    The arrays are shared, not copied; outcomes keep their dtype and unit. Parameters that were given point by point are
    coordinates on ``point``, others scalars; ``status`` says which runs failed. With ``start``, the calendar month of
    month 1 such as "1997-05", months have dates. Raises ValueError for a ``start`` that is no month.

    >>> points, size = {"mandate_detail": np.array([0.2, 0.8])}, {"number_of_points": 2, "replicates": 1, "months": 2}
    >>> record = {"every": 1, "outcomes": ("quality",), "trust_records": False}
    >>> call = SimulateCall(points=points, varied=("mandate_detail",), seed=7, country=(3, 4), **size, **record)
    >>> found = label_runs({"quality": np.array([[[0.5, 0.6]], [[0.6, 0.7]]])}, call, "numpy")
    >>> found["quality"].dims, found["mandate_detail"].dims, found["status"].values.tolist()
    (('point', 'replicate', 'month'), ('point',), [[1], [1]])
    """
    status = np.full((call.number_of_points, call.replicates), DONE, dtype=np.int8)
    for run in failures:
        status[run.point, run.replicate] = FAILED
    variables: dict[str, Any] = {name: (_dims_of(name), values) for name, values in arrays.items()}
    if SUMMARIES in arrays and call.sums is not None:
        variables[SUMMARIES] = (*variables[SUMMARIES], as_plain(call.sums))
    book = book_of_text(call.own_rules, call.points)
    if book.groups is not None:
        rows = {name: row for name, row in rows_by_group(book).items() if name in arrays}
        about = {name: as_plain(group_attributes(row, book.groups)) for name, row in rows.items()}
        variables |= {name: (*variables[name], about[name]) for name in rows}
    runs = xr.Dataset({STATUS: (BATCH_DIMENSIONS, status), **variables}, _coordinates(call, arrays))
    return with_descriptions(runs.assign_attrs(_about(call, book, engine, failures)), start, book)


def book_of_text(text: str, names: Iterable[str] = ()) -> RuleBook:
    """Return the rule book that ``text``, the attribute ``own_rules``, says; the model's own for an empty one.

    Constants among ``names``, those of the parameters that were set, are parameters of it. Raises ValueError for a text
    that is none.

    >>> book_of_text("") is BUILT_IN, book_of_text("", ["VOICE_BASE", "mandate_detail"]).varied_constants
    (True, ('VOICE_BASE',))
    """
    book = BUILT_IN
    if text:
        from ..model.own.books import book_from_text  # what runs without own rules does not wait for it

        book = book_from_text(text)
    return with_varied_constants(book, {base_of(name) for name in names} & set(CONSTANTS))


def _dims_of(name: str) -> tuple[str, ...]:
    if name == SUMMARIES:
        return (*BATCH_DIMENSIONS, "sum")
    if name.endswith(BY_GROUP):
        return (*BATCH_DIMENSIONS, "group", "month")
    if name == MEMBERSHIP:
        return (*BATCH_DIMENSIONS, "trust")
    if name not in TRUST_RECORDS:
        return (*BATCH_DIMENSIONS, "month")
    return (*BATCH_DIMENSIONS, "trust", "year") if TRUST_RECORDS[name].yearly else (*BATCH_DIMENSIONS, "trust")


def _coordinates(call: SimulateCall, arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "point": np.arange(call.number_of_points, dtype=np.int64),
        "replicate": np.arange(call.replicates, dtype=np.int64),
        "month": np.arange(call.every, call.months + 1, call.every, dtype=np.int32),
    }
    if call.trust_records:
        found["trust"] = np.arange(call.country[0], dtype=np.int32)
        if any(name in arrays for name, row in TRUST_RECORDS.items() if row.yearly):
            found["year"] = np.arange(1, call.months // 12 + 1, dtype=np.int32)
    found |= {name: ("point", call.points[name]) for name in call.varied}
    found |= {name: ((), value) for name, value in call.fixed.items()}
    if call.runs is not None:
        about = {"long_name": "run number", "units": "1", "meaning": "number that keys the random stream of the run"}
        found["run"] = (BATCH_DIMENSIONS, call.runs.astype(np.int64), about)
    return found


def _about(call: SimulateCall, book: RuleBook, engine: str, failures: Sequence[Failure]) -> dict[str, Any]:
    runs, failed = call.number_of_points * call.replicates, len(failures)
    return as_plain(
        {
            "rules_hash": model.rules_hash(book),
            OWN_RULES: book.text or None,
            "seed": call.seed,
            "streams": call.streams,
            "sampler": {
                "method": "table",
                **({} if call.arms is None else {"arms": call.arms}),
                "seed": call.seed,
                "names": list(call.varied),
                "bounds": [],
            },
            "providers": None if call.providers is None else providers_as_csv(call.providers),
            "defaults": {name: row.default for name, row in book.parameters.items()},
            "points": call.number_of_points,
            "runs": runs,
            "runs_done": runs - failed,
            "runs_failed": failed,
            "runs_missing": 0,
            "engine": engine,
            "settings": json.dumps(call.settings),
            "failures": json.dumps([asdict(run) for run in failures]) if failures else None,
        }
    )


def providers_as_csv(providers: Providers) -> str:
    """Return a table of providers as CSV, which reads to the same table.

    >>> table = Providers(code=("A",), name=("Aber",), size=(3.0,), council=("west",), catchment=("coast",))
    >>> providers_as_csv(table).splitlines()
    ['code,name,size,council,catchment', 'A,Aber,3.0,west,coast']
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(providers.columns)
    writer.writerows(zip(*providers.columns.values(), strict=True))
    return text.getvalue()
