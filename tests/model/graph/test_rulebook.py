"""The hash of the rules changes with what a run computes, and with nothing else: neither words nor the Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tredegar.model.graph.merkle import rules_hash

from ...support.places import TESTS
from .rule_mutants import MUTANTS, SAME, Change, changed_model

GOLDEN = TESTS / "golden" / "rules_hash.json"


def test_the_hash_is_the_golden_one_under_every_python_and_numpy() -> None:
    """Whoever changes a rule writes it anew (make golden) and adds a "Results change" line to CHANGELOG.md."""
    assert rules_hash() == json.loads(GOLDEN.read_text(encoding="utf-8"))["rules_hash"]


def named(change: Change) -> str:
    file, old, new = change
    return f"{file}: {old} -> {new}".replace("\n", " ")[:90]


@pytest.mark.parametrize("mutant", MUTANTS, ids=named)
def test_every_mutant_that_changes_a_bit_changes_the_hash(mutant: Change, tmp_path: Path) -> None:
    with changed_model(tmp_path, (mutant,)) as found:
        assert found != rules_hash()


@pytest.mark.parametrize("changes", SAME, ids=lambda changes: named(changes[0]))
def test_names_words_order_and_places_do_not_count(changes: tuple[Change, ...], tmp_path: Path) -> None:
    with changed_model(tmp_path, changes) as found:
        assert found == rules_hash()


def test_there_are_sixty_mutants_and_no_two_are_alike() -> None:
    assert len(set(MUTANTS)) == len(MUTANTS) >= 60
