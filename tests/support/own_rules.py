"""Rules of one's own for tests of sweeps: files, a spec that names them, changes that count and changes that do not."""

from __future__ import annotations

from pathlib import Path

RULES = '''\
"""Inspection frightens, and what it leaves behind."""

from tredegar import Own, outcome, rule


@rule(bite=Own(0.3, low=0.0, high=1.0, unit="share", meaning="how strongly inspection frightens"))
def fear(manager, centre, p):
    reach = 0.25 * p.inspection_intensity
    return manager.fear + reach * (p.bite - manager.fear)


@rule(after="fear", writes="manager.dread", start=0.1)
def dread(manager):
    return 0.9 * manager.dread + 0.1 * manager.fear


@rule(after="dread", writes="manager.mood", start=0.5, draws=("u",))
def mood(manager, luck):
    return 0.8 * manager.mood + 0.2 * luck.u


@outcome(unit="share", meaning="dread among managers")
def mean_dread(manager):
    return manager.dread


@outcome(unit="share", meaning="managers in a good mood")
def good_mood(manager):
    return manager.mood > 0.5
'''
GAMING = """\
def gaming(manager, p):
    return manager.gaming + 0.2 * (p.gaming_propensity * manager.true_gap - manager.gaming)
"""
"""A file without a decorator: a function stands for the rule of its name, or of the name that a spec gives it."""
SPEC = """\
name = "own"
seed = 5
months = 12
replicates = 2

[country]
trusts = 3
clinicians = 2

[rules]
file = "my_rules.py"

[fixed]
"bite@7" = 0.9

[design]
method = "latin-hypercube"
points = 6

[vary]
bite = { distribution = "beta", a = 2, b = 5 }
gaming = { values = ["built-in", "other_rules.py:gaming", "proportional"] }
VOICE_BASE = [0.1, 0.3]

[record]
outcomes = ["quality", "mean_dread", "good_mood"]
"""
ALIKE = {
    "a comment": ("reach = ", "# what an inspector reaches\n    reach = "),
    "a local variable": ("reach", "arm"),
    "a moved line": ("@outcome(unit", "\n\n@outcome(unit"),
    "a docstring": ("def dread(manager):\n", 'def dread(manager):\n    """What inspection leaves behind."""\n'),
}
"""Changes of the file by which no run changes: what it was, and what it is."""
OTHER = {
    "a constant": ("0.25", "0.26", "rule 'fear'"),
    "a default": ("Own(0.3", "Own(0.4", "rule 'fear'"),
    "a start": ("start=0.1", "start=0.2", "rule 'dread'"),
    "a draw": ("0.2 * luck.u", "0.2 * luck.u * luck.u", "rule 'mood'"),
    "an outcome": ("manager.mood > 0.5", "manager.mood > 0.6", "outcome 'good_mood'"),
}
"""Changes of the file that change runs, and what the refusal names."""


def written(folder: Path) -> Path:
    """Write the spec and its files of rules into ``folder``; return the path of the spec."""
    (folder / "my_rules.py").write_text(RULES, encoding="utf-8")
    (folder / "other_rules.py").write_text(GAMING, encoding="utf-8")
    (folder / "own.toml").write_text(SPEC, encoding="utf-8")
    return folder / "own.toml"


def change(folder: Path, old: str, new: str) -> None:
    """Replace a piece of the file of rules in ``folder``."""
    text = (folder / "my_rules.py").read_text(encoding="utf-8")
    assert old in text
    (folder / "my_rules.py").write_text(text.replace(old, new), encoding="utf-8")


def remove(folder: Path) -> None:
    """Remove the files of rules from ``folder``."""
    (folder / "my_rules.py").unlink()
    (folder / "other_rules.py").unlink()
