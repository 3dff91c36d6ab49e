"""Story of one run: it is run again, checked against the store, and told as a page and a table of decisions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..figures.style import figure_style
from ..open import open_sweep
from ..report.page import render
from .page import replay_page
from .rerun import check_equal, rerun_of, run_again

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What was written: files (the page first), the log of decisions, and one sentence."""

    paths: tuple[Path, ...]
    log: pd.DataFrame
    statement: str


def write_replay(store: str | Path, out: str | Path, point: int, replicate: int, trust: int | None = None) -> Replay:
    """Run one run of ``store`` again, check it and write its story to the folder ``out``.

    Writes ``index.html`` and ``decisions.csv``; ``trust`` is followed down to its clinicians, by default the one where
    most was decided. Raises what :func:`rerun_of` and :func:`check_equal` raise, and ValueError for an unknown trust.
    """
    sweep = open_sweep(store, partial=True, chunks=None)
    rerun = rerun_of(sweep, point, replicate)
    if trust is not None and not 0 <= trust < rerun.trusts:
        raise ValueError(f"trust must lie in 0 .. {rerun.trusts - 1}, got {trust}")
    chronicle, again = run_again(rerun)
    compared = check_equal(rerun, again, sweep)
    followed = chronicle.busiest() if trust is None else trust
    log = chronicle.table(followed)
    statement = (
        f"Run (point {point}, replicate {replicate}) came out again, agent by agent: {compared:,} recorded values are "
        f"equal to the last bit. {len(log):,} decisions and turns, trust {followed} followed closely."
    )
    with figure_style():
        html = render(replay_page(rerun, chronicle, followed, statement))
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / "index.html", folder / "decisions.csv")
    paths[0].write_text(html, encoding="utf-8", newline="\n")
    log.to_csv(paths[1], index=False, lineterminator="\n")
    return Replay(paths=paths, log=log, statement=statement)
