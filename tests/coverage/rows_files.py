"""Rows of the record in files: windows of observed targets, of tables that come from a known law."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import stats

from tredegar.observation.files.calendar_months import month_number
from tredegar.observation.files.definitions import (
    ALL_TYPES,
    COUNCILS,
    MAJOR,
    REORGANISATIONS,
    SECRETARIES,
    SUCCESSIONS,
)
from tredegar.observation.files.recipes import observed_target
from tredegar.observation.files.shapes import SHAPES
from tredegar.observation.files.table_reader import FileTable

from .law import Row, Said

Draw = Callable[[np.random.Generator, int], np.ndarray]
TRIALS = 200
KIND = "record in files: "
LAWS: dict[str, Draw] = {
    "gamma of shape 5": lambda rng, number: rng.gamma(5.0, 0.2, number),
    "gamma of shape 2": lambda rng, number: rng.gamma(2.0, 0.5, number),
    "log-normal of sd .45": lambda rng, number: rng.lognormal(0.0, 0.45, number),
    "normal": lambda rng, number: 5.0 + rng.standard_normal(number),
    "Student's t of 6 degrees": lambda rng, number: 9.0 + rng.standard_t(6, number),
}
"""Truth -> how values above 0 are drawn from it."""
MOMENTS = {
    "gamma of shape 5": (1.0, 5.0**-0.5, stats.gamma(5.0, scale=0.2).median()),
    "gamma of shape 2": (1.0, 2.0**-0.5, stats.gamma(2.0, scale=0.5).median()),
    "log-normal of sd .45": (np.exp(0.45**2 / 2.0), np.sqrt(np.expm1(0.45**2) * np.exp(0.45**2)), 1.0),
    "normal": (5.0, 1.0, 5.0),
    "Student's t of 6 degrees": (9.0, np.sqrt(1.5), 9.0),
}
"""Truth -> its mean, standard deviation and median."""


def table(file: str, texts: dict, months: dict, numbers: dict) -> FileTable:
    """Return a table as if it had been read; what is not given is empty or 0."""
    count = len(next(iter((*texts.values(), *months.values()))))
    shape = SHAPES[file]
    nothing = {name: np.zeros(count) for name in shape.numbers}
    words = {name: np.full(count, "x") for name, kind in shape.columns if kind in ("code", "word")}
    return FileTable(shape, np.arange(2, count + 2), words | texts, months, nothing | numbers)


def said(name: str, tables: dict[str, FileTable], truth: float) -> Said:
    """Return what files say of a target, beside what is true."""
    found = observed_target(name, tables)
    return Said(*(np.array([value]) for value in (found.value, *found.window, truth)))


def of_events(name: str, law: str, scale: float, events: int) -> Callable[[np.random.Generator], Said]:
    mean, spread, median = (scale * value for value in MOMENTS[law])
    truth = {"V01": mean / 12.0, "V02": spread / mean, "V04": mean, "V05": float(np.round(median))}[name]
    file, when = (REORGANISATIONS, "date") if name in ("V01", "V02") else (SECRETARIES, "start")

    def trial(rng: np.random.Generator) -> Said:
        gaps = np.maximum(1, np.round(scale * LAWS[law](rng, events - 1))).astype(int)
        months = month_number("1950-01") + np.r_[0, gaps.cumsum()]
        flags = {"major": np.ones(events)} if file == REORGANISATIONS else {}
        return said(name, {file: table(file, {}, {when: months}, flags)}, truth)

    return trial


def yearly_numbers(rng: np.random.Generator, shape: float, follows: float, years: int = 30) -> np.ndarray:
    """Skewed yearly numbers of successions, ``follows`` the correlation of a year with the next behind them."""
    normal = np.empty(years)
    normal[0] = rng.standard_normal()
    for year in range(1, years):
        normal[year] = follows * normal[year - 1] + np.sqrt(1.0 - follows**2) * rng.standard_normal()
    rate = stats.gamma.ppf(stats.norm.cdf(normal), shape, scale=1.0 / shape)
    return rng.poisson(13.0 * np.maximum(rate, 1e-3)) + (np.arange(years) % (years - 1) == 0)  # ends are not empty


def busiest_six(numbers: np.ndarray) -> float:
    return float(np.sort(numbers)[-6:].sum() / numbers.sum())


@cache
def mean_busiest(shape: float, follows: float) -> float:
    rng = np.random.default_rng(1948)
    return float(np.mean([busiest_six(yearly_numbers(rng, shape, follows)) for _ in range(5000)]))


def of_successions(shape: float, follows: float) -> Callable[[np.random.Generator], Said]:
    def trial(rng: np.random.Generator) -> Said:
        years = np.repeat(np.arange(30), yearly_numbers(rng, shape, follows))
        codes = np.array([f"R{number}" for number in range(len(years))])
        months = {"date": month_number("1993-04") + 12 * years}
        tables = {SUCCESSIONS: table(SUCCESSIONS, {"old_code": codes}, months, {})}
        return said("V07", tables, mean_busiest(shape, follows))

    return trial


def trust_table(access: np.ndarray, attendances: np.ndarray | float = 1e6) -> dict[str, FileTable]:
    """Return the file of trusts by month with ``access`` (trust, month) in the first months of its years."""
    trusts, months = access.shape
    starts = month_number("2016-04") + (12 * np.arange(months) if months <= 3 else np.arange(months))
    codes = np.repeat([f"R{number:03}" for number in range(trusts)], months)
    attended = np.broadcast_to(np.asarray(attendances, dtype=float), access.shape).ravel()
    numbers = {"attendances": attended, "breaches": attended * (1.0 - access.ravel())}
    texts = {"org_code": codes, "type": np.full(len(codes), "1")}
    return {MAJOR: table(MAJOR, texts, {"period": np.tile(starts, trusts)}, numbers)}


def of_spread(law: str, trusts: int) -> Callable[[np.random.Generator], Said]:
    def trial(rng: np.random.Generator) -> Said:
        access = 0.3 + 0.02 * LAWS[law](rng, trusts)
        return said("V08", trust_table(np.repeat(access[:, None], 3, axis=1)), 0.02 * MOMENTS[law][1])

    return trial


def of_sizes(law: str) -> Callable[[np.random.Generator], Said]:
    def trial(rng: np.random.Generator) -> Said:
        sizes = np.repeat(1e5 * LAWS[law](rng, 130)[:, None], 3, axis=1)
        return said("V38", trust_table(np.full(sizes.shape, 0.9), sizes), MOMENTS[law][1] / MOMENTS[law][0])

    return trial


def years_of_trusts(rng: np.random.Generator, trusts: int, kept: float) -> np.ndarray:
    """Scores (trust, year) of three years, correlated by ``kept`` and its square."""
    found = [rng.standard_normal(trusts)]
    for _ in range(2):
        found.append(kept * found[-1] + np.sqrt(1.0 - kept**2) * rng.standard_normal(trusts))
    return np.stack(found, axis=1)


def of_ranks(name: str, kept: float, trusts: int) -> Callable[[np.random.Generator], Said]:
    truth = 6.0 / np.pi * np.arcsin((kept if name == "V09" else kept**2) / 2.0)

    def trial(rng: np.random.Generator) -> Said:
        access = 0.85 + 0.02 * np.clip(years_of_trusts(rng, trusts, kept), -6.0, 6.0)
        return said(name, trust_table(access) if name != "V11" else four_years_apart(access[:, ::2]), truth)

    return trial


def four_years_apart(access: np.ndarray) -> dict[str, FileTable]:
    trusts = len(access)
    starts = month_number("2021-04") + np.array([0, 48])
    attended = np.full(2 * trusts, 1e6)
    numbers = {"total_attendances": attended, "attendances_over_4hours": attended * (1.0 - access.ravel()),
               "total_emergency_admissions": 0.3 * attended}  # fmt: skip
    codes = {"nhs_trust22_code": np.repeat([f"R{number:03}" for number in range(trusts)], 2)}
    return {ALL_TYPES: table(ALL_TYPES, codes, {"date": np.tile(starts, trusts)}, numbers)}


@cache
def share_that_stays(kept: float) -> float:
    scores = years_of_trusts(np.random.default_rng(1948), 2_000_000, kept)
    worst = scores[:, 0] <= np.quantile(scores[:, 0], 0.1)
    return float((scores[worst, 2] <= np.quantile(scores[:, 2], 0.2)).mean())


def of_worst(kept: float, trusts: int) -> Callable[[np.random.Generator], Said]:
    def trial(rng: np.random.Generator) -> Said:
        access = 0.85 + 0.02 * np.clip(years_of_trusts(rng, trusts, kept), -6.0, 6.0)
        return said("V39", trust_table(access), share_that_stays(kept))

    return trial


def reports(rng: np.random.Generator, trusts: int, lifted: float) -> np.ndarray:
    """Access (trust, month) of trusts that differ; of months half a point below the limit a share is lifted over it."""
    own = 0.92 + 0.03 * rng.standard_normal((trusts, 1))
    access = own + 0.02 * rng.standard_normal((trusts, 36))
    near = (access >= 0.945) & (access < 0.95) & (rng.random(access.shape) < lifted)
    return np.clip(np.where(near, access + 0.005, access), 0.0, 0.9999)


@cache
def true_bunching(name: str, lifted: float) -> float:
    found = reports(np.random.default_rng(1948), 200_000, lifted) - (0.95 if name == "V12" else 0.87)
    number = [float(((found >= low) & (found < low + width)).sum())
              for low, width in ((0.0, 0.005), (-0.005, 0.005), (0.005, 0.01), (-0.015, 0.01))]  # fmt: skip
    return number[0] / number[1] / (number[2] / number[3]) ** 0.25


def of_bunching(name: str, lifted: float) -> Callable[[np.random.Generator], Said]:
    def trial(rng: np.random.Generator) -> Said:
        return said(name, trust_table(reports(rng, 130, lifted)), true_bunching(name, lifted))

    return trial


def of_median(law: str, trusts: int) -> Callable[[np.random.Generator], Said]:
    def trial(rng: np.random.Generator) -> Said:
        shares = LAWS[law](rng, trusts) / 20.0
        texts = {"nhs_trust22_code": np.array([f"R{number}" for number in range(trusts)])}
        numbers = {"proportion_trust_came_from_ltla": shares}
        return said("V36", {COUNCILS: table(COUNCILS, texts, {}, numbers)}, MOMENTS[law][2] / 20.0)

    return trial


def _row(family: str, truth: str, design: str, trial: Callable[[np.random.Generator], Said]) -> Row:
    return Row(kind=KIND + family, truth=truth, design=design, trial=trial, trials=TRIALS)


def _event_rows() -> list[Row]:
    gammas, skewed = ("gamma of shape 5", "gamma of shape 2"), "log-normal of sd .45"
    found = []
    for law in (*gammas, skewed):
        for name, scale, events in (("V01", 87.0, 8), ("V04", 24.0, 19)):
            found.append(_row("months per event", law, f"{events} events", of_events(name, law, scale, events)))
    for law in ("gamma of shape 5", skewed):
        found.append(_row("variation of intervals", law, "8 events", of_events("V02", law, 87.0, 8)))
    for law in gammas:
        found.append(_row("median", law, "19 events", of_events("V05", law, 24.0, 19)))
    for units in (12, 138):
        found.append(_row("median", skewed, f"{units} units", of_median(skewed, units)))
    for shape, lag in ((0.45, 0.0), (0.45, 0.5), (1.0, 0.3)):
        truth, design = f"skewed numbers, shape {shape:g}", f"30 years, lag-1 correlation {lag:g}"
        found.append(_row("share in the busiest years", truth, design, of_successions(shape, lag)))
    return found


def _trust_rows() -> list[Row]:
    found = []
    for law, trusts in (("normal", 130), ("normal", 40), ("Student's t of 6 degrees", 130)):
        found.append(_row("spread between units", law, f"{trusts} trusts", of_spread(law, trusts)))
    for law in ("gamma of shape 5", "log-normal of sd .45"):
        found.append(_row("spread between units", law, "sizes of 130 trusts, over their mean", of_sizes(law)))
    for name, kept, trusts in (("V09", 0.9, 130), ("V09", 0.6, 40), ("V10", 0.9, 130), ("V11", 0.8, 108)):
        trial = of_ranks(name, kept, trusts)
        found.append(_row("rank persistence", f"correlation {kept:g} a year", f"{name}, {trusts} trusts", trial))
    for kept, trusts in ((0.6, 130), (0.9, 130), (0.9, 60)):
        truth = f"correlation {kept:g} a year"
        found.append(_row("worst that stay", truth, f"{trusts} trusts", of_worst(kept, trusts)))
    for name, lifted in (("V12", 0.0), ("V12", 0.2), ("V13", 0.2)):
        design = f"{name}, 130 trusts x 36 months"
        found.append(_row("bunching", f"{lifted:.0%} lifted over the limit", design, of_bunching(name, lifted)))
    return found


def rows() -> list[Row]:
    """Return the rows of windows of the record in files."""
    return [*_event_rows(), *_trust_rows()]
