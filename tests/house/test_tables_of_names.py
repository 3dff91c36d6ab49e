"""Tables of README and docs: every Python name, path and command in them exists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import typer.main

import tredegar
from tredegar.cli.application import app

from ..support.places import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PATH = re.compile(r"(?:[\w.-]+/)+(?:[\w.-]+\.\w+)?")


def rows_of(page: Path) -> Iterator[list[str]]:
    """Yield the cells of every row of every table of a page, code in backticks."""
    for line in page.read_text(encoding="utf-8").splitlines():
        code = re.sub(r"`[^`]*`", lambda found: found[0].replace("|", "\0"), line.replace(r"\|", "\0"))
        if code.count("|") >= 1 and not line.startswith(("    ", ">")):
            yield [cell.strip().replace("\0", "|") for cell in code.strip("| ").split("|")]


def words_of(page: Path) -> list[str]:
    """Return all that stands in backticks in the tables of a page."""
    return [word for cells in rows_of(page) for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def dotted(page: Path) -> list[str]:
    """Return the dotted names of the package, ``tg`` for it included, in the tables of a page."""
    found = (re.match(r"(?:tredegar|tg)((?:\.\w+)+)", word) for word in words_of(page))
    return ["tredegar" + name[1] for name in found if name]


def resolved(name: str) -> Any:
    """Return what a dotted name stands for: a module, or an attribute of one."""
    first, *parts = name.split(".")
    value, path = import_module(first), first
    for part in parts:
        path = f"{path}.{part}"
        # An attribute first: a module of before, once imported, would hide the function of its name.
        if not hasattr(value, part):
            with suppress(ModuleNotFoundError):
                import_module(path)
        value = getattr(value, part)
    return value


def commands() -> dict[str, set[str]]:
    """Return the options of every command."""
    group: Any = typer.main.get_command(app)
    return {
        name: {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for name, command in group.commands.items()
    }


def test_the_tables_are_found() -> None:
    assert len(dotted(ROOT / "docs" / "python.md")) >= len(tredegar.__all__)
    assert {"front/", "model/"} <= set(words_of(ROOT / "README.md"))
    assert any(word.startswith("tredegar sensitivity") for word in words_of(ROOT / "README.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_dotted_name_of_a_table_is_there(page: Path) -> None:
    assert [name for name in dotted(page) if resolved(name) is None] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_path_of_a_table_is_there(page: Path) -> None:
    """A path below the root or beside the page, or in the folder that the row names."""
    tops = {path.name for path in ROOT.iterdir() if path.is_dir()}
    found = [word for word in words_of(page) if PATH.fullmatch(word) and word.split("/")[0] in tops]
    assert [word for word in found if not (ROOT / word).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_of_a_table_is_there_with_its_options(page: Path) -> None:
    known = commands()
    for word in words_of(page):
        if not re.match(r"tredegar [a-z]", word):
            continue
        command = word.split()[1]
        assert command in known, word
        assert set(re.findall(r"(?<!\S)--[a-z-]+", word)) <= known[command], word


def test_names_of_the_table_of_questions_are_public() -> None:
    table = (ROOT / "docs" / "results.md").read_text(encoding="utf-8").partition("## Opening")[0]
    shown = {name for row in re.findall(r"\| ([^|]+) \|\n", table) for name in re.findall(r"`(\w+)`", row)}
    assert {"analyze_sensitivity", "grow_tree", "average_by", "export"} <= shown <= set(tredegar.__all__)


def test_a_name_that_is_not_there_is_told() -> None:
    with pytest.raises(AttributeError, match="simulat"):
        resolved("tredegar.simulat")
    with pytest.raises(AttributeError, match="nothing"):
        resolved("tredegar.results.nothing")
