"""Files are read as they are: nothing is rounded, nothing filled in, and what is no such table is told in one line."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.observation.files.calendar_months import NO_MONTH, month_name, month_number
from tredegar.observation.files.definitions import DEFINITIONS
from tredegar.observation.files.recipes import RECIPES
from tredegar.observation.files.record_table import observe
from tredegar.observation.files.shapes import SHAPES
from tredegar.observation.files.table_reader import read_file_table
from tredegar.observation.target_table import targets

from ...support.commands import tredegar

WALES = "ae_wales_month.csv"
GOOD = "date,attendances,within_4h\n2009-10-01,100,90\n2009-11-01,101.25,NA\n"


@pytest.fixture
def wales(tmp_path):
    def write(text, encoding="utf-8"):
        (tmp_path / WALES).write_bytes(text.encode(encoding))
        return tmp_path / WALES

    return write


def test_numbers_are_read_to_the_last_digit_and_missing_ones_stay_missing(wales):
    table = read_file_table(wales(GOOD), SHAPES[WALES])
    assert table.numbers["attendances"].tolist() == [100.0, 101.25]
    assert table.numbers["within_4h"][0] == 90.0 and np.isnan(table.numbers["within_4h"][1])
    assert table.months["date"].tolist() == [month_number("October 2009"), month_number("November 2009")]
    assert table.lines.tolist() == [2, 3]


def test_other_columns_in_any_order_are_passed_by(wales):
    text = "more,within_4h,date,attendances\nx,90,October 2009,100\n"
    assert read_file_table(wales(text), SHAPES[WALES]).numbers["within_4h"].tolist() == [90.0]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'ae_wales_month.csv' is empty: expected the columns date, attendances, within_4h; docs/data.md says"),
        (
            "date,attendances\n",
            "row 1: lacks the column 'within_4h'; expected date, attendances, within_4h, got date, att",
        ),
        (GOOD.replace("100", "many"), "column 'attendances', row 2: expected a number, got 'many', or NA where it is"),
        (GOOD.replace("90", '"1,000"'), "column 'within_4h', row 2: expected a number, got '1,000'"),
        (GOOD.replace(",90", ",90,5"), "row 2: expected 3 cells"),
        (GOOD.replace(",", ";"), "separated by semicolons"),
        (GOOD.replace("90", "inf"), "expected a number, got 'inf'"),
        ('date,attendances,within_4h\n"2009', "not valid CSV"),
    ],
)
def test_a_file_that_is_no_such_table_ends_the_command_with_one_line(wales, capsys, text, said):
    folder = wales(text).parent
    assert tredegar("observe", "--data", str(folder)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and said in line


def test_a_file_in_another_encoding_and_a_folder_without_files_are_refused(wales, tmp_path):
    with pytest.raises(ValueError, match=r"is not UTF-8 text: it seems to be UTF-16"):
        observe(wales(GOOD, "utf-16").parent)
    (tmp_path / "none").mkdir()
    with pytest.raises(ValueError, match=r"has none of the files that are read: expected some of ae_.*docs/data.md"):
        observe(tmp_path / "none")
    with pytest.raises(OSError, match="nowhere"):
        observe(tmp_path / "nowhere")
    (tmp_path / "none" / WALES).mkdir()
    with pytest.raises(OSError, match=WALES):
        observe(tmp_path / "none")


def test_months_are_read_in_the_three_forms_that_files_have():
    assert [month_name(month_number(text)) for text in ("1974-04", "2007-07-31", "may 2021")] == [
        "April 1974",
        "July 2007",
        "May 2021",
    ]
    odd = ("", "NA", "2021", "13 2021", "2021-00-01", "2023-02-29", "21-04-01", "1899-12-01", "2101-01-01", "Mai 2021")
    assert {month_number(text) for text in odd} == {NO_MONTH}


def test_every_computed_target_is_defined_and_made_and_every_file_of_a_definition_has_a_shape():
    computed = {name for name, target in targets().items() if target.by == "computed"}
    assert set(DEFINITIONS) == set(RECIPES) == computed
    assert {file for one in DEFINITIONS.values() for file in one.files} <= set(SHAPES)
    assert all(one.reason and one.units and one.months and one.resampled for one in DEFINITIONS.values())


def test_a_target_without_its_file_says_which_is_missing(wales):
    record = observe(wales(GOOD).parent)
    assert record.files == (WALES,)
    assert {one.reason for one in record.targets if one.target.name == "V08"} == {
        "'ae_attendances_trust_month_2016_2019.csv' is not there"
    }
    assert all(np.isnan(one.value) for one in record.targets)
