"""The designs of claims as sweeps: each is written as a spec with its table, and run into the store beside it.

One process may run all of them, or one task of several its share of each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import typer

from ..model.text.amounts import counted, span
from .terminal import Incomplete, progress_shown, say

if TYPE_CHECKING:
    from ..results.claims.claims import Claim
    from ..results.claims.designs import ClaimDesign, DesignSize
    from ..sweeps.run.executors import Scheduler
    from ..sweeps.run.runner import SweepSummary
    from ..sweeps.spec.spec import Spec


class WritableDesign(Protocol):
    """What is known of a design here: its name and title, its spec (TOML) and its table of points (CSV)."""

    @property
    def name(self) -> str: ...  # noqa: D102 - said above
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def spec(self) -> str: ...  # noqa: D102
    @property
    def points(self) -> str: ...  # noqa: D102


def write_designs(designs: Mapping[str, WritableDesign], folder: Path) -> dict[str, Spec]:
    """Write the specs and tables of ``designs`` into ``folder``; return the specs as read, by name.

    Raises ValueError if a store of another design stands there, StoreError for an address.
    """
    from ..store.paths import local_path
    from ..sweeps.spec.spec import Spec

    local_path(folder).mkdir(parents=True, exist_ok=True)
    for design in designs.values():
        _write_design(design, folder)
    return {name: Spec.from_file(folder / f"{name}.toml") for name in designs}


def _write_design(design: WritableDesign, folder: Path) -> None:
    """Write what is not there yet, each file whole: tasks that start together write the same."""
    from ..sweeps.store.durable import write_durably

    for name, text in ((f"{design.name}.csv", design.points), (f"{design.name}.toml", design.spec)):
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if (folder / f"{design.name}.zarr").exists():
            raise ValueError(
                f"'{folder}' holds the stores of another design (another size, choice of claims or version); "
                "give another --out, or delete the folder"
            )
        write_durably(path, text.encode())


def make_stores(specs: Mapping[str, Spec], folder: Path) -> bool:
    """Make the stores that are not there; return whether all were. Raises StoreError for one of another sweep."""
    from ..sweeps.run.runner import check_same_sweep
    from ..sweeps.store.create import create_store, is_to_be_created
    from ..sweeps.store.store import SweepStore

    made = False
    for name, spec in specs.items():
        path = folder / f"{name}.zarr"
        if is_to_be_created(path):
            made = create_store(spec, path) or made
        else:
            check_same_sweep(SweepStore(path), spec)
    return not made


def run_designs(designs: Mapping[str, WritableDesign], folder: Path, engine: str, workers: int) -> None:
    """Run every design to its end, on ``workers`` processes of this machine. Raises Incomplete if one is stopped."""
    from ..sweeps.cluster.local import local_workers
    from ..sweeps.jobs.gpus import gpus_for
    from ..sweeps.run.executors import OfThisMachine
    from ..sweeps.run.runner import check_engine

    check_engine(engine)
    specs = write_designs(designs, folder)
    with ExitStack() as stack:
        cluster = None
        if workers:
            cluster = OfThisMachine(stack.enter_context(local_workers(workers, gpus_for(engine)[:workers])))
        for number, design in enumerate(designs.values(), start=1):
            typer.echo(f"{number} of {len(designs)}: {design.name}, {design.title}", err=True)
            summary = _run(specs[design.name], folder / f"{design.name}.zarr", engine, workers, cluster)
            if not summary.complete:
                typer.echo(f"stopped: {summary.stopped}; run the same command again to finish", err=True)
                raise Incomplete


def run_share(designs: Mapping[str, WritableDesign], folder: Path, engine: str, share: tuple[int, int]) -> int:
    """Run one task's share of every design, in this process; return how many of their stores are complete now.

    Which task has the first batch changes from design to design, so that small ones are shared as well.
    Raises Incomplete if it was interrupted, ValueError if something else stopped it.
    """
    from ..sweeps.run.runner import check_engine

    check_engine(engine)
    specs = write_designs(designs, folder)
    own, tasks = share
    complete = 0
    for number, (name, spec) in enumerate(specs.items()):
        part = ((own + number) % tasks, tasks)
        summary = _run(spec, folder / f"{name}.zarr", engine, 0, None, part)
        if summary.stopped == "interrupted":
            raise Incomplete
        if summary.stopped:
            raise ValueError(f"the sweep {name} stopped: {summary.stopped}")
        complete += summary.complete
    return complete


def _run(
    spec: Spec, path: Path, engine: str, workers: int, cluster: Scheduler | None, part: tuple[int, int] | None = None
) -> SweepSummary:
    from ..sweeps.run.runner import complete_sweep

    with progress_shown() as show:
        summary = complete_sweep(spec, path, workers, engine, cluster, part, progress=show, say=say)
    if summary.computed:
        typer.echo(f"{counted(summary.computed, 'run')} in {span(summary.seconds)}", err=True)
    return summary


def second_stage(
    designs: Mapping[str, ClaimDesign], folder: Path, size: DesignSize, claims: Iterable[Claim]
) -> dict[str, ClaimDesign]:
    """Return the designs of further replicates that the finished stores of ``designs`` ask for; none without claims.

    What they ask for is decided once and kept beside them. Raises ValueError where a store is unfinished.
    """
    from ..results.claims.stages.further import (
        FILE,
        all_choices,
        choose_settings,
        further_designs,
        read_choices,
        to_text,
    )
    from ..sweeps.store.durable import write_durably, write_first

    choices = read_choices(folder, designs)
    if choices is None:
        # Of other families in the folder nothing is chosen anew.
        text = to_text({**all_choices(folder), **choose_settings(folder, designs, claims)}).encode()
        # Tasks may decide at once, on machines that round unlike each other: what the first wrote holds for all.
        if (folder / FILE).exists():
            write_durably(folder / FILE, text)
        else:
            write_first(folder / FILE, text)
        choices = read_choices(folder, designs) or {}
    return further_designs(choices, size)
