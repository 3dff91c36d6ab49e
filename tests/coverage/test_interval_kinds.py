"""Every interval of the product is of a kind; every kind has rows of coverage; doubts are marked."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tredegar.results.statistics import interval_kinds
from tredegar.results.statistics.interval_kinds import INTERVAL_KINDS, IntervalKind, doubts, kinds_of

from . import interval_places
from .interval_places import NO_INTERVALS, PLACES
from .interval_scan import BARE, BOUND, MAKERS, estimators, found_in, sources
from .table import all_rows

ROOT = Path(__file__).resolve().parents[2]
REGISTRY, TABLE = "results/statistics/interval_kinds.py", "tests/coverage/interval_places.py"


def faults_of_rows(kinds: Mapping[str, IntervalKind], rows: Iterable[tuple[str, str]]) -> list[str]:
    """Return a line for each kind and row (kind, known) that do not agree."""
    known: dict[str, list[str]] = {}
    for kind, reason in rows:
        known.setdefault(kind, []).append(reason)
    without = [name for name in kinds if name not in known]
    bare = [f"'{name}' has no row of coverage: add one in tests/coverage" for name in without
            if name not in interval_places.WITHOUT_ROWS]  # fmt: skip
    bare += [f"'{name}' has neither a row nor a doubt" for name in without
             if name in interval_places.WITHOUT_ROWS and not kinds[name].doubt]  # fmt: skip
    stray = [f"rows of '{name}' are of no kind: add it to {REGISTRY}" for name in known if name not in kinds]
    both = [(name, kinds[name].doubt, any(known[name])) for name in known if name in kinds]
    hidden = [f"a row of '{name}' is known not to cover, and no doubt is stated" for name, doubt, fails in both
              if fails and not doubt]  # fmt: skip
    stale = [f"'{name}' is in doubt, and none of its rows is known not to cover" for name, doubt, fails in both
             if doubt and not fails]  # fmt: skip
    return [*bare, *stray, *hidden, *stale]


def faults_of_places(found: Mapping[str, set[str]]) -> list[str]:
    """Return a line for each place whose intervals are of no kind, and for each that has none any more."""
    lines = [f"{place} is gone or has no interval: take it out of {TABLE}" for place in (*PLACES, *NO_INTERVALS)
             if place not in found]  # fmt: skip
    for place, told in found.items():
        if place not in PLACES:
            new = f"{place} has an interval of no kind ({', '.join(sorted(told))}): name its kind in {TABLE}"
            lines += [] if place in NO_INTERVALS else [new]
            continue
        named = {variable for kind in PLACES[place] for variable in INTERVAL_KINDS[kind].variables}
        bounds = {each for each in told if BOUND.fullmatch(each) and not BARE.fullmatch(each)}
        lines += [f"{place} has '{bound}', which is of none of its kinds: name it in {REGISTRY}"
                  for bound in sorted(bounds - named)]  # fmt: skip
    return lines


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every module of the product that could print a number."""
    return sources(ROOT)


@pytest.fixture(scope="module")
def makers(trees: dict[str, ast.Module]) -> frozenset[str]:
    """Every function that makes bounds: of the libraries, and of the product."""
    return MAKERS | estimators(trees)


@pytest.fixture(scope="module")
def places(trees: dict[str, ast.Module], makers: frozenset[str]) -> dict[str, set[str]]:
    """Place -> what tells there that it has an interval."""
    return {place: told for path, tree in trees.items() for place, told in found_in(path, tree, makers).items()}


def new_faults(places: Mapping[str, set[str]], changed: Mapping[str, set[str]]) -> list[str]:
    """Return the lines that ``changed`` places have and ``places`` have not."""
    before = faults_of_places(places)
    return [line for line in faults_of_places(changed) if line not in before]


def test_every_kind_has_rows_and_every_row_is_of_a_kind() -> None:
    assert faults_of_rows(INTERVAL_KINDS, ((row.kind, row.known) for row in all_rows())) == []


def test_every_interval_of_the_product_is_of_a_kind(places: dict[str, set[str]]) -> None:
    assert faults_of_places(places) == []


def test_every_kind_but_words_is_made_somewhere_and_no_place_has_two_meanings() -> None:
    named = {kind for kinds in PLACES.values() for kind in kinds}
    words = {name for name, kind in INTERVAL_KINDS.items() if kind.word}  # which no name of a bound tells
    assert named <= set(INTERVAL_KINDS) <= named | words
    assert not set(PLACES) & set(NO_INTERVALS)
    assert len(interval_kinds._KINDS) == len(INTERVAL_KINDS)


def test_a_new_kind_without_rows_is_refused_and_a_former_one_needs_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interval_places, "WITHOUT_ROWS", frozenset({"former"}))
    kinds = {name: IntervalKind(name=name, printed="a page", doubt="why") for name in ("new", "former")}
    assert faults_of_rows(kinds, []) == ["'new' has no row of coverage: add one in tests/coverage"]
    bare = {"former": IntervalKind(name="former", printed="a page")}
    assert faults_of_rows(bare, []) == ["'former' has neither a row nor a doubt"]


def test_a_row_of_no_kind_is_refused() -> None:
    (line,) = faults_of_rows({}, [("stray", "")])
    assert line.startswith("rows of 'stray' are of no kind")


def test_a_row_that_is_known_not_to_cover_and_its_kind_agree() -> None:
    sure, doubted = (IntervalKind(name="a", printed="a page", doubt=doubt) for doubt in ("", "it is narrow"))
    assert faults_of_rows({"a": sure}, [("a", ""), ("a", "narrow")]) == [
        "a row of 'a' is known not to cover, and no doubt is stated"
    ]
    assert faults_of_rows({"a": doubted}, [("a", "")]) == [
        "'a' is in doubt, and none of its rows is known not to cover"
    ]
    assert faults_of_rows({"a": doubted}, [("a", ""), ("a", "narrow")]) == []


@pytest.mark.parametrize(
    "text",
    [
        "class Spread(NamedTuple):\n    middle: float\n    high: float\n",
        "def spread(values):\n    return {'spread_low': values.min()}\n",
        "def spread(name, half):\n    return {f'{name}_conf': half}\n",
        "def spread(table, half):\n    return table.assign(spread_low=-half)\n",
        "def spread(values):\n    return np.quantile(values, (0.025, 0.975))\n",
        "def _spread(freedom):\n    return stats.t.ppf(0.975, freedom)\n",
        "def spread(hits, number):\n    return stats.binomtest(hits, number).proportion_ci()\n",
        "def spread(values, scatter):\n    return mean_with_interval(values, scatter)\n",
    ],
)
def test_a_module_with_an_interval_of_no_kind_is_refused_in_one_line(
    text: str, places: dict[str, set[str]], makers: frozenset[str]
) -> None:
    (line,) = new_faults(places, places | found_in("results/made_up.py", ast.parse(text), makers))
    assert line.startswith("results/made_up.py") and "has an interval of no kind" in line and line.endswith(TABLE)


def test_a_new_interval_in_a_module_that_has_one_is_refused(
    places: dict[str, set[str]], makers: frozenset[str]
) -> None:
    more = found_in("results/discovery/scores.py", ast.parse("class Verdict(NamedTuple):\n    low: float\n"), makers)
    (line,) = new_faults(places, places | more)
    assert line.startswith("results/discovery/scores.py:Verdict has an interval of no kind (low)")


def test_a_new_variable_at_a_known_place_is_refused(places: dict[str, set[str]]) -> None:
    place = "results/sensitivity/sobol.py:SobolIndices"
    (line,) = new_faults(places, places | {place: places[place] | {"S3_conf"}})
    assert line == f"{place} has 'S3_conf', which is of none of its kinds: name it in {REGISTRY}"


def test_a_place_that_is_gone_is_told(places: dict[str, set[str]]) -> None:
    rest = {place: told for place, told in places.items() if place != "results/arms/pairs.py"}
    (line,) = new_faults(places, rest)
    assert line == f"results/arms/pairs.py is gone or has no interval: take it out of {TABLE}"


def test_names_that_are_no_bounds_are_let_be() -> None:
    text = "def below(values):\n    return {'share_below': values.mean(), 'flow': 1.0, 'allowed': 2.0}\n"
    assert found_in("results/made_up.py", ast.parse(text), MAKERS) == {}


def test_a_mark_names_every_kind_in_doubt_once_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = {"one": "it is narrow", "two": "", "three": "it is narrow", "four": "it leans"}
    kinds = {name: IntervalKind(name=name, printed="a page", doubt=doubt) for name, doubt in reasons.items()}
    monkeypatch.setattr(interval_kinds, "INTERVAL_KINDS", kinds)
    assert doubts(kinds) == ("Not shown to cover: one and three (it is narrow); four (it leans). See docs/coverage.md.")
    assert doubts(["two"]) == ""


def test_variables_know_their_kinds() -> None:
    assert "PAWN median" in kinds_of(["median", "median_conf"])
    assert kinds_of(["median"]) == ()
