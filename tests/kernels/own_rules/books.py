"""Books of own rules that engines are compared on, and batches under them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tredegar.kernels.batch.batch import Record, RunBatch
from tredegar.model.constants import CONSTANTS
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own.books import book_of
from tredegar.model.parameters import PARAMETERS
from tredegar.model.schedule.rulebook import BUILT_IN, RuleBook, with_varied_constants

from ...support.cases import Case, batch_of
from .handmade import constant_rules, everything, no_seat_luck
from .written import ADDED, REPLACED, alarm, dread
from .written_outcomes import mean_dread

VARIED = ("VOICE_BASE", "SKILL_MEMORY", "TRAIN_RATE", "TAIL_MEAN")
BOOKS: dict[str, RuleBook] = {
    "constants for values": constant_rules(),
    "rules at every level": with_varied_constants(everything(), VARIED[:2]),
    "clinicians without luck": no_seat_luck(),
    "constants varied": with_varied_constants(BUILT_IN, VARIED),
    "rules added": book_of(ADDED),
    "rules replaced": book_of(REPLACED),
    "all at once": with_varied_constants(book_of([*ADDED, *REPLACED]), ["GAMING_SCALE", "MORALE_RATE", "LEAD_SD"]),
    "choices": with_varied_constants(
        book_of([dread, mean_dread, alarm], choices={"gaming": ("built-in", "proportional")}), ["GAMING_SCALE"]
    ),
}

COMPILED = "all at once"
"""The book that is compiled under the mark ``compiled``; the others, half a minute each, under ``slow``."""


def cases_of(names: Iterable[str], engines: Sequence[str]) -> list[Any]:
    """Return parameters (name of a book, engine); the compiled engine bears the mark ``compiled`` or ``slow``."""
    return [pytest.param(name, engine, marks=marks_of(name, engine)) for name in names for engine in engines]


def marks_of(name: str, engine: str) -> list[pytest.MarkDecorator]:
    """Return the mark of a test that gives book ``name`` to ``engine``; none where nothing is compiled."""
    if engine != "numba":
        return []
    return [pytest.mark.compiled if name == COMPILED else pytest.mark.slow]


def own_batch(case: Case, book: RuleBook, seed: int = 0) -> RunBatch:
    """Return the batch of ``case`` under ``book``, with own parameters and varied constants drawn for each run."""
    made, rng = batch_of(case), np.random.default_rng(seed)
    runs = len(made.runs)
    own_values = {name: drawn(name, book, rng, runs) for name in book.parameters if name not in PARAMETERS}
    record = Record((*case.outcomes, *(name for name in book.outcomes if name not in OUTCOMES)), case.every, True)
    return replace(made, rules=book, parameters={**made.parameters, **own_values}, record=record)


def drawn(name: str, book: RuleBook, rng: np.random.Generator, runs: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    row = book.parameters[name]
    if name in book.choices:
        return rng.integers(0, len(book.choices[name]), runs).astype(np.float64)
    if name in CONSTANTS:
        return np.minimum(row.most, row.default * rng.uniform(0.7, 1.3, runs))
    return rng.uniform(row.low, row.high, runs)


def batch_of_large_sums(book: RuleBook) -> RunBatch:
    """Return runs of which the second and third add more to a mean than its sum holds: as a trust, and as a clinician.

    What clinicians add is less than a trust may.
    """
    batch = own_batch(Case(trusts=2, clinicians=8, months=3, runs=(0, 1, 2), settings=({},) * 3), book)
    large = {"huge": np.array([0.0, 2e9, 0.0]), "vast": np.array([0.0, 0.0, 4e8])}
    return replace(batch, parameters={**batch.parameters, **large})
