"""The commands that read stores: ``report``, ``sensitivity``, ``discover`` and others; their work is in ``results``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from ..model.text.plain_text import plain
from ..results.formats import endings
from ..results.sensitivity.methods import AUTO, names_in_words
from .studies.printing import print_rows

StorePath = Annotated[Path, typer.Argument(metavar="STORE", help="The store that a sweep wrote.")]
Outcomes = Annotated[
    list[str] | None, typer.Option("--outcome", metavar="NAME", help="An outcome; repeat it for more.")
]
FromMonth = Annotated[
    int | None, typer.Option(min=1, metavar="M", help="Leave out the months before M; default the first half.")
]
Partial = Annotated[bool, typer.Option("--partial", help="Take an unfinished sweep as it is.")]


def register_results_commands(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("report", rich_help_panel="Results")(report_command)
    app.command("sensitivity", rich_help_panel="Results")(sensitivity_command)
    app.command("discover", rich_help_panel="Results")(discover_command)
    app.command("validate", rich_help_panel="Results")(validate_command)
    app.command("observe", rich_help_panel="Results")(observe_command)
    app.command("compare", rich_help_panel="Results")(compare_command)
    app.command("export", rich_help_panel="Results")(export_command)
    app.command("list", rich_help_panel="Results")(list_command)


def report_command(
    store: StorePath,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FOLDER", help="Where to write.", show_default="STORE-report")
    ] = None,
    outcomes: Outcomes = None,
    from_month: FromMonth = None,
    partial: Partial = False,
) -> None:
    """Report on a store: figures, their data, a table, and one sentence on what the map of two parameters shows."""
    from ..results.figures.sentence import change_table
    from ..results.report.report import write_report
    from ..store.paths import beside

    folder = out if out is not None else beside(store, "report")
    written = write_report(store, folder, outcomes or None, from_month, partial)
    header, rows = change_table(written.changes)
    if rows:
        print_rows(header, rows)
    typer.echo(written.statement)
    if written.lacking:
        typer.echo(f"No boxes: {written.lacking}")
    typer.echo(f"wrote {len(written.paths)} files to {folder}: {', '.join(path.name for path in written.paths)}")


def sensitivity_command(
    store: StorePath,
    method: Annotated[str, typer.Option(help=f"{names_in_words()}; {AUTO} follows the design.")] = AUTO,
    outcomes: Outcomes = None,
    from_month: FromMonth = None,
    window: Annotated[
        int | None,
        typer.Option(min=1, metavar="K", help="Analyse each window of K recorded months; default one mean."),
    ] = None,
    by_points: Annotated[
        bool, typer.Option("--by-points", help="The indices at growing numbers of points: were there enough?")
    ] = False,
    limit: Annotated[
        float | None,
        typer.Option(metavar="X", help="With --by-points: the half-width that intervals should fall below."),
    ] = None,
    resamples: Annotated[int, typer.Option(min=2, help="Resamples of the bootstrap behind the intervals.")] = 100,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help=f"Also write all indices: {endings()}.")
    ] = None,
    partial: Partial = False,
) -> None:
    """Say which parameters the outcomes depend on, with intervals and the share of chance."""
    from ..results.open import open_sweep
    from ..results.sensitivity.indices import Bootstrap
    from ..results.sensitivity.indices import analyze_sensitivity as analyse
    from ..results.sensitivity.table import legend_lines, remarks, summary, write_indices
    from ..results.sensitivity.trace import stopping_lines, trace_rows, trace_sensitivity

    if by_points and window is not None:
        raise typer.BadParameter("--window K is not for --by-points; leave it out")
    if limit is not None and not by_points:
        raise typer.BadParameter("--limit X is for --by-points; give both or none")
    sweep, bootstrap = open_sweep(store, partial=partial), Bootstrap(resamples)
    if by_points:
        indices = trace_sensitivity(sweep, outcomes or None, method, limit, from_month, None, bootstrap)
        (header, rows), lines = trace_rows(indices), [*legend_lines(indices), *stopping_lines(indices)]
    else:
        indices = analyse(sweep, outcomes or None, method, window, from_month, None, bootstrap)
        (header, rows), lines = summary(indices), remarks(indices)
    print_rows(header, rows)
    for line in lines:
        typer.echo(line)
    if out is not None:
        typer.echo(f"wrote {write_indices(indices, out)}")


def discover_command(
    store: StorePath,
    outcome: Annotated[str, typer.Option(metavar="NAME", help="The outcome that decides what is sought.")] = "quality",
    threshold: Annotated[
        float | None, typer.Option(metavar="X", help="What its mean must reach; default the best fifth of the points.")
    ] = None,
    below: Annotated[
        bool, typer.Option("--below", help="Seek the points at or under it (default the worst fifth); less is better.")
    ] = False,
    tree: Annotated[bool, typer.Option("--tree", help="Also print the dense leaves of a classification tree.")] = False,
    lever: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Rank the settings of this lever by regret instead; repeat it for more."),
    ] = None,
    from_month: FromMonth = None,
    partial: Partial = False,
) -> None:
    """Find the region of the parameters in which an outcome is good (or bad): boxes, judged on held-out points."""
    from ..results.discovery.regions import SHARES_IN_BRACKETS, discover, no_region, region_rows, sought
    from ..results.discovery.robust import measure_robustness, ranked, robust_rows
    from ..results.discovery.tree import grow_tree
    from ..results.open import open_sweep

    sweep = open_sweep(store, partial=partial)
    if lever:
        table = measure_robustness(sweep, outcome, tuple(lever), below, from_month)
        typer.echo(ranked(table, outcome, below))
        print_rows(*robust_rows(table, tuple(lever)))
        return
    found = discover(sweep, outcome, threshold, below, from_month)
    typer.echo(sought(found))
    if found.regions:
        print_rows(*region_rows(found))
        typer.echo(SHARES_IN_BRACKETS)
    else:
        typer.echo(no_region(found))
    if tree:
        typer.echo(grow_tree(found))


def validate_command(
    store: StorePath,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE.md", help="Also write the whole table, with definitions and sources.")
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Also draw every target on the scale of its window.")
    ] = None,
    from_month: Annotated[int, typer.Option(min=1, metavar="M", help="First month after the burn-in.")] = 61,
) -> None:
    """Hold a store of runs against the record: every target, inside or outside.

    The runs need [record] summaries = true, or monthly outcomes and the records of trusts.
    """
    from ..results.open import open_sweep
    from ..results.record.table import absence_lines, as_markdown, finding_rows, tally
    from ..results.record.validation import validate

    _check_folders(markdown, figure)
    sweep = open_sweep(store)
    findings = validate(sweep, from_month)
    print_rows(*finding_rows(findings))
    for line in absence_lines(findings):
        typer.echo(line)
    typer.echo(tally(findings))
    picture = ""
    if figure is not None:
        from ..results.figures.style import save_picture
        from ..results.record.figure import draw_validation

        save_picture(draw_validation(findings, sweep.attrs["runs_done"]), figure)
        typer.echo(f"wrote {figure}")
        picture = os.path.relpath(figure, markdown.parent) if markdown is not None else ""
    if markdown is not None:
        markdown.write_text(as_markdown(findings, sweep, picture), encoding="utf-8", newline="\n")
        typer.echo(f"wrote {markdown}")


def observe_command(
    data: Annotated[
        Path, typer.Option("--data", metavar="DIR", help="The folder of files of the record (docs/data.md).")
    ],
    markdown: Annotated[Path | None, typer.Option(metavar="FILE.md", help="Also write the table as a page.")] = None,
) -> None:
    """Observe the record in files: every target that they give, with its window, and what is wrong with the files."""
    from ..observation.files.record_table import lacking_lines, observe, record_page, recorded_rows

    _check_folders(markdown)
    record = observe(data)
    print_rows(*recorded_rows(record))
    for line in (*lacking_lines(record), *map(str, record.defects)):
        typer.echo(line)
    if markdown is not None:
        markdown.write_text(record_page(record), encoding="utf-8", newline="\n")
        typer.echo(f"wrote {markdown}")


def compare_command(
    first: Annotated[Path, typer.Argument(metavar="FIRST", help="The store to compare from.")],
    second: Annotated[Path, typer.Argument(metavar="SECOND", help="The store to compare with it.")],
    outcomes: Outcomes = None,
    from_month: FromMonth = None,
    partial: Partial = False,
) -> None:
    """Compare two stores over the points that both have, run by run where they share random numbers."""
    from ..results.arms.comparison import compare, compared_rows
    from ..results.open import open_sweep

    found = compare(open_sweep(first, partial), open_sweep(second, partial), outcomes or None, from_month)
    for line in found.settings:
        typer.echo(f"set differently: {line}")
    print_rows(*compared_rows(found))
    shared, apart = (
        "differences run by run under common random numbers",
        "random numbers not shared: differences of means",
    )
    how = shared if found.paired else apart
    typer.echo(f"{found.points} points in both; {how}; in brackets 95% intervals")


def export_command(
    store: StorePath,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help=f"The file to write: {endings()}.")],
    outcomes: Outcomes = None,
    from_month: FromMonth = None,
    to_month: Annotated[int | None, typer.Option(min=1, metavar="M", help="Leave out the months after M.")] = None,
    monthly: Annotated[bool, typer.Option("--monthly", help="Every month instead of one mean per run.")] = False,
    by: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="One mean for each value of an outcome: party, reorganisation_direction."),
    ] = None,
    partial: Partial = False,
) -> None:
    """Write runs for other programs: NetCDF, CSV or Parquet, with parameters and status."""
    from ..results.files import export
    from ..results.open import open_sweep

    written = export(open_sweep(store, partial=partial), out, outcomes or None, from_month, to_month, monthly, by)
    typer.echo(f"wrote {written}")


def list_command(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Where to look, also in the folders below.")
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for other programs.")] = False,
) -> None:
    """List the stores below a folder: how far each is, whether its rules are those of here, and what is damaged."""
    from ..results.stores.listing import list_sweeps, listed_as_json, listed_rows, tally_of

    found = list_sweeps(folder)
    if as_json:
        typer.echo(listed_as_json(found))
        return
    if len(found):
        print_rows(*listed_rows(found))
    for path, problem in found.loc[found["problem"] != "", ["path", "problem"]].itertuples(index=False):
        typer.echo(f"{plain(path)}: {problem}")
    typer.echo(f"{tally_of(found['state'])} below '{plain(folder)}'")


def _check_folders(*files: Path | None) -> None:
    """Raise ValueError for a file that is to be written where there is no folder, before anything is computed."""
    for file in files:
        if file is not None and not file.parent.is_dir():
            raise ValueError(f"'{plain(file)}' cannot be written: make the folder '{plain(file.parent)}' first")
