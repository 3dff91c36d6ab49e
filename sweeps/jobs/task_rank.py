"""Share of a process in a sweep: as it was typed, or as the scheduler or MPI that started it says.

A share is K of N. Every process must get another K of the same N, or runs would be left out without a word: what an
environment does not say for certain is asked for, and numbers that leave gaps are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Share = tuple[int, int]
Environment = Mapping[str, str]
EXPECTED = "expected K/N with K from 0 to N - 1, such as 0/8, or auto, or auto/N"


class TaskError(ValueError):
    """A share that cannot be told; the message is one line."""


class TaskMistyped(TaskError):
    """An option that is none of the forms of a share."""


class Numbers(NamedTuple):
    """Variables that number processes: own number, how many, and for arrays the first number, the last and the step.

    ``first_number`` is where counting begins if no variable says so. ``none`` is what stands for no number.
    """

    who: str
    own: str
    size: str = ""
    first: str = ""
    last: str = ""
    step: str = ""
    first_number: int = 0
    none: str = ""


ARRAYS = (
    Numbers(
        "Slurm",
        "SLURM_ARRAY_TASK_ID",
        "SLURM_ARRAY_TASK_COUNT",
        "SLURM_ARRAY_TASK_MIN",
        "SLURM_ARRAY_TASK_MAX",
        "SLURM_ARRAY_TASK_STEP",
    ),
    Numbers("PBS", "PBS_ARRAY_INDEX"),
    Numbers("Torque", "PBS_ARRAYID"),
    Numbers(
        "Grid Engine",
        "SGE_TASK_ID",
        "",
        "SGE_TASK_FIRST",
        "SGE_TASK_LAST",
        "SGE_TASK_STEPSIZE",
        first_number=1,
        none="undefined",
    ),
    Numbers("LSF", "LSB_JOBINDEX", first_number=1, none="0"),
)
"""Tasks of an array, each a job. Slurm alone says how many there are, and only of what was submitted together."""
RANKS = (
    Numbers("Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
    Numbers("MVAPICH", "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"),
    Numbers("PMI", "PMI_RANK", "PMI_SIZE"),
    Numbers("Flux", "FLUX_TASK_RANK", "FLUX_JOB_SIZE"),
    # Not SLURM_NTASKS: the script of a job has it, too, and is one process.
    Numbers("srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"),
    Numbers("PMIx", "PMIX_RANK"),
)
"""Processes that one command started. mpirun in a job of Slurm leaves Slurm's own numbers, which count its nodes."""


def share_of(text: str | None, environment: Environment = os.environ) -> Share | None:
    """Return the share that the option ``text`` means: K/N, ``auto``, ``auto/N``; None for None.

    Raises TaskMistyped for what is none of these, TaskError where ``environment`` does not say enough.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(?:(auto)|([0-9]{1,7}))(?:/([0-9]{1,7}))?", text)
    number = int(match[3]) if match and match[3] else None
    if match is None or number == 0:
        raise TaskMistyped(f"{EXPECTED}; got '{text}'")
    if match[1]:
        return found_share(environment, number)
    if number is None or int(match[2]) >= number:
        raise TaskMistyped(f"{EXPECTED}; got '{text}'")
    return int(match[2]), number


def found_share(environment: Environment, number: int | None) -> Share:
    """Return the share of this process among all that ``environment`` tells of, ranks within the tasks of an array.

    ``number`` is how many tasks, or ranks, there are where the environment does not say.
    """
    array, rank = _numbered(ARRAYS, environment), _ranked(environment)
    if rank is not None and not rank.size and array is not None:
        raise TaskError(
            f"{rank.own} does not say how many ranks a task of the array has; give --task K/N with K and N of your own"
        )
    if array is None and rank is None:
        looked = ", ".join(numbers.own for numbers in (*ARRAYS, *RANKS))
        raise TaskError(
            f"this is no task of an array and no rank of a parallel program: none of {looked} is set;"
            " give --task K/N, or leave it out for the whole sweep"
        )
    mine, all_tasks = (0, 1) if array is None else _task(array, environment, number)
    inner, ranks = (0, 1) if rank is None else _rank(rank, environment, number if array is None else None)
    return mine * ranks + inner, all_tasks * ranks


def _numbered(known: Iterable[Numbers], environment: Environment) -> Numbers | None:
    return next((one for one in known if environment.get(one.own, "") not in ("", one.none)), None)


def _ranked(environment: Environment) -> Numbers | None:
    """Return what numbers this rank. A number without its count is none: the script of a Slurm job has such a one."""
    return _numbered((one for one in RANKS if not one.size or environment.get(one.size)), environment)


def _task(array: Numbers, environment: Environment, number: int | None) -> Share:
    own = _number(environment, array.own)
    first, last, step, count = _shape(array, environment)
    if last is not None and first is not None and count is not None:
        if last - first != step * (count - 1) or (own - first) % step or not first <= own <= last:
            raise TaskError(
                f"the array has gaps ({count} tasks from {first} to {last}, this one {own}), so that no task knows"
                " which are its runs; submit it as a range such as 0-7, or give --task K/N"
            )
        if number is None or number == count:
            return (own - first) // step, count
    if number is None:
        raise TaskError(
            f"{array.who} does not say how many tasks the array has ({array.own} is {own}); give --task auto/N with N,"
            " the number of all tasks"
        )
    start = array.first_number
    if step != 1 or own - start not in range(number) or (last is not None and last - start >= number):
        raise TaskError(
            f"--task auto/{number} needs tasks numbered {start} to {number - 1 + start}, none left out;"
            f" {array.own} is {own}"
            + ("" if last is None else f" of an array up to {last}" + (f" in steps of {step}" if step != 1 else ""))
        )
    return own - start, number


def _shape(array: Numbers, environment: Environment) -> tuple[int | None, int | None, int, int | None]:
    """Return the first number of an array, the last, the step and how many tasks it has, as far as that is said."""
    first, last, step, count = (
        _number(environment, name) if name and environment.get(name) else None
        for name in (array.first, array.last, array.step, array.size)
    )
    step = step or 1
    if count is None and first is not None and last is not None and not array.size:
        count = (last - first) // step + 1  # a scheduler whose arrays are ranges
        last = first + step * (count - 1)
    return first, last, step, count


def _rank(rank: Numbers, environment: Environment, number: int | None) -> Share:
    own = _number(environment, rank.own)
    count = _number(environment, rank.size) if rank.size else number
    if count is None:
        raise TaskError(
            f"{rank.own} is {own}, but how many ranks there are is not said; give --task auto/N with their number N"
        )
    if own >= count or (number is not None and number != count):
        raise TaskError(
            f"{rank.own} is {own} of {count} ranks" + (f", but --task auto/{number} was given" if number else "")
        )
    return own, count


def _number(environment: Environment, name: str) -> int:
    text = environment[name]
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise TaskError(f"the variable {name} must be a whole number from 0 on, got {text[:40]!r}")
    return int(text)


def one_of_several(environment: Environment = os.environ) -> str:
    """Return a note for a process that runs a whole sweep as one of several that were started together, "" for others.

    Of ranks that share a terminal the first one has it.
    """
    try:
        own, count = found_share(environment, None)
    except TaskError:
        array = _numbered(ARRAYS, environment)  # its number may be all that is known
        return _NOTE.format(f"a task of an array ({array.own} is {environment[array.own][:40]})") if array else ""
    rank = _ranked(environment)
    if count == 1 or (rank is not None and environment[rank.own] != "0"):
        return ""
    return _NOTE.format(f"process {own} of {count} that were started together")


_NOTE = "this is {}, and runs the whole sweep; if the others run the same one, '--task auto' gives each its share"
