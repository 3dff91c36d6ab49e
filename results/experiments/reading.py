"""Reading of experiments: from a TOML file to records, with one clear line for whatever cannot be used."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ...model.text.names import closest
from ...model.text.plain_text import plain
from .checks import check_experiment, checked_numbers, checked_texts, checked_window, keys_of
from .records import Experiment, OutcomeReading, PublishedEffect, Schedule

ENDING = ".toml"
LONGEST_RUN = 1200


def experiment_names() -> tuple[str, ...]:
    """Return the names of the experiments that the package brings, in the order of the alphabet."""
    found = (entry.name for entry in files(f"{__package__}.history").iterdir())
    return tuple(sorted(name.removesuffix(ENDING) for name in found if name.endswith(ENDING)))


def find_experiment(name: str) -> Experiment:
    """Return the experiment ``name``, or that of a file whose path ends in ".toml".

    Raises ValueError, in one line, for a name that there is not and for a file that says what cannot be used.
    """
    if name.endswith(ENDING):
        return read_experiment(Path(name))
    if name not in experiment_names():
        near = closest(name, experiment_names())
        raise ValueError(f"unknown experiment '{plain(name)}'{near} ('tredegar experiment' lists them)")
    return _brought(name)


@cache
def _brought(name: str) -> Experiment:
    text = (files(f"{__package__}.history") / f"{name}{ENDING}").read_text(encoding="utf-8")
    return parse_experiment(text, name)


def read_experiment(path: Path) -> Experiment:
    """Return the experiment of a TOML file; its name is that of the file without the ending.

    Raises ValueError for what cannot be used, OSError for a file that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"'{plain(path.name)}' is no text in UTF-8; save it as such") from None
    return parse_experiment(text, path.name.removesuffix(ENDING))


def parse_experiment(text: str, name: str) -> Experiment:
    """Return the experiment that ``text``, TOML, describes; raise ValueError, naming the place, for what is wrong."""
    where = f"experiment '{plain(name)}'"
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where} is no TOML: {error}") from None
    keys_of(
        table, where, ("title", "question", "side", "cited_by", "mapping", "published", "run", "reading"), ("caveats",)
    )
    found = Experiment(
        name=name,
        title=_text(table, "title", where),
        question=_text(table, "question", where),
        side=_text(table, "side", where),
        cited_by=checked_texts(table["cited_by"], f"{where}, cited_by"),
        published=_published(table["published"], f"{where}, [published]"),
        schedule=_schedule(table["run"], f"{where}, [run]"),
        reading=_reading(table["reading"], f"{where}, [reading]"),
        mapping=checked_texts(table["mapping"], f"{where}, mapping"),
        caveats=checked_texts(table.get("caveats", []), f"{where}, caveats"),
    )
    check_experiment(found, where)
    return found


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    return checked_texts([table[key]], f"{where}, {key}")[0]


def _published(table: Any, where: str) -> PublishedEffect:
    texts = ("unit", "on", "measures", "source", "status", "interval")
    numbers = ("effect", "low", "high")
    keys_of(table, where, (*numbers, *texts, "evidence"), ("null",))
    null = table.get("null", False)
    if not isinstance(null, bool):
        raise ValueError(f"{where}: null must be true or false, got {null!r}")
    given: dict[str, Any] = dict(checked_numbers({name: table[name] for name in numbers}, where))
    given |= {name: _text(table, name, where) for name in texts}
    return PublishedEffect(**given, evidence=checked_texts(table["evidence"], f"{where}, evidence"), null=null)


def _schedule(table: Any, where: str) -> Schedule:
    keys_of(table, where, ("months", "arms"), ("fixed", "groups"))
    months = table["months"]
    if isinstance(months, bool) or not isinstance(months, int) or not 12 <= months <= LONGEST_RUN:
        raise ValueError(f"{where}: months must be a whole number in 12 .. {LONGEST_RUN}, got {months!r}")
    arms = table["arms"]
    if not isinstance(arms, dict) or not arms:
        raise ValueError(f"{where}: arms must be tables, [run.arms.NAME] with what each sets, got none")
    return Schedule(
        months=months,
        fixed=checked_numbers(table.get("fixed", {}), f"{where}, fixed"),
        arms=MappingProxyType({arm: checked_numbers(values, f"{where}, arm '{arm}'") for arm, values in arms.items()}),
        groups=checked_numbers(table.get("groups", {}), f"{where}, groups"),
    )


def _reading(table: Any, where: str) -> OutcomeReading:
    windows = ("before", "after", "years")
    keys_of(
        table, where, ("estimator", "terms", "treated"), (*windows, "control", "event", "beside", "spreads", "placebo")
    )
    event, spreads = table.get("event"), table.get("spreads", False)
    if event is not None and (isinstance(event, bool) or not isinstance(event, int) or event < 1):
        raise ValueError(f"{where}: event must be a month from 1 on, got {event!r}")
    if not isinstance(spreads, bool):
        raise ValueError(f"{where}: spreads must be true or false, got {spreads!r}")
    treated = _text(table, "treated", where)
    found = {name: checked_window(table[name], f"{where}, {name}") if name in table else None for name in windows}
    return OutcomeReading(
        estimator=_text(table, "estimator", where),
        terms=checked_numbers(table["terms"], f"{where}, terms"),
        spreads=spreads,
        treated=treated,
        control=_text(table, "control", where) if "control" in table else treated,
        event=event,
        beside=checked_texts(table.get("beside", []), f"{where}, beside"),
        placebo=_text(table, "placebo", where) if "placebo" in table else None,
        **found,
    )
