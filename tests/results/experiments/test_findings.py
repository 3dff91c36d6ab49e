"""Words on an experiment follow from its numbers: place, reach, exceptions, tables, page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tredegar.results.experiments.chapter import experiments_page
from tredegar.results.experiments.figure import draw_experiments
from tredegar.results.experiments.findings import (
    ExperimentFindings,
    ExperimentSize,
    estimates_at_defaults,
    over_space,
)
from tredegar.results.experiments.measures import RunEffects, effects_of_runs
from tredegar.results.experiments.page import write_experiment
from tredegar.results.experiments.tables import effects_table, settings_table, summary_rows
from tredegar.results.experiments.wording import (
    chance_decides,
    is_exception,
    place_of,
    told_in_words,
    verdict_at_defaults,
    verdict_over_space,
)

from ...support.made_experiments import made_experiment, panel

SIZE = ExperimentSize(trusts=6, clinicians=4, replicates=8, settings=10, setting_replicates=1, seed=7, engine="numpy")


def found_of(defaults: float, settings: list[float] | None, null: bool = False) -> ExperimentFindings:
    """Return findings with an effect at the defaults and effects at the settings; published is 0.3, 0.2 to 0.4."""
    changed = {"null": "true", "effect": "0.0", "low": "-0.1", "high": "0.1"} if null else {}
    experiment = made_experiment(**changed)
    runs = panel(np.random.default_rng(4), 8, effect=0.0, luck=0.001)
    at_defaults = effects_of_runs(experiment, runs)
    at_defaults = replace(at_defaults, effect=at_defaults.effect + defaults, true=at_defaults.true + defaults)
    space = None
    if settings is not None:
        values = np.array(settings)[:, None]
        effects = RunEffects(effect=values, true=values, dressed=0.0 * values, pre_trend=values, beside={})
        space = over_space(experiment, effects, {"user_voice": np.linspace(0.0, 1.0, len(settings))})
    parts, beside = estimates_at_defaults(at_defaults)
    return ExperimentFindings(experiment=experiment, size=SIZE, at_defaults=parts, beside=beside, space=space, failed=0)


@pytest.mark.parametrize(
    ("effect", "place"),
    [(0.3, "inside"), (0.2, "inside"), (0.1, "short of"), (0.5, "beyond"), (-0.1, "against"), (np.nan, "unknown")],
)
def test_the_place_of_an_effect_is_told_in_its_direction(effect: float, place: str) -> None:
    published = made_experiment().published
    turned = replace(published, effect=-0.3, low=-0.4, high=-0.2)
    assert place_of(published, effect) == place
    assert place_of(turned, -effect) == place


def test_a_null_result_is_inside_or_outside() -> None:
    published = found_of(0.0, None, null=True).experiment.published
    assert [place_of(published, effect) for effect in (0.05, -0.2, 0.2)] == ["inside", "outside", "outside"]


def test_chance_decides_where_the_interval_straddles_a_bound() -> None:
    published = made_experiment().published
    assert chance_decides(published, 0.15, 0.25)
    assert not chance_decides(published, 0.25, 0.35)
    assert not chance_decides(published, 0.0, 0.1)


@pytest.mark.parametrize(
    ("settings", "told"),
    [([0.3] + 9 * [0.0], "within reach"), ([0.3] + 10 * [0.0], "out of reach: less than a tenth of the space")],
)
def test_a_tenth_of_the_space_is_within_reach(settings: list[float], told: str) -> None:
    found = found_of(0.3, settings)
    assert verdict_over_space(found) == told
    assert is_exception(found) is (told != "within reach")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ([0.3] + 9 * [0.0], "counts as a test: 10% of the space lies outside"),
        ([0.3] + 19 * [0.0], "no test: 5% of the space lies outside, less than a tenth"),
    ],
)
def test_a_null_result_counts_where_the_space_could_have_missed_it(settings: list[float], told: str) -> None:
    found = found_of(0.0, settings, null=True)
    assert verdict_over_space(found) == told
    assert not is_exception(found)


def test_off_at_the_defaults_is_an_exception_whatever_the_space() -> None:
    found = found_of(0.1, 10 * [0.3])
    assert verdict_at_defaults(found) == "short of the published interval"
    assert is_exception(found)


def test_settings_that_failed_do_not_count() -> None:
    space = found_of(0.3, [0.3, 0.0, np.nan]).space
    assert space is not None
    assert (space.told, space.share, space.inside.tolist()) == (2, 0.5, [True, False, False])
    assert space.quantiles[1] == pytest.approx(0.15)


def test_where_every_setting_failed_nothing_is_claimed() -> None:
    found = found_of(0.3, [np.nan, np.nan])
    assert found.space is not None
    assert (found.space.space_share_low, found.space.space_share_high) == (0.0, 1.0)
    assert verdict_over_space(found) == "no setting ran"


def test_what_is_printed_has_both_intervals_and_both_parts() -> None:
    text = "\n".join(told_in_words(found_of(0.3, [0.3, 0.0])))
    assert "published  +0.300 (+0.200 to +0.400) share" in text
    assert "true     +0.3" in text
    assert "dressed  +0.000" in text
    assert "inside   50% (9% to 91%): within reach" in text


def test_tables_hold_what_is_told() -> None:
    found = found_of(0.3, [0.3, 0.0])
    effects, settings = effects_table([found]), settings_table(found)
    assert effects["part"].tolist() == ["effect", "true", "dressed", "pre_trend"]
    assert effects.loc[0, ["published", "space_share"]].tolist() == [0.3, 0.5]
    assert settings["inside"].tolist() == [True, False]
    assert settings["user_voice"].tolist() == [0.0, 1.0]
    assert settings_table(found_of(0.3, None)).empty
    assert summary_rows([found])[1][0][0] == "made-up"


def test_page_figure_and_tables_are_written_the_same_each_time(tmp_path: Path) -> None:
    found = found_of(0.3, [0.3, 0.0, 0.35])
    paths = write_experiment(found, tmp_path / "one")
    again = write_experiment(found, tmp_path / "two")
    assert [path.name for path in paths] == [
        "made-up.html", "made-up-effects.csv", "made-up-settings.csv", "made-up.png",
    ]  # fmt: skip
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    assert "within reach" in paths[0].read_text(encoding="utf-8")


def test_the_chapter_counts_and_lists_exceptions() -> None:
    findings = [found_of(0.3, 10 * [0.3]), found_of(0.1, 10 * [0.0]), found_of(0.0, 10 * [0.5], null=True)]
    page = experiments_page(findings, "figures/experiments.png")
    told = " ".join(page.split())
    assert "**Of 2 effects 1 are met at the defaults and 1 are within reach over the space" in told
    assert "of 1 null results 1 are met at the defaults, and 1 count as tests.**" in told
    assert page.count("\n- `made-up`: ") == 1
    assert max(len(line) for line in page.splitlines() if not line.startswith("|")) <= 120


def test_the_sheet_of_all_experiments_has_a_row_for_each() -> None:
    findings = [found_of(0.3, 10 * [0.3]), found_of(0.0, None, null=True)]
    (axes,) = draw_experiments(findings).axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["made-up", "made-up (null)"]
