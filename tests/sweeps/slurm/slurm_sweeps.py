"""A sweep for tests on Slurm, how it is sent, and the processes of its tasks."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec

from ...support.sweep_cases import contents
from ...support.waiting import wait_until
from .slurm_node import SlurmNode

SPEC = """
name = "on Slurm"
seed = 5
months = 120
replicates = 4
[country]
trusts = 20
clinicians = 20
[design]
method = "latin-hypercube"
points = 15
[vary]
real_control = [0.0, 1.0]
mandate_detail = [0.0, 1.0]
[record]
outcomes = ["quality", "true_access"]
every = 12
"""
TREDEGAR = (sys.executable, "-m", "tredegar.cli.entry")


@cache
def undisturbed_contents() -> dict[str, str]:
    """What a store of the sweep holds that one process wrote without interruption."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "s.zarr"
        assert complete_sweep(Spec.from_text(SPEC), path, workers=0, engine="numpy").complete
        return contents(path)


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A sweep that lives in ``folder`` and is sent to ``node``."""

    node: SlurmNode
    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "s.zarr"

    def submit(self, tasks: int, *words: str, engine: str = "numpy") -> tuple[str, str]:
        """Send it; return the numbers of the job that sweeps and of the one that verifies."""
        given = ("submit", "spec.toml", "--out", "s.zarr", "--cluster", "slurm", "--engine", engine)
        said = self.node.call(*TREDEGAR, *given, "--tasks", str(tasks), "--submit", *words, cwd=self.folder)
        found = re.search(r"queued job (\d+) .* then (\d+) to verify", said)
        assert found is not None, said
        return found[1], found[2]

    def done(self, batch: int) -> bool:
        return (self.store / "status" / f"c.{batch}.0").exists()

    def log(self, name: str) -> str:
        path = self.folder / "tredegar-logs" / f"on-Slurm-{name}.log"
        return path.read_text() if path.exists() else ""

    def all_logs(self) -> str:
        """Everything that its jobs and their Slurm have said, for whoever must find out why a test failed."""
        paths = [*sorted((self.folder / "tredegar-logs").glob("*.log")), *sorted(self.node.folder.glob("*.log"))]
        return "\n".join(f"== {path}\n{path.read_text(errors='replace')}" for path in paths)


def new_sweep(node: SlurmNode, folder: Path) -> Sweep:
    """A sweep in the new ``folder`` that nobody has sent yet."""
    folder.mkdir()
    (folder / "spec.toml").write_text(SPEC)
    return Sweep(node, folder)


def process_of(sweep: Sweep, task: str) -> psutil.Process:
    """The process of one task once it has written its first batch."""
    found: list[psutil.Process] = []

    def started() -> bool:
        found.extend(processes_of(sweep, task))
        return bool(found)

    wait_until(started, lambda: f"task {task} did not start: {sweep.all_logs()}")
    first = int(task.split("/")[0])
    wait_until(lambda: sweep.done(first), lambda: f"task {task} wrote nothing: {sweep.all_logs()}")
    assert found[-1].is_running(), f"task {task} has ended already: {sweep.all_logs()}"
    return found[-1]


def held(sweep: Sweep, *tasks: str) -> list[psutil.Process]:
    """The processes of ``tasks``, each stopped once it has written its first batch, before it has written its last."""
    found: dict[str, psutil.Process] = {}
    stopped: set[str] = set()

    def all_stopped() -> bool:
        for task in tasks:
            if task not in found:
                found.update((task, process) for process in processes_of(sweep, task))
            elif task not in stopped and sweep.done(int(task.split("/")[0])):
                found[task].suspend()
                stopped.add(task)
            ended = task in found and task not in stopped and not found[task].is_running()
            assert not ended, f"task {task} has ended already: {sweep.all_logs()}"
        return len(stopped) == len(tasks)

    wait_until(all_stopped, lambda: f"of {tasks} only {stopped} were stopped: {sweep.all_logs()}")
    return list(found.values())


def processes_of(sweep: Sweep, task: str) -> Iterator[psutil.Process]:
    """The processes that compute ``task``: none, or one."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if words[-1:] == [task] and str(sweep.store) in words and "python" in Path(words[0]).name:
            yield process
