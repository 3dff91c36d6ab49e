"""The list of the stores below a folder: how far each is, whether it has the rules installed, and what is wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ... import model
from ...model.text.plain_text import plain
from ...store.format import DIGEST, STATUS
from ...store.paths import is_zip, local_path
from ...store.root_file import NAME, read_root_bytes
from ..dataset import book_in, spec_of
from ..open import open_sweep
from .backend import MARK

COLUMNS = {
    "path": "object",
    "name": "object",
    "state": "object",
    "points": "Int64",
    "replicates": "Int64",
    "months": "Int64",
    "runs": "Int64",
    "done": "Int64",
    "failed": "Int64",
    "missing": "Int64",
    "rules_agree": "boolean",
    "problem": "object",
}
"""Columns of the list, with their types; numbers of a store that cannot be opened are missing."""
BYTES_OF_NAMES = 1_000_000
"""How far into a broken archive its first names are sought."""
COMPLETE, INCOMPLETE, DAMAGED = "complete", "incomplete", "damaged"


def list_sweeps(folder: str | os.PathLike[str] = ".") -> pd.DataFrame:
    """Return the stores below ``folder``, archives (``.zip``) too, one row for each, in the order of their paths.

    Columns: ``path`` below the folder, ``name`` of the sweep, ``state`` ("complete", "incomplete": runs are missing,
    "damaged": it cannot be opened), ``points``, ``replicates``, ``months``, counts of ``runs``, ``done``, ``failed``
    and ``missing``, ``rules_agree`` (whether its rules are those that are installed here, with the own rules that it
    carries; missing where it does not tell) and ``problem``, in one line. Only what a store tells of itself is read,
    not the values of its outcomes: ``tredegar verify`` reads those. A damaged store is told in its row and stops
    nothing. Hidden folders, and what lies inside of stores, are left out.

    Raises FileNotFoundError where there is no such folder and ValueError for what is none.

    >>> from tredegar import Spec, run_sweep
    >>> vary, record = {"real_control": {"values": [0.2, 0.8]}}, {"outcomes": ["quality"]}
    >>> size = {"trusts": 3, "clinicians": 4}
    >>> spec = Spec(design={"method": "grid"}, vary=vary, record=record, country=size, months=12, replicates=1)
    >>> _ = run_sweep(spec, "studies/first.zarr", workers=0, engine="numpy")
    >>> list_sweeps("studies")[["path", "state", "runs", "rules_agree"]].values.tolist()
    [['first.zarr', 'complete', 2, True]]
    """
    top = local_path(folder)
    if not top.exists():
        raise FileNotFoundError(f"no folder at '{top}'; it must be one below which stores lie")
    if not top.is_dir():
        raise ValueError(f"'{top}' is no folder; give the folder in which the store lies")
    rows = [_row(place, top) for place in sorted(_stores_below(top))]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _stores_below(top: Path) -> Iterator[Path]:
    if _is_store(top):
        yield top
        return
    for here, folders, files in os.walk(top):
        place = Path(here)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        stores = [name for name in folders if _is_store(place / name)]
        yield from (place / name for name in stores)
        # A Zarr group or array holds no stores, but perhaps ten thousands of files.
        folders[:] = [name for name in folders if name not in stores and not (place / name / NAME).exists()]
        yield from (place / name for name in files if is_zip(Path(name)) and _is_store(place / name))


def _is_store(place: Path) -> bool:
    """Return whether a store stands at ``place``, whole or damaged: its root file says so, or its arrays do."""
    try:
        if MARK in read_root_bytes(place):
            return True
    except OSError:
        if not place.is_dir():
            return _was_archive(place)
    return place.is_dir() and all((place / name / NAME).exists() for name in (STATUS, DIGEST))


def _was_archive(place: Path) -> bool:
    """Return whether a zip file that cannot be read holds the name of a root file: it may have been cut short."""
    try:
        with place.open("rb") as file:
            return NAME.encode() in file.read(BYTES_OF_NAMES)
    except OSError:
        return False


def _row(place: Path, top: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"path": "." if place == top else place.relative_to(top).as_posix(), "problem": ""}
    try:
        # Without digests: they are read batch by batch, and what is asked here is how far it is.
        sweep = open_sweep(place, partial=True, chunks=None, verify=False)
        months = spec_of(sweep).get("months", int(sweep["month"][-1]))
        installed = None if "rules_hash" not in sweep.attrs else model.rules_hash(book_in(sweep))
    except (OSError, ValueError) as error:
        return row | {"name": _title(place), "state": DAMAGED, "problem": plain(" ".join(str(error).split()), 400)}
    counts = {name: sweep.attrs[f"runs_{name}"] for name in ("done", "failed", "missing")}
    return row | {
        "name": sweep.attrs.get("title", ""),
        "state": INCOMPLETE if counts["missing"] else COMPLETE,
        "points": sweep.sizes["point"],
        "replicates": sweep.sizes["replicate"],
        "months": months,
        "runs": sweep.attrs["runs"],
        **counts,
        "rules_agree": None if installed is None else installed == sweep.attrs["rules_hash"],
    }


def _title(place: Path) -> str:
    """Return the name of the sweep in a store that cannot be opened, where its root file can still be read."""
    try:
        return str(json.loads(read_root_bytes(place))["attributes"]["title"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def listed_rows(found: pd.DataFrame) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the header and the cells, as text, of the printed list of stores."""
    shown = ("path", "name", "state", "points", "replicates", "done", "failed", "missing", "rules_agree")
    header = ("store", "name", "state", "points", "replicates", "done", "failed", "missing", "rules")
    rules = {True: "installed", False: "others"}
    rows = [
        (
            *(plain(row[name], 60) for name in shown[:2]),
            *("-" if pd.isna(row[name]) else str(row[name]) for name in shown[2:-1]),
            "-" if pd.isna(row["rules_agree"]) else rules[bool(row["rules_agree"])],
        )
        for row in found.to_dict("records")
    ]
    return header, rows


def listed_as_json(found: pd.DataFrame) -> str:
    """Return the list of stores as one JSON object, ``{"stores": [...]}``, with null for what is not known."""
    rows = [{str(name): _plain(value) for name, value in row.items()} for row in found.to_dict("records")]
    return json.dumps({"stores": rows})


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def tally_of(states: Iterable[str]) -> str:
    """Return how many stores are in which state, in words.

    >>> tally_of(["complete", "damaged", "complete"])
    '3 stores: 2 complete, 1 damaged'
    """
    listed = list(states)
    if not listed:
        return "no store"
    counts = [(state, listed.count(state)) for state in (COMPLETE, INCOMPLETE, DAMAGED)]
    parts = ", ".join(f"{number} {state}" for state, number in counts if number)
    return f"{len(listed)} {'store' if len(listed) == 1 else 'stores'}: {parts}"
