"""Tables as CSV: of points and of providers, valid ones and mutations, and a second reader to compare with."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from hypothesis import strategies as st

from .fuzz_specs import quantities, values_of
from .fuzz_texts import texts

Rows = list[list[str]]
MONTHS = 24
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
SEPARATORS = (",", ";", "\t", "|", " ", ":")
LABELS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8) | st.sampled_from(
    ("Trust, Royal", 'the "Infirmary"', "<b>bold</b>", "{0}", "%s", "=1+1", "O'Hara", "Total", "England")
)
FORMS = (repr, "{:+.17g}".format, "{:.17e}".format, " {!r} ".format, "\t{!r}".format)


def written(rows: Rows, end: str = "\n", separator: str = ",", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    """Return ``rows`` as CSV."""
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting, escapechar="\\").writerows(rows)
    return file.getvalue()


def read_plainly(text: str) -> Rows:
    """Return the rows of ``text`` that are not blank, read by nothing but Python's own reader."""
    rows = csv.reader(io.StringIO(text, newline=""))
    return [row for row in ([cell.strip(" \t\r\n") for cell in cells] for cells in rows) if any(row)]


def number_of(cell: str) -> float:
    """Return the number that a cell is; raise for what only Python takes for one."""
    assert NUMBER.fullmatch(cell.strip(" \t\r\n")), f"{cell!r} was read as a number"
    return float(cell)


@st.composite
def points_rows(draw: st.DrawFn) -> Rows:
    """Draw a heading of quantities and a few rows of values."""
    names = draw(st.lists(quantities(MONTHS), min_size=1, max_size=4, unique=True))
    rows = draw(st.lists(st.tuples(*map(values_of, names)), min_size=1, max_size=5))
    forms = st.sampled_from(FORMS)
    return [list(names), *([draw(forms)(value) for value in row] for row in rows)]


@st.composite
def provider_rows(draw: st.DrawFn) -> Rows:
    """Draw a providers table, its columns in any order."""
    columns = draw(st.permutations(("code", "name", "size", "council", "catchment")))
    columns = [*columns, "overlap"] if draw(st.booleans()) else list(columns)
    codes = draw(st.lists(LABELS, min_size=1, max_size=6, unique_by=str.strip))
    rows = []
    for code in codes:
        cells = {"code": code, "size": draw(st.sampled_from(FORMS))(draw(st.floats(0.5, 500.0)))}
        cells |= {name: draw(LABELS) for name in ("name", "council", "catchment")}
        cells["overlap"] = draw(st.sampled_from(("0", "1", "0.5", ".25", "1e-3")))
        rows.append([cells[column] for column in columns])
    return [columns, *rows]


@st.composite
def csv_texts(draw: st.DrawFn, rows: Rows) -> str:
    """Draw a text that says ``rows``: other ends of lines, quotation marks, blank lines, no end of the last line."""
    quoting = draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
    text = written(rows, draw(st.sampled_from(("\n", "\r\n", "\n\n", "\n \t\n"))), quoting=quoting)
    return text.rstrip("\r\n") if draw(st.booleans()) else text


def _slips(cell: str) -> tuple[str, ...]:
    """Return ``cell`` as other programs, other languages and tired people write it."""
    digits = cell.translate({48: "\u0660", 49: "\u0661", 50: "\uff12"})
    ends = (cell + "_0", cell + "%", cell + "\x00", "1_" + cell, "\u00a0" + cell, '"' + cell, " '" + cell)
    return (*ends, digits, cell.replace(".", ","))


@st.composite
def mutated_csv(draw: st.DrawFn, rows: Rows) -> str:
    """Draw a text that says something near to ``rows``: ragged, with other separators, headings or cells."""
    rows = [list(row) for row in rows]
    for _ in range(draw(st.integers(1, 2))):
        row = draw(st.sampled_from(rows))
        at = draw(st.integers(0, max(0, len(row) - 1)))
        how = draw(st.sampled_from(("cell", "cell", "less", "more", "twice", "blank", "column", "no heading", "slip")))
        if how == "cell" and row:
            row[at] = draw(texts())
        elif how == "slip" and row:
            row[at] = draw(st.sampled_from(_slips(row[at])))
        elif how == "less":
            del row[at:]
        elif how == "more":
            row.insert(at, draw(st.sampled_from(("", "1", "x"))))
        elif how == "twice":
            rows.append(list(row))
        elif how == "blank":
            rows.insert(0, ["", ""])
        elif how == "column":
            rows = [["", *row] if number == 0 else [str(number - 1), *row] for number, row in enumerate(rows)]
        elif len(rows) > 1:
            del rows[0]
    separator = draw(st.sampled_from((",", ",", ",", *SEPARATORS)))
    return written(rows, draw(st.sampled_from(("\n", "\r\n", "\r"))), separator)
