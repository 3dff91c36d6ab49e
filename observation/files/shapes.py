"""Shapes of the files that are read: name, columns, unit, where it is published, licence, how to cite it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from .definitions import ALL_TYPES, BOARDS, COUNCILS, MAJOR, REORGANISATIONS, SECRETARIES, SUCCESSIONS, WAITING

ColumnKind = Literal["code", "word", "month", "end", "count", "share", "rate"]
"""code: names a unit, may not be missing; word: any text; month: a month or a day; end: the same or nothing yet;
count: from 0, decimals allowed; share: 0 to 1; rate: from 0, as beds may be occupied twice."""
TRUST_NAMES = "trusts22_names_region_status.csv"
BEDS = "beds_trust_month_2022_2025.csv"
COUNCIL_PARTS = "ltla22_by_sub_icb22_lsoa_counts.csv"

_OPEN = "Open Government Licence v3"
_ENGLAND = "NHS England, A&E Attendances and Emergency Admissions"
_HEALTHYR = f"{_ENGLAND}; as CSV in healthyr (humaniverse)"
_GEOGRAPHR = "as CSV in geographr (humaniverse)"
_AE_PAGE = "england.nhs.uk/statistics, A&E waiting times and activity"
_FACTS = "compiled by hand from published dates"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileShape:
    """One file: its ``columns`` (name, kind; more may be there), and the ``key`` columns that no two rows share.

    ``unit`` is what a row is; ``part``: the column of counts that cannot exceed those of another, and that one.
    """

    name: str
    unit: str
    columns: tuple[tuple[str, ColumnKind], ...]
    key: tuple[str, ...]
    published: str
    licence: str
    cite: str
    part: tuple[str, str] = ("", "")

    @property
    def month(self) -> str:
        """The column of the month by which rows are repeated, "" where there is none."""
        return next((name for name, kind in self.columns if kind == "month" and name in self.key), "")

    @property
    def numbers(self) -> tuple[str, ...]:
        """The columns of numbers."""
        return tuple(name for name, kind in self.columns if kind in ("count", "share", "rate"))

    @property
    def codes(self) -> tuple[str, ...]:
        """The columns of codes."""
        return tuple(name for name, kind in self.columns if kind == "code")


def _columns(**kinds: ColumnKind) -> tuple[tuple[str, ColumnKind], ...]:
    return tuple(kinds.items())


_A_AND_E = _columns(
    total_attendances="count",
    attendances_over_4hours="count",
    total_emergency_admissions="count",
    emergency_admissions_over_4hours="count",
    pct_attendance_over_4hours="share",
    pct_emergency_admissions_over_4hours="share",
    date="month",
)
_OVER_4 = ("attendances_over_4hours", "total_attendances")


_BEDS = (
    "general_acute_beds",
    "adult_general_acute_beds",
    "paediatric_general_acute_beds",
    "adult_critical_care_beds",
    "paediatric_intensive_cared_beds",
    "neonatal_intensive_care_bed",
)


def _beds() -> tuple[tuple[str, ColumnKind], ...]:
    counts: dict[str, ColumnKind] = {
        f"{kind}_{state}": "count" for kind in _BEDS for state in ("available", "occupied")
    }
    return _columns(nhs_trust22_code="code", date="month", **counts)


_SHAPES = (
    FileShape(
        name=MAJOR,
        unit="organisation, month and type of department (1, 2, other)",
        columns=_columns(
            period="month", org_code="code", type="word", attendances="count", breaches="count", admissions="count"
        ),
        key=("org_code", "period", "type"),
        published=f"{_AE_PAGE}; as CSV in NHSRdatasets (nhs-r-community), `ae_attendances`",
        licence="CC0",
        cite="NHS England; NHSRdatasets (NHS-R Community), `ae_attendances`",
        part=("breaches", "attendances"),
    ),
    FileShape(
        name=ALL_TYPES,
        unit="trust and month, all types",
        columns=(("nhs_trust22_code", "code"), *_A_AND_E),
        key=("nhs_trust22_code", "date"),
        published=_AE_PAGE,
        licence=f"{_OPEN}; healthyr: MIT",
        cite=_HEALTHYR,
        part=_OVER_4,
    ),
    FileShape(
        name="ae_icb_month_2022_2025.csv",
        unit="integrated care board and month, all types",
        columns=(("icb22_code", "code"), *_A_AND_E),
        key=("icb22_code", "date"),
        published=_AE_PAGE,
        licence=f"{_OPEN}; healthyr: MIT",
        cite=_HEALTHYR,
        part=_OVER_4,
    ),
    FileShape(
        name="ae_scotland_month_2007_2025.csv",
        unit="month, Scotland",
        columns=_columns(date="month", attendances="count", within_4_hours="count", over_4_hours="count"),
        key=("date",),
        published="publichealthscotland.scot, A&E activity and waiting times",
        licence=f"{_OPEN}; healthyr: MIT",
        cite="Public Health Scotland, A&E activity and waiting times; as CSV in healthyr (humaniverse)",
        part=("within_4_hours", "attendances"),
    ),
    FileShape(
        name="ae_wales_month.csv",
        unit="month, Wales",
        columns=_columns(date="month", attendances="count", within_4h="count"),
        key=("date",),
        published="statswales.gov.wales, performance against the 4-hour target",
        licence=f"{_OPEN}; healthyr: MIT",
        cite="Welsh Government, StatsWales; as CSV in healthyr (humaniverse)",
        part=("within_4h", "attendances"),
    ),
    FileShape(
        name=WAITING,
        unit="month and kind of wait, England, patients who wait",
        columns=_columns(month="month", type_of_wait="word", count="count"),
        key=("month", "type_of_wait"),
        published="england.nhs.uk/statistics, consultant-led referral to treatment waiting times",
        licence=f"{_OPEN}; healthyr: MIT",
        cite="NHS England, Referral to Treatment Waiting Times; as CSV in healthyr (humaniverse)",
    ),
    FileShape(
        name="rtt_scotland_month_2011_2024.csv",
        unit="month, Scotland",
        columns=_columns(date="month", waits_over_18_weeks_count="count", waits_over_18_weeks_percent="share"),
        key=("date",),
        published="publichealthscotland.scot, 18 weeks referral to treatment",
        licence=f"{_OPEN}; healthyr: MIT",
        cite="Public Health Scotland, 18 Weeks RTT; as CSV in healthyr (humaniverse)",
    ),
    FileShape(
        name="rtt_wales_month_2019_2025.csv",
        unit="month, Wales",
        columns=_columns(date="month", waits_over_18_weeks="count", waits_over_53_weeks="count", total_waits="count"),
        key=("date",),
        published="statswales.gov.wales, referral to treatment",
        licence=f"{_OPEN}; healthyr: MIT",
        cite="Welsh Government, StatsWales; as CSV in healthyr (humaniverse)",
        part=("waits_over_18_weeks", "total_waits"),
    ),
    FileShape(
        name=BEDS,
        unit="trust and month; beds available and occupied, by kind",
        columns=_beds(),
        key=("nhs_trust22_code", "date"),
        published="england.nhs.uk/statistics, bed availability and occupancy",
        licence=f"{_OPEN}; healthyr: MIT",
        cite="NHS England, Critical Care and General & Acute Beds; as CSV in healthyr (humaniverse)",
    ),
    FileShape(
        name=COUNCILS,
        unit="trust and council (lower tier): share of the trust's patients",
        columns=_columns(nhs_trust22_code="code", ltla21_code="code", proportion_trust_came_from_ltla="share"),
        key=("nhs_trust22_code", "ltla21_code"),
        published="OHID, NHS acute hospital trust catchment populations 2022",
        licence=f"{_OPEN}; geographr: MIT",
        cite=f"OHID 2022, NHS Acute Hospital Trust Catchment Populations; {_GEOGRAPHR}",
    ),
    FileShape(
        name=BOARDS,
        unit="trust and integrated care board: share of the trust's patients",
        columns=_columns(nhs_trust22_code="code", icb22_code="code", proportion_trust_came_from_icb="share"),
        key=("nhs_trust22_code", "icb22_code"),
        published="OHID, NHS acute hospital trust catchment populations 2022",
        licence=f"{_OPEN}; geographr: MIT",
        cite=f"OHID 2022, NHS Acute Hospital Trust Catchment Populations; {_GEOGRAPHR}",
    ),
    FileShape(
        name=COUNCIL_PARTS,
        unit="council, part of a board and board: number of small areas (LSOA)",
        columns=_columns(ltla22_code="code", sicbl22_code="code", icb22_code="code", n_lsoa11="count"),
        key=("ltla22_code", "sicbl22_code", "icb22_code"),
        published="ONS Open Geography Portal, lookups of LSOAs to boards and councils",
        licence=f"{_OPEN}; geographr: MIT",
        cite=f"Office for National Statistics; {_GEOGRAPHR}",
    ),
    FileShape(
        name=TRUST_NAMES,
        unit="trust: name, region, whether it is open",
        columns=_columns(nhs_trust22_code="code", nhs_trust22_name="word", nhs_region21_name="word", status="word"),
        key=("nhs_trust22_code",),
        published="NHS Digital, Organisation Data Service",
        licence=f"{_OPEN}; geographr: MIT",
        cite=f"NHS Digital, Organisation Data Service; {_GEOGRAPHR}",
    ),
    FileShape(
        name=SUCCESSIONS,
        unit="succession: the old code, the new one, the day",
        columns=_columns(old_code="code", new_code="code", date="month"),
        key=("old_code", "new_code", "date"),
        published="NHS Digital, Organisation Data Service, successions",
        licence=f"{_OPEN}; geographr: MIT",
        cite=f"NHS Digital, Organisation Data Service; {_GEOGRAPHR}",
    ),
    FileShape(
        name=SECRETARIES,
        unit="spell of a secretary of state for health; an empty end: in office",
        columns=_columns(name="word", start="month", end="end", party="word"),
        key=("name", "start"),
        published="gov.uk, past secretaries of state",
        licence="facts",
        cite=_FACTS,
    ),
    FileShape(
        name=REORGANISATIONS,
        unit="reorganisation of the NHS in England; 1 in `major`: of the whole",
        columns=_columns(date="month", label="word", tier="word", major="share"),
        key=("date", "label"),
        published="acts of Parliament and reports of the time",
        licence="facts",
        cite=_FACTS,
    ),
)
SHAPES: Mapping[str, FileShape] = MappingProxyType({shape.name: shape for shape in _SHAPES})
"""Name of a file -> its shape."""
