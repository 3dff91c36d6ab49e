"""Small sweeps for tests, and what stands in a store outside its log."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tredegar.sweeps.spec.spec import Spec

SMALL = """
name = "small"
seed = 3
months = 24
replicates = 3
[country]
trusts = 3
clinicians = 2
[fixed]
solidarity = 0.5
[design]
method = "grid"
[vary]
real_control = {low = 0.0, high = 1.0, levels = 5}
mandate_detail = {low = 0.0, high = 1.0, levels = 5}
[record]
outcomes = ["quality", "true_access", "queue"]
every = 12
"""


def small_spec(old: str = "", new: str = "") -> Spec:
    """Return the small spec, with one piece of its text replaced."""
    assert old in SMALL
    return Spec.from_text(SMALL.replace(old, new) if old else SMALL)


def contents(store: Path) -> dict[str, str]:
    """Return the hash of every file of ``store`` outside its log, by path."""
    return {
        str(path.relative_to(store)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(store.rglob("*"))
        if path.is_file() and path.relative_to(store).parts[0] != "log"
    }
