"""Sending a sweep to a cluster: the store is made first, then the array is queued, then the job that verifies it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from .create import create_store, is_to_be_created
from .job_pbs import pbs_array, pbs_verify
from .job_script import Job
from .job_slurm import slurm_array, slurm_driver, slurm_verify, slurm_verify_driver
from .job_words import SubmitError
from .runner import check_same_sweep
from .spec import Spec
from .store import SweepStore

SECONDS_TO_ANSWER = 120


class Cluster(NamedTuple):
    """How one kind of scheduler is spoken to. ``after`` returns the options that wait for the end of a job."""

    sweep: Callable[[Job], str]
    verify: Callable[[Job], str]
    send: tuple[str, ...]
    after: Callable[[str], tuple[str, ...]]
    number: str
    """What its answer looks like; the first group is the number of the job."""


def _after_slurm(job: str) -> tuple[str, ...]:
    return (f"--dependency=afterany:{job}",)


def _after_pbs(job: str) -> tuple[str, ...]:
    return ("-W", f"depend=afterany:{job}")


SBATCH = ("sbatch", "--parsable")
SLURM_NUMBER = r"(\d+)(?:;\S+)?"
PBS_NUMBER = r"(\d+(?:\[\])?(?:\.[A-Za-z0-9_.-]+)?)"
CLUSTERS = {
    "slurm": Cluster(slurm_array, slurm_verify, SBATCH, _after_slurm, SLURM_NUMBER),
    "slurm-dask": Cluster(slurm_driver, slurm_verify_driver, SBATCH, _after_slurm, SLURM_NUMBER),
    "pbs": Cluster(pbs_array, pbs_verify, ("qsub",), _after_pbs, PBS_NUMBER),
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """Numbers of the jobs that were queued, as the scheduler gave them."""

    sweep: str
    verify: str


def scripts(cluster: str, job: Job) -> tuple[str, str]:
    """Return the script that sweeps and the one that verifies. Raises SubmitError for words that no script can hold."""
    kind = CLUSTERS[cluster]
    return kind.sweep(job), kind.verify(job)


def prepare(spec: Spec, job: Job, cluster: str) -> bool:
    """Make the store, once, before any task needs it; return whether it was there.

    Raises SubmitError before anything is written if the request cannot be sent, StoreError if the store is another's.
    """
    scripts(cluster, job)
    _program(CLUSTERS[cluster])
    if is_to_be_created(job.store):
        create_store(spec, job.store)
        return False
    check_same_sweep(SweepStore(job.store), spec)
    return True


def send(cluster: str, job: Job) -> Submitted:
    """Queue the sweep and the job that verifies; the store must stand. Raises SubmitError with what was answered."""
    kind = CLUSTERS[cluster]
    sweep, verify = scripts(cluster, job)
    Path(job.logs).mkdir(parents=True, exist_ok=True)
    number = _queue(kind, (), sweep)
    return Submitted(number, _queue(kind, kind.after(number), verify))


def _program(kind: Cluster) -> str:
    program = shutil.which(kind.send[0])
    if program is None:
        raise SubmitError(
            f"'{kind.send[0]}' is not on this machine; submit from a login node of the cluster, or leave out --submit"
            " to print the script"
        )
    return program


def _queue(kind: Cluster, options: tuple[str, ...], script: str) -> str:
    words = [_program(kind), *kind.send[1:], *options]
    try:
        answer = subprocess.run(
            words, input=script, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER, check=False
        )
    except subprocess.TimeoutExpired:
        raise SubmitError(
            f"{kind.send[0]} did not answer within {SECONDS_TO_ANSWER} seconds; see whether the job was queued before"
            " submitting again"
        ) from None
    found = re.fullmatch(kind.number, answer.stdout.strip())
    if answer.returncode or found is None:
        said = " ".join((answer.stderr + " " + answer.stdout).split()) or f"exit status {answer.returncode}"
        raise SubmitError(f"{kind.send[0]} did not queue the job: {said[:500]}")
    return found[1]
