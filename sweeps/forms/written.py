"""Writing of a spec: one text that says all of it, or a file with its tables beside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...model.providers import Providers
from .data_tables import FILES, POINTS, PROVIDERS, RULES, as_csv


def tables_inside(
    tables: Mapping[str, Any],
    providers: Providers | None,
    points: Mapping[str, NDArray[np.float64]] | None,
    own_rules: str = "",
) -> dict[str, Any]:
    """Return the ``tables`` of a spec with its tables of data, and its own rules, in the place of their files' names.

    ``points`` are name -> (point,), ``own_rules`` the text of a book.

    >>> tables_inside({"country": {}, "design": {"file": "points.csv"}}, None, {"real_control": np.array([0.2])})
    {'country': {}, 'design': {'points': {'real_control': [0.2]}}}
    """
    country, design = dict(tables["country"]), dict(tables["design"])
    if providers is not None:
        country["providers"] = dict(providers.columns)
    if points is not None:
        del design["file"]
        design["points"] = {name: values.tolist() for name, values in points.items()}
    rules = {"rules": {"text": own_rules}} if own_rules else {}
    return {**tables, "country": country, "design": design, **rules}


def tables_beside(
    tables: Mapping[str, Any],
    path: Path,
    providers: str | None,
    points: Mapping[str, NDArray[np.float64]] | None,
    own_rules: str = "",
) -> tuple[dict[str, Any], dict[Path, str]]:
    r"""Return the ``tables`` of a spec with names of files beside ``path``, and the text of each of these files.

    ``providers`` is the text of their table, ``points`` are name -> (point,), ``own_rules`` is the text of a book.

    >>> tables = {"country": {}, "design": {"method": "table"}}
    >>> tables_beside(tables, Path("my.toml"), None, {"real_control": np.array([0.2])})[0]["design"]
    {'method': 'table', 'file': 'my-points.csv'}
    """
    country, design, texts = dict(tables["country"]), dict(tables["design"]), {}
    if providers is not None:
        country["providers"] = f"{path.stem}-{FILES[PROVIDERS]}"
        texts[path.with_name(country["providers"])] = providers
    if points is not None:
        design["file"] = f"{path.stem}-{FILES[POINTS]}"
        texts[path.with_name(design["file"])] = as_csv(points, POINTS)
    rules = {"file": f"{path.stem}-{FILES[RULES]}"} if own_rules else {}
    if rules:
        texts[path.with_name(rules["file"])] = own_rules
    return {**tables, "country": country, "design": design, **({"rules": rules} if rules else {})}, texts


def write_texts(texts: Mapping[Path, str]) -> None:
    """Write each text to its path, in order, each whole or not at all. Raises ValueError if that cannot be done."""
    for path, text in texts.items():
        beside = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            beside.write_text(text, encoding="utf-8", newline="")
            beside.replace(path)
        except OSError as error:
            raise ValueError(f"'{path}' cannot be written: {error.strerror or error}") from error
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
