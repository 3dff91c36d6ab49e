"""Declaration of rules of one's own: what a researcher writes above a function to have it followed by the model.

@rule(bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"))
def fear(manager, centre, p): ...                              # replaces the rule of this name
@rule(after="fear", writes="manager.dread", start=0.1)         # adds a rule with a memory of its own
def dread(manager): ...
@outcome(unit="share", meaning="dread among managers")
def mean_dread(manager): return manager.dread
"""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, overload

from ..text.names import real_number
from ..text.plain_text import brief, plain
from .places import record_named
from .refusal import RuleRefused, refused, written_at

Function = TypeVar("Function", bound=Callable[..., Any])
KINDS = ("uncertainty", "lever")
MOST_LETTERS = 60
MOST_MEANING = 300
_NAME = re.compile("[A-Za-z][A-Za-z0-9_]*", re.ASCII)
OUTCOME_FORM = '@outcome(unit="share", meaning="dread among managers")'
DECLARED = "__tredegar__"
"""The attribute of a function that holds its declaration."""


def check_name(name: Any, what: str) -> str:
    """Return ``name`` if it can name ``what`` on every engine; raise RuleRefused otherwise.

    >>> check_name("dread", "an own parameter")
    'dread'
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > MOST_LETTERS or keyword.iskeyword(name):
        raise RuleRefused(
            f"{what} must be named by a letter and at most {MOST_LETTERS - 1} letters, digits or _, got {brief(name)}"
        )
    if "__" in name or name.endswith("_"):
        raise RuleRefused(f"{what} must have no '__' and no '_' at the end of its name, got {brief(name)}")
    return name


@dataclass(frozen=True, slots=True)
class Own:
    """A parameter of one's own rule: its default and unit, and the range that a design samples.

    ``least`` and ``most`` bound what the rule accepts, by default the range itself. ``source`` says where the range
    comes from; by default that it is assumed. ``kind`` is "uncertainty" or, for what a government can choose, "lever".
    Raises RuleRefused for a default outside the range and for what is no number.

    >>> Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens").most
    1.0
    """

    default: float
    low: float
    high: float
    unit: str
    meaning: str
    least: float | None = None
    most: float | None = None
    source: str = "assumption of the rule's author"
    kind: Literal["uncertainty", "lever"] = "uncertainty"

    def __post_init__(self) -> None:
        for name in ("default", "low", "high", "least", "most"):
            given = {"least": self.low, "most": self.high}.get(name) if getattr(self, name) is None else None
            value = real_number(getattr(self, name) if given is None else given)
            if value is None or not math.isfinite(value):
                said = brief(getattr(self, name))
                raise RuleRefused(f"an own parameter's {name} must be a finite number, got {said}")
            object.__setattr__(self, name, value + 0.0)
        for name, most in (("unit", MOST_LETTERS), ("meaning", MOST_MEANING), ("source", MOST_MEANING)):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.isprintable() or not 0 < len(text) <= most:
                raise RuleRefused(f"an own parameter's {name} must be 1 to {most} letters on a line, got {brief(text)}")
        if self.kind not in KINDS:
            raise RuleRefused(f"an own parameter's kind must be one of {', '.join(KINDS)}, got {brief(self.kind)}")
        if not self.low < self.high:
            raise RuleRefused(f"an own parameter's low must lie below its high, got {self.low:g} .. {self.high:g}")
        if not self.least <= self.low <= self.default <= self.high <= self.most:  # type: ignore[operator]
            raise RuleRefused(
                "an own parameter needs least <= low <= default <= high <= most, got "
                f"{self.least:g} {self.low:g} {self.default:g} {self.high:g} {self.most:g}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What is declared of one function: a rule that replaces another or is added, or an outcome.

    ``replaces``: the rule that it stands in for, "" for an added one, which runs ``after`` another and ``writes``
    (record, field) with the values ``start`` in month 0: numbers, or names of parameters. ``draws``: its own luck.
    """

    function: Callable[..., Any]
    kind: Literal["rule", "outcome"]
    name: str
    replaces: str = ""
    after: str = ""
    writes: tuple[tuple[str, str], ...] = ()
    start: tuple[float | str, ...] = ()
    draws: tuple[str, ...] = ()
    parameters: Mapping[str, Own] = field(default_factory=dict)
    unit: str = ""
    meaning: str = ""

    @property
    def place(self) -> str:
        """The file, the line and the name of the function."""
        return written_at(self.function, self.kind)


@overload
def rule(function: Function, /) -> Function: ...
@overload
def rule(
    *,
    replaces: str | None = None,
    after: str | None = None,
    writes: str | Iterable[str] | None = None,
    start: Any = None,
    draws: str | Iterable[str] = (),
    **parameters: Own,
) -> Callable[[Function], Function]: ...
def rule(
    function: Any = None,
    /,
    *,
    replaces: str | None = None,
    after: str | None = None,
    writes: str | Iterable[str] | None = None,
    start: Any = None,
    draws: str | Iterable[str] = (),
    **parameters: Own,
) -> Any:
    """Declare a function as a rule of one's own, and return it as it is.

    Args:
        function: the rule; given by Python where the decorator stands without parentheses.
        replaces: the rule that it stands in for; by default the one of its own name. It then reads and returns what
            that rule reads and returns, or fewer and other records of the same agent.
        after: for an added rule, the rule (built-in or one's own) behind which it runs every month.
        writes: for an added rule, where its result is remembered: "manager.dread"; records are centre, trust, manager,
            unit and seat. Several: a sequence, with as many values returned in their order.
        start: what is remembered in month 0, a number or the name of a parameter; one for each of ``writes``. A seat's
            memory starts anew when somebody is hired.
        draws: names of own uniforms, in [0, 1), drawn anew each month for each agent: ``luck.u``.
        parameters: parameters of one's own, ``bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="...")``, which
            every rule reads as ``p.bite``.

    Raises RuleRefused for what cannot be declared. What the function does is judged when it is used.

    >>> @rule(after="fear", writes="manager.dread", start=0.1)
    ... def dread(manager):
    ...     return 0.9 * manager.dread + 0.1 * manager.fear
    >>> declaration_of(dread).writes
    (('manager', 'dread'),)
    """

    def declare(found: Function) -> Function:
        where = written_at(found)
        try:
            declared = _declared_rule(found, replaces, after, writes, start, draws, parameters)
        except RuleRefused as refusal:
            raise refused(where, str(refusal)) from None
        found.__dict__[DECLARED] = declared
        return found

    return declare if function is None else declare(_callable(function))


def outcome(unit: str = "", meaning: str = "") -> Callable[[Function], Function]:
    """Declare a function as an outcome of one's own, recorded each month, and return it as it is.

    What reads trusts or managers is the mean over trusts by size; what reads seats, the mean over occupied seats, then
    over trusts by size; a condition is the share for which it holds, of trusts or of seats; what reads the centre alone
    is the value itself. Raises RuleRefused for an outcome without unit or meaning.

    >>> @outcome(unit="share", meaning="dread among managers")
    ... def mean_dread(manager):
    ...     return manager.dread
    >>> declaration_of(mean_dread).unit
    'share'
    """

    def declare(found: Function) -> Function:
        where = written_at(_callable(found), "outcome")
        for what, text, most in (("unit", unit, MOST_LETTERS), ("meaning", meaning, MOST_MEANING)):
            if not isinstance(text, str) or not text.isprintable() or not 0 < len(text) <= most:
                needed = f"an outcome needs a {what} of 1 to {most} letters: {OUTCOME_FORM}"
                raise refused(where, f"{needed}, got {brief(text)}")
        name = found.__name__
        try:
            check_name(name, "an own outcome")
        except RuleRefused as refusal:
            raise refused(where, str(refusal)) from None
        found.__dict__[DECLARED] = Declared(function=found, kind="outcome", name=name, unit=unit, meaning=meaning)
        return found

    if callable(unit):  # @outcome without parentheses
        raise RuleRefused(f"an outcome needs a unit and a meaning: {OUTCOME_FORM}")
    return declare


def declaration_of(function: Any) -> Declared | None:
    """Return what is declared of ``function``, None where nothing is."""
    found = getattr(function, "__dict__", {}).get(DECLARED)
    return found if isinstance(found, Declared) else None


def _callable(function: Any) -> Callable[..., Any]:
    if not callable(function):
        form = '@rule, @rule(bite=Own(...)) or @rule(after="fear", writes="manager.dread", start=0.1)'
        raise RuleRefused(f"a rule is declared by {form} above a function, got {brief(function)}")
    found: Callable[..., Any] = function
    return found


def _declared_rule(
    function: Callable[..., Any], replaces: Any, after: Any, writes: Any, start: Any, draws: Any, parameters: Any
) -> Declared:
    for name, own in parameters.items():
        check_name(name, "an own parameter")
        if not isinstance(own, Own):
            form = 'Own(0.3, low=0.0, high=1.0, unit="share", meaning="...")'
            raise RuleRefused(f"own parameter '{plain(name)}' must be {form}, got {brief(own)}")
    uniforms = tuple(check_name(name, "an own draw") for name in _several(draws, "draws"))
    if len(set(uniforms)) < len(uniforms):
        raise RuleRefused("an own draw is named twice")
    about: dict[str, Any] = {"function": function, "kind": "rule", "draws": uniforms, "parameters": dict(parameters)}
    if after is None and writes is None and start is None:
        name = replaces if replaces is not None else function.__name__
        return Declared(name=str(name), replaces=str(name), **about)
    if replaces is not None:
        raise RuleRefused("a rule either replaces another or is added after one; leave out 'replaces' or the others")
    for key, value in (("after", after), ("writes", writes), ("start", start)):
        if value is None:
            raise RuleRefused(f"an added rule needs after, writes and start; '{key}' is missing")
    places = tuple(_place(each) for each in _several(writes, "writes"))
    starts = tuple(start) if isinstance(start, tuple | list) else (start,)
    if len(starts) != len(places) or not places:
        raise RuleRefused(f"start must be a number for each of writes, which are {len(places)}, got {brief(start)}")
    return Declared(
        name=check_name(function.__name__, "an added rule"),
        after=str(after),
        writes=places,
        start=tuple(_start(each) for each in starts),
        **about,
    )


def _several(given: Any, what: str) -> tuple[Any, ...]:
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, tuple | list):
        raise RuleRefused(f"{what} must be a name or a sequence of names, got {brief(given)}")
    return tuple(given)


def _place(text: Any) -> tuple[str, str]:
    record, dot, name = text.partition(".") if isinstance(text, str) else ("", "", "")
    if not dot:
        raise RuleRefused(f"writes must be 'record.field', such as 'manager.dread', got {brief(text)}")
    return record_named(record), check_name(name, "an own memory")


def _start(value: Any) -> float | str:
    if isinstance(value, str):
        return check_name(value, "the parameter that a memory starts at")
    number = real_number(value)
    if number is None or not math.isfinite(number):
        hint = "; write 1.0 for True, 0.0 for False" if isinstance(value, bool) else ""
        raise RuleRefused(f"start must be a finite number or the name of a parameter, got {brief(value)}{hint}")
    return number + 0.0
