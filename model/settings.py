"""The parameters by name, as editors and type checkers see them. Made from the table: do not edit.

``python -m tredegar.model.settings_writer`` writes this file. At run time ``parameters.Parameters`` is made from the
table itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Settings of one point, checked: every parameter by name, at its default where not given.

    Raises ValueError for a value that the equations do not accept, and for a name that is none.
    """

    real_control: float = 0.55
    """Real control of the centre over trusts at the start: 0 none, 1 total (share, 0 .. 1)."""
    mandate_detail: float = 0.45
    """Part of the mandate that says how rather than what, at the start (share, 0 .. 1)."""
    rhetoric_of_localism: float = 0.65
    """How much localism the centre professes, at the start and as its habit (share, 0 .. 1)."""
    target_level: float = 0.9
    """Access target: share of patients to be seen within the standard (share, 0 .. 1)."""
    target_toughness: float = 0.6
    """Weight of targets when trusts are judged (index, 0 .. 100)."""
    sanction_strength: float = 0.5
    """Consequences for the career of managers who miss targets (index, 0 .. 1)."""
    inspection_intensity: float = 0.4
    """Audit and inspection: finds gaming and failures, costs effort (index, 0 .. 1)."""
    focus_access: float = 0.6
    """Weight of access in the centre's change model at the start (share, 0 .. 1)."""
    focus_integration: float = 0.15
    """Weight of integration and prevention in it at the start (quality has the rest) (share, 0 .. 1)."""
    outcome_payment: float = 0.1
    """Payment by outcomes: quality and integration count as much as they matter, not as they are measured ..."""
    public_reporting: float = 0.3
    """Published performance data: pressure by comparison, and users can see (index, 0 .. 1)."""
    failure_regime_clarity: float = 0.4
    """How clear it is what follows when a trust is failing (index, 0 .. 1)."""
    adoption_incentive: float = 0.05
    """Payment for adopting the proven practice (index, 0 .. 1)."""
    contractor_use: float = 0.0
    """Part of the central design carried out by private contractors (share, 0 .. 1)."""
    best_practice_lag: float = 12.0
    """Time until what worked somewhere becomes national best practice (months, 1 .. 1e+06)."""
    best_practice_noise: float = 0.15
    """Error in the centre's reading of what worked (method units, 0 .. 100)."""
    blame_people: float = 0.3
    """Part of the misses caused by unsuitable methods that is blamed on people (sackings, fear to speak) ..."""
    internal_voice: float = 0.2
    """How far staff are heard at the centre, which then errs less about true quality (index, 0 .. 1)."""
    regulator_leniency: float = 0.2
    """Failures left unreported while the centre's own reorganisation is new (share, 0 .. 1)."""
    political_responsiveness: float = 1.0
    """1 lets politics move the centre's stance, 0 freezes it (policy experiment) (index, 0 .. 1)."""
    grip_rate: float = 0.03
    """Speed at which anxiety tightens control (1/month, 0 .. 100)."""
    blame_salience: float = 1.2
    """Attention of media and inspection to failures (index, 0 .. 100)."""
    blame_follows_control: float = 0.7
    """Part of the blame that reaches the centre only in proportion to its control (share, 0 .. 1)."""
    variation_aversion: float = 0.5
    """Dislike of variation between places (index, 0 .. 100)."""
    reform_propensity: float = 0.46
    """Scale of the hazard of a reorganisation (1/month, 0 .. 100)."""
    reform_preparedness: float = 0.3
    """How well a reorganisation is prepared before it starts (share, 0 .. 1)."""
    reorganisation_shock: float = 0.5
    """Disruption by an unprepared reorganisation (share, 0 .. 1)."""
    forced_reorganisation_month: float = 0.0
    """Experiment: a reorganisation starts in this month (0 = none) (month, 0 .. 1e+06)."""
    forced_reorganisation_direction: float = 0.0
    """Experiment: -1 liberating, 0 disruption only, +1 centralising (sign, -1 .. 1)."""
    funding_response: float = 0.05
    """Growth of funded capacity per unit by which true access misses the target (half as fast a squeeze above ..."""
    concession_rate: float = 0.08
    """Speed at which the centre concedes control to open challenge (1/month, 0 .. 100)."""
    centre_reprisal: float = 0.2
    """How far the centre answers open challenge by raising the bar for challengers (index, 0 .. 1)."""
    liberation_depth: float = 0.4
    """Cut in control at the end of a liberating reorganisation (share, 0 .. 1)."""
    arms_length_design: float = 0.5
    """Strength of the arm's-length buffer that a liberating reorganisation builds (share, 0 .. 1)."""
    arms_length: float = 0.2
    """Strength of the arm's-length buffer at the start (share, 0 .. 1)."""
    arms_length_erosion: float = 0.05
    """Speed at which anxiety erodes the buffer (1/month, 0 .. 100)."""
    minister_tenure: float = 30.0
    """Scale of the time that ministers stay under the same head of government (months, 1 .. 1e+06)."""
    ideology_gap: float = 0.1
    """Difference between the two parties in the wish for central control (index, 0 .. 1)."""
    centre_growth: float = 0.3
    """Growth of the central body with each reorganisation (share, 0 .. 1)."""
    deal_commitment: float = 0.5
    """Protection of the arm's-length deal when the minister changes (share, 0 .. 1)."""
    reform_memory: float = 0.1
    """Weight of the remembered complaint of the other side before a reorganisation (share, 0 .. 1)."""
    head_loses: float = 0.4
    """Chance that an election brings another head of government (share, 0.01 .. 0.99)."""
    head_hazard: float = 0.015
    """Hazard of an experienced head of government between elections (0 = heads change at elections alone) ..."""
    minister_follows: float = 0.8
    """Chance that a minister leaves with the head of government (share, 0 .. 1)."""
    provider_chance: float = 0.4
    """Chance that a national reorganisation reaches providers (0 = none does) (share, 0 .. 1)."""
    reform_spread: float = 60.0
    """Longest time over which the own months of the trusts that a reorganisation marks are spread (1 = all in ..."""
    middle_rate: float = 0.12
    """Hazard of reorganising the middle tier per anxiety, once settled (0 = it is left alone) (1/month, 0 .. 10)."""
    merger_rate: float = 0.0014
    """Hazard that a trust is merged outside reforms (0 = none is) (1/month, 0 .. 1)."""
    number_of_units: float = 42.0
    """Administrative units that the country is cut into (count, 1 .. 1e+06)."""
    boundary_mismatch: float = 0.4
    """Shift between council arcs and hospital catchments (1 = half an arc) (share, 0 .. 1)."""
    council_shield: float = 0.2
    """Protection that local councils and boards give to managers who challenge (share, 0 .. 1)."""
    method_heterogeneity: float = 0.5
    """Spread between trusts of the locally best way of working (method units, 0 .. 100)."""
    local_drift_rate: float = 0.005
    """Rate at which local circumstances are renewed (1/month, 0 .. 1)."""
    trust_difference: float = 0.085
    """Lasting differences between trusts in demand per unit of funded capacity (standard deviation) (share, 0 .. 1)."""
    national_drift: float = 0.02
    """Drift of the best way of working that is common to all trusts (method units/sqrt(month), 0 .. 100)."""
    demand_growth: float = 0.01
    """Growth of demand above growth of funded capacity (1/year, -1 .. 1)."""
    capacity_ratio: float = 1.06
    """Funded capacity over demand at the start, everything else at its norm (ratio, 1e-06 .. 100)."""
    failure_demand: float = 0.2
    """Extra demand caused by not doing the right thing the first time (share, 0 .. 1)."""
    practice_effect: float = 0.05
    """Fall of emergency attendances where the proven practice is adopted (share, -1 .. 1)."""
    measurability_quality: float = 0.35
    """How much of quality the centre's measures capture (access = 1) (share, 0 .. 1)."""
    measurability_integration: float = 0.12
    """How much of integration the centre's measures capture (share, 0 .. 1)."""
    local_trap: float = 0.4
    """Height of the inferior peak of local methods, on which local learners can be stuck (0 = none, 1 = as good ..."""
    trap_distance: float = 2.0
    """Mean distance of the inferior peak from the local optimum (method units, 1 .. 100)."""
    size_spread: float = 0.45
    """Coefficient of variation of the size of trusts (ratio, 0 .. 100)."""
    season_strength: float = 1.0
    """How strongly waits follow the season: 0 not at all, 1 as in England's A&E series (ratio, 0 .. 5)."""
    season_start: float = 1.0
    """Calendar month of month 1 of the run: 1 January, 4 April, as financial years begin; fractions are cut ..."""
    demand_path: float = 1.0
    """Arriving demand over what the model's own growth makes of it; set it by month, as demand_path@13, and ..."""
    money_path: float = 1.0
    """Spending over what the centre's own answer makes of funding; set it by month, as money_path@13, and ..."""
    patient_choice: float = 0.3
    """How strongly patients move from long to short queues (index, 0 .. 1)."""
    user_voice: float = 0.2
    """Forums of patients that raise red flags (index, 0 .. 1)."""
    manager_capability: float = 0.5
    """Mean capability of managers (index, 0 .. 100)."""
    preference_for_freedom: float = 0.5
    """Mean private preference for local freedom (index, 0 .. 1)."""
    challenge_threshold: float = 0.55
    """Mean net grievance needed before a manager challenges in public (index, 0 .. 100)."""
    solidarity: float = 0.6
    """Support a manager takes from the share of peers who challenge (index, 0 .. 100)."""
    gaming_propensity: float = 0.5
    """Readiness to dress up reported performance under sanction (index, 0 .. 1)."""
    manager_tenure: float = 130.0
    """Mean tenure of a chief executive whose trust meets its target (months, 1 .. 1e+06)."""
    buffering_norm: float = 0.4
    """Part of central pressure that a secure, capable manager keeps from staff (share, 0 .. 1)."""
    local_learning_rate: float = 0.08
    """Speed at which local methods improve at full discretion and capability (1/month, 0 .. 100)."""
    accountability_learning: float = 0.2
    """Push to improve that pressure from the centre gives to managers (index, 0 .. 1)."""
    kaizen_support: float = 0.3
    """System of staff alerts answered by management (index, 0 .. 1)."""
    initial_challenge: float = 0.0
    """Share of managers who challenge in public at start (share, 0 .. 1)."""
    anticipatory_dismantling: float = 0.3
    """Organisational learning destroyed by obedient managers when a reorganisation is announced (share, 0 .. 1)."""
    inspection_rate: float = 0.03
    """Visits that can open the failure regime, per unit of inspection (0 = none does) (1/month, 0 .. 1)."""
    regime_entry_level: float = 0.5
    """What inspectors see of the worse of quality and access below which a trust enters the failure regime ..."""
    regime_exit_level: float = 0.565
    """Track record above which a re-inspection ends the failure regime (share, 0 .. 1)."""
    regime_support: float = 0.25
    """Gain of output that support brings to a trust that stays in the failure regime (0 = none) (share, 0 .. 10)."""
    objection_protection: float = 0.9
    """Part of a manager's fear that the legal right to object formally takes away (0 = none) (share, 0 .. 1)."""
    notch_effort: float = 0.05
    """Chance that a trust just below a target of toughness 1 pushes over it (0 = none does) (1/month, 0 .. 100)."""
    notch_truth: float = 0.5
    """Part of a push by which access truly rises; the rest is in the report alone (share, 0 .. 1)."""
    skill_spread: float = 0.15
    """Standard deviation of talent in the main body (mean 1) (skill, 0 .. 100)."""
    poor_performer_share: float = 0.1
    """Part of the recruits who come from the poor tail (mean talent 0.55) (share, 0 .. 1)."""
    development_support: float = 0.2
    """Training and reflective supervision of clinicians (index, 0 .. 1)."""
    protocol_strength: float = 0.2
    """Use of a specified way of delivering care: lifts weak clinicians, limits strong ones (index, 0 .. 1)."""
    displacement_rate: float = 0.0
    """Rate at which displacing trusts push poor performers out to other trusts (1/month, 0 .. 100)."""
    displacing_share: float = 0.3
    """Share of trusts that displace (share, 0 .. 1)."""
    removal_rate: float = 0.0
    """Rate at which poor performers are removed from the service (1/month, 0 .. 100)."""
    recruitment_selectivity: float = 0.0
    """Recruiting from a better pool: slower hiring, better talent (index, 0 .. 1)."""
    professional_motivation: float = 0.6
    """Morale of clinicians under neutral conditions (index, 0 .. 100)."""
    crowding_out: float = 0.45
    """Motivation lost per unit of pressure and control (index, 0 .. 1)."""
    clinician_turnover: float = 0.0075
    """Leaving rate of clinicians at neutral morale (1/month, 0 .. 100)."""
    nurse_leaving: float = 1.15
    """Leaving rate of nurses over that of a clinician; 1, with doctor_leaving 1 and doctor_coupling 0, is one ..."""
    doctor_leaving: float = 0.7
    """Leaving rate of doctors over that of a clinician, where posts are as vacant as in month 0 (ratio, 0 .. 10)."""
    doctor_coupling: float = 3.0
    """By how much doctors' leaving rate grows with the share of vacant posts of their trust (0 = not at all) ..."""


ParameterValues = TypedDict(  # noqa: UP013 - a class would take a line for each
    "ParameterValues",
    {
        "real_control": float, "mandate_detail": float, "rhetoric_of_localism": float, "target_level": float,
        "target_toughness": float, "sanction_strength": float, "inspection_intensity": float, "focus_access": float,
        "focus_integration": float, "outcome_payment": float, "public_reporting": float,
        "failure_regime_clarity": float, "adoption_incentive": float, "contractor_use": float,
        "best_practice_lag": float, "best_practice_noise": float, "blame_people": float, "internal_voice": float,
        "regulator_leniency": float, "political_responsiveness": float, "grip_rate": float, "blame_salience": float,
        "blame_follows_control": float, "variation_aversion": float, "reform_propensity": float,
        "reform_preparedness": float, "reorganisation_shock": float, "forced_reorganisation_month": float,
        "forced_reorganisation_direction": float, "funding_response": float, "concession_rate": float,
        "centre_reprisal": float, "liberation_depth": float, "arms_length_design": float, "arms_length": float,
        "arms_length_erosion": float, "minister_tenure": float, "ideology_gap": float, "centre_growth": float,
        "deal_commitment": float, "reform_memory": float, "head_loses": float, "head_hazard": float,
        "minister_follows": float, "provider_chance": float, "reform_spread": float, "middle_rate": float,
        "merger_rate": float, "number_of_units": float, "boundary_mismatch": float, "council_shield": float,
        "method_heterogeneity": float, "local_drift_rate": float, "trust_difference": float, "national_drift": float,
        "demand_growth": float, "capacity_ratio": float, "failure_demand": float, "practice_effect": float,
        "measurability_quality": float, "measurability_integration": float, "local_trap": float,
        "trap_distance": float, "size_spread": float, "season_strength": float, "season_start": float,
        "demand_path": float, "money_path": float, "patient_choice": float, "user_voice": float,
        "manager_capability": float, "preference_for_freedom": float, "challenge_threshold": float,
        "solidarity": float, "gaming_propensity": float, "manager_tenure": float, "buffering_norm": float,
        "local_learning_rate": float, "accountability_learning": float, "kaizen_support": float,
        "initial_challenge": float, "anticipatory_dismantling": float, "inspection_rate": float,
        "regime_entry_level": float, "regime_exit_level": float, "regime_support": float,
        "objection_protection": float, "notch_effort": float, "notch_truth": float, "skill_spread": float,
        "poor_performer_share": float, "development_support": float, "protocol_strength": float,
        "displacement_rate": float, "displacing_share": float, "removal_rate": float,
        "recruitment_selectivity": float, "professional_motivation": float, "crowding_out": float,
        "clinician_turnover": float, "nurse_leaving": float, "doctor_leaving": float, "doctor_coupling": float,
    },
    total=False,
)  # fmt: skip
"""Values of parameters as keywords, of which any may be left out."""
