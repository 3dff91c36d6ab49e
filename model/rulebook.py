"""The hash of the rules: a store says by which rules its numbers were made, and a resume refuses others.

It covers the code of rules, tallies, arithmetic, draws, records and the order of a month, without comments and
docstrings, and the values of the constants and the defaults of the parameters. Rewording changes nothing.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from .constants import CONSTANTS
from .parameters import PARAMETERS

_SKIPPED = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
_LAYOUT = {tokenize.NEWLINE: "<end of line>", tokenize.INDENT: "<indent>", tokenize.DEDENT: "<dedent>"}


def _docstring_lines(source: str) -> set[int]:
    """Line numbers on which a docstring (or another bare string) starts."""
    expressions = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Expr))
    return {e.lineno for e in expressions if isinstance(e.value, ast.Constant) and isinstance(e.value.value, str)}


def code_of(source: str) -> str:
    """Return the tokens of ``source`` that mean something, joined by spaces: no comments, no docstrings."""
    documented = _docstring_lines(source)
    return " ".join(
        _LAYOUT.get(token.type, token.string)
        for token in _tokens(source)
        if token.type not in _SKIPPED and not (token.type == tokenize.STRING and token.start[0] in documented)
    )


def _tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens of ``source`` as Python 3.11 has them: since 3.12 an f-string is many, here it stays one.

    The hash must not depend on who reads the rules: a sweep that was begun under one Python goes on under another.
    """
    lines = source.splitlines(keepends=True)
    depth, start = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        if kind == "FSTRING_START":
            start = start if depth else token.start
            depth += 1
        elif kind == "FSTRING_END":
            depth -= 1
            if not depth:
                yield tokenize.TokenInfo(tokenize.STRING, _between(lines, start, token.end), start, token.end, "")
        elif not depth:
            yield token


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """Return the text from ``start`` to ``end``, each the number of a line, from 1, and a column."""
    text = lines[start[0] - 1 : end[0]]
    text[-1] = text[-1][: end[1]]
    text[0] = text[0][start[1] :]
    return "".join(text)


def rule_files() -> tuple[str, ...]:
    """Return the names of the modules that decide the bits of a run."""
    fixed = ("arithmetic.py", "draws.py", "month.py", "records.py", "tallies.py")
    names = (path.name for path in files(__package__).iterdir())
    return (*fixed, *sorted(name for name in names if name.startswith("rules_") and name.endswith(".py")))


@cache
def rules_hash() -> str:
    """Return the SHA-256, as 64 hexadecimal digits, of everything that decides the bits of a run."""
    digest = hashlib.sha256()
    for name in rule_files():
        digest.update(f"{name}\n{code_of((files(__package__) / name).read_text(encoding='utf-8'))}\n".encode())
    values = {
        "constants": {name: row.value for name, row in CONSTANTS.items()},
        "parameters": {name: row.default for name, row in PARAMETERS.items()},
    }
    digest.update(json.dumps(values, sort_keys=True).encode())
    return digest.hexdigest()
