"""The commands ``submit`` and ``warm-up``: a sweep as an array of jobs or as Dask workers in jobs, printed or sent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.text.amounts import counted
from .resources import JobOptions, check_time, job_of, print_script, say_sent, takes_resources, with_warm_up
from .specs import read_spec
from .sweep_commands import Engine, Out, SpecFile, say_summary
from .terminal import progress_shown, say

if TYPE_CHECKING:
    from ..sweeps.jobs.script import Job
    from ..sweeps.spec.spec import Spec

Dask = Annotated[bool, typer.Option("--dask", help="Slurm: Dask workers as jobs, and a driver that feeds them.")]
Here = Annotated[bool, typer.Option("--here", help="With --dask: be the driver now, in this process.")]
DriverTime = Annotated[str | None, typer.Option(metavar="LIMIT", help="With --dask: walltime of the driver.")]
Interface = Annotated[str | None, typer.Option(help="With --dask: the network between the jobs, such as ib0.")]


def register_submit_commands(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("submit", rich_help_panel="Sweeps")(submit_command)
    app.command("warm-up", rich_help_panel="Sweeps")(warm_up_command)


@takes_resources
def submit_command(
    spec: SpecFile,
    out: Out,
    asked: JobOptions,
    dask: Dask = False,
    here: Here = False,
    driver_time: DriverTime = None,
    interface: Interface = None,
) -> None:
    """Print the job script of a sweep, or send it: an array of tasks, and a job that verifies the store afterwards.

    Submit it again, with any number of tasks, and it computes what is missing: tasks that were killed, cancelled or
    ran out of time lose nothing but the batch in work.
    """
    from dataclasses import replace

    from ..sweeps.jobs.quoting import seconds_of

    checked = read_spec(spec, out)
    job = job_of(asked, spec, out, checked.name)
    limit = seconds_of(driver_time or asked.time)
    check_time("--driver-time", limit, asked.notice)
    job = replace(job, driver_time=limit, interface=interface, own_rules=bool(checked.rules.text))
    job = with_warm_up(job, asked.warm_up)
    _check_dask(job, asked.cluster, dask, here)
    _warn_of_idle_tasks(checked, job)
    cluster = "slurm-dask" if dask else asked.cluster
    if here:
        _drive(checked, job)
    elif asked.send:
        _send(checked, job, cluster)
    else:
        print_script(job, cluster, asked.part)


def warm_up_command(
    engine: Engine = "auto",
    spec: Annotated[Path | None, typer.Option(metavar="SPEC", help="A spec, of whose own rules there is code.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="STORE", help="With --spec: its store, if the files are gone.")
    ] = None,
) -> None:
    """Compile what an engine needs, so that the tasks of an array find it in the cache; 'submit' has a job do it."""
    from ..model.schedule.rulebook import BUILT_IN
    from ..sweeps.jobs.warming import warm_up

    rules = BUILT_IN if spec is None else read_spec(spec, out).rules
    typer.echo(f"engine {warm_up(engine, rules)} is ready{' for the rules of the spec' if rules.text else ''}")


def _check_dask(job: Job, cluster: str, dask: bool, here: bool) -> None:
    """Raise SubmitError for what Dask workers cannot be."""
    from ..sweeps.jobs.quoting import SubmitError

    if here and not dask:
        raise SubmitError("--here makes this process the driver of Dask workers; it needs --dask")
    if dask and cluster != "slurm":
        raise SubmitError("--dask needs --cluster slurm; under PBS use the array")
    if dask and job.surroundings.container is not None:
        raise SubmitError("--dask cannot send jobs from within a container; leave out --dask, an array runs in one")
    if dask and job.resources.memory is None:
        raise SubmitError("--dask needs --memory: Dask restarts a worker that outgrows it; such as --memory 4G")


def _warn_of_idle_tasks(spec: Spec, job: Job) -> None:
    from ..sweeps.spec.sampling import draw_points
    from ..sweeps.store.batches import store_size

    batches = store_size(spec, len(next(iter(draw_points(spec).values())))).batches
    if job.tasks > batches:
        typer.echo(
            f"the sweep has {counted(batches, 'batch')}: of {job.tasks:,} tasks only {batches:,} have work", err=True
        )


def _send(spec: Spec, job: Job, cluster: str) -> None:
    from ..sweeps.submission import prepare, send

    stood = prepare(spec, job, cluster)
    say_sent(job, send(cluster, job, say), stood)
    typer.echo(f"how far it is: tredegar status {job.store}")


def _drive(spec: Spec, job: Job) -> None:
    """Be the driver of Dask workers that are jobs of Slurm, until the sweep is complete or a signal comes."""
    from ..sweeps.cluster.slurm import slurm_workers
    from ..sweeps.run.runner import complete_sweep

    with slurm_workers(job) as cluster, progress_shown() as show:
        summary = complete_sweep(spec, job.store, engine=job.engine, scheduler=cluster, progress=show, say=say)
    say_summary(summary, one_task=False)
