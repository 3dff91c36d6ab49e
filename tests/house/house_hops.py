"""Hops of one parameter: the modules that it passes through from the file of a spec to the picture of a map.

Measured by running: a small sweep is read, run on the NumPy engine in this process, opened and drawn while
``sys.setprofile`` tells of every call of a function of the packages. A call is on the parameter's way if

- an argument bears its name; is its name, or a text with its name in it; or is a mapping, a declared record, a sequence
  or a table that has it, three levels down at most; or
- the code of the function reads a field of that name: so counts the rule that uses the parameter, and not every rule
  that is handed the record of all parameters, a bare namespace.

A hop is a module with a call on the way. Overcounted is a function that is handed a record and reads another field of
it; undercounted is one that goes over all fields of a plain object. A generator that is resumed counts as called again.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from .house_holders import arguments_of, column_of, holds

PARAMETER = "mandate_detail"
SPEC_NAME = "the-way-of-one-parameter"
SPEC = f"""
name = "{SPEC_NAME}"
seed = 1
months = 2
replicates = 2
[country]
trusts = 10
clinicians = 3
[design]
method = "grid"
[vary]
{PARAMETER} = {{ low = 0.0, high = 1.0, levels = 3 }}
method_heterogeneity = {{ low = 0.0, high = 1.5, levels = 3 }}
"""
CHECK = "check_spec"  # the function whose calls are the checks of a whole spec


@dataclass(frozen=True, slots=True)
class Trip:
    """The way of one parameter: the modules in the order in which it came to them, and what was done on the way.

    ``functions`` and ``calls`` are on its way, ``named`` of the functions were handed its bare name. ``parsed`` counts
    how often the TOML of the spec was parsed, ``checked`` how often a whole spec was checked, and ``columns`` the
    arrays, each with memory of its own, that held its values in an argument of a call.
    """

    modules: tuple[str, ...]
    functions: int
    calls: int
    named: int
    parsed: int
    checked: int
    columns: int

    @property
    def hops(self) -> int:
        """How many modules are on the way."""
        return len(self.modules)


@dataclass
class _Log:
    """What a running trip has seen; arrays are kept, so that no other one comes to lie where they lay."""

    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: set[tuple[str, str]] = field(default_factory=set)
    parsed: int = 0
    checked: int = 0
    columns: dict[int, Any] = field(default_factory=dict)

    def note(self, module: str, code: CodeType, arguments: Mapping[str, Any], parameter: str) -> None:
        """Take in the call of a function of the packages."""
        self.checked += code.co_name == CHECK
        handed = parameter in arguments or any(holds(value, parameter) for value in arguments.values())
        if not handed and parameter not in code.co_names:
            return
        self.calls[module, code.co_qualname] += 1
        if any(isinstance(value, str) and value == parameter for value in arguments.values()):
            self.named.add((module, code.co_qualname))
        for value in (arguments, *arguments.values()):
            if (column := column_of(value, parameter)) is not None:
                self.columns[id(column)] = column

    def trip(self) -> Trip:
        """Return what was seen."""
        modules = tuple(dict.fromkeys(module for module, _ in self.calls))
        numbers = (len(self.calls), self.calls.total(), len(self.named), self.parsed, self.checked, len(self.columns))
        return Trip(modules, *numbers)


def follow(action: Callable[[], object], files: Mapping[str, Path], parameter: str, spec_name: str) -> Trip:
    """Return the way of ``parameter`` through the modules ``files`` (name -> file) while ``action`` runs.

    TOML that has ``spec_name`` in it is the spec. Raises RuntimeError if another profiler takes over meanwhile.
    """
    log = _Log()
    names = {str(file.resolve()): name for name, file in files.items()}

    def see(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and (module := names.get(code.co_filename)):
            log.note(module, code, arguments_of(frame), parameter)
        elif event == "call" and code.co_name == "loads" and Path(code.co_filename).parent.name == "tomllib":
            log.parsed += spec_name in frame.f_locals[code.co_varnames[0]]

    previous = sys.getprofile()
    threading.setprofile(see)
    sys.setprofile(see)
    try:
        action()
        if sys.getprofile() is not see:
            raise RuntimeError("the way was lost: calls stopped being followed before the end")
    finally:
        sys.setprofile(previous)
        threading.setprofile(None)
    return log.trip()


def sweep_and_draw(folder: Path) -> Path:
    """Write SPEC to a file in ``folder``, sweep it there, open the store and draw the map; return the picture."""
    from tredegar.results import draw_map, open_sweep
    from tredegar.sweeps import Spec, complete_sweep

    spec, store, picture = folder / "way.toml", folder / "way.zarr", folder / "way.png"
    spec.write_text(SPEC, encoding="utf-8")
    complete_sweep(Spec.from_file(spec), store, workers=0, engine="numpy")
    with open_sweep(store) as sweep:
        draw_map(sweep, "overall", x=PARAMETER, y="method_heterogeneity").savefig(picture)
    return picture


def measured_trip(files: Mapping[str, Path], folder: Path) -> Trip:
    """Return the way of PARAMETER when a spec is swept and drawn in the empty ``folder``.

    The second of two sweeps is followed: what is computed once in a process, such as the hash of the rules, does not
    depend on the values of a sweep and is no part of their way.
    """
    for name in ("first", "second"):
        (folder / name).mkdir()
    sweep_and_draw(folder / "first")
    return follow(lambda: sweep_and_draw(folder / "second"), files, PARAMETER, SPEC_NAME)
