"""Words for what was damaged and what was repaired; what ``verify`` prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ..model.text.amounts import counted
from .terminal import Incomplete

if TYPE_CHECKING:
    from ..sweeps.run.verify import Verified

MOST_LINES = 20
"""How many files a command names that were damaged, are repaired or were left out."""


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
