"""CSV files as people have them: what is read, and what is said of a file that another program wrote differently."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from .numerals import parse_number
from .plain_text import BLANK, hidden, plain

SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}
Row = tuple[int, list[str]]
"""The line on which a row ends, from 1, and its cells without the blanks around them."""


def decode_text(content: bytes, what: str) -> str:
    """Return the UTF-8 text in ``content``, a byte order mark left out.

    Raises ValueError, beginning with ``what`` the text is, for bytes in another encoding, and says which it seems.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content:
        raise ValueError(f"{what} is not UTF-8 text: it seems to be UTF-16, or no text at all; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        raise ValueError(
            f"{what} is not UTF-8 text: byte {error.start} (0x{byte:02X}) cannot be read; save it as UTF-8"
        ) from error


def read_rows(text: str, place: str) -> list[Row]:
    """Return the rows of the CSV ``text`` that are not blank. Raises ValueError, beginning with ``place``."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for cells in reader:
            stripped = [cell.strip(BLANK) for cell in cells]
            if any(stripped):
                rows.append((reader.line_num, stripped))
    except csv.Error as error:
        raise ValueError(f"{place}, row {reader.line_num}: not valid CSV ({plain(error, 200)})") from error
    return rows


def check_heading(names: Sequence[str], place: str, known: Callable[[str], bool]) -> None:
    """Raise ValueError for what no heading may hold: other separators, columns without a name, invisible letters.

    ``known`` tells whether a name is that of a column.
    """
    if separator := _separator(names, known):
        raise ValueError(
            f"{place}, row 1: the columns seem to be separated by {separator}; expected commas between cells and"
            " decimal points in numbers"
        )
    if all(_is_number(name) for name in names):
        raise ValueError(f"{place}, row 1: expected a heading that names the columns, got numbers")
    for number, name in enumerate(names, start=1):
        if not name:
            raise ValueError(f"{place}, row 1: column {number} has no name; {_unnamed(number, len(names))}")
        if letter := hidden(name):
            raise ValueError(f"{place}, row 1: column {number}, '{plain(name)}', holds a {letter}; take it out")
        if name.startswith('"'):
            raise ValueError(f"{place}, row 1: column {number}, {plain(name)}, has a blank before its quotation mark")
    if len(set(names)) < len(names):
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        raise ValueError(f"{place}, row 1: column '{plain(twice)}' is named twice")


def check_cells(row: Row, names: Sequence[str], place: str) -> None:
    """Raise ValueError unless ``row`` has a cell for each of the columns ``names``."""
    line, cells = row
    if len(cells) == len(names):
        return
    noun = "cell" if len(names) == 1 else "cells"
    message = f"{place}, row {line}: expected {len(names)} {noun} ({plain(', '.join(names), 200)}), got {len(cells)}"
    if len(cells) > len(names):
        end = "a comma at its end?" if not cells[-1] else "a comma within a number or a text without quotation marks?"
        message = f"{message}; {end}"
    raise ValueError(message)


def _separator(names: Sequence[str], known: Callable[[str], bool]) -> str:
    """Return in words what separates the columns in place of commas, "" where commas do."""
    line = ",".join(names)
    if any(known(name) for name in names):
        return ""
    letter = max(SEPARATORS, key=line.count)
    if letter in line:
        return SEPARATORS[letter]
    words = line.split()
    return "blanks" if len(names) == 1 and len(words) > 1 and known(words[0]) else ""


def _is_number(name: str) -> bool:
    try:
        parse_number(name)
    except ValueError:
        return False
    return True


def _unnamed(number: int, columns: int) -> str:
    if number == 1:
        return "leave out the index column that other programs write (pandas: index=False), or name it"
    if number == columns:
        return "is there a comma at the end of the line?"
    return "name it or leave it out"
