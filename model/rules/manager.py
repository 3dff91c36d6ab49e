"""Rules of a manager towards the centre: fear, compliance, pressure, challenge, gaming (M1)."""

from __future__ import annotations

from typing import NamedTuple

from ..arithmetic import clip01, larger, magnitude, saturating, select, smaller, triangular
from ..constants import Constants
from ..parameters import Parameters
from ..random_records import TrustLuck
from ..records import CentreState, CouncilState, ManagerState, NationState, Now, TrustState
from .minister import consulted


class View(NamedTuple):
    """What a manager sees: the gap to the target, published and true, and who challenges."""

    gap: float
    true_gap: float
    seen: float
    guard: float


def view(manager: ManagerState, trust: TrustState, council: CouncilState, nation: NationState, p: Parameters) -> View:
    """Half of the challengers seen are neighbours; a council shields where it overlaps the catchment (A15, A17)."""
    return View(
        gap=larger(0.0, p.target_level - trust.reported),
        true_gap=larger(0.0, p.target_level - trust.access),
        seen=0.5 * council.challenge + 0.5 * nation.challenge,
        guard=1.0 - p.council_shield * trust.overlap,
    )


def fear(manager: ManagerState, centre: CentreState, p: Parameters, k: Constants) -> float:
    """Sanctions, felt through control, frighten more with tough and missed targets, less in company (A12)."""
    fear_goal = clip01(
        p.sanction_strength
        * centre.control
        * centre.soft
        * (k.FEAR_BASE + k.FEAR_TOUGH * smaller(1.0, p.target_toughness) + manager.gap / (manager.gap + k.FEAR_GAP))
        - k.FEAR_SOLIDARITY * manager.seen
    )
    return manager.fear + k.FEAR_RATE * (fear_goal - manager.fear)


def compliance(
    manager: ManagerState, centre: CentreState, council: CouncilState, nation: NationState, k: Constants
) -> float:
    """Obedience is learnt from fear, peers and cynicism; a taste for freedom unlearns it (A12 to A14)."""
    compliance_goal = clip01(
        k.COMPLY_BASE
        + k.COMPLY_FEAR * manager.fear
        + k.COMPLY_PEERS * (0.5 * council.compliance + 0.5 * nation.compliance)
        + k.COMPLY_CYNICISM * centre.cynicism
        - k.COMPLY_FREEDOM * manager.freedom * (1.0 + manager.seen)
    )
    return manager.compliance + k.COMPLY_RATE * (compliance_goal - manager.compliance)


class Place(NamedTuple):
    """The locally best way of working, and how far the mandate would miss it."""

    optimum: float
    misfit: float


def place(trust: TrustState, centre: CentreState, p: Parameters) -> Place:
    """Where conditions differ, the best way of working differs from place to place (M1; A05)."""
    optimum = centre.national_optimum + p.method_heterogeneity * trust.local_optimum
    return Place(optimum=optimum, misfit=smaller(1.0, magnitude(centre.best_practice - optimum)))


def central_pressure(
    manager: ManagerState, trust: TrustState, centre: CentreState, nation: NationState, p: Parameters, k: Constants
) -> float:
    """Targets, sanctions and a gap press from above; published comparison presses from the side (A31, B26)."""
    ease = smaller(1.0, larger(0.0, trust.reported - p.target_level) / k.EASE_RANGE)
    return centre.control * (1.0 - k.PRESSURE_ARMS * centre.buffer) * p.target_toughness * (
        k.PRESSURE_BASE + k.PRESSURE_SANCTION * p.sanction_strength
    ) * (
        k.PRESSURE_LEVEL - k.PRESSURE_EASE * ease + k.PRESSURE_GAP * manager.gap / (manager.gap + k.PRESSURE_GAP_HALF)
    ) + k.PRESSURE_PUBLIC * p.public_reporting * larger(0.0, nation.reported - trust.reported)


def grievance(manager: ManagerState, trust: TrustState, centre: CentreState, k: Constants) -> float:
    """A taste for freedom turns control, misfit and pressure into grievance; trust lends courage (A12, A16)."""
    return (
        manager.freedom
        * (
            k.GRIEF_CONTROL * centre.control * (k.GRIEF_DETAIL + centre.detail)
            + k.GRIEF_MISFIT * trust.misfit * centre.control
            + k.GRIEF_PRESSURE * saturating(manager.central_pressure)
        )
        * (k.COURAGE_BASE + k.COURAGE_TRUST * manager.staff_trust)
    )


def challenges(manager: ManagerState, centre: CentreState, luck: TrustLuck, p: Parameters, k: Constants) -> float:
    """A manager speaks up in public once grievance and company outweigh fear and threshold (A15; Granovetter 1978)."""
    net = (
        manager.grievance
        + p.solidarity * manager.seen
        - k.CHALLENGE_FEAR * manager.fear * manager.guard
        - k.CHALLENGE_CYNICISM * centre.cynicism
        - (manager.threshold + centre.challenge_bar)
        + k.CHALLENGE_NOISE * (luck.challenge - 0.5)
    )
    stays = select(net > -k.CHALLENGE_STAY, 1.0, 0.0)
    starts = select(net > 0.0, 1.0, 0.0)
    return select(manager.challenges > 0.5, stays, starts)


def objects(
    manager: ManagerState,
    trust: TrustState,
    centre: CentreState,
    now: Now,
    luck: TrustLuck,
    p: Parameters,
    k: Constants,
) -> float:
    """Grievance, size and the issue outweigh what fear the law leaves; an answer stands for a year (M1; B36, V34)."""
    net = (
        manager.grievance
        + k.OBJECT_SIZE * (trust.size - 1.0)
        - manager.fear * (1.0 - p.objection_protection)
        + centre.issue_severity
        + k.OBJECT_NOISE * triangular(luck.noise_a, luck.noise_b)
    )
    return select(consulted(now), select(net > k.OBJECT_THRESHOLD, 1.0, 0.0), manager.objects)


class Latitude(NamedTuple):
    """How much a manager obeys, decides alone, and keeps from the staff."""

    obey: float
    discretion: float
    shield: float
    pressure: float


def latitude(manager: ManagerState, centre: CentreState, p: Parameters, k: Constants) -> Latitude:
    """A challenger obeys less; a secure, capable manager keeps pressure from the staff (M1; A01, A04)."""
    obey = manager.compliance * (1.0 - k.OBEY_CHALLENGE * manager.challenges)
    shield = p.buffering_norm * (k.SHIELD_BASE + manager.capability) * (1.0 - k.SHIELD_FEAR * manager.fear)
    return Latitude(
        obey=obey,
        discretion=1.0 - centre.control * centre.detail * obey,
        shield=shield,
        pressure=manager.central_pressure * (1.0 - smaller(k.SHIELD_MAX, shield)),
    )


def gaming(manager: ManagerState, p: Parameters, k: Constants) -> float:
    """Fear and a true gap tempt a manager to dress up reports; inspection restrains (M1; B8, B10, B12)."""
    wish = (
        p.gaming_propensity
        * manager.fear
        * k.GAMING_SCALE
        * smaller(1.0, p.target_toughness)
        * manager.true_gap
        / (manager.true_gap + k.GAMING_GAP_HALF)
    )
    goal = saturating(wish / (k.GAMING_WATCH_BASE + k.GAMING_WATCH * p.inspection_intensity))
    return manager.gaming + k.GAMING_RATE * (goal - manager.gaming)
