"""Dask workers that are jobs of a Slurm cluster.

Everything speaks TLS with certificates made for the one sweep; scheduler and workers have no status pages, and folders
of their own for temporary files.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..jobs.quoting import SubmitError, clock, directive, gpus_of, memory_of, plain_option, plain_path, quoted, slug
from ..jobs.script import environment
from .local import NO_PROFILE

if TYPE_CHECKING:
    from ..jobs.script import Job

WORKER = "tredegar.sweeps.cluster.dask_servers.Worker"
"""A worker without pages; ``--no-dashboard`` leaves some."""
DEATHS_ALLOWED_ON_CLUSTER = 10
"""Jobs die of walltime, preemption and lost nodes as well."""
SECONDS_BETWEEN_REPLACEMENTS = 30.0
SECONDS_TO_FIND_SCHEDULER = 600
"""A node that loads Python from a slow shared disk, beside other jobs, takes minutes to start a worker."""
SECONDS_TO_ANSWER = 300
"""How long sbatch may take on a busy machine before it counts as stuck."""
SCRATCH = (
    'DASK_TEMPORARY_DIRECTORY=$(mktemp -d "${TMPDIR:-/tmp}/tredegar-XXXXXXXX" || mktemp -d -p /tmp) || exit 1',
    "export DASK_TEMPORARY_DIRECTORY",
    """trap 'rm -rf "$DASK_TEMPORARY_DIRECTORY"' EXIT""",
)
"""A folder that its owner alone may enter. Dask would take one that anybody may have made on the node, and have Python
look for modules in it first."""


@contextmanager
def slurm_workers(job: Job) -> Iterator[Any]:
    """Yield a Dask cluster whose workers are ``job.tasks`` jobs of Slurm; jobs that end are replaced.

    This process holds the scheduler, on the network ``job.interface`` (by default the one that leads out).
    Workers leave before their walltime ends. Raises SubmitError, naming what is missing or unfit.
    """
    from tempfile import TemporaryDirectory

    import dask

    settings = {"distributed.scheduler.allowed-failures": DEATHS_ALLOWED_ON_CLUSTER, **NO_PROFILE}
    with (
        TemporaryDirectory(prefix="tredegar-", ignore_cleanup_errors=True) as scratch,
        dask.config.set(settings),
        _slurm_cluster(job, scratch) as cluster,
        _replacing(cluster, job.tasks),
    ):
        yield cluster


def _slurm_cluster(job: Job, scratch: str) -> Any:
    jobqueue = dask_jobqueue()
    from .certificates import made_for_one_sweep
    from .dask_servers import Scheduler

    if shutil.which("sbatch") is None:
        raise SubmitError("'sbatch' is not on this machine; run this on a login node or in a job of the cluster")
    described = worker_jobs(job)
    Path(job.logs).mkdir(parents=True, exist_ok=True)
    cluster = jobqueue.SLURMCluster(
        security=made_for_one_sweep(),
        # The key of the workers lies where all nodes see it, readable by its owner alone, while the driver lives.
        shared_temp_directory=described["log_directory"],
        interface=None if job.interface is None else plain_option("--interface", job.interface),
        scheduler_cls=Scheduler,
        scheduler_options={"dashboard": False, "scratch": scratch},
        silence_logs="critical",
        **described,
    )
    try:
        _check_accepted(cluster.job_script())
    except SubmitError:
        cluster.close()
        raise
    return cluster


def dask_jobqueue() -> Any:
    """Return the module of that name. When it is imported it takes Ctrl-C, which is given back here."""
    heard = signal.getsignal(signal.SIGINT)
    try:
        import dask_jobqueue
    except ImportError:
        raise SubmitError('workers on Slurm need dask-jobqueue: pip install "tredegar[hpc]"') from None
    signal.signal(signal.SIGINT, heard)
    return dask_jobqueue


def _check_accepted(script: str) -> None:
    """Raise SubmitError with Slurm's words if it would refuse the workers; refused later, nobody would hear of it."""
    words = ["sbatch", "--test-only"]
    try:
        answer = subprocess.run(
            words,
            input=script,
            capture_output=True,
            encoding="utf-8",
            errors="replace",  # Slurm speaks the language of its site, perhaps in another encoding
            timeout=SECONDS_TO_ANSWER,
            check=False,
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
    arguments += ["--no-dashboard", "--worker-class", WORKER]
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
        "queue": None if job.resources.partition is None else plain_option("--partition", job.resources.partition),
        "account": None if job.resources.account is None else plain_option("--account", job.resources.account),
        "job_name": f"worker-{slug(job.name)}",
        "python": quoted(
            "--venv", sys.executable if job.surroundings.venv is None else job.surroundings.venv / "bin" / "python"
        ),
        "job_script_prologue": [*environment(job), f"export {_as_variables(NO_PROFILE)}", *SCRATCH],
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
