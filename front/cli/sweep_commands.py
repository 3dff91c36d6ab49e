"""The commands that make a store: ``init``, ``sweep``, ``status``, ``verify``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.text.amounts import counted, readable_size, span
from .specs import read_spec
from .sweep_output import MOST_LINES, end_of_verify, say_repairs, say_verified, verified_as_json
from .terminal import Incomplete, console, progress_shown, say

if TYPE_CHECKING:
    from ..sweeps.run.runner import SweepSummary
    from ..sweeps.spec.spec import Spec

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="The spec, a TOML file ('tredegar init' writes one).")]
StorePath = Annotated[Path, typer.Argument(metavar="STORE", help="The store that a sweep wrote.")]
Out = Annotated[Path, typer.Option("--out", "-o", metavar="STORE", help="The store to create or to finish.")]
Workers = Annotated[
    int | None,
    typer.Option(
        min=0, max=4096, help="Processes on this machine; 0: this one alone.", show_default="2, or one for each GPU"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for other programs.")]
TaskOption = Annotated[
    str | None,
    typer.Option(
        metavar="K/N|auto",
        help="One task of a job array: batches b with b % N == K, K from 0. auto: as the scheduler or MPI numbers it;"
        " auto/N where that does not say how many there are.",
    ),
]
Engine = Annotated[str, typer.Option(help="What executes the runs: auto, or a name that 'tredegar engines' lists.")]


def register_sweep_commands(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("init", rich_help_panel="Sweeps")(init_command)
    app.command("sweep", rich_help_panel="Sweeps")(sweep_command)
    app.command("extend", rich_help_panel="Sweeps")(extend_command)
    app.command("merge", rich_help_panel="Sweeps")(merge_command)
    app.command("compact", rich_help_panel="Sweeps")(compact_command)
    app.command("status", rich_help_panel="Sweeps")(status_command)
    app.command("verify", rich_help_panel="Sweeps")(verify_command)


def init_command(spec: Annotated[Path, typer.Argument(metavar="SPEC", help="The file to write.")]) -> None:
    """Write a commented spec to start from. An existing file is left alone."""
    from ..sweeps.spec.example import EXAMPLE

    try:
        with spec.open("x", encoding="utf-8") as file:
            file.write(EXAMPLE)
    except FileExistsError:
        raise ValueError(f"'{spec}' exists already; choose another name or edit it") from None
    typer.echo(f"wrote {spec}; next: tredegar sweep {spec} --out {spec.stem}.zarr --plan")


def task_option(text: str | None) -> tuple[int, int] | None:
    """Return the share that ``--task`` means. Raises typer.BadParameter, or TaskError if it cannot be found out."""
    from ..sweeps.jobs.task_rank import TaskMistyped, share_of

    try:
        return share_of(text)
    except TaskMistyped as error:
        raise typer.BadParameter(str(error), param_hint="--task") from None


def _check_one_of(options: dict[str, object]) -> None:
    chosen = [name for name, value in options.items() if value is not None]
    if len(chosen) > 1:
        raise typer.BadParameter(f"give one of {' and '.join(chosen)}, not both")


def _default_workers(engine: str) -> int:
    from ..sweeps.jobs.gpus import gpus_for

    return len(gpus_for(engine)) or 2


def sweep_command(
    spec: SpecFile,
    out: Out,
    engine: Engine = "auto",
    workers: Workers = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="FILE_OR_ADDRESS", help="Workers of a Dask scheduler that runs already.")
    ] = None,
    task: TaskOption = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Print runs, batches, files, bytes, memory and time; run nothing.")
    ] = False,
    max_files: Annotated[int | None, typer.Option(min=1, help="Refuse a sweep that needs more files.")] = None,
    max_bytes: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Refuse a larger store, such as 200GB (before compression).")
    ] = None,
    max_hours: Annotated[float | None, typer.Option(min=0.0, help="Refuse a sweep forecast to take longer.")] = None,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="On a resume, compare what is done with its digests.")
    ] = True,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Compute the runs that failed again, such as on another machine.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Create the store of a spec, or finish it: the same command again resumes, and computes only what is missing.

    Kill it at any moment; nothing is lost but the batches in work. What is damaged is found, computed again and named.
    The finished store is byte for byte the one that an undisturbed sweep writes, whatever the number of workers.
    """
    _check_one_of({"--workers": workers, "--scheduler": scheduler, "--task": task})
    if as_json and not plan:
        raise typer.BadParameter("it is for --plan", param_hint="--json")
    part = task_option(task)
    checked = read_spec(spec, out)
    from ..sweeps.run.plan import Budget, check_budget, make_plan, parse_size

    budget = Budget(max_files, parse_size(max_bytes) if max_bytes else None, max_hours)
    parallel = 1 if part else _default_workers(engine) if workers is None else max(1, workers)
    if plan or budget.limited:
        processes, one_thread = (part[1], False) if part else (parallel, workers != 0)
        made = make_plan(checked, engine, processes, plan or max_hours is not None, one_thread)
        if plan:
            from .sweep_output import plan_as_json, print_plan

            typer.echo(plan_as_json(made)) if as_json else print_plan(made, parallel)
        check_budget(made, budget)
    if not plan:
        _run(checked, out, engine, parallel if workers != 0 else 0, scheduler, part, check, retry_failed)


def extend_command(
    store: StorePath,
    spec: SpecFile,
    engine: Engine = "auto",
    workers: Annotated[int, typer.Option(min=0, max=4096, help="Processes on this machine; 0: this one alone.")] = 2,
    run: Annotated[
        bool, typer.Option("--run/--no-run", help="--no-run only enlarges the store; 'tredegar sweep' then fills it.")
    ] = True,
) -> None:
    """Add replicates or points to a finished sweep; nothing that it has is computed again.

    SPEC is the sweep's own spec with more replicates (in multiples of those it has), a grid with more levels, a table
    with more rows below the old ones, or a sobol design doubled.
    """
    from ..sweeps.run.runner import check_engine
    from ..sweeps.store.store import SweepStore
    from ..sweeps.upkeep.extend import extend_store

    enlarged = read_spec(spec, store)
    if run:
        check_engine(engine)  # a misspelt name must leave the store as it was
    points, replicates = extend_store(SweepStore(store), enlarged)
    typer.echo(f"{store} now asks for {points:,} points x {replicates:,} replicates", err=True)
    if run:
        _run(enlarged, store, engine, workers, None, None, True)


def merge_command(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE...", help="Stores of one spec, two or more.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="STORE", help="The store to write.")],
) -> None:
    """Merge stores of one spec, each swept in part on a machine of its own, into a new one; digests are compared.

    What no store has is missing in the new one; 'tredegar sweep' computes it. The stores stay as they are.
    """
    from ..sweeps.store.store import SweepStore
    from ..sweeps.upkeep.merge import merge_stores

    with console(stderr=True).status("copying and comparing"):
        merged = merge_stores([SweepStore(store) for store in stores], out)
    for line in merged.left_out[:MOST_LINES]:
        typer.echo(f"left out: {line}", err=True)
    counts = merged.counts
    typer.echo(f"{merged.path}: done {counts.done:,}, failed {counts.failed:,}, missing {counts.missing:,}")
    if not counts.complete:
        raise Incomplete


def compact_command(
    store: StorePath,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="ARCHIVE", help="What to write: a folder or, ending in .zip, a file.")
    ],
) -> None:
    """Write a finished sweep as an archive of few large files, or of one; it is compared before it gets its name."""
    from ..store.paths import is_zip
    from ..sweeps.store.store import SweepStore
    from ..sweeps.upkeep.compact import compact_store

    with console(stderr=True).status("copying and comparing"):
        made = compact_store(SweepStore(store), out)
    size = f"{counted(made.files, 'file')}, {readable_size(made.bytes)}"
    typer.echo(f"{made.path}: {size}, equal to {store} in every value")
    if is_zip(out):
        typer.echo(f"open it: xarray.open_zarr(zarr.storage.ZipStore('{out}', mode='r'))")


def _run(
    checked: Spec,
    out: Path,
    engine: str,
    workers: int,
    scheduler: str | None,
    part: tuple[int, int] | None,
    check: bool,
    retry_failed: bool = False,
) -> None:
    from ..sweeps.run.runner import complete_sweep

    with progress_shown() as show:
        summary = complete_sweep(
            checked, out, workers, engine, scheduler, part, show, check=check, say=say, retry_failed=retry_failed
        )
    say_summary(summary, part is not None)


def say_summary(summary: SweepSummary, one_task: bool) -> None:
    """Print what became of a sweep.

    Raises Incomplete if it is not complete, ValueError if something stopped it or if every run failed.
    """
    counts, path = summary.counts, summary.path
    if not summary.digests:
        typer.echo(f"note: {path} has no digests: damage that fits its checksum goes unseen", err=True)
    say_repairs(summary.repaired)
    if summary.stopped and summary.stopped != "interrupted":
        missing = counted(counts.missing, "run")
        raise ValueError(f"the sweep stopped: {summary.stopped}; {missing} are missing in {path}")
    if summary.computed:
        rate = summary.computed / max(summary.seconds, 1e-9)
        typer.echo(f"computed {counted(summary.computed, 'run')} in {span(summary.seconds)} ({rate:,.1f} runs/s)")
    why = f"'tredegar status {path}' says why"
    if counts.all_failed:
        raise ValueError(f"every run of {path} failed; {why}")
    if counts.failed:
        typer.echo(f"{counted(counts.failed, 'run')} failed; {why}, --retry-failed computes them again")
    if summary.complete:
        typer.echo(f"{path} is complete: {counted(counts.done + counts.failed, 'run')}")
        return
    typer.echo(f"{path} is incomplete: {counted(counts.missing, 'run')} missing; run the same command again to finish")
    if summary.stopped or not one_task:
        raise Incomplete


def status_command(
    store: StorePath,
    failures: Annotated[int, typer.Option(min=0, help="How many failed runs to show of each cause.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Say how far a sweep is: complete, missing and failed runs, the rate, and what failed and why."""
    from ..sweeps.upkeep.status import report_status
    from .sweep_output import print_status, status_as_json

    found = report_status(store, failures)
    typer.echo(status_as_json(found)) if as_json else print_status(found)
    if not found.counts.complete:
        raise Incomplete


def verify_command(
    store: StorePath,
    runs: Annotated[int, typer.Option(min=0, help="How many runs, chosen at random, to compute again here.")] = 3,
    engine: Engine = "auto",
    seed: Annotated[int | None, typer.Option(help="Choose the same runs each time.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair/--no-repair", help="Make anew what is damaged; --no-repair only looks.")
    ] = True,
    patience: Annotated[
        int, typer.Option(min=0, metavar="SECONDS", help="How long to look again for what seems missing or damaged.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Check a store or an archive, and repair what is damaged in a store.

    Every value is compared with its digest, and some runs computed again here must be equal bit for bit. Where tasks
    on other machines have ended just now, --patience 90: some file systems show new files as late as that.
    """
    from ..sweeps.run.verify import verify_store

    with console(stderr=True).status("reading every chunk"):
        found = verify_store(store, runs, engine, seed, repair, patience)
    typer.echo(verified_as_json(found)) if as_json else say_verified(found, store, engine)
    end_of_verify(found, store, runs)
