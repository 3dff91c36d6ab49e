"""Job scripts for Slurm: an array whose tasks requeue themselves when time is short, and the job that verifies."""

from __future__ import annotations

from .job_script import SECONDS_IN_RESERVE, Job, array_range, command, comments, environment, sweep_command
from .job_words import clock, directive, gpus_of, memory_of, plain, plain_path, quoted, slug

MOST_REQUEUES = 50
"""A task whose batches do not fit its walltime would otherwise come back for ever."""


def slurm_array(job: Job) -> str:
    """Return the script of the array for ``sbatch``."""
    lines = [
        "#!/bin/bash",
        *_slurm_directives(job, f"tredegar-{slug(job.name)}", "%A_%a", job.cpus),
        f"#SBATCH --array={array_range(job)}",
        f"#SBATCH --signal=B:USR1@{job.notice}",
        "#SBATCH --requeue",
        *_slurm_gpus(job),
        *comments(job, f"Sweep in {job.tasks} tasks"),
        "",
        "task=${SLURM_ARRAY_TASK_ID:?this script is for an array job}",
        *_traps(),
        *environment(job),
        "",
        *_task(job),
    ]
    return "\n".join(lines) + "\n"


def slurm_verify(job: Job) -> str:
    """Return the script of the job that verifies the store, for ``sbatch --dependency=afterany:ARRAY``."""
    store = quoted("--out", job.store)
    lines = [
        "#!/bin/bash",
        *_slurm_directives(job, f"verify-{slug(job.name)}", "%j-verify", job.cpus),
        *comments(job, "Verify the sweep of"),
        "",
        *environment(job),
        command(job, "status", store),
        command(job, "verify", store),
    ]
    return "\n".join(lines) + "\n"


def _slurm_directives(job: Job, name: str, pattern: str, cpus: int) -> list[str]:
    logs = plain_path("--logs", job.logs)
    words = [
        f"--job-name={name}",
        "--nodes=1",
        "--ntasks=1",
        f"--cpus-per-task={cpus}",
        f"--time={clock(job.time)}",
        f"--output={logs}/{slug(job.name)}-{pattern}.log",
        "--open-mode=append",
    ]
    if job.memory is not None:
        number, unit = memory_of(job.memory)
        words.append(f"--mem={number}{unit}")
    if job.partition is not None:
        words.append(f"--partition={plain('--partition', job.partition)}")
    if job.account is not None:
        words.append(f"--account={plain('--account', job.account)}")
    words += [directive("--directive", text) for text in job.directives]
    return [f"#SBATCH {word}" for word in words]


def _slurm_gpus(job: Job) -> list[str]:
    kind, number = gpus_of(job.gpus)
    return [f"#SBATCH --gres=gpu:{kind + ':' if kind else ''}{number}"] if number else []


def _traps() -> list[str]:
    """Return the lines that pass signals on: Slurm sends the notice of the walltime to the shell alone."""
    return [
        "child= stopping=",
        """trap 'stopping=time; [ -z "$child" ] || kill -USR1 "$child" 2>/dev/null' USR1""",
        """trap 'stopping=cancelled; [ -z "$child" ] || kill -TERM "$child" 2>/dev/null' TERM""",
    ]


def _task(job: Job) -> list[str]:
    """Return the lines that run a task and, if time was short, put it back into the queue.

    A task that is told to stop may finish its batch; what takes longer is dropped, and nothing is lost by it.
    """
    return f"""\
{sweep_command(job)} &
child=$!
wait "$child"; status=$?
if [ "$stopping" = time ]; then
    for ((left = {max(1, job.notice - SECONDS_IN_RESERVE)}; left > 0; left--)); do
        kill -0 "$child" 2>/dev/null || break
        sleep 1
    done
    kill -KILL "$child" 2>/dev/null && echo "task $task: time is short, the batch in work is dropped"
fi
wait "$child"; status=$?
echo "task $task of {job.tasks}: exit status $status${{stopping:+, stopped: $stopping}}"
if [ "$stopping" = time ] && [ "$status" -ge 3 ]; then
    if [ "${{SLURM_RESTART_COUNT:-0}}" -ge {MOST_REQUEUES} ]; then
        echo "task $task: was put back into the queue {MOST_REQUEUES} times; give it a longer --time"
    else
        trap '' TERM
        scontrol requeue "$SLURM_JOB_ID" || echo "task $task: not put back; submit the same command again"
    fi
fi
exit "$status\"""".splitlines()
