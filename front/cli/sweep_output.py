"""Output of the commands about sweeps: a plan, how far a sweep is, what was damaged, repaired and verified."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..model.text.amounts import counted, span
from .terminal import Incomplete, console

if TYPE_CHECKING:
    from ..sweeps.run.plan import Plan
    from ..sweeps.run.verify import Verified
    from ..sweeps.upkeep.status import StatusReport

MOST_LINES = 20
"""How many files a command names that were damaged, are repaired or were left out."""


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
    rules = {"own_rules": dict(plan.rules)} if plan.rules else {}
    return json.dumps({**sizes, **batches, **takes, **time, **rules})


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


def say_repairs(repaired: Sequence[str]) -> None:
    """Print what was damaged and is made anew, a line for each file, on stderr."""
    for line in repaired[:MOST_LINES]:
        typer.echo(f"repaired: {line}", err=True)
    if len(repaired) > MOST_LINES:
        typer.echo(f"repaired: {len(repaired) - MOST_LINES:,} more files", err=True)


def say_verified(found: Verified, store: Path, engine: str) -> None:
    """Print what was found, what was repaired and what was checked."""
    say_repairs(found.repaired)
    for line in found.faults[:MOST_LINES]:
        typer.echo(line, err=True)
    if found.faults:
        return
    if found.nothing:
        typer.echo(f"{store}: nothing is recorded, so that there is nothing to verify")
        return
    how = "fit their digests" if found.digests else "fit their checksums; the store has no digests"
    typer.echo(
        f"{store}: {counted(found.files, 'file')} {how}, {counted(found.recomputed, 'run')} computed again here"
        f" with engine {found.engine or engine} {'is' if found.recomputed == 1 else 'are'} equal bit for bit"
    )


def verified_as_json(found: Verified) -> str:
    """Return what was found as one JSON object."""
    return json.dumps({**asdict(found), "complete": found.counts.complete, "sound": not found.faults})


def end_of_verify(found: Verified, store: Path, runs: int) -> None:
    """Raise ValueError for faults that are left or if nothing was verified, Incomplete if runs are missing."""
    if found.faults:
        more = f" ({len(found.faults) - MOST_LINES:,} more not shown)" if len(found.faults) > MOST_LINES else ""
        raise ValueError(f"{counted(len(found.faults), 'fault')} in {store}{more}; {_advice(found)}")
    if not found.counts.complete:
        missing = found.counts.missing
        typer.echo(f"{counted(missing, 'run')} {'is' if missing == 1 else 'are'} still missing", err=True)
        raise Incomplete
    if runs and not found.recomputed:
        raise ValueError(
            f"no run of {store} succeeded, so that none could be computed again; 'tredegar status' says why"
        )


def _advice(found: Verified) -> str:
    if found.why_not == "--no-repair":
        return "without --no-repair what is damaged is computed again"
    return found.why_not or "what is left is not mended by computing it again: see whether the disk is sound"
