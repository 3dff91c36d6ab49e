"""Own outcomes and memories are what the page says: means by size, shares, memories that begin anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mesa")

from tredegar import HealthService, simulate
from tredegar.model.own.books import book_of

SMALL: dict[str, Any] = {"replicates": 1, "months": 8, "trusts": 5, "clinicians": 6, "engine": "numpy", "seed": 2}
HEAD = "from tredegar import Own, outcome, rule\nfrom tredegar.model.arithmetic import select\n"


def rules_of(folder: Path, text: str) -> Path:
    path = folder / "mine.py"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def country_of(rules: Path, months: int = 8, **values: float) -> HealthService:
    country = HealthService(rules=rules, trusts=5, clinicians=6, seed=2, **values)  # type: ignore[arg-type]
    country.run_for(months)
    return country


def test_an_outcome_of_trusts_is_the_mean_by_size_and_a_condition_the_share_of_trusts(tmp_path: Path) -> None:
    text = (
        '@outcome(unit="1", meaning="m")\ndef mine(trust):\n    return trust.quality\n'
        '@outcome(unit="1", meaning="m")\ndef good(trust):\n    return trust.quality > 0.65\n'
    )
    country = country_of(rules_of(tmp_path, text))
    sizes = [trust.size for trust in country.trusts]
    mean = np.average([trust.quality for trust in country.trusts], weights=sizes)
    assert country.outcomes["mine"] == pytest.approx(mean, abs=1e-8) == pytest.approx(country.outcomes["quality"])
    assert country.outcomes["good"] == np.mean([trust.quality > 0.65 for trust in country.trusts])


def test_an_outcome_of_seats_is_the_mean_over_those_occupied_and_then_by_size(tmp_path: Path) -> None:
    text = (
        '@outcome(unit="1", meaning="m")\ndef mine(seat):\n    return seat.skill\n'
        '@outcome(unit="1", meaning="m")\ndef able(seat):\n    return seat.skill > 1.0\n'
    )
    country = country_of(rules_of(tmp_path, text), clinician_turnover=0.1)
    teams = {
        trust: [one for one in country.clinicians if one.trust is trust and one.occupied] for trust in country.trusts
    }
    assert any(len(team) < 6 for team in teams.values())
    for name, value in (("mine", lambda one: one.skill), ("able", lambda one: one.skill > 1.0)):
        means = [np.mean([value(one) for one in team]) for team in teams.values()]
        weights = [trust.size for trust in teams]
        assert country.outcomes[name] == pytest.approx(np.average(means, weights=weights), abs=1e-8)


def test_the_memory_of_a_seat_begins_anew_with_whoever_is_hired(tmp_path: Path) -> None:
    text = (
        '@rule(after="motivation", writes="seat.years", start="newness", '
        'newness=Own(0.0, low=0.0, high=9.0, unit="months", meaning="m"))\n'
        "def years(seat):\n    return seat.years + 1.0\n"
    )
    country = country_of(rules_of(tmp_path, text), months=0, newness=4.0, clinician_turnover=0.2)
    hired = 0
    before = [one.years for one in country.clinicians]  # type: ignore[attr-defined]
    assert set(before) == {4.0}
    for _ in range(12):
        country.step()
        for one, years in zip(country.clinicians, before, strict=True):
            expected = 4.0 if one.hired else years + 1.0
            assert one.years == expected  # type: ignore[attr-defined]
            hired += one.hired
        before = [one.years for one in country.clinicians]  # type: ignore[attr-defined]
    assert hired > 5


def test_names_of_outcomes_that_look_like_parts_of_another_are_no_parts_of_it(tmp_path: Path) -> None:
    alone = '@outcome(unit="1", meaning="m")\ndef o(seat):\n    return seat.morale\n'
    more = "".join(
        f'@outcome(unit="1", meaning="m")\ndef o_{part}(trust):\n    return trust.size + 3.0\n'
        for part in ("weight", "seats")
    )
    first = simulate({}, rules=rules_of(tmp_path, alone), **SMALL)["o"]
    path = tmp_path / "more.py"
    path.write_text(HEAD + alone + more, encoding="utf-8")
    for engine in ("numpy", "mesa"):
        assert np.array_equal(simulate({}, rules=path, **{**SMALL, "engine": engine})["o"], first)


def test_a_rule_named_like_the_reset_of_another_is_another_rule(tmp_path: Path) -> None:
    text = "".join(
        f'@rule(after="motivation", writes="seat.{name}_m", start={start})\n'
        f"def {name}(seat):\n    return seat.{name}_m + 1.0\n"
        f'@outcome(unit="1", meaning="m")\ndef mean_{name}(seat):\n    return seat.{name}_m\n'
        for name, start in (("zest", 0.0), ("zest_anew", 2.0))
    )
    path = rules_of(tmp_path, text)
    found = {engine: simulate({}, rules=path, **{**SMALL, "engine": engine}) for engine in ("numpy", "mesa")}
    assert np.array_equal(found["numpy"]["mean_zest"], found["mesa"]["mean_zest"])
    assert np.array_equal(found["numpy"]["mean_zest_anew"], found["mesa"]["mean_zest_anew"])


def test_an_own_parameter_that_a_start_alone_reads_takes_no_change(tmp_path: Path) -> None:
    text = (
        '@rule(after="fear", writes="manager.dread", start="begin", '
        'begin=Own(0.1, low=0.0, high=1.0, unit="share", meaning="m"))\ndef dread(manager):\n    return manager.dread\n'
    )
    book = book_of(rules_of(tmp_path, text))
    assert book.parameters["begin"].initial_only
    with pytest.raises(ValueError, match="works at the start of a run alone"):
        simulate({"begin@3": 0.5}, rules=book, **SMALL)
