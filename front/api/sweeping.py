"""Sweeps from Python: run one and have its Dataset, or ask before what it will take."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr

    from ..sweeps.run.plan import Plan
    from ..sweeps.run.runner import Progress, SweepSummary
    from ..sweeps.spec.spec import Spec

__all__ = ["plan_sweep", "run_sweep"]


def run_sweep(
    spec: Spec,
    store: str | os.PathLike[str] | None = None,
    workers: int = 2,
    engine: str = "auto",
    scheduler: Any = None,
    task: tuple[int, int] | None = None,
    progress: bool | Callable[[Progress], None] | None = True,
    points_per_batch: int | None = None,
    check: bool = True,
    simulate: Callable[..., Any] | None = None,
    say: Callable[[str], None] | None = None,
    retry_failed: bool = False,
    rules: Any = None,
) -> xr.Dataset:
    """Run the sweep of ``spec`` into ``store``, or finish it, and return the opened sweep, as ``open_sweep`` does.

    Main arguments: ``store`` is the folder of the sweep; None is a temporary one, which goes with this process.
    ``workers`` processes of this machine compute (0: this process alone does, as in a process that may have no
    children), or the workers of the Dask ``scheduler`` (an address, a scheduler file or a cluster object), or with
    ``task=(k, n)`` the batches b with b % n == k, in this process. ``progress`` is shown on a terminal and in a
    notebook; False shows none; a function is called after each batch.

    Other arguments: ``points_per_batch`` sets the batch size of a new store; ``check`` compares all that is there with
    its digests; ``retry_failed`` computes failed runs again; ``say`` takes a line if the scheduler has no workers;
    ``simulate`` stands in for the model; ``rules`` are rules of one's own, as ``simulate`` of the package takes them,
    for a spec that has none (Spec(rules=...) knows their parameters and outcomes, too).

    The attributes ``runs``, ``runs_done``, ``runs_failed`` and ``runs_missing`` count the runs. Warns (UserWarning) of
    runs that failed or are missing (but not of those of other tasks), which are NaN, and of damage that was mended.
    Raises RuntimeError if something stopped the sweep or every run failed; ValueError for an argument of another kind
    than it must be, for a ``task`` without a store, and for a store (StoreError) of another spec, other rules or
    another format.

    >>> from tredegar import Spec
    >>> size, record = {"trusts": 3, "clinicians": 4}, {"outcomes": ["quality"]}
    >>> vary = {"real_control": {"values": [0.2, 0.8]}}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, country=size, record=record, months=12, replicates=2)
    >>> sweep = run_sweep(spec, workers=0, engine="numpy")
    >>> sweep["quality"].dims, sweep["quality"].shape, sweep.attrs["runs_done"]
    (('point', 'replicate', 'month'), (2, 2, 12), 4)
    """
    from ..model.text.names import whole_number
    from ..sweeps.cluster.forked import replace_lost_threads
    from ..sweeps.run.arguments import MOST_WORKERS, check_kinds
    from ..sweeps.run.runner import complete_sweep, require_spec
    from ..sweeps.store.temporary import place_for_this_process
    from .progress_display import followed

    require_spec(spec)
    spec = spec if rules is None else spec.with_rules(rules)
    check_kinds({} if progress is None or callable(progress) else {"progress (where it is no function)": progress}, {})
    if task is not None and store is None:
        raise ValueError("a task is a part of a sweep that others share: give store, the folder where they meet")
    workers = whole_number("workers", workers, 0, MOST_WORKERS)
    if current_process().daemon:
        workers = 0  # such a process may have no children: it computes itself
    replace_lost_threads()
    place = place_for_this_process() if store is None else store
    with followed(progress) as show:
        say = say or (_to_stderr if progress else None)
        summary = complete_sweep(
            spec, place, workers, engine, scheduler, task, show, points_per_batch, check, simulate, say, retry_failed
        )  # fmt: skip
    return _opened(summary, is_share=task is not None)


def plan_sweep(spec: Spec, workers: int = 2, engine: str = "auto", pilot: bool = True) -> Plan:
    """Return what the sweep of ``spec`` will take on ``workers`` processes; nothing is written.

    With ``pilot`` a part of the first batch is run for a second or two, which forecasts the time; without, nothing is
    run. Raises ValueError for an engine that this machine does not have.

    >>> from tredegar import Spec
    >>> spec = Spec(design={"method": "grid"}, vary={"real_control": {"values": [0.2, 0.8]}}, replicates=4)
    >>> plan_sweep(spec, engine="numpy", pilot=False).runs
    8
    """
    from ..model.text.names import whole_number
    from ..sweeps.run.arguments import MOST_WORKERS, check_kinds
    from ..sweeps.run.plan import make_plan
    from ..sweeps.run.runner import require_spec

    require_spec(spec)
    check_kinds({"pilot": pilot}, {})
    workers = whole_number("workers", workers, 0, MOST_WORKERS)
    return make_plan(spec, engine, max(1, workers), pilot, one_thread=workers > 0)


def _to_stderr(line: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"{line}\n")


def _opened(summary: SweepSummary, is_share: bool) -> xr.Dataset:
    """Return the sweep of ``summary``; raise RuntimeError where it came to nothing, warn of what is not whole."""
    from ..results.open import open_sweep

    counts, path = summary.counts, summary.path
    if summary.stopped not in ("", "interrupted"):
        missing = f"{counts.missing:,} runs are missing in {path}; the same call finishes them"
        raise RuntimeError(f"the sweep stopped: {summary.stopped}; {missing}")
    if counts.all_failed:
        raise RuntimeError(f"every run of {path} failed: {_first_cause(path)}")
    sweep = open_sweep(path, partial=not counts.complete)
    for text in _not_whole(summary, is_share):
        warnings.warn(text, stacklevel=3)
    return sweep


def _first_cause(path: Path) -> str:
    from ..sweeps.upkeep.status import report_status

    return report_status(path, examples=0).causes[0].reason


def _not_whole(summary: SweepSummary, is_share: bool) -> list[str]:
    """Return a line for each thing that whoever reads the sweep must know."""
    counts, path = summary.counts, summary.path
    runs = f"{counts.done + counts.failed + counts.missing:,} runs of {path}"
    lines = []
    if summary.repaired:
        lines.append(f"{path} was damaged and is mended ({len(summary.repaired):,} places): {summary.repaired[0]}")
    if counts.missing and (summary.stopped or not is_share):
        why = "interrupted: " if summary.stopped else ""
        lines.append(f"{why}{counts.missing:,} of {runs} are missing, which are NaN; the same call finishes them")
    if counts.failed:
        again = "retry_failed=True computes them again"
        lines.append(f"{counts.failed:,} of {runs} failed, which are NaN ({_first_cause(path)}); {again}")
    return lines
