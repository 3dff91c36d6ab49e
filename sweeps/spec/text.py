"""The text of a spec: TOML read within limits of size and depth, and written in one canonical form."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...model.text.csv_rows import decode_text
from ...model.text.plain_text import BLANK, hidden, plain
from ...store.format import FORMER, PRESENT
from ..forms.data_tables import POINTS, HeldSource, SpecSource
from ..forms.keywords import MOST_DEPTH
from .errors import SpecError

if TYPE_CHECKING:
    from ...model.schedule.rulebook import RuleBook

MOST_BYTES = 1_000_000
MOST_TABLE_BYTES = 200_000_000
MOST_DOTS = 100
MOST_LETTERS_OF_A_PATH = 300


def read_text(path: Path, what: str, most_bytes: int = MOST_BYTES) -> str:
    """Return the UTF-8 text of ``path``; raise SpecError, naming ``what`` it is, if that cannot be done."""
    named = f"{what} '{plain(path, MOST_LETTERS_OF_A_PATH)}'"
    try:
        with path.open("rb") as file:
            content = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        raise SpecError(f"{named} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > most_bytes:
        raise SpecError(f"{named} is larger than {most_bytes:,} bytes")
    try:
        return decode_text(content, named)
    except ValueError as error:
        raise SpecError(str(error)) from error


@dataclass(frozen=True, slots=True)
class FileSource:
    """The files of ``folder``, which a spec names.

    ``kept`` is asked for the book of a store where the files of [rules] are gone.
    """

    folder: Path
    kept: Callable[[], RuleBook | None] = lambda: None

    def table(self, name: str, what: str, most_bytes: int) -> str:
        """Return the text of the file ``name``. Raises SpecError if it cannot be read."""
        return read_text(self.folder / name, what, most_bytes)

    def rules(self, given: Any, choices: Mapping[str, list[str]]) -> RuleBook:
        """Return the book of the rules that the table ``given`` names; a choice is between the rules of its labels."""
        from ..quantities.books import book_of_table

        return book_of_table(given, choices, self.folder, self.table, self.kept)


@dataclass(frozen=True, slots=True)
class StoreSource:
    """What a store carries in place of files: the text of the providers, the points (point,), the text of own rules.

    ``read_points`` is asked for a table of points alone.
    """

    providers: str | None
    read_points: Callable[[], Mapping[str, Any]]
    own_rules: str = ""

    def table(self, name: str, what: str, most_bytes: int) -> str | Mapping[str, Any]:
        """Return the text of the providers table, or the points. Raises SpecError if the store has lost them."""
        if what == POINTS:
            return self.read_points()
        if self.providers is None:
            raise SpecError("the store has lost its providers table")
        return self.providers

    def rules(self, given: Any, choices: Mapping[str, list[str]]) -> RuleBook:
        """Return the book that the store carries, of which the spec in it has only the name. Raises SpecError."""
        from ..quantities.books import book_in_store

        if not self.own_rules:
            raise SpecError("the store has lost its own rules")
        return book_in_store(self.own_rules)


def source_of(context: object) -> SpecSource:
    """Return the source that pydantic was told of; the working folder where a model of others reads a spec."""
    return context if isinstance(context, HeldSource) else FileSource(Path())


def parse_toml(text: str, label: str = "spec") -> dict[str, Any]:
    """Return the tables of a TOML ``text``.

    Raises SpecError, in one line, for text that is empty, too long, nested too deeply or not TOML.
    """
    if not isinstance(text, str):
        raise SpecError(f"a spec must be text, got {type(text).__name__}")
    label = plain(label, MOST_LETTERS_OF_A_PATH + len("spec ''"))
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise SpecError(f"{label} is larger than {MOST_BYTES:,} bytes")
    # tomllib takes quadratic time over a dotted key, so that absurd ones are refused unread.
    for number, line in enumerate(text.splitlines(), start=1):
        if any(part.count(".") > MOST_DOTS for part in re.split(r"[=,{}\[\]]", line)):
            raise SpecError(f"{label} is nested too deeply: line {number} has more than {MOST_DOTS} dots in a row")
    try:
        tables = tomllib.loads(text)
    except RecursionError:
        raise SpecError(f"{label} is nested too deeply; at most {MOST_DEPTH} levels are read") from None
    except ValueError as error:
        raise SpecError(f"{label} is not valid TOML: {_not_toml(text, error)}") from error
    if not tables:
        raise SpecError(f"{label} is empty; 'tredegar init SPEC' writes one to start from")
    _check_depth(tables, label)
    return tables


def parse_json(text: str | bytes | bytearray) -> Any:
    """Return what the JSON ``text`` says.

    Raises SpecError, in one line, for text that is too long, nested too deeply, not JSON or names a key twice.
    """
    if not isinstance(text, str | bytes | bytearray):
        raise SpecError(f"a spec must be text, got {type(text).__name__}")
    if len(text) > MOST_BYTES:
        raise SpecError(f"the spec is larger than {MOST_BYTES:,} bytes")
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise SpecError(f"the spec is nested too deeply; at most {MOST_DEPTH} levels are read") from None
    except SpecError:
        raise
    except ValueError as error:
        raise SpecError(f"the spec is not valid JSON: {_reason(error)}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return a table of ``pairs``, in which no key comes twice: JSON would take the last."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise SpecError(f"the spec names the key '{plain(key)}' twice")
        table[key] = value
    return table


def _reason(error: ValueError) -> str:
    """Return what a reader of text says, on one line; Python's own limit on the digits of a number in other words."""
    if "int_max_str_digits" in str(error):
        return "a whole number has thousands of digits"
    return plain(" ".join(str(error).split()), 200)


def _not_toml(text: str, error: ValueError) -> str:
    """Return why ``text`` is not TOML, with a word on letters that nobody sees."""
    why = _reason(error)
    if "\r" in text and "\n" not in text:
        return f"{why}; its lines end in CR alone: save it with the line ends of Unix or Windows"
    place = re.search(r"at line ([0-9]+)", why)
    line = text.split("\n")[int(place[1]) - 1].strip(BLANK) if place else ""
    letter = hidden(line.replace("\t", ""))
    return f"{why}; the line holds a {letter}" if letter else why


def _check_depth(tables: Mapping[str, Any], label: str) -> None:
    level: list[Any] = [tables]
    for _ in range(MOST_DEPTH):
        level = [
            item
            for value in level
            for item in (value.values() if isinstance(value, Mapping) else value)
            if isinstance(item, Mapping | list)
        ]
        if not level:
            return
    raise SpecError(f"{label} is nested too deeply; at most {MOST_DEPTH} levels are read")


def canonical_toml(tables: Mapping[str, Any]) -> str:
    """Return ``tables`` (values, then one level of tables) as TOML; equal tables give equal text."""
    plain = {key: value for key, value in tables.items() if not isinstance(value, Mapping)}
    lines = [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for title, table in tables.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{_key(title)}]", *(f"{_key(key)} = {_value(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def text_of_spec(tables: Mapping[str, Any], advice: str = "") -> str:
    """Return ``tables`` as TOML, without those that are empty. Raises SpecError if it is longer than what is read."""
    text = canonical_toml({key: value for key, value in tables.items() if value != {}})
    size = len(text.encode())
    if size > MOST_BYTES:
        raise SpecError(f"the text of the spec would have {size:,} bytes, at most {MOST_BYTES:,} are read{advice}")
    return text


def present_text(text: str) -> str:
    """Return the canonical text of a spec, a key on each line, with present keys."""
    return _renamed(text, PRESENT)


def former_text(text: str) -> str:
    """Return the canonical text of a spec, a key on each line, with the keys that hashes are taken of."""
    return _renamed(text, FORMER)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Return ``text`` with other names of the keys above its first table."""
    head, table, rest = text.partition("\n[")
    for name, other in names.items():
        head = re.sub(rf"(?m)^{name} = ", f"{other} = ", head)
    return head + table + rest


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    return "[" + ", ".join(_value(item) for item in value) + "]"
