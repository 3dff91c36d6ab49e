"""Professions: posts of nurses and of doctors, which are left at rates of their own."""

from __future__ import annotations

from ..arithmetic import larger, select
from ..constants import Constants
from ..parameters import Parameters
from ..records import SeatState, TrustState
from ..rules.clinician import leave_rate
from .rivals import Mechanism, Range, Rival, RivalOutcome, RivalRule


class Rates(Parameters):
    """Parameters, with those that the rival brings."""

    nurse_share: float
    nurse_leaving: float
    doctor_leaving: float
    doctor_coupling: float


class Employer(TrustState):
    """A trust, with what the rival remembers of it."""

    doctors_leaving: float


USUAL_VACANCY = 0.07
"""Share of vacant posts at which doctors leave as they would anyway: that of month 0. An assumption."""


def leave_rate_of_profession(seat: SeatState, trust: Employer, p: Rates, k: Constants) -> float:
    """Nurses leave more readily than doctors; what drives people out is the same (L1; V24, V25)."""
    times = select(seat.post < p.nurse_share, p.nurse_leaving, trust.doctors_leaving)
    return leave_rate(seat, trust, p, k) * times


def doctors_alone(trust: TrustState, p: Rates) -> float:
    """Where colleagues are missing, doctors leave more readily next month; all vacant posts stand in for nurses'."""
    missing = 1.0 - trust.share_at_work - USUAL_VACANCY
    return p.doctor_leaving * larger(0.0, 1.0 + p.doctor_coupling * missing)


def nurses_at_work(seat: SeatState, p: Rates) -> bool:
    """Say whether a post is a nurse's."""
    return seat.post < p.nurse_share


def doctors_leaving(seat: SeatState, p: Rates) -> float:
    """Chance of leaving, if the post is a doctor's; who came this month counts as others in such a post would.

    What it leaves of the rate of all clinicians is nurses': another sum over seats would cost 3 % of a run's time.
    """
    return select(seat.post < p.nurse_share, 0.0, seat.leave_rate)


_SHARE = Range(
    default=0.7,
    low=0.6,
    high=0.8,
    least=0.0,
    most=1.0,
    unit="share",
    meaning="share of posts that are nurses'; they stay so for the run",
    source="assumption: nurses and midwives outnumber hospital doctors about 7 to 3",
)
_NURSES = Range(
    default=1.15,
    low=1.0,
    high=1.4,
    least=0.0,
    most=10.0,
    unit="ratio",
    meaning="leaving rate of nurses over that of a clinician; 1, with doctor_leaving 1 and doctor_coupling 0, is one"
    " profession as built in",
    source="fit to V24, with V25; that nurses leave more readily than doctors: B38",
)
_DOCTORS = Range(
    default=0.7,
    low=0.5,
    high=1.0,
    least=0.0,
    most=10.0,
    unit="ratio",
    meaning="leaving rate of doctors over that of a clinician, where posts are as vacant as in month 0",
    source="fit to V25, with V24; that doctors leave less readily than nurses: B38",
)
_COUPLING = Range(
    default=3.0,
    low=0.0,
    high=8.0,
    least=0.0,
    most=100.0,
    unit="1/share",
    meaning="by how much doctors' leaving rate grows with the share of vacant posts of their trust; 0: not at all",
    source="fit to Moscelli et al. 2025 (Economica 92, 42): 10 % more retention of nurses goes with 1.6 % more of"
    " doctors, as in runs in which nurses hardly leave; the range is an assumption",
)

PROFESSIONS = Mechanism(
    name="professions",
    rules=("leave_rate",),
    meaning="clinicians are of one profession: whoever works under the same conditions leaves at the same rate",
    rivals={
        "nurses-and-doctors": Rival(
            name="nurses-and-doctors",
            meaning="posts are nurses' or doctors', for good; nurses leave more readily, doctors less, but more where"
            " colleagues are missing",
            source="B38; Moscelli et al. 2024 (BMJ Open 14, e078072), 2025 (Economica 92, 42); rates are fits",
            rules=(
                RivalRule(
                    function=leave_rate_of_profession,
                    replaces="leave_rate",
                    parameters={"nurse_share": _SHARE, "nurse_leaving": _NURSES},
                ),
                RivalRule(
                    function=doctors_alone,
                    after="team_state",
                    writes=("trust.doctors_leaving",),
                    start=("doctor_leaving",),
                    parameters={"doctor_leaving": _DOCTORS, "doctor_coupling": _COUPLING},
                ),
            ),
            outcomes=(
                RivalOutcome(function=nurses_at_work, unit="share", meaning="nurses among the clinicians in post"),
                RivalOutcome(
                    function=doctors_leaving,
                    unit="1/month",
                    meaning="chance of leaving, summed over doctors, per clinician in post: over 1 - nurses_at_work it"
                    " is their leave rate; clinician_leave_rate less it, over nurses_at_work, that of nurses",
                ),
            ),
        )
    },
)
