"""Progress of a sweep: counts from the store, rate and reasons of failure from its log."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...store.format import FAILED
from ..store.log import read_events
from ..store.store import SweepStore
from .missing import Counts, count_status

UNKNOWN_REASON = "the reason is not in the log"


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that failed and the parameters of its point."""

    point: int
    replicate: int
    parameters: dict[str, float]


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason of failure: how many runs share it, and some of them."""

    reason: str
    runs: int
    examples: tuple[FailedRun, ...]


@dataclass(frozen=True, slots=True)
class StatusReport:
    """How far the sweep in ``path`` is. ``rate`` is in runs per second of one process while it computed."""

    path: Path
    name: str
    points: int
    replicates: int
    counts: Counts
    batches: int
    rate: float | None
    processes: int
    engines: tuple[str, ...]
    causes: tuple[Cause, ...]
    digests: bool


def report_status(path: str | Path, examples: int = 3) -> StatusReport:
    """Return how far the sweep in the store at ``path`` is, with up to ``examples`` failed runs of each cause."""
    store = SweepStore(path)
    status = store.read_status()
    reasons: dict[tuple[int, int], str] = {}
    runs, seconds, processes, engines = 0, 0.0, 0, set()
    for event in read_events(store.path):
        if event["event"] == "failure":
            reasons[event["point"], event["replicate"]] = event["reason"]
        elif event["event"] == "batch":
            runs, seconds = runs + event["runs"], seconds + event["seconds"]
            engines.add(event["engine"])
        elif event["event"] == "start":
            processes += 1
    return StatusReport(
        path=store.path,
        name=store.facts["title"],
        points=store.shape[0],
        replicates=store.shape[1],
        counts=count_status(status),
        batches=store.number_of_batches,
        rate=runs / seconds if runs and seconds else None,
        processes=processes,
        engines=tuple(sorted(engines)),
        causes=_causes(store, status, reasons, examples),
        digests=store.has_digests,
    )


def _causes(
    store: SweepStore, status: np.ndarray[Any, Any], reasons: dict[tuple[int, int], str], examples: int
) -> tuple[Cause, ...]:
    grouped: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for point, replicate in np.argwhere(status == FAILED).tolist():
        grouped[reasons.get((point, replicate), UNKNOWN_REASON)].append((point, replicate))
    causes = []
    for reason, failed in sorted(grouped.items(), key=lambda item: -len(item[1])):
        shown = []
        for point, replicate in failed[:examples]:
            values = store.read_points(slice(point, point + 1))
            shown.append(FailedRun(point, replicate, {name: float(array[0]) for name, array in values.items()}))
        causes.append(Cause(reason, len(failed), tuple(shown)))
    return tuple(causes)
