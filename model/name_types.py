"""Names of parameters and outcomes as types, for editors and type checkers. Made by docs/generate.py: do not edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypedDict

from numpy.typing import ArrayLike

ParameterName = Literal[
    "real_control", "mandate_detail", "rhetoric_of_localism", "target_level", "target_toughness",
    "sanction_strength", "inspection_intensity", "focus_access", "focus_integration", "outcome_payment",
    "public_reporting", "failure_regime_clarity", "adoption_incentive", "contractor_use", "best_practice_lag",
    "best_practice_noise", "blame_people", "internal_voice", "regulator_leniency", "political_responsiveness",
    "grip_rate", "blame_salience", "blame_follows_control", "variation_aversion", "reform_propensity",
    "reform_preparedness", "reorganisation_shock", "forced_reorganisation_month",
    "forced_reorganisation_direction", "funding_response", "concession_rate", "centre_reprisal",
    "liberation_depth", "arms_length_design", "arms_length", "arms_length_erosion", "minister_tenure",
    "ideology_gap", "centre_growth", "deal_commitment", "reform_memory", "head_loses", "head_hazard",
    "minister_follows", "provider_chance", "reform_spread", "middle_rate", "merger_rate", "number_of_units",
    "boundary_mismatch", "council_shield", "method_heterogeneity", "local_drift_rate", "trust_difference",
    "national_drift", "demand_growth", "capacity_ratio", "failure_demand", "practice_effect",
    "measurability_quality", "measurability_integration", "local_trap", "trap_distance", "size_spread",
    "season_strength", "season_start", "demand_path", "money_path", "patient_choice", "user_voice",
    "manager_capability", "preference_for_freedom", "challenge_threshold", "solidarity", "gaming_propensity",
    "manager_tenure", "buffering_norm", "local_learning_rate", "accountability_learning", "kaizen_support",
    "initial_challenge", "anticipatory_dismantling", "inspection_rate", "regime_entry_level", "regime_exit_level",
    "regime_support", "objection_protection", "notch_effort", "notch_truth", "skill_spread",
    "poor_performer_share", "development_support", "protocol_strength", "displacement_rate", "displacing_share",
    "removal_rate", "recruitment_selectivity", "professional_motivation", "crowding_out", "clinician_turnover",
    "nurse_leaving", "doctor_leaving", "doctor_coupling",
]  # fmt: skip
"""Name of a parameter; :func:`change_of` returns that of a change of it, ``parameter@month``."""
OutcomeName = Literal[
    "true_access", "reported_access", "quality", "integration", "overall", "overall_sd", "access_sd", "fit",
    "wait_months", "queue", "morale", "clinician_leave_rate", "vacancy_share", "mean_skill", "skill_sd",
    "poor_performer_share_now", "skill_tail", "skill_middle", "skill_top", "skill_displacers", "skill_others",
    "alert_rate", "psychological_safety", "manager_trust", "manager_fear", "compliance", "challenge_share",
    "gaming_gap", "manager_departures", "adoption_share", "method_spread", "below_target_share", "failing_share",
    "real_control_now", "mandate_detail_now", "rhetoric_gap", "arms_length_now", "anxiety", "blame", "sclerosis",
    "cynicism", "entrenched_localism", "focus_access_now", "focus_quality_now", "focus_integration_now",
    "reorganisation_started", "reorganisation_direction", "any_tier_started", "disruption", "found_failures",
    "minister_changed", "head_changed", "best_practice_error", "pool_count", "pressure_on_staff", "challenge_bar",
    "funding_level", "unit_cost", "failure_demand_share", "private_grievance", "control_conceded",
    "control_volunteered", "compliance_cost_share", "trapped_share", "organisational_learning", "wrongful_blame",
    "sacked_for_system", "central_body", "party", "hidden_failures", "centre_quality_error", "long_failing_share",
    "departures_long_failing", "meeting_target_share", "departures_meeting_target", "burned_out_share",
    "nurses_at_work", "doctors_leaving", "failure_entries", "failure_exits", "failure_early_exits",
    "reports_just_above", "reports_just_below", "reports_further_above", "reports_further_below",
    "placebo_just_above", "placebo_just_below", "placebo_further_above", "placebo_further_below",
    "trusts_reorganised", "disruption_of_trusts", "objecting_share", "objecting_supply_share", "access_p10",
    "access_p50", "access_p90", "quality_p10", "quality_p50", "quality_p90", "overall_p10", "overall_p50",
    "overall_p90",
]  # fmt: skip
"""Name of a monthly outcome."""
TrustRecordName = Literal[
    "trust_true_access", "trust_reported_access", "trust_quality", "trust_integration", "trust_mean_skill",
    "trust_method", "trust_optimum", "trust_challenges", "trust_size", "trust_trap", "trust_year_true_access",
    "trust_year_reported_access", "trust_year_quality", "trust_year_morale", "trust_year_burned_out",
    "trust_year_autonomy", "trust_year_safety",
]  # fmt: skip
"""Name of a record of each trust."""


class DataFrameLike(Protocol):
    """A pandas DataFrame, one column for each parameter, or a row of it."""

    @property
    def index(self) -> Any: ...  # noqa: D102


class DatasetLike(Protocol):
    """An xarray Dataset, one variable or coordinate for each parameter."""

    @property
    def coords(self) -> Any: ...  # noqa: D102


class PointTable(TypedDict, total=False):
    """Values of parameters by name, (n_points,) or one for all points."""

    real_control: ArrayLike
    mandate_detail: ArrayLike
    rhetoric_of_localism: ArrayLike
    target_level: ArrayLike
    target_toughness: ArrayLike
    sanction_strength: ArrayLike
    inspection_intensity: ArrayLike
    focus_access: ArrayLike
    focus_integration: ArrayLike
    outcome_payment: ArrayLike
    public_reporting: ArrayLike
    failure_regime_clarity: ArrayLike
    adoption_incentive: ArrayLike
    contractor_use: ArrayLike
    best_practice_lag: ArrayLike
    best_practice_noise: ArrayLike
    blame_people: ArrayLike
    internal_voice: ArrayLike
    regulator_leniency: ArrayLike
    political_responsiveness: ArrayLike
    grip_rate: ArrayLike
    blame_salience: ArrayLike
    blame_follows_control: ArrayLike
    variation_aversion: ArrayLike
    reform_propensity: ArrayLike
    reform_preparedness: ArrayLike
    reorganisation_shock: ArrayLike
    forced_reorganisation_month: ArrayLike
    forced_reorganisation_direction: ArrayLike
    funding_response: ArrayLike
    concession_rate: ArrayLike
    centre_reprisal: ArrayLike
    liberation_depth: ArrayLike
    arms_length_design: ArrayLike
    arms_length: ArrayLike
    arms_length_erosion: ArrayLike
    minister_tenure: ArrayLike
    ideology_gap: ArrayLike
    centre_growth: ArrayLike
    deal_commitment: ArrayLike
    reform_memory: ArrayLike
    head_loses: ArrayLike
    head_hazard: ArrayLike
    minister_follows: ArrayLike
    provider_chance: ArrayLike
    reform_spread: ArrayLike
    middle_rate: ArrayLike
    merger_rate: ArrayLike
    number_of_units: ArrayLike
    boundary_mismatch: ArrayLike
    council_shield: ArrayLike
    method_heterogeneity: ArrayLike
    local_drift_rate: ArrayLike
    trust_difference: ArrayLike
    national_drift: ArrayLike
    demand_growth: ArrayLike
    capacity_ratio: ArrayLike
    failure_demand: ArrayLike
    practice_effect: ArrayLike
    measurability_quality: ArrayLike
    measurability_integration: ArrayLike
    local_trap: ArrayLike
    trap_distance: ArrayLike
    size_spread: ArrayLike
    season_strength: ArrayLike
    season_start: ArrayLike
    demand_path: ArrayLike
    money_path: ArrayLike
    patient_choice: ArrayLike
    user_voice: ArrayLike
    manager_capability: ArrayLike
    preference_for_freedom: ArrayLike
    challenge_threshold: ArrayLike
    solidarity: ArrayLike
    gaming_propensity: ArrayLike
    manager_tenure: ArrayLike
    buffering_norm: ArrayLike
    local_learning_rate: ArrayLike
    accountability_learning: ArrayLike
    kaizen_support: ArrayLike
    initial_challenge: ArrayLike
    anticipatory_dismantling: ArrayLike
    inspection_rate: ArrayLike
    regime_entry_level: ArrayLike
    regime_exit_level: ArrayLike
    regime_support: ArrayLike
    objection_protection: ArrayLike
    notch_effort: ArrayLike
    notch_truth: ArrayLike
    skill_spread: ArrayLike
    poor_performer_share: ArrayLike
    development_support: ArrayLike
    protocol_strength: ArrayLike
    displacement_rate: ArrayLike
    displacing_share: ArrayLike
    removal_rate: ArrayLike
    recruitment_selectivity: ArrayLike
    professional_motivation: ArrayLike
    crowding_out: ArrayLike
    clinician_turnover: ArrayLike
    nurse_leaving: ArrayLike
    doctor_leaving: ArrayLike
    doctor_coupling: ArrayLike


class WantedByName(TypedDict, total=False):
    """Values of parameters that :func:`at` looks for: a number, a list of numbers, a slice."""

    real_control: Any
    mandate_detail: Any
    rhetoric_of_localism: Any
    target_level: Any
    target_toughness: Any
    sanction_strength: Any
    inspection_intensity: Any
    focus_access: Any
    focus_integration: Any
    outcome_payment: Any
    public_reporting: Any
    failure_regime_clarity: Any
    adoption_incentive: Any
    contractor_use: Any
    best_practice_lag: Any
    best_practice_noise: Any
    blame_people: Any
    internal_voice: Any
    regulator_leniency: Any
    political_responsiveness: Any
    grip_rate: Any
    blame_salience: Any
    blame_follows_control: Any
    variation_aversion: Any
    reform_propensity: Any
    reform_preparedness: Any
    reorganisation_shock: Any
    forced_reorganisation_month: Any
    forced_reorganisation_direction: Any
    funding_response: Any
    concession_rate: Any
    centre_reprisal: Any
    liberation_depth: Any
    arms_length_design: Any
    arms_length: Any
    arms_length_erosion: Any
    minister_tenure: Any
    ideology_gap: Any
    centre_growth: Any
    deal_commitment: Any
    reform_memory: Any
    head_loses: Any
    head_hazard: Any
    minister_follows: Any
    provider_chance: Any
    reform_spread: Any
    middle_rate: Any
    merger_rate: Any
    number_of_units: Any
    boundary_mismatch: Any
    council_shield: Any
    method_heterogeneity: Any
    local_drift_rate: Any
    trust_difference: Any
    national_drift: Any
    demand_growth: Any
    capacity_ratio: Any
    failure_demand: Any
    practice_effect: Any
    measurability_quality: Any
    measurability_integration: Any
    local_trap: Any
    trap_distance: Any
    size_spread: Any
    season_strength: Any
    season_start: Any
    demand_path: Any
    money_path: Any
    patient_choice: Any
    user_voice: Any
    manager_capability: Any
    preference_for_freedom: Any
    challenge_threshold: Any
    solidarity: Any
    gaming_propensity: Any
    manager_tenure: Any
    buffering_norm: Any
    local_learning_rate: Any
    accountability_learning: Any
    kaizen_support: Any
    initial_challenge: Any
    anticipatory_dismantling: Any
    inspection_rate: Any
    regime_entry_level: Any
    regime_exit_level: Any
    regime_support: Any
    objection_protection: Any
    notch_effort: Any
    notch_truth: Any
    skill_spread: Any
    poor_performer_share: Any
    development_support: Any
    protocol_strength: Any
    displacement_rate: Any
    displacing_share: Any
    removal_rate: Any
    recruitment_selectivity: Any
    professional_motivation: Any
    crowding_out: Any
    clinician_turnover: Any
    nurse_leaving: Any
    doctor_leaving: Any
    doctor_coupling: Any


Points = PointTable | Mapping[ParameterName, ArrayLike] | DataFrameLike | DatasetLike
"""What :func:`simulate` takes as points."""
