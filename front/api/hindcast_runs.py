"""The hindcast from Python: files read, histories of the model run, a year foretold and judged."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..results.hindcasting.forecasts import Ensemble
    from ..results.hindcasting.judged_forecasts import Hindcast

__all__ = ["hindcast"]

BURN_IN, MONTHS = 60, 36
SEED = 20190331
APRIL = 4.0


def hindcast(
    folder: str | os.PathLike[str],
    runs: int = 64,
    clinicians: int = 10,
    engine: str = "auto",
    providers: str | os.PathLike[str] | None = None,
) -> Hindcast:
    """Foretell a year of access, April 2018 to March 2019, from the two years before, and judge the forecasts.

    ``folder`` has the files of the record (docs/data.md): England's trusts and, where they are there, Scotland and
    Wales. ``runs`` histories of the model at its defaults, of as many trusts as the file has, or of those of a
    ``providers`` table, give the forecast; rivals are the same month last year, and level and season. What is returned
    has a table of ``scores`` and a Dataset ``months`` (forecaster, series, month), in shares within four hours.

    Raises OSError for files that cannot be read, and ValueError where England's file is not there or incomplete, and
    for an unknown engine or fewer than two runs.

    >>> hindcast(".")
    Traceback (most recent call last):
    ValueError: '.' has no file 'ae_attendances_trust_month_2016_2019.csv', which is predicted; docs/data.md says ...
    """
    from ..model.text.names import whole_number
    from ..observation.files.access_by_month import monthly_access
    from ..results.hindcasting.judged_forecasts import judge_hindcast

    runs = whole_number("runs", runs, 2, 65_536)
    record = monthly_access(folder)
    size: dict[str, Any] = {"clinicians": clinicians, "engine": engine, "providers": providers}
    size |= {"replicates": runs} if providers is not None else {"replicates": runs, "trusts": len(record.trusts.units)}
    return judge_hindcast(record, *(_histories(strength, size) for strength in (1.0, 0.0)))


def _histories(season: float, size: dict[str, Any]) -> Ensemble:
    """Return histories of the model, three years from April on, with a season of that strength."""
    import numpy as np

    from ..kernels.simulation import simulate
    from ..results.hindcasting.forecasts import Ensemble

    point = {"season_strength": [season], "season_start": [APRIL]}
    made = simulate(point, months=BURN_IN + MONTHS, seed=SEED, outcomes=["reported_access"], trust_records=True, **size)

    def odds(shares: np.ndarray) -> np.ndarray:
        # A trust that sees everybody in time has no log odds: one in a thousand is let be late.
        kept = np.clip(np.asarray(shares, dtype=np.float64), 0.001, 0.999)
        return np.log(kept / (1.0 - kept))

    country = odds(made["reported_access"][0])[:, BURN_IN:]
    yearly = odds(made.to_dataset()["trust_year_reported_access"].values[0])[..., BURN_IN // 12 :]
    return Ensemble(country=country, trusts=yearly)
