"""The rule book of a run: the order of its start and of its months, and the tables that its rules read.

``BUILT_IN`` is the model as it stands. A book with rules of one's own (``model.own``) is another value of the same
record: whoever traces, prints, computes or stores asks the book, and nothing else tells the two apart.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from .. import draws
from ..constants import CONSTANTS
from ..draws import LuckTable
from ..outcomes import OUTCOMES, PERCENTILES, Outcome
from ..parameters import PARAMETERS, Parameter, Quantity, quantity_of
from ..text.names import closest, real_number
from ..text.plain_text import brief, plain
from ..trust_groups import TrustGroups, is_event
from ..trust_paths import PathStep
from .month import MONTH, START, Level, Phase, Step
from .recording import monthly_outcomes

Field = tuple[str, str]
"""A field of a record: (record, field)."""

LUCK: Mapping[Level, LuckTable] = MappingProxyType(
    {"country": draws.CENTRE_LUCK, "trust": draws.TRUST_LUCK, "seat": draws.SEAT_LUCK}
)
"""Level -> the luck that its rules read in a month; units and catchments have none."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RuleBook:
    """Everything that decides what a run computes, but for its points and its luck.

    ``memory`` are the fields of own rules, with their types, ``own_outcomes`` the steps that read own outcomes off the
    country at the end of a month. ``choices`` are parameters that choose between rules: name -> what 0, 1, 2 .. stand
    for. ``varied_constants`` are constants that differ between runs: they are read among the parameters, and ``base``
    is the book in which none differs. ``text`` is what a store keeps of own rules and of groups, "" where there are
    none. ``groups`` are groups of trusts that have levers of their own, and ``ungrouped`` is the book without them.
    Books are compared by identity: whoever makes one makes it once (``model.own.books``, ``model.groups``).
    """

    month: tuple[Phase, ...] = MONTH
    start: tuple[Phase, ...] = START
    parameters: Mapping[str, Parameter] = field(default_factory=lambda: PARAMETERS)
    outcomes: Mapping[str, Outcome] = field(default_factory=lambda: OUTCOMES)
    luck: Mapping[Level, LuckTable] = field(default_factory=lambda: LUCK)
    memory: Mapping[Field, type] = field(default_factory=dict)
    own_outcomes: tuple[Step, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    varied_constants: tuple[str, ...] = ()
    text: str = ""
    base: RuleBook | None = None
    groups: TrustGroups | None = None
    ungrouped: RuleBook | None = None
    paths: tuple[PathStep, ...] = ()
    pathless: RuleBook | None = None

    @property
    def own_parameters(self) -> tuple[str, ...]:
        """The names of the parameters that own rules declare, and of those that choose between rules."""
        return tuple(name for name in self.parameters if name not in PARAMETERS)

    @property
    def own_text(self) -> str:
        """What a store keeps of own rules alone, "" where there are none."""
        book = self.ungrouped or self
        return (book.pathless or book).text

    @property
    def monthly(self) -> tuple[str, ...]:
        """The outcomes that are computed each month, in the order of engines: no percentiles, own ones last."""
        built_in = tuple(name for name in OUTCOMES if name not in PERCENTILES)
        return (*built_in, *(step.writes[0] for step in self.own_outcomes))

    def values_of_month(self, records: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outcomes of the month that are no percentiles, from the records of an engine or of a trace."""
        found = monthly_outcomes(dict(records))
        for step in self.own_outcomes:
            found[step.writes[0]] = step.rule(*[records[name] for name in step.reads])
        return found

    def phase(self, name: str) -> Phase:
        """Return the phase ``name`` of a month. Raises KeyError if there is none."""
        return {phase.name: phase for phase in self.month}[name]

    # A book is known by its identity: a copy is the book itself.
    def __copy__(self) -> RuleBook:
        return self

    def __deepcopy__(self, memo: Any = None) -> RuleBook:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        # Own functions go into no pickle; model.own.books, without which no book has any, says how those are sent.
        return _remade_built_in, (self.varied_constants,)


BUILT_IN = RuleBook()
"""The model as it stands."""
BUILT_IN_LABEL = "built-in"
"""What the rules that the model brings are called where a choice names them."""


def quantity_in(book: RuleBook, name: str, months: int | None, find: Callable[[str], Parameter]) -> Quantity:
    """Return what ``name`` (``parameter`` or ``parameter@month``) sets in a run of ``months`` by the rules of ``book``.

    ``find`` finds the row of a parameter. Raises what :func:`quantity_of` raises, and ValueError for a constant that
    would change, and for an event without a month.

    >>> varied = with_varied_constants(BUILT_IN, ["VOICE_BASE"])
    >>> quantity_in(varied, "VOICE_BASE@3", None, varied.parameters.__getitem__)
    Traceback (most recent call last):
    ValueError: 'VOICE_BASE@3' cannot change: 'VOICE_BASE' is a constant, which holds for the whole run
    """
    found = quantity_of(name, months, find)
    if found.month is None and is_event(name):
        raise ValueError(f"'{plain(name)}' needs a month, as it happens in one alone: '{plain(name)}@61'")
    if found.month is not None and found.parameter.name in book.varied_constants:
        constant = found.parameter.name
        raise ValueError(f"'{name}' cannot change: '{constant}' is a constant, which holds for the whole run")
    return found


def level_number(name: str, value: Any, labels: tuple[str, ...]) -> float:
    """Return the number of the level of choice ``name`` that ``value``, a label or a number, stands for.

    Raises ValueError for what is neither.

    >>> level_number("gaming", "proportional", ("built-in", "proportional")), level_number("gaming", 0, ("built-in",))
    (1.0, 0.0)
    """
    if isinstance(value, str) and value in labels:
        return float(labels.index(value))
    number = real_number(value)
    if number is not None and number in range(len(labels)):
        return number + 0.0
    known = ", ".join(f"{number} ({plain(label)})" for number, label in enumerate(labels))
    raise ValueError(f"'{plain(name)}' chooses between the levels {known}, got {brief(value)}{closest(value, labels)}")


def _remade_built_in(varied: tuple[str, ...]) -> RuleBook:
    return with_varied_constants(BUILT_IN, varied)


_VARIED: dict[tuple[RuleBook, tuple[str, ...]], RuleBook] = {}


def with_varied_constants(book: RuleBook, names: Collection[str]) -> RuleBook:
    """Return ``book`` with the constants ``names``, and no others, among its parameters; one value for the same names.

    >>> with_varied_constants(BUILT_IN, ()) is BUILT_IN
    True
    >>> varied = with_varied_constants(BUILT_IN, ["VOICE_BASE"])
    >>> varied.parameters["VOICE_BASE"].unit, with_varied_constants(varied, ()) is BUILT_IN
    ('1', True)
    """
    base, wanted = book.base or book, tuple(name for name in CONSTANTS if name in names)
    if not wanted:
        return base
    if (base, wanted) not in _VARIED:
        rows = {name: constant_as_parameter(name) for name in wanted}
        _VARIED[base, wanted] = replace(
            base, parameters={**base.parameters, **rows}, varied_constants=wanted, base=base
        )
    return _VARIED[base, wanted]


def constant_as_parameter(name: str) -> Parameter:
    """Return the row that constant ``name`` has among the parameters where it is varied.

    >>> constant_as_parameter("VOICE_BASE").unit
    '1'
    """
    row = CONSTANTS[name]
    least = 1e-9 if row.positive else 0.0
    return Parameter(
        name=name,
        symbol=name,
        default=row.value,
        low=least,
        high=row.most,
        least=least,
        most=row.most,
        unit="1",
        kind="uncertainty",
        actor=row.group,
        meaning=f"constant: {row.meaning}",
        source="structural constant (docs/model.md)",
        initial_only=False,
        minor=True,
    )
