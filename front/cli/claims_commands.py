"""The commands ``claims`` and ``replay``: experiments that settle the debate, and the story behind one run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..model.text.amounts import counted
from .claims_run import make_stores, run_designs, run_share, second_stage, write_designs
from .resources import JobOptions, job_of, print_script, say_sent, takes_resources, with_warm_up
from .sweep_commands import TaskOption, task_option
from .terminal import console, say

if TYPE_CHECKING:
    from ..results.claims.claims import Claim
    from ..results.claims.designs import DesignSize
    from ..results.claims.pages.report import Written
    from ..results.claims.phases import Contradiction

StorePath = Annotated[Path, typer.Argument(metavar="STORE", help="The store that a sweep wrote.")]


OutFolder = Annotated[
    Path, typer.Option("--out", "-o", metavar="FOLDER", help="Where stores, page, tables and figures go.")
]
SizeName = Annotated[
    str, typer.Option(help="small (minutes), standard (under 20 minutes on two cores), full; tiny is for tests.")
]
Chosen = Annotated[
    list[str] | None, typer.Option(metavar="ID", help="Only this claim (A01..A48, P1..P10); repeat it for more.")
]

SeedOfClaims = Annotated[
    int | None,
    typer.Option(
        help="Seed of the points and of all random streams, 0 .. 4294967295; with another --out the claims meet other "
        "settings and other chance.",
        show_default="20130401",
    ),
]


def register_claims_commands(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("claims", rich_help_panel="Results")(claims_command)
    app.command("submit-claims", rich_help_panel="Results")(submit_claims_command)
    app.command("replay", rich_help_panel="Results")(replay_command)


def claims_command(
    out: OutFolder = Path("claims"),
    size: SizeName = "standard",
    claim: Chosen = None,
    seed: SeedOfClaims = None,
    engine: Annotated[
        str, typer.Option(help="What executes the runs: auto, or a name of 'tredegar engines'.")
    ] = "auto",
    workers: Annotated[int, typer.Option(min=0, max=4096, help="Processes on this machine; 0: this one alone.")] = 2,
    task: TaskOption = None,
    listed: Annotated[bool, typer.Option("--list", help="List the claims and contradictions; run nothing.")] = False,
    docs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Also write the verdicts as a page of Markdown.", hidden=True)
    ] = None,
) -> None:
    """Put the claims of the debate to the test: run their designs, judge them, write one page, tables and figures.

    Where chance leaves settings undecided, as many replicates again are run in a second stage. The same command again
    finishes what is unfinished, and computes nothing twice. With --task one of several processes runs its share and
    writes no page: the same command without it does that when all have ended, and what is left of the second stage.
    """
    chosen_claims, chosen_phases = _chosen(claim)
    if listed:
        _list(chosen_claims, chosen_phases)
        return
    share = task_option(task)
    from ..results.claims.pages.report import designs_of, write_claims
    from ..results.figures.style import figure_style

    with figure_style():  # a missing library is said before anything runs
        wanted = _size_of(size, seed)
    designs = designs_of(wanted, chosen_claims, chosen_phases)
    if share is not None:
        complete = run_share(designs, out, engine, share)
        further = second_stage(designs, out, wanted, chosen_claims) if complete == len(designs) else {}
        complete += run_share(further, out, engine, share)
        total = counted(len(designs | further), "sweep")
        typer.echo(f"the share of this task is done; complete: {complete} of {total}")
        return
    run_designs(designs, out, engine, workers)
    run_designs(second_stage(designs, out, wanted, chosen_claims), out, engine, workers)
    written = write_claims(out, out, wanted, chosen_claims, chosen_phases)
    _print_verdicts(written)
    if docs is not None:
        from ..results.claims.pages.docs import write_docs

        write_docs(docs, out, written, wanted)
    typer.echo(f"wrote {counted(len(written.paths), 'file')} to {out}, first {written.paths[0]}")


@takes_resources
def submit_claims_command(
    asked: JobOptions,
    out: OutFolder = Path("claims"),
    size: SizeName = "standard",
    claim: Chosen = None,
    seed: SeedOfClaims = None,
) -> None:
    """Put the claims to the test on a cluster: an array of tasks that share all designs, then a job that judges them.

    Prints the job script, or sends it with --submit. Submit it again, and it computes what is missing.
    """
    from dataclasses import replace

    from ..results.claims.pages.report import designs_of
    from ..results.figures.style import figure_style

    with figure_style():
        designs = designs_of(_size_of(size, seed), *_chosen(claim))
    job = replace(
        with_warm_up(job_of(asked, out, out, f"claims-{size}"), asked.warm_up),
        claims=(
            f"--size={size}",
            *(f"--claim={name}" for name in claim or ()),
            *(() if seed is None else (f"--seed={seed}",)),
        ),
    )
    if not asked.send:
        print_script(job, asked.cluster, asked.part)
        return
    from ..sweeps.submission import check_sendable, send

    check_sendable(job, asked.cluster)
    stood = make_stores(write_designs(designs, out), out)
    say_sent(job, send(asked.cluster, job, say), stood)


def _size_of(name: str, seed: int | None) -> DesignSize:
    """Return the size ``name`` with ``seed``, its own where that is None; raise ValueError where there is none such."""
    from ..results.claims.designs import SEED, find_size

    return find_size(name, SEED if seed is None else seed)


def _chosen(names: list[str] | None) -> tuple[tuple[Claim, ...], tuple[Contradiction, ...]]:
    from ..results.claims.claims import CLAIMS, find_claim
    from ..results.claims.phases import PHASES, find_phase

    if not names:
        return tuple(CLAIMS.values()), tuple(PHASES.values())
    wanted = {name.upper() for name in names}
    phases = {name: find_phase(name) for name in wanted if name.startswith("P")}
    found = {name: find_claim(name) for name in wanted if not name.startswith("P")}
    return (
        tuple(one for name, one in CLAIMS.items() if name in found),
        tuple(one for name, one in PHASES.items() if name in phases),
    )


def _list(claims_: Iterable[Claim], phases: Iterable[Contradiction]) -> None:
    rows = [(claim.name, claim.position, claim.says, claim.reading) for claim in claims_]
    rows += [(phase.name, phase.positions, phase.question, "phase diagram") for phase in phases]
    _print_table(("id", "position", "says", "read in the model"), rows)


def _print_verdicts(written: Written) -> None:
    from ..results.claims.phase_figure import words_of
    from ..results.claims.wording import decision_word, percent
    from ..results.statistics.interval_kinds import CLAIMS, PHASES, doubts, printed_by

    rows = [
        (
            found.claim.name,
            found.claim.position,
            decision_word(found),
            percent(found.verdict.holds),
            _share(found.verdict.null.share),
            _share(found.verdict.reverses.share),
            "; ".join(one.label for one in found.deciders),
        )
        for found in written.judgements
    ]
    if rows:
        _print_table(("claim", "position", "verdict", "holds", "null", "reverses", "decided by"), rows)
    for chart in written.charts:
        typer.echo(f"{chart.phase.name}: {chart.phase.question} {words_of(chart)}")
    shown = (*(printed_by(CLAIMS) if rows else ()), *(printed_by(PHASES) if written.charts else ()))
    if doubted := doubts(shown):
        typer.echo(doubted)


def _share(share: float) -> str:
    return f"{share:.0%}" if share == share else "unknown"


def _print_table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in header:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    screen = console()
    screen.soft_wrap = False
    screen.print(table)


def replay_command(
    store: StorePath,
    point: Annotated[int, typer.Option(min=0, metavar="P", help="Number of the point, from 0.")],
    replicate: Annotated[int, typer.Option(min=0, metavar="R", help="Number of the replicate, from 0.")],
    trust: Annotated[
        int | None,
        typer.Option(min=0, metavar="J", help="Trust to follow closely; default the one where most happens."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Where to write.", show_default="STORE-replay")
    ] = None,
) -> None:
    """Run one run of a store again, agent by agent, check that it is the same to the last bit, and tell its story."""
    from ..results.replay.story import write_replay
    from ..store.paths import beside

    folder = out if out is not None else beside(store, "replay")
    written = write_replay(store, folder, point, replicate, trust)
    typer.echo(written.statement)
    typer.echo(
        f"wrote {counted(len(written.paths), 'file')} to {folder}: {', '.join(path.name for path in written.paths)}"
    )


__all__ = ["claims_command", "register_claims_commands", "replay_command", "submit_claims_command"]
