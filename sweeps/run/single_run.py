"""One run by itself: what ``tredegar run`` computes, prints and writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.schedule.rulebook import BUILT_IN, RuleBook
from ...model.text.numerals import parse_number
from ...model.text.plain_text import BLANK
from ...store.format import OWN_RULES
from ..spec.design import checked_value, find_quantity
from ..spec.errors import SpecError, safe_name
from .computed import default_simulate

MAIN_OUTCOMES = (
    "true_access",
    "reported_access",
    "quality",
    "integration",
    "overall",
    "wait_months",
    "morale",
    "manager_fear",
    "real_control_now",
)

OPTIONS_OF_A_RUN = {
    **{name: name for name in ("months", "trusts", "clinicians", "seed", "replicate")},
    "replicates": "replicate",
}
"""What is no parameter, but has an option of its own: name -> option."""


@dataclass(frozen=True, slots=True)
class SingleRun:
    """A run and how it was made; ``values`` are outcome -> (month,) float32, ``book`` are its rules."""

    values: dict[str, NDArray[Any]]
    settings: dict[str, float]
    facts: dict[str, int | str]
    engine: str
    book: RuleBook = BUILT_IN


def parse_settings(settings: list[str], book: RuleBook = BUILT_IN) -> dict[str, float]:
    """Return the parameters of ``book`` that texts ``name=value`` set. Raises SpecError, naming what is wrong.

    >>> parse_settings(["real_control=0.8", "sanction_strength@61 = 0.2"])
    {'real_control': 0.8, 'sanction_strength@61': 0.2}
    """
    found: dict[str, float] = {}
    for text in settings:
        name, equals, value = (part.strip(BLANK) for part in text.partition("="))
        if not equals or not name:
            raise SpecError(f"--set must be name=value, such as real_control=0.8, got '{safe_name(text)}'")
        if name in OPTIONS_OF_A_RUN:
            raise SpecError(f"unknown parameter '{name}'; --{OPTIONS_OF_A_RUN[name]} sets it")
        find_quantity(name, None, book)
        try:
            number = parse_number(value)
        except ValueError as error:
            raise SpecError(f"--set {name}: {error}") from None
        if name in found:
            raise SpecError(f"--set names '{name}' twice")
        found[name] = checked_value(name, number, book)
    return found


def run_once(
    settings: dict[str, float],
    months: int,
    trusts: int,
    clinicians: int,
    seed: int,
    replicate: int,
    engine: str,
    book: RuleBook = BUILT_IN,
) -> SingleRun:
    """Run the model once by the rules of ``book``, recording every outcome of every month.

    Raises ValueError for what cannot be run.

    >>> single = run_once({"real_control": 0.8}, 12, 3, 4, seed=7, replicate=0, engine="numpy")
    >>> len(single.values), single.values["quality"].shape
    (102, (12,))
    """
    for name in settings:
        find_quantity(name, months, book)
    points = {name: np.full(1, value) for name, value in settings.items()} or {"real_control": np.full(1, _default())}
    sizes = {"months": months, "trusts": trusts, "clinicians": clinicians, "seed": seed}
    simulate = default_simulate()
    rules = {"rules": book} if book.text else {}
    out = simulate(points, replicates=1, engine=engine, runs=np.array([[replicate]], dtype=np.uint32), **sizes, **rules)
    if out.failures:
        raise ValueError(f"the run failed: {out.failures[0].message}")
    values = {name: out[name][0, 0] for name in book.outcomes}
    return SingleRun(values, settings, {**sizes, "replicate": replicate}, out.engine, book)


def _default() -> float:
    return find_quantity("real_control").parameter.default


def yearly_means(single: SingleRun, outcomes: tuple[str, ...]) -> NDArray[np.float64]:
    """Return the mean of each year, (year, outcome); a last part of a year counts as one.

    Units are those of the outcomes.

    >>> single = SingleRun({"quality": np.arange(18.0)}, settings={}, facts={}, engine="numpy")
    >>> yearly_means(single, ("quality",))
    array([[ 5.5],
           [14.5]])
    """
    table = np.column_stack([single.values[name] for name in outcomes]).astype(np.float64)
    years = -(-len(table) // 12)
    return np.array([table[12 * year : 12 * year + 12].mean(axis=0) for year in range(years)])


def write_run(single: SingleRun, path: Path) -> None:
    """Write the run as a Zarr store with dims (month,), one variable per outcome, settings as scalar coordinates."""
    import xarray as xr

    months = np.arange(1, len(next(iter(single.values.values()))) + 1, dtype=np.int32)
    variables = {
        name: ("month", values, {"long_name": name.replace("_", " "), "units": row.unit, "meaning": row.meaning})
        for name, values in single.values.items()
        for row in (single.book.outcomes[name],)
    }
    coordinates: dict[str, Any] = {"month": ("month", months, {"units": "months", "long_name": "month from 1"})}
    for name, value in single.settings.items():
        row = find_quantity(name, None, single.book).parameter
        coordinates[name] = ((), value, {"units": row.unit, "meaning": row.meaning})
    rules = {OWN_RULES: single.book.text} if single.book.text else {}
    dataset = xr.Dataset(variables, coordinates, {"title": "one run", **single.facts, **rules})
    dataset.to_zarr(path, mode="w-", consolidated=False)
