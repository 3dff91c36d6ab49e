"""The page of coverage tells widths where there are any, and names every kind that was not simulated."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from tredegar.results.statistics.interval_kinds import INTERVAL_KINDS

from .law import Measured
from .table import all_rows


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """The script that writes the page."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "coverage.py"
    spec = spec_from_file_location("coverage_page", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _measured(kind: str) -> Measured:
    return Measured(kind, "a truth", "a design", 0.95, 0.01, 188.0, 0.5, 0.0, 400)


def test_a_word_has_neither_width_nor_power(benchmark: ModuleType) -> None:
    page = benchmark.page([_measured("words under a map"), _measured("mean over a design")])
    assert "| a truth | a design | 0.950 ± 0.010 | - | - | 0.00 |" in page
    assert "| a truth | a design | 0.950 ± 0.010 | 188.00 | 0.50 | 0.00 |" in page
    assert "| words under a map | 1 | 0 | 0 | 0.950 | - | - |" in page


def test_the_page_names_every_kind_without_rows_and_none_that_has_some(benchmark: ModuleType) -> None:
    told = benchmark.not_simulated([row.kind for row in all_rows()])
    bare = set(INTERVAL_KINDS) - {row.kind for row in all_rows()}
    assert {name for name in INTERVAL_KINDS if f"| {name} |" in told} == bare
    assert benchmark.not_simulated(INTERVAL_KINDS) == ""


def test_the_short_form_has_rows_of_every_kind_and_no_more_of_any_than_asked(benchmark: ModuleType) -> None:
    every = range(len(all_rows()))
    kinds = [all_rows()[number].kind for number in benchmark.some_of(every, 3)]
    assert set(kinds) == {row.kind for row in all_rows()}
    assert max(kinds.count(kind) for kind in kinds) == 3
    assert benchmark.some_of(every, None) == list(every)
