"""Sources of rules of one's own: functions, files of Python, texts that name a function in a file, rivals by name.

A file is executed once, here, in a module of its own; nothing of it is needed afterwards.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import count
from os import PathLike, fspath
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from ..mechanisms.rivals import Rival, RivalRule
from ..mechanisms.table import MECHANISMS
from ..schedule.rulebook import BUILT_IN_LABEL
from ..text.names import closest
from ..text.plain_text import brief, plain
from .declared import Declared, Own, declaration_of, rule
from .places import PLACES
from .refusal import RuleRefused, refused, written_at

FILE = "file"
"""The key under which a mapping names a whole file."""
MOST_BYTES = 2**20
_numbers = count()


def declarations_of(rules: Any, folder: Path) -> tuple[Declared, ...]:
    """Return what ``rules`` declare, in their order; files are looked for in ``folder``. Raises RuleRefused.

    ``rules``: None; the path of a file; functions, or paths, in a sequence; or a mapping of the names of rules to a
    function, to "my_rules.py:gaming" or to the name of a rival.
    """
    if rules is None:
        return ()
    if isinstance(rules, str | PathLike):
        return declared_in(_path(rules, folder))
    if isinstance(rules, Mapping):
        return tuple(each for name, given in rules.items() for each in _named(name, given, folder))
    if isinstance(rules, Sequence):
        return tuple(each for given in rules for each in _listed(given, folder))
    form = "rules must be functions in a list, the path of a file, or a mapping of rules to functions"
    raise RuleRefused(f"{form}, got {brief(rules)}")


def _listed(given: Any, folder: Path) -> tuple[Declared, ...]:
    if isinstance(given, str | PathLike):
        return declared_in(_path(given, folder))
    return (_declared(given),)


def _named(name: Any, given: Any, folder: Path) -> tuple[Declared, ...]:
    if not isinstance(name, str):
        raise RuleRefused(f"rules are named by texts, got {brief(name)}")
    if name == FILE:
        return declared_in(_path(given, folder))
    if callable(given):
        return (_replacing(name, _declared(given)),)
    return declared_by_label(name, given, folder)


def declared_by_label(name: str, label: Any, folder: Path) -> tuple[Declared, ...]:
    """Return what ``label`` declares for the rule or mechanism ``name``: nothing for "built-in".

    It is "my_rules.py:gaming", or the name of a rival that the package brings. Raises RuleRefused.
    """
    if not isinstance(label, str | PathLike):
        raise RuleRefused(f"rule '{plain(name)}' must be a function, 'file.py:function' or a rival, got {brief(label)}")
    text = fspath(label)
    if text == BUILT_IN_LABEL:
        return ()
    path, colon, function = text.rpartition(":")
    if colon and path.endswith(".py"):
        return (_replacing(name, _declared(_function_in(_path(path, folder), function))),)
    if name not in PLACES and name not in MECHANISMS:
        raise RuleRefused(f"there is no rule '{plain(name)}'{closest(name, [FILE, *PLACES, *MECHANISMS])}")
    rivals = MECHANISMS[name].rivals if name in MECHANISMS else {}
    if text in rivals:
        return _declared_by(rivals[text])
    known = [BUILT_IN_LABEL, *rivals]
    hint = f"{closest(text, known)}; known: {', '.join(known)}, or 'file.py:function'"
    raise RuleRefused(f"rule '{plain(name)}' has no rival '{plain(text)}'{hint}")


def _declared_by(rival: Rival) -> tuple[Declared, ...]:
    """Return what a rival that the package brings declares, as a file of one's own would."""
    return tuple(_marked(each.function, _decorator_of(each)) for each in rival.rules)


def _decorator_of(each: RivalRule) -> Callable[[Any], Any]:
    said: dict[str, Any] = {name: Own(**asdict(found)) for name, found in each.parameters.items()}
    said["draws"] = each.draws
    if each.replaces:
        return rule(replaces=each.replaces, **said)
    return rule(after=each.after, writes=each.writes, start=each.start, **said)


def _marked(function: Any, decorate: Callable[[Any], Any]) -> Declared:
    marked = decorate(_copy(function))
    found = declaration_of(marked)
    assert found is not None, "it has just been declared"
    return found


def declared_in(path: Path) -> tuple[Declared, ...]:
    """Return what the file at ``path`` declares, in the order of its lines. Raises RuleRefused."""
    # A function that has two names there is one rule.
    functions = {id(value): value for value in _loaded(path).__dict__.values() if isinstance(value, FunctionType)}
    found = [declaration_of(function) for function in functions.values()]
    # What it imports from another file of rules is declared there.
    declared = [each for each in found if each is not None and each.function.__code__.co_filename == str(path)]
    if not declared:
        raise RuleRefused(f"{path.name} declares no rule: write @rule or @outcome above a function (from tredegar)")
    return tuple(sorted(declared, key=lambda each: each.function.__code__.co_firstlineno))


def _function_in(path: Path, name: str) -> Any:
    values = _loaded(path).__dict__
    functions = [key for key, value in values.items() if isinstance(value, FunctionType)]
    if name not in functions:
        raise RuleRefused(f"{path.name} has no function '{plain(name)}'{closest(name, functions)}")
    return values[name]


def _declared(function: Any) -> Declared:
    """Return the declaration of a function; one without stands for the rule of its own name."""
    if not isinstance(function, FunctionType):
        raise RuleRefused(f"a rule must be a function written with def, got {brief(function)}")
    if not function.__name__.isidentifier():
        raise refused(written_at(function), "a rule is written with def, and has a name")
    found = declaration_of(function)
    if found is None:
        return _marked(function, rule)
    return found


def _copy(function: FunctionType) -> FunctionType:
    """Return the same function as another object: a function of the user's is not marked behind its back."""
    made = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    made.__kwdefaults__ = function.__kwdefaults__
    return made


def _replacing(name: str, declared: Declared) -> Declared:
    if declared.kind != "rule" or declared.after:
        raise refused(declared.place, f"it cannot replace rule '{plain(name)}': it is an outcome or an added rule")
    return replace(declared, name=name, replaces=name)


def _path(given: Any, folder: Path) -> Path:
    if not isinstance(given, str | PathLike) or not isinstance(fspath(given), str):
        raise RuleRefused(f"a file of rules must be a path such as 'my_rules.py', got {brief(given)}")
    return folder / Path(fspath(given)).expanduser()


def _loaded(path: Path) -> ModuleType:
    """Return the module that the file at ``path`` makes. Raises RuleRefused, naming its line."""
    name = plain(path.name)
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise RuleRefused(f"rules file '{plain(path, 200)}' cannot be read: {plain(reason)}") from None
    if len(text) > MOST_BYTES:
        raise RuleRefused(f"rules file '{name}' is larger than {MOST_BYTES:,} bytes")
    module = ModuleType(f"tredegar_own_rules_{next(_numbers)}")
    module.__file__ = str(path)
    # Classes of the file are looked up by the name of their module.
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except RuleRefused as refusal:  # of a decorator, which names the place, or of what stands in its parentheses
        said = str(refusal)
        raise RuleRefused(
            said if said.startswith(f"{name}:") else f"{name}:{_line_in(path, refusal)}: {said}"
        ) from None
    except SyntaxError as error:
        raise RuleRefused(f"{name}:{error.lineno or 1}: it is no Python: {plain(error.msg or error)}") from None
    except Exception as error:  # noqa: BLE001 -- a researcher's own code may raise anything
        said = plain(f"{type(error).__name__}: {error}", 200)
        raise RuleRefused(f"{name}:{_line_in(path, error)}: it cannot be loaded: {said}") from None
    finally:
        del sys.modules[module.__name__]
    return module


def _line_in(path: Path, error: BaseException) -> int:
    line, trace = 1, error.__traceback__
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == str(path) else line
        trace = trace.tb_next
    return line
