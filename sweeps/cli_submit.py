"""The command ``submit``: a sweep as an array of jobs or as Dask workers in jobs, printed or sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .cli_sweep import Engine, Out, SpecFile, say_summary
from .cli_words import count, progress_shown, say

if TYPE_CHECKING:
    from .job_script import Job, Resources, Surroundings
    from .spec import Spec

Kind = Annotated[Literal["slurm", "pbs"], typer.Option(help="The kind of scheduler.")]
Tasks = Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="Tasks of the array, or Dask workers.")]
Time = Annotated[str, typer.Option(metavar="LIMIT", help="Walltime of a task: 90m, 12h, 1:30:00.")]
Notice = Annotated[int, typer.Option(min=31, max=3600, help="Seconds before the walltime at which a task stops.")]
Cpus = Annotated[int, typer.Option(min=1, max=1024, help="Cores of a task.")]
Gpus = Annotated[str, typer.Option(metavar="[KIND:]N", help="GPUs of a task, 0 or 1: 1, a100:1.")]
Memory = Annotated[str | None, typer.Option(metavar="SIZE", help="Memory of a task: 4G.")]
Partition = Annotated[str | None, typer.Option(help="Partition (Slurm) or queue (PBS).")]
Account = Annotated[str | None, typer.Option(help="Account that is charged.")]
Directives = Annotated[list[str] | None, typer.Option(help="A directive of your own: --directive=--qos=long.")]
ArrayLimit = Annotated[int | None, typer.Option(min=1, help="At most so many tasks at once.")]
Logs = Annotated[str, typer.Option(metavar="FOLDER", help="Where the output of the tasks goes.")]
Modules = Annotated[list[str] | None, typer.Option(help="A module to load; may be given more than once.")]
Setup = Annotated[Path | None, typer.Option(help="A file of shell commands to read first.")]
Venv = Annotated[Path | None, typer.Option(help="A virtual environment to activate; its tredegar runs.")]
Container = Annotated[Path | None, typer.Option(help="An Apptainer image; its tredegar runs.")]
Dask = Annotated[bool, typer.Option("--dask", help="Slurm: Dask workers as jobs, and a driver that feeds them.")]
Here = Annotated[bool, typer.Option("--here", help="With --dask: be the driver now, in this process.")]
DriverTime = Annotated[str | None, typer.Option(metavar="LIMIT", help="With --dask: walltime of the driver.")]
Interface = Annotated[str | None, typer.Option(help="With --dask: the network between the jobs, such as ib0.")]
Part = Annotated[Literal["sweep", "verify"], typer.Option(help="Which of the two scripts to print.")]
Send = Annotated[bool, typer.Option("--submit", help="Make the store and queue the jobs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("submit", rich_help_panel="Sweeps")(submit)


def submit(
    spec: SpecFile,
    out: Out,
    cluster: Kind,
    tasks: Tasks,
    engine: Engine = "auto",
    time: Time = "1h",
    notice: Notice = 120,
    cpus: Cpus = 1,
    gpus: Gpus = "0",
    memory: Memory = None,
    partition: Partition = None,
    account: Account = None,
    directive: Directives = None,
    array_limit: ArrayLimit = None,
    logs: Logs = "tredegar-logs",
    module: Modules = None,
    setup: Setup = None,
    venv: Venv = None,
    container: Container = None,
    dask: Dask = False,
    here: Here = False,
    driver_time: DriverTime = None,
    interface: Interface = None,
    part: Part = "sweep",
    send: Send = False,
) -> None:
    """Print the job script of a sweep, or send it: an array of tasks, and a job that verifies the store afterwards.

    Submit it again, with any number of tasks, and it computes what is missing: tasks that were killed, cancelled or
    ran out of time lose nothing but the batch in work.
    """
    from .job_script import Job, Resources, Surroundings
    from .job_words import seconds_of
    from .spec import Spec

    checked = Spec.from_file(spec)
    asked = Resources(seconds_of(time), notice, cpus, gpus, memory, partition, account, tuple(directive or ()))
    setup, venv, container = (path and path.absolute() for path in (setup, venv, container))
    around = Surroundings(tuple(module or ()), setup, venv, container)
    limit = seconds_of(driver_time or time)
    job = Job(spec.absolute(), out.absolute(), checked.name, tasks, asked, around, _program(around), engine)
    job = _with(job, array_limit=array_limit, logs=logs, driver_time=limit, interface=interface)
    _check(asked, around, limit, cluster, dask, here)
    _warn_of_idle_tasks(checked, job)
    if here:
        _drive(checked, job)
    elif send:
        _send(checked, job, "slurm-dask" if dask else cluster)
    else:
        _print(job, "slurm-dask" if dask else cluster, part)


def _with(job: Job, **changes: object) -> Job:
    from dataclasses import replace

    return replace(job, **changes)  # type: ignore[arg-type]  # names and types are those of the lines above


def _program(around: Surroundings) -> tuple[str, ...]:
    """Return the command that runs tredegar in a job: that of the container or environment, or the one in use here."""
    if around.container is not None:
        return ("tredegar",)
    beside = (around.venv / "bin" if around.venv else Path(sys.executable).parent) / "tredegar"
    return (str(beside),) if around.venv or beside.is_file() else (sys.executable, "-m", "tredegar.sweeps.cli")


def _check(asked: Resources, around: Surroundings, limit: int, cluster: str, dask: bool, here: bool) -> None:
    """Raise SubmitError for what no scheduler would say clearly, or only hours later."""
    from .job_words import SubmitError, gpus_of

    for option, seconds in (("--time", asked.time), ("--driver-time", limit)):
        if seconds < asked.notice + 60:
            raise SubmitError(
                f"{option} leaves less than a minute before the notice of {asked.notice} s (--notice); ask for more"
            )
    if gpus_of(asked.gpus)[1] > 1:
        raise SubmitError(f"a task uses one GPU; for more GPUs ask for more --tasks (got --gpus {asked.gpus})")
    if here and not dask:
        raise SubmitError("--here makes this process the driver of Dask workers; it needs --dask")
    if dask and cluster != "slurm":
        raise SubmitError("--dask needs --cluster slurm; under PBS use the array")
    if dask and around.container is not None:
        raise SubmitError("--dask cannot send jobs from within a container; leave out --dask, an array runs in one")
    if dask and asked.memory is None:
        raise SubmitError("--dask needs --memory: Dask restarts a worker that outgrows it; such as --memory 4G")


def _warn_of_idle_tasks(spec: Spec, job: Job) -> None:
    from .batches import store_size
    from .designs import draw_points

    batches = store_size(spec, len(next(iter(draw_points(spec).values())))).batches
    if job.tasks > batches:
        typer.echo(
            f"the sweep has {count(batches, 'batch')}: of {job.tasks:,} tasks only {batches:,} have work", err=True
        )


def _print(job: Job, cluster: str, part: str) -> None:
    from .submit import scripts

    sweep, verify = scripts(cluster, job)
    typer.echo(verify if part == "verify" else sweep, nl=False)
    if not Path(job.logs).is_dir():
        typer.echo(f"before you submit this, make the folder of its logs: mkdir -p {job.logs}", err=True)


def _send(spec: Spec, job: Job, cluster: str) -> None:
    from .submit import prepare, send

    stood = prepare(spec, job, cluster)
    sent = send(cluster, job)
    typer.echo(f"{'found' if stood else 'made'} {job.store}")
    typer.echo(f"queued job {sent.sweep} ({count(job.tasks, 'task')}), then {sent.verify} to verify; logs: {job.logs}")
    typer.echo(f"how far it is: tredegar status {job.store}")


def _drive(spec: Spec, job: Job) -> None:
    """Be the driver of Dask workers that are jobs of Slurm, until the sweep is complete or a signal comes."""
    from .clusters import slurm_workers
    from .runner import run_sweep

    with slurm_workers(job) as cluster, progress_shown() as show:
        summary = run_sweep(spec, job.store, engine=job.engine, scheduler=cluster, progress=show, say=say)
    say_summary(summary, one_task=False)
