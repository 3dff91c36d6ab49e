"""The page on the architecture says what is so: files that exist, storeys that are held, a way that is measured."""

from __future__ import annotations

import re
import tomllib

from ..support.places import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_file_and_folder_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`([a-z_]+/[a-z_/.]*)`", PAGE))
    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_storeys_of_the_page_are_the_layers_that_imports_are_held_to() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (floors,) = (contract for contract in contracts if contract.get("containers") == ["tredegar"])
    drawn = PAGE.partition("```text\n")[2].partition("```")[0]
    order = [re.findall(r"[a-z]+", layer) for layer in floors["layers"]]
    places = [
        [drawn.index(f"{name}" if name in ("cli", "page", "api") else f"{name}/") for name in layer] for layer in order
    ]
    lines = [{drawn.count("\n", 0, place) for place in layer} for layer in places]
    assert [min(line) for line in lines] == sorted(min(line) for line in lines)
    assert {"sweeps", "results"} <= {name for layer in order for name in layer}
