"""Own rules in a spec: forms of [rules], what they bring to the other tables, texts that say the same, refusals."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest

import tredegar as tg
from tredegar import Own, Spec, SpecError, outcome, rule
from tredegar.model.own.books import book_of
from tredegar.model.schedule.rulebook import BUILT_IN
from tredegar.sweeps.spec.sampling import draw_points

from ...support.own_rules import ALIKE, OTHER, SPEC, change, remove, written

SIZE: dict[str, Any] = {"months": 12, "trusts": 3, "clinicians": 2, "replicates": 1}
GRID: dict[str, Any] = {"design": "grid", "vary": {"solidarity": {"values": [0.2, 0.8]}}}


@rule(bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"))
def fear(manager: Any, p: Any) -> Any:
    return manager.fear + 0.25 * (p.bite - manager.fear)


@outcome(unit="share", meaning="managers in fear")
def frightened(manager: Any) -> Any:
    return manager.fear > 0.5


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the working one, with a spec of own rules and their files."""
    monkeypatch.chdir(tmp_path)
    return written(tmp_path)


def refusal(**tables: Any) -> str:
    with pytest.raises(SpecError) as refused:
        Spec(**{**GRID, **tables})
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def refused_text(old: str, new: str) -> str:
    assert old in SPEC
    with pytest.raises(SpecError) as refused:
        Spec.from_text(SPEC.replace(old, new))
    assert len(str(refused.value).splitlines()) == 1
    return str(refused.value)


def test_a_spec_has_a_book_with_its_own_rules_and_its_tables_know_them(own: Path) -> None:
    spec = Spec.from_file(own)
    assert spec.rules.own_parameters == ("bite", "gaming", "VOICE_BASE")
    assert spec.rules.choices == {"gaming": ("built-in", "other_rules.py:gaming", "proportional")}
    assert spec.outcomes == ("quality", "mean_dread", "good_mood")
    assert spec.fixed == {"bite@7": 0.9}
    points = draw_points(spec)
    assert sorted(points["gaming"].tolist()) == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]
    assert 'file = "rules.json"' in spec.canonical()
    rows = "fear replaced (my_rules.py); dread added after fear (my_rules.py); mood added after dread (my_rules.py)"
    assert f"{rows}; gaming chooses between built-in, other_rules.py:gaming, proportional" in repr(spec)
    assert "own outcomes  mean_dread, good_mood" in repr(spec)
    assert "mean_dread" in spec._repr_html_()


def test_without_own_rules_nothing_of_them_is_there() -> None:
    spec = Spec(**GRID)
    assert spec.rules is BUILT_IN and "rules" not in spec.canonical() and "rules" not in repr(spec)
    assert Spec(**GRID, rules=None) == spec == Spec(**GRID, rules={"gaming": "built-in"})


def test_text_file_pickle_and_store_say_the_same(own: Path, tmp_path: Path) -> None:
    spec = Spec.from_file(own)
    remove(tmp_path)
    (tmp_path / "written").mkdir()
    spec.to_file(tmp_path / "written" / "mine.toml")
    assert (tmp_path / "written" / "mine-rules.json").read_text() == spec.rules.text
    for again in (
        Spec.from_text(spec.to_toml()),
        Spec.from_file(tmp_path / "written" / "mine.toml"),
        Spec.from_stored(spec.canonical(), None, dict, spec.rules.text),
        pickle.loads(pickle.dumps(spec)),
        copy.deepcopy(spec),
    ):
        assert again == spec and again.canonical() == spec.canonical()
        assert again.rules is spec.rules


@pytest.mark.parametrize("name", ALIKE)
def test_names_comments_and_lines_do_not_change_the_hash_of_a_spec(name: str, own: Path, tmp_path: Path) -> None:
    before = Spec.from_file(own)
    change(tmp_path, *ALIKE[name])
    after = Spec.from_file(own)
    assert after.rules.text != before.rules.text
    assert after == before and after.canonical() == before.canonical()


@pytest.mark.parametrize("name", OTHER)
def test_whatever_a_run_depends_on_changes_the_hash_of_a_spec(name: str, own: Path, tmp_path: Path) -> None:
    before = Spec.from_file(own)
    change(tmp_path, *OTHER[name][:2])
    after = Spec.from_file(own)
    assert after != before and after.canonical() == before.canonical()


def test_every_form_of_rules_makes_the_same_spec(own: Path) -> None:
    whole = {**GRID, "fixed": {"bite": 0.5}}
    forms: list[Any] = ["my_rules.py", Path("my_rules.py"), ["my_rules.py"], {"file": "my_rules.py"}]
    specs = [Spec(**whole, rules=form) for form in (*forms, book_of("my_rules.py"))]
    assert len({spec.hash() for spec in specs}) == 1
    text = '[rules]\nfile = "my_rules.py"\n[design]\nmethod = "grid"\n[vary]\nsolidarity = { values = [0.2, 0.8] }\n'
    assert Spec.from_text(f"{text}[fixed]\nbite = 0.5\n") == specs[0]


def test_one_rule_is_taken_from_a_file_from_python_or_from_the_package(own: Path) -> None:
    named = Spec(**GRID, rules={"gaming": "other_rules.py:gaming"})
    assert Spec.from_text(f'rules.gaming = "other_rules.py:gaming"\n{_grid()}') == named
    rival = Spec(**GRID, rules={"gaming": "proportional"})
    assert Spec.from_text(f'rules.gaming = "proportional"\n{_grid()}') == rival
    assert len({named.hash(), rival.hash(), Spec(**GRID).hash()}) == 3
    functions = Spec(**GRID, rules=[fear, frightened], fixed={"bite@3": 0.5}, outcomes=["quality", "frightened"])
    assert functions.outcomes == ("quality", "frightened")


def _grid() -> str:
    return '[design]\nmethod = "grid"\n[vary]\nsolidarity = { values = [0.2, 0.8] }\n'


def test_own_parameters_are_columns_of_a_table_of_points(own: Path) -> None:
    import pandas as pd

    frame = pd.DataFrame({"bite": [0.1, 0.2], "solidarity": [0.3, 0.4]})
    one = Spec(points=frame, rules="my_rules.py")
    other = Spec(points=frame.set_index("bite"), rules="my_rules.py")
    assert one.table is not None and other.table is not None
    assert one.table["bite"].tolist() == other.table["bite"].tolist() == [0.1, 0.2]
    assert Spec.from_text(one.to_toml()) == one


def test_a_list_under_rules_declares_a_choice_for_tables_of_points_and_fixed_values(own: Path) -> None:
    levels = ["built-in", "other_rules.py:gaming"]
    rules = {"file": "my_rules.py", "gaming": levels}
    spec = Spec(points={"gaming": [levels[1], "built-in"], "bite": [0.1, 0.2]}, rules=rules)
    assert spec.table is not None and spec.table["gaming"].tolist() == [1.0, 0.0]
    assert Spec.from_text(spec.to_toml()) == spec
    fixed = Spec(**GRID, rules=rules, fixed={"gaming": levels[1], "gaming@3": 0})
    assert fixed.fixed == {"gaming": 1.0, "gaming@3": 0.0}
    # What is varied as well has the levels of both, the declared ones first.
    varied = {"gaming": {"values": ["proportional", "built-in"]}}
    both = Spec(design="grid", vary=varied, rules=rules)
    assert both.rules.choices == {"gaming": (*levels, "proportional")}
    assert draw_points(both)["gaming"].tolist() == [2.0, 0.0]
    assert "key 'rules.gaming' must be a list of labels" in refusal(rules={"gaming": [fear]})
    assert "needs 2 to 100 labels" in refusal(rules={"gaming": ["built-in"]})


def test_a_spec_without_rules_takes_some_and_one_with_rules_refuses_others(own: Path) -> None:
    spec = Spec(**GRID, constants={"VOICE_BASE": 0.2}, fixed={"real_control": 0.4})
    assert spec.with_rules("my_rules.py") == Spec(
        **GRID, constants={"VOICE_BASE": 0.2}, fixed={"real_control": 0.4}, rules="my_rules.py"
    )
    with pytest.raises(SpecError, match="has rules of its own already: give rules in one place"):
        spec.with_rules("my_rules.py").with_rules([fear])
    table = Spec(points={"solidarity": [0.2, 0.8]})
    assert table.with_rules([fear]) == Spec(points={"solidarity": [0.2, 0.8]}, rules=[fear])


def test_run_sweep_takes_rules_as_simulate_does() -> None:
    spec = Spec(**SIZE, **GRID, outcomes=["quality", "manager_fear"])
    found = tg.run_sweep(spec, workers=0, engine="numpy", rules=[fear])
    same = tg.simulate(
        {"solidarity": [0.2, 0.8]}, 1, 12, 3, 2, 7, "numpy", outcomes=["quality", "manager_fear"], rules=[fear]
    )
    plain = tg.run_sweep(spec, workers=0, engine="numpy")
    assert found["manager_fear"].values.tobytes() == same["manager_fear"].tobytes()
    assert found["manager_fear"].values.tobytes() != plain["manager_fear"].values.tobytes()
    with pytest.raises(ValueError, match="rules of its own already"):
        tg.run_sweep(Spec(**SIZE, **GRID, rules=[fear]), workers=0, engine="numpy", rules=[fear])


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"rules": "gone.py"}, "rules file 'gone.py' cannot be read: No such file or directory"),
        ({"rules": {"gaming": "proportonal"}}, "has no rival 'proportonal'; did you mean 'proportional'?"),
        ({"rules": {"gamin": "proportional"}}, "'gamin'"),
        ({"rules": {"file": "gone.json"}}, "own rules 'gone.json' cannot be read"),
        ({"rules": {"text": "{}"}}, "the own rules of a store cannot be read"),
        ({"rules": {"text": "{}", "gaming": "proportional"}}, "key 'rules.text' must be a text that stands alone"),
        ({"rules": 3}, "rules must be functions in a list, the path of a file, or a mapping"),
        ({"rules": [fear], "fixed": {"bit": 0.5}}, "unknown parameter 'bit'; did you mean 'bite'?"),
        ({"rules": [fear], "fixed": {"bite": 1.5}}, "parameter 'bite' must lie in 0 .. 1 (share), got 1.5"),
        ({"rules": [fear], "constants": {"bite": 0.5}}, "unknown constant 'bite'; 'bite' is a parameter: it belongs"),
        ({"rules": [fear], "outcomes": ["frightened"]}, "unknown outcome 'frightened'"),
        ({"rules": [frightened], "outcomes": ["frightend"]}, "did you mean 'frightened'?"),
        ({"vary": {"gaming": {"values": ["built-in", "proportonal"]}}}, "has no rival 'proportonal'; did you mean"),
        ({"vary": {"gaming": {"values": ["built-in", fear]}}}, "a level is a label, such as 'my_rules.py:gaming', got"),
        ({"vary": {"gamin": {"values": ["built-in", "proportional"]}}}, "'gamin'"),
        ({"vary": {"gaming": {"values": ["built-in", "gone.py:gaming"]}}}, "rules file 'gone.py' cannot be read"),
        ({"vary": {"gaming": {"values": [0, 1]}}}, "unknown parameter 'gaming'"),
        ({"fixed": {"gaming": "proportional"}}, "unknown parameter 'gaming'"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tables: dict[str, Any], said: str) -> None:
    assert said in refusal(**tables)


def test_a_rule_that_no_engine_could_follow_is_refused_with_file_and_line(own: Path, tmp_path: Path) -> None:
    change(tmp_path, "    return manager.dread\n", "    import math\n    return math.exp(manager.dread)\n")
    with pytest.raises(SpecError, match=r"my_rules.py:\d+") as refused:
        Spec.from_file(own)
    assert len(str(refused.value).splitlines()) == 1


def test_a_text_refuses_what_python_refuses(own: Path) -> None:
    assert "unknown parameter 'bit'" in refused_text('"bite@7"', '"bit@7"')
    assert "unknown outcome 'mean_dred'; did you mean 'mean_dread'?" in refused_text('"mean_dread"', '"mean_dred"')
    assert "rules file 'no_rules.py' cannot be read" in refused_text('"my_rules.py"', '"no_rules.py"')
    assert "has no function 'game'; did you mean 'gaming'?" in refused_text(
        "other_rules.py:gaming", "other_rules.py:game"
    )


def test_a_store_that_has_lost_its_rules_says_so(own: Path) -> None:
    spec = Spec.from_file(own)
    with pytest.raises(SpecError, match="the store has lost its own rules"):
        Spec.from_stored(spec.canonical(), None)


def test_books_of_a_store_stand_in_for_files_that_are_gone_if_they_fit(own: Path, tmp_path: Path) -> None:
    spec = Spec.from_file(own)
    remove(tmp_path)
    with pytest.raises(SpecError, match="my_rules.py' cannot be read: No such file"):
        Spec.from_file(own)
    assert Spec.from_file(own, lambda: spec.rules) == spec
    with pytest.raises(SpecError, match="the store has other choices"):
        Spec.from_file(own, lambda: book_of([fear]))
    own.write_text(SPEC.replace('file = "my_rules.py"', 'grievance = "my_rules.py:grievance"'))
    with pytest.raises(SpecError, match="rule 'grievance' has a file that cannot be found, and the store has no such"):
        Spec.from_file(own, lambda: spec.rules)
    # Of several files all must be gone: what is there is compared.
    own.write_text(SPEC)
    (tmp_path / "other_rules.py").write_text("def gaming(manager):\n    return manager.gaming\n")
    with pytest.raises(SpecError, match="my_rules.py' cannot be read: No such file"):
        Spec.from_file(own, lambda: spec.rules)
