"""The book of rules of a spec: made of its own rules, its choices and its varied constants, before a table is checked.

Whatever a name of a spec may stand for, its book knows.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ...model.constants import CONSTANTS
from ...model.parameters import PARAMETERS, base_of, is_change
from ...model.schedule.rulebook import BUILT_IN, BUILT_IN_LABEL, RuleBook, with_varied_constants
from ...model.text.plain_text import brief, plain
from ..forms.data_tables import FILES, RULES, SpecSource
from .groups import with_groups_of_spec, with_levers
from .own_rules import check_kept

TEXT, FILE = "text", "file"
"""Keys of [rules]: the text of a book, as a store keeps it, and the file of one, or of rules in Python."""
MOST_TEXT_BYTES = 2**22
_log = logging.getLogger("tredegar")


def with_book(tables: Any, source: SpecSource) -> Any:
    """Return the ``tables`` of a spec with its book in place of the table [rules]; no tables as they are.

    Raises ValueError for rules that cannot be. It is made once: what has a book has the same one again.
    """
    if not isinstance(tables, Mapping):
        return tables
    vary, fixed = (table if isinstance(table, Mapping) else {} for table in (tables.get("vary"), tables.get("fixed")))
    varied = {name: entry for name, entry in vary.items() if isinstance(name, str)}
    given = tables.get("rules")
    if isinstance(given, RuleBook):
        return {**tables, "rules": book_with_names(with_groups_of_spec(given, tables, fixed), varied)}
    given, declared = _without_choices(given)
    choices = choices_of(varied)
    choices = {name: [*dict.fromkeys([*declared.get(name, ()), *choices.get(name, ())])] for name in declared | choices}
    book = source.rules(given, choices) if choices or given is not None else BUILT_IN
    return {**tables, "rules": book_with_names(with_groups_of_spec(book, tables, fixed), varied)}


def _without_choices(given: Any) -> tuple[Any, dict[str, list[str]]]:
    """Return the table [rules] without its lists, and these, which declare choices for [fixed] and tables of points."""
    if not isinstance(given, Mapping):
        return given, {}
    # An empty table says nothing, and loads nothing.
    declared = {name: labels for name, labels in given.items() if isinstance(labels, list) and name != FILE}
    if bad := [name for name, labels in declared.items() if not all(isinstance(label, str) for label in labels)]:
        raise ValueError(
            f"key 'rules.{plain(bad[0])}' must be a list of labels, such as ['built-in', 'rules.py:gaming']"
        )
    return {name: value for name, value in given.items() if name not in declared} or None, declared


def choices_of(varied: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what chooses between rules among the entries of [vary]: name -> labels, the first of which is level 0.

    >>> choices_of({"gaming": {"values": ["built-in", "my_rules.py:gaming"]}, "real_control": {"values": [0.2, 0.8]}})
    {'gaming': ['built-in', 'my_rules.py:gaming']}
    """
    found: dict[str, list[str]] = {}
    labelled = {name: labels for name, entry in varied.items() if (labels := _labels(name, entry))}
    # The choice from the start first: what a run begins with is the first level where it is not varied itself.
    for name in sorted(labelled, key=is_change):
        first = [] if base_of(name) in labelled else [BUILT_IN_LABEL]
        found[base_of(name)] = [*dict.fromkeys([*found.get(base_of(name), first), *labelled[name]])]
    return found


def _labels(name: str, entry: Any) -> list[str]:
    """Return the values of an entry of [vary] if they are labels of rules, not numbers of the model."""
    if base_of(name) in PARAMETERS or base_of(name) in CONSTANTS:
        return []
    values = entry.get("values") if isinstance(entry, Mapping) else None
    if not isinstance(values, list) or not any(isinstance(value, str) for value in values):
        return []
    if function := next(filter(callable, values), None):
        raise ValueError(f"a level is a label, such as 'my_rules.py:gaming', got the function {brief(function)}")
    return [value for value in values if isinstance(value, str)]


def book_with_names(book: RuleBook, names: Iterable[str]) -> RuleBook:
    """Return ``book`` with what the varied ``names`` need: constants among its parameters, and levers of its groups.

    Other constants are none of its parameters. Raises ValueError for a lever that groups cannot have.

    >>> book_with_names(BUILT_IN, ["real_control", "VOICE_BASE"]).varied_constants
    ('VOICE_BASE',)
    """
    names = list(names)
    book = with_levers(book, names)
    constants = [base_of(name) for name in names if base_of(name) in CONSTANTS]
    return with_varied_constants(book, constants) if constants or book.varied_constants else book


def own_names(book: RuleBook) -> tuple[str, ...]:
    """Return the names of the parameters of ``book`` that the model does not have.

    >>> own_names(BUILT_IN)
    ()
    """
    return () if book is BUILT_IN else book.own_parameters


def book_in_store(text: str) -> RuleBook:
    """Return the book of the own rules that a store carries as ``text``, that of the model for "".

    Raises ValueError for a text that this version cannot read.

    >>> book_in_store("") is BUILT_IN
    True
    """
    if not text:
        return BUILT_IN
    from ...model.own.books import book_from_text  # who has no rules of one's own needs nothing of it

    return book_from_text(text)


def book_of_table(
    given: Any,
    choices: Mapping[str, list[str]],
    folder: Path,
    read: Callable[[str, str, int], str],
    kept: Callable[[], RuleBook | None] = lambda: None,
) -> RuleBook:
    """Return the book of the table [rules] that is ``given``, and of the rules that ``choices`` choose between.

    Files of Python are looked for in ``folder``; ``read(name, what, most bytes)`` returns the text of a file of a book.
    ``kept`` is asked for a book to take where no file that the spec names is there any more. Raises ValueError.

    >>> book_of_table({"gaming": "built-in"}, {}, Path(), lambda name, what, most: "") is BUILT_IN
    True
    """
    from ...model.own.books import book_of

    if isinstance(given, Mapping):
        if TEXT in given:
            return book_in_store(_alone(given, TEXT))
        if str(given.get(FILE)).endswith(Path(FILES[RULES]).suffix):
            return book_in_store(read(_alone(given, FILE), RULES, MOST_TEXT_BYTES))
    files = sorted(set(files_named(given, choices)))
    there = [name for name in files if os.path.exists(folder / os.path.expanduser(name))]
    if files and not there and (book := kept()) is not None:
        check_kept(book, given, choices)
        names = " and ".join(f"'{plain(name)}'" for name in files)
        _log.warning("%s cannot be found: the own rules are those that the store carries", names)
        return book
    return book_of(given, choices, folder)


def _alone(given: Mapping[str, Any], key: str) -> str:
    """Return what stands under ``key``, which stands alone. Raises ValueError if it does not, or is no text."""
    if len(given) > 1 or not isinstance(given[key], str):
        raise ValueError(f"key 'rules.{key}' must be a text that stands alone under [rules], got {brief(given[key])}")
    return given[key]


def files_named(given: Any, choices: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield the files of Python that a table [rules] names, and the labels of ``choices``.

    >>> list(files_named({"file": "my_rules.py", "gaming": "other.py:gaming"}, {"fear": ["built-in", "third.py:fear"]}))
    ['my_rules.py', 'third.py', 'other.py']
    """
    labels = [label for labels in choices.values() for label in labels]
    if isinstance(given, Mapping):
        labels += [value for key, value in given.items() if isinstance(value, str) and key != FILE]
        given = given.get(FILE)
    yield from (name for name in (given if isinstance(given, list) else [given]) if isinstance(name, str))
    yield from (name for label in labels if (name := label.rpartition(":")[0]))
