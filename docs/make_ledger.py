"""Search the settings for the record and write docs/ledger.md: what `make ledger` runs.

The store is kept in build/, so that a stopped search is finished by the same command, and a second call only writes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tredegar.model.parameters import PARAMETERS, SAMPLED_KINDS
from tredegar.results import open_sweep
from tredegar.results.record.ledger import ledger_page
from tredegar.results.record.search import search_of
from tredegar.sweeps import Spec, complete_sweep

ROOT = Path(__file__).resolve().parent.parent
SETTINGS, MONTHS, TRUSTS, CLINICIANS, SEED = 20_000, 240, 140, 10, 1948
"""The budget of the search: settings of one history each, and their size."""


def spec_of_search(settings: int) -> Spec:
    """Return the spec: every parameter that is no experiment is drawn evenly over its declared range."""
    vary = {name: [row.low, row.high] for name, row in PARAMETERS.items() if row.kind in SAMPLED_KINDS}
    return Spec(
        name="ledger",
        seed=SEED,
        months=MONTHS,
        replicates=1,
        streams="independent",
        country={"trusts": TRUSTS, "clinicians": CLINICIANS},
        design={"method": "latin-hypercube", "points": settings},
        vary=vary,
        record={"summaries": True, "outcomes": ["quality"], "every": MONTHS},
    )


def main() -> None:
    """Run what is missing of the search, and write the page."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--settings", type=int, default=SETTINGS)
    reader.add_argument("--store", type=Path, default=ROOT / "build" / "ledger.zarr")
    reader.add_argument("--page", type=Path, default=ROOT / "docs" / "ledger.md")
    chosen = reader.parse_args()
    spec = spec_of_search(chosen.settings)
    if not complete_sweep(spec, chosen.store).complete:
        raise SystemExit(f"the search is not complete; `tredegar status {chosen.store}` says why")
    sweep = open_sweep(chosen.store)
    basis = (
        f"Latin hypercube, seed {SEED}, {TRUSTS} trusts of {CLINICIANS} clinicians over {MONTHS} months, rules "
        f"`{str(sweep.attrs['rules_hash'])[:12]}`."
    )
    chosen.page.write_text(ledger_page(search_of(sweep), basis), encoding="utf-8")


if __name__ == "__main__":
    main()
