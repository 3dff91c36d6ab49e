"""The rules of the house, held by the files of the repository themselves."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..golden.write import repository_digest
from ..support.places import FOLDERS, package_of

MOST_LINES_OF_A_FILE = 300
MOST_LINES_OF_A_FUNCTION = 50
MESA_MODULES = {"people", "health_service"}
# Not correctly rounded everywhere, or of several minds about NaN and -0.0: model/arithmetic.py has what rules may use.
INEXACT_BUILT_IN = {"max", "min", "pow", "round", "sum"}
INEXACT = INEXACT_BUILT_IN | {
    *("exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "power", "float_power", "hypot", "cbrt"),
    *("sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arctan2", "atan2"),
    *("minimum", "maximum", "fmin", "fmax", "clip", "fsum", "mean", "dot", "matmul"),
}
QUESTIONS = ("What", "How", "Who", "Where", "When", "Which", "Whether", "Why")
# Written so that this file does not hold what it looks for.
NOT_FOR_THE_REPOSITORY = re.compile(
    r"/(?:work|root|Users)/|/(?:pyenv|site)[-/]packages/|/home/(?!me/)\w|/var/folders/\w|[A-Z]:\\+Users|"
    r"/tmp/(?:tmp\w{6}|pytest|ipykernel|dask|bash)|"
    r"pypi[.]org|pythonhosted[.]org|deb[.]debian[.]org|npmjs[.](?:org|com)"
)


@pytest.fixture(scope="module")
def sources(root: Path, tracked: tuple[str, ...]) -> dict[str, str]:
    """Text of every tracked Python file, by path."""
    return {name: (root / name).read_text(encoding="utf-8") for name in tracked if name.endswith(".py")}


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function, its docstring left out."""
    first = function.body[0]
    docstring = first.end_lineno - first.lineno + 1 if ast.get_docstring(function, clean=False) is not None else 0
    return function.end_lineno - function.lineno + 1 - docstring


def asserts(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a test can fail: an assert, an expected refusal, or a call of a check named assert_..., check... ."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Attribute) and node.attr in ("raises", "warns")):
            return True
        called = node.func if isinstance(node, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name.startswith(("assert", "check")):
            return True
    return False


def imported(text: str) -> set[str]:
    """First parts of the absolute imports of a file."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).split(".")[0])
    return found


def test_no_file_is_longer_than_300_lines(sources: dict[str, str]) -> None:
    assert {name: n for name, text in sources.items() if (n := text.count("\n")) > MOST_LINES_OF_A_FILE} == {}


def test_no_function_is_longer_than_50_lines(sources: dict[str, str]) -> None:
    sizes = {f"{name}:{d.lineno} {d.name}": lines_of(d) for name, text in sources.items() for d in functions(text)}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES_OF_A_FUNCTION} == {}


def test_a_module_docstring_names_its_subject_first(sources: dict[str, str]) -> None:
    """A reader who looks for a noun finds it; a question tells what the page answers only at its end."""
    first = {name: (ast.get_docstring(ast.parse(text)) or "").partition(" ")[0] for name, text in sources.items()}
    assert [name for name, word in first.items() if word in QUESTIONS] == []


def test_every_test_can_fail(sources: dict[str, str]) -> None:
    tests = [
        (name, d) for name, text in sources.items() if Path(name).match("tests/**/test_*.py") for d in functions(text)
    ]
    assert [f"{name}:{d.lineno}" for name, d in tests if d.name.startswith("test_") and not asserts(d)] == []


def test_the_model_needs_numpy_and_the_standard_library_save_where_mesa_belongs(sources: dict[str, str]) -> None:
    allowed = {"numpy", *sys.stdlib_module_names}
    pure = {name: text for name, text in sources.items() if name.startswith("model/")}
    pure = {name: imported(text) for name, text in pure.items() if Path(name).stem not in MESA_MODULES}
    assert pure
    assert {name: names - allowed for name, names in pure.items() if names - allowed} == {}


def inexact(node: ast.AST) -> bool:
    """Whether a piece of a rule is a power, or names an operation that engines do not round alike."""
    if isinstance(node, ast.BinOp | ast.AugAssign):
        return isinstance(node.op, ast.Pow | ast.MatMult)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in INEXACT_BUILT_IN
    return isinstance(node, ast.Attribute) and node.attr in INEXACT


def test_rules_use_only_operations_that_are_exact_everywhere(sources: dict[str, str]) -> None:
    rules = {name: ast.parse(text) for name, text in sources.items() if name.startswith("model/rules/")}
    assert rules
    found = [f"{name}:{node.lineno}" for name, tree in rules.items() for node in ast.walk(tree) if inexact(node)]
    assert found == []


@pytest.mark.parametrize("rule", ["x ** 2", "x @ y", "np.exp(x)", "math.log(x)", "np.maximum(x, y)", "max(x, y)"])
def test_an_operation_that_is_not_exact_everywhere_is_seen(rule: str) -> None:
    assert any(inexact(node) for node in ast.walk(ast.parse(rule)))


def test_every_package_is_listed(root: Path, tracked: tuple[str, ...]) -> None:
    """A sub-folder that is not listed would silently be missing from the wheel."""
    listed = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    folders = {Path(name).parent for name in tracked if name.split("/")[0] in FOLDERS and name.endswith(".py")}
    assert sorted(listed) == sorted(package_of(root / folder) for folder in folders)


def words_of(content: bytes) -> str:
    """What a file says: its text or, of a PNG file, its metadata, which may be packed."""
    if not content.startswith(b"\x89PNG"):
        return content.decode("utf-8", errors="ignore")
    words, place = [], 8
    while place < len(content):
        length, kind = int.from_bytes(content[place : place + 4], "big"), content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + length]
        if kind in (b"tEXt", b"iTXt", b"zTXt", b"eXIf"):
            words.append(data)
            packed = data.find(b"x\x9c")
            words.append(zlib.decompress(data[packed:]) if packed >= 0 else b"")
        place += 12 + length
    return b"\n".join(words).decode("utf-8", errors="ignore")


def test_no_file_names_a_machine_or_a_registry(root: Path, tracked: tuple[str, ...]) -> None:
    found = []
    for name in tracked:
        text = words_of((root / name).read_bytes())
        found += [f"{name}: {match.group()}" for match in NOT_FOR_THE_REPOSITORY.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    "path",
    [
        *("/tm" + "p/tmp7sl7oc_p/look.zarr", "/tm" + "p/pytest-of-me/x", "/va" + "r/folders/x1/T/look.zarr"),
        *(
            "/hom" + "e/somebody/look.zarr",
            "/User" + "s/somebody/look.zarr",
            "C:" + "\\Users\\somebody",
            "/roo" + "t/look.zarr",
        ),
    ],
)
def test_the_path_of_a_folder_of_somebody_is_seen(path: str) -> None:
    assert NOT_FOR_THE_REPOSITORY.search(f'"    store:     {path}"')
    packed = b"Title\0\0" + zlib.compress(path.encode())
    chunk = len(packed).to_bytes(4, "big") + b"zTXt" + packed + b"\0" * 4
    assert NOT_FOR_THE_REPOSITORY.search(words_of(b"\x89PNG\r\n\x1a\n" + chunk))


def documents(root: Path, tracked: tuple[str, ...]) -> dict[str, str]:
    names = [name for name in tracked if name.endswith(".md")]
    return {name: (root / name).read_text(encoding="utf-8") for name in names}


def test_every_make_target_that_the_documents_name_exists(root: Path, tracked: tuple[str, ...]) -> None:
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), flags=re.MULTILINE))
    texts = documents(root, tracked) | {".ci/run": (root / ".ci/run").read_text()}
    named = {(name, found) for name, text in texts.items() for found in re.findall(r"(?:^|`)make ([a-z]+)", text, re.M)}
    assert {(name, target) for name, target in named if target not in targets} == set()
    assert ("README.md", "demo") in named
    assert ("README.md", "test") in named


def test_every_command_and_option_that_the_documents_name_exists(root: Path, tracked: tuple[str, ...]) -> None:
    from typer.main import get_command

    from tredegar.cli.application import app

    commands = {
        name: {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for name, command in get_command(app).commands.items()
    }
    named = re.compile(r"(?:^|`|\$ )tredegar ([a-z]+(?:-[a-z]+)*)([^`\n|#]*)", re.MULTILINE)
    unknown = set()
    for page, text in documents(root, tracked).items():
        for command, rest in named.findall(text):
            if command not in commands:
                unknown.add(f"{page}: tredegar {command}")
                continue
            options = set(re.findall(r" (--[a-z-]+)", rest)) - commands[command] - {"--debug", "--help"}
            unknown |= {f"{page}: tredegar {command} {option}" for option in options}
    assert unknown == set()


def test_every_file_that_the_readme_links_to_exists(root: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (root / "README.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (root / link).exists()] == []


def test_the_changelog_says_so_when_results_change(root: Path) -> None:
    """The newest line marked Results change names the golden values in force."""
    lines = re.findall(r"^- \*\*Results change\*\*.*$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    needed = f"- **Results change** (golden values {repository_digest()}): "
    assert lines
    assert lines[0].startswith(needed), f"the newest such line of CHANGELOG.md must begin with {needed!r}"
