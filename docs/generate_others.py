"""Generated parts of docs/others.md: the scripts of examples/ by which other people's tools drive the model.

Run ``python docs/generate.py`` after a change of a script; a test compares.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
SHOWN = (
    *("with_ema.py", "with_salib.py", "with_scipy.py", "with_workers.py", "Snakefile", "with_mesa.py"),
    "solara_page.py",
)


def listing(name: str) -> str:
    """Return a script as a listing, without the docstring that it begins with."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    if name.endswith(".py"):
        docstring = ast.parse(text).body[0]
        text = "\n".join(text.splitlines()[docstring.end_lineno :])
    return f"```python\n{text.strip()}\n```"


SECTIONS: dict[str, Callable[[], str]] = {name: partial(listing, name) for name in SHOWN}
