"""Job scripts for Slurm: tasks that go back into the queue when time is short, and the job that verifies."""

from __future__ import annotations

from dataclasses import replace

from .quoting import clock, directive, gpus_of, memory_of, plain_option, plain_path, slug
from .script import (
    SECONDS_IN_RESERVE,
    Job,
    array_range,
    check_lines,
    command,
    comments,
    driver_words,
    environment,
    sweep_line,
    warm_up_line,
    warm_up_of,
)

MOST_REQUEUES = 50
"""A task whose batches do not fit its walltime would otherwise come back for ever."""
DRIVER_MEMORY = "4G"
"""For a scheduler and its client; they hold a few futures for each worker, however long the sweep."""


def slurm_array(job: Job) -> str:
    """Return the script of the array for ``sbatch``."""
    words = [*_words(job, f"tredegar-{slug(job.name)}", "%A_%a"), f"--array={array_range(job)}", *_gpus(job)]
    number = "task=${SLURM_ARRAY_TASK_ID:?this script is for an array job}"
    return _that_comes_back(job, words, f"Sweep in {job.tasks} tasks", [number], sweep_line(job))


def slurm_driver(job: Job) -> str:
    """Return the script of the job that holds a Dask scheduler and asks Slurm for ``job.tasks`` workers."""
    asked = replace(job, resources=replace(job.resources, time=job.driver_time, memory=DRIVER_MEMORY, cpus=1))
    words = _words(asked, f"tredegar-{slug(job.name)}", "%j")
    what = f"Sweep by {job.tasks} Dask workers, each a job that this one sends"
    return _that_comes_back(asked, words, what, ["task=driver"], command(job, *driver_words(job)))


def _that_comes_back(job: Job, words: list[str], what: str, settings: list[str], line: str) -> str:
    """Return the script of a job that stops when time is short, and goes back into the queue to go on."""
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {word}" for word in words),
        # B, to the shell alone: it passes the signal on, waits, and puts the job back into the queue.
        f"#SBATCH --signal=B:USR1@{job.resources.notice}",
        "#SBATCH --requeue",
        *comments(job, what),
        "",
        *settings,
        *_traps(),
        *environment(job),
        "",
        *_task(job, line),
    ]
    return "\n".join(lines) + "\n"


def slurm_warm_up(job: Job) -> str:
    """Return the script of the job that compiles before the array or the driver starts, for ``sbatch``."""
    asked = warm_up_of(job)
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {word}" for word in [*_words(asked, f"warm-up-{slug(job.name)}", "%j-warm-up"), *_gpus(asked)]),
        *comments(job, "Compile, once for all tasks, before the sweep of"),
        "",
        *environment(asked),
        warm_up_line(asked),
    ]
    return "\n".join(lines) + "\n"


def slurm_verify(job: Job) -> str:
    """Return the script that verifies the store of an array, for ``sbatch --dependency=afterany:ARRAY``."""
    return _verify(job, _last_words(job))


def slurm_verify_driver(job: Job) -> str:
    """Return the script that verifies the store of Dask workers, for ``sbatch --dependency=afterany:DRIVER``."""
    return _verify(job, [])


def _verify(job: Job, first: list[str]) -> str:
    lines = [
        "#!/bin/bash",
        *(f"#SBATCH {word}" for word in _words(job, f"verify-{slug(job.name)}", "%j-verify")),
        *comments(job, "Verify the sweep of"),
        "",
        *environment(job),
        *first,
        *check_lines(job),
    ]
    return "\n".join(lines) + "\n"


def _last_words(job: Job) -> list[str]:
    """Return the lines that print how each task ended that did not end well: the last line of its log."""
    log = f"{plain_path('--logs', job.logs)}/{slug(job.name)}-${{SLURM_JOB_DEPENDENCY##*:}}"
    return f"""\
for ((task = 0; task < {job.tasks}; task++)); do
    log={log}_$task.log
    last=$(tail -n 1 "$log" 2>/dev/null)
    [ "$last" = "task $task: exit status 0" ] || echo "task $task: ${{last:-left no log}}"
done
""".splitlines()


def _words(job: Job, name: str, pattern: str) -> list[str]:
    logs = plain_path("--logs", job.logs)
    words = [
        f"--job-name={name}",
        # A task is one process: nothing but the store is shared with others.
        "--nodes=1",
        "--ntasks=1",
        f"--cpus-per-task={job.resources.cpus}",
        f"--time={clock(job.resources.time)}",
        f"--output={logs}/{slug(job.name)}-{pattern}.log",
        # A task that comes back from the queue must not wipe the log of its first part.
        "--open-mode=append",
    ]
    if job.resources.memory is not None:
        number, unit = memory_of(job.resources.memory)
        words.append(f"--mem={number}{unit}")
    if job.resources.partition is not None:
        words.append(f"--partition={plain_option('--partition', job.resources.partition)}")
    if job.resources.account is not None:
        words.append(f"--account={plain_option('--account', job.resources.account)}")
    return [*words, *(directive("--directive", text) for text in job.resources.directives)]


def _gpus(job: Job) -> list[str]:
    kind, number = gpus_of(job.resources.gpus)
    return [f"--gres=gpu:{kind + ':' if kind else ''}{number}"] if number else []


def _traps() -> list[str]:
    """Return the lines that pass signals on: Slurm sends the notice of the walltime to the shell alone."""
    return """\
child= stopping=
stop() {
    stopping=$1
    echo "task $task: told to stop ($stopping)"
    [ -z "$child" ] || kill -s "$2" "$child" 2>/dev/null
}
trap 'stop time USR1' USR1
trap 'stop cancelled TERM' TERM""".splitlines()


def _task(job: Job, line: str) -> list[str]:
    """Return the lines that run the command ``line`` and, if time was short, put it back into the queue.

    A task that is told to stop may finish its batch; what takes longer is dropped, and nothing is lost by it.
    """
    return f"""\
{line} &
child=$!
# A signal that came while it started has not reached it, and it has done nothing yet.
[ -z "$stopping" ] || kill -KILL "$child" 2>/dev/null
[ -n "$stopping" ] || wait "$child"
if [ "$stopping" = time ]; then
    for ((left = {max(1, job.resources.notice - SECONDS_IN_RESERVE)}; left > 0; left--)); do
        kill -0 "$child" 2>/dev/null || break
        sleep 1
    done
    kill -KILL "$child" 2>/dev/null && echo "task $task: the batch in work is dropped"
fi
wait "$child"; status=$?
echo "task $task: exit status $status${{stopping:+, stopped: $stopping}}"
if [ "$stopping" = time ] && [ "$status" -ge 3 ]; then
    if [ "${{SLURM_RESTART_COUNT:-0}}" -ge {MOST_REQUEUES} ]; then
        echo "task $task: was put back into the queue {MOST_REQUEUES} times; give it a longer --time"
    else
        trap '' TERM
        scontrol requeue "$SLURM_JOB_ID" || echo "task $task: not put back; submit the same command again"
    fi
fi
exit "$status\"""".splitlines()
