"""Runs of a batch by themselves: their numbers, the call of the model, and which of them failed and why.

Nothing here knows a store. What raises is run in halves until the run is found whose rule raised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.failed_run import RunFailed
from ...store.random_streams import numbers_of_runs, stream_sets
from ..spec.checks import points_sharing
from ..spec.sampling import Points
from ..spec.spec import Spec
from ..store.log import MOST_LETTERS

Simulate = Callable[..., Any]
KILLS = "the run kills the process that computes it"


class MachineFault(RuntimeError):
    """The machine cannot compute the runs; another one may, so that they are not recorded as failed."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Arrays of some runs, (point, replicate, ...), and why runs failed: (point, replicate) among them -> reason."""

    values: dict[str, NDArray[Any]]
    failures: dict[tuple[int, int], str]
    engine: str


def default_simulate() -> Simulate:
    """Return the model's own ``simulate``; imported late, so that commands that run nothing stay quick."""
    from ...kernels import simulate

    return simulate


def run_numbers(spec: Spec, points: NDArray[np.integer[Any]], replicates: slice) -> NDArray[np.uint32]:
    """Return the numbers that key the streams of runs, (point, replicate): equal at points that share their streams.

    >>> spec = Spec(streams="independent", design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}})
    >>> run_numbers(spec, np.array([0, 1]), slice(0, 2))
    array([[   0,    1],
           [4096, 4097]], dtype=uint32)
    """
    sets = stream_sets(spec.streams, points, points_sharing(spec))
    return numbers_of_runs(sets, np.arange(replicates.start, replicates.stop))


def compute_runs(
    spec: Spec,
    points: Points,
    runs: NDArray[np.uint32],
    engine: str,
    simulate: Simulate,
    barred: NDArray[np.bool_] | None = None,
    months: int | None = None,
) -> Computed:
    """Run the model at ``points`` (name -> (point,)) with run numbers ``runs`` (point, replicate).

    A run in which a rule raises RunFailed is a failed run: NaN everywhere, with its reason. To find it, what raised is
    run in halves. Runs that are ``barred`` (point, replicate) are not tried. ``months`` stand in for those of ``spec``.

    Raises MachineFault for whatever else is raised: only the arithmetic of a rule can fail a run. OSError, ImportError
    and, if a single run does not fit, MemoryError pass as they are.

    >>> from tredegar.sweeps.run.small import small_spec
    >>> spec, points = small_spec(), {"real_control": np.array([0.2, 0.8])}
    >>> runs = run_numbers(spec, np.arange(2), slice(0, 2))
    >>> barred = np.array([[False, False], [True, False]])
    >>> computed = compute_runs(spec, points, runs, "numpy", default_simulate(), barred)
    >>> computed.values["quality"].shape, computed.failures
    ((2, 2, 12), {(1, 0): 'the run kills the process that computes it'})
    """
    if barred is not None and barred.any():
        if runs.size == 1:
            return Computed({}, {(0, 0): KILLS}, engine)
        return _in_halves(spec, points, runs, engine, simulate, barred, months)
    try:
        return _simulated(spec, points, runs, engine, simulate, months)
    except (RunFailed, MemoryError) as error:
        if runs.size > 1:
            return _in_halves(spec, points, runs, engine, simulate, np.zeros(runs.shape, dtype=bool), months)
        # A run that does not fit here may fit elsewhere: that is no failure of its own.
        if isinstance(error, MemoryError):
            raise
        return Computed({}, {(0, 0): f"{type(error).__name__}: {one_line(error)}"[:MOST_LETTERS]}, engine)
    except (OSError, ImportError):
        raise
    except Exception as error:
        # The worker boundary, the one place for a broad except: whatever a rule did not raise is no run's fault.
        what = "" if is_ours(error) else f"{type(error).__name__}: "
        raise MachineFault(f"{what}{one_line(error)}") from error


def _in_halves(
    spec: Spec,
    points: Points,
    runs: NDArray[np.uint32],
    engine: str,
    simulate: Simulate,
    barred: NDArray[np.bool_],
    months: int | None,
) -> Computed:
    axis = 0 if runs.shape[0] > 1 else 1
    middle = runs.shape[axis] // 2
    halves, bars = np.split(runs, [middle], axis=axis), np.split(barred, [middle], axis=axis)
    first, second = (
        compute_runs(spec, _part(points, axis, start, half), half, engine, simulate, bar, months)
        for start, half, bar in zip((0, middle), halves, bars, strict=True)
    )
    return _merged(first, second, halves, axis)


def _part(points: Points, axis: int, start: int, runs: NDArray[np.uint32]) -> Points:
    return points if axis else {name: values[start : start + runs.shape[0]] for name, values in points.items()}


def _merged(first: Computed, second: Computed, runs: list[NDArray[np.uint32]], axis: int) -> Computed:
    values = {}
    for name in first.values or second.values:
        # A half in which every run raised has no arrays; the other half says what shape its NaN must have.
        model = (first.values or second.values)[name]
        parts = [
            half.values[name] if half.values else np.full((*shape.shape, *model.shape[2:]), np.nan, model.dtype)
            for half, shape in zip((first, second), runs, strict=True)
        ]
        values[name] = np.concatenate(parts, axis=axis)
    shift = (runs[0].shape[0], 0) if axis == 0 else (0, runs[0].shape[1])
    moved = {(point + shift[0], replicate + shift[1]): why for (point, replicate), why in second.failures.items()}
    return Computed(values, {**first.failures, **moved}, first.engine if first.values else second.engine)


def _simulated(
    spec: Spec, points: Points, runs: NDArray[np.uint32], engine: str, simulate: Simulate, months: int | None
) -> Computed:
    out = simulate(
        points,
        replicates=runs.shape[1],
        months=months or spec.months,
        trusts=spec.trusts,
        clinicians=spec.clinicians,
        seed=spec.seed,
        engine=engine,
        outcomes=spec.outcomes,
        every=spec.record.every,
        runs=runs,
        providers=spec.providers,
        constants=spec.constants or None,
        trust_records=spec.record.trusts,
        dtype="float32",
        **({"rules": spec.rules} if spec.rules.text else {}),
        **({"summaries": True} if spec.record.summaries else {}),
    )
    failures = {(failure.point, failure.replicate): failure.message[:MOST_LETTERS] for failure in out.failures}
    return Computed({name: np.asarray(out[name]) for name in out}, failures, out.engine)


def is_ours(error: BaseException) -> bool:
    """Whether the message of ``error`` is a sentence of Tredegar's own, which needs no name of a type."""
    return type(error).__module__.partition(".")[0] == "tredegar" or type(error) is ValueError


def one_line(error: BaseException) -> str:
    """Return the message of ``error`` in one line."""
    try:
        return " ".join(str(error).split())
    except Exception:  # noqa: BLE001
        return type(error).__name__  # an error that cannot say what it is
