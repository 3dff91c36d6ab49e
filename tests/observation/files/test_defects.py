"""Defects of files: each is one line that says where it is and what is done, and exactly that is left out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tredegar.observation.files.calendar_months import month_number
from tredegar.observation.files.defects import mend_table, unknown_codes
from tredegar.observation.files.definitions import ALL_TYPES, COUNCILS, MAJOR
from tredegar.observation.files.record_table import observe
from tredegar.observation.files.shapes import BEDS, SHAPES, TRUST_NAMES
from tredegar.observation.files.table_reader import read_file_table

from .made_files import code, write, write_all_types, write_by_type, written_month

RNG = np.random.default_rng(1948)


def rows(trusts=8, months=6):
    """Return rows of trusts by month in which no two months are alike."""
    first = month_number("2021-04")
    return [
        {
            "nhs_trust22_code": code(trust),
            "date": written_month(first + month),
            "total_attendances": 5000 + 97 * trust + month,
        }
        | {"attendances_over_4hours": 900 + 3 * trust + 11 * month, "total_emergency_admissions": 1500 + trust}
        | {"pct_attendance_over_4hours": 0.2}
        for trust in range(trusts)
        for month in range(months)
    ]


def mended(folder, made, name=ALL_TYPES):
    """Return the table of such rows without its defects, and the lines that tell them."""
    table, defects = mend_table(read_file_table(write(folder, name, made), SHAPES[name]))
    return table, [str(one) for one in defects if one.what != "missing values"]


def months_of(table):
    return sorted(set(table.months["date"].tolist()))


def copy(made, later, earlier, trusts):
    """Make a month of so many trusts the copy of an earlier one."""
    first = month_number("2021-04")
    of = {row["nhs_trust22_code"]: row for row in made if row["date"] == written_month(first + earlier)}
    for row in made:
        if row["date"] == written_month(first + later) and row["nhs_trust22_code"] in list(of)[:trusts]:
            row |= {name: value for name, value in of[row["nhs_trust22_code"]].items() if name != "date"}


def test_a_sound_file_has_no_defects(tmp_path):
    table, lines = mended(tmp_path, rows())
    assert lines == [] and len(table.lines) == 48


def test_two_copied_months_are_one_line_and_exactly_these_are_left_out(tmp_path):
    made = rows()
    copy(made, 4, 0, 8)
    copy(made, 5, 1, 6)
    table, lines = mended(tmp_path, made)
    pairs = "August 2021 repeats April 2021, September 2021 repeats May 2021"
    done = "(the same numbers in at least 75% of the units); the later ones are left out"
    assert lines == [f"{ALL_TYPES}: copied months: {pairs} {done}"]
    first = month_number("2021-04")
    assert months_of(table) == [first, first + 1, first + 2, first + 3]


def test_months_that_agree_in_half_of_the_units_are_no_copies(tmp_path):
    made = rows()
    copy(made, 4, 0, 4)
    assert mended(tmp_path, made)[1] == []


def test_months_without_any_number_are_no_copies_of_each_other(tmp_path):
    made = [row | {"total_attendances": 0, "attendances_over_4hours": 0, "pct_attendance_over_4hours": 0}
            | {"total_emergency_admissions": 0} for row in rows()]  # fmt: skip
    assert mended(tmp_path, made)[1] == []


def test_a_national_series_is_searched_for_copies_as_well(tmp_path):
    numbers = [(100, 90), (110, 91), (100, 90), (100, 95)]
    made = [
        {"date": written_month(month_number("2009-10") + month), "attendances": attended, "within_4h": within}
        for month, (attended, within) in enumerate(numbers)
    ]
    table, (line,) = mended(tmp_path, made, "ae_wales_month.csv")
    assert "December 2009 repeats October 2009 (the same numbers in all units)" in line and len(table.lines) == 3


def test_impossible_shares_are_one_line_and_their_rows_are_left_out(tmp_path):
    made = rows()
    made[3]["pct_attendance_over_4hours"] = 1.5
    made[7]["pct_attendance_over_4hours"] = 20
    table, lines = mended(tmp_path, made)
    assert lines == [f"{ALL_TYPES}: impossible values (shares above 1): 2 rows (lines 5, 9); left out"]
    assert sorted(set(range(2, 50)) - set(table.lines.tolist())) == [5, 9]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"attendances_over_4hours": 9000}, "impossible values (more attendances_over_4hours than total_attendances)"),
        ({"total_emergency_admissions": -1}, "impossible values (negative numbers)"),
        ({"total_attendances": 1e300}, "impossible values (numbers beyond a million million)"),
        ({"date": "Apryl 2021"}, "dates that are no months"),
        ({"date": "2021-02-30"}, "dates that are no months"),
        ({"nhs_trust22_code": ""}, "missing codes"),
        ({"nhs_trust22_code": "NA"}, "missing codes"),
    ],
)
def test_a_row_that_cannot_be_is_one_line_and_left_out(tmp_path, changed, what):
    made = rows()
    made[10] |= changed
    table, lines = mended(tmp_path, made)
    assert lines == [f"{ALL_TYPES}: {what}: 1 row (line 12); left out"]
    assert 12 not in table.lines and len(table.lines) == 47


def test_rows_twice_are_kept_once_where_they_agree_and_left_out_where_they_do_not(tmp_path):
    made = rows()
    made += [dict(made[0]), made[5] | {"total_attendances": 4000}]
    table, lines = mended(tmp_path, made)
    assert lines == [
        f"{ALL_TYPES}: rows twice: 1 row (line 50); the first of each is kept",
        f"{ALL_TYPES}: rows twice, with different numbers: 2 rows (lines 7, 51); left out",
    ]
    assert 2 in table.lines and not {7, 50, 51} & set(table.lines.tolist())


def test_missing_values_are_told_and_the_trust_is_left_out_where_they_are_needed(tmp_path):
    access, attendances = 0.6 + 0.3 * RNG.random((12, 60)), np.full((12, 60), 9000.0)
    text = write_all_types(tmp_path, access, attendances).read_text().splitlines()
    cells = text[1].split(",")
    text[1] = ",".join([*cells[:2], "NA", *cells[3:]])
    (tmp_path / ALL_TYPES).write_text("\n".join(text))
    record = observe(tmp_path)
    (line,) = [str(defect) for defect in record.defects if "'attendances_over_4hours'" in defect.where]
    assert line.startswith(f"{ALL_TYPES}: missing values: 'attendances_over_4hours' in 1 row of 1 unit")
    assert next(one.units for one in record.targets if one.target.name == "V11") == 11


def test_copied_months_change_a_target_as_if_they_were_not_in_the_file(tmp_path):
    access, attendances = 0.6 + 0.3 * RNG.random((30, 60)), np.full((30, 60), 9000.0)
    access[:, 49] = access[:, 37]  # May of the last year repeats that of the year before
    write_all_types(tmp_path, access, attendances)
    record = observe(tmp_path)
    assert any("May 2025 repeats May 2024" in str(one) for one in record.defects)
    months = np.delete(np.arange(12), 1)
    first, last = (access[:, 12 * year + months].mean(axis=1) for year in (0, 4))
    found = next(one.value for one in record.targets if one.target.name == "V11")
    assert found == pytest.approx(stats.spearmanr(first, last).statistic)


def test_codes_that_the_file_of_names_does_not_have_are_one_line_and_kept(tmp_path):
    names = [{"nhs_trust22_code": code(trust), "nhs_trust22_name": "x", "status": "open"} for trust in range(6)]
    write(tmp_path, TRUST_NAMES, names)
    table, _ = mended(tmp_path, rows())
    (line,) = unknown_codes(table, read_file_table(tmp_path / TRUST_NAMES, SHAPES[TRUST_NAMES]))
    assert str(line) == (
        f"{ALL_TYPES}: unknown codes: 2 codes of 'nhs_trust22_code' (R006, R007); kept: closed since, or no trusts"
        f" ('{TRUST_NAMES}' does not have them)"
    )
    assert [str(one) for one in observe(tmp_path).defects].count(str(line)) == 1


def test_beds_that_are_more_than_full_are_possible(tmp_path):
    made = [{"nhs_trust22_code": "R1", "date": "2022-04-01", "general_acute_beds_available": 10}
            | {"general_acute_beds_occupied": 12}]  # fmt: skip
    assert mended(tmp_path, made, BEDS)[1] == []


def test_shares_of_patients_above_1_are_left_out(tmp_path):
    made = [
        {"nhs_trust22_code": "R1", "ltla21_code": "E1", "proportion_trust_came_from_ltla": share} for share in (1.2,)
    ]
    assert mended(tmp_path, made, COUNCILS)[1] == [
        f"{COUNCILS}: impossible values (shares above 1): 1 row (line 2); left out"
    ]


def test_a_file_whose_rows_all_go_leaves_its_targets_without_a_value(tmp_path):
    write_by_type(tmp_path, np.full((2, 36), 1.5), np.full((2, 36), 100.0))
    record = observe(tmp_path)
    assert f"'{MAJOR}' has no rows that count" in {one.reason for one in record.targets}
