"""Own rules in the story of a run: which are followed, and when what they write moved most, and on which grounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ...model.own.records import OwnRule, rules_of_text

if TYPE_CHECKING:
    from ...model.agents.health_service import HealthService
    from ...model.schedule.rulebook import RuleBook

LEVEL = "own rules"
"""The level of the events of own rules in the log of decisions."""
TOLD = ("p", "manager", "trust", "centre", "nation", "council", "catchment", "seat")
"""Records whose values are told as grounds."""
MOST_GROUNDS = 6


class Followed(NamedTuple):
    """An own rule, and the choice and level at which it is followed: None for a rule that always is."""

    rule: OwnRule
    choice: str | None = None
    level: int = 0
    label: str = ""

    def acts(self, model: HealthService) -> bool:
        """Whether the rule is followed in this month of ``model``."""
        return self.choice is None or getattr(model.p, self.choice) == self.level

    @property
    def reads(self) -> tuple[tuple[str, str], ...]:
        """The fields (record, field) on which the rule decides, but for those that it writes."""
        fields = dict.fromkeys((str(row[1]), str(row[2])) for row in self.rule.rows if row[0] == "field")
        return tuple(place for place in fields if place[0] != self.rule.actor or place[1] not in self.rule.writes)


class Move(NamedTuple):
    """The largest move so far of what a rule writes: its size, its month, the values, and the grounds."""

    size: float
    month: int
    before: float
    after: float
    grounds: str


def followed_rules(book: RuleBook) -> tuple[Followed, ...]:
    """Return the own rules of ``book``, those of choices with the level at which they are followed.

    >>> from tredegar.model.own.books import book_of
    >>> [(one.rule.name, one.choice, one.level) for one in followed_rules(book_of({"gaming": "proportional"}))]
    [('gaming', None, 0)]
    """
    own = rules_of_text(book.text)
    of_choices = (
        Followed(rule, choice.name, number, choice.labels[number])
        for choice in own.choices
        for number, level in enumerate(choice.levels)
        for rule in level
    )
    return (*map(Followed, own.rules), *of_choices)


class OwnStory:
    """Watches what own rules write, month by month: the courses of trusts and centre, and when each moved most.

    ``courses``: (record, field) -> a list of months, each with a value for each trust, of a seat the mean over the
    trust's; of the centre there is one value.
    """

    def __init__(self, model: HealthService) -> None:
        self.model = model
        self.rules = followed_rules(model.rules)
        self.courses: dict[tuple[str, str], list[np.ndarray]] = {place: [] for place in self._places()}
        self._moves: dict[tuple[int, str, int], Move] = {}
        self._since: dict[int, int] = {}
        self._was: dict[tuple[str, str], np.ndarray] = {}
        self._shared = {
            (level, id(trust)): records[level]
            for level in ("council", "catchment")
            for members, records in model.groups[level]
            for trust in members
        }

    def _places(self) -> Iterator[tuple[str, str]]:
        for one in self.rules:
            yield from ((one.rule.actor, name) for name in one.rule.writes)

    def before(self) -> None:
        """Keep the values from which the next month starts."""
        self._was = {place: self._values(*place) for place in self.courses}

    def after(self, month: int) -> None:
        """Take in what the month that has passed wrote."""
        now = {place: self._values(*place) for place in self.courses}
        for place, values in now.items():
            self.courses[place].append(values)
        for number, one in enumerate(self.rules):
            if not one.acts(self.model):
                continue
            self._since.setdefault(number, month)
            for name in one.rule.writes:
                before, values = self._was[one.rule.actor, name], now[one.rule.actor, name]
                self._take((number, name), month, before, values)

    def _take(self, of: tuple[int, str], month: int, before: np.ndarray, values: np.ndarray) -> None:
        sizes = np.abs(values - before)
        for trust in np.flatnonzero(np.isfinite(sizes) & (sizes > 0.0)):
            key = (*of, int(trust))
            if key not in self._moves or sizes[trust] > self._moves[key].size:
                grounds = self._grounds(self.rules[of[0]], int(trust))
                self._moves[key] = Move(float(sizes[trust]), month, float(before[trust]), float(values[trust]), grounds)

    def _values(self, record: str, name: str) -> np.ndarray:
        """Return the values of a field that an own rule writes: of every trust, or the one of the centre."""
        model = self.model
        if record == "seat":
            seats = np.array([getattr(seat, name, np.nan) for seat in model.clinicians], dtype=float)
            return seats.reshape(len(model.trusts), -1).mean(axis=1)
        if record in ("centre", "nation"):
            return np.array([getattr(self._record(record, 0), name, np.nan)], dtype=float)
        return np.array(
            [getattr(self._record(record, place), name, np.nan) for place in range(len(model.trusts))], dtype=float
        )

    def _record(self, record: str, trust: int) -> Any:
        model = self.model
        of_country = {"centre": model.minister, "nation": model.nation, "p": model.p}
        if record in of_country:
            return of_country[record]
        one = model.trusts[trust]
        return {"trust": one, "manager": one.manager}.get(record) or self._shared[record, id(one)]

    def _grounds(self, one: Followed, trust: int) -> str:
        said = []
        for record, name in one.reads:
            if record in TOLD and record != "seat":
                value = getattr(self._record(record, trust), name, None)
                said += [f"{record}.{name} {float(value):.3g}"] if value is not None else []
        more = f" and {len(said) - MOST_GROUNDS} more" if len(said) > MOST_GROUNDS else ""
        return f"{', '.join(said[:MOST_GROUNDS])}{more} at the end of the month" if said else "nothing but itself"

    def events(self) -> Iterator[tuple[int, str, int, str, str]]:
        """Yield (month, who, trust, what, grounds): each rule once, and its largest move at a trust or the centre."""
        for number, since in self._since.items():
            one, rule = self.rules[number], self.rules[number].rule
            where = f"{rule.file}:{rule.line}" if rule.file else "a rule of one's own"
            done = f"replaces {rule.replaces}" if rule.replaces else f"is followed after {rule.after}"
            chosen = f" (choice {one.choice}: {one.label})" if one.choice else ""
            yield since, rule.actor, -1, f"own rule {rule.name} {done}{chosen}", where
            for (of, name, trust), move in sorted(self._moves.items()):
                if of != number:
                    continue
                moved = name.replace("_", " ") + ("" if name == rule.name else f" (rule {rule.name})")
                of_country = rule.actor in ("centre", "nation")
                who, at = (rule.actor, -1) if of_country else (f"{rule.actor} of trust {trust}", trust)
                what = f"{moved} moves most: {move.before:.3f} -> {move.after:.3f}"
                yield move.month, who, at, what, f"{move.grounds} ({where})"

    def course(self, trust: int) -> dict[str, list[float]]:
        """Return what own rules write at ``trust`` and at the centre, by name: a value for each month."""
        found: Mapping[tuple[str, str], list[np.ndarray]] = self.courses
        return {
            f"{record} {name}": [float(month[trust if len(month) > 1 else 0]) for month in months]
            for (record, name), months in found.items()
        }


__all__ = ["LEVEL", "OwnStory", "followed_rules"]
