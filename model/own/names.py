"""Names that rules of one's own bring: what they may not be, as something else is called so already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from ..constants import CONSTANTS
from ..graph.expression_graph import CannotTrace
from ..graph.fields import kind_of_field
from ..outcomes import OUTCOMES, TRUST_RECORDS
from ..parameters import PARAMETERS, Parameter
from ..schedule.rulebook import Field
from ..trust_groups import BY_GROUP, MEMBERSHIP
from .declared import Own
from .places import PLACES, REMEMBERS, names_of_records
from .refusal import RuleRefused, refused

DATASET_NAMES = frozenset(
    {
        *("point", "replicate", "month", "trust", "year", "time", "year_of_month", "status", "digest", "run"),
        *("outcome", "parameter", "other", "method", "sample", "arm", "band", "variable", "byte", "index", "stat"),
        *("name", "seed", "months", "replicates", "streams", "luck", "start", "country", "fixed", "design", "vary"),
        *("constants", "record", "rules", "file", "engine", "settings", "points", "outcomes", "every", "providers"),
        *("trusts", "clinicians", "parameters", "changes", "checked", "rng", "scenario", "kwargs", "self", "runs"),
        *("model_reporters", "agent_reporters", "agenttype_reporters", "trust_records", "dtype", "samples", "p", "k"),
        *("group", "groups", "group_outcomes", "trust_groups", MEMBERSHIP),
    }
)
"""Names of dimensions, keys and arguments, which would be taken for them."""
AGENT_NAMES = frozenset(
    {
        *("model", "unique_id", "pos", "cell", "rng", "random", "scenario", "luck", "number", "totals", "trust"),
        *("manager", "council", "catchment", "step", "advance", "remove", "follow", "learn", "tally_arguments"),
        *("create_agents", "from_dataframe", "govern", "decide", "brief", "organise", "serve", "compare", "work"),
    }
)
"""Attributes of the agents of Mesa that are no state."""


def meaning_of(name: str) -> str:
    """Return what is called ``name`` already, in words; "" where nothing is.

    >>> meaning_of("quality"), meaning_of("dread")
    ('an outcome', '')
    """
    if name.endswith(BY_GROUP):
        return "what is recorded by group"
    kinds = {
        "a parameter": PARAMETERS,
        "a constant": CONSTANTS,
        "an outcome": OUTCOMES,
        "a record of trusts": TRUST_RECORDS,
        "a word of specs and datasets": DATASET_NAMES,
    }
    return next((kind for kind, names in kinds.items() if name in names), "")


Bringing = tuple[str, Mapping[str, Own], Iterable[Field]]
"""What a rule brings: where it was written, its own parameters, and the fields of its memory."""


def names_of(
    rules: Iterable[Bringing], choices: Mapping[str, Sequence[str]], outcomes: Iterable[tuple[str, str]]
) -> tuple[Mapping[str, Parameter], Mapping[Field, type]]:
    """Return the parameters (built-in, own, choices) and the memory that a book has.

    ``choices`` are name -> labels, ``outcomes`` pairs of where one was written and its name. Raises RuleRefused for
    names that clash with each other or with what is there already.
    """
    rows: dict[str, Parameter] = {}
    memory: dict[Field, type] = {}
    for where, parameters, fields in rules:
        for name, declared in parameters.items():
            row = own_parameter(name, declared)
            if rows.get(name, row) != row:
                raise refused(where, f"own parameter '{name}' is declared otherwise by another rule")
            _check_name(f"own parameter '{name}'", name, where, dict.fromkeys(choices, "a choice"))
            rows[name] = row
        for record, field in fields:
            if (record, field) in memory:
                raise refused(where, f"'{names_of_records([record])}.{field}' is the memory of another rule")
            _check_field(record, field, where)
            memory[record, field] = float
    for name, labels in choices.items():
        if found := meaning_of(name):
            instead = f"; call the choice '{name}_rule'" if name in PLACES else ""
            raise RuleRefused(f"the choice '{name}' is named like {found}{instead}")
        rows[name] = parameter_of_choice(name, labels)
    for where, name in outcomes:
        _check_name("the outcome", name, where, dict.fromkeys(rows, "an own parameter"))
    return MappingProxyType({**PARAMETERS, **rows}), MappingProxyType(memory)


def _check_name(what: str, name: str, where: str, taken: Mapping[str, str]) -> None:
    if found := taken.get(name) or meaning_of(name):
        raise refused(where, f"{what} is named like {found}; name it otherwise")


def _check_field(record: str, name: str, where: str) -> None:
    """Raise RuleRefused if ``record`` has a field or an attribute ``name`` already."""
    if record not in REMEMBERS:
        raise refused(where, f"'{record}' has no memory of one's own; it may be of: {names_of_records(REMEMBERS)}")
    try:
        kind_of_field(record, name)
    except CannotTrace:
        if name in AGENT_NAMES:
            raise refused(where, f"'{record}.{name}' is an attribute of agents; name the memory otherwise") from None
        return
    raise refused(where, f"'{record}.{name}' is there already: replace the rule that writes it, or name it otherwise")


def parameter_of_choice(name: str, labels: Sequence[str]) -> Parameter:
    """Return the row of a parameter that chooses between the levels ``labels``.

    >>> parameter_of_choice("gaming", ("built-in", "proportional")).meaning
    'which rules: 0 built-in, 1 proportional'
    """
    most = float(len(labels) - 1)
    said = ", ".join(f"{number} {label}" for number, label in enumerate(labels))
    return Parameter(
        name=name, symbol=name, default=0.0, low=0.0, high=most, least=0.0, most=most, unit="choice",
        kind="uncertainty", actor="own rules", meaning=f"which rules: {said}", source="structure, chosen by the spec",
    )  # fmt: skip


def own_parameter(name: str, own: Own) -> Parameter:
    """Return the row of an own parameter.

    >>> own_parameter("bite", Own(0.3, low=0.0, high=1.0, unit="share", meaning="how it bites")).high
    1.0
    """
    assert own.least is not None and own.most is not None, "set where it is declared"
    return Parameter(
        name=name, symbol=name, default=own.default, low=own.low, high=own.high, least=own.least, most=own.most,
        unit=own.unit, kind=own.kind, actor="own rules", meaning=own.meaning, source=own.source,
    )  # fmt: skip
