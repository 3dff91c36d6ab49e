"""Cross-sections of trusts: how far their years lie apart and which way they lean, in runs and in the record's files.

Nothing was fitted to the skew. The spread of reported access is near V08, which was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr

from ...observation.files.definitions import ALL_TYPES, MAJOR
from ...observation.files.table_reader import FileTable
from ...observation.files.trust_months import compared_years, months_by_type, yearly_access
from ...observation.operators.ordered import Floats
from ...observation.summaries import BURN_IN, YEARLY_RECORD
from ...store.format import DONE

PANELS_SHOWN = ("reported_access", "true_access", "quality")
MEASURES_SHOWN = ("standard deviation", "skewness")


class CrossSection(NamedTuple):
    """Standard deviation and skewness over trusts of the means of each year, both (history, year)."""

    spread: Floats
    skewness: Floats


def shape_of_trusts(panel: Floats) -> CrossSection:
    """Return the shape of the trusts by history and year: ``panel`` (history, trust, year), NaN where not observed.

    The standard deviation has the unit of ``panel``; skewness is the third moment over the cube of the second's root, 0
    where all trusts are alike.

    >>> found = shape_of_trusts(np.array([[[0.0], [0.0], [0.0], [4.0]]]))
    >>> found.spread.tolist(), found.skewness.round(3).tolist()
    ([[2.0]], [[1.155]])
    """
    number = np.isfinite(panel).sum(axis=1)
    away = panel - np.nanmean(panel, axis=1, keepdims=True)
    squares, cubes = (np.nanmean(away**power, axis=1) for power in (2, 3))
    spread = np.sqrt(squares * number / (number - 1.0))
    return CrossSection(spread, np.where(squares > 0.0, cubes / np.where(squares > 0.0, squares, 1.0) ** 1.5, 0.0))


def cross_sections_of(sweeps: Sequence[xr.Dataset]) -> dict[str, CrossSection]:
    """Return the shape of the trusts of all completed runs of ``sweeps``, by panel, after the burn-in.

    They hold the records of trusts by year (point, replicate, trust, year). Raises KeyError where they do not.

    >>> cross_sections_of([xr.Dataset()])
    Traceback (most recent call last):
    KeyError: "No variable named 'trust_year_reported_access'. Variables on the dataset include []"
    """
    found = {}
    for name in PANELS_SHOWN:
        panels = [
            each[f"{YEARLY_RECORD}{name}"].values[each["status"].values == DONE][:, :, BURN_IN // 12 :]
            for each in sweeps
        ]
        found[name] = shape_of_trusts(np.concatenate(panels).astype(np.float64))
    return found


def recorded_cross_sections(tables: Mapping[str, FileTable]) -> dict[str, CrossSection]:
    """Return the shape of reported access that ``tables`` (name of a file -> table) give: what it is of -> shape.

    Trusts, months and years are those of V08 and V11; a file that is not there gives none.
    """
    found = {}
    if MAJOR in tables:
        one, _ = months_by_type(tables[MAJOR])
        found["type 1, financial years 2016-17 to 2018-19"] = shape_of_trusts(yearly_access(one, (0, 1, 2))[None])
    if ALL_TYPES in tables:
        years = compared_years(tables[ALL_TYPES])
        ends = years[:, ~np.isnan(years).all(axis=0)]
        found["all types, April to July of 2021 and 2025"] = shape_of_trusts(ends[None])
    return found


def cross_section_rows(
    models: Mapping[str, Mapping[str, CrossSection]], record: Mapping[str, CrossSection]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the rows of the table: each measure of each panel, in the models and in the record.

    A model's cell has the mean over runs and years and, in brackets, the bounds of 95 % of single runs, each the mean
    over its years; the record's has every year by itself.
    """
    rows = []
    for panel in PANELS_SHOWN:
        for place, measure in enumerate(MEASURES_SHOWN):
            cells = [_of_runs(found[panel][place]) for found in models.values()]
            said = [f"{name}: {_listed(each[place][0])}" for name, each in record.items()]
            told = "; ".join(said) if panel == "reported_access" else ""
            rows.append((panel, measure, *cells, told or "no file"))
    return ("yearly mean of", "over trusts", *models, "record, by year"), rows


def _of_runs(values: Floats) -> str:
    by_run = values.mean(axis=1)
    low, high = np.quantile(by_run, (0.025, 0.975))
    return f"{by_run.mean():.3g} ({low:.3g} to {high:.3g})"


def _listed(years: Floats) -> str:
    return ", ".join(f"{value:.3g}" for value in years)
