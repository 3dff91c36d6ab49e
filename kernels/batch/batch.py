"""Batch of runs as an engine is given it: everything that decides their bits, checked beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...model.outcomes import TRUST_RECORDS
from ...model.schedule.recording import YEARLY
from ...model.schedule.rulebook import BUILT_IN, RuleBook

if TYPE_CHECKING:
    from ...model.constants import Constants
    from ...model.providers import Providers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Country:
    """The size of the country: ``trusts`` (H), ``clinicians`` (C seats per trust) and, if real, its providers."""

    trusts: int
    clinicians: int
    providers: Providers | None = None


@dataclass(frozen=True)
class Record:
    """What is kept: ``outcomes`` by name, in windows of ``every`` months, and on request records of trusts.

    ``summaries``: whether the sums of the record's targets are kept, too (summing.py).
    """

    outcomes: tuple[str, ...]
    every: int = 1
    trusts: bool = False
    summaries: bool = False


def records_of_trust(months: int) -> int:
    """Return how many values the records of a trust have in a run of so many ``months``.

    >>> records_of_trust(24) - records_of_trust(12) == len(YEARLY)
    True
    """
    return len(TRUST_RECORDS) - len(YEARLY) + len(YEARLY) * (months // 12)


@dataclass(frozen=True)
class RunBatch:
    """Runs to be computed together.

    ``rules`` is the book of rules that they follow. ``parameters``: name -> float64 (runs,), all that the book has: the
    model's, then own ones, choices and varied constants. ``changes``: month -> name -> float64 (runs,), the values that
    hold from the start of that month on. ``runs``: uint64 (runs,), run numbers. ``seed``: 0..2**32-1.
    """

    country: Country
    months: int
    seed: int
    runs: NDArray[np.uint64]
    parameters: dict[str, Floats]
    changes: dict[int, dict[str, Floats]]
    constants: Constants
    record: Record
    rules: RuleBook = BUILT_IN

    @property
    def windows(self) -> int:
        """How many values are kept per outcome and run."""
        return self.months // self.record.every

    @property
    def values(self) -> int:
        """How many values an engine records of a run."""
        per_trust = self.country.trusts * records_of_trust(self.months) if self.record.trusts else 0
        return len(self.record.outcomes) * self.windows + per_trust

    @property
    def years(self) -> int:
        """Full years of the run."""
        return self.months // 12

    def take(self, chosen: slice) -> RunBatch:
        """Return the batch with the ``chosen`` runs alone."""
        return replace(
            self,
            runs=self.runs[chosen],
            parameters={name: values[chosen] for name, values in self.parameters.items()},
            changes={
                month: {name: values[chosen] for name, values in changed.items()}
                for month, changed in self.changes.items()
            },
        )


@dataclass
class Recorded:
    """What an engine hands back, on the host, in float64.

    ``outcomes``: name -> (runs, windows). ``trust_records``: name -> (runs, trusts) or (runs, trusts, years).
    ``failed``: int64 (runs,), the first month with a non-finite outcome, or with a value beyond what exact sums hold
    (``arithmetic.most_added``) or no number in one of them; 0 for a run that went well.
    ``messages``: run position -> what went wrong, where an engine knows more.
    """

    outcomes: dict[str, Any]
    trust_records: dict[str, Any]
    failed: NDArray[np.int64]
    messages: dict[int, str]
