"""Rules of succession: inspections and the failure regime, who has to go, and who comes next (M4)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import SQRT6, clip01, floor, larger, negation, select, smaller, triangular
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import TrustLuck
from ..records import CentreState, ManagerState, NationState, TrustState


class Inspection(NamedTuple):
    """What inspectors have seen of the trust over time, and whether a visit of this month found it poor (0 or 1)."""

    track_record: float
    found_poor: float


def inspection(trust: TrustState, luck: TrustLuck, p: Parameters, k: Constants) -> Inspection:
    """Inspectors see the worse of quality and access, with error; who is found too low on a visit fails (M4; B22)."""
    seen = smaller(trust.quality, trust.access) + k.INSPECTION_ERROR * triangular(luck.error_a, luck.error_b)
    visited = luck.visit < p.inspection_rate * (k.INSPECTION_BASE + p.inspection_intensity)
    return Inspection(
        track_record=trust.track_record + (seen - trust.track_record) / k.TRACK_MONTHS,
        found_poor=select(visited & (seen < p.regime_entry_level), 1.0, 0.0),
    )


def failing(manager: ManagerState, trust: TrustState, p: Parameters, k: Constants) -> float:
    """A visit opens the regime; a re-inspection that is due closes it, on a good track record (M4; A34, B22, V31)."""
    waited = trust.regime_months - k.REINSPECT_AFTER
    # The remainder is below one month in one month of each round, whatever the length of a round.
    due = (waited >= 0.0) & (waited - k.REINSPECT_EVERY * floor(waited / k.REINSPECT_EVERY) < 1.0)
    leaves = due & (trust.track_record > p.regime_exit_level)
    return select(trust.regime_months > 0.5, select(leaves, 0.0, 1.0), trust.found_poor)


class Security(NamedTuple):
    """Whether the manager's trust meets its target, and the hazards of leaving."""

    meeting: bool
    just_departure: float
    departure: float


def security(manager: ManagerState, centre: CentreState, p: Parameters, k: Constants) -> Security:
    """Age, missed targets, challenge, reorganisation and failure end tenure; blame adds (M4; A03, A34, B35)."""
    just = (
        1.0 / p.manager_tenure
        + k.DEPART_GAP
        * p.sanction_strength
        * centre.control
        * p.target_toughness
        * manager.gap
        * manager.gap
        / (manager.gap * manager.gap + k.DEPART_GAP_HALF)
        + k.DEPART_CHALLENGE
        * manager.challenges
        * p.sanction_strength
        * centre.control
        * (1.0 - manager.seen)
        * manager.guard
        + k.DEPART_REORGANISATION * manager.reorganised * (1.0 - k.PREPARED_DEPART * p.reform_preparedness)
        + k.DEPART_FAILING * manager.failing * p.failure_regime_clarity
    )
    return Security(
        meeting=(manager.failing < 0.5) & (manager.gap <= 0.0),
        just_departure=just,
        departure=just + k.DEPART_BLAME * manager.wrongful_blame,
    )


EARLY_EXIT_MONTHS = 12.0
"""Months in the failure regime up to which leaving it counts as early, as the record counts it (V32)."""


class FailureRegime(NamedTuple):
    """How long the trust has been in the failure regime, and whether it entered or left it this month."""

    regime_months: float
    regime_entry: bool
    regime_exit: bool
    regime_early_exit: bool


def failure_regime(trust: TrustState, manager: ManagerState) -> FailureRegime:
    """How long the trust is inside others read; entries and exits are told for the record alone (M4; B22, V31, V32)."""
    inside = manager.failing > 0.5
    leaves = negation(inside) & (trust.regime_months > 0.5)
    return FailureRegime(
        regime_months=select(inside, trust.regime_months + 1.0, 0.0),
        regime_entry=inside & (trust.regime_months < 0.5),
        regime_exit=leaves,
        regime_early_exit=leaves & (trust.regime_months <= EARLY_EXIT_MONTHS),
    )


class Succession(NamedTuple):
    """The manager of next month: the same one, or a successor."""

    departed: bool
    sacked: bool
    capability: float
    freedom: float
    threshold: float
    challenges: float
    compliance: float
    staff_trust: float
    gaming: float


def succession(
    manager: ManagerState,
    trust: TrustState,
    centre: CentreState,
    nation: NationState,
    luck: TrustLuck,
    p: Parameters,
    k: Constants,
) -> Succession:
    """Good trusts and clear rescues attract good managers; a new one obeys at first (M4; V21 to V23)."""
    departed = luck.departs < manager.departure
    preference = luck.departs / larger(1e-12, manager.departure)
    lift = (
        k.CAPABILITY_LIFT * (trust.reported - nation.reported)
        + k.CAPABILITY_RESCUE * manager.failing * p.failure_regime_clarity
    )
    capability = clip01(
        k.CAPABILITY_KEPT * manager.capability
        + (1.0 - k.CAPABILITY_KEPT) * p.manager_capability
        + lift
        + k.CAPABILITY_NOISE * (luck.method - 0.5)
    )
    freedom = clip01(p.preference_for_freedom + k.FREEDOM_WIDTH * (preference - 0.5))
    threshold = p.challenge_threshold + k.CHALLENGE_SD * (luck.challenge + luck.adopts - 1.0) * SQRT6
    compliance = clip01(0.5 * nation.compliance + k.COMPLY_NEW + k.COMPLY_NEW * centre.control)
    shaken = select(
        manager.reorganised > 0.5, manager.staff_trust * (1.0 - k.TRUST_SHOCK * manager.own_shock), manager.staff_trust
    )
    return Succession(
        departed=departed,
        sacked=departed & negation(luck.departs < manager.just_departure),
        capability=select(departed, capability, manager.capability),
        freedom=select(departed, freedom, manager.freedom),
        threshold=select(departed, threshold, manager.threshold),
        challenges=select(departed, 0.0, manager.challenges),
        compliance=select(departed, compliance, manager.compliance),
        staff_trust=select(departed, k.TRUST_KEPT * shaken + k.TRUST_NEW, shaken),
        gaming=select(departed, 0.5 * manager.gaming, manager.gaming),
    )


class Aftermath(NamedTuple):
    """What the trust takes from the change: old habits, and how fast it pushes poor performers out."""

    method: float
    displacement_hazard: float


def aftermath(
    trust: TrustState, manager: ManagerState, centre: CentreState, luck: TrustLuck, p: Parameters, k: Constants
) -> Aftermath:
    """A successor may fall back on the old habit of the place; displacing trusts need room elsewhere (M4; A28)."""
    relapses = manager.departed & (luck.relapses < k.TRAP_RELAPSE * p.local_trap)
    return Aftermath(
        method=select(relapses, trust.optimum + trust.trap, trust.method),
        displacement_hazard=p.displacement_rate * trust.displaces * centre.absorb,
    )
