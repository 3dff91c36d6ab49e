"""Workers of this machine beside what a user has set: neither is disturbed by the other."""

from __future__ import annotations

import logging
import multiprocessing
import os
import subprocess
import sys
import tempfile
from multiprocessing import spawn
from pathlib import Path
from types import ModuleType

import dask
import pytest
from distributed import Client, LocalCluster
from distributed.security import Security

from tredegar.sweeps.cluster import processes
from tredegar.sweeps.cluster.certificates import made_for_one_sweep
from tredegar.sweeps.cluster.local import SET_BY_DASK, local_workers
from tredegar.sweeps.cluster.slurm import SCRATCH
from tredegar.sweeps.run.runner import complete_sweep

from ...support.fake_model import simulate
from ...support.sweep_cases import contents, small_spec
from ...support.waiting import PATIENCE
from ..run.test_sweep import by_value

pytestmark = pytest.mark.processes

FOR_OTHER_CLUSTERS = {
    "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "False",
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE": "nowhere.pem",
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT": "nowhere.pem",
    "DASK_DISTRIBUTED__COMM__TLS__WORKER__KEY": "nowhere.pem",
    "DASK_DISTRIBUTED__COMM__TLS__CIPHERS": "ECDHE-RSA-AES128-GCM-SHA256",
    "DASK_DISTRIBUTED__COMM__TLS__MAX_VERSION": "1.2",
    "DASK_DISTRIBUTED__COMM__DEFAULT_SCHEME": "tcp",
    "DASK_DISTRIBUTED__SCHEDULER__CONTACT_ADDRESS": "tcp://10.255.255.1:8786",
    "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "fork",
    "DASK_SCHEDULER_ADDRESS": "tcp://10.255.255.1:8786",
    "DASK_TEMPORARY_DIRECTORY": "/nowhere",
}
"""What a user may have set for a cluster elsewhere."""


def test_settings_for_other_clusters_do_not_reach_the_workers_of_a_sweep(tmp_path: Path, root: Path) -> None:
    code = (
        "from distributed import Client\nfrom tredegar.sweeps.cluster.local import local_workers\n"
        "with local_workers(1) as cluster, Client(cluster, set_as_default=False) as client:\n"
        "    print(client.submit(pow, 2, 5).result(), cluster.scheduler_address, *client.nthreads())\n"
    )
    environment = {**os.environ, **FOR_OTHER_CLUSTERS}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    result, *addresses = done.stdout.split()
    assert result == "32"
    assert [address.rpartition(":")[0] for address in addresses] == ["tls://127.0.0.1"] * 2


def test_nothing_that_the_workers_of_a_sweep_need_stays_set_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    places, config = list(sys.path), dask.config.collect()
    before, mine = {name: os.environ.get(name) for name in SET_BY_DASK}, dict(dask.config.config)
    with local_workers(1):
        assert os.environ["NUMBA_NUM_THREADS"] == "1"
    assert {name: os.environ.get(name) for name in SET_BY_DASK} == before
    assert dask.config.config == mine
    assert dask.config.collect() == config
    assert sys.path == places


@pytest.mark.parametrize("as_address", [False, True])
def test_a_scheduler_of_ones_own_keeps_its_own_certificates(tmp_path: Path, as_address: bool) -> None:
    """As an object it brings them along, by its address they are those of Dask's configuration."""
    own = Security.temporary()
    (tmp_path / "own.pem").write_text(own.tls_ca_file)
    (tmp_path / "key.pem").write_text(own.tls_client_key)
    names = {"distributed.comm.tls.ca-file": "own.pem", "distributed.comm.require-encryption": True}
    names |= {"distributed.comm.tls.client.cert": "own.pem", "distributed.comm.tls.client.key": "key.pem"}
    settings = {name: str(tmp_path / value) if isinstance(value, str) else value for name, value in names.items()}
    kept = {"simulate": by_value(simulate), "points_per_batch": 25}
    with (
        LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            dashboard_address="127.0.0.1:0",
            security=own,
            silence_logs=logging.CRITICAL,
        ) as cluster,
        dask.config.set(settings if as_address else {}),
    ):
        before = dict(dask.config.get("distributed.comm"))
        scheduler = cluster.scheduler_address if as_address else cluster
        assert complete_sweep(small_spec(), tmp_path / "s.zarr", scheduler=scheduler, **kept).complete
        assert dask.config.get("distributed.comm") == before
    assert cluster.scheduler_address.startswith("tls://")
    complete_sweep(small_spec(), tmp_path / "alone.zarr", workers=0, simulate=simulate, points_per_batch=25)
    assert contents(tmp_path / "s.zarr") == contents(tmp_path / "alone.zarr")


def test_a_model_that_the_workers_cannot_load_stops_the_sweep_and_says_what_is_missing(tmp_path: Path) -> None:
    """Dask itself would close every worker that is sent it, and say nothing."""
    with Module("only_here") as model:
        summary = complete_sweep(small_spec(), tmp_path / "s.zarr", workers=1, simulate=model.simulate)
    assert summary.stopped == "No module named 'only_here'"
    assert summary.counts.missing == 75


class Module:
    """A module that this process has and no other, with a model in it."""

    def __init__(self, name: str) -> None:
        self.module = ModuleType(name)
        exec("def simulate(*points, **others):\n    raise AssertionError", vars(self.module))

    def __enter__(self) -> ModuleType:
        sys.modules[self.module.__name__] = self.module
        return self.module

    def __exit__(self, *words: object) -> None:
        del sys.modules[self.module.__name__]


def test_the_folders_of_scheduler_and_workers_are_those_of_the_sweep_alone() -> None:
    """Python looks for modules in them first; in Dask's own place anybody could have put some."""
    before = list(sys.path)
    with local_workers(1) as cluster, Client(cluster, set_as_default=False) as client:
        (worker,) = client.run(lambda dask_worker: dask_worker.local_directory).values()
        places = {Path(worker), Path(cluster.scheduler.local_directory), *map(Path, set(sys.path) - set(before))}
        (private,) = {place.relative_to(tempfile.gettempdir()).parts[0] for place in places}
        assert private.startswith("tredegar-")
        private = Path(tempfile.gettempdir(), private)
        assert private.stat().st_mode & 0o777 == 0o700
        assert len(places) > 2
    assert not private.exists()


def test_a_job_with_a_worker_makes_a_folder_that_is_its_own_and_goes_with_it(tmp_path: Path) -> None:
    script = "\n".join((*SCRATCH, 'stat --format=%a "$DASK_TEMPORARY_DIRECTORY"', "env | grep ^DASK_TEMP"))
    for place in (tmp_path, tmp_path / "missing"):
        environment = {**os.environ, "TMPDIR": str(place)}
        done = subprocess.run(["bash", "-c", script], env=environment, capture_output=True, text=True, check=True)
        mode, variable = done.stdout.split()
        assert mode == "700"
        assert not Path(variable.partition("=")[2]).exists()
    assert list(tmp_path.iterdir()) == []


def test_certificates_of_two_sweeps_are_strangers_to_each_other() -> None:
    with local_workers(1) as cluster:
        other = made_for_one_sweep()
        with pytest.raises(OSError, match="certificate|TLS|SSL|Timed out"):
            Client(cluster.scheduler_address, security=other, set_as_default=False, timeout=2)


def test_processes_that_others_start_still_learn_where_the_main_module_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "/somewhere/script.py", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    assert spawn.get_preparation_data("theirs")["init_main_from_path"] == "/somewhere/script.py"
    assert multiprocessing.get_context(processes.METHOD) is processes.FRESH
    assert multiprocessing.get_context("spawn").Process is not processes.FreshProcess
