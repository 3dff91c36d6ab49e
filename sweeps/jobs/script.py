"""Parts that all job scripts share: what is asked for, the command of a task, the environment it runs in.

Scripts come in pairs: an array of tasks that share a sweep, and a job that verifies the store when all have ended.
They are plain text made from a ``Job``; nothing is sent. Each task gets its number and the number of tasks in so many
words: SLURM_ARRAY_TASK_COUNT counts what was submitted, so that part of an array submitted again would leave gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..store.late import SECONDS_TO_SHOW
from .quoting import SubmitError, gpus_of, joined, module_name, plain_option, quoted

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
QUIET = 'export PYTHONWARNINGS="${PYTHONWARNINGS:+$PYTHONWARNINGS,}ignore:resource_tracker:UserWarning"'
"""A helper process of Python outlives a task that was killed, and would end its log with a warning of no use."""
SECONDS_IN_RESERVE = 30
"""Before the end of the walltime: to leave the node, or to go back into the queue."""
SECONDS_TO_WARM_UP = 1800
"""Walltime of the job that compiles: half a minute's work on a node at rest."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What one task gets: seconds of walltime and how many before its end it must stop, cores, GPUs, memory."""

    time: int = 3600
    notice: int = 120
    cpus: int = 1
    gpus: str = "0"
    memory: str | None = None
    partition: str | None = None
    account: str | None = None
    directives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Where a task runs: modules to load, a file for its shell to read, a virtual environment or a container image."""

    modules: tuple[str, ...] = ()
    setup: Path | None = None
    venv: Path | None = None
    container: Path | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What is asked of a cluster. ``program`` is the command that runs tredegar in a job.

    The texts are the user's: whoever writes them into a script checks and quotes them.
    """

    spec: Path
    store: Path
    name: str
    tasks: int
    resources: Resources = Resources()
    surroundings: Surroundings = Surroundings()
    program: tuple[str, ...] = ("tredegar",)
    engine: str = "auto"
    array_limit: int | None = None
    logs: str = "tredegar-logs"
    driver_time: int = 3600
    interface: str | None = None
    warm_up: bool = False
    """Whether a job that compiles goes before the array."""
    claims: tuple[str, ...] = ()
    """Options of ``tredegar claims``: what is computed is then not a spec, but claims into the folder ``store``."""
    own_rules: bool = False
    """Whether the spec has rules of its own, which are compiled beside those of the model."""


def warm_up_of(job: Job) -> Job:
    """Return the job that compiles what ``job`` will need: one task of it, for no longer than compiling may take."""
    return replace(job, tasks=1, resources=replace(job.resources, time=min(job.resources.time, SECONDS_TO_WARM_UP)))


def array_range(job: Job) -> str:
    """Return the numbers of the tasks as both schedulers read them: "0-49%10" runs ten of fifty at once."""
    limit = f"%{job.array_limit}" if job.array_limit else ""
    return f"0-{job.tasks - 1}{limit}"


def command(job: Job, *words: str) -> str:
    """Return the line that runs ``tredegar`` with ``words`` (quoted already), in the container if there is one."""
    inner = joined([*(quoted("the command", word) for word in job.program), *words])
    if job.surroundings.container is None:
        return inner
    nvidia = ["--nv"] if gpus_of(job.resources.gpus)[1] else []
    binds = [f"--bind {quoted('--container', _bindable(path))}" for path in _folders(job)]
    return joined(["apptainer exec", *nvidia, *binds, quoted("--container", job.surroundings.container), inner])


def _folders(job: Job) -> list[Path]:
    return sorted({job.spec.parent, job.store.parent})


def _bindable(path: Path) -> Path:
    if "," in str(path) or ":" in str(path):
        raise SubmitError(f"Apptainer cannot bind a folder with ',' or ':' in its name: '{path}'; rename it")
    return path


def sweep_line(job: Job) -> str:
    """Return the line that computes task ``$task`` of the array."""
    spec, store = quoted("the path of the spec", job.spec), quoted("--out", job.store)
    what = _claims_words(job) if job.claims else ["sweep", spec, "--out", store]
    return command(job, *what, "--engine", _engine(job), "--task", f'"$task/{job.tasks}"')


def _engine(job: Job) -> str:
    return quoted("--engine", plain_option("--engine", job.engine))


def _claims_words(job: Job) -> list[str]:
    return ["claims", "--out", quoted("--out", job.store), *(quoted("--claim", word) for word in job.claims)]


def warm_up_line(job: Job) -> str:
    """Return the line that compiles what the tasks need."""
    rules = ["--spec", quoted("the path of the spec", job.spec), "--out", quoted("--out", job.store)]
    return command(job, "warm-up", "--engine", _engine(job), *(rules if job.own_rules else []))


def check_lines(job: Job) -> list[str]:
    """Return the lines of the last job: some runs again, by the engine that every job has, and how far the sweep is.

    It starts when the last task ends, whose files this node may see later. For claims it computes what is missing, on
    its own cores, and writes the page.
    """
    store = quoted("--out", job.store)
    if job.claims:
        workers = job.resources.cpus if job.resources.cpus > 1 else 0
        return [command(job, *_claims_words(job), "--workers", str(workers))]
    from ...kernels.engine_table import EVERYWHERE

    verify = command(job, "verify", store, "--engine", EVERYWHERE, "--patience", f"{SECONDS_TO_SHOW:.0f}")
    return [verify, "verified=$?", command(job, "status", store), 'exit "$verified"']


def driver_words(job: Job) -> list[str]:
    """Return the words, quoted, that make ``tredegar`` the driver of Dask workers: the same request, ``--here``."""
    words = ["submit", quoted("the path of the spec", job.spec), "--out", quoted("--out", job.store)]
    words += ["--cluster", "slurm", "--dask", "--here", "--tasks", str(job.tasks)]
    words += [
        "--time",
        f"{job.resources.time}s",
        "--notice",
        str(job.resources.notice),
        "--cpus",
        str(job.resources.cpus),
    ]
    given: list[tuple[str, object]] = [
        ("--engine", job.engine),
        ("--gpus", job.resources.gpus),
        ("--memory", job.resources.memory),
        ("--partition", job.resources.partition),
        ("--account", job.resources.account),
        ("--logs", job.logs),
        ("--interface", job.interface),
        ("--setup", job.surroundings.setup),
        ("--venv", job.surroundings.venv),
        *(("--module", name) for name in job.surroundings.modules),
        *(("--directive", text) for text in job.resources.directives),
    ]
    # One word each, so that a value that begins with a dash is no option.
    return [*words, *(quoted(option, f"{option}={value}") for option, value in given if value is not None)]


def environment(job: Job) -> list[str]:
    """Return the lines that prepare the shell of a job: folder, modules, environment, limits of threads."""
    lines = [f"module load {module_name(module)}" for module in job.surroundings.modules]
    if job.surroundings.setup is not None:
        lines.append(f". {quoted('--setup', job.surroundings.setup)} || exit 1")
    if job.surroundings.venv is not None:
        lines.append(f". {quoted('--venv', job.surroundings.venv / 'bin' / 'activate')} || exit 1")
    # Libraries count the cores of the whole node, of which a task has its share.
    limits = joined(f"{name}={job.resources.cpus}" for name in THREAD_VARIABLES)
    return [*lines, f"export {limits}", QUIET]


def comments(job: Job, what: str) -> list[str]:
    """Return the lines that tell a reader what the script does."""
    chosen = joined(quoted("--claim", word) for word in job.claims)
    subject = f"claims {chosen}" if chosen else quoted("the path of the spec", job.spec)
    return [
        f"# {what}: {subject} into {quoted('--out', job.store)}",
        "# Submitted again, with this or another number of tasks, it computes what is missing and nothing else.",
    ]
