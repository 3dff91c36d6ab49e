"""Every experiment that the package brings can be run and read; a file that cannot is refused in one line."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tredegar.results.experiments.chapter import HEAD
from tredegar.results.experiments.reading import experiment_names, find_experiment, parse_experiment, read_experiment
from tredegar.results.experiments.records import SIDES, lever_of
from tredegar.results.experiments.space import drawn_ranges, points_with_arms, recorded_outcomes_of
from tredegar.results.experiments.wording import published_in_words
from tredegar.sweeps import Spec

from ...support.made_experiments import made_experiment, made_text
from ...support.places import ROOT

NAMES = experiment_names()
LEVERS = {name: frozenset(map(lever_of, next(iter(find_experiment(name).schedule.arms.values())))) for name in NAMES}
WITH_LEVERS_OF_ITS_OWN = [name for place, name in enumerate(NAMES) if LEVERS[name] not in [*LEVERS.values()][:place]]
"""One experiment for each set of levers: whether they are accepted depends on nothing else, and takes a second."""


def test_every_lever_of_an_experiment_is_tried() -> None:
    assert {LEVERS[name] for name in WITH_LEVERS_OF_ITS_OWN} == set(LEVERS.values())


@pytest.mark.parametrize("name", WITH_LEVERS_OF_ITS_OWN)
def test_the_arms_of_an_experiment_are_accepted(name: str) -> None:
    experiment = find_experiment(name)
    schedule, reading = experiment.schedule, experiment.reading
    groups = (
        {"trust_groups": dict(schedule.groups), "group_outcomes": list(reading.outcomes)} if schedule.groups else {}
    )
    spec = Spec(
        points=points_with_arms(experiment, {}, 1),
        arms=len(schedule.arms),
        streams="paired",
        months=schedule.months,
        replicates=1,
        outcomes=list(recorded_outcomes_of(experiment)),
        trusts=4,
        clinicians=2,
        **(groups if schedule.groups else {}),
    )
    assert spec.months == schedule.months


@pytest.mark.parametrize("name", NAMES)
def test_the_evidence_of_an_experiment_stands_on_its_page(name: str) -> None:
    page = (ROOT / "docs" / "evidence.md").read_text(encoding="utf-8")
    ids = find_experiment(name).published.evidence
    assert ids
    assert [each for each in ids if f'<a id="{each}"></a>' not in page] == []


@pytest.mark.parametrize("name", NAMES)
def test_arms_differ_and_the_space_leaves_out_what_they_set(name: str) -> None:
    experiment = find_experiment(name)
    settings = [tuple(sorted(arm.items())) for arm in experiment.schedule.arms.values()]
    assert len(set(settings)) == len(settings)
    assert not set(drawn_ranges(experiment, trusts=140)) & {lever_of(name) for arm in settings for name, _ in arm}


def test_the_page_of_all_experiments_is_that_of_these_files() -> None:
    page = (ROOT / "docs" / "experiments.md").read_text(encoding="utf-8")
    told = " ".join(page.split())
    for experiment in map(find_experiment, NAMES):
        assert f"| {experiment.name} | {experiment.side} | " in page
        assert published_in_words(experiment.published) in page
        assert all(" ".join(text.split()) in told for text in (*experiment.mapping, *experiment.caveats))
    assert " ".join(HEAD.split()) in told


def test_both_sides_of_the_debate_are_heard() -> None:
    sides = [find_experiment(name).side for name in NAMES]
    assert len(NAMES) >= 12
    assert set(sides) == set(SIDES)
    pressure = [sides.count("for pressure"), sides.count("against pressure")]
    assert min(pressure) >= 3
    assert sum(find_experiment(name).published.null for name in NAMES) >= 3


def test_an_experiment_of_ones_own_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "my-own.toml"
    path.write_text(made_text(), encoding="utf-8")
    assert find_experiment(str(path)).name == "my-own"
    assert find_experiment(str(path)).reading == made_experiment().reading


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bytes.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ValueError, match=r"bytes.toml' is no text in UTF-8; save it as such"):
        read_experiment(path)


def test_a_name_that_there_is_not_proposes_the_closest() -> None:
    with pytest.raises(ValueError, match=r"unknown experiment 'four-hours-target'; did you mean 'four-hour-target'\?"):
        find_experiment("four-hours-target")


BAD = {
    "no TOML": (("title =", "title"), r"is no TOML: Expected '=' after a key"),
    "a lacking key": (('question = "Is what was planted found?"\n', ""), r"'question' is missing; write it"),
    "an unknown key": (("[run]\n", "[run]\nmonth = 3\n"), r"\[run\]: unknown key 'month'; did you mean 'months'\?"),
    "an unknown side": (("for pressure", "for presure"), r"unknown side 'for presure'; did you mean 'for pressure'\?"),
    "a number as title": (('title = "An experiment that was made up"', "title = 3"), r"title must be words, got \[3\]"),
    "an effect outside": (("effect = 0.3", "effect = 0.5"), r"the effect must lie in its interval, got 0.5 and 0.2 to"),
    "no number": (("low = 0.2", 'low = "0.2"'), r"low must be a finite number, got '0.2'"),
    "nan": (("low = 0.2", "low = nan"), r"low must be a finite number, got nan"),
    "an unknown status": (('status = "judged"', 'status = "sure"'), r"unknown status 'sure'"),
    "an unknown part": (('measures = "both"', 'measures = "truth"'), r"unknown part 'truth'; did you mean 'true'\?"),
    "months as text": (("months = 48", 'months = "48"'), r"months must be a whole number in 12 .. 1200, got '48'"),
    "too few months": (("months = 48", "months = 30"), r"after must lie in months 1 to 30, got 25 to 48"),
    "an unknown lever": (("sanction_strength = 0.5", "sanction = 0.5"), r"arm '.*' leaves .* unset"),
    "a lever of nobody": (("sanction_strength", "sanctionstrength"), r"unknown lever 'sanctionstrength'; did you mean"),
    "a group of nobody": (("sanction_strength", '"sanction_strength[all]"'), r"unknown group 'all'"),
    "freedom for all": (("sanction_strength", "freedom"), r"unknown lever 'freedom'"),
    "a month beyond": (("sanction_strength", '"sanction_strength@49"'), r"lies beyond the last month, 48"),
    "no month": (("sanction_strength", '"sanction_strength@x"'), r"expected 'parameter@month' with a whole month"),
    "an unknown arm": (('treated = "one"', 'treated = "ones"'), r"unknown arm or group 'ones'; did you mean 'one'\?"),
    "an unknown outcome": (("reported_access = 1.0", "reported = 1.0"), r"unknown outcome 'reported'"),
    "no terms": (("{ reported_access = 1.0 }", "{}"), r"terms must name an outcome at least"),
    "an unknown estimator": (('"difference of arms"', '"difference"'), r"unknown estimator 'difference'"),
    "a lacking window": (("after = [25, 48]", ""), r"the estimator 'difference of arms' needs 'after'; write it"),
    "a window backwards": (("[25, 48]", "[48, 25]"), r"must be \[first, last\], two whole numbers in order"),
    "spreads as a word": (("spreads = false", 'spreads = "no"'), r"spreads must be true or false, got 'no'"),
    "null as a word": (("null = false", 'null = "no"'), r"null must be true or false, got 'no'"),
    "a placebo of arms": (("after = [25, 48]", 'after = [25, 48]\nplacebo = "other"'), r"a placebo belongs to groups"),
    "no arms": (("[run.arms.one]", "[run.arm.one]"), r"\[run\]: unknown key 'arm'; did you mean 'arms'\?"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_is_refused_in_one_line(case: str) -> None:
    (old, new), told = BAD[case]
    text = made_text()
    assert old in text
    with pytest.raises(ValueError) as refused:
        parse_experiment(text.replace(old, new), "made-up")
    assert re.search(told, str(refused.value)), str(refused.value)
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("experiment 'made-up'")


def test_years_of_an_event_study_that_leave_the_run_are_refused() -> None:
    with pytest.raises(ValueError, match=r"within months 1 to 48, got -3 to 1, months -11 to 48"):
        made_experiment("event study", windows="event = 25\nyears = [-3, 1]")


def test_two_arms_beside_groups_need_a_placebo() -> None:
    with pytest.raises(ValueError, match=r"groups are compared within one arm.*got 2 arms and no placebo"):
        made_experiment("difference in differences", by_group=True, sides='treated = "chosen"\ncontrol = "rest"')


def test_points_repeat_every_setting_for_every_arm() -> None:
    points = points_with_arms(made_experiment(), {"user_voice": np.array([0.1, 0.9])}, 2)
    assert points["user_voice"].tolist() == [0.1, 0.1, 0.9, 0.9]
    assert points["sanction_strength"].tolist() == [0.5, 0.1, 0.5, 0.1]
