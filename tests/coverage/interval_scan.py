"""Places of the product that make or hand on an interval, found in its source text.

A place is a module, or a public class or function of it. What tells an interval: a name of a bound (a field, a column,
a variable: ``low``, ``S1_conf``), a call of what makes quantiles and bounds (SciPy's ``ppf``, NumPy's ``quantile``), a
call of a function of the product that returns an ``Estimate``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOMS = ("results", "front", "sweeps", "datasets", "observation")
BOUND = re.compile(r"(?:\w*_)?(?:conf|low|high|idle)|\w*_(?:lower|upper)|(?:\w*_)?half_width")
BARE = re.compile(r"_?(?:conf|low|high|lower|upper|idle|half_width)")
"""A bound that does not say of what: the place does."""
MAKERS = frozenset(
    ("binom_test", "binomtest", "bootstrap", "cdf", "conf_int", "confidence_interval", "credible_interval", "interval",
     "isf", "monte_carlo_test", "nanpercentile", "nanquantile", "percentile", "percentileofscore", "permutation_test",
     "ppf", "proportion_confint", "quantile", "sf", "tconfint_mean", "zconfint_mean")
)  # fmt: skip
"""Functions of NumPy, SciPy and statsmodels that end in bounds or in the probability of chance."""
LONGEST = 60
"""No name has so many letters; docstrings need not be matched."""
ESTIMATE = re.compile(r"\bEstimate\b")


def sources(root: Path) -> dict[str, ast.Module]:
    """Return path -> tree of every module of the rooms that print numbers."""
    files = (file for room in ROOMS for file in sorted((root / room).rglob("*.py")))
    return {file.relative_to(root).as_posix(): ast.parse(file.read_text(encoding="utf-8")) for file in files}


def estimators(trees: Mapping[str, ast.Module]) -> frozenset[str]:
    """Return the names of the product's public functions that return an ``Estimate``."""
    nodes = (node for tree in trees.values() for node in tree.body if isinstance(node, ast.FunctionDef))
    given = (node.name for node in nodes if node.returns and ESTIMATE.search(ast.unparse(node.returns)))
    return frozenset(name for name in given if not name.startswith("_"))


def found_in(path: str, tree: ast.Module, makers: frozenset[str]) -> dict[str, set[str]]:
    """Return place -> what tells there that it has an interval."""
    found: dict[str, set[str]] = {}
    for statement in tree.body:
        name = getattr(statement, "name", "_")
        if told := {each for node in ast.walk(statement) for each in _told_by(node, makers)}:
            found.setdefault(path if name.startswith("_") else f"{path}:{name}", set()).update(told)
    return found


def _told_by(node: ast.AST, makers: frozenset[str]) -> Iterator[str]:
    """Yield the names of bounds that a node holds, and the call of a maker that it is."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        yield from [f"{name}()"] if name in makers else []
    yield from (each for each in _names_in(node) if BOUND.fullmatch(each))


def _names_in(node: ast.AST) -> list[str]:
    """Return fields of a class, a text, the end of an f-string, or the keyword of a call."""
    if isinstance(node, ast.ClassDef):
        fields = (each.target for each in node.body if isinstance(each, ast.AnnAssign))
        return [field.id for field in fields if isinstance(field, ast.Name)]
    if isinstance(node, ast.JoinedStr):
        return [str(node.values[-1].value)] if node.values and isinstance(node.values[-1], ast.Constant) else []
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) and len(node.value) < LONGEST else []
    return [str(node.arg)] if isinstance(node, ast.keyword) else []
