"""Arguments of ``simulate`` and ``complete_sweep`` as scripts may give them: arrays, tables, scalars, nonsense."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import strategies as st

from .fuzz_mutations import odd_objects, python_values
from .fuzz_texts import texts

PAIR = [0.25, 0.5]
FORMS: tuple[Any, ...] = (
    PAIR, tuple(PAIR), np.array(PAIR), np.array(PAIR, dtype="f4"), np.array(PAIR, dtype=">f8"), np.array([0, 1],
    dtype="u1"),
    np.array(PAIR)[::-1], np.asfortranarray(PAIR), pd.Series(PAIR), pd.Series(PAIR, index=["a", "b"]), pd.Index(PAIR),
    xr.DataArray(PAIR, dims="point"), xr.Variable("point", PAIR), 0.25, 1, np.float32(0.25), np.int8(1),
    np.array(0.5), range(2),
)  # fmt: skip
"""What is as good as numbers, one for each of two points or one for both."""
ODD: tuple[Any, ...] = (
    [], [[0.5]], [[0.1], [0.2, 0.3]], ["0.5"], [None], [True], [0.5, None], [0.5, math.nan], [0.5, math.inf], [1e400,
    0.5],
    [2.0, -1.0], np.array([]), np.array(PAIR, dtype=object), np.array(PAIR, dtype=complex), np.array(["a"]), {"a": 1},
    {0.5},
    np.ma.array(PAIR, mask=[0, 1]), [np.ma.array(PAIR, mask=[1, 0])], pd.Series(["a", "b"]), pd.Series([0.5, None]),
    pd.array([1, None]),
    pd.Categorical(["a"]), pd.date_range("2026-01-01", periods=2), np.array([0, 1], dtype="m8[s]"),
    xr.DataArray([PAIR], dims=("a", "b")),
    xr.DataArray(PAIR, dims="x"), np.zeros((0, 2)), np.zeros((2, 2)), np.array([(1, 2)], dtype="i4,i4"), b"abc",
    "0.5", 10**400, -1,
)  # fmt: skip
NAMES = (
    "solidarity",
    "displacement_rate",
    "target_toughness@3",
    "target_toughness@99",
    "mandate_detail@1",
    "real_contrl",
    "point",
    "",
    "a\nb",
)


def columns() -> st.SearchStrategy[dict[Any, Any]]:
    """Draw name -> values, most of which fit."""
    values = st.sampled_from(FORMS) | st.sampled_from(FORMS) | st.sampled_from(ODD) | odd_objects()
    names = (
        st.sampled_from(NAMES[:3])
        | st.sampled_from(NAMES[:3])
        | st.sampled_from(NAMES)
        | texts()
        | st.sampled_from((0, None, ("a",)))
    )
    return st.dictionaries(names, values, max_size=3)


@st.composite
def points(draw: st.DrawFn) -> Any:
    """Draw what may be given as points: a mapping, tables of pandas and xarray, or nonsense."""
    drawn = draw(columns())
    how = draw(st.sampled_from(("mapping", "mapping", "mapping", "frame", "row", "dataset", "nonsense")))
    if how == "mapping":
        return drawn
    if how == "nonsense":
        return draw(python_values())
    plain = {name: draw(st.sampled_from((PAIR, [1, 0], ["a", "b"], [None, 0.5], [0.5, math.nan]))) for name in drawn}
    # Half a letter (a lone surrogate) is no name of a column to pandas.
    plain = {name: value for name, value in plain.items() if str(name) == str(name).encode(errors="ignore").decode()}
    frame = pd.DataFrame(plain, index=draw(st.sampled_from(([0, 1], ["a", "b"], [0, 0]))) if plain else None)
    if how == "frame" or frame.empty:
        return frame
    if how == "row":
        return frame.iloc[0]
    texts_only = {str(name): values for name, values in plain.items()}
    dims = draw(st.sampled_from((("point",), ("point",), ("a", "b"))))
    return xr.Dataset(
        {name: (dims[number % len(dims)], values) for number, (name, values) in enumerate(texts_only.items())}
    )


WHOLE: tuple[Any, ...] = (1, 2, np.int8(2), np.uint16(1), np.int64(1), np.uint64(2), 0, -1, True, False, None, 1.0,
np.float64(2.0),
                          "1", 10**30, 2**32, np.uint64(2**63), math.nan, [1], np.array(1), np.array([1, 2]), "",
                          b"1")  # fmt: skip
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "replicates": WHOLE, "months": WHOLE, "trusts": WHOLE, "clinicians": WHOLE, "seed": WHOLE, "every": WHOLE,
    "engine": ("numpy", "Numpy", "", "\x00", None, 1, ["numpy"], "x" * 10_000),
    "outcomes": (None, ["quality"], ("queue", "quality"), "quality", iter(["quality"]), {"quality"}, ["qualty"], [],
    [1], [["quality"]], 5,
                 ["quality"] * 2, np.array(["quality"]), pd.Index(["quality"]), [None], {"quality": 1}, "<b>",
                 ["\x1b[31m"], [b"quality"]),
    "runs": (None, [[0, 1], [2, 3]], np.zeros((2, 1), "u4"), [[0]], [0], [[0.5]], [[-1]], [[2**32]],
    np.ma.masked_all((2, 2)), "x", [[None]],
             xr.DataArray([[0], [1]], dims=("point", "replicate")), xr.DataArray([[0, 1]], dims=("replicate",
             "point")), [[True]], [[], []]),
    "providers": (None, "nowhere.csv", "", "a\x00b", 5, b"x", [], {}, "x" * 5000, "."),
    "constants": (None, {}, {"ALERT_NEED": 0.3}, {"ALERT_NEED": np.float32(0.3)}, {"ALERT_NED": 1.0},
    {"ALERT_NEED": "1"}, {"ALERT_NEED": math.nan},
                  {1: 2}, {"\x1b" * 5000: 1.0}, [], "x", {"ALERT_NEED": 10**400}, {"ALERT_NEED": [1.0]}, {None: 1.0},
                  {"ALERT_NEED": None}),
    "trust_records": (False, True, np.bool_(True), None, 1, "no", [True]),
    "dtype": ("float32", "float64", np.float32, np.dtype("float32"), "f4", "float16", None, 4, [1], "x" * 5000,
    np.array(["float32"] * 2)),
}  # fmt: skip
SMALL: dict[str, Any] = {
    "replicates": 2,
    "months": 2,
    "trusts": 2,
    "clinicians": 1,
    "engine": "numpy",
    "outcomes": ["quality"],
}


@st.composite
def arguments(draw: st.DrawFn) -> dict[str, Any]:
    """Draw arguments of ``simulate`` besides points: up to three that differ from small, good ones."""
    names = draw(st.lists(st.sampled_from(sorted(ARGUMENTS)), max_size=3, unique=True))
    return SMALL | {name: draw(st.sampled_from(ARGUMENTS[name])) for name in names}


SWEEP: dict[str, tuple[Any, ...]] = {
    "spec": (None, "spec.toml", {}, {"months": 1}, 5, object()),
    "path": (None, "", "a\x00b", b"s.zarr", 5, [], "s3://bucket/x", "x" * 5000, "s.zip", "~no-such-user/x", "file.txt",
    "file.txt/s.zarr", math.nan, "."),
    "workers": (-1, 1.0, "0", None, True, math.nan, 4097, 10**30, [0], np.array([0, 0])),
    "engine": ("", "Numpy", None, 1, ["numpy"], "\x1b[31m", "x" * 10_000),
    "task": ((0, 0), (1, 1), (-1, 2), (0, -1), (0.5, 2), ("0", "2"), "0/2", 1, (), (0,), (0, 1, 2), (True, 2),
    (0, 10**30), {0: 1}, "ab"),
    "points_per_batch": (0, -1, 1.5, "2", True, math.nan, 10**30, [1], 2**64),
    "scheduler": ("", "nowhere", "file.txt", 5, [], "\x00", b"x", "x" * 10_000, {}, object()),
    "progress": (5, "x", [], True), "say": (5, "x"),
    "check": (None, "no", 0, [], math.nan), "retry_failed": (None, "yes", 1, [0]),
}  # fmt: skip
"""Of each argument of ``complete_sweep`` what is never right."""
