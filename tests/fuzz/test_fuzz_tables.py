"""Tables of points and of providers at random: every value is the one that the cell says, or one line says why not."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from tredegar.model.providers import parse_providers
from tredegar.model.text.numerals import parse_number, parse_whole
from tredegar.sweeps.spec.errors import SpecError
from tredegar.sweeps.spec.points_table import parse_points

from .fuzz_counts import asked, fuzz
from .fuzz_mutations import mutated_texts
from .fuzz_oracles import check_line, refused
from .fuzz_tables import NUMBER, Rows, csv_texts, mutated_csv, number_of, points_rows, provider_rows, read_plainly
from .fuzz_texts import texts

pytestmark = pytest.mark.fuzz


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Tables whose last row is a total are noted, thousands of times here."""
    log = logging.getLogger("tredegar")
    log.disabled = True
    yield
    log.disabled = False


def check_points(text: str) -> str:
    """A table of points holds what a plain reader finds in the text, or is refused; return the line."""
    points, line = refused(lambda: parse_points(text, "t.csv", beyond_range=False), SpecError)
    if points is not None:
        heading, *rows = read_plainly(text)
        assert list(points) == heading
        said = [[number_of(cell) + 0.0 for cell in row] for row in rows]
        assert [list(column) for column in points.values()] == [list(column) for column in zip(*said, strict=True)]
    else:
        assert line.startswith("table of points 't.csv'"), line
    return line


def check_providers(text: str) -> str:
    """A table of providers holds what a plain reader finds in the text, or is refused; return the line."""
    found, line = refused(lambda: parse_providers(text, "t.csv"), ValueError)
    if found is not None:
        heading, *rows = read_plainly(text)
        said = sorted((dict(zip(heading, row, strict=True)) for row in rows), key=lambda row: row["code"])
        for name in ("code", "name", "council", "catchment"):
            assert list(getattr(found, name)) == [row[name] for row in said]
        assert list(found.size) == [number_of(row["size"]) for row in said]
        assert found.overlap is None or list(found.overlap) == [number_of(row["overlap"]) for row in said]
    else:
        assert line.startswith("providers table 't.csv'"), line
    return line


def _both(rows: st.SearchStrategy[Rows]) -> st.SearchStrategy[tuple[Rows, str]]:
    return rows.flatmap(lambda drawn: st.tuples(st.just(drawn), csv_texts(drawn)))


def test_every_form_of_a_table_of_points_gives_its_values() -> None:
    def check(drawn: tuple[Rows, str]) -> None:
        assert check_points(drawn[1]) == ""

    assert fuzz("tables of points", check, drawn=_both(points_rows())) >= asked("tables of points")


def test_a_mutated_table_of_points_gives_its_values_or_one_line() -> None:
    cells = points_rows().flatmap(mutated_csv)
    letters = points_rows().flatmap(csv_texts).flatmap(mutated_texts)
    count = fuzz("mutated tables of points", lambda text: check_points(text) and None, text=cells | letters | texts())
    assert count >= asked("mutated tables of points")


def test_every_form_of_a_table_of_providers_gives_its_values() -> None:
    def check(drawn: tuple[Rows, str]) -> None:
        assert check_providers(drawn[1]) == ""

    assert fuzz("tables of providers", check, drawn=_both(provider_rows())) >= asked("tables of providers")


def test_a_mutated_table_of_providers_gives_its_values_or_one_line() -> None:
    cells = provider_rows().flatmap(mutated_csv)
    letters = provider_rows().flatmap(csv_texts).flatmap(mutated_texts)
    drawn = cells | letters | texts()
    count = fuzz("mutated tables of providers", lambda text: check_providers(text) and None, text=drawn)
    assert count >= asked("mutated tables of providers")


def test_a_numeral_is_what_it_says_or_is_refused() -> None:
    def check(text: str) -> None:
        for parse, whole in ((parse_number, False), (parse_whole, True)):
            try:
                value = parse(text)
            except ValueError as error:
                check_line(str(error))
                continue
            assert value == (int(text) if whole else number_of(text))

    numerals = st.from_regex(NUMBER, fullmatch=True) | st.floats().map(repr) | st.integers().map(str) | texts()
    assert fuzz("numbers", check, text=numerals | numerals.flatmap(mutated_texts)) >= asked("numbers")
