"""Rules of one's own on a page: what each does, where it was written, its parameters, and its text."""

from __future__ import annotations

import xarray as xr

from ...datasets.attributes import OWN_RULES
from ...model.own.records import OwnOutcome, OwnRule, OwnRules, rules_of_text
from .page import Section, Table

HEADER = ("rule", "what it does", "parameters", "where it was written")
MEANS = {
    "country": "of the centre",
    "trust": "mean over trusts by size",
    "seat": "mean over occupied seats, then by size",
}
SHARES = {"country": "whether it holds", "trust": "share of trusts", "seat": "share of occupied seats"}


def own_rules_in(sweep: xr.Dataset) -> OwnRules:
    """Return the own rules that an opened sweep carries, none where it has none.

    Raises ValueError for a text that cannot be read.

    >>> own_rules_in(xr.Dataset()).rules
    ()
    """
    return rules_of_text(str(sweep.attrs.get(OWN_RULES, "")))


def rule_table(own: OwnRules) -> Table:
    """Return a row for each own rule and outcome: its name, what it does, its parameters, and where it was written."""
    rows = [_of_rule(rule, _what(rule)) for rule in own.rules]
    for choice in own.choices:
        for label, level in zip(choice.labels, choice.levels, strict=True):
            rows += [_of_rule(rule, f"{_what(rule)} where {choice.name} is '{label}'") for rule in level]
    return HEADER, [*rows, *map(_of_outcome, own.outcomes)]


def _of_rule(rule: OwnRule, what: str) -> tuple[str, ...]:
    parameters = (
        f"{name}, {one.low:g} to {one.high:g} ({one.unit}), default {one.default:g}: {one.meaning}"
        for name, one in rule.parameters.items()
    )
    return rule.name, what, "; ".join(parameters), _where(rule)


def _what(rule: OwnRule) -> str:
    if rule.replaces:
        return f"replaces the rule {rule.replaces}"
    starts = (f"{rule.actor}.{name}, {start} at the start" for name, start in zip(rule.writes, rule.start, strict=True))
    luck = f", with draws of its own ({', '.join(rule.draws)})" if rule.draws else ""
    return f"added after {rule.after}; remembers {' and '.join(starts)}{luck}"


def _of_outcome(outcome: OwnOutcome) -> tuple[str, ...]:
    told = (SHARES if outcome.condition else MEANS)[outcome.level]
    return outcome.name, f"an outcome ({outcome.unit}), {told}: {outcome.meaning}", "", _where(outcome)


def _where(one: OwnRule | OwnOutcome) -> str:
    return f"{one.file}:{one.line}" if one.file else ""


def rule_text(own: OwnRules) -> str:
    """Return the text of all own rules and outcomes, each below where it was written; a text once."""
    everything: tuple[OwnRule | OwnOutcome, ...] = (*own.every_rule, *own.outcomes)
    told = {f"# {_where(one)}\n{one.text.rstrip()}" for one in everything if one.text}
    return "\n\n\n".join(sorted(told))


def own_rules_sections(own: OwnRules) -> list[Section]:
    """Return the section of a page that names own rules and has their text folded; none where there are none."""
    if not own:
        return []
    text = rule_text(own)
    return [
        Section(
            heading="Own rules",
            paragraphs=("These runs follow rules that are not the model's own.",),
            table=rule_table(own),
            folded=("Their text", text) if text else None,
        )
    ]
