"""Build a providers table of England's acute trusts, so that `tredegar sweep examples/england.toml` runs on them.

    python examples/england.py --data FOLDER
    tredegar sweep examples/england.toml --out england.zarr

The table has one row for each acute trust as it stood in 2022: ``code, name, size, council, catchment, overlap``.

size       type-1 (major) A&E attendances: mean of a month over the last twelve months of the file. Attendances under a
           code that later merged count for its successor; several successors share them equally (an assumption).
council    the integrated care board that most of the trust's patients come from (its main board).
catchment  the same label: trusts of one main board are partners in joint work.
overlap    the main board's share of the trust's patients, so how far board and hospital catchment coincide.

Nothing is imputed: what cannot be matched is left out and printed, with the reason.

FOLDER holds four CSV files (`*` stands for the years in the name; other columns are ignored):

ae_attendances_trust_month_*.csv   period, org_code, type, attendances. NHS England publishes them monthly as "A&E
                                   Attendances and Emergency Admissions"; the R package NHSRdatasets has them tidied as
                                   `ae_attendances` (April 2016 to March 2019).
catchment_trust22_icb22.csv        nhs_trust22_code, icb22_code, proportion_trust_came_from_icb. From "NHS Acute
                                   (Hospital) Trust Catchment Populations" of the Office for Health Improvement and
                                   Disparities (2022); by board in the R package geographr of the humaniverse project.
trust_successions_*.csv            old_code, new_code, date. From the successor file of the Organisation Data Service
                                   (NHS England).
trusts22_names_region_status.csv   nhs_trust22_code, nhs_trust22_name, status. From the trust file of the same service;
                                   tidied in geographr.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

MONTHS = 12
BY_HAND = "9999-12-31"
"""Date of a succession given with --link: it may follow any other."""
ATTENDANCES = ("ae_attendances_trust_month_*.csv", ("period", "org_code", "type", "attendances"))
CATCHMENTS = (
    "catchment_trust22_icb22.csv",
    ("nhs_trust22_code", "icb22_code", "proportion_trust_came_from_icb"),
)
SUCCESSIONS = ("trust_successions_*.csv", ("old_code", "new_code", "date"))
NAMES = ("trusts22_names_region_status.csv", ("nhs_trust22_code", "nhs_trust22_name", "status"))


@dataclass(frozen=True)
class England:
    """The providers table (one row for each trust, sorted by code) and what a reader must know about its making."""

    table: pd.DataFrame
    notes: tuple[str, ...]


def read(folder: Path, pattern: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read the one file in ``folder`` that ``pattern`` names, as text; raise ValueError if it is not as expected."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        got = ", ".join(path.name for path in found) or "none"
        raise ValueError(f"expected one file {pattern} in '{folder}', got {got}; see --help for where it is published")
    try:
        rows = pd.read_csv(found[0], dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:  # pandas' parser errors are ValueErrors
        raise ValueError(f"'{found[0]}' is not a readable CSV file: {str(error).splitlines()[0]}") from error
    missing = [column for column in columns if column not in rows.columns]
    if missing:
        raise ValueError(f"'{found[0]}' lacks the column '{missing[0]}'; expected {', '.join(columns)}")
    return rows.loc[:, list(columns)]


def numbers(rows: pd.DataFrame, column: str, label: str) -> pd.Series:
    """Return ``column`` as finite numbers >= 0; raise ValueError naming the first cell that is not."""
    values = pd.to_numeric(rows[column], errors="coerce")
    wrong = ~(values.between(0.0, float("inf"), inclusive="left"))
    if wrong.any():
        cell = rows.loc[wrong, column].iloc[0]
        raise ValueError(f"{label}, column '{column}': expected a number of at least 0, got '{cell}'")
    return values


def check_dates(rows: pd.DataFrame, column: str, label: str) -> None:
    """Raise ValueError unless all dates of ``column`` read YYYY-MM-DD, so that they sort as text."""
    wrong = ~rows[column].str.fullmatch(r"\d{4}-\d{2}-\d{2}")
    if wrong.any():
        raise ValueError(f"{label}, column '{column}': expected YYYY-MM-DD, got '{rows.loc[wrong, column].iloc[0]}'")


def last_year(attendances: pd.DataFrame) -> pd.DataFrame:
    """Return type-1 attendances of the last twelve months in the file: rows are months, columns codes, gaps NaN."""
    major = attendances[attendances["type"].str.strip() == "1"].copy()
    if major.empty:
        raise ValueError(f"{ATTENDANCES[0]}: no rows of type 1 (major departments)")
    check_dates(major, "period", ATTENDANCES[0])
    major["attendances"] = numbers(major, "attendances", ATTENDANCES[0])
    months = sorted(major["period"].unique())[-MONTHS:]
    if len(months) < MONTHS:
        raise ValueError(f"{ATTENDANCES[0]}: expected at least {MONTHS} months of type-1 rows, got {len(months)}")
    recent = major[major["period"].isin(months)]
    return recent.pivot_table(index="period", columns="org_code", values="attendances", aggfunc="sum")


def carry_forward(code: str, known: set[str], successors: dict[str, list[tuple[str, str]]]) -> dict[str, float]:
    """Return the trusts of 2022 in which ``code`` ended, each with its share (they sum to less than 1 if a line ends).

    ``successors``: code -> (date, next code). A chain stops at the first code that has a catchment (``known``), and
    runs forward in time only, so that it cannot turn in a circle.
    """
    ends: dict[str, float] = {}
    open_lines = [(code, "", 1.0, frozenset[str]())]
    while open_lines:
        here, since, share, passed = open_lines.pop()
        if here in known:
            ends[here] = ends.get(here, 0.0) + share
            continue
        onward = [step for step in successors.get(here, []) if step[0] >= since and step[1] not in passed]
        for date, following in onward:
            later = since if date == BY_HAND else date
            open_lines.append((following, later, share / len(onward), passed | {here}))
    return ends


def main_boards(catchments: pd.DataFrame) -> pd.DataFrame:
    """Return, by trust, its main board and that board's share of its patients (of equal shares the first by code)."""
    label, shares = CATCHMENTS[0], catchments.copy()
    shares["share"] = numbers(shares, "proportion_trust_came_from_icb", label)
    totals = shares.groupby("nhs_trust22_code")["share"].sum()
    if (abs(totals - 1.0) > 0.01).any():
        trust = totals.index[abs(totals - 1.0) > 0.01][0]
        raise ValueError(f"{label}: shares of trust {trust} sum to {totals[trust]:.3f}; expected 1")
    shares = shares.sort_values(["share", "icb22_code"], ascending=[False, True])
    return shares.groupby("nhs_trust22_code").first()[["icb22_code", "share"]]


def links_by_code(successions: pd.DataFrame, since: str, extra: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return code -> [(date, successor)] from ``since`` on (an earlier end would contradict later attendances).

    What ``extra`` says by hand ("OLD=NEW") replaces what the file says about that code.
    """
    check_dates(successions, "date", SUCCESSIONS[0])
    by_hand: dict[str, list[tuple[str, str]]] = {}
    for link in extra:
        old, equals, new = link.partition("=")
        if not (old and equals and new):
            raise ValueError(f"--link expects OLD=NEW, two codes, got '{link}'")
        by_hand.setdefault(old, []).append((BY_HAND, new))
    links: dict[str, list[tuple[str, str]]] = {}
    for old, new, date in successions.sort_values(["date", "new_code"]).itertuples(index=False):
        if date >= since and old != new:
            links.setdefault(old, []).append((date, new))
    return links | by_hand


def build(folder: Path, extra_links: list[str] | None = None) -> England:
    """Build the providers table from the files in ``folder``; raise ValueError if a file is missing or malformed."""
    if not folder.is_dir():
        raise ValueError(f"--data expects a folder with the four files named by --help, got '{folder}'")
    months = last_year(read(folder, *ATTENDANCES))
    boards = main_boards(read(folder, *CATCHMENTS))
    links = links_by_code(read(folder, *SUCCESSIONS), str(months.index[0]), extra_links or [])
    names = read(folder, *NAMES).drop_duplicates("nhs_trust22_code").set_index("nhs_trust22_code")
    known = set(boards.index)
    ends = {str(code): carry_forward(str(code), known, links) for code in months.columns}
    monthly: dict[str, pd.Series] = {}
    for code, shares in ends.items():
        for trust, share in shares.items():
            part = months[code] * share
            monthly[trust] = part if trust not in monthly else monthly[trust].add(part, fill_value=0.0)
    sizes = {trust: float(series.mean()) for trust, series in monthly.items()}
    trusts = sorted(trust for trust, size in sizes.items() if size > 0.0)
    if not trusts:
        raise ValueError(f"no trust in '{folder}' has both a catchment and type-1 attendances; nothing to write")
    table = pd.DataFrame(
        {
            "code": trusts,
            "name": [names["nhs_trust22_name"].get(trust, trust) for trust in trusts],
            "size": [round(sizes[trust], 1) for trust in trusts],
            "council": boards.loc[trusts, "icb22_code"].to_list(),
            "catchment": boards.loc[trusts, "icb22_code"].to_list(),
            "overlap": [round(min(1.0, share), 6) for share in boards.loc[trusts, "share"]],
        }
    )
    return England(table, tuple(describe(table, months, ends, monthly, names["nhs_trust22_name"], boards)))


def describe(
    table: pd.DataFrame,
    months: pd.DataFrame,
    ends: dict[str, dict[str, float]],
    monthly: dict[str, pd.Series],
    names: pd.Series,
    boards: pd.DataFrame,
) -> list[str]:
    """Return, line by line, how the table came about and what was left out, with the reason."""
    matched = [code for code, shares in ends.items() if shares]
    moved = [code for code in matched if code not in boards.index]
    summary = (
        f"{len(matched)} of {len(ends)} codes with type-1 attendances from {months.index[0]} to {months.index[-1]} "
        f"are matched, {len(moved)} of them through successors; they make {len(table)} trusts of "
        f"{table['council'].nunique()} boards."
    )
    notes = [summary]
    for code in moved:
        several = len(ends[code]) > 1
        how = " in equal shares (several successors; the file does not say how to divide)" if several else ""
        notes.append(f"carried forward: {code} -> {', '.join(sorted(ends[code]))}{how}")
        if sum(ends[code].values()) < 0.999:
            notes.append(f"part lost: {code}: one of its successors has no catchment; that share is left out")
    for code in (code for code in ends if code not in matched):
        size = f"{months[code].mean():,.0f} attendances a month"
        notes.append(f"not matched: {code} ({size}): no catchment, and no successor that has one")
    for trust in (str(trust) for trust in boards.index if trust not in set(table["code"])):
        notes.append(f"left out: {trust} {names.get(trust, '')}: no type-1 attendances to give its size")
    for trust in table["code"]:
        reported = int(monthly[trust].notna().sum())
        if reported < len(months):
            notes.append(f"short: {trust} {names.get(trust, '')}: mean of the {reported} months it reported")
        if trust not in names.index:
            notes.append(f"no name: {trust} is not in {NAMES[0]}; its code stands for its name")
    return notes


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, write the table, print the notes; return the exit status (0, or 1 after an error)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="folder with the four files")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).with_name("providers_england.csv"),
        metavar="FILE",
        help="providers table to write (default: %(default)s, where england.toml looks for it)",
    )
    parser.add_argument(
        "--link",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="a succession that the file lacks, such as RA3=RA7; may be given several times",
    )
    options = parser.parse_args(arguments)
    try:
        england = build(options.data, options.link)
        england.table.to_csv(options.out, index=False, lineterminator="\n")
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print("\n".join(england.notes))
    print(f"wrote {options.out}: {len(england.table)} trusts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
