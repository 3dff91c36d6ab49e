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

from ...model.providers import Providers
from .data_tables import FILES, POINTS, PROVIDERS, as_csv


def tables_of_spec(spec: Any) -> dict[str, Any]:
    """Return all tables of a spec, every value written out; specs that mean the same have equal ones."""
    country: dict[str, Any] = {"trusts": spec.trusts, "clinicians": spec.clinicians}
    if spec.providers is not None:
        country["providers"] = FILES[PROVIDERS]
    # What a design may have and has not: specs from before there was such a key keep their text and their hash, too.
    design = spec.design.model_dump(exclude={"seed"}, exclude_none=True)
    if "file" in design:
        design["file"] = FILES[POINTS]
    return {
        **{key: getattr(spec, key) for key in ("name", "seed", "months", "replicates", "streams")},
        # Absent where there is none: specs from before there was this key keep their text and their hash.
        **({} if spec.start is None else {"start": spec.start}),
        "country": country,
        "fixed": {name: spec.fixed[name] for name in sorted(spec.fixed)},
        "design": {**design, "seed": spec.sampler_seed},
        "vary": {name: varied.as_toml() for name, varied in spec.vary.items()},
        "constants": {name: spec.constants[name] for name in sorted(spec.constants)},
        "record": {"outcomes": spec.outcomes, "every": spec.record.every, "trusts": spec.record.trusts},
    }


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


def tables_beside(
    tables: Mapping[str, Any], path: Path, providers: str | None, points: Mapping[str, NDArray[np.float64]] | None
) -> tuple[dict[str, Any], dict[Path, str]]:
    r"""Return the ``tables`` of a spec with names of files beside ``path``, and the text of each of these files.

    ``providers`` is the text of their table, ``points`` are name -> (point,).

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
    return {**tables, "country": country, "design": design}, texts


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
