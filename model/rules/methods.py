"""Rules of a manager in the trust: blame, safety, learning, methods, practice (M2 to M4)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import SQRT12, clip01, larger, peak, saturating, select, smaller
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import TrustLuck
from ..records import CatchmentState, CentreState, CouncilState, ManagerState, Setting, TrustState


class Climate(NamedTuple):
    """Blame that falls on people, and how safe it is to speak up."""

    wrongful_blame: float
    safety: float


def climate(manager: ManagerState, trust: TrustState, centre: CentreState, p: Parameters, k: Constants) -> Climate:
    """A miss is blamed on people as far as misfit caused it; blame and fear silence staff (M2; A03, B37)."""
    misfit_cost = 1.0 - trust.fit
    wrongful_blame = (
        p.blame_people
        * centre.control
        * manager.gap
        / (manager.gap + k.BLAME_GAP_HALF)
        * (misfit_cost / (misfit_cost + larger(0.0, 1.0 - trust.skill) + k.MISFIT_FLOOR))
    )
    safety = clip01(
        k.SAFETY_BASE
        + k.SAFETY_KAIZEN * p.kaizen_support
        + k.SAFETY_TRUST * (manager.staff_trust - 0.5)
        - k.SAFETY_PRESSURE * saturating(manager.pressure)
        - k.SAFETY_FEAR * manager.fear
        - k.SAFETY_BLAME * wrongful_blame
    )
    return Climate(wrongful_blame=wrongful_blame, safety=safety)


def learning(manager: ManagerState, trust: TrustState, setting: Setting, p: Parameters, k: Constants) -> float:
    """Alerts, users, published data and accountability feed local learning (M2; A31, A32; rival: fear silences)."""
    voice = (
        k.VOICE_BASE
        + k.VOICE_ALERT * trust.alerts * (k.VOICE_KAIZEN + p.kaizen_support)
        + k.VOICE_USER * p.user_voice * setting.engagement
        + k.VOICE_PUBLIC * p.public_reporting
        + p.accountability_learning * saturating(manager.central_pressure) * (1.0 + p.outcome_payment)
    )
    return smaller(
        k.LEARN_MAX,
        p.local_learning_rate
        * k.LEARN_SCALE
        * manager.capability
        * voice
        * (1.0 + k.STOCK_EFFECT * (trust.learning_stock - 0.5)),
    )


def learning_stock(trust: TrustState, manager: ManagerState, p: Parameters, k: Constants) -> float:
    """What a trust has learnt to do builds up slowly; obedient managers dismantle it ahead of the law (M2; A19)."""
    stock = (
        trust.learning_stock
        + (manager.learning / (manager.learning + k.STOCK_HALF) - trust.learning_stock) / k.STOCK_MONTHS
    )
    return select(manager.reorganised > 0.5, stock * (1.0 - p.anticipatory_dismantling * manager.compliance), stock)


def method(
    trust: TrustState,
    manager: ManagerState,
    centre: CentreState,
    council: CouncilState,
    setting: Setting,
    luck: TrustLuck,
    p: Parameters,
    k: Constants,
) -> float:
    """Local learners climb the peak they stand under; mandate and peers pull to what looks good (M3; A04, A05, B30)."""
    has_peers = council.lead > 1e-6
    peers = select(has_peers, council.lead_method / select(has_peers, council.lead, 1.0), trust.method)
    trap_pulls = p.local_trap * peak(trust.method - trust.optimum - trust.trap) > peak(trust.method - trust.optimum)
    aim = select(trap_pulls, trust.optimum + trust.trap, trust.optimum)
    mandate = (
        k.IMPLEMENTATION * centre.control * centre.detail * manager.obey * (1.0 + k.CONTRACTOR_PUSH * p.contractor_use)
    )
    local = (
        manager.learning
        * manager.discretion
        * (1.0 - k.CONTRACTOR_BLOCK * p.contractor_use)
        * (1.0 - k.DISRUPTION_LEARNING * manager.own_disruption)
    )
    return (
        trust.method
        + local * (aim - trust.method)
        + mandate * (centre.best_practice - trust.method)
        + k.IMITATION * (k.IMITATION_BASE + setting.leverage) * manager.discretion * (peers - trust.method)
        + k.METHOD_NOISE
        * 2.0
        * (1.0 - manager.capability)
        * (1.0 - manager.capability)
        * manager.discretion
        * ((luck.method - 0.5) * SQRT12)
    )


def staff_trust(manager: ManagerState, trust: TrustState, p: Parameters, k: Constants) -> float:
    """Staff trust a manager who shields them and answers alerts, less one who presses or games (M4; A16, B29)."""
    trust_goal = clip01(
        k.TRUST_BASE
        + k.TRUST_SHIELD * (manager.shield - k.TRUST_SHIELD_NORM)
        + k.TRUST_KAIZEN * trust.alerts * p.kaizen_support
        - k.TRUST_PRESSURE * saturating(manager.pressure)
        - k.TRUST_GAMING * manager.gaming * k.GAMING_REACH
        - k.TRUST_CAPABILITY * (1.0 - manager.capability)
    )
    return manager.staff_trust + k.TRUST_RATE * (trust_goal - manager.staff_trust)


def adopted(
    trust: TrustState,
    manager: ManagerState,
    catchment: CatchmentState,
    luck: TrustLuck,
    p: Parameters,
    k: Constants,
) -> float:
    """A promoted practice spreads by neighbours, payment and skill; where it does not suit it is dropped (M4; A30)."""
    chance = (
        (
            k.ADOPT_ALONE
            + k.ADOPT_NEIGHBOURS * catchment.adopted * catchment.adopted
            + k.ADOPT_PAID * p.adoption_incentive * (k.ADOPT_SUITABLE + (1.0 - k.ADOPT_SUITABLE) * trust.suitability)
        )
        * (k.ADOPT_CAPABLE + k.ADOPT_CAPABILITY * manager.capability)
        * (0.5 + 0.5 * manager.discretion)
        * (1.0 - manager.own_disruption)
    )
    adopts = select(luck.adopts < chance, 1.0, 0.0)
    keeps = select(luck.adopts > 1.0 - k.ABANDON * (1.0 - trust.suitability), 0.0, 1.0)
    return select(trust.adopted < 0.5, adopts, keeps)
