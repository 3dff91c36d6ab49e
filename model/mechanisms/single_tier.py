"""Single tier: the rival in which a reorganisation of the centre is that of every trust, all at once."""

from __future__ import annotations

from ..records import CentreState, ManagerState
from ..rules.reorganisation import NO_STEP, OwnStep, Reach, Upheaval
from .rivals import Mechanism, Rival, RivalRule


def centre_alone(centre: CentreState) -> Reach:
    """A national start marks no trust for a month of its own, and there is no middle tier."""
    return Reach(reform_scope=0.0, reform_spread=1.0, middle_started=0.0, months_settled=0.0)


def no_own_step(manager: ManagerState) -> OwnStep:
    """No trust has a month of its own."""
    return OwnStep(months_to_step=NO_STEP, unrest=0.0)


def all_at_once(manager: ManagerState, centre: CentreState) -> Upheaval:
    """The centre's reorganisation is that of every trust (M1; assumption)."""
    return Upheaval(reorganised=centre.started, own_disruption=centre.disruption, own_shock=centre.shock)


REORGANISATION = Mechanism(
    name="reorganisation",
    rules=("reach", "provider_step", "upheaval"),
    meaning="a national start shakes all trusts a little and reaches some of them, each in its own month over years;"
    " trusts merge outside reforms, and a middle tier is reorganised in between",
    rivals={
        "all-at-once": Rival(
            name="all-at-once",
            meaning="one tier: a national start reorganises every trust in the same month",
            source="assumption; against it the successions of providers 1993 to 2022 (B5b), and 222 of 302 primary care"
            " trusts merged in 2006",
            rules=(
                RivalRule(function=centre_alone, replaces="reach"),
                RivalRule(function=no_own_step, replaces="provider_step"),
                RivalRule(function=all_at_once, replaces="upheaval"),
            ),
        )
    },
)
