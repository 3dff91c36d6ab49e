"""Rules of one's own in words: what a book holds of them, and in what two books differ.

A store and a spec carry their books as text, of which only the graphs decide a run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ...model.schedule.rulebook import BUILT_IN_LABEL, RuleBook
from ...model.text.plain_text import plain

if TYPE_CHECKING:
    from ...model.own.records import OwnOutcome, OwnRule, OwnRules
    from ...model.trust_groups import TrustGroups


MOST_LETTERS = 300
"""How much of a list of rules is shown."""


def rules_held_by(book: RuleBook) -> OwnRules:
    """Return the records of the own rules of ``book``, of which there are none in the book of the model."""
    from ...model.own.records import rules_of_text  # who has no rules of one's own needs nothing of it

    return rules_of_text(book.text)


def rows_of_rules(book: RuleBook) -> list[tuple[str, str]]:
    """Return what ``book`` holds of own rules, in rows of a name and a text; none where there are none.

    >>> from ...model.own.books import book_of
    >>> rows_of_rules(book_of({"gaming": "proportional"}))
    [('rules', 'gaming replaced (dressed_reports.py)')]
    """
    if not book.text:
        return []
    own = rules_held_by(book)
    said = [_said(rule) for rule in own.rules]
    said += [f"{choice.name} chooses between {', '.join(choice.labels)}" for choice in own.choices]
    rows = [("rules", plain("; ".join(said), MOST_LETTERS))] if said else []
    names = ", ".join(outcome.name for outcome in own.outcomes)
    return [*rows, *([("own outcomes", plain(names, MOST_LETTERS))] if names else [])]


def _said(rule: OwnRule) -> str:
    return f"{rule.name} {f'added after {rule.after}' if rule.after else 'replaced'} ({rule.file})"


def differing_rule(one: RuleBook, other: RuleBook) -> str:
    """Return what of own rules differs first between two books, such as "rule 'fear'"; "" where none does.

    Names of local variables, comments and lines do not count.

    >>> from ...model.own.books import book_of
    >>> differing_rule(book_of({"gaming": "proportional"}), book_of())
    "rule 'gaming'"
    """
    if what := _differing_group(one.groups, other.groups):
        return what
    one, other = (book if book.ungrouped is None else book.ungrouped for book in (one, other))
    before, after = (dict(_facts(rules_held_by(book))) for book in (one, other))
    found = next((name for name in {**before, **after} if before.get(name) != after.get(name)), "")
    if found or one is other:
        return found
    from ...model.graph.merkle import rules_hash  # it traces all rules

    # Alike one by one, they may still run in another order: the hash is of what they do together.
    return "the order of the rules" if rules_hash(one) != rules_hash(other) else ""


def _differing_group(one: TrustGroups | None, other: TrustGroups | None) -> str:
    """Return which group differs first: in whether there is one, or in its share; "" where none does."""
    before, after = (_shares(groups) for groups in (one, other))
    name = next((name for name in {**before, **after} if before.get(name) != after.get(name)), None)
    return "" if name is None else f"the group '{name}'"


def _shares(groups: TrustGroups | None) -> dict[str, float]:
    # A share of 0 is none: it stands for groups that a table of providers lists.
    return {} if groups is None else dict(zip(groups.names, groups.shares or [0.0] * len(groups.names), strict=True))


def _facts(own: OwnRules) -> Iterator[tuple[str, Any]]:
    """Yield what decides a run, by the words for each part of it."""
    for rule in own.rules:
        yield f"rule '{rule.replaces or rule.name}'", _facts_of(rule)
    for choice in own.choices:
        yield f"the levels of '{choice.name}'", choice.labels
        for label, level in zip(choice.labels, choice.levels, strict=True):
            for rule in level:
                yield f"rule '{rule.replaces or rule.name}' of the level '{label}'", _facts_of(rule)
    for outcome in own.outcomes:
        yield f"outcome '{outcome.name}'", (outcome.level, outcome.condition, _digest(outcome))


def _facts_of(rule: OwnRule) -> tuple[Any, ...]:
    defaults = {name: own.default for name, own in rule.parameters.items()}
    return rule.replaces, rule.after, rule.actor, rule.writes, rule.start, rule.draws, defaults, _digest(rule)


def _digest(own: OwnRule | OwnOutcome) -> list[str]:
    """Return the digests of what a graph gives: of each row with those of the rows that it takes, in any order."""
    found: list[str] = []
    for name, *given in own.rows:
        is_data = name in ("field", "luck", "number", "condition", "count")
        facts = [name, *(given if is_data else (found[row] for row in given))]
        found.append(hashlib.sha256(json.dumps(facts).encode()).hexdigest())
    return [found[row] for row in own.results]


def check_kept(book: RuleBook, given: Any, choices: Mapping[str, Iterable[str]]) -> None:
    """Raise ValueError unless ``book``, which a store carries, has what a table [rules] and choices name.

    The files are gone: that the names are there is all that can be told.
    """
    from ...model.mechanisms.table import MECHANISMS

    own = rules_held_by(book)
    known = {name for rule in own.every_rule for name in (rule.name, rule.replaces)}
    known |= {name for name, row in MECHANISMS.items() if known.intersection(row.rules)}
    named = [name for name, value in given.items() if value != BUILT_IN_LABEL] if isinstance(given, Mapping) else []
    for name in named:
        if name not in known and name != "file":
            raise ValueError(
                f"rule '{plain(name)}' has a file that cannot be found, and the store has no such own rule"
            )
    if {name: tuple(labels) for name, labels in choices.items()} != dict(book.choices):
        had = "; ".join(f"{name}: {', '.join(labels)}" for name, labels in book.choices.items()) or "none"
        raise ValueError(
            f"the files of the choices cannot be found, and the store has other choices ({plain(had, 200)})"
        )
