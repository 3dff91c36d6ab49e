"""Outcomes of a run: 102 of the country each month, and 17 records per trust on request.

The facts stand in ``outcomes.toml``; Zarr attributes, axis labels, documentation and ``tredegar outcomes`` are
generated from the tables built here. Their order is the order of the hash of the golden values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from .text.names import closest
from .text.plain_text import brief


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One recorded quantity: its unit, its meaning, the rule that makes it and its counterpart in the record.

    ``rule`` is a submodel of docs/model.md, ``evidence`` lists ids of docs/evidence.md; ``source`` says both in words.
    ``own_rule`` is the file and line of an outcome of one's own.
    """

    name: str
    unit: str
    meaning: str
    rule: str = ""
    evidence: str = ""
    yearly: bool = False
    own_rule: str = ""

    @property
    def source(self) -> str:
        """Where the quantity comes from: the rule that makes it and, where there is one, what it is held against."""
        if self.own_rule:
            return f"an outcome of one's own ({self.own_rule})"
        made = f"rule {self.rule} of docs/model.md" if self.rule else "read off the trust"
        return f"{made}; to be held against {self.evidence}" if self.evidence else made


def _read_tables() -> tuple[Mapping[str, Outcome], Mapping[str, Outcome]]:
    tables = tomllib.loads((files(__package__) / "outcomes.toml").read_text(encoding="utf-8"))
    monthly, per_trust = (
        MappingProxyType({name: Outcome(name=name, **row) for name, row in tables[key].items()})
        for key in ("outcomes", "trust_records")
    )
    return monthly, per_trust


OUTCOMES, TRUST_RECORDS = _read_tables()
PERCENTILES = tuple(name for name in OUTCOMES if name.rsplit("_", 1)[-1] in ("p10", "p50", "p90"))
"""The nine outcomes that describe the distribution over trusts; they come last."""


def choose_outcomes(names: Iterable[str] | None, table: Mapping[str, Outcome] = OUTCOMES) -> tuple[str, ...]:
    """Return ``names`` in the order of ``table`` (all of them for None).

    Raises ValueError for an unknown name, a repeated name or an empty choice.

    >>> choose_outcomes(["wait_months", "quality"])
    ('quality', 'wait_months')
    """
    if names is None:
        return tuple(table)
    chosen = [names] if isinstance(names, str) else list(names)
    for name in chosen:
        if not isinstance(name, str) or name not in table:
            raise ValueError(f"unknown outcome {brief(name)}{closest(name, table)}")
    if not chosen:
        raise ValueError("no outcome was chosen; leave 'outcomes' out to record all of them")
    if len(set(chosen)) < len(chosen):
        raise ValueError("an outcome is named twice")
    return tuple(name for name in table if name in chosen)
