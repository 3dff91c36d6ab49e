"""Options of commands that send jobs: what a job gets, and where it runs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

from ..model.text.amounts import counted

if TYPE_CHECKING:
    from ..sweeps.jobs.script import Job, Resources, Surroundings
    from ..sweeps.submission import Submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOptions:
    """The options of a command that sends jobs, as they were typed."""

    cluster: Annotated[Literal["slurm", "pbs"], typer.Option(help="The kind of scheduler.")]
    tasks: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="Tasks of the array, or Dask workers.")]
    engine: Annotated[
        str, typer.Option(help="What executes the runs: auto, or a name that 'tredegar engines' lists.")
    ] = "auto"
    time: Annotated[str, typer.Option(metavar="LIMIT", help="Walltime of a task: 90m, 12h, 1:30:00.")] = "1h"
    notice: Annotated[
        int, typer.Option(min=31, max=3600, help="Seconds before the walltime at which a task stops.")
    ] = 120
    cpus: Annotated[int, typer.Option(min=1, max=1024, help="Cores of a task.")] = 1
    gpus: Annotated[str, typer.Option(metavar="[KIND:]N", help="GPUs of a task, 0 or 1: 1, a100:1.")] = "0"
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="Memory of a task: 4G.")] = None
    partition: Annotated[str | None, typer.Option(help="Partition (Slurm) or queue (PBS).")] = None
    account: Annotated[str | None, typer.Option(help="Account that is charged.")] = None
    directive: Annotated[list[str] | None, typer.Option(help="A directive of your own: --directive=--qos=long.")] = None
    array_limit: Annotated[int | None, typer.Option(min=1, help="At most so many tasks at once.")] = None
    warm_up: Annotated[
        bool, typer.Option("--warm-up/--no-warm-up", help="First a job that compiles, where that spares tasks work.")
    ] = True
    logs: Annotated[str, typer.Option(metavar="FOLDER", help="Where the output of the tasks goes.")] = "tredegar-logs"
    module: Annotated[list[str] | None, typer.Option(help="A module to load; may be given more than once.")] = None
    setup: Annotated[Path | None, typer.Option(help="A file of shell commands to read first.")] = None
    venv: Annotated[Path | None, typer.Option(help="A virtual environment to activate; its tredegar runs.")] = None
    container: Annotated[Path | None, typer.Option(help="An Apptainer image; its tredegar runs.")] = None
    send: Annotated[bool, typer.Option("--submit", help="Make the store and queue the jobs.")] = False
    part: Annotated[Literal["warm-up", "sweep", "verify"], typer.Option(help="Which of the scripts to print.")] = (
        "sweep"
    )


def takes_resources(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command``, whose last parameter is ``asked``, the options of :class:`JobOptions` in its place."""
    hints = get_type_hints(command, include_extras=True)
    own = [one for name, one in inspect.signature(command).parameters.items() if name != "asked"]
    options = get_type_hints(JobOptions, include_extras=True)
    shared = [
        inspect.Parameter(
            one.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if one.default is MISSING else one.default,
            annotation=options[one.name],
        )
        for one in fields(JobOptions)
    ]
    mine = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY, annotation=hints[one.name]) for one in own]

    @wraps(command)
    def called(**given: Any) -> None:
        command(asked=JobOptions(**{name: given.pop(name) for name in options}), **given)

    needed = [one for one in mine if one.default is inspect.Parameter.empty]
    parameters = [*needed, *shared, *(one for one in mine if one not in needed)]
    vars(called)["__signature__"] = inspect.Signature(parameters)
    called.__annotations__ = {one.name: one.annotation for one in parameters}
    return called


def job_of(asked: JobOptions, spec: Path, store: Path, name: str) -> Job:
    """Return the job that was asked for: to compute ``spec`` into ``store`` under ``name``.

    Raises SubmitError for what no scheduler would say clearly, or only hours later, StoreError for an address.
    """
    from ..store.paths import local_path
    from ..sweeps.jobs.quoting import seconds_of
    from ..sweeps.jobs.script import Job, Resources, Surroundings

    resources = Resources(
        seconds_of(asked.time),
        asked.notice,
        asked.cpus,
        asked.gpus,
        asked.memory,
        asked.partition,
        asked.account,
        tuple(asked.directive or ()),
    )
    _check(resources)
    places = (path and path.absolute() for path in (asked.setup, asked.venv, asked.container))
    around = Surroundings(tuple(asked.module or ()), *places)
    return Job(
        spec.absolute(),
        local_path(store).absolute(),
        name,
        asked.tasks,
        resources,
        around,
        _program(around),
        asked.engine,
        array_limit=asked.array_limit,
        logs=asked.logs,
        driver_time=resources.time,
    )


def _check(resources: Resources) -> None:
    from ..sweeps.jobs.quoting import SubmitError, gpus_of

    check_time("--time", resources.time, resources.notice)
    if gpus_of(resources.gpus)[1] > 1:
        raise SubmitError(
            f"--gpus must be at most 1 for a task, got {resources.gpus}; for more GPUs ask for more --tasks"
        )


def check_time(option: str, seconds: int, notice: int) -> None:
    """Raise SubmitError if a walltime of ``seconds`` leaves no time before the notice of its end."""
    from ..sweeps.jobs.quoting import SubmitError

    if seconds < notice + 60:
        raise SubmitError(
            f"{option} leaves less than a minute before the notice of {notice} s (--notice); ask for more"
        )


def _program(around: Surroundings) -> tuple[str, ...]:
    """Return the command that runs tredegar in a job: that of the container or environment, or the one in use here."""
    if around.container is not None:
        return ("tredegar",)
    beside = (around.venv / "bin" if around.venv else Path(sys.executable).parent) / "tredegar"
    return (str(beside),) if around.venv or beside.is_file() else (sys.executable, "-m", "tredegar.cli.entry")


def with_warm_up(job: Job, wanted: bool) -> Job:
    """Return ``job`` with a job that compiles before it, if that is ``wanted`` and spares its tasks work."""
    from dataclasses import replace

    from ..sweeps.jobs.warming import is_of_use

    return replace(job, warm_up=wanted and is_of_use(job))


def print_script(job: Job, cluster: str, part: str) -> None:
    """Print one of the scripts of ``job``. Raises SubmitError for words that no script can hold."""
    from dataclasses import replace

    from ..sweeps.submission import scripts

    typer.echo(scripts(cluster, replace(job, warm_up=part == "warm-up"))[part], nl=False)
    if not Path(job.logs).is_dir():
        typer.echo(f"before you submit this, make the folder of its logs: mkdir -p {job.logs}", err=True)


def say_sent(job: Job, sent: Submitted, stood: bool) -> None:
    """Print the numbers of the jobs that were queued, and where their output goes."""
    typer.echo(f"{'found' if stood else 'made'} {job.store}")
    if sent.warm_up:
        typer.echo(f"first job {sent.warm_up}, which compiles once for all tasks (--no-warm-up leaves it out)")
    last = "write the page" if job.claims else "verify"
    typer.echo(
        f"queued job {sent.sweep} ({counted(job.tasks, 'task')}), then {sent.verify} to {last}; logs: {job.logs}"
    )
    for line in sent.notes:
        typer.echo(f"note: {line}", err=True)
