"""Sending a sweep to a cluster: one job that compiles, the array, and the job that verifies it.

Each waits for the end of the one before, however that ends. Whatever goes wrong, what is queued is named.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from .jobs.pbs import pbs_array, pbs_verify, pbs_warm_up
from .jobs.queueing import PBS, SLURM, Queued, Speech, queue, queueing_program, request
from .jobs.quoting import SubmitError
from .jobs.script import Job
from .jobs.slurm import slurm_array, slurm_driver, slurm_verify, slurm_verify_driver, slurm_warm_up
from .run.runner import check_same_sweep
from .spec.spec import Spec
from .store.create import create_store, is_to_be_created
from .store.store import SweepStore

RECORD = "submitted.txt"
"""The file in the folder of the logs that holds the numbers of all jobs that were queued."""


class Cluster(NamedTuple):
    """What is sent to one kind of scheduler, and how it is spoken to."""

    sweep: Callable[[Job], str]
    verify: Callable[[Job], str]
    warm_up: Callable[[Job], str]
    speech: Speech


CLUSTERS = {
    "slurm": Cluster(slurm_array, slurm_verify, slurm_warm_up, SLURM),
    "slurm-dask": Cluster(slurm_driver, slurm_verify_driver, slurm_warm_up, SLURM),
    "pbs": Cluster(pbs_array, pbs_verify, pbs_warm_up, PBS),
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """Numbers of the jobs that were queued, as the scheduler gave them; "" for the one that compiles if there is none.

    ``notes``: a line each on jobs that late answers have queued twice.
    """

    sweep: str
    verify: str
    warm_up: str = ""
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Sending:
    """What is queued so far, kind -> job, in the order in which it was sent."""

    cluster: Cluster
    job: Job
    say: Callable[[str], None]
    queued: dict[str, Queued] = field(default_factory=dict)

    def send(self, kind: str, script: str, after: str = "") -> str:
        speech = self.cluster.speech
        options = speech.after(after) if after else ()
        asked = request(speech, script, kind, self.job.name, options, self.job.resources.directives)
        self.queued[kind] = queue(asked, self.say)
        _record(self.job, kind, self.queued[kind])
        return self.queued[kind].number


def scripts(cluster: str, job: Job) -> dict[str, str]:
    """Return the scripts by kind, in the order in which they are sent: "warm-up" if asked for, "sweep", "verify".

    Raises SubmitError for words that no script can hold.
    """
    kind = CLUSTERS[cluster]
    first = {"warm-up": kind.warm_up(job)} if job.warm_up else {}
    return {**first, "sweep": kind.sweep(job), "verify": kind.verify(job)}


def check_sendable(job: Job, cluster: str) -> None:
    """Raise SubmitError unless the scripts can be made and the scheduler's program is here."""
    scripts(cluster, job)
    queueing_program(CLUSTERS[cluster].speech)


def prepare(spec: Spec, job: Job, cluster: str) -> bool:
    """Make the store, once, before any task needs it; return whether it was there.

    Raises SubmitError before anything is written if the request cannot be sent, StoreError if the store is another's.
    """
    check_sendable(job, cluster)
    if is_to_be_created(job.store):
        create_store(spec, job.store)
        return False
    check_same_sweep(SweepStore(job.store), spec)
    return True


def send(cluster: str, job: Job, say: Callable[[str], None] = lambda line: None) -> Submitted:
    """Queue the jobs; the store must stand. ``say`` is told of pauses while the scheduler is busy.

    Raises SubmitError with what was answered and, if something is queued, its number and what to do about the rest.
    """
    texts = scripts(cluster, job)
    Path(job.logs).mkdir(parents=True, exist_ok=True)
    sending = _Sending(CLUSTERS[cluster], job, say)
    number = ""
    try:
        for kind, text in texts.items():
            number = sending.send(kind, text, number)
    except (SubmitError, OSError, KeyboardInterrupt) as error:
        if not sending.queued:
            raise
        why = str(error) or "interrupted"
        raise SubmitError(_half_sent(sending, why)) from None
    numbers = {kind: job.number for kind, job in sending.queued.items()}
    return Submitted(numbers["sweep"], numbers["verify"], numbers.get("warm-up", ""), tuple(_twins(sending)))


def _half_sent(sending: _Sending, why: str) -> str:
    """Return the line that names what is queued, why the rest is not, and what to do."""
    cancel = sending.cluster.speech.cancel
    if "sweep" not in sending.queued:
        first = sending.queued["warm-up"].number
        return (
            f"job {first}, which only compiles, is queued, the sweep is not: {why}; submit again later"
            f" ('{cancel} {first}' takes the job back)"
        )
    number = sending.queued["sweep"].number
    return (
        f"job {number} is queued and will sweep into {sending.job.store}; only the job that verifies is not: {why};"
        f" do not submit again: when {number} has ended, {_by_hand(sending.job)}"
        f" ('{cancel} {number}' takes the sweep back)"
    )


def _by_hand(job: Job) -> str:
    if job.claims:
        return "'tredegar claims' with the same --out, --size and --claim writes the page"
    return f"'tredegar verify {job.store}' does the same"


def _twins(sending: _Sending) -> list[str]:
    """Return a line for each job that is in the queue twice, since an answer came too late."""
    cancel = sending.cluster.speech.cancel
    return [
        f"a late answer has queued the job again as {' and '.join(job.twins)}: harmless, but no use;"
        f" '{cancel} {' '.join(job.twins)}' takes it back"
        for job in sending.queued.values()
        if job.twins
    ]


def _record(job: Job, kind: str, queued: Queued) -> None:
    """Write the number down where it is found when the terminal is gone; a disk that is full loses the line alone."""
    when = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    number = " ".join((queued.number, *queued.twins))
    with suppress(OSError), (Path(job.logs) / RECORD).open("a", encoding="utf-8") as file:
        file.write(f"{when} {number} {kind} {job.store}\n")
        file.flush()
        os.fsync(file.fileno())
