"""Indices within the band of idle parameters are marked in tables, named by no sentence and hollow in figures."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from tredegar.results.sensitivity.figure import bar_panels
from tredegar.results.sensitivity.table import as_idle, remarks, strongest, summary

NAMES = ("target_level", "mandate_detail", "real_control")


def indices_of(total: list[float], idle: list[float] | None) -> xr.Dataset:
    dims = ("outcome", "month", "parameter")
    cells = {"ST": (dims, [[total]]), "ST_conf": (dims, [[[0.02] * 3]]), "S1": (dims, [[total]])}
    if idle is not None:
        cells |= {"ST_idle": (dims, [[idle]])}
    none = (("outcome", "month"), [[np.nan]])
    cells |= {"seed_share": none, "seed_share_conf": none, "seed_share_low": none, "seed_share_high": none}
    facts = {"method": "sobol", "level": 0.95, "used": 64, "dropped": 0, "unit": "base points", "advice": "sweep."}
    names = {"outcome": ["quality"], "month": [12], "parameter": list(NAMES)}
    return xr.Dataset(cells, names, facts | {"chance_in_means": np.nan, "replicates": 4, "design": "sobol"})


def test_an_index_within_the_band_is_marked_and_the_mark_is_explained() -> None:
    found = indices_of([0.03, 0.7, -0.01], [0.05, 0.05, 0.05])
    cells = {row[1]: row[2:] for row in summary(found)[1]}
    assert cells["target level"] == ("0.030 ± 0.020 (as idle)", "0.030")
    assert cells["mandate detail"] == ("0.700 ± 0.020", "0.700")
    assert cells["real control"][0] == "-0.010 ± 0.020 (as idle)"
    assert sum("(as idle): no larger than a parameter that does nothing shows" in line for line in remarks(found)) == 1


def test_a_share_far_below_zero_is_idle_and_an_effect_far_below_zero_is_not() -> None:
    found = indices_of([-0.3, 0.7, 0.0], [0.05] * 3)
    assert as_idle(found, "ST").values.tolist() == [[[True, False, True]]]
    signed = found.rename({"ST": "mu", "ST_idle": "mu_idle"})
    assert as_idle(signed, "mu").values.tolist() == [[[False, False, True]]]


def test_a_method_without_a_band_marks_nothing() -> None:
    found = indices_of([0.03, 0.7, 0.0], None)
    assert not as_idle(found, "ST").any()
    assert not any("as idle" in text for row in summary(found)[1] for text in (*row, *remarks(found)))


def test_no_sentence_names_a_parameter_that_cannot_be_told_from_an_idle_one() -> None:
    assert "quality on real control, 0.20" in strongest(indices_of([0.3, 0.1, 0.2], [0.4, 0.05, 0.05]))
    said = strongest(indices_of([0.03, 0.04, 0.0], [0.05, 0.05, 0.05]))
    assert said.endswith("quality on no parameter that can be told from an idle one")


@pytest.mark.parametrize(("idle", "hollow"), [([0.05] * 3, 2), (None, 0)])
def test_bars_within_the_band_are_hollow(idle: list[float] | None, hollow: int) -> None:
    figure, axes = plt.subplots()
    bar_panels(indices_of([0.03, 0.7, 0.01], idle))[0].draw(axes)
    assert sum(bar.get_facecolor()[3] == 0.0 for bar in axes.patches) == hollow
    assert ("hollow: as idle" in axes.get_xlabel()) is (hollow > 0)
    assert [swatch.get_facecolor()[3] for swatch in axes.get_legend().get_patches()] == [1.0, 1.0]
    plt.close(figure)
