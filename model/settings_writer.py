"""The text of ``settings.py``: the parameters by name, for editors and type checkers, made from the table.

``python -m tredegar.model.settings_writer`` writes it again, to be done whenever ``parameters.toml`` changes.
"""

from __future__ import annotations

import textwrap
from importlib.resources import files
from pathlib import Path

from .parameters import PARAMETERS, Parameter

MOST_LETTERS = 110
"""What fits a line between its quotes."""

_HEAD = '''"""The parameters by name, as editors and type checkers see them. Made from the table: do not edit.

``python -m tredegar.model.settings_writer`` writes this file. At run time ``parameters.Parameters`` is made from the
table itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Settings of one point, checked: every parameter by name, at its default where not given.

    Raises ValueError for a value that the equations do not accept, and for a name that is none.
    """

'''


_KEYWORDS = '''

ParameterValues = TypedDict(  # noqa: UP013 - a class would take a line for each
    "ParameterValues",
    {
KEYS
    },
    total=False,
)  # fmt: skip
"""Values of parameters as keywords, of which any may be left out."""
'''


def _field(row: Parameter) -> str:
    """One parameter: its default, and below it what it is, in lines that are not too long."""
    words = f"{row.meaning} ({row.unit}, {row.least:g} .. {row.most:g})"
    words = f"{words}." if len(words) < MOST_LETTERS else words[: words.rindex(" ", 0, MOST_LETTERS - 4)] + " ..."
    return f'    {row.name}: float = {row.default!r}\n    """{words[0].upper()}{words[1:]}"""\n'


def settings_source() -> str:
    """Return what ``settings.py`` must hold."""
    words = ", ".join(f'"{name}":\u00a0float' for name in PARAMETERS)
    keys = textwrap.fill(words, MOST_LETTERS).replace("\u00a0", " ")
    keywords = _KEYWORDS.replace("KEYS", textwrap.indent(f"{keys},", "        "))
    return _HEAD + "".join(_field(row) for row in PARAMETERS.values()) + keywords


if __name__ == "__main__":
    Path(str(files(__package__) / "settings.py")).write_text(settings_source(), encoding="utf-8")
