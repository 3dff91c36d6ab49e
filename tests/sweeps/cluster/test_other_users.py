"""A sweep on a machine with other users: none of them reaches its scheduler, its workers or what these know."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import LocalCluster

from tredegar.sweeps.run.runner import complete_sweep
from tredegar.sweeps.spec.spec import Spec

from ...support.sweep_cases import contents
from ...support.waiting import PATIENCE, wait_until, wait_while_it_runs
from ..run.test_sweep_killed import SEVERAL, allow, started_sweep
from .listeners import family, internet_sockets, unix_sockets

pytestmark = pytest.mark.processes

NOBODY = 65534
SERVERS = 5
"""A scheduler, two nannies and two workers: each listens once, and nothing else does."""
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")


@dataclass(frozen=True, slots=True)
class Running:
    """A sweep by two workers, held after its first batch."""

    process: subprocess.Popen[str]
    folder: Path
    temporary: Path

    @property
    def members(self) -> list[psutil.Process]:
        return family([psutil.Process(self.process.pid)])

    @property
    def target(self) -> dict[str, list[Any]]:
        """What there is to attack."""
        members = self.members
        mapped = {part.path for member in members for part in member.memory_maps()}
        here = psutil.Process(self.process.pid)
        return {
            "sockets": internet_sockets(members),
            "schedulers": internet_sockets([here]),
            "names": unix_sockets(members),
            "private": [str(path) for path in self.temporary.iterdir() if path.is_dir()],
            "shared": [str(self.temporary)],
            "files": [path for path in mapped if path.startswith("/dev/shm/") and Path(path).exists()],
            "processes": [member.pid for member in members],
        }


@pytest.fixture(scope="module")
def temporary() -> Iterator[Path]:
    """A folder for temporary files as a machine has one for all its users."""
    with tempfile.TemporaryDirectory(dir="/tmp", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, temporary: Path) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("sweep")
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TMPDIR", str(temporary))
            process = stack.enter_context(started_sweep(folder, "--workers", "2", allowed=1))
        sweep = Running(process, folder, temporary)
        wait_while_it_runs(process, (folder / "held").exists)
        wait_until(lambda: len(internet_sockets(sweep.members)) >= SERVERS)
        yield sweep


def intrude(target: dict[str, list[Any]], user: int) -> dict[str, Any]:
    """Have ``user`` try; return how much was tried and what came of it."""
    command = [sys.executable, str(Path(__file__).with_name("intruder.py")), str(user)]
    done = subprocess.run(command, input=json.dumps(target), capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def network(target: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """``target`` without what belongs to the user whose sweep it is."""
    kept = {"sockets", "schedulers"}
    return {name: found if name in kept else [] for name, found in target.items()}


def test_scheduler_nannies_and_workers_listen_on_the_loopback_and_nothing_else_does(running: Running) -> None:
    target = running.target
    assert [address for address, _ in target["sockets"]] == ["127.0.0.1"] * SERVERS
    assert target["names"] == []


def test_whoever_lacks_the_certificate_of_the_sweep_is_refused_be_it_the_same_user(running: Running) -> None:
    result = intrude(network(running.target), os.getuid())
    assert result["got"] == {}
    assert result["tried"] >= 3 * SERVERS


@needs_root
def test_another_user_gets_into_no_connection_folder_or_process_and_finds_no_key(running: Running) -> None:
    target = running.target
    assert target["private"] != []
    result = intrude(target, NOBODY)
    assert result["got"] == {}
    assert result["tried"] > 3 * SERVERS + 4 * len(target["processes"])


def test_the_command_and_environment_of_no_process_hold_a_key(running: Running) -> None:
    said = [" ".join((*each.cmdline(), *each.environ().values())) for each in running.members]
    assert len(said) >= 3
    assert [words for words in said if "PRIVATE KEY" in words] == []


def test_a_sweep_that_was_attacked_is_finished_to_the_same_bytes(running: Running, tmp_path: Path) -> None:
    allow(running.folder, 99)
    said, errors = running.process.communicate(timeout=PATIENCE)
    assert running.process.returncode == 0, said + errors
    assert "SSL" not in errors
    complete_sweep(Spec.from_text(SEVERAL), tmp_path / "undisturbed.zarr", workers=0, engine="numpy")
    assert contents(running.folder / "s.zarr") == contents(tmp_path / "undisturbed.zarr")
    assert list(running.temporary.iterdir()) == []


@needs_root
def test_the_intruder_of_these_tests_gets_what_is_open(temporary: Path) -> None:
    """Its failures above are refusals: a cluster of Dask without certificates runs its code."""
    (temporary / "left.pem").write_text("-----BEGIN PRIVATE KEY-----")
    on_loopback = {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
    with LocalCluster(n_workers=1, threads_per_worker=1, **on_loopback) as cluster:
        here = psutil.Process()
        sockets = internet_sockets(family([here]))
        port = int(cluster.scheduler_address.split(":")[-1])
        target = {"sockets": sockets, "schedulers": [("127.0.0.1", port)], "shared": [str(temporary)]}
        rest = dict.fromkeys(("names", "private", "files", "processes"), ())
        got = intrude({**rest, **target}, NOBODY)["got"]
    assert got.pop(f"a client of Dask at {port}") == f"runs code as user {os.getuid()}"
    assert got.pop(f"a key in {temporary}") == str(temporary / "left.pem")
    assert set(got) == {f"a plain connection to {port}" for _, port in sockets}
    assert any("HTTP" in said for said in got.values())
    (temporary / "left.pem").unlink()
