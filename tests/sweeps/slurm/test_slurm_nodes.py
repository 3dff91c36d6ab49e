"""Sweeps on a real Slurm of three nodes (slurm_cluster.py): nodes that die, jobs put off, held or joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE, wait_until
from .slurm_cluster import NODES, SlurmCluster, hosts_missing, slurm_cluster
from .slurm_node import SlurmNode, missing
from .slurm_sweeps import TREDEGAR, Sweep, held, new_sweep, undisturbed_contents

pytestmark = [pytest.mark.slurm, pytest.mark.skipif(bool(missing()), reason=missing())]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmCluster]:
    absent = hosts_missing()
    if absent:
        pytest.skip(absent)
    with slurm_cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


@pytest.fixture(autouse=True)
def _all_nodes_are_on(cluster: SlurmCluster) -> None:
    cluster.switch_on_all()


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, str]:
    return undisturbed_contents()


@pytest.fixture
def sweep(cluster: SlurmCluster, tmp_path: Path) -> Callable[..., Sweep]:
    return lambda name="s": new_sweep(cluster.slurm, tmp_path / name)


def tasks_on(sweep: Sweep, job: str, node: str) -> list[int]:
    """The tasks of ``job`` that run on ``node``."""
    said = sweep.node.call("squeue", "--noheader", "--array", f"--jobs={job}", f"--nodelist={node}", "--format=%K")
    return sorted(int(number) for number in said.split())


def assert_finishes(sweep: Sweep, undisturbed: dict[str, str], *jobs: str) -> None:
    """All ``jobs``, the last of which verifies, end well and have written what an undisturbed sweep writes."""
    ended = sweep.node.wait(*jobs)
    assert set(ended.values()) == {"COMPLETED"}, f"{ended}\n{sweep.all_logs()}"
    assert "equal bit for bit" in sweep.log(f"{jobs[-1]}-verify"), sweep.all_logs()
    assert contents(sweep.store) == undisturbed, sweep.all_logs()


def start_again(sweep: Sweep, task: str) -> None:
    """Wait until ``task`` is in the queue again, and have it start."""
    wait_until(lambda: sweep.node.came_back(task), sweep.all_logs)
    sweep.node.start_again(task)


def test_a_node_that_dies_in_mid_array_costs_time_alone_whether_or_not_its_tasks_come_back(
    cluster, sweep, undisturbed
) -> None:
    comes_back, does_not = sweep("comes back"), sweep("does not")
    all_three = ("0/3", "1/3", "2/3")
    first, first_verify = comes_back.submit(3)
    stopped = held(comes_back, *all_three)  # before the other is sent: on a busy machine they could end while it is
    forbidding = replace(cluster.slurm, environment={**cluster.environment, "SBATCH_NO_REQUEUE": "1"})
    lasting = Sweep(forbidding, does_not.folder)
    second, second_verify = lasting.submit(3)
    stopped += held(lasting, *all_three)
    dead = next(name for name in NODES if tasks_on(comes_back, first, name) and tasks_on(lasting, second, name))
    lost, failed = tasks_on(comes_back, first, dead), tasks_on(lasting, second, dead)
    cluster.power_cut(dead)
    for process in stopped:
        if process.is_running():
            process.resume()
    wait_until(lambda: "down" in cluster.state_of(dead), lambda: cluster.state_of(dead))
    for task in lost:
        start_again(comes_back, f"{first}_{task}")
    assert_finishes(comes_back, undisturbed, first, first_verify)

    ended = lasting.node.wait(second, second_verify)
    expected = {f"{second}_{task}": "NODE_FAIL" if task in failed else "COMPLETED" for task in range(3)}
    assert ended == {**expected, second_verify: "FAILED"}, lasting.all_logs()
    said = lasting.log(f"{second_verify}-verify")
    assert "incomplete" in said, said
    assert [int(task) for task in re.findall(r"^task (\d): ", said, re.M)] == failed, said
    assert_finishes(lasting, undisturbed, *lasting.submit(3))


def test_another_number_of_tasks_and_another_engine_finish_beside_the_old_array(sweep, undisturbed) -> None:
    small = sweep()
    old = small.submit(3)
    stopped = held(small, "0/3", "1/3", "2/3")
    new = small.submit(2, engine="numba")
    assert_finishes(small, undisturbed, *new)
    for process in stopped:
        process.resume()
    assert_finishes(small, undisturbed, *old)


def test_tasks_that_a_more_urgent_job_displaces_go_on_after_it(sweep, undisturbed) -> None:
    small = sweep()
    job, verify = small.submit(2)
    held(small, "0/2", "1/2")
    words = ("--parsable", "--partition=urgent", "--nodes=3", "--ntasks-per-node=2", "--output=/dev/null")
    urgent = small.node.call("sbatch", *words, "--wrap=true", cwd=small.folder).strip()
    assert set(small.node.wait(urgent).values()) == {"COMPLETED"}
    for task in range(2):
        start_again(small, f"{job}_{task}")
    assert_finishes(small, undisturbed, job, verify)
    assert "told to stop (cancelled)" in small.log(f"{job}_0"), small.all_logs()


def test_tasks_that_are_put_back_into_the_queue_and_held_there_go_on_when_they_are_released(sweep, undisturbed) -> None:
    small = sweep()
    job, verify = small.submit(2)
    held(small, "0/2", "1/2")
    small.node.call("scontrol", "requeue", f"{job}_0")
    small.node.call("scontrol", "requeuehold", f"{job}_1")
    start_again(small, f"{job}_0")
    wait_until(lambda: small.node.states(job)[f"{job}_0"] == "COMPLETED", small.all_logs)
    wait_until(lambda: small.node.came_back(f"{job}_1"), small.all_logs)
    assert small.node.facts(f"{job}_1")["Reason"].startswith("job_requeued_in_held_state"), small.node.facts(job)
    assert small.node.states(verify) == {verify: "PENDING"}
    small.node.call("scontrol", "release", f"{job}_1")
    small.node.start_again(f"{job}_1")
    assert_finishes(small, undisturbed, job, verify)


def test_an_array_held_from_the_start_or_in_the_middle_goes_on_when_it_is_released(sweep, undisturbed) -> None:
    small = sweep()
    job, verify = small.submit(3, "--directive=--hold", "--array-limit", "1")
    assert small.node.facts(job)["Reason"] == "JobHeldUser"
    small.node.call("scontrol", "release", f"{job},{verify}")  # a directive is for both
    (first,) = held(small, "0/3")
    small.node.call("scontrol", "hold", f"{job}_[1-2]")
    first.resume()
    wait_until(lambda: small.node.states(job)[f"{job}_0"] == "COMPLETED", small.all_logs)
    assert small.node.states(verify) == {verify: "PENDING"}
    assert not small.done(1)
    small.node.call("scontrol", "release", f"{job}_[1-2]")
    assert_finishes(small, undisturbed, job, verify)


def test_a_driver_with_workers_on_other_nodes_finishes_when_one_of_these_dies(cluster, sweep, undisturbed) -> None:
    small = sweep()
    words = ("submit", "spec.toml", "--out", "s.zarr", "--cluster", "slurm", "--engine", "numpy", "--tasks", "3")
    dask = ("--memory", "500M", "--dask", "--here", "--interface", "eth0", "--directive=--exclusive")
    command = small.node.words(*TREDEGAR, *words, *dask, cwd=small.folder)
    said = (small.folder / "driver.log").read_text
    with (small.folder / "driver.log").open("w") as log:
        outer = psutil.Popen(command, env=dict(small.node.environment), stdout=log, stderr=log)
    wait_until(lambda: small.done(2) or outer.poll() is not None, said)
    assert outer.poll() is None, f"the driver ended: {said()}"
    (driver,) = outer.children()  # on its own host
    driver.suspend()  # it holds the scheduler: what workers have begun they finish, and get nothing more
    workers = nodes_with_jobs(small.node)
    assert not all(small.done(batch) for batch in range(15)), f"the sweep had ended before a node died: {said()}"
    cluster.power_cut(workers[-1])
    driver.resume()
    outer.resume()  # "nsenter" stops when its child does
    assert outer.wait(PATIENCE) == 0, said()
    assert contents(small.store) == undisturbed
    assert list((small.folder / "tredegar-logs").glob(".dask*")) == []


def nodes_with_jobs(slurm: SlurmNode) -> list[str]:
    """The nodes on which jobs run, as often as they do."""
    return slurm.call("squeue", "--noheader", "--states=RUNNING", "--format=%N").split()
