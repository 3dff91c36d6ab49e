"""Shares of a sweep that a scheduler or MPI numbers: every process has another one, and together they are the whole."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tredegar.sweeps.jobs.task_rank import TaskError, one_of_several, share_of
from tredegar.sweeps.store.store import SweepStore

from ...support.sweep_cases import SMALL
from ...support.waiting import PATIENCE

TREDEGAR = [sys.executable, "-m", "tredegar.cli.entry"]
Environments = list[dict[str, str]]


def slurm_array(ids: list[int], step: int = 1) -> Environments:
    """What tasks of Slurm see: step is the one of a range, and 1 for a list (Slurm 22.05)."""
    shape = {"COUNT": len(ids), "MIN": min(ids), "MAX": max(ids), "STEP": step}
    return [
        {"SLURM_ARRAY_TASK_ID": str(one), **{f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in shape.items()}}
        # The script of a job has these as well; it is one process.
        | {"SLURM_PROCID": "0", "SLURM_NTASKS": "4"}
        for one in ids
    ]


def ranks(own: str, count: str, number: int) -> Environments:
    return [{own: str(rank), count: str(number)} for rank in range(number)]


def crossed(first: Environments, second: Environments) -> Environments:
    return [{**one, **other} for one in first for other in second]


SRUN = ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS")
WHOLE: dict[str, tuple[str, Environments]] = {
    "an array of Slurm": ("auto", slurm_array([0, 1, 2, 3])),
    "an array of one": ("auto", slurm_array([5])),
    "an array that begins with 1": ("auto", slurm_array([1, 2, 3])),
    "an array in steps": ("auto", slurm_array([0, 4, 8], step=4)),
    "an array with its number": ("auto/3", slurm_array([1, 2, 3])),
    "two halves of an array": ("auto/6", slurm_array([0, 1, 2]) + slurm_array([3, 4, 5])),
    "an array of PBS": ("auto/3", [{"PBS_ARRAY_INDEX": str(one)} for one in range(3)]),
    "an array of Torque": ("auto/3", [{"PBS_ARRAYID": str(one)} for one in range(3)]),
    "an array of LSF": ("auto/3", [{"LSB_JOBINDEX": str(one)} for one in (1, 2, 3)]),
    "an array of Grid Engine": (
        "auto",
        [
            {"SGE_TASK_ID": str(one), "SGE_TASK_FIRST": "2", "SGE_TASK_LAST": "9", "SGE_TASK_STEPSIZE": "3"}
            for one in (2, 5, 8)
        ],
    ),
    "ranks of srun": ("auto", ranks(*SRUN, 3)),
    "ranks of Open MPI": ("auto", ranks("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", 3)),
    "ranks of PMI": ("auto", ranks("PMI_RANK", "PMI_SIZE", 2)),
    "ranks of MVAPICH": ("auto", ranks("MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE", 2)),
    "ranks of Flux": ("auto", ranks("FLUX_TASK_RANK", "FLUX_JOB_SIZE", 2)),
    "ranks of PMIx": ("auto/3", [{"PMIX_RANK": str(one)} for one in range(3)]),
    "ranks of PMIx in the script of a job": ("auto/2", [{"PMIX_RANK": str(r), "SLURM_PROCID": "0"} for r in range(2)]),
    "ranks of srun in an array": ("auto", crossed(slurm_array([0, 1, 2]), ranks(*SRUN, 2))),
    "ranks of Open MPI on nodes of srun": (
        "auto",
        [
            {"OMPI_COMM_WORLD_RANK": str(rank), "OMPI_COMM_WORLD_SIZE": "4", SRUN[0]: str(rank // 2), SRUN[1]: "2"}
            for rank in range(4)
        ],
    ),
    "ranks of PMI in an array of PBS": (
        "auto/2",
        crossed([{"PBS_ARRAY_INDEX": str(one)} for one in range(2)], ranks("PMI_RANK", "PMI_SIZE", 3)),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_shares_are_the_whole_sweep_and_no_two_are_the_same(name: str) -> None:
    text, environments = WHOLE[name]
    shares = [share_of(text, environment) for environment in environments]
    assert sorted(shares) == [(own, len(environments)) for own in range(len(environments))]


@pytest.mark.parametrize("ids", [[0, 3, 7], [1, 2, 4, 6], [3, 7], [0, 1, 2, 9]])
def test_an_array_with_gaps_is_refused_by_every_task(ids: list[int]) -> None:
    for environment in slurm_array(ids):
        with pytest.raises(TaskError, match="the array has gaps"):
            share_of("auto", environment)


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("auto", {}, "none of SLURM_ARRAY_TASK_ID, PBS_ARRAY_INDEX"),
    ("auto/4", {}, "no task of an array and no rank"),
    ("auto", {"SLURM_PROCID": "0", "SLURM_NTASKS": "4"}, "no task of an array and no rank"),
    ("auto", {"SGE_TASK_ID": "undefined"}, "no task of an array and no rank"),
    ("auto", {"LSB_JOBINDEX": "0"}, "no task of an array and no rank"),
    ("auto", {"PBS_ARRAY_INDEX": "3"}, "give --task auto/N with N, the number of all tasks"),
    ("auto", {"PBS_ARRAYID": "3"}, "Torque does not say how many"),
    ("auto", {"SLURM_ARRAY_TASK_ID": "3"}, "Slurm does not say how many"),
    ("auto", {"PMIX_RANK": "1"}, "give --task auto/N with their number N"),
    ("auto/2", {"PMIX_RANK": "1", "PBS_ARRAY_INDEX": "0"}, "does not say how many ranks a task of the array has"),
    ("auto/3", {"PBS_ARRAY_INDEX": "3"}, "needs tasks numbered 0 to 2, none left out; PBS_ARRAY_INDEX is 3"),
    ("auto/3", {"LSB_JOBINDEX": "4"}, "needs tasks numbered 1 to 3"),
    ("auto/9", slurm_array([0, 4, 8], step=4)[1], "an array up to 8 in steps of 4"),
    ("auto/3", slurm_array([1, 2, 3, 4])[0], "SLURM_ARRAY_TASK_ID is 1 of an array up to 4"),
    ("auto/3", {"PMI_RANK": "0", "PMI_SIZE": "4"}, "PMI_RANK is 0 of 4 ranks, but --task auto/3 was given"),
    ("auto", {"PMI_RANK": "4", "PMI_SIZE": "4"}, "PMI_RANK is 4 of 4 ranks"),
    ("auto", {"PMI_RANK": "-1", "PMI_SIZE": "4"}, "PMI_RANK must be a whole number from 0 on, got '-1'"),
    ("auto", {"PMI_RANK": "1", "PMI_SIZE": "four\n"}, "PMI_SIZE must be a whole number"),
    ("auto/4", {"PBS_ARRAY_INDEX": "1_0"}, "PBS_ARRAY_INDEX must be a whole number"),
    ("auto/0", {"PBS_ARRAY_INDEX": "1"}, "expected K/N"),
    ("auto/x", {"PBS_ARRAY_INDEX": "1"}, "expected K/N"),
    ("AUTO", {}, "expected K/N"),
    ("3", {}, "expected K/N"),
    ("3/3", {}, "expected K/N"),
    ("", {}, "expected K/N"),
]


@pytest.mark.parametrize(("text", "environment", "message"), REFUSED)
def test_a_share_that_cannot_be_told_is_refused_in_one_line(
    text: str, environment: Mapping[str, str], message: str
) -> None:
    with pytest.raises(TaskError) as refusal:
        share_of(text, environment)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_share_that_was_typed_asks_no_environment() -> None:
    assert share_of("3/8", {"SLURM_ARRAY_TASK_ID": "nonsense"}) == (3, 8)
    assert share_of(None, slurm_array([0, 1])[0]) is None


def test_one_of_several_processes_of_a_whole_sweep_is_told_so() -> None:
    assert "process 0 of 3" in one_of_several(ranks(*SRUN, 3)[0])
    assert one_of_several(ranks(*SRUN, 3)[1]) == ""
    assert "process 1 of 4" in one_of_several(slurm_array([0, 1, 2, 3])[1])
    assert "PBS_ARRAY_INDEX is 2" in one_of_several({"PBS_ARRAY_INDEX": "2"})
    assert "SLURM_ARRAY_TASK_ID is 3" in one_of_several(slurm_array([0, 3, 7])[1])
    assert one_of_several(slurm_array([4])[0]) == one_of_several(ranks(*SRUN, 1)[0]) == one_of_several({}) == ""


def without_numbers() -> Iterator[tuple[str, str]]:
    """The environment of this process without what a scheduler may have put there."""
    return ((name, value) for name, value in os.environ.items() if "RANK" not in name and "SLURM" not in name)


def swept(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    (folder / "s.toml").write_text(SMALL)
    given = ["sweep", "s.toml", "--out", "s.zarr", "--engine", "numpy", *words]
    environment = {**dict(without_numbers()), **variables}
    return subprocess.run(
        [*TREDEGAR, *given], cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.processes
def test_ranks_of_a_parallel_program_share_a_sweep(tmp_path: Path) -> None:
    shares = [swept(tmp_path, "--task", "auto", **environment) for environment in ranks(*SRUN, 2)]
    assert [done.returncode for done in shares] == [0, 0], [done.stderr for done in shares]
    computed = [int(done.stdout.split("computed ")[1].split(" ")[0]) for done in shares]
    assert sum(computed) == 75
    assert 0 < computed[0] < 75
    assert SweepStore(tmp_path / "s.zarr").read_status().all()


@pytest.mark.processes
def test_processes_that_each_run_the_whole_sweep_are_told_and_go_on(tmp_path: Path) -> None:
    first, second = (swept(tmp_path, "--workers", "0", **environment) for environment in ranks(*SRUN, 2))
    assert [first.returncode, second.returncode] == [0, 0]
    assert first.stderr.count("note: this is process 0 of 2") == 1
    assert "'--task auto' gives each its share" in first.stderr
    assert "note:" not in second.stderr


def test_where_nothing_numbers_processes_an_automatic_share_is_refused_in_one_line(tmp_path: Path) -> None:
    done = swept(tmp_path, "--task", "auto")
    assert done.returncode == 1
    assert done.stderr.startswith("error: this is no task of an array")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "s.zarr").exists()
