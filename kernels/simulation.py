"""The front door: run points and replicates of the model and get labelled arrays back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from html import escape
from os import PathLike
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..datasets.call import Failure, SimulateCall
from ..model.constants import constants_with
from ..model.parameters import parse_setting
from ..model.providers import Providers
from ..model.schedule.rulebook import RuleBook
from ..model.text.names import whole_number
from ..model.trust_groups import read_groups
from ..observation.summaries import about_sums
from ..store.format import SUMMARIES
from .batch.asked import check_argument_kinds, country_of, most_groups, rules_of, values_recorded
from .batch.batch import Record, Recorded, RunBatch
from .batch.group_records import stacked_by_group
from .batch.memory import Needs, check_room
from .batch.points import checked_run_numbers, chosen_runs, read_points, repeated_by_run
from .batch.summing import checked_months, narrowed, widened
from .engine_table import Run, find_engine, load_engine

if TYPE_CHECKING:
    import xarray as xr

    from ..model.name_types import OutcomeName, TrustRecordName

    Arrays = dict[OutcomeName | TrustRecordName, NDArray[Any]]
else:
    Arrays = dict  # a name of any table: the types of names are for editors and checkers


class Simulated(Arrays):
    """What :func:`simulate` returns: outcome -> array (point, replicate, month), beside them what ran and what failed.

    ``engine`` is the name of the engine, ``failures`` are the runs that failed, ``call`` is what was asked.
    """

    engine: str
    failures: tuple[Failure, ...]
    call: SimulateCall | None

    def __init__(
        self,
        arrays: Mapping[str, NDArray[Any]],
        engine: str,
        failures: tuple[Failure, ...],
        call: SimulateCall | None = None,
    ) -> None:
        super().__init__(cast("Arrays", arrays))
        self.engine, self.failures, self.call = engine, failures, call

    def to_dataset(self, start: str | None = None) -> xr.Dataset:
        """Return the runs as the labelled Dataset that ``open_sweep`` gives of a store of the same points.

        Dims ``(point, replicate, month[, trust, year])``; parameters that were given point by point are coordinates on
        ``point``, single numbers scalar coordinates; units and meanings stand in attributes. The arrays are shared, not
        copied. With ``start``, the calendar month of month 1 such as "1997-05", ``time`` is a coordinate on ``month``.
        All that reads an opened sweep reads it, too. Raises ValueError for a ``start`` that is no month.

        >>> points = {"real_control": [0.2, 0.8]}
        >>> small = {"replicates": 1, "months": 12, "trusts": 3, "clinicians": 4, "engine": "numpy"}
        >>> found = simulate(points, outcomes=["quality"], **small).to_dataset(start="1997-05")
        >>> found["quality"].dims, found["real_control"].values.tolist(), str(found["time"].values[8])[:10]
        (('point', 'replicate', 'month'), [0.2, 0.8], '1998-01-01')
        """
        from ..datasets.labelled import label_runs  # it loads xarray, which engines do not need

        if self.call is None:
            raise ValueError("these arrays do not come from simulate(), so that nothing tells their points")
        return label_runs(cast("Mapping[str, NDArray[Any]]", self), self.call, self.engine, self.failures, start)

    def _repr_html_(self) -> str:
        """Return what a notebook shows: one line on what ran, and the Dataset below it."""
        if self.call is None:
            return f"<pre>{escape(repr(self))}</pre>"
        call, failed = self.call, len(self.failures)
        runs = call.number_of_points * call.replicates
        size = f"{call.number_of_points:,} points &times; {call.replicates:,} replicates = {runs:,} runs"
        country = f"{call.months:,} months, {call.country[0]:,} trusts of {call.country[1]:,} clinicians"
        told = f"{size} of {country}, seed {call.seed}, engine {escape(self.engine)}; {failed:,} failed"
        return f"<div><strong>Simulated</strong>: {told}</div>{self.to_dataset()._repr_html_()}"


def simulate(
    points: Mapping[str, ArrayLike] | Any,
    replicates: int = 8,
    months: int = 240,
    trusts: int = 150,
    clinicians: int = 40,
    seed: int = 7,
    engine: str = "auto",
    outcomes: Iterable[str] | None = None,
    every: int = 1,
    runs: ArrayLike | None = None,
    providers: Providers | str | PathLike[str] | None = None,
    constants: Mapping[str, float] | None = None,
    trust_records: bool = False,
    dtype: str = "float32",
    streams: str | None = None,
    samples: ArrayLike | None = None,
    rules: RuleBook | str | PathLike[str] | Iterable[Any] | Mapping[str, Any] | None = None,
    summaries: bool = False,
    groups: Mapping[str, float] | Iterable[str] | None = None,
    group_outcomes: Iterable[str] | None = None,
) -> Simulated:
    """Run every point ``replicates`` times and return the recorded outcomes.

    Args:
        points: name -> (n_points,) values, a mapping, a pandas DataFrame, one row of it (a Series) or an xarray
            Dataset on one dimension; names are parameters, those of own rules among them, or ``parameter@month`` (the
            value from the start of that month on), or constants. A single number holds for all points; parameters left
            out are at their default. What chooses between rules takes whole numbers or labels. Of a Dataset,
            coordinates that are parameters count as well.
        replicates: repeats of each point under other luck.
        months: length of a run.
        trusts: trusts of the synthetic country; with ``providers`` their number stands.
        clinicians: seats per trust.
        seed: 0 .. 2**32 - 1.
        engine: "auto" (the fastest that works here) or a name of :func:`engines`; all give the same bits.
        outcomes: names to record; None for all, the model's and those of own rules.
        every: months per recorded value, their mean; must divide ``months``.
        runs: run numbers, uint32 (point, replicate); by default common random numbers:
            replicate k has run number k at every point.
        providers: real trusts instead of the synthetic ring: a table, or the path of one.
        constants: structural constants that differ from the table, for all runs.
        trust_records: also return the per-trust records.
        dtype: "float32" (rounded last of all) or "float64".
        streams: run numbers by kind, in place of ``runs``: "common", as by default; "independent", a random stream for
            each run; "paired", common to the points of a sample and independent between samples.
        samples: with paired streams, a label for each point: points of one label are the arms of one sample.
        rules: rules of one's own: decorated functions, the path of a file with such, or rule -> function, place in a
            file or name of a rival that the package brings; None for the model as it stands.
        summaries: also return the sums of the record's targets, ``summaries`` (point, replicate, sum), in float64.
        groups: groups of trusts, name -> share of the trusts, drawn anew for each run number; or the names in the
            column ``group`` of ``providers``. Points may then name ``lever[group]`` and ``lever[group]@month``.
        group_outcomes: names of outcomes to record by group, too.

    Returns:
        outcome -> array (point, replicate, month // every), and per-trust records (point, replicate, trust[, year]);
        ``quality_by_group`` (point, replicate, group, month // every), the trusts of no group first, and with
        ``trust_records`` the number of each trust's group, ``trust_group``; attributes ``engine`` and ``failures``. A
        failed run is NaN throughout, and so is a group without trusts. ``to_dataset()`` labels them.

    Raises:
        ValueError: for an argument that cannot be used, naming it and what is allowed, for a rule that not every
            engine could follow, and for more than this machine can hold.
        EngineUnavailable: for an engine that cannot run on this machine.

    What else is raised while runs are computed is the machine's fault and no run's.

    >>> points = {"real_control": [0.2, 0.8]}
    >>> found = simulate(points, replicates=3, months=12, trusts=4, clinicians=5, engine="numpy", outcomes=["quality"])
    >>> found["quality"].shape
    (2, 3, 12)
    >>> found.engine, found.failures
    ('numpy', ())
    """
    check_argument_kinds(engine, outcomes, providers, constants, trust_records, dtype, summaries)
    replicates, months = whole_number("replicates", replicates, 1), checked_months(months, bool(summaries))
    trusts, clinicians = whole_number("trusts", trusts, 1), whole_number("clinicians", clinicians, 1)
    seed, every = whole_number("seed", seed, 0), _windows_of(every, months)
    country = country_of(trusts, clinicians, providers)
    book, named = rules_of(rules, read_groups(groups, group_outcomes), points, constants or {}, country.providers)
    values, changes, count = read_points(named, months, country.providers is not None, book)
    record = Record(values_recorded(outcomes, book), every, bool(trust_records), bool(summaries))
    check_room(Needs(count * replicates, country, most_groups(country), months, record, np.dtype(dtype).itemsize))
    numbers = checked_run_numbers(chosen_runs(runs, streams, samples, count, replicates), count, replicates)
    per_run = {name: repeated_by_run(array, replicates) for name, array in values.items()}
    per_change = {
        month: {n: repeated_by_run(a, replicates) for n, a in changed.items()} for month, changed in changes.items()
    }
    batch = RunBatch(
        country, months, seed, numbers.reshape(-1), per_run, per_change, constants_with(constants), record, book
    )
    engine_name, run = load_engine(engine, book)
    found = _assemble(batch, run, engine_name, (count, replicates), np.dtype(dtype))
    set_from = {name: parse_setting(name) for name in named}
    found.call = SimulateCall(
        points={n: values[s.base] if s.month is None else changes[s.month][s.base] for n, s in set_from.items()},
        varied=tuple(name for name, given in named.items() if np.ndim(given)),
        runs=None if _is_usual(numbers) else numbers,
        constants={name: float(value) for name, value in (constants or {}).items()},  # as they are now
        **_sizes_of(batch, count, replicates),
    )
    return found


def _windows_of(every: int, months: int) -> int:
    """Return ``every`` if windows of so many months make up a run of ``months``; raise ValueError otherwise."""
    if months % (every := whole_number("every", every, 1, months)):
        raise ValueError(f"every = {every} does not divide months = {months}")
    return every


def _is_usual(numbers: NDArray[np.uint64]) -> bool:
    """Return whether run numbers (point, replicate) are those of common random numbers."""
    return bool((numbers == np.arange(numbers.shape[1], dtype=np.uint64)).all())


def _sizes_of(batch: RunBatch, points: int, replicates: int) -> dict[str, Any]:
    """Return what the record of a call says beside its points: size, country, rules, what is recorded."""
    country, record = batch.country, batch.record
    return {
        "number_of_points": points,
        "replicates": replicates,
        "months": batch.months,
        "every": record.every,
        "seed": batch.seed,
        "country": (country.trusts, country.clinicians),
        "outcomes": tuple(name for name in record.outcomes if name in batch.rules.outcomes),
        "trust_records": record.trusts,
        "sums": about_sums(batch.months, country.trusts) if record.summaries else None,
        "providers": country.providers,
        "own_rules": batch.rules.text,
    }


def _assemble(batch: RunBatch, run: Run, engine: str, shape: tuple[int, int], dtype: np.dtype[Any]) -> Simulated:
    """Compute the batch in chunks that stay in cache and put the pieces into arrays (point, replicate, ...)."""
    count, record = len(batch.runs), batch.record
    batch = replace(batch, record=widened(record))
    arrays: dict[str, NDArray[Any]] = {}
    failures: list[Failure] = []
    step = chunk_size(batch, engine)
    for first in range(0, count, step):
        chosen = slice(first, min(first + step, count))
        part = batch.take(chosen)
        recorded = run(part)
        kept = narrowed(recorded, record)
        for name, values in (kept if batch.rules.groups is None else stacked_by_group(kept, part)).items():
            if name not in arrays:
                arrays[name] = np.empty((count, *values.shape[1:]), np.float64 if name == SUMMARIES else dtype)
            values[recorded.failed > 0] = np.nan
            arrays[name][chosen] = values
        failures += _failures(recorded, first, shape[1])
        del recorded, values  # so that one chunk in float64 is held at a time, not two
    reshaped = {name: values.reshape(*shape, *values.shape[1:]) for name, values in arrays.items()}
    return Simulated(reshaped, engine, tuple(failures))


def chunk_size(batch: RunBatch, engine: str) -> int:
    """Return how many runs of ``batch`` the engine computes together."""
    return find_engine(engine).chunk(batch)


def _failures(recorded: Recorded, first: int, replicates: int) -> list[Failure]:
    failed = np.flatnonzero(recorded.failed)
    return [
        Failure(
            *divmod(first + int(position), replicates),
            recorded.messages.get(int(position), f"no usable number from month {int(recorded.failed[position])} on"),
        )
        for position in failed
    ]
