"""Words for the command at random: its own commands and options, with values that fit, nearly fit, or mean harm."""

from __future__ import annotations

import contextlib
import io
from pathlib import PurePath
from typing import Any, NamedTuple

from hypothesis import strategies as st
from typer.main import get_command

from tredegar.cli.application import app

from ..support.commands import tredegar
from .fuzz_materials import RULES, SPECS, STORES
from .fuzz_texts import HOSTILE, texts

COMMANDS: dict[str, Any] = get_command(app).commands
OUTPUTS = ("new", "new.zarr", "new.nc", "new.csv", "new.md", "new.png", "new.zip", "new.json", "sub/new.zarr",
"new.ZIP",
           "~/home.zarr", "good.zarr", "file.txt", "file.txt/x", "good.zip/x", "bad\udcff", "x" * 300, "..zarr",
           ".")  # fmt: skip
READABLE = (
    *STORES,
    *SPECS,
    "file.txt",
    "nowhere",
    "nowhere.zarr",
    "points.csv",
    "s3://bucket/x.zarr",
    ".",
    "good.zarr/",
)
WHOLE = ("0", "1", "2", "3", "12", "13", "24", "25", "-1", "1000000000000", "4294967295", "4294967296",
"99999999999999999999",
         "1.0", "1e1", "one", "", " 1", "0x1", "1_0", "٣")  # fmt: skip
NUMBERS = ("0", "0.5", "1", "-1", "1e-9", "1e308", "1e309", "nan", "inf", "0,5", "half", "", ".5", "5%")
FEW = ("0", "1", "2", "12", "-1", "100000000000000", "4294967296", "x", "1.5", "")
"""Sizes that are small or beyond every machine: what lies between would be computed."""
OUTCOMES = ("quality", "true_access", "party", "qualty", "queue", "status", "month", "Quality", "")
VALUES: dict[str, tuple[str, ...]] = {
    "store": READABLE, "stores": STORES, "first": READABLE, "second": STORES, "spec": (*SPECS, *READABLE),
    "folder": (".", "nowhere", "file.txt", *STORES), "out": OUTPUTS, "markdown": OUTPUTS, "figure": OUTPUTS,
    "data": ("record", "record", "record", "bad", ".", "nowhere", "file.txt", "good.zarr", "record/"),
    "docs": OUTPUTS, "outcomes": OUTCOMES, "outcome": OUTCOMES, "by": OUTCOMES,
    "rules": (*RULES, "good.toml", "file.txt", "."), "file": (*RULES, "bad.toml", "good.zarr", "nowhere.py"),
    "lever": ("mandate_detail", "solidarity", "nothing", ""),
    "workers": ("0", "-1", "4097", "x", "1.5", ""), "engine": ("numpy", "numpy", "numpy", "Numpy", "nunpy", "", "cuda"),
    "patience": ("0", "0.01", "0.1", "-1", "nan", "", "half"),  # a longer one is waited for, as it says
    "months": FEW, "trusts": FEW, "clinicians": FEW, "replicate": WHOLE, "seed": WHOLE, "point": WHOLE, "trust": WHOLE,
    "task": ("0/1", "0/2", "1/2", "2/2", "0/0", "-1/2", "0/", "a/b", "0/99999999", "1 / 2", "0/2/3", "auto"),
    "scheduler": ("nowhere", "good.toml", "file.txt", "", "tcp:", "tcp//x", "localhost"), "max_bytes": ("1", "1GB",
    "1 TiB", "1e9", "-1", "GB"),
    "max_hours": NUMBERS, "threshold": NUMBERS, "method": ("auto", "sobol", "morris", "pawn", "regression", "Sobol",
    ""),
    "resamples": ("2", "10", "1", "0", "-1", "x"), "runs": ("0", "1", "3", "1000000000000", "-1", "x"),
    "claim": ("A01", "P1", "a01", "A99", ""),
    "size": ("tiny", "huge", ""), "settings": ("real_control=0.8", "real_control=", "=1", "real_control=2",
    "real_control=nan",
    "target_toughness@6=1", "target_toughness@99=1", "solidarity=1e400", "months=3", "a=b=c", "real_control = .5"),
    "cluster": ("slurm", "pbs", "lsf", ""), "tasks": ("1", "2", "0", "100001", "x"), "time": ("1h", "90m", "1:30:00",
    "1", "0", "x", "9999d", "-1h"),
    "driver_time": ("1h", "1m", "x"), "notice": ("31", "120", "3600", "0", "x"), "cpus": ("1", "1024", "0"),
    "gpus": ("0", "1", "a100:1", "2", "-1", "x:y"),
    "memory": ("4G", "500M", "0", "4", "x"), "array_limit": ("1", "0"), "part": ("sweep", "verify", "x"),
    "logs": ("logs", "a b", "-o", ""),
    "name": ("four-hour-target", "unpaid-care", "four", "good.toml", "nowhere.toml", ""),
    "space": FEW, "replicates": FEW, "setting_replicates": FEW, "providers": ("file.txt", "points.csv", "nowhere.csv"),
}  # fmt: skip
"""By the name of a parameter of a command; others take whole numbers and hostile texts."""
SMALL = {"replicates": "2", "setting_replicates": "1", "trusts": "3", "clinicians": "2", "engine": "numpy"}
"""Sizes of an experiment that is run by the way."""
NEVER = {"sweep": (), "engines": ("check",), "submit": ("here",), "submit-claims": ("here",)}
"""Flags that would take minutes or start processes that outlive the command."""


def harmless(text: str) -> str:
    """Return ``text`` as the name of a file below the working folder: not absolute, not above it, no foreign home."""
    outside = PurePath(text.replace("\0", "")).is_absolute() or ".." in text or (text[:1] == "~" and text[1:2] != "/")
    return f"x{text.replace('..', '.')}" if outside else text


def values_of(name: str) -> st.SearchStrategy[str]:
    """Draw a value for the parameter ``name`` of a command."""
    fitting = st.sampled_from(VALUES.get(name, WHOLE))
    if name in ("workers", "months", "trusts", "clinicians", "resamples", "engine", "size"):
        return fitting
    hostile = st.sampled_from(HOSTILE) | texts().filter(lambda text: len(text) <= 5000)
    return st.integers(0, 9).flatmap(lambda dice: hostile.map(harmless) if dice == 0 else fitting)


@st.composite
def words(draw: st.DrawFn, names: tuple[str, ...]) -> list[str]:
    """Draw a command of ``names`` and its words, most of which it knows."""
    name = draw(st.sampled_from(names))
    found, given = [], set()
    for parameter in COMMANDS[name].params:
        needed = parameter.required and draw(st.integers(0, 19)) > 0
        if parameter.name in NEVER.get(name, ()) or not (needed or draw(st.integers(0, 3)) == 0):
            continue
        given.add(parameter.name)
        found += draw(_words_of(parameter))
    if draw(st.integers(0, 14)) == 0:
        found.insert(
            draw(st.integers(0, len(found))), draw(texts().filter(lambda text: len(text) < 5000).map(harmless))
        )
    return [name, *found, *_held_back(name, given)]


@st.composite
def _words_of(draw: st.DrawFn, parameter: Any) -> list[str]:
    """Draw the words that give one parameter, once or, where it may be repeated, up to three times."""
    if getattr(parameter, "is_flag", False):
        return [draw(st.sampled_from((*parameter.opts, *parameter.secondary_opts)))]
    times = draw(st.integers(1, 3)) if getattr(parameter, "multiple", False) or parameter.name == "stores" else 1
    values = [draw(values_of(parameter.name)) for _ in range(times)]
    if parameter.param_type_name == "argument":
        return values
    option = draw(st.sampled_from(parameter.opts))
    return [word for value in values for word in ((f"{option}={value}",) if draw(st.booleans()) else (option, value))]


def _held_back(name: str, given: set[str]) -> list[str]:
    """Return words that keep a command in this process, and its runs on the engine that starts at once."""
    extra = []
    if name in ("sweep", "extend") and not given & {"workers", "task", "scheduler"}:
        extra += ["--workers", "0"]
    if name in ("sweep", "extend", "verify", "run") and "engine" not in given:
        extra += ["--engine", "numpy"]
    if name == "experiment":  # its own sizes take a minute
        extra += [word for option, value in SMALL.items() if option not in given for word in (as_option(option), value)]
    if name == "submit-claims":
        extra += [*(["--size", "tiny"] if "size" not in given else []), "--claim", "A01"]
    return [*extra, *(["--list"] if name == "claims" and "listed" not in given else [])]


def as_option(parameter: str) -> str:
    """Return the option that gives a parameter of a command.

    >>> as_option("setting_replicates")
    '--setting-replicates'
    """
    return f"--{parameter.replace('_', '-')}"


class Ended(NamedTuple):
    """How a command ended: its exit status and what it printed."""

    status: int
    out: str
    err: str


def run(given: list[str]) -> Ended:
    """Run the command in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2)]
    with contextlib.redirect_stdout(streams[0]), contextlib.redirect_stderr(streams[1]):
        status = tredegar(*given)
    said = []
    for stream in streams:
        stream.flush()
        said.append(stream.buffer.getvalue().decode("utf-8"))
    return Ended(status, *said)
