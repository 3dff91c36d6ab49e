"""Golden values: digests of small runs, which may change only on purpose. `make golden` rewrites digests.toml.

``published.toml`` came with the specification and is never rewritten; ``mechanisms.toml`` lists runs of our own.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
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
SPECIFIED = 73
"""Outcomes of the specification that are no percentiles: the first of the table."""
USUAL = {"trusts": 8, "clinicians": 4, "months": 36, "seed": 11, "run": 5, "every": 1}


def table(name: str) -> dict[str, dict[str, Any]]:
    """Return the rows of a file of this folder."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def run_row(row: dict[str, Any], engine: str) -> Simulated:
    """Run a row of a table on ``engine``, in float64, with all outcomes and per-trust records."""
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
    )


def published_digest(out: Simulated) -> str:
    """SHA-256 as the specification has it: its 73 outcomes, (month, outcome), zeros without sign."""
    # Outcomes that were added since stand behind those of the specification.
    names = [name for name in OUTCOMES if name not in PERCENTILES][:SPECIFIED]
    values = np.stack([out[name][0, 0] for name in names], axis=1) + 0.0
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def digest(out: Simulated) -> str:
    """SHA-256 of every outcome and per-trust record in the order of their names, signs of zeros included."""
    whole = hashlib.sha256()
    for name in sorted(out):
        whole.update(name.encode())
        whole.update(np.ascontiguousarray(out[name]).tobytes())
    return whole.hexdigest()


def repository_digest() -> str:
    """The first twelve digits of a hash of this folder's data: the name of the golden values in force."""
    whole = hashlib.sha256()
    for path in sorted(FOLDER.glob("*.toml")):
        whole.update(f"tests/golden/{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()[:12]


def main() -> None:
    """Rewrite the digests by the NumPy engine and the hash of the rules; print the line that CHANGELOG.md needs."""
    lines = ["# Digests of the runs of mechanisms.toml: outcomes and per-trust records. Written by `make golden`.", ""]
    lines += [f'{name} = "{digest(run_row(row, "numpy"))}"' for name, row in table("mechanisms").items()]
    DIGESTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    RULES.write_text(json.dumps({"rules_hash": rules_hash()}, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"- **Results change** (golden values {repository_digest()}): what changed and why\n")


if __name__ == "__main__":
    main()
