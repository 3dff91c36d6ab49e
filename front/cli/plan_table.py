"""Printing of ``sweep --plan`` and ``status``."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from ..model.text.amounts import counted, span
from .terminal import console

if TYPE_CHECKING:
    from ..sweeps.run.plan import Plan
    from ..sweeps.upkeep.status import StatusReport


def print_plan(plan: Plan, processes: int) -> None:
    """Print what a sweep will take; nothing was run but the pilot, nothing was written."""
    from rich.table import Table

    from ..sweeps.run.plan import rows_of_plan

    table = Table.grid(padding=(0, 2))
    for name, text in rows_of_plan(plan, processes):
        table.add_row(name, text)
    console().print(table)


def plan_as_json(plan: Plan) -> str:
    """Return what a sweep will take as one JSON object: bytes before compression, memory in bytes, seconds."""
    batches = {"points_per_batch": plan.size.points_per_batch, "batches": plan.size.batches}
    takes = {"files": plan.size.files, "bytes": plan.size.bytes, "memory_of_a_worker": plan.memory}
    sizes = {"points": plan.points, "replicates": plan.replicates, "runs": plan.runs}
    pilot = {"engine": plan.pilot.engine, "seconds_of_a_batch": plan.pilot.batch_seconds} if plan.pilot else None
    time = {"pilot": pilot, "processes": plan.processes, "seconds": plan.seconds}
    return json.dumps({**sizes, **batches, **takes, **time})


def status_as_json(found: StatusReport) -> str:
    """Return how far a sweep is as one JSON object."""
    counts = {"runs": found.points * found.replicates, **asdict(found.counts), "complete": found.counts.complete}
    return json.dumps({**asdict(found), "path": str(found.path), "counts": counts})


def print_status(found: StatusReport) -> None:
    """Print how far a sweep is."""
    counts, runs = found.counts, found.points * found.replicates
    typer.echo(
        f"{found.path} ('{found.name}'): {found.points:,} points x {found.replicates:,} replicates ="
        f" {counted(runs, 'run')} in {counted(found.batches, 'batch')}"
    )
    typer.echo(f"done {counts.done:,}, failed {counts.failed:,}, missing {counts.missing:,}")
    if found.rate is not None:
        work = f"{found.rate:,.1f} runs/s of one process ({', '.join(found.engines)})"
        left = f"; {span(counts.missing / found.rate)} of one process left" if counts.missing else ""
        typer.echo(f"{work}{left}")
    if not found.digests:
        typer.echo("the store has no digests: damage that fits its checksum goes unseen")
    for cause in found.causes:
        typer.echo(f"failed: {counted(cause.runs, 'run')}: {cause.reason}")
        for run in cause.examples:
            values = ", ".join(f"{name} = {value:g}" for name, value in run.parameters.items())
            typer.echo(f"  point {run.point}, replicate {run.replicate}: {values}")
        if cause.runs > len(cause.examples) > 0:
            typer.echo(f"  and {cause.runs - len(cause.examples):,} more")
    typer.echo("complete" if counts.complete else "incomplete: run the same sweep command again to finish")
