"""Intervals hold the truth as often as they promise; and the law would notice one that does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from .law import NOMINAL, Row, Said, measure
from .table import all_rows

TRIALS = 100
"""Of each row; ``make coverage`` takes as many as it asks for."""


def _row(half: float) -> Row:
    def trial(rng: np.random.Generator) -> Said:
        guess = rng.standard_normal(1)
        return Said(guess, guess - half, guess + half, np.zeros(1))

    return Row(kind="known", truth="a normal mean", design=f"half-width {half}", trial=trial)


@pytest.mark.coverage
@pytest.mark.parametrize("kind", sorted({row.kind for row in all_rows()}))
def test_an_interval_holds_the_truth_as_often_as_it_promises(kind: str) -> None:
    found = [measure(row, 20130401, TRIALS) for row in all_rows() if row.kind == kind]
    assert [one for one in found if one.fails(len(all_rows()))] == []
    assert all(one.coverage > 0.0 or one.refused == 1.0 for one in found)


def test_the_law_knows_an_interval_that_covers_from_one_that_does_not() -> None:
    right, narrow, wide = (measure(_row(half), 1, 400) for half in (1.96, 1.3, 8.0))
    assert not right.broken(100) and narrow.broken(100) and not wide.broken(100)
    assert abs(right.coverage - NOMINAL) < 0.04 and 0.9 < right.width < 1.1
    assert wide.width > 3.5 and wide.power < 0.05 < 0.9 < right.power


def test_a_row_that_is_known_not_to_cover_must_not_cover() -> None:
    narrow, right = (measure(replace(_row(half), known="too narrow"), 1, 400) for half in (1.3, 1.96))
    assert narrow.broken(100) and not narrow.fails(100)
    assert not right.broken(100) and right.fails(100)
    # So few trials as a short form makes cannot tell .95 from .9: only what surely covers is held against the word.
    slightly, wide = (measure(replace(_row(half), known="too narrow"), 1, 50) for half in (1.7, 8.0))
    assert not slightly.fails(100) and wide.fails(100)


def test_a_row_keeps_its_numbers_whatever_stands_beside_it() -> None:
    first, again = measure(_row(1.96), 1, 20), measure(_row(1.96), 1, 20)
    assert first == again != measure(_row(1.96), 2, 20)


def test_what_is_refused_counts_neither_as_held_nor_as_missed() -> None:
    def trial(rng: np.random.Generator) -> Said:
        nothing = np.array([np.nan, -1.0]), np.array([np.nan, 1.0])
        return Said(np.zeros(2), *nothing, np.zeros(2))

    found = measure(Row(kind="known", truth="half is refused", design="", trial=trial), 1, 20)
    assert (found.coverage, found.refused) == (1.0, 0.5)
