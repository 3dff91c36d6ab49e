"""The structure of the repository in figures: folders, lengths, circles, shapes, names, and the way of one parameter.

The limits are held by tests/house/test_house_measures.py. What is over a limit is listed by name; ``--all`` lists the
public functions without an example, too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TRIP = {
    "hops": "modules that it passes through",
    "functions": "functions with a call on its way",
    "calls": "calls on its way",
    "named": "functions that are handed its bare name",
    "parsed": "times the TOML of the spec is parsed",
    "checked": "times the whole spec is checked",
    "columns": "arrays that hold its values",
}


def measures(name: str) -> Any:
    """Return a module of measures of tests/, which is a package only as seen from the top of the repository."""
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    return import_module(f"tests.house.house_{name}")


def line(what: str, found: object, limit: object = "") -> None:
    """Print a row of the table."""
    print(f"{what:58}{found!s:>22}{f'limit {limit}' if limit != '' else '':>14}")


def listed(names: Iterable[str]) -> None:
    """Print names below a row."""
    for name in names:
        print(f"    {name}")


def print_sizes(modules: Any) -> None:
    """Print how full the folders are, and how long files and functions."""
    of = measures("measures")
    for folder, count in of.modules_per_folder(modules).items():
        line(f"modules in {folder}/", count, of.MOST_MODULES_OF_A_FOLDER)
    for what, lengths, limit in (
        ("file", of.file_lengths(modules), of.MOST_LINES_OF_A_FILE),
        ("function", of.function_lengths(modules), of.MOST_LINES_OF_A_FUNCTION),
    ):
        sizes = of.sizes(lengths)
        line(f"lines of a {what}, median of {sizes.number}", f"{sizes.median:g}")
        line(f"lines of a {what}, longest ({sizes.name})", sizes.longest, limit)


def print_circles(modules: Any) -> None:
    """Print the circles between modules and between folders, and what is imported for types alone."""
    of = measures("imports")
    arrows = of.arrows_between(modules)
    found = of.circles(arrows)
    line("circles between modules", len(found), 0)
    listed(tie for circle in found for tie in of.ties(circle, arrows))
    folders = of.arrows_between_folders(modules)
    found = of.circles(folders)
    line("circles between folders", len(found), 0)
    listed(tie for circle in found for tie in of.ties(circle, folders))
    both = of.arrows_with_types(modules)
    found = of.circles(both)
    line("circles between modules, imports for types counted", len(found))
    listed(tie for circle in found for tie in of.ties(circle, both))
    typed = of.arrows_between(modules, typing_only=True)
    line("imports for types alone, not counted among the arrows", sum(map(len, typed.values())))
    listed(f"{name} -> {', '.join(sorted(targets))}" for name, targets in typed.items() if targets)


def print_names(modules: Any) -> None:
    """Print the names that have two meanings."""
    of = measures("measures")
    for what, found in (
        ("public names that several modules define", of.names_of_several(modules)),
        ("public functions named as a module is", of.functions_named_as_modules(modules)),
    ):
        line(what, len(found), 0)
        listed(f"{name}: {', '.join(homes)}" for name, homes in found.items())


def print_docstrings(modules: Any, everything: bool) -> None:
    """Print how many shapes, examples and comments there are."""
    of = measures("measures")
    shapes, examples = measures("shapes").shapes(modules), of.examples(modules)
    line("public functions of arrays that state a shape", shapes, "all")
    listed(shapes.missing)
    line("public functions of arrays with an example that runs", measures("shapes").array_examples(modules))
    line("public functions with an example that runs", examples)
    listed(examples.missing if everything else ())
    line("lines with a comment", of.comment_lines(modules))


def print_trip(files: dict[str, Path]) -> None:
    """Print the way of one parameter from the file of a spec to the picture, with the figures of before."""
    of, before = measures("hops"), measures("known").WAY_BEFORE
    with tempfile.TemporaryDirectory() as folder:
        trip = of.measured_trip(files, Path(folder))
    print(f"the way of {of.PARAMETER} from spec to picture")
    for name, what in TRIP.items():
        line(f"    {what}", f"{getattr(trip, name)} (before: {before[name]})")
    listed(trip.modules)


def main() -> int:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--all", action="store_true", help="list the functions without an example, too")
    options.add_argument("--root", type=Path, default=ROOT, help="the repository to measure (default: this one)")
    chosen = options.parse_args()
    of = measures("sources")
    modules = of.modules_of(chosen.root)
    print_sizes(modules)
    print_circles(modules)
    print_names(modules)
    print_docstrings(modules, chosen.all)
    if chosen.root == ROOT:
        print_trip(of.module_files(ROOT, of.package_folders(ROOT)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
