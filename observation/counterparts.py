"""Counterparts of targets: the operator that observes each, in the record's files and in runs alike.

Each was written down, with its reason in ``targets.toml``, before its value in the model was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .operators.between_units import (
    correlation_across,
    persistence,
    spread_between,
    variation_of_units,
    worst_stay,
)
from .operators.events import burstiness, interval_variation, median_spell, months_per_event, share_in_busiest
from .operators.mortality import mortality_persistence, mortality_spread, mortality_within
from .operators.operator import Operator
from .operators.rates import leave_rate_of, mean_of, peak_of, quotient_of, stay_until
from .operators.reports import bunching, late_rise
from .operators.survey import safe_to_speak

PROVIDERS = 230
"""Providers of the record's successions (V06), in which a country of any size is counted."""
COUNTERPARTS: Mapping[str, Operator] = MappingProxyType(
    {
        "V01": months_per_event("reorganisation_started", in_years=True),
        "V02": interval_variation("reorganisation_started"),
        "V03": months_per_event("any_tier_started", in_years=True),
        "V04": months_per_event("minister_changed"),
        "V05": median_spell("minister_changed"),
        "V06": burstiness("trusts_reorganised", PROVIDERS),
        "V07": share_in_busiest("trusts_reorganised"),
        "V08": spread_between("reported_access"),
        "V09": persistence("reported_access", 1),
        "V10": persistence("reported_access", 2),
        "V11": persistence("reported_access", 4),
        "V12": bunching("reports"),
        "V13": bunching("placebo"),
        "V14": late_rise("reported_access", "true_access"),
        "V16": mean_of("gaming_gap"),
        "V19": mortality_spread(),
        "V20": mortality_persistence(),
        "V21": quotient_of("departures_long_failing", "long_failing_share", "trusts that fail for long"),
        "V22": quotient_of("departures_meeting_target", "meeting_target_share", "trusts that meet the target"),
        "V23": mean_of("manager_departures"),
        "V24": leave_rate_of(nurses=True),
        "V25": leave_rate_of(nurses=False),
        "V26": mean_of("burned_out_share"),
        "V27": correlation_across("autonomy", "burned_out"),
        "V28": safe_to_speak("safety"),
        "V29": safe_to_speak("safety", "organisational_learning"),
        "V30": mean_of("compliance_cost_share"),
        "V31": stay_until("long_failing_share", "failure_exits", "a trust that leaves the failure regime"),
        "V32": quotient_of("failure_early_exits", "failure_entries", "a trust that enters the failure regime"),
        "V34": peak_of("objecting_share"),
        "V38": variation_of_units("size"),
        "V39": worst_stay("reported_access", 2),
        "V40": mortality_within("morale"),
    }
)
"""Name of a target -> its operator; targets without one say why."""
COURSES = tuple(dict.fromkeys(name for operator in COUNTERPARTS.values() for name in operator.courses))
PANELS = tuple(dict.fromkeys(name for operator in COUNTERPARTS.values() for name in operator.panels))
"""What the operators read of a history, in the order of their first use."""
