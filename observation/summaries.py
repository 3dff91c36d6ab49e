"""Summaries of runs: the sums from which every target's value follows, some 1.5 KB for each run.

Sums of runs add up: pooled values, single histories, and what leaving out or drawing runs does come from them alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np

from .counterparts import COUNTERPARTS, COURSES, PANELS
from .operators.history import History
from .operators.operator import Operator
from .operators.ordered import Floats, total
from .target_table import Target, targets

BURN_IN = 60
"""Months left out at the start of a run (docs/model.md advises 24 to 60)."""
LEAST_MONTHS = 36
"""Months that must be left after them: three full years."""
LEAST_RUN = BURN_IN + LEAST_MONTHS
"""Months of the shortest run that has sums."""
LEAST_RUN_SAID = f"{BURN_IN} of burn-in and {LEAST_MONTHS} after it"
YEARLY_RECORD, SIZE_RECORD = "trust_year_", "trust_size"
"""Names of the records of trusts that panels and the size of units are."""


def sum_names(target: str) -> tuple[str, ...]:
    """Return the names of the sums of ``target``, which has a counterpart.

    >>> sum_names("V08")
    ('V08 total', 'V08 years')
    """
    return tuple(f"{target} {name}" for name in COUNTERPARTS[target].sums)


SUMS: tuple[str, ...] = tuple(name for target in COUNTERPARTS for name in sum_names(target))
"""Names of all sums, in the order in which summaries have them."""
PLACES: Mapping[str, slice] = MappingProxyType(
    {name: slice(SUMS.index(sum_names(name)[0]), SUMS.index(sum_names(name)[-1]) + 1) for name in COUNTERPARTS}
)
"""Where the sums of a target stand among them."""


def cut_of(target: Target) -> tuple[int, int]:
    """Return to how many months and units histories are cut for ``target``; 0 where they are not.

    >>> cut_of(targets()["V08"])
    (12, 130)
    """
    return target.months, target.units


def cuts() -> dict[str, list[int]]:
    """Return the cuts of all targets with a counterpart, name -> [months, units].

    >>> cuts()["V09"]
    [36, 130]
    """
    return {name: list(cut_of(targets()[name])) for name in COUNTERPARTS}


@cache
def observation_hash() -> str:
    """Return the hash of what sums are: their names, the cuts, the burn-in, and the sums of one made history.

    What operators do decides it, not the words in which they say it.

    >>> len(observation_hash())
    64
    """
    facts = json.dumps({"sums": SUMS, "cuts": cuts(), "burn_in": BURN_IN}, sort_keys=True)
    return hashlib.sha256(facts.encode() + summaries_of(_made_history()).tobytes()).hexdigest()


def _made_history() -> History:
    """Return histories without any pattern, the same on every machine: rare events, all values between 0 and 1."""

    def scattered(number: int, *shape: int) -> Floats:
        places = np.arange(1, 1 + int(np.prod(shape)), dtype=np.uint64) + np.uint64(7919 * number)
        return (places * np.uint64(2654435761) % np.uint64(2**32) / 2.0**32).reshape(shape)

    months = (2, 240)
    courses = {name: scattered(n, *months) * scattered(n + 50, *months) for n, name in enumerate(COURSES)}
    panels = {name: scattered(number + 100, 2, 30, 20) for number, name in enumerate(PANELS)}
    return History(courses, panels, {"size": 0.5 + scattered(200, 2, 30)})


def about_sums(months: int, trusts: int) -> dict[str, Any]:
    """Return what is said of the sums of runs of so many ``months`` and ``trusts``, in kinds that JSON has.

    ``sums`` are their names, ``cuts`` the months and units to which histories were cut for each target, ``histories``
    the months left out, the months left and the trusts.

    >>> about_sums(240, 140)["histories"]
    {'burn_in': 60, 'months': 180, 'units': 140}
    """
    return {
        "long_name": "sums of the run",
        "units": "1",
        "meaning": "sums from which the values of the targets of the record follow, for this run or for several",
        "sums": list(SUMS),
        "cuts": cuts(),
        "histories": {"burn_in": BURN_IN, "months": months - BURN_IN, "units": trusts},
    }


def history_of_runs(monthly: Mapping[str, Any], trusts: Mapping[str, Any], settled: int = BURN_IN) -> History:
    """Return runs as histories: what comes after the first ``settled`` months of their outcomes and records.

    ``monthly`` are outcomes (run, month), ``trusts`` records (run, trust[, year]); panels are those of the full years
    after the burn-in, without the words that records of a year begin with. Values keep their units.

    >>> record = {"trust_year_quality": np.array([[[0.5, 0.6, 0.7]]]), "trust_size": np.array([[1.0]])}
    >>> history = history_of_runs({"morale": np.ones((1, 36))}, record, settled=12)
    >>> history.courses["morale"].shape, history.panels["quality"].tolist(), history.units["size"].tolist()
    ((1, 24), [[[0.6, 0.7]]], [[1.0]])
    """
    first = -(-settled // 12)
    return History(
        {name: values[:, settled:] for name, values in monthly.items()},
        {
            name.removeprefix(YEARLY_RECORD): values[:, :, first:]
            for name, values in trusts.items()
            if name.startswith(YEARLY_RECORD)
        },
        {"size": trusts[SIZE_RECORD]} if SIZE_RECORD in trusts else {},
    )


def lacking(operator: Operator, history: History) -> tuple[str, ...]:
    """Return the names of what ``operator`` reads and ``history`` does not have, as outcomes and records are named.

    >>> lacking(COUNTERPARTS["V19"], History({}, {}, {}))
    ('trust_year_quality', 'trust_size')
    """
    panels = (f"{YEARLY_RECORD}{name}" for name in operator.panels if name not in history.panels)
    units = (f"trust_{name}" for name in operator.units if name not in history.units)
    return (*(name for name in operator.courses if name not in history.courses), *panels, *units)


def sums_for(target: Target, history: History) -> Floats:
    """Return the sums (history, sum) of ``target``, which has a counterpart, of histories cut to the record's.

    >>> sums_for(targets()["V16"], History({"gaming_gap": np.full((1, 24), 0.25)}, {}, {})).tolist()
    [[6.0, 24.0]]
    """
    operator = COUNTERPARTS[target.name]
    # Cut is what it reads: of units that are left out every other panel would be copied, too.
    read = history.having(operator.courses, operator.panels, operator.units)
    return operator.sums_of(read.cut(*cut_of(target)))


def summaries_of(history: History) -> Floats:
    """Return the sums (history, sum) of all targets, in the order of ``SUMS``.

    Those of a history are the same bits whichever others stand beside it. Raises KeyError for a history that lacks
    what an operator reads.

    >>> courses = {name: np.zeros((1, 24)) for one in COUNTERPARTS.values() for name in one.courses}
    >>> panels = {name: np.zeros((1, 3, 2)) for one in COUNTERPARTS.values() for name in one.panels}
    >>> summaries_of(History(courses, panels, {"size": np.ones((1, 3))})).shape == (1, len(SUMS))
    True
    """
    return np.concatenate([sums_for(targets()[name], history) for name in COUNTERPARTS], axis=1)


def pooled(operator: Operator, sums: Floats) -> float:
    """Return the value of all runs together, in the unit of the quantity, from their ``sums`` (run, sum).

    >>> pooled(COUNTERPARTS["V24"], np.array([[1.0, 10.0], [3.0, 10.0]]))
    0.2
    """
    return float(operator.value_of(total(sums, axis=0)))


def singles(operator: Operator, sums: Floats) -> Floats:
    """Return the value (run,) of each run by itself, from their ``sums`` (run, sum); NaN where it has none.

    >>> singles(COUNTERPARTS["V24"], np.array([[1.0, 10.0], [3.0, 10.0]])).tolist()
    [0.1, 0.3]
    """
    return operator.value_of(sums)


def left_out(operator: Operator, sums: Floats) -> Floats:
    """Return the value (run,) of all runs but one, each left out in turn, from ``sums`` (run, sum).

    >>> left_out(COUNTERPARTS["V24"], np.array([[1.0, 10.0], [3.0, 10.0], [5.0, 10.0]])).tolist()
    [0.4, 0.3, 0.2]
    """
    return operator.value_of(total(sums, axis=0) - sums)


def resampled(operator: Operator, sums: Floats, draws: np.ndarray) -> Floats:
    """Return the value (draw,) of runs drawn with replacement: ``draws`` (draw, run) are numbers of runs.

    A bootstrap by run (Efron 1979, Ann. Stat. 7, 1). ``sums`` are (run, sum).

    >>> resampled(COUNTERPARTS["V24"], np.array([[1.0, 10.0], [3.0, 10.0]]), np.array([[0, 0], [0, 1]])).tolist()
    [0.1, 0.2]
    """
    return operator.value_of(total(sums[draws], axis=1))


def places_in(names: Sequence[str], target: str) -> list[int] | None:
    """Return where the sums of ``target`` stand among ``names`` of stored sums; None where they do not.

    >>> places_in(["V08 total", "V08 years"], "V08"), places_in(["V08 total"], "V08")
    ([0, 1], None)
    """
    wanted = sum_names(target) if target in COUNTERPARTS else ()
    there = {name: place for place, name in enumerate(names)}
    return [there[name] for name in wanted] if wanted and all(name in there for name in wanted) else None
