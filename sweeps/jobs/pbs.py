"""Job scripts for PBS (OpenPBS, PBS Pro): an array of tasks that stop before the walltime, and the job that verifies.

PBS gives no notice of the walltime and lets users put nothing back into the queue: a task stops itself in time, and
submitting the same again finishes.
"""

from __future__ import annotations

from .quoting import SubmitError, clock, directive, gpus_of, memory_of, plain_option, plain_path, slug
from .script import (
    SECONDS_IN_RESERVE,
    Job,
    array_range,
    check_lines,
    comments,
    environment,
    sweep_line,
    warm_up_line,
    warm_up_of,
)

PLACE = 'cd -- "${PBS_O_WORKDIR:?this script is for PBS}" || exit 1'


def pbs_array(job: Job) -> str:
    """Return the script of the array for ``qsub``."""
    # An array of one is refused by PBS: a single task is a plain job.
    array = [f"#PBS -J {array_range(job)}"] if job.tasks > 1 else []
    task = "task=${PBS_ARRAY_INDEX:?this script is for an array job}" if job.tasks > 1 else "task=0"
    stop_after = max(1, job.resources.time - job.resources.notice)
    kill_after = max(1, job.resources.notice - SECONDS_IN_RESERVE)
    lines = [
        "#!/bin/bash",
        *_directives(job, "tredegar", _gpus(job)),
        *array,
        # PBS may start it anew where a node fails: batches that are done stay done.
        "#PBS -r y",
        *comments(job, f"Sweep in {job.tasks} tasks"),
        "",
        PLACE,
        *environment(job),
        task,
        "",
        "# Before the walltime ends the task may finish its batch; one that takes longer is dropped, to be done again.",
        # The status of the command itself: 3 tells a sweep that stopped in time from one that failed.
        f"timeout --preserve-status --signal=USR1 --kill-after={kill_after} {stop_after} \\",
        f"    {sweep_line(job)}",
        "status=$?",
        f'echo "task $task of {job.tasks}: exit status $status"',
        '[ "$status" -lt 3 ] || echo "task $task: out of time; submit the same command again"',
        'exit "$status"',
    ]
    return "\n".join(lines) + "\n"


def pbs_verify(job: Job) -> str:
    """Return the script of the job that verifies the store, for ``qsub -W depend=afterany:ARRAY``."""
    lines = [
        "#!/bin/bash",
        *_directives(job, "verify", ""),
        *comments(job, "Verify the sweep of"),
        "",
        PLACE,
        *environment(job),
        *check_lines(job),
    ]
    return "\n".join(lines) + "\n"


def pbs_warm_up(job: Job) -> str:
    """Return the script of the job that compiles before the array starts."""
    asked = warm_up_of(job)
    lines = [
        "#!/bin/bash",
        *_directives(asked, "warm-up", _gpus(asked)),
        *comments(job, "Compile, once for all tasks, before the sweep of"),
        "",
        PLACE,
        *environment(asked),
        warm_up_line(asked),
    ]
    return "\n".join(lines) + "\n"


def _gpus(job: Job) -> str:
    kind, number = gpus_of(job.resources.gpus)
    if kind:
        raise SubmitError("--gpus must be a number alone under PBS; name the kind with --directive as your site does")
    return f":ngpus={number}" if number else ""


def _directives(job: Job, name: str, gpus: str) -> list[str]:
    memory = ""
    if job.resources.memory is not None:
        number, unit = memory_of(job.resources.memory)
        memory = f":mem={number}{unit.lower()}b"
    words = [
        # PBS takes names of up to 15 letters; the first three here are the option.
        f"-N {name}-{slug(job.name)}"[:18],
        f"-l select=1:ncpus={job.resources.cpus}{memory}{gpus}",
        f"-l walltime={clock(job.resources.time)}",
        "-j oe",
        f"-o {plain_path('--logs', job.logs)}/",
    ]
    if job.resources.partition is not None:
        words.append(f"-q {plain_option('--partition', job.resources.partition)}")
    if job.resources.account is not None:
        words.append(f"-A {plain_option('--account', job.resources.account)}")
    words += [directive("--directive", text) for text in job.resources.directives]
    return [f"#PBS {word}" for word in words]
