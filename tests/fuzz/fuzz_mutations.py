"""Mutations: of the tables of a valid spec, of its text, and values that no key of a spec takes."""

from __future__ import annotations

import copy
import datetime
import decimal
import fractions
import math
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from tredegar.model.constants import CONSTANTS
from tredegar.model.parameters import PARAMETERS

from .fuzz_specs import Tables
from .fuzz_texts import HOSTILE, texts

NUMBERS = (0, 1, -1, 2, 3, 7, 10**6, 2**31, 2**32 - 1, 2**32, 2**63, 2**64, 10**30, 0.0, -0.0, 0.5, 1.0, 1.5, -1e-9,
           1e-320, 1e16, 1e300, math.nan, math.inf, -math.inf)  # fmt: skip
KEYS = ("months", "seed", "name", "fixed", "vary", "design", "method", "points", "levels", "values", "low", "high",
        "every", "outcomes", "trusts", "real_control", "target_toughness@3", "ALERT_NEED", "Months", "month",
        "replicate", "seed ", "poits", "beyond-range", "real_contrl", "quality")  # fmt: skip


def toml_values() -> st.SearchStrategy[Any]:
    """Draw a value that TOML can say: of any kind and size, nested too."""
    dates = st.sampled_from((datetime.date(2026, 1, 1), datetime.time(1)))
    plain = st.sampled_from(NUMBERS) | st.booleans() | texts() | dates | st.integers(-(2**80), 2**80) | st.floats()
    return st.recursive(
        plain,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | texts(), inner, max_size=3),
        max_leaves=6,
    )


def nested(value: Any, depth: int) -> Any:
    """Return ``value`` inside ``depth`` lists."""
    for _ in range(depth):
        value = [value]
    return value


class Shared(list):  # type: ignore[type-arg]
    """A list that says in a few letters what it is: written out it would be endless."""

    def __repr__(self) -> str:
        return "Shared()"


def shared(width: int, depth: int) -> list[Any]:
    """Return a list that is small, but would be width ** depth values long if it were written out."""
    value: list[Any] = Shared([0.5] * width)
    for _ in range(depth):
        value = Shared([value] * width)
    return value


def itself() -> list[Any]:
    """Return a list that holds itself."""
    value: list[Any] = []
    value.append(value)
    return value


PYTHON = (
    None, b"bytes", bytearray(b"x"), (), (1, 2), (0.0, 1.0), {1, 2}, frozenset(), 1j, object(), int, print, ...,
    range(3),
    decimal.Decimal("0.5"), decimal.Decimal("NaN"), fractions.Fraction(1, 2), pathlib.Path("x"), slice(1),
    10**4000, -(10**400), nested(0.5, 50), nested(0.5, 3000), shared(4, 30), itself(), lambda: 1, ValueError("x"),
    np.int8(3), np.int64(3), np.uint64(2**63), np.float32(0.5), np.float64(0.5), np.float16("nan"), np.bool_(True),
    np.str_("x"), np.datetime64("2026-01-01"), np.array(0.5), np.array([0.0, 1.0]), np.arange(10_000), np.zeros((2, 2)),
    np.ma.masked, np.ma.array([0.0, 1.0], mask=[0, 1]), np.array(["a"]), np.array([None, {}], dtype=object),
    pd.Series([0.0, 1.0]), pd.DataFrame({"real_control": [0.0, 1.0]}), pd.NA, pd.NaT, pd.Timestamp("2026-01-01"),
)  # fmt: skip
"""What a script may give: some of it is as good as a number or a list, most of it is not."""


def odd_objects() -> st.SearchStrategy[Any]:
    """Draw one of the objects of ``PYTHON``."""
    # By their places: hypothesis writes what it chooses from, and nobody can write a list that holds itself.
    return st.integers(0, len(PYTHON) - 1).map(PYTHON.__getitem__)


def python_values() -> st.SearchStrategy[Any]:
    """Draw a value that only Python can give."""
    return odd_objects() | toml_values()


def copied(tables: Any) -> Any:
    """Return a copy of ``tables`` with the odd objects themselves, which are too deep to copy."""
    if any(tables is odd for odd in PYTHON):
        return tables
    if isinstance(tables, dict):
        return {key: copied(value) for key, value in tables.items()}
    return [copied(value) for value in tables] if isinstance(tables, list) else copy.copy(tables)


def paths(tables: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the place of every value in ``tables``, as keys from the outside in; none inside an odd object."""
    # Those hold themselves, or more places than a machine has room for.
    if any(tables is odd for odd in PYTHON):
        return []
    inner = tables.items() if isinstance(tables, dict) else enumerate(tables) if isinstance(tables, list) else ()
    return [path for key, value in inner for path in ((*place, key), *paths(value, (*place, key)))]


def put(tables: Tables, place: tuple[Any, ...], value: Any) -> Tables:
    """Return a copy of ``tables`` with ``value`` at ``place``."""
    made = copied(tables)
    owner: Any = made
    for key in place[:-1]:
        owner = owner[key]
    owner[place[-1]] = value
    return made


@st.composite
def mutated(draw: st.DrawFn, tables: st.SearchStrategy[Tables], values: st.SearchStrategy[Any]) -> Tables:
    """Draw tables with one or two changes: another value, a key less, a key more, a key with another name."""
    made = draw(tables)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(paths(made) or [("months",)]))
        how = draw(st.sampled_from(("value", "value", "less", "more", "name")))
        if how == "value":
            made = put(made, place, draw(values))
            continue
        made = copied(made)
        owner: Any = made
        for key in place[:-1]:
            owner = owner[key]
        if how == "less" or isinstance(owner, list):
            del owner[place[-1]]
        elif how == "more":
            owner[draw(st.sampled_from(KEYS) | texts())] = draw(values)
        else:
            owner[_slip(draw, place[-1])] = owner.pop(place[-1])
    return made


def _slip(draw: st.DrawFn, key: str) -> str:
    """Return ``key`` with a slip of the pen."""
    at = draw(st.integers(0, max(0, len(key) - 1)))
    slips = (key[:at] + key[at + 1 :], key[:at] + key[at : at + 1] * 2 + key[at + 1 :], key.upper(), key + " ", "")
    return draw(st.sampled_from((*slips, key[:at] + draw(st.sampled_from(HOSTILE)) + key[at:], key + "@1", "@" + key)))


@st.composite
def mutated_texts(draw: st.DrawFn, text: str) -> str:
    """Draw ``text`` with up to three changes: a piece cut out, doubled or moved, something put in, other line ends."""
    for _ in range(draw(st.integers(1, 3))):
        text = _changed(draw, text)
    return text


def _changed(draw: st.DrawFn, text: str) -> str:
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    piece = text[start : min(end, start + draw(st.integers(0, 40)))]
    changes: tuple[Callable[[], str], ...] = (
        lambda: text[:start] + text[start + len(piece) :],
        lambda: text[:start] + piece + text[start:],
        lambda: text.replace(piece, "", 1) + piece,
        lambda: text[:start] + draw(texts()) + text[start:],
        lambda: text.replace("\n", draw(st.sampled_from(("\r", "\r\n", "\x85", "\u2028", "", "\n\n")))),
        lambda: draw(st.sampled_from(("\ufeff", "\x00", " ", "#", "[", '"""', "= "))) + text,
        lambda: text[:start] + text[start:end].swapcase() + text[end:],
    )
    return draw(st.sampled_from(changes))()


@st.composite
def surely_wrong(draw: st.DrawFn, tables: st.SearchStrategy[Tables]) -> Tables:
    """Draw tables with one change after which nothing may be run."""
    made = draw(tables)
    wrong = draw(st.sampled_from(sorted(WRONG)))
    if wrong == "a parameter out of range" or wrong == "no number":
        name = draw(st.sampled_from(sorted(PARAMETERS)))
        row = PARAMETERS[name]
        out = (row.least - 1.0, row.most + 1.0 if row.most < 1e300 else math.inf, math.nan, -math.inf)
        others = ("0.5", True, [0.5], {}, "", datetime.date(2026, 1, 1))
        made["vary"].pop(name, None)
        return made | {"fixed": {name: draw(st.sampled_from(others if wrong == "no number" else out))}}
    if wrong == "a constant":
        name = draw(st.sampled_from(sorted(CONSTANTS)))
        return made | {"constants": {name: draw(st.sampled_from((math.nan, math.inf, -1.0, "1", True, 1e300)))}}
    place, values = WRONG[wrong]
    value = draw(st.sampled_from(values) if isinstance(values, tuple) else values)
    return put(made | {place[0]: made.get(place[0], {})}, place, value)


_NO_WHOLE = (0, -1, 1.0, 0.5, "12", True, math.nan, 10**30, [], {}, datetime.date(2026, 1, 1))
_NO_SEED = (-1, 2**32, 1.5, "7", False, 10**400)
_NO_TABLE = (1, "x", [], [1], True, math.nan)
WRONG: dict[str, tuple[tuple[str, ...], Any]] = {
    "months": (("months",), _NO_WHOLE),
    "replicates": (("replicates",), (*_NO_WHOLE, 65_537)),
    "seed": (("seed",), _NO_SEED),
    "the seed of the design": (("design", "seed"), _NO_SEED),
    "streams": (("streams",), ("Common", "", "common\n", "common ", 1, None, True)),
    "name": (("name",), ("", "x" * 101, "a\nb", "a\x00b", "\x1b[31m", 1, [], "\u202e", "\ud800", "a\u200b")),
    "trusts": (("country", "trusts"), (*_NO_WHOLE, 10_001)),
    "clinicians": (("country", "clinicians"), (*_NO_WHOLE, 10_001)),
    "every": (("record", "every"), (*_NO_WHOLE, 12_001)),
    "outcomes": (("record", "outcomes"), ("quality", [], ["qualty"], ["quality"] * 2, [1], {}, [["quality"]], [""])),
    "trust records": (("record", "trusts"), (1, 0, "true", [], math.nan)),
    "the method": (("design", "method"), ("", "Grid", "lhs", 1, [], {}, "grid\x00", "sobol ")),
    "beyond_range": (("design", "beyond_range"), (1, "true", [], math.nan)),
    "a file of a design": (("design", "file"), ("points.csv",)),
    "a table": (("vary",), _NO_TABLE), "another table": (("fixed",), _NO_TABLE), "a design": (("design",), _NO_TABLE),
    "a country": (("country",), _NO_TABLE), "a record": (("record",), _NO_TABLE),
    "an unknown key": (("moths",), (1, "x")), "an unknown name": (("vary", "real_contrl"), ([0.0, 1.0],)),
    "a file that is not there": (("country", "providers"), tuple(text for text in HOSTILE if text not in ("/", "."))),
    "a reversed range": (("vary", "solidarity"), ([1.0, 0.5], {"low": 1.0, "high": 0.5})),
    "a range of one": (("vary", "solidarity"), ([1.0], [1.0, 1.0], [0.5, 1.0, 1.5], [], {"low": 0.5},
    {"values": [1.0]})),
    "levels": (("vary", "solidarity"), tuple({"low": 0.5, "high": 1.0, "levels": n} for n in (1, 0, -1, 2.0, True,
    "2"))),
    "a late change": (("fixed", "target_toughness@12001"), (0.5,)),
    "no change": (("fixed", "target_toughness@0"), (0.5,)),
    "a change at the start": (("fixed", "mandate_detail@1"), (0.5,)),
    "a parameter out of range": ((), ()), "no number": ((), ()), "a constant": ((), ()),
}  # fmt: skip
