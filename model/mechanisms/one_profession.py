"""One profession: the rival in which whoever works under the same conditions leaves at the same rate."""

from __future__ import annotations

from ..records import TrustState
from ..rules.clinician import usual_leave_rate
from .rivals import Mechanism, Rival, RivalRule


def one_rate(trust: TrustState) -> float:
    """Doctors leave as everybody does."""
    return 1.0


PROFESSIONS = Mechanism(
    name="professions",
    rules=("leave_rate", "doctors_leaving"),
    meaning="seats are nurses' or doctors', for good; nurses leave more readily, doctors less, but more where"
    " colleagues are missing",
    rivals={
        "one": Rival(
            name="one",
            meaning="clinicians are of one profession: whoever works under the same conditions leaves at the same rate",
            source="assumption; against it B38 and Moscelli et al. 2024 (BMJ Open 14, e078072)",
            rules=(
                RivalRule(function=usual_leave_rate, replaces="leave_rate"),
                RivalRule(function=one_rate, replaces="doctors_leaving"),
            ),
        )
    },
)
