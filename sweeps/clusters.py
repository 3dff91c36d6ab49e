"""Dask workers: processes of this machine, one for each of its GPUs, or jobs of a Slurm cluster.

On this machine everything listens on the loopback interface alone. Between machines everything speaks TLS with
certificates made for the occasion: whoever can reach a scheduler of Dask that does not can run code as its user.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .job_script import THREAD_VARIABLES, environment
from .job_words import SubmitError, clock, directive, gpus_of, memory_of, plain, plain_path, quoted, slug

if TYPE_CHECKING:
    from .job_script import Job

GPU_ENGINES = ("cuda", "cupy")
LOOPBACK = "127.0.0.1"
NO_DASHBOARD = "127.0.0.1:0"
"""Dask's status pages know no TLS: they are kept off the network."""
DEATHS_ALLOWED = 1
"""How many workers of this machine a task may outlive before it is looked at alone (isolation.py)."""
DEATHS_ALLOWED_ON_CLUSTER = 10
"""Jobs die of walltime, preemption and lost nodes as well."""
SECONDS_BETWEEN_REPLACEMENTS = 30.0
SECONDS_TO_FIND_SCHEDULER = 600
"""A node that loads Python from a slow shared disk, beside other jobs, takes minutes to start a worker."""
SECONDS_TO_ANSWER = 300
"""How long a program of the machine (nvidia-smi, sbatch) may take on a busy one before it counts as stuck."""
NO_PROFILE = {"distributed.worker.profile.enabled": False}
"""Dask notes the stack of a worker's computation every 10 ms and keeps a tree of them for each second, for what its
status pages show: 5 kB for each batch of 30 ms, a hundred megabytes in an hour. Nobody looks at those pages here."""
PATIENT = {
    "distributed.comm.timeouts.connect": "120s",
    "distributed.deploy.lost-worker-timeout": "600s",
    "distributed.scheduler.worker-ttl": None,
}
"""On this machine a process that says nothing is slow or asleep, not lost: a death shows at once, by its socket. With
Dask's own limits workers of a busy machine, or of a laptop that slept, would be killed for being late."""


def visible_gpus() -> tuple[str, ...]:
    """Return the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them; none without NVIDIA's driver."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    if allowed is not None:
        return tuple(name.strip() for name in allowed.split(",") if name.strip() not in ("", "-1", "NoDevFiles"))
    program = shutil.which("nvidia-smi")
    if program is None:
        return ()
    listed = subprocess.run(
        [program, "-L"], capture_output=True, text=True, timeout=SECONDS_TO_ANSWER, check=False
    ).stdout
    return tuple(str(number) for number, _ in enumerate(line for line in listed.splitlines() if line.startswith("GPU")))


def gpus_for(engine: str) -> tuple[str, ...]:
    """Return the GPUs that ``engine`` will compute on here: none for an engine of the processor."""
    if engine == "auto":
        from ..kernels import engines

        engine = next(info.name for info in engines() if info.available)
    return visible_gpus() if engine in GPU_ENGINES else ()


@contextmanager
def local_workers(number: int, gpus: Sequence[str] = ()) -> Iterator[Any]:
    """Yield a Dask cluster of ``number`` processes of this machine or, where there are ``gpus``, one for each.

    A worker of a GPU sees that one alone, computes one batch at a time and declares the resource ``GPU``.
    """
    from tempfile import TemporaryDirectory

    import dask

    threads = dict.fromkeys(THREAD_VARIABLES, "1")
    settings = {
        "distributed.nanny.pre-spawn-environ": {**threads, "MALLOC_TRIM_THRESHOLD_": "65536"},
        "distributed.scheduler.allowed-failures": DEATHS_ALLOWED,
        **NO_PROFILE,
        **PATIENT,
    }
    with ExitStack() as stack:
        scratch = stack.enter_context(TemporaryDirectory(prefix="tredegar-", ignore_cleanup_errors=True))
        stack.enter_context(dask.config.set(settings))
        # Ctrl-C reaches every process of a terminal. Workers inherit that they do not hear it: this process tells them
        # to stop when their batch is done. (The tracker would let its thread hear again while it starts.)
        resource_tracker.ensure_running()
        heard = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            cluster = stack.enter_context(_gpu_cluster(gpus, scratch) if gpus else _processes(number, scratch))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, heard)
        yield cluster


def replace_lost(cluster: Any) -> None:
    """Have ``cluster``, which is of this machine, start a worker for each whose nanny has given up.

    A nanny gives up a worker that dies while it starts. Dask then starts none in its place, and never learns of it if
    the worker had not been heard of.
    """
    from distributed.core import Status

    def replace() -> None:
        for name, nanny in list(cluster.workers.items()):
            if nanny.status in (Status.closed, Status.failed):
                del cluster.workers[name]
        cluster.scale(len(cluster.worker_spec))

    cluster.loop.add_callback(replace)


def _processes(number: int, scratch: str) -> Any:
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=number,
        threads_per_worker=1,
        host=LOOPBACK,
        dashboard_address=NO_DASHBOARD,
        scheduler_kwargs={"dashboard": False, "extensions": _extensions()},
        local_directory=scratch,
        silence_logs=logging.CRITICAL,
    )


def _extensions() -> dict[str, Any]:
    """Return the extensions of a scheduler that does not grow with the number of batches.

    Dask's own notes the kind of every call in its span, for as long as the scheduler lives: 370 bytes for each batch.
    """
    from distributed.scheduler import DEFAULT_EXTENSIONS
    from distributed.spans import SpansSchedulerExtension

    class Spans(SpansSchedulerExtension):
        def observe_tasks(self, *tasks: Any, **noted: Any) -> dict[Any, dict[Any, Any]]:
            return super().observe_tasks(*tasks, **{**noted, "span_metadata": {}})

    return {**DEFAULT_EXTENSIONS, "spans": Spans}


def _gpu_cluster(gpus: Sequence[str], scratch: str) -> Any:
    from distributed import Nanny, Scheduler, SpecCluster

    common = {
        "host": LOOPBACK,
        "nthreads": 1,
        "resources": {"GPU": 1},
        "dashboard_address": NO_DASHBOARD,
        "dashboard": False,
        "local_directory": scratch,
        "silence_logs": logging.CRITICAL,
        "memory_limit": 1 / len(gpus),
    }
    workers = {
        f"gpu-{gpu}": {"cls": Nanny, "options": {**common, "env": {"CUDA_VISIBLE_DEVICES": gpu}}} for gpu in gpus
    }
    scheduler = {
        "cls": Scheduler,
        "options": {
            "host": LOOPBACK,
            "port": 0,
            "dashboard_address": NO_DASHBOARD,
            "dashboard": False,
            "extensions": _extensions(),
        },
    }
    return SpecCluster(workers=workers, scheduler=scheduler, silence_logs=logging.CRITICAL)


@contextmanager
def slurm_workers(job: Job) -> Iterator[Any]:
    """Yield a Dask cluster whose workers are ``job.tasks`` jobs of Slurm; jobs that end are replaced.

    This process holds the scheduler, on the network ``job.interface`` (by default the one that leads out).
    Workers leave before their walltime ends. Raises SubmitError, naming what is missing or unfit.
    """
    import dask

    settings = {"distributed.scheduler.allowed-failures": DEATHS_ALLOWED_ON_CLUSTER, **NO_PROFILE}
    with dask.config.set(settings), _slurm_cluster(job) as cluster, _replacing(cluster, job.tasks):
        yield cluster


def _slurm_cluster(job: Job) -> Any:
    try:
        from dask_jobqueue import SLURMCluster
        from distributed.security import Security

        security = Security.temporary()
    except ImportError:
        raise SubmitError('workers on Slurm need dask-jobqueue and cryptography: pip install "tredegar[hpc]"') from None
    if shutil.which("sbatch") is None:
        raise SubmitError("'sbatch' is not on this machine; run this on a login node or in a job of the cluster")
    described = worker_jobs(job)
    Path(job.logs).mkdir(parents=True, exist_ok=True)
    cluster = SLURMCluster(
        security=security,
        # The key of the workers lies where all nodes see it, readable by its owner alone, while the driver lives.
        shared_temp_directory=described["log_directory"],
        interface=None if job.interface is None else plain("--interface", job.interface),
        scheduler_options={"dashboard_address": NO_DASHBOARD, "dashboard": False, "extensions": _extensions()},
        silence_logs="critical",
        **described,
    )
    try:
        _check_accepted(cluster.job_script())
    except SubmitError:
        cluster.close()
        raise
    return cluster


def _check_accepted(script: str) -> None:
    """Raise SubmitError with Slurm's words if it would refuse the workers; refused later, nobody would hear of it."""
    words = ["sbatch", "--test-only"]
    try:
        answer = subprocess.run(
            words, input=script, capture_output=True, text=True, timeout=SECONDS_TO_ANSWER, check=False
        )
    except subprocess.TimeoutExpired:
        raise SubmitError(f"sbatch did not answer within {SECONDS_TO_ANSWER} seconds; try again later") from None
    if answer.returncode:
        said = " ".join((answer.stderr + " " + answer.stdout).split())
        raise SubmitError(f"sbatch would not queue the workers: {said[:500]}")


def worker_jobs(job: Job) -> dict[str, Any]:
    """Return the arguments of dask-jobqueue's SLURMCluster that describe the jobs of the workers."""
    if job.resources.memory is None:
        raise SubmitError("--dask needs --memory: workers are restarted before they outgrow it; such as --memory 4G")
    number, unit = memory_of(job.resources.memory)
    kind, gpus = gpus_of(job.resources.gpus)
    lifetime, stagger = job.resources.time - job.resources.notice, job.resources.notice // 2
    arguments = ["--lifetime", f"{lifetime}s", "--lifetime-stagger", f"{stagger}s"]
    arguments += ["--dashboard-address", NO_DASHBOARD, "--no-dashboard"]
    arguments += ["--resources", "GPU=1"] if gpus else []
    directives = ["--nodes=1", "--no-requeue", *(directive("--directive", text) for text in job.resources.directives)]
    directives += [f"--gres=gpu:{kind + ':' if kind else ''}{gpus}"] if gpus else []
    # dask-jobqueue quotes nothing.
    logs = plain_path("the full path of --logs", str(Path(job.logs).absolute()))
    return {
        "cores": 1,
        "processes": 1,
        "job_cpu": job.resources.cpus,
        "memory": f"{number}{unit}iB",
        "walltime": clock(job.resources.time),
        "queue": None if job.resources.partition is None else plain("--partition", job.resources.partition),
        "account": None if job.resources.account is None else plain("--account", job.resources.account),
        "job_name": f"worker-{slug(job.name)}",
        "python": quoted(
            "--venv", sys.executable if job.surroundings.venv is None else job.surroundings.venv / "bin" / "python"
        ),
        "job_script_prologue": [*environment(job), f"export {_as_variables(NO_PROFILE)}"],
        "job_extra_directives": directives,
        "worker_extra_args": arguments,
        "death_timeout": SECONDS_TO_FIND_SCHEDULER,
        "log_directory": logs,
    }


def _as_variables(settings: dict[str, Any]) -> str:
    """Return ``settings`` of Dask as the variables from which a worker that a job starts reads them."""
    return " ".join(f"DASK_{name.replace('.', '__').upper()}={value}" for name, value in settings.items())


@contextmanager
def _replacing(cluster: Any, number: int) -> Iterator[None]:
    """Keep asking for ``number`` jobs while the context lasts, so that those whose walltime ended come back."""
    ended = threading.Event()

    def replace() -> None:
        while True:
            cluster.scale(jobs=number)
            if ended.wait(SECONDS_BETWEEN_REPLACEMENTS):
                return

    thread = threading.Thread(target=replace, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
