"""Golden values: digests of small runs, which may change only on purpose. `make golden` writes those of today's rules.

``published.toml`` holds the runs that docs/model.md tells, whose listings are a second implementation that meets them;
``mechanisms.toml`` lists runs for each mechanism, their digests stand in ``digests.toml``. The values of both are those
of the NumPy engine. ``model_1.toml`` is not rewritten: model 1 gave its values while it was built in.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tredegar.kernels import Simulated, simulate
from tredegar.model.graph.merkle import rules_hash
from tredegar.model.outcomes import OUTCOMES, PERCENTILES
from tredegar.model.providers import parse_providers

FOLDER = Path(__file__).resolve().parent
DIGESTS = FOLDER / "digests.toml"
RULES = FOLDER / "rules_hash.json"
NEW = (
    "any_tier_started", "head_changed", "nurses_at_work", "doctors_leaving", "disruption_of_trusts", "objecting_share",
    "objecting_supply_share",
)  # fmt: skip
"""The outcomes that came after model 1."""
SINGLE = {
    "quality_first": ("quality", 0),
    "quality_last": ("quality", -1),
    "queue_last": ("queue", -1),
    "real_control_now_last": ("real_control_now", -1),
}
"""Single values of a published run -> outcome and place of the month."""
USUAL = {"trusts": 8, "clinicians": 4, "months": 36, "seed": 11, "run": 5, "every": 1}


def table(name: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a file of this folder."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def run_row(row: dict[str, Any], engine: str, rules: Mapping[str, str] | None = None) -> Simulated:
    """Run a row of a table on ``engine`` under ``rules``, in float64, with all outcomes and per-trust records."""
    full = USUAL | row
    providers = parse_providers(row["providers"].strip(), "providers") if "providers" in row else None
    return simulate(
        {name: [float(value)] for name, value in row.get("set", {}).items()},
        replicates=1,
        months=full["months"],
        trusts=full["trusts"],
        clinicians=full["clinicians"],
        seed=full["seed"],
        engine=engine,
        every=full["every"],
        runs=np.array([[full["run"]]], dtype=np.uint32),
        providers=providers,
        constants=row.get("constants"),
        trust_records=True,
        dtype="float64",
        rules=rules,
    )


def published_digest(out: Simulated) -> str:
    """SHA-256 as docs/model.md has it: the outcomes that are no percentiles, (month, outcome), zeros without sign."""
    names = [name for name in OUTCOMES if name not in PERCENTILES]
    values = np.stack([out[name][0, 0] for name in names], axis=1) + 0.0
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def single_values(out: Simulated) -> dict[str, str]:
    """Return the single values of a published run, in hexadecimal."""
    return {name: float(out[outcome][0, 0, month]).hex() for name, (outcome, month) in SINGLE.items()}


def digest(out: Simulated, without: Collection[str] = ()) -> str:
    """SHA-256 of the outcomes and per-trust records in the order of their names, signs of zeros included."""
    whole = hashlib.sha256()
    for name in sorted(set(out) - set(without)):
        whole.update(name.encode())
        whole.update(np.ascontiguousarray(out[name]).tobytes())
    return whole.hexdigest()


def repository_digest() -> str:
    """The first twelve digits of a hash of this folder's data: the name of the golden values in force."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        whole.update(f"tests/golden/{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()[:12]


def published_text() -> str:
    """Return the text of published.toml with the values of the NumPy engine."""
    path = FOLDER / "published.toml"
    heads = path.read_text(encoding="utf-8").split("\n\n[")
    rows = table("published").items()
    written = [heads[0]]
    for head, (_, row) in zip(heads[1:], rows, strict=True):
        out = run_row(row, "numpy")
        for name, value in {"sha256": published_digest(out), **single_values(out)}.items():
            head = re.sub(rf'(?m)^{name} = ".*"$', f'{name} = "{value}"', head)
        written.append(head)
    return "\n\n[".join(written)


def main() -> None:
    """Rewrite the values by the NumPy engine and the hash of the rules; print the line that CHANGELOG.md needs."""
    (FOLDER / "published.toml").write_text(published_text(), encoding="utf-8")
    lines = ["# Digests of the runs of mechanisms.toml: outcomes and per-trust records. Written by `make golden`.", ""]
    lines += [f'{name} = "{digest(run_row(row, "numpy"))}"' for name, row in table("mechanisms").items()]
    DIGESTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    RULES.write_text(json.dumps({"rules_hash": rules_hash()}, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"- **Results change** (golden values {repository_digest()}): what changed and why\n")


if __name__ == "__main__":
    main()
