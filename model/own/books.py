"""Books with rules of one's own: what engines follow, made of records alone, one value for the same content.

``book_of`` judges what a researcher gives, ``book_from_text`` reads what a store carries; both end in the same book.
"""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ..graph.expression_graph import CannotTrace
from ..groups.grouped import with_groups, with_levers_named
from ..outcomes import Outcome
from ..schedule.month import Phase, Step
from ..schedule.rulebook import BUILT_IN, Field, RuleBook, with_varied_constants
from ..text.plain_text import brief
from ..trust_groups import TrustGroups
from .assembly import choice_step, luck_of, names_of_words, own_step, reset_step, start_steps
from .averages import own_sums, own_values, seat_tallies
from .checking import check_known, check_records, with_starts_told
from .judging import judge_declared
from .names import names_of
from .places import PLACES, STARTS
from .records import OwnOutcome, OwnRule, OwnRules, groups_of_text, rules_of_text, text_of_rules
from .refusal import RuleRefused
from .sources import declarations_of, declared_by_label

_BOOKS: dict[str, RuleBook] = {"": BUILT_IN}
MOST_LEVELS = 100


def book_of(rules: Any = None, choices: Mapping[str, Sequence[str]] | None = None, folder: Path = Path()) -> RuleBook:
    """Return the book of ``rules``: None, a book, functions in a list, the path of a file, or a mapping.

    A mapping is rule -> function, "my_rules.py:gaming" or the name of a rival. ``choices`` are name of a rule, of a
    mechanism, or rule_rule -> labels of its levels ("built-in" among them). Files are looked for in ``folder``. Raises
    RuleRefused, in one line with file and line, for whatever cannot be followed by every engine.

    >>> book_of() is BUILT_IN, book_of({"gaming": "proportional"}).own_parameters
    (True, ())
    >>> book_of(choices={"gaming": ["built-in", "proportional"]}).choices
    mappingproxy({'gaming': ('built-in', 'proportional')})
    """
    if isinstance(rules, RuleBook):
        if choices:
            raise RuleRefused("choices between rules belong to rules that are not yet a book")
        return rules
    declared = declarations_of(rules, folder)
    levels = {name: _levels(name, labels, folder) for name, labels in (choices or {}).items()}
    # What a choice chooses is not replaced beside it.
    chosen = {each.replaces for by_label in levels.values() for level in by_label.values() for each in level}
    kept = tuple(each for each in declared if not (each.replaces and each.replaces in chosen))
    return _made(judge_declared(kept, levels))


def book_from_text(text: str) -> RuleBook:
    """Return the book that a store carries as ``text``. Raises RuleRefused for a text that is none.

    >>> book_from_text("") is BUILT_IN, book_from_text(book_of({"gaming": "proportional"}).text).text[:2]
    (True, '{"')
    """
    if text not in _BOOKS:
        book = _made(rules_of_text(text))
        _BOOKS[text] = book_in_groups(book, groups_of_text(text))
    return _BOOKS[text]


def book_in_groups(book: RuleBook, groups: TrustGroups | None, names: Iterable[object] = ()) -> RuleBook:
    """Return ``book`` with ``groups`` of trusts, and the levers of their own that ``names`` name.

    For no groups it is ``book`` as it stands, which may have some. Raises RuleRefused for what groups cannot have.

    >>> from ..trust_groups import TrustGroups
    >>> groups = TrustGroups(names=("treated",), shares=(0.15,))
    >>> [lever.name for lever in book_in_groups(book_of(), groups, ["target_level[treated]@13"]).groups.levers]
    ['target_level[treated]']
    """
    try:
        return with_levers_named(book if groups is None else with_groups(book, groups), names)
    except RuleRefused:
        raise
    except ValueError as error:
        raise RuleRefused(str(error)) from None


def _remade(text: str, varied: tuple[str, ...]) -> RuleBook:
    """Return the book of ``text`` in another process."""
    return with_varied_constants(book_from_text(text), varied)


# Functions that no pickle can take are made of the text again.
copyreg.pickle(RuleBook, lambda book: (_remade, (book.text, book.varied_constants)))


def _levels(name: Any, labels: Any, folder: Path) -> dict[str, tuple[Any, ...]]:
    if not isinstance(name, str):
        raise RuleRefused(f"a choice must be named by a text, got {brief(name)}")
    listed = isinstance(labels, Sequence) and not isinstance(labels, str)
    if not listed or not 2 <= len(labels) <= MOST_LEVELS or not all(isinstance(label, str) for label in labels):
        raise RuleRefused(f"the choice '{name}' needs 2 to {MOST_LEVELS} labels of levels, got {brief(labels)}")
    if len(set(labels)) < len(labels):
        raise RuleRefused(f"the choice '{name}' names a level twice")
    rule = name.removesuffix("_rule") if name not in PLACES else name
    return {label: declared_by_label(rule, label, folder) for label in labels}


def _made(own: OwnRules) -> RuleBook:
    """Return the book of ``own``, made once for the same text."""
    text = text_of_rules(own)
    if text not in _BOOKS:
        try:
            check_records(own)
            book = _assembled(own, text)
            check_known(book, own)
            _BOOKS[text] = with_starts_told(book, own)
        except (CannotTrace, KeyError, IndexError) as refusal:  # of a text that nobody traced
            raise RuleRefused(f"own rules cannot be followed: {refusal}") from None
    return _BOOKS[text]


def _assembled(own: OwnRules, text: str) -> RuleBook:
    parameters, memory = names_of(
        [(rule.place, rule.parameters, _memory_of(rule)) for rule in own.every_rule],
        {choice.name: choice.labels for choice in own.choices},
        [(outcome.place, outcome.name) for outcome in own.outcomes],
    )
    luck = luck_of(own.every_rule)
    words = names_of_words(luck)
    plain = replace(BUILT_IN, parameters=parameters, memory=memory, luck=luck)
    added = [rule for rule in own.every_rule if rule.after]
    steps = {rule.replaces: own_step(rule, words) for rule in own.rules if rule.replaces}
    for name in dict.fromkeys(rule.replaces for rule in own.every_rule if rule.replaces):
        choices = [
            choice for choice in own.choices if any(name == r.replaces for level in choice.levels for r in level)
        ]
        if len(choices) > 1:
            raise RuleRefused(f"rule '{name}' is chosen twice: by {' and '.join(choice.name for choice in choices)}")
        if choices:
            steps[name] = choice_step(name, choices[0], plain, words)
    month = tuple(_with_own(phase, steps, added, words) for phase in BUILT_IN.month)
    month = tuple(_with_sums(phase, own) for phase in month)
    sums = own_sums(own.outcomes)
    return replace(
        plain,
        month=(*month, *([Phase("own_sums", "trust", (), sums)] if sums else [])),
        start=tuple(_with_start(phase, added) for phase in BUILT_IN.start),
        outcomes=MappingProxyType({**BUILT_IN.outcomes, **{each.name: _row(each) for each in own.outcomes}}),
        own_outcomes=own_values(own.outcomes),
        choices=MappingProxyType({choice.name: choice.labels for choice in own.choices}),
        text=text,
    )


def _memory_of(rule: OwnRule) -> list[Field]:
    return [(rule.actor, name) for name in rule.writes if rule.after]


def _row(outcome: OwnOutcome) -> Outcome:
    said = f"{outcome.file}:{outcome.line}"
    return Outcome(name=outcome.name, unit=outcome.unit, meaning=outcome.meaning, own_rule=said)


def _with_own(phase: Phase, steps: Mapping[str, Step], added: Sequence[OwnRule], words: Any) -> Phase:
    """Return ``phase`` with rules replaced, and with those that run after its own behind them."""
    found: list[Step] = []
    for step in phase.steps:
        name = step.rule.__name__
        found.append(steps.get(name, step))
        found += _behind(name, added, words)
    resets = [reset_step(rule) for rule in added if rule.actor == "seat"] if phase.level == "seat" else []
    return replace(phase, steps=(*found, *resets))


def _behind(name: str, added: Sequence[OwnRule], words: Any) -> list[Step]:
    """Return the steps of the rules that run after ``name``, and of those that run after these."""
    found = []
    for rule in added:
        if rule.after == name:
            found += [own_step(rule, words), *_behind(rule.name, added, words)]
    return found


def _with_sums(phase: Phase, own: OwnRules) -> Phase:
    tallies = seat_tallies(own.outcomes) if phase.level == "seat" else ()
    return replace(phase, tallies=(*phase.tallies, *tallies))


def _with_start(phase: Phase, added: Sequence[OwnRule]) -> Phase:
    begun = [rule for rule in added if STARTS[rule.actor] == phase.name]
    return replace(phase, steps=(*phase.steps, *(step for rule in begun for step in start_steps(rule))))
