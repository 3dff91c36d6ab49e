"""Numbers are what TOML and CSV write; what only Python's float() and int() read is a slip, refused everywhere."""

# ruff: noqa: RUF001 -- letters that look like others are what is tested

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tredegar.model.providers import parse_providers
from tredegar.model.text.numerals import parse_number, parse_whole
from tredegar.sweeps.jobs.quoting import gpus_of, memory_of, seconds_of
from tredegar.sweeps.run.plan import parse_size
from tredegar.sweeps.run.single_run import parse_settings
from tredegar.sweeps.spec.design import find_quantity
from tredegar.sweeps.spec.points_table import parse_points

NUMBERS = [
    "0",
    "1",
    "-0.0",
    "+1",
    "0.5",
    ".5",
    "5.",
    "1e-3",
    "1E+05",
    "007",
    " 0.25\t",
    "123456789012345678901234567890",
]
NO_NUMBERS = [
    *("0_1", "1_234", "1_0.5", "１２", "٣", "0.٥", "nan", "NaN", "-nan", "inf", "-inf", "infinity", "1e400"),
    *("0x10", "0b1", "0o7", "1e", "e5", ".", "+", "1d3", "1,5", "1,234.5", "5%", "1 000", "1\u00a0000", "\u00a01"),
    *("1\u200b", "\ufeff1", "−1", "1.0f", "1/2", "true", "None", "--1", "1.2.3", "", "NA", "#N/A", "½", "²", "1j"),
]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_the_float_that_it_says(text: str) -> None:
    assert parse_number(text) == float(text)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="^expected a number, got ") as refusal:
        parse_number(text)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,5", "got '1,5'; write a decimal point"),
        ("5%", "got '5%'; write a share"),
        ("1\u00a0000", "got '1?000', which holds a no-break space (U+00A0)"),
        ("\u200b1", "zero width space (U+200B)"),
        ("1\ufeff", "byte order mark (U+FEFF)"),
        ("\x1b[31m1", "got '?[31m1', which holds a control character (U+001B)"),
        ("１２", "write the digits 0 to 9"),
        ("", "got an empty cell"),
        ("9" * 1000 + "x", "9..."),
    ],
)  # fmt: skip
def test_the_commonest_slips_are_named(text: str, said: str) -> None:
    with pytest.raises(ValueError) as refusal:
        parse_number(text)
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("text", ["1_0", "１２", "1.0", "1e3", "", "0x1", "nan", "1" * 19, "1 "[:0], "\u00a01"])
def test_a_whole_number_is_digits_alone(text: str) -> None:
    with pytest.raises(ValueError, match="^expected a whole number, got "):
        parse_whole(text)
    assert parse_whole("-12") == -12


CELL = "code,name,size,council,catchment,overlap\nRA,A,{},x,y,{}\n"
READERS: dict[str, Callable[[str], object]] = {
    "a table of points": lambda text: parse_points(f'real_control\n"{text}"\n', "p.csv", False),
    "a size of a trust": lambda text: parse_providers(CELL.format(f'"{text}"', "1"), "t.csv"),
    "an overlap": lambda text: parse_providers(CELL.format("1", f'"{text}"'), "t.csv"),
    "--set": lambda text: parse_settings([f"real_control={text}"]),
    "--max-bytes": parse_size,
}


@pytest.mark.parametrize(
    "text", ["0_1", "1_0", "１", "nan", "inf", "infinity", "0x1", "1e", "1,5", "5%", "1\u00a0", "٣"]
)
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_of_numbers_refuses_alike(reader: str, text: str) -> None:
    with pytest.raises(ValueError) as refusal:
        READERS[reader](text)
    assert "expected a" in str(refusal.value) or "must be a size" in str(refusal.value)


@pytest.mark.parametrize("month", ["１２", "1_0", "007", "+7", "7.0", "0", "-1", "", "7 ", "٣", "\u00a07", "0x7"])
def test_the_month_of_a_change_is_digits_alone(month: str) -> None:
    with pytest.raises(ValueError, match="expected 'parameter@month' with a whole month"):
        find_quantity(f"sanction_strength@{month}")


@pytest.mark.parametrize(
    ("read", "text"),
    [(seconds_of, "９０m"), (seconds_of, "1:３0:00"), (memory_of, "４G"), (gpus_of, "１"), (gpus_of, "a100:１")],
)
def test_the_words_of_a_job_take_no_digits_of_other_scripts(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        read(text)


def test_a_table_of_points_is_never_read_as_other_numbers_than_it_shows(tmp_path: Path) -> None:
    """What is read has the value that any other reader of CSV takes it for."""
    cells = ["0.25", "1e-1", ".5", "1.", "0"]
    points = parse_points("real_control\n" + "\n".join(cells), "p.csv", False)
    assert points["real_control"].tolist() == [float(cell) for cell in cells]
    assert not math.isnan(points["real_control"].sum())
