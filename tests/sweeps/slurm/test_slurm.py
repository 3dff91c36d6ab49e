"""Sweeps on a real Slurm of one node (slurm_node.py): what befalls them costs time and changes no byte."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ...support.places import ROOT
from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE, wait_until
from ..cluster.tls_check import plain_listeners
from .slurm_node import SlurmNode, missing, slurm_node
from .slurm_sweeps import TREDEGAR, Sweep, new_sweep, process_of, undisturbed_contents

pytestmark = [pytest.mark.slurm, pytest.mark.skipif(bool(missing()), reason=missing())]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmNode]:
    with slurm_node(tmp_path_factory.mktemp("slurm")) as started:
        yield started


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, str]:
    return undisturbed_contents()


@pytest.fixture
def sweep(node: SlurmNode, tmp_path: Path) -> Callable[..., Sweep]:
    return lambda name="s": new_sweep(node, tmp_path / name)


def test_killed_and_cancelled_tasks_lose_nothing_and_another_number_of_tasks_finishes(sweep, undisturbed) -> None:
    small = sweep("it's $(a) folder")
    job, verify = small.submit(4)
    process_of(small, "1/4").kill()
    process_of(small, "2/4").suspend()
    small.node.call("scancel", f"{job}_2")
    ended = small.node.wait(job, verify)
    expected = {f"{job}_0": "COMPLETED", f"{job}_1": "FAILED", f"{job}_2": "CANCELLED", f"{job}_3": "COMPLETED"}
    assert ended == {**expected, verify: "FAILED"}
    assert small.node.facts(verify)["ExitCode"] == "3:0"
    said = small.log(f"{verify}-verify")
    assert "incomplete" in said
    assert re.findall(r"^task (\d): ", said, re.M) == ["1", "2"]
    assert small.log(f"{job}_1").splitlines()[-1] == "task 1: exit status 137"
    assert "task 1: task 1: exit status 137" in said
    assert "exit status 0" in small.log(f"{job}_3")

    again, verify = small.submit(3)
    ended = small.node.wait(again, verify)
    assert set(ended.values()) == {"COMPLETED"}
    assert "equal bit for bit" in small.log(f"{verify}-verify")
    assert contents(small.store) == undisturbed


def test_at_the_walltime_a_batch_is_finished_or_dropped_and_the_task_comes_back(sweep, undisturbed) -> None:
    """Slurm itself gives the notice: the limits of both jobs are cut so that it is due at once."""
    drops, finishes = sweep("drops"), sweep("finishes")
    jobs, processes = {}, {}
    for each, notice in ((drops, 31), (finishes, 90)):
        # One is held before the other is sent: on a busy machine it could end while the other is being sent.
        jobs[each] = each.submit(1, f"--notice={notice}")
        processes[each] = process_of(each, "0/1")
        processes[each].suspend()
    for each, minutes in ((drops, 1), (finishes, 2)):
        each.node.call("scontrol", "update", f"JobId={jobs[each][0]}", f"TimeLimit={minutes}")
    logs = {each: f"{jobs[each][0]}_0" for each in jobs}
    told = "told to stop (time)"
    wait_until(lambda: told in finishes.log(logs[finishes]), lambda: finishes.log(logs[finishes]))
    processes[finishes].resume()
    for each, (job, _) in jobs.items():
        wait_until(lambda: each.node.came_back(job), lambda: each.all_logs())  # noqa: B023
        each.node.start_again(job, "TimeLimit=60")
    for each, (job, verify) in jobs.items():
        ended = each.node.wait(job, verify)
        assert set(ended.values()) == {"COMPLETED"}, f"{ended}\n{each.all_logs()}"
        assert "equal bit for bit" in each.log(f"{verify}-verify"), each.all_logs()
        assert contents(each.store) == undisturbed, each.all_logs()
    assert "the batch in work is dropped" in drops.log(logs[drops]), drops.all_logs()
    assert "exit status 3, stopped: time" in finishes.log(logs[finishes]), finishes.all_logs()


def test_each_task_has_a_gpu_of_its_own(sweep, undisturbed) -> None:
    small = sweep()
    (small.folder / "gpu.sh").write_text('echo "gpu $CUDA_VISIBLE_DEVICES"; sleep 5\n')
    job, verify = small.submit(2, "--gpus", "1", "--setup", "gpu.sh")
    assert set(small.node.wait(job, verify).values()) == {"COMPLETED"}
    seen = [re.findall(r"^gpu (.*)$", small.log(f"{job}_{task}"), re.M) for task in range(2)]
    assert sorted(seen) == [["0"], ["1"]]
    assert contents(small.store) == undisturbed


def test_dask_workers_on_slurm_speak_tls_alone_and_the_death_of_one_changes_nothing(sweep, undisturbed) -> None:
    small = sweep()
    words = ("submit", "spec.toml", "--out", "s.zarr", "--cluster", "slurm", "--engine", "numpy", "--tasks", "2")
    environment = dict(small.node.environment)
    with psutil.Popen(
        [*TREDEGAR, *words, "--memory", "500M", "--dask", "--here"], cwd=small.folder, env=environment
    ) as driver:
        wait_until(lambda: small.done(2), lambda: f"nothing was done; the driver: {driver.poll()}")
        workers = [job.split()[0] for job in small.node.call("squeue", "--noheader", "--format=%i").splitlines()]
        assert plain_listeners([driver, *dask_workers(small.folder)]) == []
        keys = list((small.folder / "tredegar-logs").glob(".dask*key*"))
        assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
        small.node.call("scancel", "--full", "--signal=KILL", workers[0])
        assert driver.wait(PATIENCE) == 0
    assert contents(small.store) == undisturbed
    assert list((small.folder / "tredegar-logs").glob(".dask*")) == []


def test_the_first_job_in_five_commands_as_the_page_for_cluster_users_has_it(node, tmp_path) -> None:
    """All but the first, which installs: here Tredegar is installed already."""
    page = (ROOT / "docs" / "hpc.md").read_text()
    commands = page.split("```\n")[1].splitlines()
    assert len(commands) == 5
    assert commands[0].endswith(". env/bin/activate")
    path = f"{Path(sys.executable).parent}:{node.environment['PATH']}"
    here = SlurmNode(node.folder, {**node.environment, "PATH": path})
    said = [here.call("bash", "-c", command, cwd=tmp_path) for command in commands[1:4]]
    found = re.search(r"queued job (\d+) .* then (\d+) to verify", said[2])
    assert found is not None, said
    assert "256" in said[1]
    ended = node.wait(found[1], found[2])
    assert set(ended.values()) == {"COMPLETED"}, (ended, said)
    assert len(ended) == 21
    assert "complete" in here.call("bash", "-c", commands[4], cwd=tmp_path).splitlines()[-1]


def test_workers_that_slurm_would_refuse_are_refused_at_once_in_its_own_words(sweep) -> None:
    small = sweep()
    words = ("submit", "spec.toml", "--out", "s.zarr", "--cluster", "slurm", "--tasks", "2", "--partition", "none-such")
    with psutil.Popen(
        [*TREDEGAR, *words, "--memory", "500M", "--dask", "--here"],
        cwd=small.folder,
        env=dict(small.node.environment),
        stderr=subprocess.PIPE,
        text=True,
    ) as driver:
        _, said = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 1
    assert "sbatch would not queue the workers" in said
    assert "invalid partition" in said


def dask_workers(folder: Path) -> list[psutil.Process]:
    """The processes of the Dask workers that were started in ``folder``."""
    found = [process for process in psutil.process_iter(["cmdline", "cwd"]) if process.info["cwd"] == str(folder)]
    return [process for process in found if "distributed.cli.dask_worker" in (process.info["cmdline"] or [])]


def test_a_driver_in_a_job_of_its_own_has_one_worker_on_each_gpu(sweep, undisturbed) -> None:
    small = sweep()
    (small.folder / "gpu.sh").write_text('echo "gpu $CUDA_VISIBLE_DEVICES"\n')
    resources = ("--memory", "500M", "--gpus", "1", "--setup", "gpu.sh", "--interface", "lo")
    job, verify = small.submit(2, "--dask", *resources)
    assert set(small.node.wait(job, verify).values()) == {"COMPLETED"}
    outputs = [path.read_text() for path in (small.folder / "tredegar-logs").glob("worker-*.out")]
    assert sorted(re.findall(r"^gpu (.*)$", "\n".join(outputs), re.M)) == ["0", "1"]
    assert contents(small.store) == undisturbed
