"""Specs drawn from their grammar: valid ones as tables, their texts in the forms of TOML, and mutations of both."""

from __future__ import annotations

import datetime
import json
from typing import Any

from hypothesis import strategies as st

from tredegar.model.constants import CONSTANTS
from tredegar.model.outcomes import OUTCOMES
from tredegar.model.parameters import PARAMETERS
from tredegar.model.schedule.rulebook import constant_as_parameter
from tredegar.store.random_streams import KINDS

Tables = dict[str, Any]
CONSTANT, CHOICE = "VOICE_BASE", {"gaming": {"values": ["built-in", "proportional"]}}
METHODS = ("latin-hypercube", "sobol", "morris", "grid")
SAMPLE = METHODS[:2]
DIVISORS = (1, 2, 3, 4, 6, 12)


@st.composite
def quantities(draw: st.DrawFn, months: int) -> str:
    """Draw a parameter or a change of one within ``months``."""
    row = PARAMETERS[draw(st.sampled_from(list(PARAMETERS)))]
    if row.initial_only or draw(st.integers(0, 3)):
        return row.name
    return f"{row.name}@{draw(st.integers(1, months))}"


def values_of(name: str, beyond: bool = False) -> st.SearchStrategy[float]:
    """Draw a value that quantity ``name`` takes: within its declared range, or wherever the equations accept it."""
    row = PARAMETERS.get(name.split("@")[0]) or constant_as_parameter(name)
    low, high = (row.least, row.most) if beyond else (row.low, row.high)
    floats = st.floats(max(low, -1e6), min(high, 1e6), allow_nan=False, allow_subnormal=False)
    return floats | st.sampled_from((low, high)).filter(lambda value: abs(value) <= 1e6)


@st.composite
def entries(draw: st.DrawFn, name: str, method: str, beyond: bool) -> Any:
    """Draw what [vary] says of ``name``: a range, a distribution, or the levels of a grid."""
    pair = sorted(draw(st.lists(values_of(name, beyond), min_size=2, max_size=2, unique=True)))
    if method in SAMPLE and pair[1] - pair[0] > 1e-6 * max(1.0, abs(pair[1])) and not draw(st.integers(0, 2)):
        return draw(distributions(*pair))
    if method != "grid":
        return pair if draw(st.booleans()) else {"low": pair[0], "high": pair[1]}
    if draw(st.booleans()):
        return {"low": pair[0], "high": pair[1], "levels": draw(st.integers(2, 4))}
    return {"values": draw(st.lists(values_of(name, beyond), min_size=2, max_size=4, unique=True))}


@st.composite
def distributions(draw: st.DrawFn, low: float, high: float) -> Tables:
    """Draw a distribution on ``low`` .. ``high``, or of single values in it."""
    middle, ends = low + (high - low) * draw(st.floats(0.1, 0.9)), {"low": low, "high": high}
    weights = draw(st.sampled_from(({}, {"weights": [1, 2.5]})))
    shape = draw(st.floats(0.5, 20.0))
    kinds: list[Tables] = [
        {"distribution": "beta", "a": shape, "b": 2, **ends},
        {"distribution": "normal", "mean": middle, "sd": shape * (high - low), **ends},
        {"distribution": "triangular", "mode": middle, **ends},
        {"distribution": "uniform", **ends},
        {"distribution": "discrete", "values": draw(st.permutations([low, high])), **weights},
    ]
    return draw(st.sampled_from(kinds))


@st.composite
def designs(draw: st.DrawFn, method: str, varied: list[str]) -> Tables:
    """Draw the table [design] of ``method``, with relations between the quantities that are ``varied``."""
    design: Tables = {"method": method}
    if method == "latin-hypercube":
        design |= {"points": draw(st.integers(1, 9))} | draw(st.sampled_from(({}, {"centred": True})))
        if len(varied) > 1 and draw(st.booleans()):
            pair = {varied[0]: {varied[1]: draw(st.floats(-0.9, 0.9))}}
            # One quantity more than these may be varied: see specs().
            design |= {"points": 4 * (len(varied) + 2) + draw(st.integers(0, 3)), "correlations": pair}
    elif method == "sobol":
        design |= {"points": draw(st.sampled_from((1, 2, 4)))} | draw(st.sampled_from(({}, {"second_order": False})))
    elif method == "morris":
        design |= {"trajectories": draw(st.integers(2, 3))} | draw(st.sampled_from(({}, {"levels": 6})))
    if method in ("sobol", "morris") and len(varied) > 1 and draw(st.booleans()):
        members = varied[: draw(st.integers(1, len(varied) - 1))]
        design["groups"] = {draw(st.sampled_from(("a", "the centre", "1"))): members}
    if draw(st.booleans()):
        design["seed"] = draw(st.integers(0, 2**32 - 1))
    return design


@st.composite
def specs(draw: st.DrawFn, runnable: bool = False) -> Tables:
    """Draw the tables of a valid spec; one that is ``runnable`` has a small country and few runs."""
    months = draw(st.integers(1, 24 if runnable else 12_000))
    method, beyond = draw(st.sampled_from(METHODS)), draw(st.booleans()) and not runnable
    names = draw(st.lists(quantities(months), min_size=1, max_size=4, unique=True))
    varied = names[: draw(st.integers(1, len(names)))]
    design = draw(designs(method, varied)) | ({"beyond_range": True} if beyond else {})
    found: Tables = {"months": months, "replicates": draw(st.integers(1, 3)), "design": design}
    found["vary"] = {name: draw(entries(name, method, beyond)) for name in varied}
    found["fixed"] = {name: draw(values_of(name)) for name in names if name not in varied}
    found["country"] = draw(_countries(4 if runnable else 200))
    found["record"] = draw(_records(months, runnable))
    found["constants"] = draw(_constants(runnable))
    if not runnable and method != "morris" and draw(st.booleans()):
        # Known by their tables alone: a constant that is varied, and a choice between rules of the package.
        found["vary"] |= draw(st.sampled_from(({CONSTANT: draw(entries(CONSTANT, method, False))}, CHOICE)))
        found["constants"].pop(CONSTANT, None)
    found["name"] = draw(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12))
    found["seed"] = draw(st.sampled_from((0, 1, 2**32 - 1)) | st.integers(0, 2**32 - 1))
    found["streams"] = draw(st.sampled_from(KINDS[: 2 if method == "grid" else 3]))
    return {key: value for key, value in found.items() if value != {}}


def _countries(most: int) -> st.SearchStrategy[Tables]:
    numbers = st.integers(1, most)
    return st.fixed_dictionaries({"trusts": numbers, "clinicians": st.integers(1, 3)})


@st.composite
def _records(draw: st.DrawFn, months: int, few: bool) -> Tables:
    fits = [number for number in (*DIVISORS, months) if months % number == 0]
    record: Tables = {"every": draw(st.sampled_from(fits))}
    if few or draw(st.booleans()):
        record["outcomes"] = draw(st.lists(st.sampled_from(list(OUTCOMES)), max_size=4, unique=True, min_size=1))
    if draw(st.booleans()):
        record["trusts"] = draw(st.booleans())
    return record


@st.composite
def _constants(draw: st.DrawFn, runnable: bool) -> Tables:
    names = draw(st.lists(st.sampled_from(list(CONSTANTS)), max_size=0 if runnable else 2, unique=True))
    return {name: CONSTANTS[name].value for name in names}


def numeral(value: float) -> str:
    """Return a number as TOML writes it."""
    return repr(value) if isinstance(value, int) or value == value else "nan"


def toml_value(value: Any) -> str:
    """Return ``value`` as one line of TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return numeral(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_key(key: object) -> str:
    """Return ``key`` as TOML writes it: bare where that is allowed."""
    text = str(key)
    bare = text.isascii() and text.replace("_", "").replace("-", "").isalnum()
    return text if bare else toml_value(text)


@st.composite
def spec_texts(draw: st.DrawFn, tables: Tables) -> str:
    """Draw a text of TOML that says ``tables``: headings, dotted keys, inline tables, comments, blank lines."""
    ends = draw(st.sampled_from(("\n", "\r\n", "\n\n", "  # <b>\x1f{}</b>\n".replace("\x1f", ""), "\t\n")))
    lines, below = [], []
    for key, value in tables.items():
        form = draw(st.sampled_from(("heading", "dotted", "inline")))
        if not isinstance(value, dict) or form == "inline":
            lines.append(f"{toml_key(key)} = {toml_value(value)}")
        elif form == "dotted":
            lines += [f"{toml_key(key)} . {toml_key(name)} = {toml_value(item)}" for name, item in value.items()]
        else:
            below.append(f"[{toml_key(key)}]")
            below += [f"{toml_key(name)} = {toml_value(item)}" for name, item in value.items()]
    return ends.join([*lines, *below]) + ends


def toml_text(tables: Tables) -> str:
    """Return ``tables`` as TOML, a line for each key."""
    return "".join(f"{toml_key(key)} = {toml_value(value)}\n" for key, value in tables.items())
