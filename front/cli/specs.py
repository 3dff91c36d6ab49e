"""Reading of what a command is given: specs, and files of rules of one's own."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from ..model.schedule.rulebook import RuleBook
    from ..sweeps.spec.spec import Spec


def read_spec(path: Path, store: Path | None) -> Spec:
    """Return the checked spec in the file ``path``; raise SpecError. What Python is warned of becomes a note, once.

    Where the files of rules that it names are gone, the rules are those that the ``store`` carries, if it is there.
    """
    from ..sweeps.spec.spec import Spec

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        spec = Spec.from_file(path, lambda: _rules_kept(store))
    for text in dict.fromkeys(str(warning.message) for warning in caught):
        typer.echo(f"note: {text}", err=True)
    return spec


def _rules_kept(path: Path | None) -> RuleBook | None:
    """Return the book of the store at ``path`` if there is one with own rules. Raises StoreError."""
    if path is None:
        return None
    from ..sweeps.store.create import is_to_be_created, place_of_store
    from ..sweeps.store.store import SweepStore

    place = place_of_store(path)
    book = None if is_to_be_created(place) else SweepStore(place).rules
    return book if book is not None and book.text else None


def read_rules(path: Path | None) -> RuleBook:
    """Return the book of the rules of one's own in the file ``path``, or of the model alone. Raises ValueError."""
    from ..model.schedule.rulebook import BUILT_IN

    if path is None:
        return BUILT_IN
    from ..model.own.books import book_of

    return book_of(path)
