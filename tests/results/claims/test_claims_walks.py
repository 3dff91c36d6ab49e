"""A lever walked forward and backward from either end: memory is told from a trend in time."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest

from tredegar.results.claims.designs import SIZES
from tredegar.results.claims.walks import ENDS, WALKS, draw_walk, walk_designs, walk_words, walked

from ...support.made_stores import made_store

WALK = WALKS["P6"]
SIZE = SIZES["tiny"]


def made(folder, memory: float, trend: float) -> None:
    """Stores of both walks whose outcome loses ``memory`` for good once the lever has been high, and drifts in time."""
    for end, design in zip(ENDS, walk_designs(WALK, SIZE).values(), strict=True):
        spec = tomllib.loads(design.spec)
        fixed = {name: value for name, value in spec["fixed"].items() if name.startswith(f"{WALK.lever}@")}
        starts = np.array([int(name.partition("@")[2]) for name in fixed])
        values = np.array(list(fixed.values()))

        def outcome(points, luck, month, starts=starts, values=values, months=spec["months"]):
            lever = values[np.searchsorted(starts, month, side="right") - 1]
            been_high = np.maximum.accumulate(lever)
            still = 0.8 - 0.3 * lever - memory * been_high + trend * month / months
            return still + 0.01 * luck + 0.0 * points[WALK.across]

        made_store(
            folder / f"{design.name}.zarr", {WALK.across: np.array(WALK.at)}, {WALK.outcome: outcome}, fixed=fixed,
            months=spec["months"], every=spec["record"]["every"], design='method = "table"',
        )  # fmt: skip
        assert end in design.name


def gaps(folder) -> tuple[float, float]:
    """The gaps down less up at the ends where the walks began."""
    table = walked(WALK, folder)
    table = table[table[WALK.across] == WALK.at[0]].set_index(["begins", "value"])
    return float(table.loc[("low", 0.0), "gap"]), float(table.loc[("high", 1.0), "gap"])


def test_both_walks_cover_the_range_and_come_back_to_where_they_began() -> None:
    for end, design in zip(ENDS, walk_designs(WALK, SIZE).values(), strict=True):
        spec = tomllib.loads(design.spec)
        values = [value for name, value in spec["fixed"].items() if name.startswith(f"{WALK.lever}@")]
        there = list(WALK.steps) if end == "low" else list(WALK.steps)[::-1]
        assert values == [*there, *there[-2::-1]]
        assert spec["months"] == WALK.months * len(values)
        assert design.samples == len(WALK.at)


def test_what_is_lost_for_good_shows_where_the_walk_began_low_and_only_there(tmp_path) -> None:
    made(tmp_path, memory=0.2, trend=0.0)
    low, high = gaps(tmp_path)
    assert low == pytest.approx(-0.2, abs=1e-3) and high == pytest.approx(0.0, abs=1e-3)
    words = walk_words(WALK, walked(WALK, tmp_path))
    assert "at solidarity 0 -0.20 (-0.20 to -0.20) after the way up and down, +0.00" in words.replace("-0.00", "+0.00")
    assert len(draw_walk(WALK, walked(WALK, tmp_path)).axes) == len(WALK.at)


def test_a_trend_in_time_shows_with_opposite_signs(tmp_path) -> None:
    made(tmp_path, memory=0.0, trend=0.3)
    low, high = gaps(tmp_path)
    assert low > 0.2 and high == pytest.approx(-low, abs=1e-3)
