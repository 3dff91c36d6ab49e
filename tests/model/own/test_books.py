"""Books of rules of one's own: one value for one content, from a file or from a store; what decides their hash."""

from __future__ import annotations

import copy
import json
import pickle
import random
from pathlib import Path
from typing import Any

import pytest

from tredegar import Own, rule
from tredegar.model.graph.merkle import rules_hash
from tredegar.model.mechanisms.table import MECHANISMS
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.own import books
from tredegar.model.own.books import book_from_text, book_of
from tredegar.model.own.names import AGENT_NAMES
from tredegar.model.own.places import PLACES, STARTS
from tredegar.model.own.refusal import RuleRefused
from tredegar.model.schedule.month import START
from tredegar.model.schedule.rulebook import BUILT_IN, RuleBook, with_varied_constants

from .drawn_rules import drawn_file

FEAR = """from tredegar import Own, outcome, rule
@rule(bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"))
def fear(manager, centre, p):
    goal = p.sanction_strength * centre.control + p.bite * p.inspection_intensity
    return manager.fear + 0.2 * (goal - manager.fear)
@rule(after="fear", writes="manager.dread", start=0.1)
def dread(manager):
    return 0.9 * manager.dread + 0.1 * manager.fear
@outcome(unit="share", meaning="dread among managers")
def mean_dread(manager):
    return manager.dread
"""


def book_of_text(folder: Path, text: str, name: str = "my_rules.py") -> RuleBook:
    (folder / name).write_text(text, encoding="utf-8")
    return book_of(folder / name)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let books be made anew, as another process would make them."""
    monkeypatch.setattr(books, "_BOOKS", {"": BUILT_IN})


def test_nothing_of_ones_own_is_the_built_in_book() -> None:
    assert book_of() is book_of(None) is book_of([]) is book_of({}) is book_from_text("") is BUILT_IN


def test_one_content_is_one_book_however_it_is_given(tmp_path: Path) -> None:
    book = book_of_text(tmp_path, FEAR)
    assert book_of(tmp_path / "my_rules.py") is book_of("my_rules.py", folder=tmp_path) is book
    assert book_of({"file": "my_rules.py"}, folder=tmp_path) is book_of(book) is book
    assert book.own_parameters == ("bite",) and list(book.outcomes)[len(OUTCOMES) :] == ["mean_dread"]
    assert book.outcomes["mean_dread"].unit == "share" and "my_rules.py:10" in book.outcomes["mean_dread"].source


def test_the_text_of_a_book_gives_the_book_in_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = book_of_text(tmp_path, FEAR)
    (tmp_path / "my_rules.py").unlink()
    forget(monkeypatch)
    again = book_from_text(book.text)
    assert again is not book and again.text == book.text and rules_hash(again) == rules_hash(book)
    assert again.memory == book.memory and again.parameters == book.parameters and again.outcomes == book.outcomes


def test_a_book_is_copied_and_pickled_as_itself(tmp_path: Path) -> None:
    book = book_of_text(tmp_path, FEAR)
    varied = with_varied_constants(book, ["VOICE_BASE"])
    for one in (book, varied, BUILT_IN):
        assert copy.deepcopy(one) is one and pickle.loads(pickle.dumps(one)) is one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("goal", "what_it_tends_to"),
        ("    return manager.dread\n", "    # a remark\n\n    return manager.dread\n"),
        ("def fear(manager, centre, p)", "def fear(p, manager, centre)"),
        ('meaning="dread among managers"', 'meaning="how much they dread it"'),
    ],
    ids=["a local name", "a remark", "the order of arguments", "a meaning"],
)
def test_what_changes_no_bit_leaves_the_hash(old: str, new: str, tmp_path: Path) -> None:
    book, other = book_of_text(tmp_path, FEAR), book_of_text(tmp_path, FEAR.replace(old, new), "other.py")
    assert other is not book and rules_hash(other) == rules_hash(book)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.9 *", "0.91 *"),
        ("Own(0.3", "Own(0.4"),
        ("start=0.1", "start=0.2"),
        ('after="fear"', 'after="view"'),
        ("return manager.dread", "return manager.dread > 0.5"),
        ("- manager.fear)", "- 1.0 * manager.fear)"),
        ("dread", "horror"),
    ],
    ids=["a constant", "a default", "a start", "a place", "an outcome", "an operation", "a name of a memory"],
)
def test_what_may_change_a_bit_changes_the_hash(old: str, new: str, tmp_path: Path) -> None:
    book, other = book_of_text(tmp_path, FEAR), book_of_text(tmp_path, FEAR.replace(old, new), "other.py")
    assert len({rules_hash(book), rules_hash(other), rules_hash()}) == 3


def test_a_varied_constant_does_not_change_the_hash_and_is_a_parameter() -> None:
    varied = with_varied_constants(BUILT_IN, ["VOICE_BASE"])
    assert rules_hash(varied) == rules_hash() and "VOICE_BASE" in varied.parameters
    assert with_varied_constants(varied, ["VOICE_BASE"]) is varied and with_varied_constants(varied, []) is BUILT_IN


def test_functions_given_by_hand_are_followed_and_not_marked() -> None:
    def gaming(manager, p):  # type: ignore[no-untyped-def]
        return manager.gaming * p.gaming_propensity

    book = book_of([gaming])
    assert not gaming.__dict__ and rules_hash(book_of({"gaming": gaming})) == rules_hash(book)


def test_what_a_file_declares_is_tested_as_the_plain_function_that_it_is() -> None:
    @rule(after="fear", writes="manager.dread", start=0.1)
    def dread(manager: Any) -> Any:
        return 0.5 * manager.dread

    class Record:
        dread = 0.5

    assert dread(Record()) == 0.25


def test_an_own_parameter_that_two_rules_declare_alike_is_one_and_otherwise_refused() -> None:
    def rules_with(high: float) -> list[Any]:
        @rule(bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="m"))
        def gaming(manager: Any, p: Any) -> Any:
            return p.bite * manager.gaming

        @rule(bite=Own(0.3, low=0.0, high=high, unit="share", meaning="m"))
        def fear(manager: Any, p: Any) -> Any:
            return p.bite * manager.fear

        return [gaming, fear]

    assert book_of(rules_with(1.0)).own_parameters == ("bite",)
    with pytest.raises(RuleRefused, match="'bite' is declared otherwise by another rule"):
        book_of(rules_with(2.0))


def test_rules_run_in_the_order_of_their_chain_whatever_the_order_of_the_file() -> None:
    @rule(after="second", writes="manager.third", start=0.0)
    def third(manager: Any) -> Any:
        return manager.second

    @rule(after="first", writes="manager.second", start=0.0)
    def second(manager: Any) -> Any:
        return manager.first

    @rule(after="fear", writes="manager.first", start=0.0)
    def first(manager: Any) -> Any:
        return manager.fear

    names = [step.rule.__name__ for step in book_of([third, second, first]).phase("managers").steps]
    at = names.index("fear")
    assert names[at : at + 4] == ["fear", "first", "second", "third"]


def test_draws_of_one_rule_are_not_moved_by_another() -> None:
    def drawing(*names: str) -> list[Any]:
        found = []
        for name in names:

            def function(manager: Any, luck: Any) -> Any:
                return luck.u

            function.__name__ = name
            found.append(rule(after="fear", writes=f"manager.{name}_memory", start=0.0, draws=("u",))(function))
        return found

    alone, together = book_of(drawing("mood")).luck["trust"], book_of(drawing("joy", "mood")).luck["trust"]
    own = {stream: names for stream, names in alone.items() if names[0].startswith("mood")}
    assert own and own.items() <= together.items() and len(together) == len(alone) + 1


def test_a_choice_computes_every_level_and_zero_is_its_first() -> None:
    book = book_of(choices={"gaming": ["built-in", "proportional"]})
    row = book.parameters["gaming"]
    assert (row.default, row.least, row.most, row.unit) == (0.0, 0.0, 1.0, "choice")
    assert book.choices == {"gaming": ("built-in", "proportional")} and len(book.month) == len(BUILT_IN.month)
    turned = book_of(choices={"gaming": ["proportional", "built-in"]})
    assert len({rules_hash(book), rules_hash(turned), rules_hash(book_of({"gaming": "proportional"}))}) == 3


def test_a_choice_named_like_an_outcome_is_called_by_its_rule(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def compliance(manager):\n    return 0.5 * manager.compliance\n", encoding="utf-8"
    )
    labels = ["built-in", "mine.py:compliance"]
    with pytest.raises(RuleRefused, match="named like an outcome; call the choice 'compliance_rule'"):
        book_of(choices={"compliance": labels}, folder=tmp_path)
    assert "compliance_rule" in book_of(choices={"compliance_rule": labels}, folder=tmp_path).choices


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (["built-in"], "needs 2 to 100 labels"),
        (["built-in", "built-in"], "names a level twice"),
        (["built-in", "proportionate"], "no rival 'proportionate'; did you mean 'proportional'"),
        ("built-in", "needs 2 to 100 labels"),
        ([0.0, 1.0], "needs 2 to 100 labels"),
    ],
)
def test_labels_that_name_no_levels_are_refused(labels: Any, says: str) -> None:
    with pytest.raises(RuleRefused, match=says):
        book_of(choices={"gaming": labels})


def test_every_rival_of_a_mechanism_makes_a_book_of_its_rules() -> None:
    assert MECHANISMS
    for mechanism in MECHANISMS.values():
        assert set(mechanism.rules) <= set(PLACES) and mechanism.rivals
        for name, rival in mechanism.rivals.items():
            book = book_of({mechanism.name: name})
            assert rules_hash(book) != rules_hash() and rival.meaning and rival.source


def test_names_of_agents_are_none_of_a_memory() -> None:
    people = pytest.importorskip("tredegar.model.agents.people")
    for kind in (people.Minister, people.Manager, people.Trust, people.Clinician):
        plain = {name for name in (*dir(kind), *getattr(kind, "__annotations__", {})) if not name.startswith("_")}
        assert plain <= AGENT_NAMES, plain - AGENT_NAMES
    country = people.Clinician.__mro__
    assert country and set(STARTS.values()) <= {phase.name for phase in START}


def test_a_text_that_is_no_book_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that was damaged, or written by somebody else, makes no code: every change is refused or another book."""
    text = book_of_text(tmp_path, FEAR).text
    forget(monkeypatch)
    for wrong in ("x", "[]", "{}", "null", '{"format":2}', text[:-1], text.replace('"format":1', '"format":2')):
        with pytest.raises(RuleRefused, match="the own rules of a store cannot be read"):
            book_from_text(wrong)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in _places(each, (*path, key)))]


def test_no_changed_text_runs_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = book_of_text(tmp_path, drawn_file(3)).text
    forget(monkeypatch)
    chance, mark = random.Random(5), tmp_path / "mark"
    values = [
        None,
        -1,
        0,
        10**9,
        "",
        "x",
        f"__import__('pathlib').Path({str(mark)!r}).touch()",
        "a; b",
        [],
        {},
        True,
        1.5,
    ]
    found = json.loads(text)
    refused: list[str] = []
    for place in chance.sample(_places(found), 300):
        changed = copy.deepcopy(found)
        inside = changed
        for key in place[:-1]:
            inside = inside[key]
        if place:
            inside[place[-1]] = chance.choice(values)
        try:
            book_from_text(json.dumps(changed))
        except RuleRefused as refusal:
            refused.append(str(refusal))
    assert len(refused) > 150 and not mark.exists()
    assert not [line for line in refused if "\n" in line]
