"""Drawn rules: books of random rules of one's own at every level, as the text of a file that a researcher might write.

Each book has added rules at all levels, with memory and luck of their own, replaced rules, and outcomes of every kind.
The arithmetic is drawn: every operation that a rule may use, on whatever its records hold.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

HEAD = """from typing import NamedTuple
from tredegar import Own, outcome, rule
from tredegar.model.arithmetic import (
    clip01, coachability, floor, larger, magnitude, negation, peak, root, saturating, select, smaller, triangular
)
"""
FIELDS: dict[str, tuple[str, ...]] = {
    "centre": ("control", "detail", "anxiety", "focus_access", "buffer", "cynicism"),
    "nation": ("access", "quality", "compliance", "challenge", "wait"),
    "trust": ("access", "quality", "morale", "queue", "size", "fit"),
    "manager": ("fear", "compliance", "gaming", "staff_trust", "threshold"),
    "council": ("challenge", "compliance", "lead"),
    "seat": ("morale", "skill", "talent", "effort_access"),
    "p": ("target_toughness", "inspection_intensity", "solidarity", "own_rate"),
    "k": ("FEAR_BASE", "MORALE_RATE", "GAMING_SCALE"),
}
"""Record -> some of its fields that are known when any rule runs."""
READS: dict[str, tuple[str, ...]] = {
    "centre": ("centre", "nation", "p", "k"),
    "unit": ("council", "nation", "centre", "p", "k"),
    "trust": ("trust", "manager", "council", "centre", "nation", "p", "k"),
    "manager": ("manager", "trust", "council", "centre", "nation", "p", "k"),
    "seat": ("seat", "trust", "manager", "centre", "nation", "p", "k"),
}
"""Who acts -> the records that a drawn rule reads."""
AFTER = {"centre": "grip", "unit": "council_view", "trust": "treatment", "manager": "fear", "seat": "motivation"}
"""Who acts -> a rule of the same level."""
REPLACED = {
    "gaming": "manager",
    "staff_trust": "manager",
    "skill": "seat",
    "anxiety": "centre",
    "best_method": "centre",
}
"""Rules of one result that are replaced, and who acts in them."""


class Writer:
    """Writes random expressions over the records of one rule; ``luck`` are the names that it may draw."""

    def __init__(self, chance: random.Random, records: Sequence[str], luck: Sequence[str]) -> None:
        self.chance, self.records, self.luck = chance, tuple(records), tuple(luck)

    def number(self, depth: int) -> str:
        """Return an expression that is a number."""
        chance = self.chance
        if depth == 0:
            return self.leaf()
        # Constants alone would be reckoned by Python itself, which refuses to divide by zero.
        some = self.field()
        a, b = self.number(depth - 1), self.number(depth - 1 if chance.random() < 0.5 else 0)
        return chance.choice(
            (
                f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} / ({b} + {some}))", f"-({a})",
                f"larger({a}, {b})", f"smaller({a}, {b})", f"clip01({a})", f"magnitude({a})", f"floor({a})",
                f"root({a} + {some})", f"saturating(magnitude({a}))", f"peak({a})", f"triangular({a}, {b})",
                f"coachability({a}, {b} + {some})", f"select({self.condition(depth - 1)}, {a}, {b})",
            )
        )  # fmt: skip

    def condition(self, depth: int) -> str:
        """Return an expression that holds or not."""
        a, b = self.number(max(0, depth - 1)), self.field()
        sign = self.chance.choice(("<", "<=", ">", ">=", "=="))
        plain = f"({a} {sign} {b})"
        if depth <= 0:
            return plain
        other = self.condition(depth - 1)
        return self.chance.choice((plain, f"({plain} & {other})", f"({plain} | {other})", f"negation({plain})"))

    def leaf(self) -> str:
        """Return a field, a draw or a constant."""
        if self.luck and self.chance.random() < 0.25:
            return f"luck.{self.chance.choice(self.luck)}"
        if self.chance.random() < 0.25:
            return repr(self.chance.choice((0.0, 0.5, 1.0, -0.25, 3.0, round(self.chance.random(), 3))))
        return self.field()

    def field(self) -> str:
        """Return a field of one of the records."""
        record = self.chance.choice([name for name in self.records if name in FIELDS])
        return f"{record}.{self.chance.choice(FIELDS[record])}"


def drawn_file(seed: int, rules: int = 10) -> str:
    """Return the text of a file with ``rules`` drawn rules, an own parameter and outcomes of every level.

    >>> drawn_file(1) == drawn_file(1), drawn_file(1) == drawn_file(2)
    (True, False)
    """
    chance = random.Random(seed)
    replaced = chance.sample(sorted(REPLACED), 2)
    parts = [_replacing(name, chance) for name in replaced]
    actors = [*AFTER, *chance.choices(tuple(AFTER), k=max(0, rules - len(replaced) - len(AFTER)))]
    parts += [_added(f"drawn_{number}", actor, chance) for number, actor in enumerate(actors)]
    parts += [_outcome(f"mean_{number}", actor, f"drawn_{number}") for number, actor in enumerate(actors)]
    parts.append(
        '@outcome(unit="share", meaning="of trusts")\ndef share_of_trusts(trust):\n    return trust.access > 0.5\n'
    )
    parts.append(
        '@outcome(unit="share", meaning="of seats")\ndef share_of_seats(seat):\n    return seat.morale > 0.5\n'
    )
    return HEAD + "\n".join(parts)


def _bounded(text: str) -> str:
    """Return the expression held within 0..1, as most states of the model are; no number is left that is none."""
    return f"clip01({text})"


def _added(name: str, actor: str, chance: random.Random) -> str:
    draws = () if actor == "unit" else chance.choice(((), ("u",), ("u", "v")))
    record = "council" if actor == "unit" else actor
    writer = Writer(chance, READS[actor], draws)
    arguments = [*READS[actor], *(["luck"] if draws else [])]
    names = ", ".join("unit" if each == "council" and actor == "unit" else each for each in arguments)
    start = chance.choice(("0.25", "0.0", "'own_rate'"))
    text = _bounded(f"0.5 * {record}.{name}_memory + {writer.number(3)}")
    text = text.replace("council.", "unit.") if actor == "unit" else text
    head = f'@rule(after="{AFTER[actor]}", writes="{actor}.{name}_memory", start={start}, draws={draws!r})'
    return f"{head}\ndef {name}({names}):\n    return {text}\n"


def _replacing(name: str, chance: random.Random) -> str:
    actor = REPLACED[name]
    writer = Writer(chance, READS[actor], ())
    own = 'own_rate=Own(0.3, low=0.0, high=1.0, unit="share", meaning="a rate")'
    record = "nation" if name == "best_method" else actor
    reads = ", ".join(dict.fromkeys((record, *READS[actor])))
    return f"@rule({own})\ndef {name}({reads}):\n    return {_bounded(writer.number(3))}\n"


def _outcome(name: str, actor: str, rule: str) -> str:
    head = f'@outcome(unit="share", meaning="memory of {rule}")'
    return f"{head}\ndef {name}({actor}):\n    return {actor}.{rule}_memory\n"
