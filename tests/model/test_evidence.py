"""The evidence page: every id that tables and rules cite stands on it, with a mark; its figures are the data's."""

from __future__ import annotations

import csv
import re
from calendar import month_name
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median, stdev, variance

import numpy as np
import pytest

from tredegar.model import CONSTANTS, OUTCOMES, PARAMETERS
from tredegar.model.rules.trust import SEASON

from ..support.places import NHS_DATA, ROOT
from ..support.places import needs_nhs_data as data

PAGE = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
MARKS = ("claim", "found", "computed", "derived", "recalled, unverified", "judged")
IDS = r"\b([ABEPV])(\d{1,2})([a-z]?)\b"
RULES = sorted((ROOT / "model" / "rules").glob("*.py"))


def anchors() -> set[str]:
    return set(re.findall(r'<a id="([^"]+)"></a>', PAGE))


def cited(text: str) -> set[str]:
    """Return the evidence ids in ``text``; ``V08-V11`` and ``V21 to V23`` cite all between."""
    ids = {"".join(match) for match in re.findall(IDS, text)}
    for letter, first, last in re.findall(r"\b([ABEPV])(\d{1,2})(?:-| to )\1(\d{1,2})\b", text):
        ids |= {f"{letter}{number:0{len(first)}d}" for number in range(int(first), int(last) + 1)}
    return ids


def rows() -> dict[str, list[str]]:
    """Return the cells of every table row of the page that has an anchor."""
    found = {}
    for line in PAGE.splitlines():
        anchor = re.match(r'\| <a id="([^"]+)"></a>', line)
        if anchor:
            found[anchor[1]] = [cell.strip() for cell in line.strip().strip("|").split("|")]
    return found


def works(text: str) -> set[str]:
    """Return the anchors of the works that ``text`` names by author and year."""
    authors = r"(?:[A-Z][a-z]+, )*[A-Z][a-z]+(?: and [A-Z][a-z]+| et al\.)? (?:19|20)\d\d\b"
    return {re.sub(r"[,.]", "", work).replace(" ", "-") for work in re.findall(authors, text)}


def test_works_are_found_by_one_two_or_more_authors() -> None:
    assert works("as in Kuran 1991 and Bevan and Hood 2006 (B8); Mason et al. 2012, Gruber, Hoe and Stoye 2023") == {
        *("Kuran-1991", "Bevan-and-Hood-2006", "Mason-et-al-2012", "Gruber-Hoe-and-Stoye-2023")
    }


def test_ids_of_a_range_are_all_cited() -> None:
    assert cited("tuned (V08-V11, V18); A05 to A07; B5f; M1, C12") == {
        *("V08", "V09", "V10", "V11", "V18", "A05", "A06", "A07", "B5f")
    }


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_source_of_a_parameter_resolves(name: str) -> None:
    source = PARAMETERS[name].source
    missing = cited(source) - anchors()
    assert not missing, f"{name} cites {missing}, which docs/evidence.md does not have"
    assert works(source) <= anchors(), f"{name} cites {works(source) - anchors()}"
    assert cited(source) or re.match(r"assumed|tuned|switch", source), f"{name} has neither evidence nor 'assumed'"


@pytest.mark.parametrize("name", CONSTANTS)
def test_the_source_of_a_constant_resolves(name: str) -> None:
    source = CONSTANTS[name].source
    assert cited(source) | works(source) <= anchors()
    assert cited(source) or source.startswith("assumption"), f"{name} has neither evidence nor 'assumption'"


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_counterpart_of_an_outcome_resolves(name: str) -> None:
    assert cited(OUTCOMES[name].evidence) <= anchors()


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_evidence_that_a_rule_cites_resolves(path: Path) -> None:
    docstrings = re.findall(r'"""(.*?)"""', path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert cited(" ".join(docstrings)) <= anchors()


def test_the_five_positions_are_named_where_parameters_cite_them() -> None:
    positions = {"Seddon", "Walshe", "NHS-leaders-2013", "Sodha", "Edwards"}
    assert positions <= anchors()
    assert {name for name in positions if any(name in row.source for row in PARAMETERS.values())} >= {"Sodha", "Seddon"}


def test_claims_contradictions_facts_and_moments_are_complete() -> None:
    expected = {f"A{n:02d}" for n in range(1, 49)} | {f"P{n}" for n in range(1, 11)}
    expected |= {f"B{n}" for n in range(1, 46)} | {f"V{n:02d}" for n in range(1, 41)}
    assert expected <= anchors()
    assert len(re.findall(r'<a id="', PAGE)) == len(anchors()), "an anchor stands twice"


@pytest.mark.parametrize("anchor", sorted(rows()))
def test_every_entry_has_a_mark(anchor: str) -> None:
    mark = rows()[anchor][-2 if re.match(r"B\d", anchor) else -1]
    assert mark.startswith(MARKS), f"{anchor} is marked '{mark}'"


def test_links_within_the_page_lead_somewhere() -> None:
    headings = {re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-") for line in PAGE.splitlines()}
    for target in re.findall(r"\]\(#([^)]+)\)", PAGE):
        assert target in anchors() | headings, target


def test_outcomes_and_parameters_named_on_the_page_exist() -> None:
    known = set(PARAMETERS) | set(OUTCOMES) | {"trust_reported_access", "trust_year_true_access", "trust_size"}
    names = {name for name in re.findall(r"`([a-z0-9_]+)`", PAGE) if "_" in name}
    assert names - known <= {"overlap", "ae_attendances"}


def read(name: str) -> list[dict[str, str]]:
    with (NHS_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@data
def test_intervals_between_major_reorganisations_are_as_stated() -> None:
    starts = [row["date"] for row in read("compiled_nhs_reorganisations_england.csv") if row["major"] == "1"]
    years = [int(start[:4]) + (int(start[5:7]) - 1) / 12 for start in starts]
    intervals = [later - earlier for earlier, later in pairwise(years)]
    assert len(intervals) == 7
    assert (round(fmean(intervals), 1), round(stdev(intervals) / fmean(intervals), 2)) == (7.3, 0.43)


@data
def test_successions_of_providers_come_in_bursts_as_stated() -> None:
    years = [int(row["date"][:4]) for row in read("trust_successions_1993_2022.csv")]
    counts = [years.count(year) for year in range(1993, 2023)]
    assert len(years) == 416
    assert round(variance(counts) / fmean(counts), 1) == 29.5
    assert round(sum(sorted(counts)[-6:]) / 416, 2) == 0.73


@data
def test_providers_are_succeeded_as_often_as_stated() -> None:
    rows = read("trust_successions_1993_2022.csv")
    late = {row["old_code"] for row in rows if row["date"] >= "2007"}
    assert (len({row["old_code"] for row in rows}), len(late)) == (387, 62)
    assert round(62 / 230 / 16 / 12, 4) == PARAMETERS["merger_rate"].default


def log_season(shares: dict[int, float]) -> dict[int, float]:
    """Return month -> log of the wait that a share within the limit tells, less the centred mean of twelve months."""
    months = sorted(shares)
    logs = [np.log((1.0 / shares[month] - 1.0) ** (1.0 / 3.0)) for month in months]
    weights = np.array([0.5, *[1.0] * 11, 0.5]) / 12.0
    return {months[at]: logs[at] - weights @ logs[at - 6 : at + 7] for at in range(6, len(months) - 6)}


def shares_in_time(counts: dict[int, list[tuple[int, int]]]) -> dict[int, float]:
    """Return month -> share within the limit, of pairs of attendances and breaches."""
    return {
        month: 1.0 - sum(late for _, late in some) / sum(seen for seen, _ in some) for month, some in counts.items()
    }


@data
def test_the_season_is_that_of_the_files() -> None:
    early: dict[int, list[tuple[int, int]]] = {}
    for row in read("ae_attendances_trust_month_2016_2019.csv"):
        month = int(row["period"][:4]) * 12 + int(row["period"][5:7]) - 1
        early.setdefault(month, []).append((int(row["attendances"]), int(row["breaches"])))
    by_trust: dict[str, dict[int, tuple[int, int]]] = {}
    for row in read("ae_trust_month_2021_2025.csv"):
        if row["attendances_over_4hours"] != "NA":
            name, year = row["date"].split()
            month = int(year) * 12 + list(month_name).index(name) - 1
            pair = (int(row["total_attendances"]), int(row["attendances_over_4hours"]))
            by_trust.setdefault(row["nhs_trust22_code"], {})[month] = pair
    known = [months for months in by_trust.values() if len(months) == 52]
    # February and March 2025 are copies of the year before; the months behind them stand alone.
    late = {month: [months[month] for months in known] for month in known[0] if month < 2025 * 12 + 1}
    first, second = (log_season(shares_in_time(counts)).items() for counts in (early, late))
    by_month, of_first, of_second = (
        np.array([fmean(value for month, value in found if month % 12 == one) for one in range(12)])
        for found in (first | second, first, second)
    )
    assert (len(known), tuple(np.round(np.exp(by_month - by_month.mean()), 3))) == (129, SEASON)
    # As the source of season_strength has it.
    assert [round(float(one.std() / by_month.std()), 1) for one in (of_first, of_second)] == [1.7, 0.7]


@data
@pytest.mark.parametrize(
    ("file", "column", "expected"),
    [
        ("catchment_trust22_ltla21.csv", "proportion_trust_came_from_ltla", 0.405),
        ("catchment_trust22_icb22.csv", "proportion_trust_came_from_icb", 0.904),
    ],
)
def test_largest_shares_of_catchments_are_as_stated(file: str, column: str, expected: float) -> None:
    largest: dict[str, float] = {}
    for row in read(file):
        largest[row["nhs_trust22_code"]] = max(largest.get(row["nhs_trust22_code"], 0.0), float(row[column]))
    assert round(median(largest.values()), 3) == expected


def shares_within_four_hours(kinds: tuple[str, ...]) -> np.ndarray:
    """Return the share of each month of each organisation with a major department, over the ``kinds`` of department."""
    seen: dict[tuple[str, str], list[int]] = {}
    major = set()
    for row in read("ae_attendances_trust_month_2016_2019.csv"):
        if row["type"] == "1":
            major.add(row["org_code"])
        if row["type"] in kinds:
            count = seen.setdefault((row["org_code"], row["period"]), [0, 0])
            count[0] += int(row["attendances"])
            count[1] += int(row["breaches"])
    return np.array([1 - late / visits for (code, _), (visits, late) in seen.items() if code in major and visits > 0])


@data
def test_bunching_at_the_target_depends_on_the_window_as_stated() -> None:
    shares = shares_within_four_hours(("1", "2", "other"))

    def ratio(target: float, window: float) -> float:
        above = np.sum((target <= shares) & (shares < target + window))
        return float(above / np.sum((target - window <= shares) & (shares < target)))

    assert [round(ratio(0.95, window), 2) for window in (0.003, 0.005, 0.01, 0.02)] == [1.61, 1.40, 1.23, 0.89]
    assert round(ratio(0.90, 0.005), 2) == 1.60


@data
@pytest.mark.parametrize(("kinds", "low", "high"), [(("1", "2", "other"), 1.51, 1.52), (("1",), 1.43, 1.47)])
def test_bunching_corrected_for_slope_is_as_stated(kinds: tuple[str, ...], low: float, high: float) -> None:
    edges = 0.95 + 0.005 * np.arange(-20, 11)
    counts, _ = np.histogram(shares_within_four_hours(kinds), edges)
    places = np.arange(-19.5, 10.0)
    others = np.abs(places) > 1
    below, above = np.searchsorted(places, [-0.5, 0.5])
    ratios = []
    for degree in (2, 3, 4):
        smooth = np.polyval(np.polyfit(places[others], counts[others], degree), places)
        ratios.append(round(float(counts[above] / counts[below] / (smooth[above] / smooth[below])), 2))
    assert (min(ratios), max(ratios)) == (low, high)
