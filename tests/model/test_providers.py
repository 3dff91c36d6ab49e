"""The providers table: what is read, and the one line that each bad table gets."""

from __future__ import annotations

import pytest

from tredegar.model.providers import Providers, parse_providers, read_providers

HEADING = "code,name,size,council,catchment\n"


def test_rows_are_sorted_by_code_and_columns_may_stand_in_any_order() -> None:
    text = "size,code,catchment,council,name\n2.5,RB,south,west,Bee\n1,RA,north,west,Ay\n"
    assert parse_providers(text, "t.csv") == Providers(
        code=("RA", "RB"), name=("Ay", "Bee"), size=(1.0, 2.5), council=("west", "west"), catchment=("north", "south")
    )


def test_overlap_is_read_when_the_column_is_there() -> None:
    table = parse_providers("code,name,size,council,catchment,overlap\nRA,A,1,x,y,0.25\nRB,B,1,x,y,1\n", "t.csv")
    assert table.overlap == (0.25, 1.0)
    assert len(table) == 2


def test_a_byte_order_mark_and_blank_lines_are_no_error(tmp_path) -> None:
    path = tmp_path / "providers.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADING.encode() + b'\r\nRA,"Ay, the first",1,x,y\r\n\r\n')
    assert read_providers(path).name == ("Ay, the first",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        (HEADING, "no rows"),
        ("code,name,size,council\nRA,A,1,x\n", "row 1: column 'catchment' is missing"),
        ("code,name,size,council,catchment,overlapp\n", "unknown column 'overlapp'; did you mean 'overlap'?"),
        ("code,code,name,size,council,catchment\n", "named twice"),
        (HEADING + "RA,A,1,x,y\nRA,B,1,x,y\n", "column 'code': 'RA' stands in two rows"),
        (HEADING + "RA,A,1,x,y\nRB,B,0,x,y\n", "row 3, column 'size': expected a finite number above 0, got '0'"),
        (HEADING + "RA,A,-1,x,y\n", "row 2, column 'size'"),
        (HEADING + "RA,A,nan,x,y\n", "row 2, column 'size'"),
        (HEADING + "RA,A,inf,x,y\n", "row 2, column 'size'"),
        (HEADING + "RA,A,big,x,y\n", "row 2, column 'size': expected a finite number above 0, got 'big'"),
        (HEADING + "RA,A,1,x,y\nRB,B,1e-9,x,y\n", "column 'size': 'RB' is smaller than a millionth"),
        (HEADING + "RA,A,1,,y\n", "row 2, column 'council': expected a value"),
        (HEADING + "RA,A,1,x\n", "row 2: expected 5 cells"),
        (HEADING + 'RA,"A,1,x,y\n', "not valid CSV"),
        (
            "code,name,size,council,catchment,overlap\nRA,A,1,x,y,1.5\n",
            "column 'overlap': expected a number from 0 to 1",
        ),
        (HEADING + "RA,A\x1b[31m,1,x,y\n", "column 'name': expected at most 200 printable letters"),
    ],
)
def test_a_bad_table_gets_one_line_that_names_file_row_and_column(text: str, expected: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_providers(text, "t.csv")
    message = str(refusal.value)
    assert message.startswith("providers table 't.csv'")
    assert expected in message
    assert "\n" not in message


def test_a_missing_binary_or_huge_file_is_refused_by_name(tmp_path) -> None:
    with pytest.raises(ValueError, match="missing.csv' cannot be read"):
        read_providers(tmp_path / "missing.csv")
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not UTF-8"):
        read_providers(binary)
    huge = tmp_path / "huge.csv"
    huge.write_bytes(b"x" * 4_000_001)
    with pytest.raises(ValueError, match="larger than"):
        read_providers(huge)
