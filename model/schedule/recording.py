"""Records of a run: the outcomes of a month, the yearly means of trusts, and their state at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..outcomes import PERCENTILES
from ..rules.outcomes import centre_outcomes, final_optimum, manager_outcomes, service_outcomes, staff_outcomes

TENTHS = {"p10": 1, "p50": 5, "p90": 9}
"""Percentile of trusts -> tenths of them that lie below it."""
BINNED = tuple(dict.fromkeys(name.rsplit("_", 1)[0] for name in PERCENTILES))
"""The quantities of trusts whose percentiles are outcomes."""
YEARLY = {
    "trust_year_true_access": ("trust", "access"),
    "trust_year_reported_access": ("trust", "reported"),
    "trust_year_quality": ("trust", "quality"),
    "trust_year_morale": ("trust", "morale"),
    "trust_year_burned_out": ("trust", "burned_out"),
    "trust_year_autonomy": ("trust", "autonomy"),
    "trust_year_safety": ("manager", "safety"),
}
"""Yearly record of a trust -> the record and the field of the quantity whose mean over 12 months it is."""
OUTCOME_RULES: tuple[Callable[..., Any], ...] = (service_outcomes, staff_outcomes, manager_outcomes, centre_outcomes)
"""The rules of the outcomes that are not percentiles; what each reads are the names of its arguments."""


def monthly_outcomes(records: dict[str, Any]) -> dict[str, Any]:
    """Return the outcomes of the month, but percentiles, from the records of an engine, name -> float or array."""
    nation, sums, setting = records["nation"], records["country_sums"], records["setting"]
    return {
        **service_outcomes(nation, sums, setting)._asdict(),
        **staff_outcomes(nation, sums)._asdict(),
        **manager_outcomes(nation, sums, setting)._asdict(),
        **centre_outcomes(nation, records["centre"])._asdict(),
    }


def final_trust_records(records: dict[str, Any]) -> dict[str, Any]:
    """Return the per-trust records of the end of a run, name -> quantity per trust."""
    trust, manager = records["trust"], records["manager"]
    return {
        "trust_true_access": trust.access,
        "trust_reported_access": trust.reported,
        "trust_quality": trust.quality,
        "trust_integration": trust.integration,
        "trust_mean_skill": trust.skill,
        "trust_method": trust.method,
        "trust_optimum": final_optimum(trust, records["centre"], records["p"]),
        "trust_challenges": manager.challenges,
        "trust_size": trust.size,
        "trust_trap": trust.trap,
    }
