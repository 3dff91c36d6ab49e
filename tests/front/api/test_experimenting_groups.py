"""Experiments of groups of trusts: small runs, on the way of simulate and on that of a store."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tredegar.api.experimenting import experiment

from ...support.made_experiments import made_experiment

SMALL = {"replicates": 2, "setting_replicates": 1, "trusts": 8, "clinicians": 2, "engine": "numpy"}


def test_a_group_is_compared_with_the_rest_and_the_store_has_the_same_bits(tmp_path: Path) -> None:
    grouped = made_experiment("difference in differences", by_group=True)
    direct = experiment(grouped, space=2, **SMALL)
    stored = experiment(grouped, space=2, store=tmp_path / "space.zarr", **SMALL)
    assert direct.space is not None
    assert stored.space is not None
    assert np.array_equal(direct.space.effect, stored.space.effect, equal_nan=True)
    assert direct.at_defaults["effect"] == stored.at_defaults["effect"]
    assert np.isnan(float(direct.at_defaults["pre_trend"].mean))


def test_an_event_study_of_a_group_tells_its_pre_trend() -> None:
    found = experiment("chief-executives", **SMALL)
    assert np.isfinite(float(found.at_defaults["pre_trend"].mean))
    assert float(found.at_defaults["effect"].mean) != 0.0


@pytest.mark.parametrize("name", ["primary-care-trusts-merged"])
def test_a_reorganisation_of_a_group_harms_it_in_the_first_year(name: str) -> None:
    assert float(experiment(name, **(SMALL | {"replicates": 6, "trusts": 16})).at_defaults["effect"].high) < 0.0
