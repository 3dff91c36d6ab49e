"""The front door: run points and replicates of the model and get labelled arrays back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..model.constants import constants_with
from ..model.outcomes import choose_outcomes
from ..model.parameters import PARAMETERS, find_parameter
from ..model.providers import Providers, read_providers
from .batch import Batch, Country, Record, Recorded
from .engines import Run, load_engine
from .memory import bytes_per_run, chunk_runs, compiled_runs

MOST_SEED = 2**32 - 1
PLACE_PARAMETERS = ("number_of_units", "size_spread", "boundary_mismatch")
"""Without effect where real trusts are given, and refused there."""

_CHANGE = re.compile(r"(?P<name>\w+)@(?P<month>\d+)")


@dataclass(frozen=True, slots=True)
class Failure:
    """A run that could not be completed: its outcomes are all NaN. ``point`` and ``replicate`` count from 0."""

    point: int
    replicate: int
    message: str


class Simulated(dict[str, NDArray[Any]]):
    """What :func:`simulate` returns: outcome -> array, and beside them what ran and what failed."""

    engine: str
    failures: tuple[Failure, ...]

    def __init__(self, arrays: Mapping[str, NDArray[Any]], engine: str, failures: tuple[Failure, ...]) -> None:
        super().__init__(arrays)
        self.engine, self.failures = engine, failures


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
) -> Simulated:
    """Run every point ``replicates`` times and return the recorded outcomes.

    Args:
        points: name -> (n_points,) values, a mapping or an xarray Dataset; names are parameters or
            ``parameter@month`` (the value from the start of that month on). Parameters left out are at their default.
        replicates: repeats of each point under other luck.
        months: length of a run.
        trusts: trusts of the synthetic country; with ``providers`` their number stands.
        clinicians: seats per trust.
        seed: 0 .. 2**32 - 1.
        engine: "auto" (the fastest that works here) or a name of :func:`engines`; all give the same bits.
        outcomes: names to record; None for all 82.
        every: months per recorded value, their mean; must divide ``months``.
        runs: run numbers, uint32 (point, replicate); by default common luck, replicate k has run number k everywhere.
        providers: real trusts instead of the synthetic ring: a table, or the path of one.
        constants: structural constants that differ from the table, for all runs.
        trust_records: also return the per-trust records.
        dtype: "float32" (rounded last of all) or "float64".

    Returns:
        outcome -> array (point, replicate, month // every), and per-trust records (point, replicate, trust[, year]);
        attributes ``engine`` and ``failures``. A failed run is NaN throughout.

    Raises:
        ValueError: for an argument that cannot be used, naming it and what is allowed.
        EngineUnavailable: for an engine that cannot run on this machine.
    """
    if dtype not in ("float32", "float64"):
        raise ValueError(f"dtype must be 'float32' or 'float64', got {dtype!r}")
    for name, value in (("replicates", replicates), ("months", months), ("trusts", trusts), ("clinicians", clinicians)):
        _whole(name, value, 1, 2**32 - 1)
    _whole("seed", seed, 0, MOST_SEED)
    _whole("every", every, 1, months)
    if months % every:
        raise ValueError(f"every = {every} does not divide months = {months}")
    table = read_providers(providers) if isinstance(providers, str | PathLike) else providers
    country = Country(len(table) if table is not None else trusts, clinicians, table)
    if country.trusts * country.clinicians >= 2**32:
        raise ValueError(f"trusts x clinicians must stay below 2**32 seats, got {country.trusts * country.clinicians}")
    values, changes, count = _read_points(points, months, table is not None)
    numbers = _run_numbers(runs, count, replicates)
    per_run = {name: np.repeat(array, replicates) for name, array in values.items()}
    per_change = {
        month: {n: np.repeat(a, replicates) for n, a in changed.items()} for month, changed in changes.items()
    }
    record = Record(choose_outcomes(outcomes), every, trust_records)
    batch = Batch(country, months, seed, numbers.reshape(-1), per_run, per_change, constants_with(constants), record)
    engine_name, run = load_engine(engine)
    return _assemble(batch, run, engine_name, (count, replicates), np.dtype(dtype))


def _whole(name: str, value: Any, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number in {least} .. {most}, got {value!r}")


def _read_points(
    points: Any, months: int, real_trusts: bool
) -> tuple[dict[str, NDArray[np.float64]], dict[int, dict[str, NDArray[np.float64]]], int]:
    """Return all parameters and the changes by month, each (n_points,), and the number of points."""
    given = {str(name): np.atleast_1d(np.asarray(points[name])) for name in points}
    lengths = {array.shape for array in given.values()}
    if len(lengths) > 1 or any(len(shape) != 1 for shape in lengths):
        raise ValueError(f"points must be one-dimensional and of one length, got shapes {sorted(lengths)}")
    count = lengths.pop()[0] if lengths else 1
    if count == 0:
        raise ValueError("points must hold at least one point")
    values = {name: np.full(count, row.default) for name, row in PARAMETERS.items()}
    changes: dict[int, dict[str, NDArray[np.float64]]] = {}
    for name, array in given.items():
        parameter, month = split_change(name, months)
        checked = _check_array(parameter, array)
        if real_trusts and parameter in PLACE_PARAMETERS:
            raise ValueError(f"parameter '{parameter}' has no effect on real trusts; leave it out, or the providers")
        if month is None:
            values[parameter] = checked
        else:
            changes.setdefault(month, {})[parameter] = checked
    return values, changes, count


def split_change(name: str, months: int) -> tuple[str, int | None]:
    """Split ``parameter@month`` into its parts, month None without one.

    Raises ValueError for an unknown parameter, a month outside the run and a parameter that only sets the start.
    """
    found = _CHANGE.fullmatch(name)
    if "@" not in name or found is None:
        if "@" in name:
            raise ValueError(f"'{name}' is not of the form parameter@month, with a month in 1 .. {months}")
        return find_parameter(name).name, None
    row, month = find_parameter(found["name"]), int(found["month"])
    if row.initial_only:
        raise ValueError(f"parameter '{row.name}' sets the start of a run and cannot change, got '{name}'")
    if not 1 <= month <= months:
        raise ValueError(f"'{name}' changes outside the run; the month must lie in 1 .. {months}")
    return row.name, month


def _check_array(name: str, array: NDArray[Any]) -> NDArray[np.float64]:
    if array.dtype.kind not in "iuf":
        raise ValueError(f"parameter '{name}' must be numbers, got {array.dtype}")
    numbers = array.astype(np.float64)
    row = PARAMETERS[name]
    for number in (float(numbers.min()), float(numbers.max())):
        row.check(number)
    return numbers


def _run_numbers(runs: ArrayLike | None, points: int, replicates: int) -> NDArray[np.uint64]:
    if runs is None:
        return np.broadcast_to(np.arange(replicates, dtype=np.uint64), (points, replicates))
    numbers = np.asarray(runs)
    if numbers.shape != (points, replicates) or numbers.dtype.kind not in "iu":
        raise ValueError(
            f"runs must be whole numbers of shape (point, replicate) = ({points}, {replicates}), "
            f"got {numbers.dtype} {numbers.shape}"
        )
    if numbers.size and not 0 <= int(numbers.min()) <= int(numbers.max()) <= MOST_SEED:
        raise ValueError("runs must lie in 0 .. 2**32 - 1")
    return numbers.astype(np.uint64)


def _assemble(batch: Batch, run: Run, engine: str, shape: tuple[int, int], dtype: np.dtype[Any]) -> Simulated:
    """Compute the batch in chunks that stay in cache and put the pieces into arrays (point, replicate, ...)."""
    count = len(batch.runs)
    arrays: dict[str, NDArray[Any]] = {}
    failures: list[Failure] = []
    step = chunk_size(batch, engine)
    for first in range(0, count, step):
        chosen = slice(first, min(first + step, count))
        recorded = run(batch.take(chosen))
        for name, values in {**recorded.outcomes, **recorded.trust_records}.items():
            if name not in arrays:
                arrays[name] = np.empty((count, *values.shape[1:]), dtype=dtype)
            values[recorded.failed > 0] = np.nan
            arrays[name][chosen] = values
        failures += _failures(recorded, first, shape[1])
    reshaped = {name: values.reshape(*shape, *values.shape[1:]) for name, values in arrays.items()}
    return Simulated(reshaped, engine, tuple(failures))


def chunk_size(batch: Batch, engine: str) -> int:
    """Return how many runs of ``batch`` the engine computes together."""
    country, record = batch.country, batch.record
    if engine == "cuda":  # splits what the device cannot hold itself, and overlaps the pieces
        return len(batch.runs)
    if engine == "numba":
        return compiled_runs(len(record.outcomes) * batch.windows)
    if engine != "cupy":
        return chunk_runs(country.trusts, country.clinicians)
    import cupy

    free, _ = cupy.cuda.runtime.memGetInfo()
    per_run = bytes_per_run(country.trusts, country.clinicians, batch.months, len(record.outcomes), record.every)
    # Temporaries of the clinicians' phase are as large as the state several times over.
    return chunk_runs(country.trusts, country.clinicians, free // 8, per_run)


def _failures(recorded: Recorded, first: int, replicates: int) -> list[Failure]:
    failed = np.flatnonzero(recorded.failed)
    return [
        Failure(
            *divmod(first + int(position), replicates),
            recorded.messages.get(int(position), f"no usable number from month {int(recorded.failed[position])} on"),
        )
        for position in failed
    ]
