"""The command ``submit``: a sweep as an array of jobs, printed or sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .cli_sweep import Engine, Out, SpecFile
from .cli_words import count

if TYPE_CHECKING:
    from .job_script import Job
    from .spec import Spec


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("submit", rich_help_panel="Sweeps")(submit)


def submit(
    spec: SpecFile,
    out: Out,
    cluster: Annotated[Literal["slurm", "pbs"], typer.Option(help="The kind of scheduler.")],
    tasks: Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="Tasks of the array.")],
    engine: Engine = "auto",
    time: Annotated[str, typer.Option(metavar="LIMIT", help="Walltime of a task: 90m, 12h, 1:30:00.")] = "1h",
    notice: Annotated[int, typer.Option(min=31, help="Seconds before the walltime at which a task stops.")] = 120,
    cpus: Annotated[int, typer.Option(min=1, max=1024, help="Cores of a task.")] = 1,
    gpus: Annotated[str, typer.Option(metavar="[KIND:]N", help="GPUs of a task: 0 or 1, such as a100:1.")] = "0",
    memory: Annotated[str | None, typer.Option(metavar="SIZE", help="Memory of a task: 4G.")] = None,
    partition: Annotated[str | None, typer.Option(help="Partition (Slurm) or queue (PBS).")] = None,
    account: Annotated[str | None, typer.Option(help="Account that is charged.")] = None,
    array_limit: Annotated[int | None, typer.Option(min=1, help="At most so many tasks at once.")] = None,
    logs: Annotated[str, typer.Option(metavar="FOLDER", help="Where the tasks' output goes.")] = "tredegar-logs",
    module: Annotated[list[str] | None, typer.Option(help="A module to load; may be given more than once.")] = None,
    venv: Annotated[Path | None, typer.Option(help="A virtual environment to activate; its tredegar runs.")] = None,
    setup: Annotated[Path | None, typer.Option(help="A file of shell commands to read first.")] = None,
    container: Annotated[Path | None, typer.Option(help="An Apptainer image; its tredegar runs.")] = None,
    directive: Annotated[
        list[str] | None, typer.Option(help="A directive of your own, such as --directive=--qos=long.")
    ] = None,
    part: Annotated[Literal["array", "verify"], typer.Option(help="Which script to print.")] = "array",
    send: Annotated[bool, typer.Option("--submit", help="Make the store and queue the jobs.")] = False,
) -> None:
    """Print the job script of a sweep, or send it: an array of tasks, and a job that verifies the store afterwards.

    Submit it again, with any number of tasks, and it computes what is missing: tasks that were killed, cancelled or
    ran out of time lose nothing but the batch in work.
    """
    from .job_script import Job
    from .job_words import SubmitError, gpus_of, seconds_of
    from .spec import Spec

    checked = Spec.from_file(spec)
    seconds = seconds_of(time)
    if seconds < notice + 60:
        raise SubmitError(f"--time {time} leaves a task less than a minute before --notice {notice} s; ask for more")
    if gpus_of(gpus)[1] > 1:
        raise SubmitError(f"a task uses one GPU; for more GPUs ask for more --tasks (got --gpus {gpus})")
    job = Job(
        spec=spec.absolute(),
        store=out.absolute(),
        name=checked.name,
        tasks=tasks,
        program=_program(venv, container),
        engine=engine,
        time=seconds,
        notice=notice,
        cpus=cpus,
        gpus=gpus,
        memory=memory,
        partition=partition,
        account=account,
        array_limit=array_limit,
        logs=logs,
        modules=tuple(module or ()),
        venv=venv and venv.absolute(),
        setup=setup and setup.absolute(),
        container=container and container.absolute(),
        directives=tuple(directive or ()),
    )
    _act(checked, job, cluster, part, send)


def _program(venv: Path | None, container: Path | None) -> tuple[str, ...]:
    """Return the command that runs tredegar in a job: that of the container or environment, or the one in use here."""
    if container is not None:
        return ("tredegar",)
    if venv is not None:
        return (str(venv.absolute() / "bin" / "tredegar"),)
    beside = Path(sys.executable).with_name("tredegar")
    return (str(beside),) if beside.is_file() else (sys.executable, "-m", "tredegar.sweeps.cli")


def _act(spec: Spec, job: Job, cluster: str, part: str, queue: bool) -> None:
    from . import submit

    array, verify = submit.scripts(cluster, job)
    if not queue:
        typer.echo(verify if part == "verify" else array, nl=False)
        if not Path(job.logs).is_dir():
            typer.echo(f"make the folder of the logs before you submit this: mkdir -p {job.logs}", err=True)
        return
    stood = submit.prepare(spec, job)
    sent = submit.send(cluster, job)
    typer.echo(f"{'found' if stood else 'made'} {job.store}")
    typer.echo(
        f"queued job {sent.array} ({count(job.tasks, 'task')}), then job {sent.verify} to verify; logs: {job.logs}"
    )
    typer.echo(f"how far it is: tredegar status {job.store}")
