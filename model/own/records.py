"""Records of rules and outcomes of one's own, once they are judged: their graphs and all that a store keeps of them.

They are data: a store's text reads back to equal records, and a book is made of records alone (``books``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar

from ..graph.rows import Rows, checked_rows
from ..groups.grouped import FORMAT as WITH_GROUPS
from ..text.plain_text import brief
from ..trust_groups import TrustGroups, groups_from_text
from .declared import Own, check_name
from .places import COUNTRY
from .refusal import RuleRefused

FORMAT = 1
"""Of the text that a store keeps of own rules; with groups of trusts it is that of ``model.groups``."""
MOST_TEXT = 2**22
"""Letters of that text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGraph:
    """What somebody wrote, as a graph: ``results`` are the rows of what it gives.

    ``file``, ``line`` and ``text`` say where it was written, for readers.
    """

    kind: ClassVar[str]
    name: str
    rows: Rows
    results: tuple[int, ...]
    file: str = ""
    line: int = 0
    text: str = ""

    @property
    def place(self) -> str:
        """The file, the line and the name, as messages begin with them."""
        return f"{self.file}:{self.line}, {self.kind} '{self.name}'"

    @property
    def reads(self) -> frozenset[str]:
        """The records that it reads, luck among them."""
        return frozenset("luck" if row[0] == "luck" else row[1] for row in self.rows if row[0] in ("field", "luck"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule(OwnGraph):
    """A rule of one's own: what it gives is written to fields of ``actor``, in the order of ``writes``.

    ``replaces`` is the rule that it stands in for, "" for an added one, which runs ``after`` another and starts its
    memory at ``start``, numbers or names of parameters.
    """

    kind = "rule"
    replaces: str
    after: str
    actor: str
    writes: tuple[str, ...]
    start: tuple[float | str, ...]
    draws: tuple[str, ...]
    parameters: Mapping[str, Own]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnOutcome(OwnGraph):
    """An outcome of one's own, of one result; of a ``condition`` it is the share for which it holds."""

    kind = "outcome"
    condition: bool
    unit: str
    meaning: str

    @property
    def level(self) -> str:
        """Of what it is the mean: of seats, or of trusts, by what it reads; "country" where it is the value itself."""
        if "seat" in self.reads:
            return "seat"
        return "country" if self.reads <= set(COUNTRY) else "trust"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChoice:
    """A parameter that chooses between sets of rules: 0, 1, .. stand for ``labels``; a built-in level has no rules."""

    name: str
    labels: tuple[str, ...]
    levels: tuple[tuple[OwnRule, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRules:
    """All that is one's own: rules in the order in which they were given, outcomes, choices."""

    rules: tuple[OwnRule, ...] = ()
    outcomes: tuple[OwnOutcome, ...] = ()
    choices: tuple[RuleChoice, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.rules or self.outcomes or self.choices)

    @property
    def every_rule(self) -> tuple[OwnRule, ...]:
        """All rules, those of choices as well."""
        return (*self.rules, *(rule for choice in self.choices for level in choice.levels for rule in level))


def text_of_rules(own: OwnRules) -> str:
    """Return what a store keeps of own rules: JSON of one line, "" where there are none.

    >>> text_of_rules(OwnRules())
    ''
    """
    return json.dumps({"format": FORMAT, **asdict(own)}, sort_keys=True, separators=(",", ":")) if own else ""


def rules_of_text(text: str) -> OwnRules:
    """Read own rules back from the text of a store. Raises RuleRefused for a text that is none, or of a newer format.

    >>> rules_of_text("")
    OwnRules(rules=(), outcomes=(), choices=())
    """
    if not text:
        return OwnRules()
    try:
        if len(text) > MOST_TEXT:
            raise RuleRefused(f"{len(text):,} letters are more than {MOST_TEXT:,}")
        found = json.loads(text)
        if found.pop("format") != (WITH_GROUPS if "groups" in found else FORMAT):
            raise RuleRefused("they have another format: a newer version of tredegar reads them")
        found.pop("groups", None)
        return OwnRules(
            rules=tuple(map(_rule, found.pop("rules"))),
            outcomes=tuple(map(_outcome, found.pop("outcomes"))),
            choices=tuple(map(_choice, found.pop("choices"))),
            **found,
        )
    except RuleRefused as refusal:
        raise RuleRefused(f"the own rules of a store cannot be read: {refusal}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        said = f"{type(error).__name__}: {brief(str(error))}"
        raise RuleRefused(f"the own rules of a store cannot be read: {said}") from None


def groups_of_text(text: str) -> TrustGroups | None:
    """Return the groups of trusts that the text of a store has; None without any. Raises RuleRefused for no groups.

    >>> groups_of_text("") is None
    True
    """
    found = json.loads(text).get("groups") if text else None
    try:
        return None if found is None else groups_from_text(found)
    except ValueError as error:
        raise RuleRefused(str(error)) from None


def _rule(row: dict[str, Any]) -> OwnRule:
    rows, results = checked_rows(row.pop("rows"), row.pop("results"))
    parameters = {name: Own(**own) for name, own in row.pop("parameters").items()}
    for name in (row["name"], row["actor"], *row["writes"], *row["draws"], *parameters):
        check_name(name, "an own rule, field, draw or parameter")
    if len(results) != len(row["writes"]) or (row["after"] and len(row["start"]) != len(results)):
        raise RuleRefused(f"rule '{row['name']}' has other results than it writes")
    if bool(row["replaces"]) == bool(row["after"]):
        raise RuleRefused(f"rule '{row['name']}' neither replaces one nor is added, or both")
    for value in row["start"]:
        if not isinstance(value, str) and not (type(value) is float and math.isfinite(value)):
            raise RuleRefused(f"rule '{row['name']}' starts its memory at {brief(value)}")
    lists: dict[str, Any] = {key: tuple(row.pop(key)) for key in ("writes", "start", "draws")}
    return OwnRule(rows=rows, results=results, parameters=parameters, **lists, **_texts(row))


def _outcome(row: dict[str, Any]) -> OwnOutcome:
    rows, results = checked_rows(row.pop("rows"), row.pop("results"))
    check_name(row["name"], "an own outcome")
    if len(results) != 1 or type(row["condition"]) is not bool:
        raise RuleRefused(f"outcome '{row['name']}' is none")
    return OwnOutcome(rows=rows, results=results, condition=row.pop("condition"), **_texts(row))


def _choice(row: dict[str, Any]) -> RuleChoice:
    levels = tuple(tuple(map(_rule, level)) for level in row.pop("levels"))
    labels = tuple(row.pop("labels"))
    check_name(row["name"], "a choice")
    if len(labels) != len(levels) or len(levels) < 2 or not all(isinstance(label, str) for label in labels):
        raise RuleRefused(f"choice '{row['name']}' has no label for each of its levels")
    return RuleChoice(labels=labels, levels=levels, **row)


def _texts(row: dict[str, Any]) -> dict[str, Any]:
    """Return what is left of a row: texts, and the number of a line."""
    for key, value in row.items():
        if not isinstance(value, int if key == "line" else str):
            raise RuleRefused(f"'{key}' is {brief(value)}")
    return row
