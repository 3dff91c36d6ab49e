"""Golden values: every engine meets them in every bit, and they change only on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from tredegar.kernels import engines
from tredegar.model.mechanisms.table import MODEL_1
from tredegar.model.outcomes import OUTCOMES

from ..golden.write import NEW, digest, published_digest, run_row, single_values, table

PUBLISHED = table("published")
MECHANISMS = table("mechanisms")
DIGESTS = table("digests")
OF_MODEL_1 = table("model_1")
RUNS = {**PUBLISHED, **MECHANISMS}
ENGINES = [
    pytest.param(info.name, marks=() if info.available else pytest.mark.skip(reason=f"{info.name} {info.detail}"))
    for info in engines()
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", PUBLISHED.values(), ids=PUBLISHED)
def test_the_published_golden_values_are_met(row: dict[str, Any], engine: str) -> None:
    out = run_row(row, engine)
    single = single_values(out)
    assert single == {name: row[name] for name in single}
    assert published_digest(out) == row["sha256"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", MECHANISMS)
def test_each_mechanism_gives_the_bits_it_always_gave(name: str, engine: str) -> None:
    out = run_row(MECHANISMS[name], engine)
    assert out.failures == ()
    assert digest(out) == DIGESTS[name]


@pytest.mark.parametrize("name", OF_MODEL_1)
def test_the_rivals_together_give_what_model_1_gave_while_it_was_built_in(name: str) -> None:
    out = run_row(RUNS[name], "numpy", MODEL_1)
    assert out.failures == ()
    assert digest(out, NEW) == OF_MODEL_1[name]


@pytest.mark.parametrize("name", ["one_clinician", "more_units_than_trusts", "real_trusts"])
def test_agents_of_mesa_give_what_model_1_gave(name: str) -> None:
    assert digest(run_row(RUNS[name], "mesa", MODEL_1), NEW) == OF_MODEL_1[name]


@pytest.mark.compiled
def test_the_compiled_engine_gives_what_model_1_gave() -> None:
    found = {name: digest(run_row(RUNS[name], "numba", MODEL_1), NEW) for name in OF_MODEL_1}
    assert found == OF_MODEL_1


def test_every_mechanism_has_a_digest_of_its_own() -> None:
    assert set(DIGESTS) == set(MECHANISMS) and set(OF_MODEL_1) < set(RUNS)
    for digests in (DIGESTS, OF_MODEL_1):
        assert len(set(digests.values())) == len(digests)
    assert not set(DIGESTS.values()) & set(OF_MODEL_1.values())


def test_what_model_1_gave_lacks_the_new_outcomes_alone() -> None:
    assert set(NEW) < set(OUTCOMES) and len(OUTCOMES) - len(NEW) == 95
