"""The programs of a scheduler: a job is sent once, again while the scheduler is busy, and its number is never lost.

A scheduler that answers late, or not at all, may have queued the job all the same. Every job therefore has a name of
its own, by which it is looked for in the queue before it is sent again.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .gpus import SECONDS_TO_ANSWER
from .quoting import SubmitError, slug

PAUSES = (5.0, 15.0, 45.0, 90.0)
"""Seconds between tries while a scheduler is busy: restarts of a controller take a minute or two."""
MOST_LETTERS = 500
BUSY = re.compile(
    "temporarily unable|temporarily unavailable|unable to contact|cannot connect|connection refused|not responding"
    "|standby mode|slurm_load",
    re.IGNORECASE,
)
"""What schedulers say of themselves that have taken nothing."""
DOUBTFUL = re.compile(
    "timed? ?out|premature end|end of file|zero bytes|connection reset|broken pipe|transport endpoint"
    "|unexpected message|communication",
    re.IGNORECASE,
)
"""What is said where the connection was lost after the request had left: it may have been taken."""


class Speech(NamedTuple):
    """How one kind of scheduler is spoken to.

    ``named`` and ``after`` return the options that name a job and that have it wait for the end of another.
    """

    send: tuple[str, ...]
    named: Callable[[str], tuple[str, ...]]
    after: Callable[[str], tuple[str, ...]]
    name_for: Callable[[str, str], str]
    """Returns the name for a kind of job (sweep, verify, warm-up) and the name of the sweep."""
    number: str
    """What its answer looks like; the first group is the number of the job."""
    listing: tuple[tuple[str, ...], ...]
    """Commands that list the jobs of the name that is put behind, the first one that works; a number in each line."""
    cancel: str
    fixed_by: tuple[str, ...]
    """Directives of a user that keep a job from being found by its name."""


def _slurm_name(kind: str, sweep: str) -> str:
    first = {"sweep": "tredegar"}.get(kind, kind)
    return f"{first}-{slug(sweep)}-{secrets.token_hex(3)}"


def _pbs_name(kind: str, sweep: str) -> str:
    """Return a name of 15 letters, the most that every PBS takes."""
    return f"{kind[0]}-{slug(sweep)}"[:8] + f"-{secrets.token_hex(3)}"


SLURM = Speech(
    send=("sbatch", "--parsable"),
    named=lambda name: (f"--job-name={name}",),
    after=lambda job: (f"--dependency=afterany:{job}",),
    name_for=_slurm_name,
    number=r"(\d+)(?:;\S+)?",
    # Jobs that have ended as well: a short one may be over before it is looked for.
    listing=(("squeue", "--noheader", "--states=all", "--format=%F", "--name"),),
    cancel="scancel",
    fixed_by=("-J", "--job-name", "-M", "--cluster", "--clusters"),
)
PBS = Speech(
    send=("qsub",),
    named=lambda name: ("-N", name),
    after=lambda job: ("-W", f"depend=afterany:{job}"),
    name_for=_pbs_name,
    number=r"(\d+(?:\[\])?(?:\.[A-Za-z0-9_.-]+)?)",
    listing=(("qselect", "-x", "-N"), ("qselect", "-N")),
    cancel="qdel",
    fixed_by=("-N",),
)


class NotQueued(SubmitError):
    """A job that was not queued or, as the message then says, may not have been."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try: the ``number`` of the job, or what was ``said``.

    ``doubtful``: it may be queued all the same. ``again``: another try may help.
    """

    number: str = ""
    said: str = ""
    doubtful: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Queued:
    """The number of a job in the queue, its name, and the numbers of ``twins`` that late answers have left there."""

    number: str
    name: str
    twins: tuple[str, ...] = ()


def queueing_program(speech: Speech) -> str:
    """Return the path of the program that queues jobs; raise SubmitError where there is none."""
    found = shutil.which(speech.send[0])
    if found is None:
        raise SubmitError(
            f"'{speech.send[0]}' is not on this machine; submit from a login node of the cluster, or leave out --submit"
            " to print the script"
        )
    return found


@dataclass(frozen=True, slots=True)
class Request:
    """One job to be queued: who is asked, the ``script``, the ``name`` ("" where a user has given one), options."""

    speech: Speech
    script: str
    name: str
    options: tuple[str, ...] = ()

    @property
    def look(self) -> str:
        """How to see whether it is in the queue."""
        command = " ".join([*self.speech.listing[0], self.name]) if self.name else "the list of your jobs"
        return f"'{command}' shows whether it is in the queue" if self.name else f"{command} shows whether it is there"


def request(speech: Speech, script: str, kind: str, sweep: str, options: Sequence[str], own: Sequence[str]) -> Request:
    """Return the request for a job with a name of its own, unless the user's ``own`` directives fix how it is found."""
    fixed = any(re.match(rf"{option}(?![\w-])", text) for option in speech.fixed_by for text in own)
    name = "" if fixed else speech.name_for(kind, sweep)
    return Request(speech, script, name, (*(speech.named(name) if name else ()), *options))


def queue(asked: Request, say: Callable[[str], None] = lambda line: None) -> Queued:
    """Queue a job, in several tries while the scheduler is busy; ``say`` is told of each pause.

    Raises NotQueued with what was answered, and with how to look where it may have been queued all the same.
    """
    try:
        return _in_several_tries(asked, say)
    except KeyboardInterrupt:
        raise NotQueued(f"interrupted; {asked.look}") from None


def _in_several_tries(asked: Request, say: Callable[[str], None]) -> Queued:
    program, doubted = asked.speech.send[0], False
    for pause in (*PAUSES, None):
        answer = _ask(asked)
        doubted |= answer.doubtful
        if answer.number:
            return _with_twins(asked, answer.number, doubted)
        if doubted:
            say(f"{program}: {answer.said[:200]}; looking whether the job is in the queue")
            found = _look(asked)
            if found:
                return Queued(found[0], asked.name, found[1:])
            # In doubt it is not sent again: two arrays would compute the same batches side by side.
            if found is None or not answer.again:
                raise NotQueued(f"{program} may have queued the job or not: {answer.said}; {asked.look}")
        if pause is None or not answer.again:
            raise NotQueued(f"{program} did not queue the job: {answer.said}")
        if not doubted:  # the look has taken its time already
            say(f"{program} is busy ({answer.said[:200]}); it is asked again in {pause:.0f} s")
            time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _ask(asked: Request) -> Answer:
    """Ask once, and return what came of it."""
    speech = asked.speech
    words = [queueing_program(speech), *speech.send[1:], *asked.options]
    try:
        done = _run(words, asked.script)
    except subprocess.TimeoutExpired:
        return Answer(said=f"no answer within {SECONDS_TO_ANSWER} seconds", doubtful=True, again=True)
    except OSError as error:
        # Nothing was started, so that nothing is in doubt; a crowded login node may have room a moment later.
        return Answer(said=error.strerror or str(error), again=error.errno in (errno.EAGAIN, errno.ENOMEM))
    said = " ".join((done.stderr + " " + done.stdout).split())[:MOST_LETTERS]
    if done.returncode == 0:
        numbers = _numbers(speech, done.stdout)
        if len(numbers) == 1:
            return Answer(numbers[0])
        return Answer(said=f"an answer without a number: {said!r}", doubtful=True)
    reason = next((line for line in done.stderr.splitlines() if "submission failed:" in line), said)
    # A program that a signal ended may have sent its request before.
    doubtful = bool(DOUBTFUL.search(reason)) or done.returncode < 0
    said = said or f"exit status {done.returncode}"
    return Answer(said=said, doubtful=doubtful, again=doubtful or bool(BUSY.search(reason)))


def _run(words: Sequence[str], given: str = "") -> subprocess.CompletedProcess[str]:
    # What a user has set for squeue would hide jobs.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SQUEUE_")}
    with subprocess.Popen(
        words,
        env=environment,
        encoding="utf-8",
        errors="replace",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            said, complained = process.communicate(given, timeout=SECONDS_TO_ANSWER)
        except BaseException:  # no answer, or Ctrl-C: nothing is left behind
            process.kill()
            process.wait()
            raise
    return subprocess.CompletedProcess(words, process.returncode, said, complained)


def _numbers(speech: Speech, text: str) -> tuple[str, ...]:
    """Return the numbers of jobs that stand in ``text``, each on a line of its own, in their order."""
    found = (re.fullmatch(speech.number, line.strip()) for line in text.splitlines())
    return tuple(dict.fromkeys(match[1] for match in found if match))


def _look(asked: Request) -> tuple[str, ...] | None:
    """Return the numbers of the jobs in the queue that have the name; None where it cannot be known.

    The queue is given time first: what was asked for late comes late.
    """
    if not asked.name:
        return None
    for pause in PAUSES[:-1]:
        time.sleep(pause)
        found = _listed(asked)
        if found is not None:
            return found
    return None


def _listed(asked: Request) -> tuple[str, ...] | None:
    for words in asked.speech.listing:
        try:
            done = _run([*words, asked.name])
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            return _numbers(asked.speech, done.stdout)
    return None


def _with_twins(asked: Request, number: str, doubted: bool) -> Queued:
    """Return ``number`` with what earlier tries, that were in doubt, have brought into the queue after all."""
    found = (_listed(asked) or ()) if doubted and asked.name else ()
    return Queued(number, asked.name, tuple(other for other in found if other != number))
