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
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return " ".join(
        _LAYOUT.get(token.type, token.string)
        for token in tokens
        if token.type not in _SKIPPED and not (token.type == tokenize.STRING and token.start[0] in documented)
    )


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
