"""Draw docs/figures and write docs/validation.md from the specs in examples/: what `make figures` runs.

The stores are kept in a folder, so that a second call only draws. A store of other rules or of another spec is refused
by the sweep; remove the folder then.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import xarray as xr

from tredegar.results import draw_map, draw_over_time, draw_sensitivity, open_sweep, validate
from tredegar.results.dataset import varied_parameters
from tredegar.results.discovery.figure import region_panels
from tredegar.results.discovery.regions import discover
from tredegar.results.figures.style import compose, save_picture
from tredegar.results.record.figure import draw_validation
from tredegar.results.record.table import as_markdown
from tredegar.results.sensitivity.indices import analyze_sensitivity
from tredegar.sweeps import Spec, complete_sweep

ROOT = Path(__file__).resolve().parent.parent
DOTS = 130
"""Dots per inch: sharp on a page, and below 300 kB."""
YEARS = 2


def swept(name: str, stores: Path) -> xr.Dataset:
    """Return the store of ``examples/name.toml``, swept as far as it is missing."""
    spec, store = Spec.from_file(ROOT / "examples" / f"{name}.toml"), stores / f"{name}.zarr"
    print(f"sweeping examples/{name}.toml")
    if not complete_sweep(spec, store, workers=0).complete:
        raise RuntimeError(f"the sweep of examples/{name}.toml is not complete; `tredegar status {store}` says why")
    return open_sweep(store)


def draw_first(sweep: xr.Dataset, folder: Path) -> None:
    """The map of `make demo`, and the same runs over time."""
    save_picture(draw_map(sweep, "quality"), folder / "first.png", DOTS)
    save_picture(draw_over_time(sweep, None, "mandate_detail"), folder / "over-time.png", DOTS)


def draw_what_matters(sweep: xr.Dataset, folder: Path) -> None:
    """What outcomes depend on over time, and where one of them is good or bad."""
    course = analyze_sensitivity(
        sweep, ["quality", "true_access", "gaming_gap"], window=round(12 * YEARS / _every(sweep))
    )
    save_picture(draw_sensitivity(course), folder / "sensitivity.png", DOTS)
    found = [discover(sweep, "quality", None, below) for below in (False, True)]
    panels = region_panels(found, varied_parameters(sweep))
    note = "Best and worst fifth of the points by quality over the second half of the run; boxes made from two thirds."
    save_picture(compose(panels, 2, note, (4.4, 3.6)), folder / "regions.png", DOTS)


def _every(sweep: xr.Dataset) -> int:
    return int(sweep.month[1] - sweep.month[0])


def hold_against_the_record(sweep: xr.Dataset, folder: Path) -> None:
    """The page of the record, and its figure."""
    findings = validate(sweep)
    save_picture(draw_validation(findings, sweep.attrs["runs_done"]), folder / "validation.png", DOTS)
    page = as_markdown(findings, sweep, "figures/validation.png")
    (ROOT / "docs" / "validation.md").write_text(page, encoding="utf-8", newline="\n")


def main() -> None:
    """Draw everything."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--stores", type=Path, default=ROOT / "build" / "figures", help="where the stores are kept")
    stores = options.parse_args().stores
    folder = ROOT / "docs" / "figures"
    stores.mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    draw_first(swept("first", stores), folder)
    draw_what_matters(swept("what_matters", stores), folder)
    hold_against_the_record(swept("validation", stores), folder)


if __name__ == "__main__":
    main()
