"""Run all experiments of history and write docs/experiments.md with its figure: what `make experiments` runs.

The settings of each are a sweep in build/experiments, so that a stopped call is finished by the same one, and a second
call only reads them. Stores of other rules are refused: remove the folder after a change of the rules.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tredegar import experiment
from tredegar.results.experiments.chapter import experiments_page
from tredegar.results.experiments.figure import draw_experiments
from tredegar.results.experiments.reading import experiment_names
from tredegar.results.figures.style import save_picture

ROOT = Path(__file__).resolve().parent.parent
SETTINGS, OF_SETTING, RUNS = 300, 2, 64
"""Settings of the space, runs of each arm at each of them, and at the defaults."""
FIGURE = "figures/experiments.png"


def main() -> None:
    """Run what is missing, and write the page; with names run these alone and write nothing."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("names", nargs="*", metavar="NAME", help="run these alone, and write no page")
    reader.add_argument("--settings", type=int, default=SETTINGS)
    reader.add_argument("--of-setting", type=int, default=OF_SETTING)
    reader.add_argument("--runs", type=int, default=RUNS)
    reader.add_argument("--stores", type=Path, default=ROOT / "build" / "experiments")
    reader.add_argument("--page", type=Path, default=ROOT / "docs" / "experiments.md")
    chosen = reader.parse_args()
    findings = []
    for name in chosen.names or experiment_names():
        store = chosen.stores / f"{name}.zarr"
        findings.append(
            experiment(name, chosen.settings, chosen.runs, chosen.of_setting, store=store if chosen.settings else None)
        )
        print(findings[-1].words, flush=True)
    if not chosen.names:
        save_picture(draw_experiments(findings), chosen.page.parent / FIGURE, dots=110)
        chosen.page.write_text(experiments_page(findings, FIGURE), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
