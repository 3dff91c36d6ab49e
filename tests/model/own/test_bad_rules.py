"""Bad rules are refused before anything runs: one clear line each, with the file and the line in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tredegar.kernels import simulate
from tredegar.model.own.books import book_of
from tredegar.model.own.refusal import RuleRefused

from .bad_rules import BAD, FIRST, HEAD


def refusal_of(folder: Path, text: str) -> str:
    path = folder / "bad.py"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(RuleRefused) as found:
        book_of(path)
    return str(found.value)


def test_there_are_more_than_eighty_as_the_changelog_says() -> None:
    assert len(BAD) > 80


@pytest.mark.parametrize("name", BAD)
def test_a_bad_rule_is_refused_with_file_line_and_what_to_do(name: str, tmp_path: Path) -> None:
    bad = BAD[name]
    said = refusal_of(tmp_path, bad.text)
    assert "\n" not in said and len(said) < 600
    place = re.match(r"bad\.py:(\d+)", said)
    assert place is not None, said
    assert int(place[1]) == FIRST + bad.line - 1, said
    for words in bad.says:
        assert words in said, said


def test_a_bad_rule_is_refused_by_whoever_is_given_it(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text(HEAD + BAD["power"].text, encoding="utf-8")
    for engine in ("numpy", "auto"):
        with pytest.raises(RuleRefused, match=r"bad\.py:8, rule 'gaming'"):
            simulate({}, replicates=1, months=1, trusts=2, clinicians=1, engine=engine, rules=path)


def test_a_file_that_is_not_there_or_declares_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuleRefused, match=r"rules file '.*none\.py' cannot be read: No such file"):
        book_of(tmp_path / "none.py")
    (tmp_path / "empty.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(RuleRefused, match=r"empty\.py declares no rule: write @rule"):
        book_of(tmp_path / "empty.py")
    with pytest.raises(RuleRefused, match=r"empty\.py has no function 'gaming'"):
        book_of({"gaming": "empty.py:gaming"}, folder=tmp_path)


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (7, "rules must be functions in a list"),
        ([7], "a rule must be a function"),
        ([len], "a rule must be a function"),
        ({"gaming": 7}, "must be a function, 'file.py:function' or a rival"),
        ({7: "proportional"}, "named by texts"),
        ({"gaming": lambda manager: manager.gaming}, "a rule is written with def, and has a name"),
        ({"gaming": "proportionate"}, "no rival 'proportionate'; did you mean 'proportional'"),
        ({"fear": "proportional"}, "no rival 'proportional'"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_told(rules: object, says: str) -> None:
    with pytest.raises(RuleRefused, match=re.escape(says)):
        book_of(rules)
