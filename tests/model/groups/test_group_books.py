"""Books with groups: one value for one content, in every process; what groups cannot have; no cost when unused."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace

import pytest

from tredegar.model.agents.health_service import HealthService
from tredegar.model.graph.merkle import rules_hash
from tredegar.model.graph.trace import known_before, trace_month, trace_own_outcomes, trace_start, unmade
from tredegar.model.groups import grouped
from tredegar.model.groups.by_group import outcomes_of_groups
from tredegar.model.groups.following import follow_nation
from tredegar.model.groups.grouped import with_groups, without_groups
from tredegar.model.groups.levers import levers_of_trusts
from tredegar.model.mechanisms.table import MODEL_1
from tredegar.model.own import books
from tredegar.model.own.books import book_from_text, book_in_groups, book_of
from tredegar.model.own.refusal import RuleRefused
from tredegar.model.parameters import PARAMETERS
from tredegar.model.providers import given, parse_providers
from tredegar.model.schedule.rulebook import BUILT_IN, with_varied_constants
from tredegar.model.trust_groups import (
    GROUP_ONLY,
    LEVERS_OF_GROUPS,
    ONLY_BY_GROUP,
    GroupLever,
    TrustGroups,
    group_lever_of,
    read_groups,
)

from .group_runs import FIXED

GROUPS = FIXED.groups


def test_a_book_without_groups_is_the_very_one_that_it_was() -> None:
    assert book_in_groups(BUILT_IN, None, ["target_level", "real_control@3"]) is BUILT_IN
    assert without_groups(with_groups(BUILT_IN, GROUPS)) is BUILT_IN
    own = book_of({"gaming": "proportional"})
    assert with_groups(with_groups(own, GROUPS), None) is own
    assert "group" not in own.text and BUILT_IN.text == "" and BUILT_IN.groups is None


def test_only_rules_that_read_what_differs_are_others() -> None:
    groups = TrustGroups(names=("a",), shares=(0.5,), levers=(GroupLever("patient_choice", "a"),))
    book = with_groups(BUILT_IN, groups)
    before = {(phase.name, step) for phase in BUILT_IN.month for step in phase.steps}
    changed = [step.rule.__name__ for phase in book.month for step in phase.steps if (phase.name, step) not in before]
    assert changed == ["demand"]
    assert [phase.tallies for phase in book.month] == [phase.tallies for phase in BUILT_IN.month]


def test_one_content_is_one_book_however_it_is_said() -> None:
    book = with_groups(BUILT_IN, GROUPS)
    turned = replace(GROUPS, levers=GROUPS.levers[::-1], outcomes=GROUPS.outcomes[::-1])
    assert with_groups(BUILT_IN, turned) is book is book_in_groups(book, None, ["target_level[other]@7"])
    fewer = with_groups(BUILT_IN, replace(GROUPS, levers=()))
    assert book_in_groups(fewer, None, [lever.name for lever in GROUPS.levers]) is book


def test_the_text_of_a_book_gives_the_book_in_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for base in (BUILT_IN, book_of({"gaming": "proportional"})):
        book = with_groups(base, GROUPS)
        monkeypatch.setattr(books, "_BOOKS", {"": BUILT_IN})
        monkeypatch.setattr(grouped, "_BOOKS", {})
        again = book_from_text(book.text)
        assert again is not book and again.text == book.text and rules_hash(again) == rules_hash(book)
        assert again.groups == book.groups and again.parameters == book.parameters and again.memory == book.memory
        assert book_from_text(book.text) is again and again.own_text == base.text


def test_a_book_is_copied_and_pickled_as_itself() -> None:
    book = book_from_text(with_groups(BUILT_IN, GROUPS).text)
    for one in (book, with_varied_constants(book, ["VOICE_BASE"])):
        assert copy.deepcopy(one) is one and pickle.loads(pickle.dumps(one)) is one


def test_another_share_is_another_hash_and_so_is_another_lever() -> None:
    books_of_groups = [
        BUILT_IN,
        *(with_groups(BUILT_IN, TrustGroups(names=("a",), shares=(share,))) for share in (0.3, 0.4)),
        with_groups(BUILT_IN, TrustGroups(names=("a",), shares=(0.3,), levers=(GroupLever("freedom", "a"),))),
    ]
    assert len({rules_hash(book) for book in books_of_groups}) == 4


def test_what_is_read_is_made_before() -> None:
    book = with_groups(BUILT_IN, GROUPS)
    outcomes = trace_own_outcomes(book)
    assert outcomes is not None
    assert unmade([*trace_start(book), *trace_month(book), outcomes], known_before(book)) == []


@pytest.mark.parametrize("text", ['{"names":3}', '{"names":["a"],"shares":[2.0],"levers":[],"outcomes":[]}', "[]"])
def test_groups_that_a_store_cannot_have_are_refused(text: str) -> None:
    whole = json.loads(with_groups(BUILT_IN, GROUPS).text) | {"groups": json.loads(text)}
    with pytest.raises(RuleRefused):
        book_from_text(json.dumps(whole))


def test_trusts_that_are_reorganised_all_at_once_cannot_be_by_group() -> None:
    levers = ["reorganised[treated]@3"]
    groups = TrustGroups(names=("treated",), shares=(0.3,))
    with pytest.raises(RuleRefused, match="by these rules trusts are reorganised all at once"):
        book_in_groups(book_of(MODEL_1), groups, levers)
    choice = book_of(choices={"reorganisation": ("built-in", "all-at-once")})
    with pytest.raises(RuleRefused, match="is a choice; fix the rules of 'reorganisation'"):
        book_in_groups(choice, groups, levers)
    assert book_in_groups(book_of({"gaming": "proportional"}), groups, levers).groups is not None


@pytest.mark.parametrize("name", ["pool_count", "real_control_now", "unit_cost", "access_p50", "centre_quality_error"])
def test_what_is_one_value_of_the_country_has_no_groups(name: str) -> None:
    assert name not in outcomes_of_groups(BUILT_IN)
    with pytest.raises(RuleRefused, match=f"'{name}' cannot be recorded by group"):
        book_in_groups(BUILT_IN, read_groups({"a": 0.5}, [name]))


def test_the_levers_that_are_listed_are_those_that_trusts_read() -> None:
    assert levers_of_trusts(BUILT_IN) == LEVERS_OF_GROUPS and tuple(ONLY_BY_GROUP) == GROUP_ONLY


def test_a_form_is_read_for_what_it_is() -> None:
    assert group_lever_of("target_level[a]@61") == GroupLever("target_level", "a") == group_lever_of("target_level[a]")
    for other in ("target_level", "target_level[a", "target_levela]", "a[b]c", 3):
        assert group_lever_of(other) is None


def test_an_event_lasts_a_month_and_events_in_a_row_last_as_long() -> None:
    book = book_in_groups(BUILT_IN, TrustGroups(names=("a",), shares=(0.5,)), ["reorganised[a]@3"])
    starts, changes = dict.fromkeys(book.parameters, 0.0), {3: {"reorganised[a]": 1.0}, 4: {"reorganised[a]": 1.0}}
    for _ in range(2):  # what is filled in stays when it is asked for again
        follow_nation(book, starts, changes, ())
        assert {month: changed["reorganised[a]"] for month, changed in changes.items()} == {3: 1.0, 4: 1.0, 5: 0.0}


def test_a_column_of_providers_numbers_groups_in_the_order_of_their_names() -> None:
    heading = "code,name,size,council,catchment,group\n"
    table = parse_providers(f"{heading}A,a,1,N,N,south\nB,b,2,N,S,\nC,c,3,S,S,north\n", "t.csv")
    assert table.group == ("south", "", "north") and given(table)["trust", "group"] == (2.0, 0.0, 1.0)
    assert "group" not in repr(table)
    with pytest.raises(ValueError, match=r"t.csv', row 2, column 'group': a group must be named by small letters"):
        parse_providers(f"{heading}A,a,1,N,N,The North\n", "t.csv")


def test_mesa_takes_groups_by_the_same_words() -> None:
    given_by_name = {"target_toughness[a]@2": 1.0, "freedom[a]": 0.5}
    country = HealthService(groups={"a": 0.5}, group_outcomes=["quality"], trusts=6, clinicians=2, **given_by_name)
    country.run_for(2)
    table = country.datacollector.get_model_vars_dataframe()
    assert list(table)[-2:] == ["quality[rest]", "quality[a]"]
    assert country.p.__dict__["target_toughness[a]"] == 1.0 and country.p.target_toughness == 0.6
    changed = HealthService(changes={2: {"target_toughness[a]": 1.0}}, groups={"a": 0.5}, trusts=6, clinicians=2,
                            **{"freedom[a]": 0.5})  # fmt: skip
    changed.run_for(2)
    assert changed.outcomes["manager_fear"] == country.outcomes["manager_fear"]
    with pytest.raises(ValueError, match="there are no groups"):
        HealthService(trusts=6, clinicians=2, **given_by_name)
    assert not any("[" in name for name in PARAMETERS)
