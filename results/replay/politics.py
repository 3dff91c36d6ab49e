"""The politics of one run: elections, ministers, reorganisations, grip and concession, with their grounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..dataset import value_said

if TYPE_CHECKING:
    from ...model.agents.health_service import HealthService

CONCEDES = 0.002
"""A month in which this much control is conceded to challenge is told (assumption: 2.4 points a year)."""
DIRECTIONS = {-1.0: "liberating", 0.0: "without direction", 1.0: "centralising"}
FIELDS = (
    "party",
    "tenure",
    "months_since_election",
    "transition_left",
    "control",
    "detail",
    "buffer",
    "control_conceded",
    "direction",
)


def politics_before(centre: Any) -> dict[str, Any]:
    """Return what politics_events must know of the month before."""
    return {name: getattr(centre, name, 0.0) for name in FIELDS}


def politics_events(
    model: HealthService, was: Mapping[str, Any], changed: Mapping[str, float]
) -> Iterator[tuple[str, str, str]]:
    """Yield (what, grounds, who) for every turn of politics in the month that has passed."""
    centre = model.minister
    for name, value in changed.items():
        said = value_said(value, model.rules.choices.get(name, ()))
        yield f"{name.replace('_', ' ')} is set to {said}", "the experiment's schedule", "experiment"
    yield from _government(centre, was)
    yield from _reorganisation(model, was)
    conceding = centre.control_conceded > CONCEDES
    if conceding != (was["control_conceded"] > CONCEDES):
        yield (
            "gives way to open challenge" if conceding else "no longer gives way",
            (
                f"challenge {model.nation.challenge:.2f}, control {centre.control:.2f}, conceded "
                f"{centre.control_conceded:.4f} a month, anxiety {centre.anxiety:.2f}"
            ),
            "minister",
        )


def _government(centre: Any, was: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    if centre.months_since_election == 0.0:
        yield (
            "an election is held",
            (
                f"{was['months_since_election'] + 1.0:.0f} months after the last; "
                f"{'the minister loses' if centre.voted else 'the minister stays'}"
            ),
            "voters",
        )
    if centre.minister_changed > 0.5:
        yield (
            "a new minister comes",
            (
                f"after {was['tenure'] + 1.0:.0f} months; zeal {centre.zeal:.2f}; arm's length {was['buffer']:.2f} -> "
                f"{centre.buffer:.2f}; anxiety {centre.anxiety:.2f}, blame {centre.blame:.2f}"
            ),
            "government",
        )
    if centre.party != was["party"]:
        name = "centralist" if centre.party > 0.0 else "localist"
        yield f"the {name} party governs", "it won the election", "voters"


def _reorganisation(model: HealthService, was: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    centre = model.minister
    if centre.started > 0.5:
        forced = model.p.forced_reorganisation_month > 0.0 and model.now.month == float(
            int(model.p.forced_reorganisation_month)
        )
        grounds = (
            "forced by the experiment"
            if forced
            else f"hazard {centre.hazard:.3f} a month against a draw of {centre.luck.reorganises:.3f}"
        )
        yield (
            f"a {_direction(centre.direction)} reorganisation starts",
            (
                f"{grounds}; motive to liberate {centre.motive_liberating:.2f}, to centralise "
                f"{centre.motive_centralising:.2f}; zeal {centre.zeal:.2f}, tenure {centre.tenure:.0f} months, "
                f"anxiety {centre.anxiety:.2f}, sclerosis {centre.sclerosis:.2f}, blame {centre.blame:.2f}"
            ),
            "minister",
        )
    elif was["transition_left"] > 0.0 and centre.transition_left <= 0.0:
        yield (
            f"the {_direction(centre.direction)} reorganisation ends",
            (
                f"control {was['control']:.2f} -> {centre.control:.2f}, detail {was['detail']:.2f} -> "
                f"{centre.detail:.2f}, arm's length {was['buffer']:.2f} -> {centre.buffer:.2f}"
            ),
            "minister",
        )


def _direction(direction: float) -> str:
    return DIRECTIONS.get(direction, "liberating" if direction < 0.0 else "centralising")
