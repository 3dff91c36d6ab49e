"""Names that rules of one's own bring: what they may not be, as something else is called so already."""

from __future__ import annotations

from collections.abc import Collection

from ..constants import CONSTANTS
from ..graph.expression_graph import CannotTrace
from ..graph.fields import kind_of_field
from ..outcomes import OUTCOMES, TRUST_RECORDS
from ..parameters import PARAMETERS, Parameter
from .declared import Own
from .places import PLACES, REMEMBERS
from .refusal import RuleRefused, refused

DATASET_NAMES = frozenset(
    {
        *("point", "replicate", "month", "trust", "year", "time", "year_of_month", "status", "digest", "run"),
        *("outcome", "parameter", "other", "method", "sample", "arm", "band", "variable", "byte", "index", "stat"),
        *("name", "seed", "months", "replicates", "streams", "luck", "start", "country", "fixed", "design", "vary"),
        *("constants", "record", "rules", "file", "engine", "settings", "points", "outcomes", "every", "providers"),
        *("trusts", "clinicians", "parameters", "changes", "checked", "rng", "scenario", "kwargs", "self", "runs"),
        *("model_reporters", "agent_reporters", "agenttype_reporters", "trust_records", "dtype", "samples", "p", "k"),
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
    kinds = {
        "a parameter": PARAMETERS,
        "a constant": CONSTANTS,
        "an outcome": OUTCOMES,
        "a record of trusts": TRUST_RECORDS,
        "a word of specs and datasets": DATASET_NAMES,
    }
    return next((kind for kind, names in kinds.items() if name in names), "")


def check_parameter(name: str, where: str, taken: Collection[str] = (), choice: bool = False) -> None:
    """Raise RuleRefused if something else is called like the own parameter, or choice, ``name``."""
    if name in taken:
        raise refused(where, f"own parameter '{name}' is named like the choice '{name}'; name it otherwise")
    if found := meaning_of(name):
        if choice:
            instead = f"; call the choice '{name}_rule'" if name in PLACES else ""
            raise RuleRefused(f"the choice '{name}' is named like {found}{instead}")
        raise refused(where, f"own parameter '{name}' is named like {found}; name it otherwise")


def check_outcome(name: str, where: str, taken: Collection[str]) -> None:
    """Raise RuleRefused if something else is called like the own outcome ``name``."""
    found = meaning_of(name) or ("an own parameter" if name in taken else "")
    if found:
        raise refused(where, f"the outcome is named like {found}; name it otherwise")


def check_field(record: str, name: str, where: str) -> None:
    """Raise RuleRefused if ``record`` has a field or an attribute ``name`` already."""
    if record not in REMEMBERS:
        named = ", ".join("unit" if each == "council" else each for each in REMEMBERS)
        raise refused(where, f"'{record}' has no memory of one's own; it may be of: {named}")
    try:
        kind_of_field(record, name)
    except CannotTrace:
        if name in AGENT_NAMES:
            raise refused(where, f"'{record}.{name}' is an attribute of agents; name the memory otherwise") from None
        return
    raise refused(where, f"'{record}.{name}' is there already: replace the rule that writes it, or name it otherwise")


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
