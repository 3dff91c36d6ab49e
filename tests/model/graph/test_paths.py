"""Paths of the graph hold what runs show: where there is none, no bit differs; a product with zero is a path."""

from __future__ import annotations

import numpy as np
import pytest

from tredegar.kernels import simulate
from tredegar.model import OUTCOMES, PARAMETERS
from tredegar.model.graph.paths import leads, outcomes_reached

MONTHS, CHANGED = 6, 4
SMALL = {"replicates": 3, "months": MONTHS, "trusts": 12, "clinicians": 2, "engine": "numpy", "seed": 3}
LATER = tuple(name for name, row in PARAMETERS.items() if not row.initial_only)


def differing(names: tuple[str, ...]) -> dict[str, list[set[str]]]:
    """Return, for each name, which outcomes differ in each month between the least and the greatest of its values.

    Politics answers; all else is at its default.
    """
    points = {"political_responsiveness": np.full(2 * len(names), 1.0)}
    for place, name in enumerate(names):
        row = PARAMETERS[name.partition("@")[0]]
        values = points.get(name, np.full(2 * len(names), row.default))
        values[[2 * place, 2 * place + 1]] = row.low, min(row.high, SMALL["trusts"]) if "units" in name else row.high
        points[name] = values
    runs = simulate(points, outcomes=tuple(OUTCOMES), **SMALL)
    found = {}
    for place, name in enumerate(names):
        apart = {out: (runs[out][2 * place] != runs[out][2 * place + 1]).any(axis=0) for out in OUTCOMES}
        found[name] = [{out for out in OUTCOMES if apart[out][month]} for month in range(MONTHS)]
    return found


def test_an_outcome_that_differs_was_reached_from_the_start_or_from_the_month_of_a_change() -> None:
    for names in (tuple(PARAMETERS), tuple(f"{name}@{CHANGED}" for name in LATER)):
        for name, by_month in differing(names).items():
            for month, outcomes in enumerate(by_month, start=1):
                assert outcomes <= outcomes_reached(name, month), (name, month)


def test_paths_say_more_than_that_everything_hangs_together() -> None:
    for name, by_month in differing(("target_level", "mandate_detail")).items():
        assert by_month[0] and len(outcomes_reached(name, 1)) < len(OUTCOMES)
    assert [name for name in PARAMETERS if "party" in outcomes_reached(name, 120)] == ["head_loses"]


def test_a_change_leads_nowhere_before_its_month() -> None:
    assert not leads("sanction_strength@61", OUTCOMES, (1, 60))
    assert leads("sanction_strength@61", ["manager_fear"], (1, 61))
    assert leads("sanction_strength", ["manager_fear"], (1, 60))


def test_a_state_that_a_rule_makes_anew_is_reached_only_through_what_the_rule_reads() -> None:
    # Drift moves the optimum for next month's rules: nothing shows it in its first month.
    assert not leads("local_drift_rate", OUTCOMES, (1, 1))
    assert leads("local_drift_rate", ["fit"], (1, 2))


def test_a_parameter_that_is_multiplied_by_zero_has_a_path_although_no_run_shows_it() -> None:
    # Nobody is displaced at the default: which trusts would do it is multiplied by nothing, and yet read.
    assert PARAMETERS["displacement_rate"].default == 0.0
    runs = simulate({"displacing_share": np.array([0.0, 1.0])}, outcomes=("mean_skill",), **SMALL)
    assert np.array_equal(runs["mean_skill"][0], runs["mean_skill"][1])
    assert leads("displacing_share", ["mean_skill"], (1, MONTHS))


def test_what_is_no_parameter_or_no_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="mandate_detail"):
        leads("mandate_detial", ["quality"], (1, 2))
    with pytest.raises(ValueError, match="works at the start"):
        leads("size_spread@3", ["quality"], (1, 2))
    with pytest.raises(KeyError):
        leads("mandate_detail", ["qualities"], (1, 2))
