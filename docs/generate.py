"""Generated parts of the pages of docs/, between their markers, and files of types made whole.

python docs/generate.py            rewrite the pages and the files
python docs/generate.py --check    change nothing; exit 1 if one is not current
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path

from generate_architecture import SECTIONS as ARCHITECTURE
from generate_data import SECTIONS as DATA
from generate_groups import SECTIONS as GROUPS
from generate_moments import SECTIONS as MOMENTS
from generate_others import SECTIONS as OTHERS
from generate_types import FILES

from tredegar.model import CONSTANTS, OUTCOMES, PARAMETERS, TRUST_RECORDS
from tredegar.model.constants import Constant
from tredegar.model.mechanisms.table import MECHANISMS, MODEL_1
from tredegar.model.outcomes import Outcome
from tredegar.model.parameters import Parameter

DOCS = Path(__file__).resolve().parent
RULES = DOCS.parent / "model" / "rules"


def table(heading: str, rows: Iterable[str]) -> str:
    """Return a Markdown table; ``heading`` names its columns, separated by bars."""
    return "\n".join([heading, "|".join("---" for _ in heading.split("|")), *rows])


def number(value: float) -> str:
    """Return ``value`` in the fewest digits that give the same double back (4/9 stays 4/9)."""
    if value == 4.0 / 9.0:
        return "4/9"
    return f"{value:g}" if float(f"{value:g}") == value else repr(value)


def interval(low: float, high: float) -> str:
    """Return an interval in words that need no brackets."""
    return f"{number(low)} to {number(high)}"


def parameter_row(row: Parameter) -> str:
    """Return the line of one parameter."""
    kind = f"{row.kind}, start" if row.initial_only else row.kind
    cells = (
        f"`{row.name}`{'°' if row.minor else ''}",
        number(row.default),
        interval(row.low, row.high),
        interval(row.least, row.most),
        row.unit,
        kind,
        row.meaning,
        row.source,
    )
    return " | ".join(cells)


def parameters() -> str:
    """Return one table of parameters for each actor."""
    heading = "Name | Default | Range | Accepted | Unit | Kind | Meaning | Source"
    parts = []
    for actor, rows in groupby(PARAMETERS.values(), key=lambda row: row.actor):
        parts.append(f"**{actor}**\n\n{table(heading, map(parameter_row, rows))}")
    return "\n\n".join(parts)


def constant_row(row: Constant) -> str:
    """Return the line of one constant."""
    accepted = f"{'above' if row.positive else 'from'} 0 to {row.most:g}"
    return f"`{row.name}` | {number(row.value)} | {accepted} | {row.meaning} | {row.source}"


def constants() -> str:
    """Return one table of constants for each group."""
    parts = []
    for group, rows in groupby(CONSTANTS.values(), key=lambda row: row.group):
        lines = map(constant_row, rows)
        parts.append(f"**{group.capitalize()}**\n\n{table('Constant | Value | Accepted | Meaning | Source', lines)}")
    return "\n\n".join(parts)


def outcome_row(row: Outcome) -> str:
    """Return the line of one monthly outcome."""
    return f"`{row.name}` | {row.unit} | {row.meaning} | {row.rule} | {row.evidence}"


def outcomes() -> str:
    """Return the table of the monthly outcomes."""
    return table("Outcome | Unit | Meaning | Submodel | Record", map(outcome_row, OUTCOMES.values()))


def trust_records() -> str:
    """Return the table of the records per trust."""
    lines = (
        f"`{row.name}` | {row.unit} | {row.meaning} | {'each full year' if row.yearly else 'end of the run'}"
        for row in TRUST_RECORDS.values()
    )
    return table("Record | Unit | Meaning | When", lines)


def rules() -> str:
    """Return the table of rule functions: where each is and the sentence of its docstring."""
    lines = []
    for path in sorted(RULES.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                sentence = (ast.get_docstring(node) or "").split("\n\n")[0].replace("\n", " ").replace("|", "/")
                lines.append(f"`{node.name}` | `{path.stem}` | {sentence}")
    return table("Function | Module | What is judged", lines)


def first_model() -> str:
    """Return the rivals that make the first model: as a table with their parameters, and as the lines of a spec."""
    lines = []
    for name, chosen in MODEL_1.items():
        rival = MECHANISMS[name].rivals[chosen]
        own = {key: each.default for rule in rival.rules for key, each in rule.parameters.items()}
        shown = ", ".join(f"`{key}` {number(value)}" for key, value in own.items())
        lines.append(f"`{name}` | `{chosen}` | {rival.meaning} | {shown}")
    spec = "\n".join(f'{name} = "{chosen}"' for name, chosen in MODEL_1.items())
    return f"{table('Mechanism | Rival | What it says | Its own parameters', lines)}\n\n```toml\n[rules]\n{spec}\n```"


SECTIONS: dict[str, Callable[[], str]] = {
    "rules": rules,
    "first model": first_model,
    "parameters": parameters,
    "constants": constants,
    "outcomes": outcomes,
    "trust records": trust_records,
}


def mechanisms() -> str:
    """Return the table of the mechanisms that have a rival."""
    lines = []
    for each in MECHANISMS.values():
        lines.append(f"`{each.name}` | `built-in` | {each.meaning} | [model.md](model.md): {', '.join(each.rules)}")
        lines += [f"| `{rival.name}` | {rival.meaning} | {rival.source}" for rival in each.rivals.values()]
    return table("Mechanism | Name | What it says | Source", lines)


PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "model.md": SECTIONS,
    "architecture.md": ARCHITECTURE,
    "data.md": DATA,
    "evidence.md": MOMENTS,
    "others.md": OTHERS,
    "own_rules.md": {"mechanisms": mechanisms},
    "groups.md": GROUPS,
}
"""The pages with generated sections."""


def fill(page: str, sections: Mapping[str, Callable[[], str]]) -> str:
    """Return ``page`` with every section between markers made anew; raise ValueError if a marker is missing."""
    for name, make in sections.items():
        begin, end = f"<!-- begin {name} (docs/generate.py) -->\n", f"<!-- end {name} -->\n"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"the page lacks the markers of '{name}': expected {begin.strip()} and {end.strip()}")
        page = f"{before}{begin}\n{make()}\n\n{end}{after}"
    return page


def main(arguments: list[str] | None = None) -> int:
    """Rewrite the pages and the files, or check them; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if one is not current")
    check = parser.parse_args(arguments).check
    made = {f"docs/{name}": partial(fill, sections=sections) for name, sections in PAGES.items()}
    made |= {name: partial(whole, make=make) for name, make in FILES.items()}
    return max(renew(DOCS.parent / name, name, make, check) for name, make in made.items())


def whole(text: str, make: Callable[[], str]) -> str:
    """Return what a file that is made whole must hold, whatever its ``text`` is."""
    return make()


def renew(path: Path, name: str, make: Callable[[str], str], check: bool) -> int:
    """Rewrite the file at ``path``, or check it; return the exit status."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        made = make(text)
    except ValueError as error:
        sys.stderr.write(f"error: {name}: {error}\n")
        return 1
    if check and made != text:
        sys.stderr.write(f"{name} is not current; run python docs/generate.py\n")
        return 1
    if made != text:
        path.write_text(made, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
