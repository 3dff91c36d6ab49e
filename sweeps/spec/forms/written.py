"""Writing of a spec: one text that says all of it, or a file with its tables beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....model.providers import Providers
from ..errors import SpecError
from ..text import MOST_BYTES, canonical_toml
from .data_tables import FILES, POINTS, PROVIDERS, as_csv


def tables_inside(
    tables: Mapping[str, Any], providers: Providers | None, points: Mapping[str, NDArray[np.float64]] | None
) -> dict[str, Any]:
    """Return the ``tables`` of a spec with its tables of data in the place of their files' names.

    ``points`` are name -> (point,).

    >>> tables_inside({"country": {}, "design": {"file": "points.csv"}}, None, {"real_control": np.array([0.2])})
    {'country': {}, 'design': {'points': {'real_control': [0.2]}}}
    """
    country, design = dict(tables["country"]), dict(tables["design"])
    if providers is not None:
        country["providers"] = {name: values for name, values in asdict(providers).items() if values is not None}
    if points is not None:
        del design["file"]
        design["points"] = {name: values.tolist() for name, values in points.items()}
    return {**tables, "country": country, "design": design}


def write_beside(
    tables: Mapping[str, Any],
    path: Path,
    providers: str | None,
    points: Mapping[str, NDArray[np.float64]] | None,
) -> None:
    r"""Write the ``tables`` of a spec to ``path`` and, first, its tables of data to files beside it.

    ``providers`` is the text of their table, ``points`` are name -> (point,). Raises SpecError, and leaves each file
    whole, if that cannot be done.

    >>> write_beside({"country": {}, "design": {"method": "table"}}, Path("my.toml"), None, {"x": np.array([0.2])})
    >>> Path("my-points.csv").read_text()
    'x\n0.2\n'
    """
    country, design, texts = dict(tables["country"]), dict(tables["design"]), {}
    if providers is not None:
        country["providers"] = f"{path.stem}-{FILES[PROVIDERS]}"
        texts[path.with_name(country["providers"])] = providers
    if points is not None:
        design["file"] = f"{path.stem}-{FILES[POINTS]}"
        texts[path.with_name(design["file"])] = as_csv(points, POINTS)
    write_texts({**texts, path: text_of_spec({**tables, "country": country, "design": design})})


def text_of_spec(tables: Mapping[str, Any], advice: str = "") -> str:
    """Return ``tables`` as TOML, without those that are empty. Raises SpecError if it is longer than what is read."""
    text = canonical_toml({key: value for key, value in tables.items() if value != {}})
    size = len(text.encode())
    if size > MOST_BYTES:
        raise SpecError(f"the text of the spec would have {size:,} bytes, at most {MOST_BYTES:,} are read{advice}")
    return text


def write_texts(texts: Mapping[Path, str]) -> None:
    """Write each text to its path, in order, each whole or not at all. Raises SpecError if that cannot be done."""
    for path, text in texts.items():
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            beside.write_text(text, encoding="utf-8", newline="")
            beside.replace(path)
        except OSError as error:
            raise SpecError(f"'{path}' cannot be written: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
