"""Lines of Markdown are at most 120 letters long, but where a line cannot be broken: tables, listings, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST_LETTERS = 120
LONGER = ("docs/claims.md", "docs/coverage.md", "docs/validation.md")
"""The pages that are made by the code."""
UNBROKEN = re.compile(r"(?:`[^`]*`|!?\[[^\]]*\]\([^)]*\)|\S)+")
"""Code, a link, a picture or a word."""
MARK = re.compile(r"^\s*(?:[-*+>]|\d+\.)\s+")
"""What a line of a list or a quotation begins with."""


def too_long(page: str) -> Iterator[int]:
    """Yield the numbers, from 1, of the lines of ``page`` that are too long and could be broken."""
    in_listing = False
    for number, line in enumerate(page.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            in_listing = not in_listing
        can_stay = in_listing or " | " in line or line.lstrip().startswith(("|", "<", "#"))
        if len(line) > MOST_LETTERS and not can_stay and len(UNBROKEN.findall(MARK.sub("", line))) > 1:
            yield number


def test_lines_of_markdown_are_not_too_long(root: Path, tracked: tuple[str, ...]) -> None:
    pages = [path for path in tracked if path.endswith(".md") and path not in LONGER]
    assert len(pages) > 15
    found = {path: list(too_long((root / path).read_text(encoding="utf-8"))) for path in pages}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("page", "lines"),
    [
        ("word " * 30, [1]),
        ("short\n\n- " + "word " * 30, [3]),
        ("```\n" + "word " * 30 + "\n```\n" + "word " * 30, [4]),
        ("cell | " * 30, []),
        ("![" + "word " * 30 + "](picture.png)", []),
        ("- [" + "word " * 30 + "](page.md)", []),
        ("x" * 200, []),
        ("so " + "x" * 200, [1]),
    ],
)
def test_what_could_be_broken_is_told(page: str, lines: list[int]) -> None:
    assert list(too_long(page)) == lines
